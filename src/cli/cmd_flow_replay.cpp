// `heddle flow replay` and `heddle flow verify`: whether a run comes out again.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "cli/build_info.h"
#include "cli/flow_commands.h"
#include "cli/session.h"
#include "heddle/base/json.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/replay_verify.h"

namespace heddle::cli {
namespace {

namespace replay = flow::replay;

struct ReplayCommandOptions {
  std::string log;
  std::string graph;
  std::string out;
  std::vector<std::string> libraries;
  bool is_exact = false;
  bool is_recomputing = false;
  std::uint64_t from = 0;
  std::optional<std::uint64_t> to;
  std::uint64_t workers = 1;
  std::uint64_t slots = 64;
  std::string strategy = "groups";
};

flow::Strategy strategy_of(const std::string& name) {
  if (name == "pool") return flow::Strategy::Pool;
  if (name == "checkpoint") return flow::Strategy::Checkpoint;
  return flow::Strategy::Groups;
}

Result<replay::ReplayOptions> replay_options(const ReplayCommandOptions& options,
                                             Session& session) {
  replay::ReplayOptions out;
  out.mode = options.is_exact ? replay::ReplayMode::Exact : replay::ReplayMode::Recompute;
  out.from_clid = options.from;
  out.to_clid = options.to;
  out.workers = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(options.workers, 1, flow::Graph::kWorkersMax));
  out.slots = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(options.slots, 1, flow::Graph::kSlotsMax));
  out.strategy = strategy_of(options.strategy);
  out.interrupt = session.interrupt();
  if (!options.graph.empty()) {
    HEDDLE_TRY(out.graph, load_config(options.graph));
  }
  return out;
}

void write_json(JsonWriter& json, const replay::ReplayOutcome& outcome) {
  json.begin_object();
  json.member("lists", outcome.lists);
  json.member("started", outcome.started);
  json.member("skipped", outcome.skipped);
  json.member("equal", !outcome.divergence.has_value());
  json.member("data_digest", outcome.data_digest.to_hex());
  json.key("not_recorded");
  json.begin_array();
  for (const std::string& name : outcome.not_recorded) json.value(name);
  json.end_array();
  json.end_object();
}

ExitCode tell(const ReplayCommandOptions& options, const replay::ReplayOutcome& outcome,
              Session& session) {
  for (const std::string& name : outcome.not_recorded) {
    session.note("not recorded: " + name);
  }
  if (outcome.skipped > 0) {
    session.note(fmt::format("{} lists behind a gap lie before the next keyframe and were left out",
                             outcome.skipped));
  }
  if (session.options().is_json) {
    JsonWriter json(session.out());
    write_json(json, outcome);
  } else if (!outcome.divergence) {
    session.out().write(fmt::format("{} {} lists from {}, every recorded byte is the same\n",
                                    options.is_exact ? "played" : "recomputed", outcome.lists,
                                    outcome.started));
  }
  if (outcome.divergence) {
    return session.report(
        Diagnostics(replay::divergence_diagnostic(*outcome.divergence, "recorded", "computed")));
  }
  return outcome.was_interrupted ? ExitCode::Interrupted : ExitCode::Ok;
}

ExitCode run_replay(const ReplayCommandOptions& options, Session& session) {
  const auto registry = flow_registry(options.libraries);
  if (!registry) return session.report(registry.error());
  Result<replay::ReplayOptions> with = replay_options(options, session);
  if (!with) return session.report(with.error());
  const auto storage = flow::log::make_posix_storage();
  // The id tells the new log's files from those of other logs; that of a replay
  // follows from what it replays.
  const Digest64 id = digest_of(options.log + "\n" + options.out);
  flow::log::LogSink sink(
      *storage, {.base = options.out, .id = {id.value(), 1}, .build = version_text(build_info())});
  if (!options.out.empty()) with->also = &sink;
  const auto outcome = replay::replay_log(options.log, **registry, *with);
  if (!outcome) return session.report(outcome.error());
  return tell(options, *outcome, session);
}

struct VerifyCommandOptions {
  FlowGraphOptions graph;
  std::uint64_t lists = 1000;
  std::uint64_t workers = 1;
  std::string out;
};

/// A directory for the two logs that goes away at the end.
class ScratchDirectory {
 public:
  ScratchDirectory() {
    std::error_code error;
    std::string text = (std::filesystem::temp_directory_path(error) / "heddle-XXXXXX").string();
    if (::mkdtemp(text.data()) != nullptr) path_ = text;
  }
  ~ScratchDirectory() {
    std::error_code error;
    if (!path_.empty()) std::filesystem::remove_all(path_, error);
  }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_ = ".";
};

ExitCode tell(const replay::VerifyOutcome& outcome, Session& session) {
  const bool is_equal = outcome.diverged_in.empty();
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    json.member("lists", outcome.lists);
    json.member("deterministic", is_equal);
    json.member("data_digest", outcome.data_digest.to_hex());
    json.member("diverged_in", outcome.diverged_in);
    json.end_object();
  } else if (is_equal) {
    session.out().write(fmt::format("deterministic over {} lists, data digest {}\n", outcome.lists,
                                    outcome.data_digest.to_hex()));
  }
  if (!is_equal) {
    return session.report(Diagnostics(
        replay::divergence_diagnostic(outcome.divergence, "recorded", outcome.diverged_in)));
  }
  return outcome.was_interrupted ? ExitCode::Interrupted : ExitCode::Ok;
}

ExitCode run_verify(const VerifyCommandOptions& options, Session& session) {
  const auto registry = flow_registry(options.graph.libraries);
  if (!registry) return session.report(registry.error());
  const Result<ConfigNode> graph = load_config(options.graph.graph);
  if (!graph) return session.report(graph.error());
  const ScratchDirectory scratch;
  replay::VerifyOptions with;
  with.lists = options.lists;
  with.workers = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(options.workers, 1, flow::Graph::kWorkersMax));
  with.replay_workers = {1, 2, 4};
  with.directory = options.out.empty() ? scratch.path() : options.out;
  with.mission = options.graph.mission;
  with.interrupt = session.interrupt();
  const auto outcome = replay::verify_flow(*graph, **registry, with);
  if (!outcome) return session.report(outcome.error());
  return tell(*outcome, session);
}

}  // namespace

Command flow_replay_command() {
  auto options = std::make_shared<ReplayCommandOptions>();
  Command command{.name = "replay", .summary = "Run a log again and compare every byte"};
  command.description =
      "Takes the graph from the log. `--recompute` (the default) gives the tasks what the\n"
      "sources produced and compares all that follows; `--exact` hands out everything\n"
      "that was recorded and runs the sinks only. Exits with 1 at the first difference.";
  command.stops_on_request = true;
  command.options = {
      {"log", "LOG", "a log: its directory, base name, or a file", &options->log, Need::Required},
      {"--exact", "", "play back what was recorded", &options->is_exact},
      {"--recompute", "", "compute it again from the sources' records", &options->is_recomputing},
      {"--from", "CLID", "start at the nearest keyframe before this list", &options->from},
      {"--to", "CLID", "the last list", &options->to},
      {"--workers", "N", "how many threads", &options->workers},
      {"--slots", "N", "lists in flight", &options->slots},
      {"--strategy",
       "NAME",
       "who runs what",
       &options->strategy,
       Need::Optional,
       {"groups", "pool", "checkpoint"}},
      {"--graph", "FILE", "another graph than the log's own", &options->graph},
      {"-o,--out", "BASE", "also write a new log, BASE.000.hlog", &options->out},
      flow_tasks_option(options->libraries)};
  command.examples = {{"heddle flow replay runs/bot", "is it the same again?"},
                      {"heddle flow replay runs/bot --from 4000 --workers 4", "from a keyframe"}};
  command.run = [options](Session& session) { return run_replay(*options, session); };
  return command;
}

Command flow_verify_command() {
  auto options = std::make_shared<VerifyCommandOptions>();
  Command command{.name = "verify", .summary = "Find tasks that are not deterministic"};
  command.description =
      "Records the graph twice under a clock that does not move by itself, compares the\n"
      "two, and recomputes the first with 1, 2 and 4 workers. Exits with 1 where they\n"
      "differ, naming list, task and field.";
  command.stops_on_request = true;
  command.options = flow_graph_options(options->graph);
  command.options.push_back({"--lists", "N", "how many lists", &options->lists});
  command.options.push_back({"--workers", "N", "for the two recordings", &options->workers});
  command.options.push_back({"-o,--out", "DIR", "keep the two logs there", &options->out});
  command.examples = {{"heddle flow verify graph.yaml --lists 10000", "record twice, recompute"}};
  command.run = [options](Session& session) { return run_verify(*options, session); };
  return command;
}

}  // namespace heddle::cli
