// The instruction has a latency of three cycles and a throughput of one, so long
// inputs are cut into three lanes that run side by side; their registers are
// joined by shifting: appending n zero bytes to a message is a linear map of its
// register, tabulated here for the length of one lane.
#include "flow/log/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace heddle::flow::log {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F6'3B78;  // reflected
constexpr std::size_t kLaneBytes = 256;

constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = make_table();

constexpr std::uint32_t step(std::uint32_t crc, std::uint8_t byte) {
  return (crc >> 8) ^ kTable[(crc ^ byte) & 0xFF];
}

using ShiftTable = std::array<std::array<std::uint32_t, 256>, 4>;

/// What `kLaneBytes` zero bytes make of a register, by its bytes.
constexpr ShiftTable make_shift() {
  std::array<std::uint32_t, 32> of_bit{};
  for (std::size_t bit = 0; bit < 32; ++bit) {
    std::uint32_t crc = std::uint32_t{1} << bit;
    for (std::size_t i = 0; i < kLaneBytes; ++i) crc = step(crc, 0);
    of_bit[bit] = crc;
  }
  ShiftTable table{};
  for (std::size_t byte = 0; byte < 4; ++byte) {
    for (std::uint32_t value = 0; value < 256; ++value) {
      for (std::size_t bit = 0; bit < 8; ++bit) {
        if ((value >> bit & 1) != 0) table[byte][value] ^= of_bit[8 * byte + bit];
      }
    }
  }
  return table;
}
constexpr ShiftTable kShift = make_shift();

}  // namespace

std::uint32_t crc32c_software(std::uint32_t before, std::span<const std::byte> bytes) {
  std::uint32_t crc = ~before;
  for (const std::byte byte : bytes) crc = step(crc, static_cast<std::uint8_t>(byte));
  return ~crc;
}

#if defined(__x86_64__)

namespace {

std::uint32_t shift_lane(std::uint32_t crc) {
  return kShift[0][crc & 0xFF] ^ kShift[1][crc >> 8 & 0xFF] ^ kShift[2][crc >> 16 & 0xFF] ^
         kShift[3][crc >> 24];
}

std::uint64_t word_at(const std::byte* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

/// Three lanes of `kLaneBytes` from `at` on.
__attribute__((target("sse4.2"))) std::uint32_t three_lanes(std::uint32_t crc,
                                                            const std::byte* at) {
  std::uint64_t a = crc;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  for (std::size_t i = 0; i < kLaneBytes; i += 8) {
    a = _mm_crc32_u64(a, word_at(at + i));
    b = _mm_crc32_u64(b, word_at(at + kLaneBytes + i));
    c = _mm_crc32_u64(c, word_at(at + 2 * kLaneBytes + i));
  }
  const std::uint32_t ab =
      shift_lane(static_cast<std::uint32_t>(a)) ^ static_cast<std::uint32_t>(b);
  return shift_lane(ab) ^ static_cast<std::uint32_t>(c);
}

}  // namespace

__attribute__((target("sse4.2"))) std::uint32_t crc32c_hardware(std::uint32_t before,
                                                                std::span<const std::byte> bytes) {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 3 * kLaneBytes; left -= 3 * kLaneBytes, at += 3 * kLaneBytes) {
    crc = three_lanes(crc, at);
  }
  std::uint64_t wide = crc;
  for (; left >= 8; left -= 8, at += 8) wide = _mm_crc32_u64(wide, word_at(at));
  crc = static_cast<std::uint32_t>(wide);
  for (; left > 0; --left, ++at) crc = _mm_crc32_u8(crc, static_cast<std::uint8_t>(*at));
  return ~crc;
}

bool has_crc32c_instruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}

#else

std::uint32_t crc32c_hardware(std::uint32_t before, std::span<const std::byte> bytes) {
  return crc32c_software(before, bytes);
}

bool has_crc32c_instruction() {
  return false;
}

#endif

std::uint32_t crc32c_any(std::uint32_t before, std::span<const std::byte> bytes) {
  static const bool has_instruction = has_crc32c_instruction();
  return has_instruction ? crc32c_hardware(before, bytes) : crc32c_software(before, bytes);
}

}  // namespace heddle::flow::log
