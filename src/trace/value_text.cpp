// Texts of values.
#include "trace/value_text.h"

#include <algorithm>

namespace heddle::trace {
namespace {

char hex_digit(std::string_view nibble) {
  const char first = nibble.front();
  const bool is_uniform =
      std::all_of(nibble.begin(), nibble.end(), [&](char c) { return c == first; });
  if (is_uniform && first != '0' && first != '1') return first;
  unsigned value = 0;
  for (const char c : nibble) {
    if (c != '0' && c != '1') return '?';
    value = value * 2 + (c == '1' ? 1U : 0U);
  }
  return "0123456789abcdef"[value];
}

}  // namespace

std::string bit_text(std::span<const Logic> bits) {
  std::string text;
  for (std::size_t i = bits.size(); i > 0; --i) text.push_back(logic_char(bits[i - 1]));
  return text;
}

std::string hex_text(std::string_view bits) {
  std::string text;
  std::size_t size = (bits.size() + 3) % 4 + 1;  // the left-most digit may be short
  while (!bits.empty()) {
    text.push_back(hex_digit(bits.substr(0, size)));
    bits.remove_prefix(size);
    size = 4;
  }
  return text;
}

std::string decimal_text(std::string_view bits) {
  if (bits.find_first_not_of("01") != std::string_view::npos) return hex_text(bits);
  // Doubling a decimal number, lowest digit first.
  std::string digits = "0";
  for (const char bit : bits) {
    int carry = bit == '1' ? 1 : 0;
    for (char& digit : digits) {
      const int value = (digit - '0') * 2 + carry;
      digit = static_cast<char>('0' + value % 10);
      carry = value / 10;
    }
    if (carry > 0) digits.push_back('1');
  }
  return {digits.rbegin(), digits.rend()};
}

}  // namespace heddle::trace
