#include "heddle/gate/cosim.h"

#include <algorithm>
#include <charconv>

#include "gate/cosim/cosim_run.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

Result<EdgeRange> parse_edge_range(const std::string& text) {
  if (text == "all") return EdgeRange{0, std::numeric_limits<std::uint64_t>::max()};
  EdgeRange range;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, range.first);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == ':') {
    const auto last = std::from_chars(first.ptr + 1, end, range.end);
    if (last.ec == std::errc() && last.ptr == end && range.first < range.end) return range;
  }
  return fail(cosim::diag::kBadCheckWindow, {}, {text});
}

bool CosimOutcome::passed() const {
  const auto equal = [](const ExpectationOutcome& expectation) { return expectation.equal; };
  return status == RunStatus::Complete && check.equal && !problems.has_errors() &&
         std::all_of(expectations.begin(), expectations.end(), equal);
}

std::string_view stop_reason_name(StopReason reason) {
  switch (reason) {
    case StopReason::None: return "none";
    case StopReason::Edges: return "edges";
    case StopReason::Time: return "time_ps";
    case StopReason::Net: return "net";
    case StopReason::UartText: return "uart_text";
    case StopReason::Script: return "script";
    case StopReason::Finish: return "finish";
    case StopReason::Client: return "client";
    case StopReason::Bench: return "bench";
  }
  return "none";
}

std::string_view run_status_name(RunStatus status) {
  switch (status) {
    case RunStatus::Complete: return "complete";
    case RunStatus::Interrupted: return "interrupted";
    case RunStatus::Failed: break;
  }
  return "failed";
}

Result<CosimOutcome> run_cosim(const RunFile& run, const CosimOptions& options,
                               CosimObserver& observer, Progress& progress, Interrupt interrupt) {
  CosimRun cosim(run, options, observer, progress, interrupt);
  HEDDLE_TRY_STATUS(cosim.prepare());
  HEDDLE_TRY_STATUS(cosim.open());
  cosim.loop();
  return cosim.finish();
}

}  // namespace heddle::gate
