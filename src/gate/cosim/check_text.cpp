#include "gate/cosim/check_text.h"

#include <algorithm>

namespace heddle::gate {
namespace {

using Bits = std::vector<std::uint8_t>;

/// An argument is never longer than this; a format that says more is not understood.
constexpr std::size_t kWidthMax = 1U << 16;

constexpr std::uint8_t kUnknown = 2;

/// As IEEE 1364 has it: `x` where all of some bits are x, `X` where some are; else 0.
char unknown_digit(const Bits& bits, std::size_t first, std::size_t count) {
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < count; ++i) unknown += bits[first + i] == kUnknown ? 1U : 0U;
  if (unknown == 0) return '\0';
  return unknown == count ? 'x' : 'X';
}

std::string digits_of(const Bits& bits, std::size_t group) {
  std::string text;
  for (std::size_t at = 0; at < bits.size(); at += group) {
    const std::size_t count = std::min(group, bits.size() - at);
    if (const char unknown = unknown_digit(bits, at, count); unknown != '\0') {
      text += unknown;
      continue;
    }
    unsigned digit = 0;
    for (std::size_t i = 0; i < count; ++i) digit |= static_cast<unsigned>(bits[at + i]) << i;
    text += "0123456789abcdef"[digit];
  }
  std::reverse(text.begin(), text.end());
  return text;
}

/// Any width: doubling a decimal number, from the highest bit down.
std::string decimal_of(const Bits& bits) {
  std::string text = "0";  // lowest digit first
  for (std::size_t i = bits.size(); i-- > 0;) {
    unsigned carry = bits[i];
    for (char& digit : text) {
      const unsigned value = static_cast<unsigned>(digit - '0') * 2 + carry;
      digit = static_cast<char>('0' + value % 10);
      carry = value / 10;
    }
    if (carry != 0) text += static_cast<char>('0' + carry);
  }
  std::reverse(text.begin(), text.end());
  return text;
}

std::string signed_decimal_of(Bits bits) {
  if (bits.empty() || bits.back() == 0) return decimal_of(bits);
  unsigned carry = 1;
  for (std::uint8_t& bit : bits) {
    const unsigned sum = (bit ^ 1U) + carry;
    bit = static_cast<std::uint8_t>(sum & 1U);
    carry = sum >> 1U;
  }
  return "-" + decimal_of(bits);
}

/// Eight bits a character, the highest first; zeros are left out.
std::string characters_of(const Bits& bits) {
  std::string text;
  for (std::size_t byte = (bits.size() + 7) / 8; byte-- > 0;) {
    unsigned code = 0;
    for (std::size_t i = 0; i < 8 && byte * 8 + i < bits.size(); ++i) {
      code |= static_cast<unsigned>(bits[byte * 8 + i]) << i;
    }
    if (code != 0) text += static_cast<char>(code);
  }
  return text;
}

/// A number that is x is one digit; a character that is none is a question mark.
std::string value_text(char base, Bits bits, bool is_signed) {
  if (base == 'd' && !bits.empty()) {
    const char unknown = unknown_digit(bits, 0, bits.size());
    if (unknown != '\0') return std::string(1, unknown);
  }
  if (base == 'c' || base == 's') {
    for (std::size_t first = 0; first < bits.size(); first += 8) {
      const std::size_t count = std::min<std::size_t>(8, bits.size() - first);
      if (unknown_digit(bits, first, count) == '\0') continue;
      for (std::size_t i = 0; i < count; ++i) {
        bits[first + i] = static_cast<std::uint8_t>('?' >> i & 1);
      }
    }
  }
  switch (base) {
    case 'd': return is_signed ? signed_decimal_of(bits) : decimal_of(bits);
    case 'b': return digits_of(bits, 1);
    case 'o': return digits_of(bits, 3);
    case 'c':
    case 's': return characters_of(bits);
    default: break;
  }
  std::string text = digits_of(bits, 4);
  if (base == 'H') {
    for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return text;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// A format, read from left to right.
class Formatter {
 public:
  Formatter(std::string_view format, const Bits& bits, const MessageContext& context)
      : format_(format), bits_(bits), context_(context), high_(bits.size()) {}

  std::string percent() {
    while (at_ < format_.size()) {
      if (format_[at_] == '%') {
        percent_directive();
      } else {
        out_ += format_[at_++];
      }
    }
    return std::move(out_);
  }

  std::string braces() {
    while (at_ < format_.size()) {
      const char c = format_[at_];
      const bool doubled = at_ + 1 < format_.size() && format_[at_ + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        out_ += c;
        at_ += 2;
      } else if (c != '{' || !brace_directive()) {
        out_ += format_[at_++];
      }
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::size_t number(std::size_t otherwise) {
    if (at_ >= format_.size() || !is_digit(format_[at_])) return otherwise;
    std::size_t value = 0;
    while (at_ < format_.size() && is_digit(format_[at_])) {
      value = std::min(kWidthMax + 1, value * 10 + static_cast<std::size_t>(format_[at_++] - '0'));
    }
    return value;
  }
  [[nodiscard]] char next() { return at_ < format_.size() ? format_[at_++] : '\0'; }

  void percent_directive() {
    const std::size_t begin = at_++;
    const std::size_t width = number(1);
    const char kind = next();
    if (kind == '%') {
      out_ += '%';
    } else if (kind == 'm') {
      out_ += context_.name;
    } else if (kind == 't') {
      out_ += std::to_string(context_.time_ps);
    } else if (std::string_view("dhxobcs").find(kind) != std::string_view::npos && width <= high_ &&
               kind != '\0') {
      const Bits value(bits_.begin() + static_cast<std::ptrdiff_t>(high_ - width),
                       bits_.begin() + static_cast<std::ptrdiff_t>(high_));
      high_ -= width;
      out_ += value_text(kind, value, false);
    } else {
      out_ += format_.substr(begin, at_ - begin);
    }
  }

  /// False, and nothing was taken, where it is not understood.
  bool brace_directive() {
    const std::size_t begin = at_++;
    const std::size_t size = number(0);
    const bool has_colon = next() == ':';
    const char justify = next();
    const char pad = next();
    const std::size_t width = number(0);
    const char base = next();
    const std::size_t end = format_.find('}', at_);
    const bool is_sound = has_colon && std::string_view("<>=").find(justify) != std::string::npos &&
                          (pad == ' ' || pad == '0') && base != '\0' &&
                          std::string_view("bodhHct").find(base) != std::string::npos &&
                          end != std::string_view::npos && low_ + size <= bits_.size() &&
                          width <= kWidthMax;
    if (!is_sound) {
      at_ = begin;
      return false;
    }
    const std::string_view options = format_.substr(at_, end - at_);
    at_ = end + 1;
    const Bits value(bits_.begin() + static_cast<std::ptrdiff_t>(low_),
                     bits_.begin() + static_cast<std::ptrdiff_t>(low_ + size));
    low_ += size;
    const bool is_signed = options.find('s') != std::string_view::npos;
    std::string text =
        base == 't' ? std::to_string(context_.time_ps) : value_text(base, value, is_signed);
    if (options.find('+') != std::string_view::npos && !text.starts_with('-')) text = "+" + text;
    put(std::move(text), justify, pad, width);
    return true;
  }

  void put(std::string text, char justify, char pad, std::size_t width) {
    const std::string fill(width > text.size() ? width - text.size() : 0, pad);
    const bool has_sign = text.starts_with('-') || text.starts_with('+');
    if (justify == '<') {
      out_ += text + fill;
    } else if (has_sign && pad == '0') {
      out_ += text.substr(0, 1) + fill + text.substr(1);
    } else {
      out_ += fill + text;
    }
  }

  std::string_view format_;
  const Bits& bits_;
  const MessageContext& context_;
  std::size_t at_ = 0;
  std::size_t high_ = 0;  ///< bits above were taken, of a `%` format
  std::size_t low_ = 0;   ///< bits below were taken, of a `{` format
  std::string out_;
};

}  // namespace

std::string message_text(std::string_view format, bool is_print,
                         const std::vector<std::uint8_t>& bits, const MessageContext& context) {
  Formatter formatter(format, bits, context);
  return is_print ? formatter.braces() : formatter.percent();
}

}  // namespace heddle::gate
