// What an engine holds between two edges, in terms of the model, so that any
// engine can go on where another stopped: the seam's part of a checkpoint.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/gate/edge.h"

namespace heddle::gate {

/// A value; bits are bytes of 0 or 1. What is not here follows from it by
/// settling: every AND, every latch whose gate is open.
struct Snapshot {
  std::uint64_t next_edge = 0;       ///< the edge that would run next
  std::vector<std::uint8_t> inputs;  ///< by `Model::inputs`
  std::vector<std::uint8_t> states;  ///< by `Model::states`
  /// Data of every read port, memory after memory, port after port: a port
  /// that is not enabled keeps what it read last.
  std::vector<std::uint8_t> reads;
  std::vector<std::vector<std::uint64_t>> memories;  ///< rows, by `Model::memories`
  std::vector<EdgeOp> drives;  ///< what peripherals drive at the next edge's step (1)
  /// With X propagation which of them are x, laid out alike; else empty.
  std::vector<std::uint8_t> x_inputs;
  std::vector<std::uint8_t> x_states;
  std::vector<std::uint8_t> x_reads;
  std::vector<std::vector<std::uint64_t>> x_memories;
  /// The chain of digests; meaningful from an engine that keeps digests.
  std::uint64_t digest = 0;        ///< of the last edge
  std::uint64_t write_digest = 0;  ///< running, of memory writes

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};

}  // namespace heddle::gate
