// A plan as a file, and as a table.
#include <fmt/format.h>

#include <algorithm>

#include "heddle/base/config_reader.h"
#include "heddle/flow/diagnostics.h"
#include "heddle/flow/plan.h"

namespace heddle::flow {
namespace {

constexpr std::string_view kStrategyTexts[] = {"groups", "pool", "checkpoint"};

std::string_view strategy_text(Strategy strategy) {
  return kStrategyTexts[static_cast<std::size_t>(strategy)];
}

ConfigNode workers_node(const PlanStep& step) {
  std::vector<ConfigNode> workers;
  for (const std::uint32_t worker : step.workers)
    workers.push_back(ConfigNode::make_integer(worker));
  return ConfigNode::make_list(std::move(workers));
}

/// The task a step names, or none and a diagnostic.
std::uint32_t read_task(ConfigReader& map, const Graph& graph, Diagnostics& diagnostics) {
  const auto id = map.required<std::string>("task");
  const std::uint32_t task = graph.find_task(id);
  if (task == kNoIndex && !id.empty()) {
    std::vector<std::string_view> ids;
    for (const GraphTask& one : graph.tasks) ids.push_back(one.id);
    const std::string_view nearest = nearest_name(id, ids);
    diagnostics.add(Diagnostic(diag::kUnknownTask, map.where("task"),
                               {id, nearest.empty() ? std::string("see the graph's tasks")
                                                    : fmt::format("did you mean '{}'?", nearest)}));
  }
  return task;
}

}  // namespace

std::string plan_to_yaml(const Plan& plan, const Graph& graph) {
  std::vector<ConfigNode> steps;
  for (const PlanStep& step : plan.steps) {
    steps.push_back(
        ConfigNode::make_map({{"task", ConfigNode::make_string(graph.tasks[step.task].id)},
                              {"workers", workers_node(step)}}));
  }
  return config_to_yaml(ConfigNode::make_map(
      {{"graph", ConfigNode::make_string(plan.graph_digest.to_hex())},
       {"strategy", ConfigNode::make_string(std::string(strategy_text(plan.strategy)))},
       {"workers", ConfigNode::make_integer(plan.worker_count)},
       {"slots", ConfigNode::make_integer(plan.slot_count)},
       {"steps", ConfigNode::make_list(std::move(steps))}}));
}

Result<Plan> read_plan(const ConfigNode& node, const Graph& graph) {
  Diagnostics diagnostics;
  ConfigReader reader(node, "the plan", diagnostics);
  Plan plan;
  plan.where = reader.where();
  const auto digest = Digest64::from_hex(reader.required<std::string>("graph"));
  if (digest) plan.graph_digest = *digest;
  plan.strategy = reader.optional_choice<Strategy>("strategy", Strategy::Groups,
                                                   {{"groups", Strategy::Groups},
                                                    {"pool", Strategy::Pool},
                                                    {"checkpoint", Strategy::Checkpoint}});
  plan.worker_count =
      reader.required<std::uint32_t>("workers", {.min = 1, .max = Graph::kWorkersMax});
  plan.slot_count = reader.required<std::uint32_t>("slots");
  for (ConfigReader& map : reader.list_of_maps("steps")) {
    PlanStep step{.task = read_task(map, graph, diagnostics), .where = map.where("task")};
    if (map.has("workers")) step.workers = map.list<std::uint32_t>("workers");
    if (step.task != kNoIndex) plan.steps.push_back(std::move(step));
  }
  reader.done();
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  HEDDLE_TRY_STATUS(check_plan(plan, graph));
  return plan;
}

std::string plan_to_text(const Plan& plan, const Graph& graph) {
  std::size_t width = 4;
  for (const PlanStep& step : plan.steps) width = std::max(width, graph.tasks[step.task].id.size());
  std::string out = fmt::format("{} steps, strategy {}, {} worker{}, {} slot{}\n",
                                plan.steps.size(), strategy_text(plan.strategy), plan.worker_count,
                                plan.worker_count == 1 ? "" : "s", plan.slot_count,
                                plan.slot_count == 1 ? "" : "s");
  out += fmt::format("{:>4}  {:<{}}  {:<8}  inputs\n", "step", "task", width, "worker");
  for (std::size_t index = 0; index < plan.steps.size(); ++index) {
    const PlanStep& step = plan.steps[index];
    std::vector<std::string_view> inputs;
    for (const std::uint32_t input : inputs_of(graph, step.task)) {
      inputs.push_back(graph.tasks[input].id);
    }
    const std::string worker = plan.strategy == Strategy::Groups
                                   ? fmt::format("{}", fmt::join(step.workers, ","))
                                   : std::string("any");
    out += fmt::format("{:>4}  {:<{}}  {:<8}  {}\n", index, graph.tasks[step.task].id, width,
                       worker, inputs.empty() ? "-" : fmt::format("{}", fmt::join(inputs, ", ")));
  }
  return out;
}

}  // namespace heddle::flow
