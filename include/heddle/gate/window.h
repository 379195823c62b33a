// `heddle gate window`: any interval of a run again, from the nearest
// checkpoint, with any net dumped. The digests are those of the whole run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/base/progress.h"
#include "heddle/base/result.h"
#include "heddle/gate/run_file.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::gate {

/// What to look at, and where to write it.
struct WindowOptions {
  std::uint64_t first_edge = 0;
  std::uint64_t end_edge = 0;          ///< the first edge after the window
  std::vector<std::string> nets = {};  ///< globs; empty: no wave file
  WaveFileFormat format = WaveFileFormat::Fst;
  std::string wave_file = {};    ///< where the waves go
  std::string digest_file = {};  ///< `edge digest` lines; empty: none
  std::string saif_file = {};    ///< switching activity in the window; empty: none
  TimingRequest timing = {};
  std::string engine = "event";
  std::string cache_directory = {};  ///< as in `CosimOptions`
};

struct WindowOutcome {
  std::uint64_t first_edge = 0;
  std::uint64_t end_edge = 0;    ///< sooner than asked where the run ends
  std::uint64_t resumed_at = 0;  ///< edge of the checkpoint; 0: the start of the run
  std::int64_t first_time_ps = 0;
  std::int64_t last_time_ps = 0;
  std::size_t net_count = 0;
  std::uint64_t digest = 0;  ///< of the last edge
  std::optional<TimingReport> timing;
};

/// Re-simulates edges [first, end) of the run that `run_directory` holds. The
/// wave file starts with the values of all nets at the first edge.
/// Errors: those of `load_rerun` and of preparing a run; look.bad-window,
/// look.bad-checkpoint, look.changed-input, cosim.unknown-net, file.write-failed.
[[nodiscard]] Result<WindowOutcome> run_window(const std::string& run_directory,
                                               const WindowOptions& options, Diagnostics& warnings,
                                               Progress& progress, Interrupt interrupt);

}  // namespace heddle::gate
