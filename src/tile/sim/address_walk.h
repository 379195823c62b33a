// The requests of one DMA transfer, made one run at a time: a 1 MiB tile is 32,768
// requests and never more than a few words of state.
#pragma once

#include <array>
#include <cstdint>

#include "heddle/tile/memory_system.h"
#include "heddle/tile/trace.h"
#include "heddle_tile.h"

namespace heddle::tile {

/// Walks the elements of a transfer in order, the last dimension fastest. Dimensions that
/// lie side by side in DRAM are one segment; requests that two neighbouring segments share
/// are made once.
class AddressWalk {
 public:
  AddressWalk() = default;
  /// `base` is added to the tensor's own address. Requires: a valid Dma of `item`.
  AddressWalk(const WorkItem& item, const Instruction& dma, const Tensor& tensor,
              std::uint64_t base, std::uint32_t request_bytes);

  /// Whether all requests have been taken.
  [[nodiscard]] bool done() const { return count_ == 0; }
  /// The next run, not yet taken. Requires: not done.
  [[nodiscard]] std::uint64_t address() const { return first_ * request_bytes_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  /// Takes the first `taken` requests of the run. Requires: taken <= count().
  void take(std::uint32_t taken);

 private:
  void step();
  void open_segment();

  std::array<std::int64_t, HEDDLE_TILE_MAX_DIMS> dims_ = {};
  std::array<std::int64_t, HEDDLE_TILE_MAX_DIMS> strides_ = {};
  std::array<std::int64_t, HEDDLE_TILE_MAX_DIMS> at_ = {};
  std::size_t outer_ = 0;     ///< dimensions outside of a segment
  std::int64_t segment_ = 0;  ///< elements of a segment
  std::int64_t element_ = 0;  ///< first one of the present segment
  std::uint32_t element_bits_ = 8;
  std::uint32_t request_bytes_ = 32;
  std::uint64_t base_ = 0;
  std::uint64_t first_ = 0;     ///< request number
  std::uint64_t next_new_ = 0;  ///< one past the last request made
  std::uint32_t count_ = 0;
  bool has_segment_ = false;
};

}  // namespace heddle::tile
