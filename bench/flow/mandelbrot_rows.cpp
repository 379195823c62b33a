// The Mandelbrot pipeline on 1, 2, 4, ... cores, with and without a log, beside
// oneTBB on the same tasks, and beside runs that share nothing, which tell what the
// machine's cores give. All take turns within a round.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <numeric>
#include <thread>

#include "flow/flow_rows.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/measure.h"

namespace heddle::bench {
namespace {

constexpr std::uint32_t kSlots = 32;
/// A worker: enough that filling the pipeline and starting threads do not show.
constexpr std::uint64_t kLists = 300;
constexpr std::uint64_t kListsQuick = 20;

struct Case {
  std::uint32_t workers = 1;
  std::uint64_t lists = kLists;
  std::vector<double> costs_ns = {};
  std::string directory = {};
};

Result<flow::PipelineResult> run(const Case& one, std::uint32_t workers, bool has_log) {
  flow::PipelineOptions options{
      .workers = workers, .slots = kSlots, .lists = one.lists * workers, .costs_ns = one.costs_ns};
  if (!has_log) return flow::measure_mandelbrot(options);
  const std::string base = one.directory + "/mandelbrot";
  const auto storage = flow::log::make_posix_storage();
  flow::log::LogSink sink(*storage, {.base = base, .id = {1, 3}, .build = "bench"});
  options.sink = &sink;
  Result<flow::PipelineResult> result = flow::measure_mandelbrot(options);
  std::remove(flow::log::log_file_path(base, 0).c_str());
  return result;
}

Row row_of(const Case& one, const char* what, const char* unit) {
  Row row;
  row.name = fmt::format("Mandelbrot, {} cores, {}", one.workers, what);
  row.unit = unit;
  row.command = "./run bench-flow";
  return row;
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

struct CaseRows {
  explicit CaseRows(const Case& one)
      : speed_up(row_of(one, "log off: speed-up over one", "x")),
        logged(row_of(one, "log on: share of the rate without", "x")),
        apart(row_of(one, "runs that share nothing: speed-up over one", "x")),
        steps(row_of(one, "what steps cost, against one worker", "x")),
        rate(row_of(one, "log off", "lists/s")) {
    speed_up.target = 0.9 * flow::ideal_speed_up(one.workers, one.costs_ns);
    logged.target = 0.95;
    steps.lower_is_better = true;
    steps.note = "medians of the tasks' process times, summed";
  }

  Status add_round(const Case& one) {
    HEDDLE_TRY(const flow::PipelineResult single, run(one, 1, false));
    HEDDLE_TRY(const flow::PipelineResult off, run(one, one.workers, false));
    HEDDLE_TRY(const flow::PipelineResult on, run(one, one.workers, true));
    HEDDLE_TRY(const double alone, flow::measure_mandelbrot_apart(one.workers, one.lists));
    speed_up.runs.push_back(off.lists_per_second / single.lists_per_second);
    logged.runs.push_back(on.lists_per_second / off.lists_per_second);
    apart.runs.push_back(alone / single.lists_per_second);
    steps.runs.push_back(sum_of(off.costs_ns) / sum_of(single.costs_ns));
    rate.runs.push_back(off.lists_per_second);
#ifdef HEDDLE_BENCH_TBB
    rate.peer = "oneTBB parallel_pipeline, 32 tokens";
    HEDDLE_TRY(const double peer,
               tbb_mandelbrot_lists_per_second(one.workers, kSlots, one.lists * one.workers));
    rate.peer_runs.push_back(peer);
#endif
    return {};
  }

  Row speed_up, logged, apart, steps, rate;
};

}  // namespace

Result<std::vector<Row>> mandelbrot_rows(const FlowBench& bench) {
  Case one{.lists = bench.runs == 1 ? kListsQuick : kLists, .directory = bench.directory};
  HEDDLE_TRY(const flow::PipelineResult profile, run(one, 1, false));
  one.costs_ns = profile.costs_ns;
  std::vector<Row> rows;
  for (; one.workers <= std::thread::hardware_concurrency(); one.workers *= 2) {
    CaseRows of_case(one);
    for (std::size_t i = 0; i < bench.runs; ++i) HEDDLE_TRY_STATUS(of_case.add_round(one));
    if (!of_case.rate.peer_runs.empty()) {
      const double range = spread_of(of_case.rate.runs).range / spread_of(of_case.rate.runs).median;
      const Spread peer = spread_of(of_case.rate.peer_runs);
      of_case.rate.note = fmt::format("range {:.1f} % of the median, the peer's {:.1f} %",
                                      100 * range, 100 * peer.range / peer.median);
    }
    for (Row* row :
         {&of_case.speed_up, &of_case.logged, &of_case.apart, &of_case.steps, &of_case.rate}) {
      rows.push_back(std::move(*row));
    }
  }
  return rows;
}

}  // namespace heddle::bench
