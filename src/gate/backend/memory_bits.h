// Contents of the memories of a model, and the writes of one clock round.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/gate/model.h"

namespace heddle::gate {

/// One memory's rows; row r is `words_per_row` words from `r * words_per_row`.
struct MemoryBits {
  explicit MemoryBits(const Memory& memory)
      : words(memory.initial),
        depth(memory.depth),
        start_offset(memory.start_offset),
        words_per_row(memory.words_per_row()) {}

  std::vector<std::uint64_t> words;
  std::uint64_t depth = 0;
  std::uint64_t start_offset = 0;
  std::uint32_t words_per_row = 1;

  /// The row that an address selects, or an empty span outside of the memory.
  [[nodiscard]] std::span<std::uint64_t> row(std::uint64_t address) {
    const std::uint64_t index = address - start_offset;
    if (address < start_offset || index >= depth) return {};
    return std::span(words).subspan(index * words_per_row, words_per_row);
  }
};

/// A write port that fired: what it will store once everything is sampled.
struct PendingWrite {
  std::uint32_t memory = 0;
  std::uint64_t address = 0;
  std::vector<std::uint64_t> mask;
  std::vector<std::uint64_t> data;
  std::uint32_t order = 0;  ///< position of the port among all of the design
};

/// Stores the masked bits. False when the address lies outside.
inline bool store(MemoryBits& bits, const PendingWrite& write) {
  const std::span<std::uint64_t> row = bits.row(write.address);
  for (std::size_t w = 0; w < row.size(); ++w) {
    row[w] = (row[w] & ~write.mask[w]) | (write.data[w] & write.mask[w]);
  }
  return !row.empty();
}

}  // namespace heddle::gate
