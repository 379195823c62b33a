// Runs a number of lists of the chain or the caterpillar on one worker, and does
// nothing else that depends on that number: what a counter of instructions is pointed
// at. Built twice, with all executors and with the serial one alone.
//   bench_flow_lists LISTS [--caterpillar] [--stamps] [--digest | --log BASE]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "heddle/flow/example_tasks.h"
#include "heddle/flow/flow.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/measure.h"

namespace heddle::bench {
namespace {

int count_main(int argc, char** argv) {
  flow::ChainOptions options{.stages = 8, .has_stamps = false};
  bool has_digest = false;
  std::string base;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--caterpillar") {
      options.is_caterpillar = true;
    } else if (word == "--stamps") {
      options.has_stamps = true;
    } else if (word == "--digest") {
      has_digest = true;
    } else if (word == "--log" && i + 1 < argc) {
      base = argv[++i];
    } else {
      options.lists = std::strtoull(argv[i], nullptr, 10);
    }
  }
  flow::TaskRegistry registry;
  flow::register_example_tasks(registry);
  Result<flow::Graph> graph =
      flow::read_graph(*parse_config(flow::chain_yaml(options), "chain"), registry);
  if (!graph) return 4;
  graph->runtime.lists = options.lists;
  graph->runtime.has_stamps = options.has_stamps;
  graph->runtime.watchdog_ms = 0;
  graph->logging.is_enabled = has_digest || !base.empty();
  const flow::Plan plan = flow::make_plan(*graph, {.workers = 1, .slots = 8});
  flow::MockClock clock;
  flow::NullCommitSink null;
  flow::DigestCommitSink digest;
  const auto storage = flow::log::make_posix_storage();
  flow::log::LogSink log(*storage, {.base = base, .id = {1, 4}, .build = "bench"});
  flow::CommitSink* sink = &null;
  if (has_digest) sink = &digest;
  if (!base.empty()) sink = &log;
  const auto flow = flow::Flow::build(std::move(*graph), plan, clock, *sink);
  if (!flow) return 4;
  const flow::RunSummary summary = (*flow)->run();
  std::printf("%llu lists\n", static_cast<unsigned long long>(summary.lists));
  return summary.lists == options.lists ? 0 : 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::count_main(argc, argv);
}
