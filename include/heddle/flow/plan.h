// The plan: the total order of a list's steps, and which worker runs which. A
// pure function of the graph and the options; it can be printed, edited, read
// back and is checked then as strictly as a graph.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heddle/flow/graph.h"

namespace heddle::flow {

struct PlanStep {
  std::uint32_t task = 0;
  /// Who runs it: list n is run by `workers[n % size]`. More than one only where
  /// the task is stateless. Only the strategy `groups` looks at it.
  std::vector<std::uint32_t> workers = {0};
  SourcePosition where = {};
};

struct Plan {
  Strategy strategy = Strategy::Groups;
  std::uint32_t worker_count = 1;
  std::uint32_t slot_count = 1;  ///< lists in flight, at most
  std::vector<PlanStep> steps = {};
  Digest64 graph_digest = {};
  SourcePosition where = {};
};

/// What a plan is made for.
struct PlanOptions {
  std::uint32_t workers = 1;
  std::uint32_t slots = 8;
  Strategy strategy = Strategy::Groups;
  /// Nanoseconds a task, in order of the graph's tasks; empty: all alike.
  std::span<const double> costs_ns = {};
};

/// Kahn's order, ties by file order; tasks of one component and, with `groups`,
/// neighbours in that order are put on workers so that the dearest worker costs
/// least. Uses fewer workers where there are fewer steps, and one where the measured costs
/// of all steps are less than it takes to hand a list on.
/// Requires: workers, slots >= 1 (checked). Determinism: of its arguments.
[[nodiscard]] Plan make_plan(const Graph& graph, const PlanOptions& options);

/// Errors, each naming tasks and the place in the plan file: flow.plan-step-missing,
/// flow.plan-step-twice, flow.plan-step-early, flow.plan-two-owners,
/// flow.plan-split-worker, flow.plan-split-component, flow.plan-worker-range,
/// flow.plan-worker-idle, flow.plan-slots, flow.plan-other-graph.
[[nodiscard]] Status check_plan(const Plan& plan, const Graph& graph);

/// Reads what `plan_to_yaml` writes and checks it.
/// Errors: config.*, flow.unknown-task, those of `check_plan`.
[[nodiscard]] Result<Plan> read_plan(const ConfigNode& node, const Graph& graph);

/// `{strategy, workers, slots, graph, steps: [{task, workers}]}`.
[[nodiscard]] std::string plan_to_yaml(const Plan& plan, const Graph& graph);

/// The plan as a table for people: step, task, worker, inputs.
[[nodiscard]] std::string plan_to_text(const Plan& plan, const Graph& graph);

/// Tasks whose outputs task `task` reads, in order, each once.
[[nodiscard]] std::vector<std::uint32_t> inputs_of(const Graph& graph, std::uint32_t task);

}  // namespace heddle::flow
