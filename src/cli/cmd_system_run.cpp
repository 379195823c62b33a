// `heddle system run`: the benches of a file, one after another, into a run
// directory: report.json, run_params.json, and traces if they are asked for.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "cli/build_info.h"
#include "cli/diagnostics.h"
#include "cli/session.h"
#include "cli/system_commands.h"
#include "heddle/base/file.h"
#include "heddle/system/bench.h"
#include "heddle/trace/sink.h"

namespace heddle::cli {
namespace {

struct RunOptions {
  std::string file;
  std::string out;
  std::string data;
  std::string queue;
  std::optional<std::uint64_t> replay_threads;
  std::optional<std::uint64_t> threads;
  std::optional<std::uint64_t> partitions;
  bool verify = false;
  bool trace = false;
  bool draw = false;
  bool force = false;
};

double now_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// As many as a bench file may ask for.
std::uint32_t count_of(std::uint64_t number) {
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(number, 1, 1024));
}

void apply(const RunOptions& options, system::BenchFile& file) {
  if (options.verify && file.data == system::DataMode::None) file.data = system::DataMode::Replay;
  if (options.data == "none") file.data = system::DataMode::None;
  if (options.data == "eager") file.data = system::DataMode::Eager;
  if (options.data == "replay") file.data = system::DataMode::Replay;
  if (options.queue == "heap") file.queue = des::QueueKind::Heap;
  if (options.queue == "wheel") file.queue = des::QueueKind::Wheel;
  if (options.replay_threads) file.replay_threads = count_of(*options.replay_threads);
  if (options.threads) file.threads = count_of(*options.threads);
  if (options.partitions) file.partitions = count_of(*options.partitions);
}

/// `runs/<name>-<digest of what was resolved>`, made or taken over.
Result<std::string> make_directory(const RunOptions& options, const system::BenchFile& file) {
  std::string path = options.out;
  if (path.empty()) {
    const std::string digest = digest_of(config_to_yaml(file.resolved)).to_hex().substr(0, 8);
    path = "runs/" + file.name + "-" + digest;
  }
  if (path_exists(path) && !options.force) return fail(diag::kRunExists, {}, {path});
  HEDDLE_TRY_STATUS(make_directories(path));
  return path;
}

std::string line_of(const system::BenchResult& result) {
  std::string text =
      fmt::format("{}: {} ns", result.name, static_cast<double>(result.time.count()) / 1000);
  if (result.collective) {
    text += fmt::format(", {}, {:.1f} GB/s on the bus", result.collective->algorithm,
                        result.collective->bus_gb_per_s);
    if (result.collective->bound_ratio > 0) {
      text += fmt::format(", {:.2f} times the bound", result.collective->bound_ratio);
    }
  }
  if (result.is_verified) text += ", data verified";
  if (result.wall_seconds > 0) {
    text += fmt::format(" ({} events in {:.3f} s)", result.events, result.wall_seconds);
  }
  return text + "\n";
}

std::string report_text(const system::BenchFile& file,
                        const std::vector<system::BenchResult>& results, std::string_view status) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("status", status);
  json.key("result");
  json.begin_object();
  json.member("name", file.name);
  json.member("machine", file.machine.name);
  json.key("benches");
  json.begin_array();
  for (const system::BenchResult& result : results) write_json(json, result);
  json.end_array();
  json.end_object();
  json.key("run");
  json.begin_object();
  json.member("version", version_short(build_info()));
  json.key("wall_seconds");
  json.begin_inline_array();
  for (const system::BenchResult& result : results) json.value(result.wall_seconds);
  json.end_array();
  json.key("partitions");
  json.begin_array();
  for (const system::BenchResult& result : results) {
    json.begin_inline_object();
    json.member("count", result.partitions.count);
    json.member("lookahead_ps", result.partitions.lookahead.count());
    json.member("windows", result.partitions.windows);
    json.member("shared_windows", result.partitions.shared_windows);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  json.end_object();
  return text.take();
}

std::string params_text(const system::BenchFile& file) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.member("schema_version", 1);
  json.member("version", version_short(build_info()));
  json.key("bench");
  write_json(json, file.resolved);
  json.end_object();
  return text.take();
}

Status write_trace(const std::string& path, const system::Simulator& simulator) {
  HEDDLE_TRY(auto sink, trace::open_perfetto_sink(path));
  std::vector<std::unique_ptr<trace::Sink>> sinks;
  sinks.push_back(std::move(sink));
  trace::Recorder recorder(std::move(sinks));
  simulator.write_trace(recorder);
  return recorder.finish();
}

/// How busy each link was, of the time of the bench.
std::vector<double> link_shares(const system::BenchResult& result,
                                const system::Simulator& simulator) {
  std::vector<double> shares;
  for (const system::LinkUse& use : simulator.fabric().uses()) {
    const auto busy = static_cast<double>(use.busy.count());
    shares.push_back(result.time > Picoseconds(0) ? busy / static_cast<double>(result.time.count())
                                                  : 0);
  }
  return shares;
}

Status run_all(const RunOptions& options, const system::BenchFile& file,
               const std::string& directory, Session& session,
               std::vector<system::BenchResult>& results) {
  HEDDLE_TRY_STATUS(write_file_atomic(join_path(directory, "run_params.json"), params_text(file)));
  system::BenchOptions bench{.records_spans = options.trace, .interrupt = session.interrupt()};
  bench.seconds = now_seconds;
  std::size_t index = 0;
  const auto path_of = [&](std::string_view name, std::string_view end) {
    const std::string number = file.cases.size() == 1 ? "" : fmt::format("-{}", index);
    return join_path(directory, fmt::format("{}{}.{}", name, number, end));
  };
  bench.after = [&](const system::BenchResult& result,
                    const system::Simulator& simulator) -> Status {
    if (options.draw) {
      const std::string drawing = simulator.topology().to_svg(link_shares(result, simulator));
      HEDDLE_TRY_STATUS(write_file_atomic(path_of("links", "svg"), drawing));
    }
    if (!options.trace) return {};
    return write_trace(path_of("trace", "perfetto-trace"), simulator);
  };
  for (; index < file.cases.size(); ++index) {
    if (session.interrupt().is_requested()) return {};
    HEDDLE_TRY(auto result, system::run_bench(file, file.cases[index], bench));
    if (!session.options().is_quiet && !session.options().is_json) {
      session.out().write(line_of(result));
    }
    results.push_back(std::move(result));
  }
  return {};
}

ExitCode run_command(const RunOptions& options, Session& session) {
  auto file = system::load_bench(options.file);
  if (!file) return session.report(file.error());
  apply(options, *file);
  const auto directory = make_directory(options, *file);
  if (!directory) return session.report(directory.error());
  std::vector<system::BenchResult> results;
  const Status ran = run_all(options, *file, *directory, session, results);
  const bool is_interrupted = session.interrupt().is_requested();
  const char* const status = !ran ? "failed" : is_interrupted ? "interrupted" : "complete";
  const std::string report = report_text(*file, results, status);
  const Status written = write_file_atomic(join_path(*directory, "report.json"), report);
  if (!ran) return session.report(ran.error());
  if (!written) return session.report(written.error());
  if (session.options().is_json) session.out().write(report);
  session.note("run directory: " + *directory);
  return is_interrupted ? ExitCode::Interrupted : ExitCode::Ok;
}

}  // namespace

Command system_run_command() {
  auto options = std::make_shared<RunOptions>();
  Command command{.name = "run", .summary = "Run the benches of a file on a machine"};
  command.description =
      "Writes a run directory with the report. Exit code 1 when data is not what it must be.";
  command.options = {
      {"bench", "FILE", "the bench file (YAML)", &options->file, Need::Required},
      {"--out", "DIR", "the run directory; default runs/<name>-<digest>", &options->out},
      {"--force", "", "write into a run directory that exists", &options->force},
      {"--verify-data", "", "move data, and compare it with what it must be", &options->verify},
      {"--data",
       "MODE",
       "whether data moves: not, as the run goes, or after it",
       &options->data,
       Need::Optional,
       {"none", "eager", "replay"}},
      {"--queue", "KIND", "the event queue", &options->queue, Need::Optional, {"heap", "wheel"}},
      {"--replay-threads", "N", "threads of the replay", &options->replay_threads},
      {"--threads", "N", "threads of the simulation; its result stays the same", &options->threads},
      {"--partitions", "N", "parts the machine is cut into for them; default one a thread",
       &options->partitions},
      {"--trace", "", "write a Perfetto trace, a lane a unit and link", &options->trace},
      {"--draw", "", "draw the machine with how busy its links were", &options->draw}};
  command.examples = {
      {"heddle system run bench.yaml", "run it"},
      {"heddle system run bench.yaml --verify-data --out out", "check the data too"},
      {"heddle system run bench.yaml --trace --force", "again, with a trace"},
      {"heddle system run bench.yaml --threads 8", "on eight threads; the same report"}};
  command.stops_on_request = true;
  command.run = [options](Session& session) { return run_command(*options, session); };
  return command;
}

}  // namespace heddle::cli
