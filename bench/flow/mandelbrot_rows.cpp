// The Mandelbrot pipeline on 1, 2, 4, ... cores, with and without a log.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "flow/flow_rows.h"
#include "heddle/flow/example_tasks.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/monitor.h"

namespace heddle::bench {
namespace {

constexpr std::uint32_t kBands = 32;
/// A worker: enough that filling the pipeline and starting threads do not show.
constexpr std::uint64_t kLists = 300;

std::string graph_yaml() {
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

struct Measured {
  double lists_per_second = 0;
  std::vector<double> costs_ns;
};

Measured run(std::uint32_t workers, bool has_log, const std::vector<double>& costs,
             const std::string& directory) {
  flow::TaskRegistry registry;
  flow::register_example_tasks(registry);
  Result<flow::Graph> graph = flow::read_graph(*parse_config(graph_yaml(), "mandelbrot"), registry);
  graph->runtime.lists = kLists * workers;
  graph->logging.is_enabled = has_log;
  const flow::Plan plan =
      flow::make_plan(*graph, {.workers = workers, .slots = 32, .costs_ns = costs});
  const std::string base = directory + "/mandelbrot";
  const auto storage = flow::log::make_posix_storage();
  flow::log::LogSink log(*storage, {.base = base, .id = {1, 3}, .build = "bench"});
  flow::NullCommitSink null;
  flow::Monitor monitor(has_log ? static_cast<flow::CommitSink&>(log) : null);
  const auto clock = flow::make_real_clock();
  const auto flow = flow::Flow::build(std::move(*graph), plan, *clock, monitor);
  const auto begin = std::chrono::steady_clock::now();
  const flow::RunSummary summary = (*flow)->run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  std::remove(flow::log::log_file_path(base, 0).c_str());
  if (summary.error.has_errors()) std::fputs(summary.error.to_string().c_str(), stderr);
  return {static_cast<double>(summary.lists) / seconds.count(), flow::costs_of(monitor.report())};
}

/// What `workers` can do at most: 0.9 of the ideal is the target.
double ideal_speed_up(std::uint32_t workers, const std::vector<double>& costs) {
  double sum = 0;
  double most = 0;
  for (const double cost : costs) {
    sum += cost;
    most = std::max(most, cost);
  }
  return std::min(static_cast<double>(workers), sum / most);
}

}  // namespace

std::vector<Row> mandelbrot_rows(const FlowBench& bench) {
  const std::vector<double> costs = run(1, false, {}, bench.directory).costs_ns;
  std::vector<Row> rows;
  std::vector<std::uint32_t> counts = {1};
  while (counts.back() * 2 <= std::thread::hardware_concurrency()) {
    counts.push_back(counts.back() * 2);
  }
  for (const std::uint32_t workers : counts) {
    Row plain;
    plain.name = fmt::format("Mandelbrot, {} cores, log off: speed-up over one", workers);
    plain.unit = "x";
    plain.target = 0.9 * ideal_speed_up(workers, costs);
    plain.command = "./run bench-flow";
    Row logged = plain;
    logged.name = fmt::format("Mandelbrot, {} cores, log on: share of the rate without", workers);
    logged.target = 0.95;
    for (std::size_t i = 0; i < bench.runs; ++i) {
      const double one = run(1, false, costs, bench.directory).lists_per_second;
      const double off = run(workers, false, costs, bench.directory).lists_per_second;
      const double on = run(workers, true, costs, bench.directory).lists_per_second;
      plain.runs.push_back(off / one);
      logged.runs.push_back(on / off);
    }
    rows.push_back(std::move(plain));
    rows.push_back(std::move(logged));
  }
  return rows;
}

}  // namespace heddle::bench
