// `heddle gate sim`: open loop. A wave file drives the inputs of a design;
// nothing reacts to its outputs, which go into another wave file.
//
// Every instant of the stimulus at which an input changes is an edge of the
// run. Where clocks and data change at one instant, flops see the data from
// before it, as in a bench that drives data with non-blocking assignments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/base/progress.h"
#include "heddle/base/result.h"
#include "heddle/base/units.h"
#include "heddle/gate/design_files.h"
#include "heddle/gate/run_file.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::gate {

struct OpenLoopOptions {
  DesignFiles files = {};
  std::string top = {};       ///< empty: the only candidate
  std::string stimulus = {};  ///< VCD or FST
  /// Where the ports are in the stimulus, `tb.dut`; without it, the scope that
  /// has most of them.
  std::optional<std::string> scope = {};
  std::vector<std::string> allow_missing = {};  ///< inputs that may be absent: held at 0
  bool data_first = false;                      ///< flops see data of the same instant
  SimTime from = {};                            ///< the first instant used
  std::optional<SimTime> to = {};               ///< the last
  std::vector<std::string> nets = {"*"};        ///< globs of what is dumped; empty: nothing
  WaveFileFormat format = WaveFileFormat::Fst;
  std::string wave_file = {};
  std::string digest_file = {};  ///< `edge digest` lines; empty: none
  std::string saif_file = {};    ///< switching activity; empty: none
  TimingRequest timing = {};     ///< inputs change when the stimulus says; no input delay
  std::string engine = "event";
  std::string cache_directory = {};  ///< as in `CosimOptions`
};

struct OpenLoopOutcome {
  std::string scope;                 ///< of the stimulus
  std::size_t port_count = 0;        ///< inputs that it drives
  std::vector<std::string> missing;  ///< inputs held at 0
  std::uint64_t edges = 0;
  std::uint64_t instants = 0;  ///< distinct times of the edges
  std::int64_t first_time_ps = 0;
  std::int64_t last_time_ps = 0;
  std::uint64_t digest = 0;
  std::size_t net_count = 0;  ///< in the wave file
  std::optional<TimingReport> timing;
};

/// Runs. A bit of the stimulus that is neither 0 nor 1 counts as 0, with a warning.
/// Errors: those of reading the netlist, `compile`, `make_backend`, `WaveReader`;
/// look.missing-port, look.port-width, look.unknown-port, look.unknown-name,
/// look.no-stimulus, cosim.unknown-net, gate.run.no-fixpoint, file.write-failed.
[[nodiscard]] Result<OpenLoopOutcome> run_open_loop(const OpenLoopOptions& options,
                                                    Diagnostics& warnings, Progress& progress,
                                                    Interrupt interrupt);

}  // namespace heddle::gate
