// From a netlist file to a program that an engine can load.
#pragma once

#include "gate/workload_rows.h"

namespace heddle::bench {

/// A chip's netlist read, flattened, elaborated and mapped: with an empty cache,
/// into which the results go, and then out of it, as a second run starts.
/// Milliseconds of CPU time; a target of 0 is none. A warm load has to give the
/// same program.
struct CompileTargets {
  double cold_ms = 0;
  double warm_ms = 0;
};
[[nodiscard]] Outcome<std::vector<Row>> measure_compile(const std::string& chip,
                                                        const CompileTargets& targets,
                                                        const BenchParams& params);

}  // namespace heddle::bench
