// The part of an L2 cache in front of one channel: set-associative, sectors of
// one request, write-back, write-allocate, with a bounded number of misses.
//
// A line holds neighbouring bursts of one row of DRAM, so it never spans two
// channels. Writes cover whole sectors and fetch nothing. Pure bookkeeping: it
// has no time; who asks adds latencies.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "heddle/tile/machine.h"

namespace heddle::tile::model {

enum class L2Answer : std::uint8_t {
  Hit,
  Miss,    ///< fetch the sector from DRAM, then `fill`
  Joined,  ///< the sector is on its way; `fill` will name this request
  Full,    ///< no miss more is possible now
};

/// Requests are named by ids of the caller's. Threads: one at a time.
class L2Slice {
 public:
  L2Slice(const L2Spec& spec, std::uint32_t slices, std::uint32_t sector_bytes);

  /// A read of sector `local`. Changes nothing when Full.
  L2Answer read(std::uint64_t local, std::uint32_t id);
  /// A write of sector `local`. Appends dirty sectors of a line that had to go.
  void write(std::uint64_t local, std::vector<std::uint64_t>& written_back);
  /// The sector has come from DRAM: appends who waits for it, in order, and dirty sectors of a
  /// line that had to go. Requires: a miss of it.
  void fill(std::uint64_t local, std::vector<std::uint32_t>& waiting,
            std::vector<std::uint64_t>& written_back);

  [[nodiscard]] std::uint64_t hits() const { return hits_; }
  [[nodiscard]] std::uint64_t misses() const { return misses_; }

 private:
  struct Line {
    std::uint64_t number = UINT64_MAX;
    std::uint64_t used = 0;   ///< by the count of accesses
    std::uint32_t valid = 0;  ///< sectors, a bit each
    std::uint32_t dirty = 0;
  };

  [[nodiscard]] Line* find(std::uint64_t number);
  Line& place(std::uint64_t number, std::vector<std::uint64_t>& written_back);

  std::uint32_t sectors_ = 1;
  std::uint32_t ways_ = 1;
  std::uint32_t mshrs_ = 1;
  std::uint64_t sets_ = 1;
  std::uint64_t clock_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::vector<Line> lines_;
  std::map<std::uint64_t, std::vector<std::uint32_t>> fetching_;
};

}  // namespace heddle::tile::model
