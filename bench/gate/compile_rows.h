// From a netlist file to a program that an engine can load.
#pragma once

#include "gate/workload_rows.h"

namespace heddle::bench {

/// Reading, flattening, elaborating and mapping a chip's netlist: milliseconds
/// of CPU time, none of it cached. `target_ms` 0: none is stated.
[[nodiscard]] Outcome<std::vector<Row>> measure_compile(const std::string& chip, double target_ms,
                                                        const BenchParams& params);

}  // namespace heddle::bench
