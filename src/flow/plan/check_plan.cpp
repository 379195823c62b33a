// The rules of a plan, each with its own diagnostic.
#include <fmt/format.h>

#include <algorithm>

#include "heddle/flow/diagnostics.h"
#include "heddle/flow/plan.h"

namespace heddle::flow {
namespace {

class PlanChecker {
 public:
  PlanChecker(const Plan& plan, const Graph& graph)
      : plan_(plan), graph_(graph), step_of_(graph.tasks.size(), kNoIndex) {}

  Status check() {
    check_header();
    check_steps();
    check_order();
    if (plan_.strategy == Strategy::Groups && !diagnostics_.has_errors()) check_workers();
    if (diagnostics_.has_errors()) return fail(std::move(diagnostics_));
    return {};
  }

 private:
  void add(const DiagnosticRule& rule, const SourcePosition& where,
           std::initializer_list<std::string_view> arguments) {
    diagnostics_.add(Diagnostic(rule, where, arguments));
  }
  const std::string& id(const PlanStep& step) const { return graph_.tasks[step.task].id; }

  void check_header() {
    if (plan_.graph_digest != graph_.digest()) {
      add(diag::kPlanOtherGraph, plan_.where,
          {plan_.graph_digest.to_hex(), graph_.digest().to_hex()});
    }
    if (plan_.slot_count < 1 || plan_.slot_count > Graph::kSlotsMax) {
      add(diag::kPlanSlots, plan_.where,
          {fmt::to_string(plan_.slot_count), fmt::to_string(Graph::kSlotsMax)});
    }
  }

  void check_steps() {
    for (std::uint32_t step = 0; step < plan_.steps.size(); ++step) {
      const PlanStep& one = plan_.steps[step];
      std::uint32_t& first = step_of_[one.task];
      if (first != kNoIndex) {
        add(diag::kPlanStepTwice, one.where, {id(one), plan_.steps[first].where.to_string()});
      } else {
        first = step;
      }
      check_workers_of(one);
    }
    for (std::uint32_t task = 0; task < step_of_.size(); ++task) {
      if (step_of_[task] == kNoIndex) {
        add(diag::kPlanStepMissing, plan_.where, {graph_.tasks[task].id});
      }
    }
  }

  void check_workers_of(const PlanStep& step) {
    for (std::size_t i = 0; i < step.workers.size(); ++i) {
      const std::uint32_t worker = step.workers[i];
      const bool is_twice =
          std::find(step.workers.begin(), step.workers.begin() + static_cast<std::ptrdiff_t>(i),
                    worker) != step.workers.begin() + static_cast<std::ptrdiff_t>(i);
      if (worker >= plan_.worker_count || is_twice) {
        add(diag::kPlanWorkerRange, step.where,
            {id(step), fmt::to_string(worker), fmt::to_string(plan_.worker_count)});
      }
    }
    if (step.workers.empty()) {
      add(diag::kPlanWorkerRange, step.where, {id(step), "-", fmt::to_string(plan_.worker_count)});
    }
    const GraphTask& task = graph_.tasks[step.task];
    const bool may_share = task.type->is_stateless && !task.background && task.resources.empty();
    if (step.workers.size() > 1 && !may_share) {
      add(diag::kPlanTwoOwners, step.where, {task.id, fmt::to_string(step.workers.size())});
    }
  }

  void check_order() {
    for (std::uint32_t step = 0; step < plan_.steps.size(); ++step) {
      const PlanStep& one = plan_.steps[step];
      for (const std::uint32_t input : inputs_of(graph_, one.task)) {
        if (step_of_[input] == kNoIndex || step_of_[input] < step) continue;
        add(diag::kPlanStepEarly, one.where, {id(one), graph_.tasks[input].id});
      }
    }
  }

  void check_workers() {
    std::vector<std::uint32_t> last(plan_.worker_count, kNoIndex);
    for (std::uint32_t step = 0; step < plan_.steps.size(); ++step) {
      const PlanStep& one = plan_.steps[step];
      for (const std::uint32_t worker : one.workers) {
        const std::uint32_t before = last[worker];
        if (before != kNoIndex &&
            (before + 1 != step || plan_.steps[before].workers != one.workers)) {
          add(diag::kPlanSplitWorker, one.where,
              {fmt::to_string(worker), id(plan_.steps[before]), id(one)});
        }
        last[worker] = step;
      }
    }
    for (std::uint32_t worker = 0; worker < plan_.worker_count; ++worker) {
      if (last[worker] == kNoIndex) {
        add(diag::kPlanWorkerIdle, plan_.where, {fmt::to_string(worker)});
      }
    }
    check_components();
  }

  void check_components() {
    std::vector<std::uint32_t> first(graph_.tasks.size(), kNoIndex);
    for (std::uint32_t step = 0; step < plan_.steps.size(); ++step) {
      const PlanStep& one = plan_.steps[step];
      std::uint32_t& first_step = first[graph_.tasks[one.task].component];
      if (first_step == kNoIndex) first_step = step;
      if (plan_.steps[first_step].workers != one.workers) {
        add(diag::kPlanSplitComponent, one.where, {id(plan_.steps[first_step]), id(one)});
      }
    }
  }

  const Plan& plan_;
  const Graph& graph_;
  std::vector<std::uint32_t> step_of_;
  Diagnostics diagnostics_;
};

}  // namespace

Status check_plan(const Plan& plan, const Graph& graph) {
  return PlanChecker(plan, graph).check();
}

}  // namespace heddle::flow
