// `heddle flow run`: a graph into a run directory with its log, plan and report.
#include <fmt/format.h>
#include <sys/random.h>

#include <filesystem>

#include "cli/build_info.h"
#include "cli/diagnostics.h"
#include "cli/flow_commands.h"
#include "cli/flow_live.h"
#include "cli/session.h"
#include "heddle/base/file.h"
#include "heddle/base/output_file.h"
#include "heddle/flow/draw.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/monitor.h"

namespace heddle::cli {
namespace {

struct FlowRunOptions {
  FlowGraphOptions graph;
  std::optional<std::uint64_t> workers;
  std::optional<std::uint64_t> slots;
  std::optional<std::uint64_t> lists;
  std::string strategy;
  std::string plan;
  std::string out;
  std::string clock;
  bool force = false;
  bool no_log = false;
  bool monitor = false;
  bool profile = false;
};

Failure bad_usage(std::string_view text) {
  return fail(diag::kBadUsage, {}, {text, "heddle flow run"});
}

/// The options that change the graph's `runtime` and `logging`.
Status apply(const FlowRunOptions& options, flow::Graph& graph) {
  flow::RuntimeOptions& runtime = graph.runtime;
  if (options.workers) {
    if (*options.workers < 1 || *options.workers > flow::Graph::kWorkersMax) {
      return bad_usage(fmt::format("`--workers` is from 1 to {}", flow::Graph::kWorkersMax));
    }
    runtime.workers = static_cast<std::uint32_t>(*options.workers);
  }
  if (options.slots) {
    if (*options.slots < 1 || *options.slots > flow::Graph::kSlotsMax) {
      return bad_usage(fmt::format("`--slots` is from 1 to {}", flow::Graph::kSlotsMax));
    }
    runtime.slots = static_cast<std::uint32_t>(*options.slots);
  }
  if (options.lists) runtime.lists = options.lists;
  if (options.strategy == "groups") runtime.strategy = flow::Strategy::Groups;
  if (options.strategy == "pool") runtime.strategy = flow::Strategy::Pool;
  if (options.strategy == "checkpoint") runtime.strategy = flow::Strategy::Checkpoint;
  if (options.no_log) graph.logging.is_enabled = false;
  return {};
}

flow::PlanOptions plan_options(const flow::Graph& graph, std::span<const double> costs) {
  return {graph.runtime.workers, graph.runtime.slots, graph.runtime.strategy, costs};
}

/// Runs some lists with one worker and without a log to learn what tasks cost.
/// Sources see them too, so this is asked for and never done by itself.
Result<std::vector<double>> measure_costs(const FlowRunOptions& options) {
  constexpr std::uint64_t kLists = 200;
  HEDDLE_TRY(LoadedGraph loaded, load_flow_graph(options.graph));
  loaded.graph.runtime.lists = kLists;
  loaded.graph.runtime.rate_hz = 0;
  loaded.graph.runtime.has_stamps = true;
  const flow::Plan plan = flow::make_plan(loaded.graph, {.workers = 1, .slots = 1});
  const std::unique_ptr<flow::Clock> clock = flow::make_real_clock();
  flow::NullCommitSink null_sink;
  flow::Monitor monitor(null_sink);
  HEDDLE_TRY(const auto flow, flow::Flow::build(loaded.graph, plan, *clock, monitor));
  const flow::RunSummary summary = flow->run();
  if (summary.error.has_errors()) return fail(summary.error);
  return flow::costs_of(monitor.report());
}

Result<flow::Plan> plan_for(const FlowRunOptions& options, const flow::Graph& graph) {
  if (!options.plan.empty()) {
    HEDDLE_TRY(const ConfigNode node, load_config(options.plan));
    return flow::read_plan(node, graph);
  }
  std::vector<double> costs;
  if (options.profile) {
    HEDDLE_TRY(costs, measure_costs(options));
  }
  return flow::make_plan(graph, plan_options(graph, costs));
}

flow::log::LogId draw_log_id() {
  flow::log::LogId id;
  // What the system cannot give stays zero: the id only tells runs apart.
  static_cast<void>(getrandom(&id, sizeof id, 0));
  return id;
}

/// Removes the files of a log.
void remove_log(const std::string& base) {
  for (std::uint32_t index = 0;; ++index) {
    std::error_code error;
    if (!std::filesystem::remove(flow::log::log_file_path(base, index), error)) return;
  }
}

/// A new directory, or one that `--force` lets a run write to again.
Result<std::string> make_directory(const FlowRunOptions& options, const flow::Graph& graph) {
  std::string path = options.out;
  if (path.empty()) {
    path = fmt::format("runs/{}-{}", graph.name, graph.digest().to_hex().substr(0, 8));
  }
  if (path_exists(path) && !options.force) {
    return fail(diag::kRunExists, {}, {path});
  }
  HEDDLE_TRY_STATUS(make_directories(path));
  remove_log(join_path(path, "log"));
  return path;
}

std::string_view status_text(const flow::RunSummary& summary) {
  switch (summary.ending.kind) {
    case flow::RunEnding::Kind::Finished: return "complete";
    case flow::RunEnding::Kind::Stopped: return "interrupted";
    case flow::RunEnding::Kind::Failed: return "failed";
  }
  return "failed";
}

void write_report(JsonWriter& json, const flow::Flow& flow, const flow::RunSummary& summary,
                  const flow::MonitorReport& report) {
  Statistics statistics;
  flow::add_statistics(summary, report, statistics);
  json.begin_object();
  json.member("schema", 1);
  json.member("status", status_text(summary));
  json.key("result");
  json.begin_object();
  json.member("graph", flow.graph().digest().to_hex());
  json.member("lists", summary.lists);
  json.member("end_clid", summary.ending.end_clid);
  json.end_object();
  json.key("run");
  json.begin_object();
  json.member("workers", flow.plan().worker_count);
  json.member("slots", flow.plan().slot_count);
  json.member("error", summary.ending.text);
  json.key("times");
  flow::write_json(json, report);
  json.key("statistics");
  statistics.write_json(json);
  json.end_object();
  json.end_object();
}

Status write_files(const std::string& directory, const flow::Flow& flow,
                   const flow::RunSummary& summary, const flow::MonitorReport& report) {
  const flow::DrawOptions draw{.plan = &flow.plan(), .report = &report};
  HEDDLE_TRY_STATUS(
      write_file_atomic(join_path(directory, "graph.svg"), flow::draw_svg(flow.graph(), draw)));
  StringSink text;
  JsonWriter json(text);
  write_report(json, flow, summary, report);
  return write_file_atomic(join_path(directory, "report.json"), text.text());
}

/// The flow with its sinks, alive for the run.
class FlowRun {
 public:
  FlowRun(const FlowRunOptions& options, Session& session) : options_(options), session_(session) {}

  ExitCode run() {
    Result<LoadedGraph> loaded = load_flow_graph(options_.graph);
    if (!loaded) return session_.report(loaded.error());
    const Status prepared = prepare(loaded->graph);
    if (!prepared) return session_.report(prepared.error());
    LiveView live(session_, *monitor_, flow_->graph(), options_.monitor);
    flow::RunOptions run{.interrupt = session_.interrupt()};
    run.on_stall = [&](const flow::StallReport& stall) { live.show_stall(stall); };
    run.on_progress = [&](const flow::FlowProgress& progress) { live.show(progress); };
    const flow::RunSummary summary = flow_->run(run);
    live.finish();
    return tell(summary);
  }

 private:
  Status prepare(flow::Graph& graph) {
    HEDDLE_TRY_STATUS(apply(options_, graph));
    HEDDLE_TRY(flow::Plan plan, plan_for(options_, graph));
    HEDDLE_TRY(directory_, make_directory(options_, graph));
    HEDDLE_TRY_STATUS(
        write_file_atomic(join_path(directory_, "plan.yaml"), flow::plan_to_yaml(plan, graph)));
    HEDDLE_TRY_STATUS(write_file_atomic(join_path(directory_, "graph.yaml"), graph.config_text));
    session_.note("run directory: " + directory_);
    clock_ =
        options_.clock == "mock" ? std::make_unique<flow::MockClock>() : flow::make_real_clock();
    if (graph.logging.is_enabled) {
      storage_ = flow::log::make_posix_storage();
      log_ = std::make_unique<flow::log::LogSink>(
          *storage_, flow::log::LogSinkOptions{.base = join_path(directory_, "log"),
                                               .id = draw_log_id(),
                                               .build = version_text(build_info())});
    }
    flow::CommitSink& inner = log_ ? static_cast<flow::CommitSink&>(*log_) : null_;
    monitor_ = std::make_unique<flow::Monitor>(inner, true);
    HEDDLE_TRY(flow_, flow::Flow::build(graph, plan, *clock_, *monitor_));
    return {};
  }

  ExitCode tell(const flow::RunSummary& summary) {
    const flow::MonitorReport report = monitor_->report();
    session_.report(summary.warnings);
    ExitCode code = session_.report(summary.error);
    const Status written = write_files(directory_, *flow_, summary, report);
    if (!written && code == ExitCode::Ok) code = session_.report(written.error());
    if (session_.options().is_json) {
      JsonWriter json(session_.out());
      write_report(json, *flow_, summary, report);
    } else {
      session_.out().write(fmt::format(
          "{}: {} lists, {} workers, {} slots; {}\n", status_text(summary), summary.lists,
          flow_->plan().worker_count, flow_->plan().slot_count, directory_));
      const bool has_times = report.seconds > 0;
      session_.out().write(has_times ? flow::to_text(report) : "no times: the clock stood still\n");
    }
    if (code == ExitCode::Ok && session_.interrupt().is_requested()) return ExitCode::Interrupted;
    return code;
  }

  const FlowRunOptions& options_;
  Session& session_;
  std::string directory_;
  std::unique_ptr<flow::Clock> clock_;
  std::unique_ptr<flow::log::LogStorage> storage_;
  flow::NullCommitSink null_;
  std::unique_ptr<flow::log::LogSink> log_;
  std::unique_ptr<flow::Monitor> monitor_;
  std::unique_ptr<flow::Flow> flow_;
};

}  // namespace

Command flow_run_command() {
  auto options = std::make_shared<FlowRunOptions>();
  FlowRunOptions& o = *options;
  Command command{.name = "run", .summary = "Run a graph and record it"};
  command.description =
      "Writes a run directory: log.NNN.hlog, plan.yaml, graph.yaml (resolved), graph.svg with\n"
      "measured times, and report.json last. Ctrl-C ends the run after the lists in flight.";
  command.options = flow_graph_options(o.graph);
  const std::vector<Option> more = {
      {"-o,--out", "DIR", "the run directory; default: runs/NAME-DIGEST", &o.out, Need::Optional},
      {"--force", "", "replace a run directory that exists", &o.force, Need::Optional},
      {"--lists", "N", "stop after this many lists", &o.lists, Need::Optional},
      {"--workers", "N", "threads; default: the graph's", &o.workers, Need::Optional},
      {"--slots", "K", "lists in flight; default: the graph's", &o.slots, Need::Optional},
      {"--strategy",
       "NAME",
       "how workers share the steps",
       &o.strategy,
       Need::Optional,
       {"groups", "pool", "checkpoint"}},
      {"--plan", "FILE", "run this plan, as `heddle flow plan -o` wrote it", &o.plan,
       Need::Optional},
      {"--profile", "", "run 200 lists before, to divide the steps by what they cost", &o.profile,
       Need::Optional},
      {"--clock",
       "NAME",
       "real (default), or mock: list n at n milliseconds",
       &o.clock,
       Need::Optional,
       {"real", "mock"}},
      {"--no-log", "", "record nothing", &o.no_log, Need::Optional},
      {"--monitor", "", "show tasks, latencies and rates while it runs", &o.monitor,
       Need::Optional}};
  command.options.insert(command.options.end(), more.begin(), more.end());
  command.examples = {
      {"heddle flow run graph.yaml --lists 1000 --out run", "record a thousand lists"},
      {"heddle flow run graph.yaml --workers 4 --profile --monitor", "on four threads, live"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return FlowRun(*options, session).run(); };
  return command;
}

}  // namespace heddle::cli
