// `heddle flow check`, `plan` and `graph`: what a graph is, before it runs.
#include <fmt/format.h>

#include "cli/diagnostics.h"
#include "cli/flow_commands.h"
#include "cli/session.h"
#include "heddle/base/file.h"
#include "heddle/base/json.h"
#include "heddle/flow/draw.h"
#include "heddle/flow/plan.h"

namespace heddle::cli {
namespace {

struct GraphCommandOptions {
  FlowGraphOptions graph;
  std::optional<std::uint64_t> workers;
  std::optional<std::uint64_t> slots;
  std::string strategy;
  std::string plan;
  std::string format;
  std::string out;
};

ExitCode run_check(const GraphCommandOptions& options, Session& session) {
  const Result<LoadedGraph> loaded = load_flow_graph(options.graph);
  if (!loaded) return session.report(loaded.error());
  const flow::Graph& graph = loaded->graph;
  if (!options.plan.empty()) {
    const Result<ConfigNode> node = load_config(options.plan);
    if (!node) return session.report(node.error());
    const Result<flow::Plan> plan = flow::read_plan(*node, graph);
    if (!plan) return session.report(plan.error());
  }
  if (session.options().is_json) {
    JsonWriter json(session.out());
    json.begin_object();
    json.member("name", graph.name);
    json.member("mission", graph.mission);
    json.member("tasks", graph.tasks.size());
    json.member("messages", graph.messages.size());
    json.member("connections", graph.connections.size());
    json.member("digest", graph.digest().to_hex());
    json.end_object();
    return ExitCode::Ok;
  }
  session.out().write(
      fmt::format("{}{}: {} tasks, {} messages, {} connections, digest {}\n", graph.name,
                  graph.mission.empty() ? "" : ", mission " + graph.mission, graph.tasks.size(),
                  graph.messages.size(), graph.connections.size(), graph.digest().to_hex()));
  return ExitCode::Ok;
}

/// The plan that the options ask for.
Result<flow::Plan> plan_of(const GraphCommandOptions& options, const flow::Graph& graph) {
  if (!options.plan.empty()) {
    HEDDLE_TRY(const ConfigNode node, load_config(options.plan));
    return flow::read_plan(node, graph);
  }
  const std::uint64_t workers = options.workers.value_or(graph.runtime.workers);
  const std::uint64_t slots = options.slots.value_or(graph.runtime.slots);
  if (workers < 1 || workers > flow::Graph::kWorkersMax || slots < 1 ||
      slots > flow::Graph::kSlotsMax) {
    return fail(diag::kBadUsage, {},
                {fmt::format("`--workers` is 1 to {}, `--slots` 1 to {}", flow::Graph::kWorkersMax,
                             flow::Graph::kSlotsMax),
                 "heddle flow plan"});
  }
  flow::Strategy strategy = graph.runtime.strategy;
  if (options.strategy == "groups") strategy = flow::Strategy::Groups;
  if (options.strategy == "pool") strategy = flow::Strategy::Pool;
  if (options.strategy == "checkpoint") strategy = flow::Strategy::Checkpoint;
  return flow::make_plan(
      graph,
      {static_cast<std::uint32_t>(workers), static_cast<std::uint32_t>(slots), strategy, {}});
}

ExitCode write_out(const GraphCommandOptions& options, std::string_view text, Session& session) {
  if (options.out.empty()) {
    session.out().write(text);
    return ExitCode::Ok;
  }
  const Status written = write_file_atomic(options.out, text);
  if (!written) return session.report(written.error());
  session.note("wrote " + options.out);
  return ExitCode::Ok;
}

ExitCode run_plan(const GraphCommandOptions& options, Session& session) {
  const Result<LoadedGraph> loaded = load_flow_graph(options.graph);
  if (!loaded) return session.report(loaded.error());
  const Result<flow::Plan> plan = plan_of(options, loaded->graph);
  if (!plan) return session.report(plan.error());
  if (!options.out.empty()) {
    return write_out(options, flow::plan_to_yaml(*plan, loaded->graph), session);
  }
  session.out().write(flow::plan_to_text(*plan, loaded->graph));
  return ExitCode::Ok;
}

ExitCode run_graph(const GraphCommandOptions& options, Session& session) {
  const Result<LoadedGraph> loaded = load_flow_graph(options.graph);
  if (!loaded) return session.report(loaded.error());
  const Result<flow::Plan> plan = plan_of(options, loaded->graph);
  if (!plan) return session.report(plan.error());
  const flow::DrawOptions draw{.plan = &*plan};
  return write_out(options,
                   options.format == "dot" ? flow::draw_dot(loaded->graph, draw)
                                           : flow::draw_svg(loaded->graph, draw),
                   session);
}

std::vector<Option> plan_options(GraphCommandOptions& options) {
  return {
      {"--workers", "N", "threads; default: the graph's", &options.workers, Need::Optional},
      {"--slots", "K", "lists in flight; default: the graph's", &options.slots, Need::Optional},
      {"--strategy",
       "NAME",
       "how workers share the steps",
       &options.strategy,
       Need::Optional,
       {"groups", "pool", "checkpoint"}},
      {"--plan", "FILE", "a plan to check instead of making one", &options.plan, Need::Optional}};
}

}  // namespace

Command flow_check_command() {
  auto options = std::make_shared<GraphCommandOptions>();
  Command command{.name = "check", .summary = "Check a graph, and a plan for it"};
  command.options = flow_graph_options(options->graph);
  command.options.push_back(
      {"--plan", "FILE", "also check this plan", &options->plan, Need::Optional});
  command.examples = {{"heddle flow check graph.yaml", "every mistake, with its place"},
                      {"heddle flow check graph.yaml --plan plan.yaml", "is this plan legal?"}};
  command.run = [options](Session& session) { return run_check(*options, session); };
  return command;
}

Command flow_plan_command() {
  auto options = std::make_shared<GraphCommandOptions>();
  Command command{.name = "plan", .summary = "Show or write the order of steps and their workers"};
  command.options = flow_graph_options(options->graph);
  for (Option& option : plan_options(*options)) command.options.push_back(std::move(option));
  command.options.push_back({"-o,--out", "FILE", "write the plan, to be edited and given to `run`",
                             &options->out, Need::Optional});
  command.examples = {{"heddle flow plan graph.yaml --workers 4", "who runs what"},
                      {"heddle flow plan graph.yaml --workers 4 -o plan.yaml", "as a file"}};
  command.run = [options](Session& session) { return run_plan(*options, session); };
  return command;
}

Command flow_graph_command() {
  auto options = std::make_shared<GraphCommandOptions>();
  Command command{.name = "graph", .summary = "Draw a graph"};
  command.options = flow_graph_options(options->graph);
  for (Option& option : plan_options(*options)) command.options.push_back(std::move(option));
  command.options.push_back({"--format",
                             "NAME",
                             "svg (default) or dot",
                             &options->format,
                             Need::Optional,
                             {"svg", "dot"}});
  command.options.push_back(
      {"-o,--out", "FILE", "default: standard output", &options->out, Need::Optional});
  command.examples = {{"heddle flow graph graph.yaml -o graph.svg", "a picture"},
                      {"heddle flow graph graph.yaml --format dot", "for Graphviz"}};
  command.run = [options](Session& session) { return run_graph(*options, session); };
  return command;
}

}  // namespace heddle::cli
