// Where in DRAM an address lies: the order of its parts in the machine file,
// each a power of two, and the hash that spreads strides over units and banks.
#pragma once

#include <cstdint>

#include "heddle/tile/machine.h"

namespace heddle::tile::model {

/// `unit` counts pseudo-channels, those of a channel together; `bank` counts group by group.
struct DramPlace {
  std::uint32_t unit = 0;
  std::uint32_t bank = 0;
  std::uint32_t row = 0;
  std::uint32_t column = 0;
};

/// One to one: different requests lie in different places. Threads: any number may ask.
class AddressMap {
 public:
  explicit AddressMap(const DramSpec& spec);

  [[nodiscard]] DramPlace place(std::uint64_t address) const {
    DramPlace p;
    p.row = static_cast<std::uint32_t>(address >> row_shift_);
    p.column = column_.of(address);
    const std::uint32_t bank = bank_.of(address);
    const std::uint32_t group = group_.of(address);
    p.unit = channel_.of(address) << pseudo_.bits | pseudo_.of(address);
    p.bank = group << bank_.bits | bank;
    if (!has_hash_) return p;
    const std::uint32_t row_bits = fold(p.row, unit_bits_);
    p.unit ^= (row_bits ^ fold(p.column, unit_bits_)) & ((1U << unit_bits_) - 1);
    // In Gray code, so that a stream that enters the next row finds another bank than it left.
    p.bank ^= fold(p.row ^ p.row >> 1, bank_.bits + group_.bits);
    p.bank &= (1U << (bank_.bits + group_.bits)) - 1;
    return p;
  }

  [[nodiscard]] std::uint32_t unit_count() const { return 1U << unit_bits_; }

 private:
  struct Field {
    std::uint32_t shift = 0;
    std::uint32_t bits = 0;
    [[nodiscard]] std::uint32_t of(std::uint64_t address) const {
      return static_cast<std::uint32_t>(address >> shift) & ((1U << bits) - 1);
    }
  };

  /// The exclusive or of the pieces of `bits` bits.
  [[nodiscard]] static std::uint32_t fold(std::uint32_t value, std::uint32_t bits) {
    if (bits == 0) return 0;
    std::uint32_t folded = 0;
    for (; value != 0; value >>= bits) folded ^= value;
    return folded;
  }

  Field channel_;
  Field pseudo_;
  Field group_;
  Field bank_;
  Field column_;
  std::uint32_t row_shift_ = 0;
  std::uint32_t unit_bits_ = 0;
  bool has_hash_ = false;
};

}  // namespace heddle::tile::model
