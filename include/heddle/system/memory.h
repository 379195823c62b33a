// Memory as the machine's addresses name it: bytes for eager runs, and for all
// runs that move data a map from addresses to the values last written there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "heddle/system/op_log.h"

namespace heddle::system {

/// Bytes in pages, made on first use and filled with a pattern that is no
/// plausible value in any type. Threads: one at a time.
class PagedMemory {
 public:
  static constexpr std::uint64_t kPageBytes = 64 << 10;
  static constexpr std::byte kPattern{0xA5};

  void write(std::uint64_t address, std::span<const std::byte> bytes);
  void read(std::uint64_t address, std::span<std::byte> bytes) const;

 private:
  std::unordered_map<std::uint64_t, std::vector<std::byte>> pages_;
};

/// An access of a PE, as the race check orders it.
struct Access {
  std::uint32_t pe = 0;
  std::uint32_t tick = 0;  ///< of the PE's clock; 0: the host, before everything
  std::uint32_t op_index = 0;
};

/// A range whose bytes come from one value.
struct Segment {
  std::uint64_t end = 0;
  ValueId value;
  std::uint64_t value_offset = 0;
  Access writer;
  std::vector<Access> readers = {};  ///< since the write, one a PE
};

/// Address ranges to values. Ranges never overlap. Threads: one at a time.
class VersionMap {
 public:
  /// From now on [`begin`, `begin` + `size`) holds the value from its `offset` on.
  void write(std::uint64_t begin, std::uint64_t size, ValueId value, std::uint64_t offset,
             const Access& writer);

  /// The segments that a range overlaps, in order of address.
  [[nodiscard]] std::vector<std::pair<std::uint64_t, Segment*>> overlapping(std::uint64_t begin,
                                                                            std::uint64_t size);

  [[nodiscard]] const std::map<std::uint64_t, Segment>& segments() const { return segments_; }
  /// What was accessed is ordered before all that comes.
  void settle();
  /// Gives every value the number that `renumber` tells for its own.
  void renumber(const std::function<ValueId(ValueId)>& renumber);

 private:
  void split(std::uint64_t at);

  std::map<std::uint64_t, Segment> segments_;
};

}  // namespace heddle::system
