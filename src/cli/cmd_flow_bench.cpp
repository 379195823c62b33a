// `heddle flow bench`: what the flow itself costs on this machine, now.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <optional>
#include <thread>

#include "cli/diagnostics.h"
#include "cli/flow_commands.h"
#include "cli/session.h"
#include "heddle/base/json.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/measure.h"

namespace heddle::cli {
namespace {

constexpr std::string_view kChain = "chain";
constexpr std::string_view kPipeline = "mandelbrot";

struct BenchOptions {
  std::uint64_t lists = 200'000;
  std::uint64_t runs = 5;
  std::string only;     ///< a group of rows; empty: all
  std::string scratch;  ///< empty: the system's
};

struct ChainCase {
  std::string name;
  flow::ChainOptions options;
  enum class By : std::uint8_t { Cpu, Wall, Span } by = By::Cpu;
  bool is_logged = false;
};

struct BenchRow {
  std::string name;
  std::string unit;
  std::vector<double> runs = {};
};

std::vector<ChainCase> chains_of(const BenchOptions& options) {
  const auto chain = [&](bool is_caterpillar, bool has_stamps, std::uint32_t workers) {
    return flow::ChainOptions{.stages = 8,
                              .is_caterpillar = is_caterpillar,
                              .workers = workers,
                              .lists = options.lists,
                              .has_stamps = has_stamps};
  };
  return {
      {"chain of 10 tasks, loop", chain(false, true, 1)},
      {"chain of 10 tasks, loop, no stamps", chain(false, false, 1)},
      {"chain of 10 tasks, loop with log", chain(false, true, 1), ChainCase::By::Cpu, true},
      {"chain of 10 tasks, loop with log, no stamps", chain(false, false, 1), ChainCase::By::Cpu,
       true},
      {"chain of 10 tasks, loop, 2 workers, wall time", chain(false, true, 2), ChainCase::By::Wall},
      {"caterpillar, first start to last end", chain(true, true, 1), ChainCase::By::Span},
      {"caterpillar, loop, no stamps", chain(true, false, 1)}};
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void add_row(std::vector<BenchRow>& rows, const std::string& name, const char* unit, double value) {
  const auto at =
      std::find_if(rows.begin(), rows.end(), [&](const BenchRow& row) { return row.name == name; });
  BenchRow& row = at == rows.end() ? rows.emplace_back() : *at;
  row.name = name;
  row.unit = unit;
  row.runs.push_back(value);
}

/// A log for one run; its files go with it.
class ScratchLog {
 public:
  explicit ScratchLog(const BenchOptions& options)
      : base_((std::filesystem::path(options.scratch.empty()
                                         ? std::filesystem::temp_directory_path()
                                         : std::filesystem::path(options.scratch)) /
               fmt::format("heddle-flow-bench-{}", ::getpid()))
                  .string()),
        storage_(flow::log::make_posix_storage()),
        sink_(*storage_, {.base = base_, .id = {1, 5}, .build = "bench"}) {}
  ScratchLog(const ScratchLog&) = delete;
  ScratchLog& operator=(const ScratchLog&) = delete;
  ~ScratchLog() {
    for (std::uint32_t i = 0; std::remove(flow::log::log_file_path(base_, i).c_str()) == 0; ++i) {
    }
  }
  [[nodiscard]] flow::log::LogSink& sink() { return sink_; }

 private:
  std::string base_;
  std::unique_ptr<flow::log::LogStorage> storage_;
  flow::log::LogSink sink_;
};

double value_of(const flow::ChainResult& result, ChainCase::By by) {
  if (by == ChainCase::By::Span) return static_cast<double>(result.first_to_last_ns);
  return by == ChainCase::By::Cpu ? result.cpu_ns_per_list : result.ns_per_list;
}

Status measure_chains(const BenchOptions& options, std::vector<BenchRow>& rows) {
  for (std::uint64_t run = 0; run < options.runs; ++run) {
    for (ChainCase one : chains_of(options)) {
      std::optional<ScratchLog> log;
      if (one.is_logged) one.options.sink = &log.emplace(options).sink();
      HEDDLE_TRY(const flow::ChainResult result, flow::measure_chain(one.options));
      add_row(rows, one.name, "ns/list", value_of(result, one.by));
    }
  }
  return {};
}

/// As far apart as they go, so that siblings of one core come last.
std::vector<std::uint32_t> spread_cpus(std::uint32_t workers) {
  const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::uint32_t> cpus;
  for (std::uint32_t i = 0; i < workers; ++i) cpus.push_back(i * cores / workers);
  return cpus;
}

/// The same pipeline by the other strategies, and by the default one on pinned workers.
Status measure_variants(const flow::PipelineOptions& options, double single,
                        std::vector<BenchRow>& rows) {
  std::vector<std::pair<const char*, flow::PipelineOptions>> variants = {
      {"pool", options}, {"checkpoint", options}, {"pinned", options}};
  variants[0].second.strategy = flow::Strategy::Pool;
  variants[1].second.strategy = flow::Strategy::Checkpoint;
  variants[2].second.cpus = spread_cpus(options.workers);
  for (const auto& [what, variant] : variants) {
    HEDDLE_TRY(const flow::PipelineResult result, flow::measure_mandelbrot(variant));
    add_row(rows,
            fmt::format("Mandelbrot, {} workers, speed-up over one, {}", options.workers, what),
            "x", result.lists_per_second / single);
  }
  return {};
}

/// A round on `workers` cores; every row is compared with what took its turn beside it.
Status measure_pipeline(const BenchOptions& bench, const flow::PipelineOptions& options,
                        std::uint64_t lists, std::vector<BenchRow>& rows) {
  flow::PipelineOptions one = options;
  one.workers = 1;
  one.lists = lists;
  HEDDLE_TRY(const flow::PipelineResult single, flow::measure_mandelbrot(one));
  HEDDLE_TRY(const flow::PipelineResult all, flow::measure_mandelbrot(options));
  ScratchLog log(bench);
  flow::PipelineOptions logged = options;
  logged.sink = &log.sink();
  HEDDLE_TRY(const flow::PipelineResult with_log, flow::measure_mandelbrot(logged));
  HEDDLE_TRY(const double apart, flow::measure_mandelbrot_apart(options.workers, lists));
  const auto sum = [](const flow::PipelineResult& result) {
    return std::accumulate(result.costs_ns.begin(), result.costs_ns.end(), 0.0);
  };
  const auto name = [&](const char* what) {
    return fmt::format("Mandelbrot, {} workers, {}", options.workers, what);
  };
  add_row(rows, name("rate"), "lists/s", all.lists_per_second);
  add_row(rows, name("speed-up over one"), "x", all.lists_per_second / single.lists_per_second);
  if (options.workers > 1) {
    HEDDLE_TRY_STATUS(measure_variants(options, single.lists_per_second, rows));
  }
  add_row(rows, name("rate with log, share of without"), "x",
          with_log.lists_per_second / all.lists_per_second);
  add_row(rows, name("runs that share nothing"), "x", apart / single.lists_per_second);
  add_row(rows, name("cost of all steps against one"), "x", sum(all) / sum(single));
  return {};
}

Status measure_pipelines(const BenchOptions& options, std::vector<BenchRow>& rows) {
  // 300 lists a worker by default: filling the pipeline then does not show.
  const std::uint64_t lists = std::clamp<std::uint64_t>(options.lists / 667, 2, 1000);
  flow::PipelineOptions pipeline{.lists = lists};
  HEDDLE_TRY(const flow::PipelineResult profile, flow::measure_mandelbrot(pipeline));
  pipeline.costs_ns = profile.costs_ns;
  const std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  for (pipeline.workers = 1; pipeline.workers <= cores; pipeline.workers *= 2) {
    pipeline.lists = lists * pipeline.workers;
    for (std::uint64_t run = 0; run < options.runs; ++run) {
      HEDDLE_TRY_STATUS(measure_pipeline(options, pipeline, lists, rows));
    }
  }
  return {};
}

void write_json(ByteSink& out, const std::vector<BenchRow>& rows, double read_ns) {
  JsonWriter json(out);
  json.begin_object();
  json.member("clock_read_ns", read_ns);
  json.member("core_count", std::uint64_t{std::thread::hardware_concurrency()});
  json.key("rows");
  json.begin_array();
  for (const BenchRow& row : rows) {
    json.begin_inline_object();
    json.member("name", row.name);
    json.member("unit", row.unit);
    json.member("value", median_of(row.runs));
    json.key("runs");
    json.begin_inline_array();
    for (const double value : row.runs) json.value(value);
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

ExitCode run_bench(const BenchOptions& options, Session& session) {
  if (options.lists == 0 || options.runs == 0) {
    return session.report(Diagnostic(
        diag::kBadUsage, {}, {"`--lists` and `--runs` are at least 1", "heddle flow bench"}));
  }
  const double read_ns = flow::measure_clock_read_ns();
  std::vector<BenchRow> rows;
  Status status;
  if (options.only != kPipeline) status = measure_chains(options, rows);
  if (status && options.only != kChain) status = measure_pipelines(options, rows);
  if (!status) return session.report(status.error());
  if (session.options().is_json) {
    write_json(session.out(), rows, read_ns);
    return ExitCode::Ok;
  }
  session.out().write(fmt::format("one clock reading: {:.1f} ns\n", read_ns));
  for (const BenchRow& row : rows) {
    const auto [least, most] = std::minmax_element(row.runs.begin(), row.runs.end());
    session.out().write(fmt::format("{:<52} {:>8.4g} {} ({:.4g} to {:.4g})\n", row.name,
                                    median_of(row.runs), row.unit, *least, *most));
  }
  return ExitCode::Ok;
}

}  // namespace

Command flow_bench_command() {
  auto options = std::make_shared<BenchOptions>();
  Command command{.name = "bench", .summary = "Measure what the flow itself costs here"};
  command.options = {
      {"--lists", "N", "lists a run (default 200000)", &options->lists, Need::Optional},
      {"--runs", "N", "runs, of which the median is shown (default 5)", &options->runs,
       Need::Optional}};
  command.options.push_back({"--only",
                             "GROUP",
                             "one group of rows alone.",
                             &options->only,
                             Need::Optional,
                             {std::string(kChain), std::string(kPipeline)}});
  command.options.push_back({"--scratch", "DIR",
                             "where the logs it measures go and are removed again (default: the "
                             "system's directory for short-lived files)",
                             &options->scratch, Need::Optional});
  command.examples = {{"heddle flow bench", "nanoseconds a list, and how a pipeline scales"},
                      {"heddle flow bench --json", "the same for programs"}};
  command.run = [options](Session& session) { return run_bench(*options, session); };
  return command;
}

}  // namespace heddle::cli
