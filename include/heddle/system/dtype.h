// Element types, and fp16 and bf16 as IEEE 754 rounding to nearest even has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace heddle::system {

enum class Dtype : std::uint8_t { F16, BF16, F32, I8, I32 };

[[nodiscard]] std::uint64_t dtype_bytes(Dtype dtype);
[[nodiscard]] std::string_view dtype_name(Dtype dtype);
[[nodiscard]] std::optional<Dtype> dtype_of(std::string_view name);
[[nodiscard]] inline bool is_float(Dtype dtype) {
  return dtype <= Dtype::F32;
}

[[nodiscard]] std::uint16_t float_to_f16(float value);
[[nodiscard]] float f16_to_float(std::uint16_t bits);
[[nodiscard]] std::uint16_t float_to_bf16(float value);
[[nodiscard]] float bf16_to_float(std::uint16_t bits);

/// Element `index` of an array of `dtype`. Integers above 2^24 lose bits: use
/// `load_int` for those.
[[nodiscard]] float load_float(std::span<const std::byte> bytes, Dtype dtype, std::size_t index);
[[nodiscard]] std::int32_t load_int(std::span<const std::byte> bytes, Dtype dtype,
                                    std::size_t index);
/// Rounds to nearest even; integers are clamped to their range.
void store_float(std::span<std::byte> bytes, Dtype dtype, std::size_t index, float value);
/// Wraps, as two's complement does.
void store_int(std::span<std::byte> bytes, Dtype dtype, std::size_t index, std::int32_t value);

}  // namespace heddle::system
