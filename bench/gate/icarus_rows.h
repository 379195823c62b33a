// Icarus Verilog and the reference engine beside the event engine: the first
// edges of soc_mcu, all of whose outputs are compared.
#pragma once

#include "gate/workload_rows.h"

namespace heddle::bench {

/// How many edges; the first `from` are not timed, they hold vvp's start.
struct IcarusParams {
  std::uint64_t from = 1'000;
  std::uint64_t edges = 20'000;
  std::string script = "designs/sim/icarus_replay.sh";
};

/// Rows of both engines with Icarus as the peer. `recorder` is a soc_tb of the
/// chip; it records the inputs that Icarus replays.
[[nodiscard]] Outcome<std::vector<Row>> measure_icarus(const Baseline& recorder,
                                                       const BenchParams& params,
                                                       const IcarusParams& icarus);

}  // namespace heddle::bench
