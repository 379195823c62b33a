// Runs a run file that may name the kind `pulse_meter`:
//   custom_peripheral RUN.yaml OUT_DIR
#include <cstdio>

#include "heddle/gate/cosim.h"
#include "pulse_meter.h"

namespace {

class Quiet final : public heddle::gate::CosimObserver {};

int tell(const heddle::Diagnostics& problems) {
  std::fputs(problems.to_string().c_str(), stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: custom_peripheral RUN.yaml OUT_DIR\n", stderr);
    return 2;
  }
  const auto run = heddle::gate::load_run_file(argv[1], {pulse_meter_kind()});
  if (!run) return tell(run.error());
  heddle::gate::CosimOptions options;
  options.directory = argv[2];
  options.check = heddle::gate::parse_edge_range("all").value();  // the reference engine beside it
  Quiet quiet;
  heddle::SilentProgress progress;
  const auto outcome = heddle::gate::run_cosim(*run, options, quiet, progress, {});
  if (!outcome) return tell(outcome.error());
  if (!outcome->passed()) return tell(outcome->problems);
  std::printf("%llu events in %s/events.json, both engines agree\n",
              static_cast<unsigned long long>(outcome->event_count), argv[2]);
  return 0;
}
