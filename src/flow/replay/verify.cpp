// Both recordings run under a mock clock, so every difference between them comes
// from outside the rules; the recomputations then leave out the sources.
#include "heddle/base/file.h"
#include "heddle/flow/log_recover.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/replay_verify.h"

namespace heddle::flow::replay {
namespace {

class Verifier {
 public:
  Verifier(const ConfigNode& graph, const TaskRegistry& registry, const VerifyOptions& options)
      : graph_(graph), registry_(registry), options_(options) {}

  Result<VerifyOutcome> run() {
    HEDDLE_TRY_STATUS(make_directories(options_.directory));
    const std::string first = join_path(options_.directory, "first");
    const std::string second = join_path(options_.directory, "second");
    HEDDLE_TRY_STATUS(record(first, 1));
    HEDDLE_TRY_STATUS(record(second, 2));
    if (outcome_.was_interrupted) return outcome_;
    HEDDLE_TRY(const log::LogCheck check, log::check_log(first));
    outcome_.data_digest = check.data_digest;
    HEDDLE_TRY(const log::DiffOutcome diff, log::diff_logs(first, second));
    if (diff.divergence) {
      outcome_.diverged_in = "second recording";
      outcome_.divergence = *diff.divergence;
      return outcome_;
    }
    for (const std::uint32_t workers : options_.replay_workers) {
      HEDDLE_TRY_STATUS(recompute(first, workers));
      if (!outcome_.diverged_in.empty()) break;
    }
    return outcome_;
  }

 private:
  Status record(const std::string& base, std::uint64_t number) {
    HEDDLE_TRY(Graph graph, read_graph(graph_, registry_, options_.mission));
    graph.runtime.lists = options_.lists;
    graph.runtime.rate_hz = 0;
    graph.logging.is_enabled = true;
    graph.logging.on_full = OnLogFull::Block;
    const Plan plan = make_plan(graph, {.workers = options_.workers,
                                        .slots = graph.runtime.slots,
                                        .strategy = graph.runtime.strategy,
                                        .costs_ns = {}});
    const auto storage = log::make_posix_storage();
    log::LogSink sink(*storage,
                      {.base = base, .id = {graph.digest().value(), number}, .build = "verify"});
    MockClock clock;
    HEDDLE_TRY(const auto flow, Flow::build(std::move(graph), plan, clock, sink));
    const RunSummary summary = flow->run({.interrupt = options_.interrupt});
    if (summary.error.has_errors()) return fail(summary.error);
    outcome_.lists = summary.lists;
    outcome_.was_interrupted = options_.interrupt.is_requested();
    return {};
  }

  Status recompute(const std::string& base, std::uint32_t workers) {
    ReplayOptions options;
    options.workers = workers;
    options.interrupt = options_.interrupt;
    HEDDLE_TRY(const ReplayOutcome replayed, replay_log(base, registry_, options));
    if (!replayed.divergence) return {};
    outcome_.diverged_in =
        "recomputation with " + std::to_string(workers) + (workers == 1 ? " worker" : " workers");
    outcome_.divergence = *replayed.divergence;
    return {};
  }

  const ConfigNode& graph_;
  const TaskRegistry& registry_;
  const VerifyOptions& options_;
  VerifyOutcome outcome_;
};

}  // namespace

Result<VerifyOutcome> verify_flow(const ConfigNode& graph, const TaskRegistry& registry,
                                  const VerifyOptions& options) {
  return Verifier(graph, registry, options).run();
}

}  // namespace heddle::flow::replay
