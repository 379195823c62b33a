// The pipeline whose stages cost alike, on any number of workers, and the same work
// on as many threads that have nothing to do with each other: what is missing between
// the two is the flow's, the rest is the machine's.
#include <fmt/format.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <thread>

#include "heddle/flow/example_tasks.h"
#include "heddle/flow/measure.h"
#include "heddle/flow/monitor.h"

namespace heddle::flow {
namespace {

constexpr std::uint32_t kBands = 32;

/// A graph ready to run; the registry holds its types.
struct Pipeline {
  TaskRegistry registry;
  Graph graph;
};

Result<std::unique_ptr<Pipeline>> make_pipeline(std::uint64_t lists, bool is_logged) {
  auto out = std::make_unique<Pipeline>();
  register_example_tasks(out->registry);
  HEDDLE_TRY(const ConfigNode node, parse_config(mandelbrot_yaml(), "mandelbrot"));
  HEDDLE_TRY(out->graph, read_graph(node, out->registry));
  out->graph.runtime.lists = lists;
  out->graph.runtime.watchdog_ms = 0;
  out->graph.logging.is_enabled = is_logged;
  return out;
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

std::string mandelbrot_yaml() {
  std::string tasks =
      "name: mandelbrot\ntasks:\n  - {id: source, type: MandelbrotSource}\n"
      "  - {id: start, type: MandelbrotStart, log: false}\n";
  std::string connections = "connections:\n  - {from: source, to: start}\n";
  std::string last = "start";
  for (std::uint32_t i = 0; i < kBands; ++i) {
    tasks += fmt::format("  - {{id: band{}, type: MandelbrotBand, log: false}}\n", i);
    connections += fmt::format("  - {{from: {}, to: band{}}}\n", last, i);
    last = fmt::format("band{}", i);
  }
  return tasks + "  - {id: assemble, type: MandelbrotAssemble}\n" +
         "  - {id: drain, type: MandelbrotDrain}\n" + connections +
         fmt::format("  - {{from: {}, to: assemble}}\n  - {{from: assemble, to: drain}}\n", last);
}

Result<PipelineResult> measure_mandelbrot(const PipelineOptions& options) {
  HEDDLE_TRY(const std::unique_ptr<Pipeline> pipeline,
             make_pipeline(options.lists, options.sink != nullptr));
  pipeline->graph.runtime.cpus = options.cpus;
  const Plan plan = make_plan(pipeline->graph,
                              {options.workers, options.slots, options.strategy, options.costs_ns});
  NullCommitSink null_sink;
  Monitor monitor(options.sink == nullptr ? null_sink : *options.sink);
  const std::unique_ptr<Clock> clock = make_real_clock();
  HEDDLE_TRY(const auto flow, Flow::build(std::move(pipeline->graph), plan, *clock, monitor));
  const auto begin = std::chrono::steady_clock::now();
  const RunSummary summary = flow->run();
  const double seconds = seconds_since(begin);
  if (summary.error.has_errors()) return fail(summary.error);
  return PipelineResult{static_cast<double>(summary.lists) / seconds, costs_of(monitor.report())};
}

Result<double> measure_mandelbrot_apart(std::uint32_t threads, std::uint64_t lists) {
  std::vector<Status> results(threads);
  std::barrier ready(static_cast<std::ptrdiff_t>(threads) + 1);
  const auto run_one = [&](Status& result) {
    Result<std::unique_ptr<Pipeline>> pipeline = make_pipeline(lists, false);
    NullCommitSink sink;
    const std::unique_ptr<Clock> clock = make_real_clock();
    std::unique_ptr<Flow> flow;
    if (pipeline) {
      const Plan plan = make_plan((*pipeline)->graph, {.workers = 1, .slots = 1});
      Result<std::unique_ptr<Flow>> built =
          Flow::build(std::move((*pipeline)->graph), plan, *clock, sink);
      if (built) flow = std::move(*built);
      if (!built) result = fail(built.error());
    } else {
      result = fail(pipeline.error());
    }
    ready.arrive_and_wait();
    if (flow == nullptr) return;
    const RunSummary summary = flow->run();
    if (summary.error.has_errors()) result = fail(summary.error);
  };
  std::vector<std::thread> running;
  for (std::uint32_t i = 0; i < threads; ++i) {
    running.emplace_back([&, i] { run_one(results[i]); });
  }
  ready.arrive_and_wait();
  const auto begin = std::chrono::steady_clock::now();
  for (std::thread& thread : running) thread.join();
  const double seconds = seconds_since(begin);
  for (const Status& result : results) HEDDLE_TRY_STATUS(result);
  return static_cast<double>(lists) * threads / seconds;
}

double ideal_speed_up(std::uint32_t workers, const std::vector<double>& costs_ns) {
  double sum = 0;
  double most = 0;
  for (const double cost : costs_ns) {
    sum += cost;
    most = std::max(most, cost);
  }
  return most == 0 ? 1 : std::min(static_cast<double>(workers), sum / most);
}

}  // namespace heddle::flow
