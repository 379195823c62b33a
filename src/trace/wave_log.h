// The words that pass from `WaveWriter` to its encoder. An ordinary word is a
// change, `source << 2 | logic`; bit 31 marks a command with words after it.
// A record never straddles two buffers.
#pragma once

#include <cstdint>

namespace heddle::trace {

inline constexpr std::uint32_t kLogCommand = 1U << 31;
/// A new instant: its time in two words, low one first.
inline constexpr std::uint32_t kLogTime = kLogCommand | 0;
/// A signal of words: signal, then its value, 32 bits a word, low one first.
inline constexpr std::uint32_t kLogWords = kLogCommand | 1;
/// The same with the unknown plane after the value.
inline constexpr std::uint32_t kLogWords4 = kLogCommand | 2;

inline constexpr std::uint32_t kLogTimeWords = 3;

/// 32-bit words that hold `width` bits, rounded up to whole 64-bit words.
[[nodiscard]] constexpr std::uint32_t log_words(std::uint32_t width) {
  return (width + 63) / 64 * 2;
}

}  // namespace heddle::trace
