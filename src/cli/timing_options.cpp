#include "cli/timing_options.h"

#include <algorithm>

#include "cli/session.h"

namespace heddle::cli {

void add_timing_options(Command& command, TimingCommandOptions& options, bool has_input_delay) {
  command.options.push_back(
      {"--sdf", "FILE", "check timing with the delays of this SDF file", &options.sdf});
  command.options.push_back({"--timing", "FILE", "the timing report (JSON)", &options.report});
  command.options.push_back({"--arrivals", "GLOB",
                             "report the latest arrivals of the nets that match",
                             &options.arrivals});
  command.options.push_back({"--corner",
                             "CORNER",
                             "which of an SDF triple's values count",
                             &options.corner,
                             Need::Optional,
                             {"minmax", "min", "typ", "max"}});
  if (!has_input_delay) return;
  command.options.push_back({"--input-delay", "PS",
                             "from the edge at which inputs are driven to their change; "
                             "default 1000",
                             &options.input_delay_ps});
}

gate::TimingRequest timing_request(const TimingCommandOptions& options) {
  gate::TimingRequest request;
  request.params.sdf_file = options.sdf;
  if (options.corner == "min") request.params.corner = gate::TimingCorner::Min;
  if (options.corner == "typ") request.params.corner = gate::TimingCorner::Typ;
  if (options.corner == "max") request.params.corner = gate::TimingCorner::Max;
  constexpr std::uint64_t kDelayMax = 1'000'000'000'000;
  if (options.input_delay_ps) {
    request.params.input_delay_ps =
        static_cast<std::int64_t>(std::min(*options.input_delay_ps, kDelayMax));
  }
  request.report_file = options.report;
  request.arrivals = options.arrivals;
  return request;
}

ExitCode report_timing(const std::optional<gate::TimingReport>& report, Session& session) {
  if (!report) return ExitCode::Ok;
  if (!session.options().is_json) session.out().write(gate::to_text(*report));
  Diagnostics problems;
  gate::add_violations(*report, problems);
  return session.report(problems);
}

}  // namespace heddle::cli
