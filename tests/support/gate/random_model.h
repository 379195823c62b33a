// Random designs for engine tests: every kind of state, gated and derived
// clocks, latches, asynchronous controls and memories, none of them sensible.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/gate/model.h"

namespace heddle::gate::testing {

/// SplitMix64: small, seeded, good enough to draw test cases.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t bound) {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<std::uint32_t>(((z ^ (z >> 31)) >> 32) % bound);
  }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct RandomModelOptions {
  std::uint32_t input_count = 6;   ///< inputs 0 and 1 are the clocks
  std::uint32_t state_count = 40;  ///< at least 5
  std::uint32_t and_count = 300;
  std::uint32_t memory_count = 1;
  std::uint32_t register_rows = 0;  ///< of a register file of flops, two to the n
  bool has_latches = true;
  bool has_derived_clocks = true;
};

/// A model with outputs, states and memories in order of name.
[[nodiscard]] Model random_model(std::uint64_t seed, const RandomModelOptions& options);

}  // namespace heddle::gate::testing
