// The serial chain and the caterpillar against their bounds, and the same chain in
// oneTBB at several stage costs.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <thread>

#include "flow/flow_rows.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/measure.h"

namespace heddle::bench {
namespace {

constexpr double kLoopBoundNs = 100;        // beside clock readings
constexpr double kCaterpillarBoundNs = 60;  // beside clock readings

Row row_of(const std::string& name, double target, const std::string& note) {
  Row row;
  row.name = name;
  row.unit = "ns/list";
  row.lower_is_better = true;
  row.target = target;
  row.note = note;
  row.command = "./run bench-flow";
  return row;
}

/// What a run of the chain is measured by.
enum class By : std::uint8_t { Wall, Cpu, Span };

double measure(const flow::ChainOptions& options, By by) {
  const Result<flow::ChainResult> result = flow::measure_chain(options);
  if (!result) {
    std::fputs(result.error().to_string().c_str(), stderr);
    return 0;
  }
  if (by == By::Span) return static_cast<double>(result->first_to_last_ns);
  return by == By::Cpu ? result->cpu_ns_per_list : result->ns_per_list;
}

/// Into a log that is removed again.
double measure_logged(flow::ChainOptions options, const std::string& directory) {
  const std::string base = directory + "/chain";
  std::remove(flow::log::log_file_path(base, 0).c_str());
  const auto storage = flow::log::make_posix_storage();
  flow::log::LogSink sink(*storage, {.base = base, .id = {1, 2}, .build = "bench"});
  options.sink = &sink;
  const double ns = measure(options, By::Cpu);
  for (std::uint32_t i = 0; std::remove(flow::log::log_file_path(base, i).c_str()) == 0; ++i) {
  }
  return ns;
}

}  // namespace

Result<std::vector<Row>> chain_rows(const FlowBench& bench) {
  const double read = flow::measure_clock_read_ns();
  const std::string stamps = fmt::format("11 clock readings of {:.1f} ns, and 100", read);
  std::vector<Row> rows = {
      row_of("serial chain of 10 tasks, loop with log", 11 * read + kLoopBoundNs, stamps),
      row_of("serial chain of 10 tasks, loop with log, no stamps", kLoopBoundNs, ""),
      row_of("serial chain of 10 tasks, loop, nothing logged", 11 * read + kLoopBoundNs, stamps),
      row_of("serial chain of 10 tasks, no stamps, nothing logged", kLoopBoundNs, ""),
      row_of("caterpillar, first start to last end", 18 * read + kCaterpillarBoundNs,
             fmt::format("18 clock readings of {:.1f} ns, and 60", read)),
      row_of("caterpillar, whole loop, no stamps", kCaterpillarBoundNs, "")};
  const flow::ChainOptions chain{.stages = 8, .lists = bench.lists};
  flow::ChainOptions plain = chain;
  plain.has_stamps = false;
  flow::ChainOptions caterpillar = chain;
  caterpillar.is_caterpillar = true;
  flow::ChainOptions plain_caterpillar = caterpillar;
  plain_caterpillar.has_stamps = false;
  for (std::size_t run = 0; run < bench.runs; ++run) {
    rows[0].runs.push_back(measure_logged(chain, bench.directory));
    rows[1].runs.push_back(measure_logged(plain, bench.directory));
    rows[2].runs.push_back(measure(chain, By::Cpu));
    rows[3].runs.push_back(measure(plain, By::Cpu));
    rows[4].runs.push_back(measure(caterpillar, By::Span));
    rows[5].runs.push_back(measure(plain_caterpillar, By::Cpu));
  }
  return rows;
}

Result<std::vector<Row>> pipeline_rows(const FlowBench& bench) {
  const double turn = flow::measure_turn_ns();
  const std::uint32_t workers = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
  std::vector<Row> rows;
  for (const double stage_ns : {0.0, 100.0, 1'000.0, 10'000.0, 100'000.0}) {
    const auto turns = static_cast<std::uint32_t>(stage_ns / turn);
    const auto lists = static_cast<std::uint64_t>(std::clamp(
        2e9 / (10 * std::max(stage_ns, 100.0)), 500.0, static_cast<double>(bench.lists)));
    Row row;
    row.name = fmt::format("chain of 10 tasks on {} cores, {} us a stage", workers, stage_ns / 1e3);
    row.unit = "ns/list";
    row.lower_is_better = true;
    row.command = "./run bench-flow";
    const flow::ChainOptions options{.stages = 8,
                                     .turns = turns,
                                     .workers = workers,
                                     .slots = 32,
                                     .lists = lists,
                                     .has_stamps = false,
                                     .is_profiled = true};
    for (std::size_t run = 0; run < bench.runs; ++run) {
      row.runs.push_back(measure(options, By::Wall));
#ifdef HEDDLE_BENCH_TBB
      row.peer = "oneTBB parallel_pipeline, 32 tokens";
      row.peer_runs.push_back(tbb_chain_ns_per_list(8, turns, workers, 32, lists));
#endif
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace heddle::bench
