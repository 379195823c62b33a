#include "gate/cosim/vpi/logic_text.h"

#include <algorithm>
#include <string_view>

namespace heddle::gate::vpi {
namespace {

constexpr std::uint8_t kX = 2;
constexpr std::size_t kVectorBits = 32;

bool has_x(const Bits& bits, std::size_t first, std::size_t count) {
  const auto begin = bits.begin() + static_cast<std::ptrdiff_t>(first);
  return std::find(begin, begin + static_cast<std::ptrdiff_t>(count), kX) !=
         begin + static_cast<std::ptrdiff_t>(count);
}

/// Digits of `digit_bits` bits each. One that is x in some of its bits only is `X`,
/// in all of them `x`.
std::string digits(const Bits& bits, std::size_t digit_bits) {
  std::string text;
  for (std::size_t i = 0; i < bits.size(); i += digit_bits) {
    const std::size_t count = std::min(digit_bits, bits.size() - i);
    unsigned value = 0;
    std::size_t unknown = 0;
    for (std::size_t k = 0; k < count; ++k) {
      if (bits[i + k] == kX) ++unknown;
      value |= static_cast<unsigned>(bits[i + k] & 1U) << k;
    }
    text += unknown == 0 ? "0123456789abcdef"[value] : unknown == count ? 'x' : 'X';
  }
  std::reverse(text.begin(), text.end());
  return text;
}

/// Of any width, by division of a decimal number digit by digit.
std::string decimal(const Bits& bits) {
  if (has_x(bits, 0, bits.size())) {
    const bool all = std::all_of(bits.begin(), bits.end(), [](auto bit) { return bit == kX; });
    return all ? "x" : "X";
  }
  std::string text = "0";  // least significant digit first
  for (std::size_t i = bits.size(); i-- > 0;) {
    unsigned carry = bits[i];
    for (char& digit : text) {
      const unsigned twice = static_cast<unsigned>(digit - '0') * 2 + carry;
      digit = static_cast<char>('0' + twice % 10);
      carry = twice / 10;
    }
    if (carry != 0) text += '1';
  }
  std::reverse(text.begin(), text.end());
  return text;
}

/// Bytes, the most significant first; leading zero bytes are left out.
std::string characters(const Bits& bits) {
  std::string text;
  for (std::size_t end = (bits.size() + 7) / 8; end-- > 0;) {
    unsigned byte = 0;
    for (std::size_t k = 0; k < 8 && end * 8 + k < bits.size(); ++k) {
      byte |= static_cast<unsigned>(bits[end * 8 + k] & 1U) << k;
    }
    if (byte != 0 || !text.empty()) text += static_cast<char>(byte == 0 ? ' ' : byte);
  }
  return text;
}

std::optional<Bits> from_digits(std::string_view text, std::size_t width, unsigned digit_bits) {
  Bits bits(width, 0);
  std::size_t at = 0;
  for (std::size_t i = text.size(); i-- > 0;) {
    if (text[i] == '_') continue;
    const std::string_view known = "0123456789abcdef";
    const std::size_t digit = known.find(static_cast<char>(text[i] | 0x20));
    if (digit == std::string_view::npos || digit >> digit_bits != 0) return std::nullopt;
    for (unsigned k = 0; k < digit_bits; ++k, ++at) {
      if (at < width) bits[at] = static_cast<std::uint8_t>(digit >> k & 1U);
    }
  }
  return text.empty() ? std::nullopt : std::optional(bits);
}

std::optional<Bits> from_decimal(std::string_view text, std::size_t width) {
  Bits bits(width, 0);
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    unsigned carry = static_cast<unsigned>(c - '0');  // bits = bits * 10 + carry
    for (std::uint8_t& bit : bits) {
      const unsigned sum = bit * 10U + carry;
      bit = static_cast<std::uint8_t>(sum & 1U);
      carry = sum >> 1;
    }
  }
  return text.empty() ? std::nullopt : std::optional(bits);
}

Bits from_integer(std::int64_t value, std::size_t width) {
  Bits bits(width, 0);
  for (std::size_t i = 0; i < width; ++i) {
    bits[i] = static_cast<std::uint8_t>(value >> std::min<std::size_t>(i, 63) & 1);
  }
  return bits;
}

}  // namespace

bool write_value(const Bits& bits, Value& value, ValueStore& store) {
  if (value.format == kObjectFormat) {
    value.format = bits.size() == 1 ? kScalarFormat : kVectorFormat;
  }
  switch (value.format) {
    case kBinary: store.text = digits(bits, 1); break;
    case kOctal: store.text = digits(bits, 3); break;
    case kHex: store.text = digits(bits, 4); break;
    case kDecimal: store.text = decimal(bits); break;
    case kString: store.text = characters(bits); break;
    case kScalarFormat:
      value.value.scalar = bits[0] == kX ? std::int32_t{kScalarX} : std::int32_t{bits[0]};
      return true;
    case kInteger: {
      std::uint32_t low = 0;  // x reads as 0
      for (std::size_t i = 0; i < std::min(bits.size(), kVectorBits); ++i) {
        low |= static_cast<std::uint32_t>(bits[i] & 1U) << i;
      }
      value.value.integer = static_cast<std::int32_t>(low);
      return true;
    }
    case kVectorFormat: {
      store.vector.assign((bits.size() + kVectorBits - 1) / kVectorBits, VectorWord());
      for (std::size_t i = 0; i < bits.size(); ++i) {
        VectorWord& word = store.vector[i / kVectorBits];
        const std::uint32_t mask = std::uint32_t{1} << (i % kVectorBits);
        if (bits[i] != 0)
          word.a = static_cast<std::int32_t>(static_cast<std::uint32_t>(word.a) | mask);
        if (bits[i] == kX)
          word.b = static_cast<std::int32_t>(static_cast<std::uint32_t>(word.b) | mask);
      }
      value.value.vector = store.vector.data();
      return true;
    }
    case kSuppressValue: return true;
    default: return false;
  }
  value.value.text = store.text.data();
  return true;
}

std::optional<Bits> read_value(const Value& value, std::size_t width) {
  const auto text = [&] {
    return value.value.text == nullptr ? std::string_view() : std::string_view(value.value.text);
  };
  switch (value.format) {
    case kBinary: return from_digits(text(), width, 1);
    case kOctal: return from_digits(text(), width, 3);
    case kHex: return from_digits(text(), width, 4);
    case kDecimal: return from_decimal(text(), width);
    case kInteger: return from_integer(value.value.integer, width);
    case kScalarFormat:
      if (value.value.scalar != kScalar0 && value.value.scalar != kScalar1) return std::nullopt;
      return from_integer(value.value.scalar, width);
    case kVectorFormat: {
      Bits bits(width, 0);
      for (std::size_t i = 0; i < width; ++i) {
        const VectorWord& word = value.value.vector[i / kVectorBits];
        const auto shift = static_cast<unsigned>(i % kVectorBits);
        if ((static_cast<std::uint32_t>(word.b) >> shift & 1U) != 0) return std::nullopt;
        bits[i] = static_cast<std::uint8_t>(static_cast<std::uint32_t>(word.a) >> shift & 1U);
      }
      return bits;
    }
    case kString: {
      Bits bits(width, 0);
      const std::string_view bytes = text();
      for (std::size_t i = 0; i < width && i / 8 < bytes.size(); ++i) {
        const auto byte = static_cast<unsigned char>(bytes[bytes.size() - 1 - i / 8]);
        bits[i] = static_cast<std::uint8_t>(byte >> (i % 8) & 1U);
      }
      return bits;
    }
    default: return std::nullopt;
  }
}

}  // namespace heddle::gate::vpi
