// The threads of a run: started together, pinned and prioritised as the graph
// says, their stacks touched before the first list; and the watchdog beside them.
#pragma once

#include "flow/exec/executors.h"

namespace heddle::flow {

/// Runs the executor to its end. When a scheduling call fails and the graph says
/// `strict`, nothing is run and the error is returned; with `warn` it is a warning.
/// Errors: flow.scheduling, flow.out-of-memory (no thread).
[[nodiscard]] Status run_workers(Engine& engine, Executor& executor, const RunOptions& options,
                                 Diagnostics& warnings);

}  // namespace heddle::flow
