// A graph as a picture: tasks in columns by how far they are from a source, their
// messages as lines, their worker as colour, measured times if there are any.
#pragma once

#include <string>

#include "heddle/flow/monitor.h"
#include "heddle/flow/plan.h"

namespace heddle::flow {

/// What to draw beside the graph itself; null: nothing.
struct DrawOptions {
  const Plan* plan = nullptr;             ///< for the workers
  const MonitorReport* report = nullptr;  ///< for the times
};

/// For Graphviz. Determinism: of its arguments.
[[nodiscard]] std::string draw_dot(const Graph& graph, const DrawOptions& options = {});
/// A picture that stands alone. Determinism: of its arguments.
[[nodiscard]] std::string draw_svg(const Graph& graph, const DrawOptions& options = {});

}  // namespace heddle::flow
