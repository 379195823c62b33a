// Replays of JTAG recordings as whole runs, events on disk included.
#pragma once

#include "gate/workload_rows.h"

namespace heddle::bench {

/// Seconds for `edges` edges of a replay: a character an edge, TDO sampled at
/// every cycle of TCK. Fails when a batch was a single edge, or when more
/// batches ran than the edges need. `target_s` of 0 is none.
[[nodiscard]] Outcome<Row> measure_jtag(const std::string& design, std::uint64_t edges,
                                        double target_s, const BenchParams& params);

}  // namespace heddle::bench
