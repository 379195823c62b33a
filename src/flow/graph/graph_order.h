// Order in a graph: who reads whom, Kahn's order, cycles, and a graph less some
// of its tasks.
#pragma once

#include <cstdint>
#include <vector>

#include "heddle/flow/graph.h"

namespace heddle::flow {

/// A cycle of tasks, each read by the next and the last by the first; empty: none.
[[nodiscard]] std::vector<std::uint32_t> find_cycle(const Graph& graph);

/// Kahn's order, of several ready tasks the first of the file. Tasks of a cycle are
/// left out.
[[nodiscard]] std::vector<std::uint32_t> kahn_order(const Graph& graph);

/// Removes tasks with their messages and connections; inputs they wrote to stay
/// without a writer.
void keep_tasks(Graph& graph, const std::vector<bool>& keeps);

}  // namespace heddle::flow
