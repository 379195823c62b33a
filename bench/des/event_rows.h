// The rows that compare event rates: ours, SystemC and SimPy in turn.
#pragma once

#include <string>
#include <vector>

#include "gate/child.h"
#include "support/rows.h"

namespace heddle::bench {

struct EventRowParams {
  std::size_t rounds = 5;
  std::uint64_t loops = 1000;  ///< of each of the 1,024 processes
  std::string systemc_peer;    ///< the program; empty: without SystemC
  std::string simpy_peer;      ///< the script; empty: without SimPy
  std::string command;
};

/// A digest that differs between simulators or queues is a failure.
[[nodiscard]] Outcome<std::vector<Row>> measure_events(const EventRowParams& params);

/// 64 packages in dense windows, one thread beside `threads`. A digest that
/// differs is a failure.
[[nodiscard]] Outcome<Row> measure_partitions(std::uint32_t threads, std::size_t rounds,
                                              const std::string& command,
                                              std::uint64_t steps = 200'000);

}  // namespace heddle::bench
