// Hand-written recognisers; each takes all of the text or none.
#include "base/config_scalar.h"

#include <charconv>
#include <optional>

#include "base/config_data.h"

namespace heddle {
namespace {

bool is_decimal(char c) {
  return c >= '0' && c <= '9';
}

int digit_value(char c) {
  if (is_decimal(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

std::string_view without_sign(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text;
}

/// Removes `0x`, `0o` or `0b` and returns the base.
int take_base(std::string_view& digits) {
  int base = 10;
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (digits.starts_with("0b")) base = 2;
  if (base != 10) digits.remove_prefix(2);
  return base;
}

/// Digits of `base`, single underscores between them.
bool is_digits(std::string_view digits, int base) {
  bool after_digit = false;
  for (const char c : digits) {
    const bool is_digit = digit_value(c) < base;
    if (!is_digit && !(c == '_' && after_digit)) return false;
    after_digit = is_digit;
  }
  return after_digit;
}

std::optional<PlainScalar> resolve_integer(std::string_view text) {
  std::string_view digits = without_sign(text);
  const int base = take_base(digits);
  if (!is_digits(digits, base)) return std::nullopt;
  if (base == 10 && digits.size() > 1 && digits.front() == '0') return std::nullopt;
  __int128 value = 0;
  for (const char c : digits) {
    if (c == '_') continue;
    value = value * base + digit_value(c);
    if (value > kConfigIntegerMax) return NumberOverflow{};
  }
  if (text.front() == '-') value = -value;
  if (value < kConfigIntegerMin) return NumberOverflow{};
  return value;
}

/// Moves past decimal digits; says how many there were.
std::size_t skip_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_decimal(text[count])) ++count;
  text.remove_prefix(count);
  return count;
}

/// digits [. digits] [e sign digits], at least one digit before the exponent.
bool is_real(std::string_view text) {
  text = without_sign(text);
  if (text.size() > 1 && text[0] == '0' && is_decimal(text[1])) return false;
  std::size_t digit_count = skip_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digit_count += skip_digits(text);
  }
  if (digit_count == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text = without_sign(text.substr(1));
  return skip_digits(text) > 0 && text.empty();
}

std::optional<PlainScalar> resolve_real(std::string_view text) {
  if (!is_real(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return NumberOverflow{};
  return value;
}

}  // namespace

PlainScalar resolve_plain_scalar(std::string_view text) {
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (auto integer = resolve_integer(text)) return *integer;
  if (auto real = resolve_real(text)) return *real;
  return std::monostate{};
}

}  // namespace heddle
