// `heddle flow bench`: what the flow itself costs on this machine, now.
#include <fmt/format.h>

#include <algorithm>

#include "cli/diagnostics.h"
#include "cli/flow_commands.h"
#include "cli/session.h"
#include "heddle/base/json.h"
#include "heddle/flow/measure.h"

namespace heddle::cli {
namespace {

struct BenchOptions {
  std::uint64_t lists = 200'000;
  std::uint64_t runs = 5;
};

struct BenchRow {
  std::string name;
  flow::ChainOptions options;
  bool is_span = false;  ///< first start to last end instead of the whole loop
  std::vector<double> runs = {};
};

std::vector<BenchRow> rows_of(const BenchOptions& options) {
  const auto chain = [&](bool is_caterpillar, bool has_stamps, std::uint32_t workers) {
    return flow::ChainOptions{.stages = 8,
                              .is_caterpillar = is_caterpillar,
                              .workers = workers,
                              .lists = options.lists,
                              .has_stamps = has_stamps};
  };
  return {{"chain of 10 tasks, loop", chain(false, true, 1)},
          {"chain of 10 tasks, loop, no stamps", chain(false, false, 1)},
          {"chain of 10 tasks, loop, 2 workers", chain(false, true, 2)},
          {"caterpillar, first start to last end", chain(true, true, 1), true},
          {"caterpillar, loop, no stamps", chain(true, false, 1)}};
}

double median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void write_json(ByteSink& out, const std::vector<BenchRow>& rows, double read_ns) {
  JsonWriter json(out);
  json.begin_object();
  json.member("clock_read_ns", read_ns);
  json.key("rows");
  json.begin_array();
  for (const BenchRow& row : rows) {
    json.begin_inline_object();
    json.member("name", row.name);
    json.member("unit", "ns/list");
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
  std::vector<BenchRow> rows = rows_of(options);
  for (std::uint64_t run = 0; run < options.runs; ++run) {
    for (BenchRow& row : rows) {
      const Result<flow::ChainResult> result = flow::measure_chain(row.options);
      if (!result) return session.report(result.error());
      row.runs.push_back(row.is_span ? static_cast<double>(result->first_to_last_ns)
                                     : result->ns_per_list);
    }
  }
  if (session.options().is_json) {
    write_json(session.out(), rows, read_ns);
    return ExitCode::Ok;
  }
  session.out().write(fmt::format("one clock reading: {:.1f} ns\n", read_ns));
  for (const BenchRow& row : rows) {
    const auto [least, most] = std::minmax_element(row.runs.begin(), row.runs.end());
    session.out().write(fmt::format("{:<40} {:>8.1f} ns a list ({:.1f} to {:.1f})\n", row.name,
                                    median_of(row.runs), *least, *most));
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
  command.examples = {{"heddle flow bench", "nanoseconds a list"},
                      {"heddle flow bench --json", "the same for programs"}};
  command.run = [options](Session& session) { return run_bench(*options, session); };
  return command;
}

}  // namespace heddle::cli
