#include "heddle/system/dtype.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace heddle::system {
namespace {

constexpr std::array<std::string_view, 5> kNames = {"fp16", "bf16", "fp32", "int8", "int32"};

template <class T>
T read(std::span<const std::byte> bytes, std::size_t index) {
  T value{};
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

template <class T>
void write(std::span<std::byte> bytes, std::size_t index, T value) {
  std::memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
}

template <class Integer>
Integer clamped(float value) {
  constexpr double kLow = std::numeric_limits<Integer>::min();
  constexpr double kHigh = std::numeric_limits<Integer>::max();
  if (std::isnan(value)) return 0;
  return static_cast<Integer>(std::clamp(std::nearbyint(static_cast<double>(value)), kLow, kHigh));
}

}  // namespace

std::uint64_t dtype_bytes(Dtype dtype) {
  constexpr std::array<std::uint64_t, 5> kBytes = {2, 2, 4, 1, 4};
  return kBytes[static_cast<std::size_t>(dtype)];
}

std::string_view dtype_name(Dtype dtype) {
  return kNames[static_cast<std::size_t>(dtype)];
}

std::optional<Dtype> dtype_of(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) return std::nullopt;
  return static_cast<Dtype>(found - kNames.begin());
}

std::uint16_t float_to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
  const std::uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return static_cast<std::uint16_t>(sign | 0x7e00);   // not a number
  if (magnitude >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);  // too large
  if (magnitude < 0x38800000) {  // subnormal or zero: the unit is 2^-24
    const double scaled = std::ldexp(static_cast<double>(std::bit_cast<float>(magnitude)), 24);
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(scaled)));
  }
  const std::uint32_t rounded = magnitude + 0xfff + (magnitude >> 13 & 1);
  return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000) >> 13));
}

float f16_to_float(std::uint16_t bits) {
  const std::uint32_t sign = std::uint32_t{bits & 0x8000U} << 16;
  const std::uint32_t exponent = bits >> 10 & 0x1fU;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == 0x1f) return std::bit_cast<float>(sign | 0x7f800000 | fraction << 13);
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  return std::bit_cast<float>(sign | (exponent + 112) << 23 | fraction << 13);
}

std::uint16_t float_to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

float bf16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

float load_float(std::span<const std::byte> bytes, Dtype dtype, std::size_t index) {
  switch (dtype) {
    case Dtype::F16: return f16_to_float(read<std::uint16_t>(bytes, index));
    case Dtype::BF16: return bf16_to_float(read<std::uint16_t>(bytes, index));
    case Dtype::F32: return read<float>(bytes, index);
    default: return static_cast<float>(load_int(bytes, dtype, index));
  }
}

std::int32_t load_int(std::span<const std::byte> bytes, Dtype dtype, std::size_t index) {
  if (dtype == Dtype::I8) return read<std::int8_t>(bytes, index);
  if (dtype == Dtype::I32) return read<std::int32_t>(bytes, index);
  return clamped<std::int32_t>(load_float(bytes, dtype, index));
}

void store_float(std::span<std::byte> bytes, Dtype dtype, std::size_t index, float value) {
  switch (dtype) {
    case Dtype::F16: write(bytes, index, float_to_f16(value)); break;
    case Dtype::BF16: write(bytes, index, float_to_bf16(value)); break;
    case Dtype::F32: write(bytes, index, value); break;
    case Dtype::I8: write(bytes, index, clamped<std::int8_t>(value)); break;
    case Dtype::I32: write(bytes, index, clamped<std::int32_t>(value)); break;
  }
}

void store_int(std::span<std::byte> bytes, Dtype dtype, std::size_t index, std::int32_t value) {
  if (dtype == Dtype::I8) {
    write(bytes, index, static_cast<std::int8_t>(static_cast<std::uint32_t>(value)));
  } else if (dtype == Dtype::I32) {
    write(bytes, index, value);
  } else {
    store_float(bytes, dtype, index, static_cast<float>(value));
  }
}

}  // namespace heddle::system
