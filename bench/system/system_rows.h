// The rows of whole machines: what a collective and a product take, and how a
// machine of 64 packages scales over threads.
#pragma once

#include <string>
#include <vector>

#include "gate/child.h"
#include "support/rows.h"

namespace heddle::bench {

struct SystemRowParams {
  std::size_t rounds = 5;
  std::uint32_t threads = 1;  ///< of partitioned runs
  std::string root = ".";     ///< where `designs` is
  bool is_tiny = false;       ///< small machines: whether it works, not how fast
  std::string command;
};

/// The ring over 512 PEs, the hierarchical all-reduce over 128, GPT-3 QKV. Two
/// runs of one digest each, or it is a failure.
[[nodiscard]] Outcome<std::vector<Row>> measure_machines(const SystemRowParams& params);

/// 64 packages: in one piece beside partitions on all threads, wall time. A
/// digest that differs is a failure.
[[nodiscard]] Outcome<std::vector<Row>> measure_packages(const SystemRowParams& params);

}  // namespace heddle::bench
