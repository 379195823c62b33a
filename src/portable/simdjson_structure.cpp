#include "portable/simdjson_structure.h"

#include <cstring>
#include <new>

namespace heddle::portable {
namespace {

using simdjson::error_code;

bool is_blank(std::uint8_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_operator(std::uint8_t c) {
  return c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ',';
}

/// Lengths and bounds of UTF-8 by its table 3-7 of the Unicode standard.
bool is_utf8(const std::uint8_t* text, std::size_t size) {
  for (std::size_t at = 0; at < size;) {
    const std::uint8_t lead = text[at++];
    if (lead < 0x80) continue;
    if (lead < 0xC2 || lead > 0xF4) return false;
    const std::size_t rest = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    if (at + rest > size) return false;
    const std::uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const std::uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (text[at] < low || text[at] > high) return false;
    for (std::size_t i = 1; i < rest; ++i) {
      if ((text[at + i] & 0xC0) != 0x80) return false;
    }
    at += rest;
  }
  return true;
}

/// The value of four hexadecimal digits, or -1.
std::int32_t hexadecimal(const std::uint8_t* text) {
  std::int32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    const std::uint8_t c = text[i];
    const std::uint8_t lower = c | 0x20;
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (lower < 'a' || lower > 'f')) return -1;
    value = value * 16 + (is_digit ? c - '0' : lower - 'a' + 10);
  }
  return value;
}

std::uint8_t* write_utf8(std::uint32_t point, std::uint8_t* to) {
  const auto tail = [&](std::uint32_t shift) {
    *to++ = static_cast<std::uint8_t>(0x80U | ((point >> shift) & 0x3FU));
  };
  if (point < 0x80) {
    *to++ = static_cast<std::uint8_t>(point);
  } else if (point < 0x800) {
    *to++ = static_cast<std::uint8_t>(0xC0U | (point >> 6U));
    tail(0);
  } else if (point < 0x10000) {
    *to++ = static_cast<std::uint8_t>(0xE0U | (point >> 12U));
    tail(6);
    tail(0);
  } else {
    *to++ = static_cast<std::uint8_t>(0xF0U | (point >> 18U));
    tail(12);
    tail(6);
    tail(0);
  }
  return to;
}

/// Reads what follows `\u`; a pair of surrogates is one point. -1 when it is none.
std::int32_t code_point(const std::uint8_t*& from) {
  const std::int32_t first = hexadecimal(from);
  if (first < 0) return -1;
  from += 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first > 0xDBFF || from[0] != '\\' || from[1] != 'u') return -1;
  const std::int32_t second = hexadecimal(from + 2);
  if (second < 0xDC00 || second > 0xDFFF) return -1;
  from += 6;
  return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
}

/// What the character after a backslash stands for; 0 when nothing.
std::uint8_t escaped(std::uint8_t c) {
  switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return 0;
  }
}

class Parser final : public simdjson::internal::dom_parser_implementation {
 public:
  error_code parse(const std::uint8_t*, std::size_t, simdjson::dom::document&) noexcept override {
    return simdjson::UNSUPPORTED_ARCHITECTURE;
  }
  error_code stage2(simdjson::dom::document&) noexcept override {
    return simdjson::UNSUPPORTED_ARCHITECTURE;
  }
  error_code stage2_next(simdjson::dom::document&) noexcept override {
    return simdjson::UNSUPPORTED_ARCHITECTURE;
  }
  error_code stage1(const std::uint8_t* text, std::size_t size,
                    simdjson::stage1_mode mode) noexcept override;
  std::uint8_t* parse_string(const std::uint8_t* from, std::uint8_t* to) const noexcept override;
  error_code set_capacity(std::size_t capacity) noexcept override;
  error_code set_max_depth(std::size_t max_depth) noexcept override {
    _max_depth = max_depth;
    return simdjson::SUCCESS;
  }

 private:
  error_code find_tokens(const std::uint8_t* text, std::size_t size);
};

error_code Parser::set_capacity(std::size_t capacity) noexcept {
  if (capacity > simdjson::SIMDJSON_MAXSIZE_BYTES) return simdjson::CAPACITY;
  constexpr std::size_t kSentinels = 3;
  structural_indexes.reset(new (std::nothrow) std::uint32_t[capacity + kSentinels]);
  _capacity = structural_indexes ? capacity : 0;
  return structural_indexes ? simdjson::SUCCESS : simdjson::MEMALLOC;
}

/// A backslash escapes what follows it; a quote that is not escaped opens or
/// closes a string; a scalar begins where the character before is no part of it.
error_code Parser::find_tokens(const std::uint8_t* text, std::size_t size) {
  std::uint32_t count = 0;
  bool is_in_string = false;
  bool is_escaped = false;
  bool is_in_scalar = false;
  bool has_control = false;
  for (std::size_t at = 0; at < size; ++at) {
    const std::uint8_t c = text[at];
    const bool is_quote = c == '"' && !is_escaped;
    is_escaped = c == '\\' && !is_escaped;
    if (is_in_string) {
      has_control = has_control || c < 0x20;
      if (is_quote) is_in_string = false;
      continue;
    }
    const bool is_scalar = !is_blank(c) && !is_operator(c);
    const bool begins = is_operator(c) || (is_scalar && !is_in_scalar);
    if (begins) structural_indexes[count++] = static_cast<std::uint32_t>(at);
    is_in_scalar = is_scalar && !is_quote;
    if (is_quote) is_in_string = true;
  }
  if (is_in_string) return simdjson::UNCLOSED_STRING;
  if (has_control) return simdjson::UNESCAPED_CHARS;
  n_structural_indexes = count;
  structural_indexes[count] = static_cast<std::uint32_t>(size);
  structural_indexes[count + 1] = static_cast<std::uint32_t>(size);
  structural_indexes[count + 2] = 0;
  return count == 0 ? simdjson::EMPTY : simdjson::SUCCESS;
}

error_code Parser::stage1(const std::uint8_t* text, std::size_t size,
                          simdjson::stage1_mode mode) noexcept {
  if (mode != simdjson::stage1_mode::regular) return simdjson::UNSUPPORTED_ARCHITECTURE;
  if (size > _capacity) return simdjson::CAPACITY;
  next_structural_index = 0;
  n_structural_indexes = 0;
  if (size == 0) return simdjson::EMPTY;
  if (const error_code error = find_tokens(text, size)) return error;
  return is_utf8(text, size) ? simdjson::SUCCESS : simdjson::UTF8_ERROR;
}

std::uint8_t* Parser::parse_string(const std::uint8_t* from, std::uint8_t* to) const noexcept {
  while (*from != '"') {
    if (*from != '\\') {
      *to++ = *from++;
      continue;
    }
    const std::uint8_t kind = from[1];
    from += 2;
    if (kind == 'u') {
      const std::int32_t point = code_point(from);
      if (point < 0) return nullptr;
      to = write_utf8(static_cast<std::uint32_t>(point), to);
    } else {
      *to = escaped(kind);
      if (*to++ == 0) return nullptr;
    }
  }
  return to;
}

class Implementation final : public simdjson::implementation {
 public:
  Implementation() : simdjson::implementation("heddle", "byte by byte", 0) {}

  error_code create_dom_parser_implementation(
      std::size_t capacity, std::size_t max_depth,
      std::unique_ptr<simdjson::internal::dom_parser_implementation>& parser)
      const noexcept override {
    parser.reset(new (std::nothrow) Parser());
    return parser ? parser->allocate(capacity, max_depth) : simdjson::MEMALLOC;
  }
  error_code minify(const std::uint8_t*, std::size_t, std::uint8_t*,
                    std::size_t&) const noexcept override {
    return simdjson::UNSUPPORTED_ARCHITECTURE;
  }
  bool validate_utf8(const char* text, std::size_t size) const noexcept override {
    return is_utf8(reinterpret_cast<const std::uint8_t*>(text), size);
  }
};

}  // namespace

const simdjson::implementation& simdjson_structure() {
  static const Implementation implementation;
  return implementation;
}

}  // namespace heddle::portable
