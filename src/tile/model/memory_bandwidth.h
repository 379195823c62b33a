// The fast memory system: a network without contention before channels that
// are a latency and a bandwidth.
#pragma once

#include <memory>

#include "heddle/tile/memory_system.h"

namespace heddle::tile::model {

/// Consecutive requests go to consecutive channels. A channel serves one at a time, in the
/// order of arrival, each for request size over bandwidth, kept as a fraction: no drift.
/// Each core has its share of a channel's queue. Reads are answered `latency` after their
/// service, writes are complete with it.
/// Requires: a fixed network, no L2, the bandwidth model.
[[nodiscard]] std::unique_ptr<MemorySystem> make_bandwidth_memory(const Machine& machine);

}  // namespace heddle::tile::model
