// The digest of an edge: XXH3-64 over the previous edge's digest, a running
// digest of memory writes, then states and outputs in order of name, one bit
// each, packed from bit 0 of the first word; with X propagation which of them are
// x, packed alike, behind them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

/// Keeps the packed bits; an engine sets or flips them as it goes.
class EdgeDigest {
 public:
  explicit EdgeDigest(const Model& model, bool covers_unknown = false) {
    std::uint32_t bit = 0;
    for (const StateBit& state : model.states) {
      state_bit_.push_back(is_in_netlist(state.kind) ? bit++ : kNoBit);
    }
    first_output_ = bit;
    const auto ports = static_cast<std::size_t>(std::count_if(
        model.outputs.begin(), model.outputs.end(), [](const PortBit& p) { return !is_probe(p); }));
    const std::size_t bit_words = (bit + ports + 63) / 64;
    unknown_words_ = covers_unknown ? bit_words : 0;
    covered_words_ = kHeaderWords + bit_words + unknown_words_;
    first_probe_ = static_cast<std::uint32_t>(ports);
    probe_bit_ = static_cast<std::uint32_t>((covered_words_ - kHeaderWords) * 64);
    words_.assign(covered_words_ + 1 + unknown_words_, 0);
  }

  static constexpr std::uint32_t kNoBit = 0xFFFFFFFF;
  /// Position of a state, or `kNoBit` where none is covered.
  [[nodiscard]] std::uint32_t bit_of_state(std::size_t state) const { return state_bit_[state]; }
  [[nodiscard]] std::uint32_t bit_of_output(std::size_t output) const {
    if (output >= first_probe_) return probe_bit_;
    return first_output_ + static_cast<std::uint32_t>(output);
  }

  void set(std::uint32_t bit, bool value) {
    std::uint64_t& word = words_[kHeaderWords + bit / 64];
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    word = value ? word | mask : word & ~mask;
  }
  void flip(std::uint32_t bit) {
    words_[kHeaderWords + bit / 64] ^= std::uint64_t{1} << (bit % 64);
  }

  /// Of x, at the same position. Requires: it covers x.
  void flip_unknown(std::uint32_t bit) {
    flip(bit + static_cast<std::uint32_t>(unknown_words_ * 64));
  }
  void set_unknown(std::uint32_t bit, bool unknown) {
    set(bit + static_cast<std::uint32_t>(unknown_words_ * 64), unknown);
  }

  /// A write happened: `row` is the content of that row afterwards.
  void add_write(std::uint32_t memory, std::uint64_t address, std::span<const std::uint64_t> row) {
    scratch_.assign({words_[kWrites], memory, address});
    scratch_.insert(scratch_.end(), row.begin(), row.end());
    words_[kWrites] = digest_of(std::span<const std::uint64_t>(scratch_)).value();
  }

  /// A write changed which bits of a row are x: `unknown`, afterwards.
  void add_unknown(std::uint32_t memory, std::uint64_t address,
                   std::span<const std::uint64_t> unknown) {
    constexpr std::uint64_t kUnknown = std::uint64_t{1} << 32;
    scratch_.assign({words_[kWrites], memory | kUnknown, address});
    scratch_.insert(scratch_.end(), unknown.begin(), unknown.end());
    words_[kWrites] = digest_of(std::span<const std::uint64_t>(scratch_)).value();
  }

  /// Ends an edge.
  std::uint64_t next() {
    words_[kPrevious] =
        digest_of(std::span<const std::uint64_t>(words_).first(covered_words_)).value();
    return words_[kPrevious];
  }

  // The chain, for snapshots; the packed bits follow from the values.
  [[nodiscard]] std::uint64_t previous() const { return words_[kPrevious]; }
  [[nodiscard]] std::uint64_t writes() const { return words_[kWrites]; }
  void go_on_from(std::uint64_t previous, std::uint64_t writes) {
    words_[kPrevious] = previous;
    words_[kWrites] = writes;
  }

 private:
  static constexpr std::size_t kPrevious = 0;
  static constexpr std::size_t kWrites = 1;
  static constexpr std::size_t kHeaderWords = 2;

  std::vector<std::uint64_t> words_;
  std::vector<std::uint32_t> state_bit_;
  std::uint32_t first_output_ = 0;
  std::uint32_t first_probe_ = 0;  ///< into the outputs
  std::uint32_t probe_bit_ = 0;    ///< where what no digest covers goes
  std::size_t covered_words_ = 0;
  std::size_t unknown_words_ = 0;  ///< of them at their end
  std::vector<std::uint64_t> scratch_;
};

}  // namespace heddle::gate
