// Random numbers as a pure function of (seed, stream name, domain, index): any
// draw can be made again, in any order, on any number of threads. There is no
// state to save, and no `std` distribution, whose results differ by library.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace heddle {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// The block of 128 random bits that belongs to a counter and a key.
/// Source: Philox 4x32-10; Salmon et al., "Parallel random numbers: as easy as
/// 1, 2, 3", SC 2011; constants and known answers of Random123 1.14.
[[nodiscard]] constexpr PhiloxCounter philox4x32_10(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// A named stream of a run's seed. The key is XXH3-64 over the seed (eight
/// bytes, little-endian) and the name; the counter words are the index (low,
/// high), the domain, and how often a bounded draw was rejected.
///
/// A domain is what the caller counts its draws by: a clock, a lane, a device.
/// Threads: a value. Determinism: all of it.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name);

  /// 128 random bits.
  [[nodiscard]] constexpr PhiloxCounter block(std::uint32_t domain, std::uint64_t index,
                                              std::uint32_t attempt = 0) const {
    return philox4x32_10({static_cast<std::uint32_t>(index),
                          static_cast<std::uint32_t>(index >> 32), domain, attempt},
                         key_);
  }

  /// 64 random bits: the first two words of the block, the first one low.
  [[nodiscard]] constexpr std::uint64_t at(std::uint32_t domain, std::uint64_t index,
                                           std::uint32_t attempt = 0) const {
    const PhiloxCounter words = block(domain, index, attempt);
    return std::uint64_t{words[1]} << 32 | words[0];
  }

  /// A number below `bound`, each as likely. Requires: `bound` > 0 (checked).
  /// Source: multiply-shift with rejection; Lemire, "Fast random integer
  /// generation in an interval", TOMACS 29 (2019), algorithm 5.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound, std::uint32_t domain,
                                    std::uint64_t index) const;

  /// A number from `least` to `most`, both included. Requires: `least` <= `most`
  /// (checked).
  [[nodiscard]] std::int64_t between(std::int64_t least, std::int64_t most, std::uint32_t domain,
                                     std::uint64_t index) const;

  [[nodiscard]] constexpr PhiloxKey key() const { return key_; }

 private:
  PhiloxKey key_{};
};

}  // namespace heddle
