// The options of the timing overlay, which several commands have.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/command.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::cli {

struct TimingCommandOptions {
  std::string sdf;
  std::string report;
  std::string corner = "minmax";
  std::vector<std::string> arrivals;
  std::optional<std::uint64_t> input_delay_ps;
};

/// Appends `--sdf` and what goes with it. `has_input_delay`: inputs are driven
/// at edges, not at times of their own.
void add_timing_options(Command& command, TimingCommandOptions& options, bool has_input_delay);

[[nodiscard]] gate::TimingRequest timing_request(const TimingCommandOptions& options);

/// Prints the summary (not with `--json`) and the first violation.
/// Exit code 1 when there is one.
[[nodiscard]] ExitCode report_timing(const std::optional<gate::TimingReport>& report,
                                     Session& session);

}  // namespace heddle::cli
