// Makes a plan. The order is Kahn's. Workers: a partition of that order into
// neighbours whose dearest part is cheapest, by dynamic programming over (steps,
// workers); a part of stateless steps alone may get several workers, which take
// lists in turn and so divide its cost.
#include <algorithm>
#include <limits>

#include "flow/graph/graph_order.h"
#include "heddle/base/check.h"
#include "heddle/flow/plan.h"

namespace heddle::flow {
namespace {

/// What a second worker costs each list at least, by moving its lines between cores;
/// where all steps together cost little more, one worker is the faster plan.
constexpr double kHandOffNs = 400;
/// Above this many steps, or workers, parts are filled in one pass instead.
constexpr std::size_t kExactStepsMax = 256;
constexpr std::uint32_t kExactWorkersMax = 64;

struct Part {
  std::size_t begin = 0;  ///< steps
  std::size_t end = 0;
  std::uint32_t workers = 1;
};

class Partition {
 public:
  Partition(const Graph& graph, const std::vector<std::uint32_t>& order,
            std::span<const double> costs_ns)
      : count_(order.size()),
        is_measured_(!costs_ns.empty()),
        sums_(order.size() + 1, 0),
        may_cut_(order.size() + 1, true),
        run_begin_(order.size() + 1, 0) {
    std::vector<std::size_t> first(graph.tasks.size(), count_);
    for (std::size_t step = 0; step < count_; ++step) {
      const GraphTask& task = graph.tasks[order[step]];
      sums_[step + 1] =
          sums_[step] + (costs_ns.empty() ? 1.0 : std::max(costs_ns[order[step]], 1.0));
      // A component is not cut: no cut from after its first step to its last.
      if (first[task.component] == count_) first[task.component] = step;
      for (std::size_t cut = first[task.component] + 1; cut <= step; ++cut) may_cut_[cut] = false;
      const bool may_share = task.type->is_stateless && !task.background && task.resources.empty();
      run_begin_[step + 1] = may_share ? run_begin_[step] : step + 1;
    }
  }

  /// At most `workers` in all.
  [[nodiscard]] std::vector<Part> divide(std::uint32_t workers) const {
    const bool is_tiny = is_measured_ && sums_[count_] < 2 * kHandOffNs;
    if (workers == 1 || is_tiny) return {{0, count_, 1}};
    if (count_ > kExactStepsMax || workers > kExactWorkersMax) return fill(workers);
    return solve(workers);
  }

 private:
  [[nodiscard]] double cost(std::size_t begin, std::size_t end, std::uint32_t workers) const {
    return (sums_[end] - sums_[begin]) / workers;
  }

  [[nodiscard]] std::vector<Part> solve(std::uint32_t workers) const {
    constexpr double kNone = std::numeric_limits<double>::infinity();
    std::vector<std::vector<double>> best(workers + 1, std::vector<double>(count_ + 1, kNone));
    std::vector<std::vector<Part>> last(workers + 1, std::vector<Part>(count_ + 1));
    best[0][0] = 0;
    for (std::uint32_t used = 1; used <= workers; ++used) {
      for (std::size_t end = 1; end <= count_; ++end) {
        if (end < count_ && !may_cut_[end]) continue;
        for (std::size_t begin = 0; begin < end; ++begin) {
          // Several workers only where [begin, end) is within a stateless run.
          const std::uint32_t shared_max = run_begin_[end] <= begin ? used : 1;
          for (std::uint32_t shared = 1; shared <= shared_max; ++shared) {
            const double value = std::max(best[used - shared][begin], cost(begin, end, shared));
            if (value >= best[used][end]) continue;
            best[used][end] = value;
            last[used][end] = {begin, end, shared};
          }
        }
      }
    }
    std::uint32_t used = 1;
    for (std::uint32_t more = 2; more <= workers; ++more) {
      if (best[more][count_] < best[used][count_]) used = more;
    }
    std::vector<Part> parts;
    for (std::size_t end = count_; end > 0;) {
      const Part part = last[used][end];
      parts.push_back(part);
      used -= part.workers;
      end = part.begin;
    }
    std::reverse(parts.begin(), parts.end());
    return parts;
  }

  /// Cuts where the running cost passes the next multiple of the fair share.
  [[nodiscard]] std::vector<Part> fill(std::uint32_t workers) const {
    std::vector<Part> parts;
    std::size_t begin = 0;
    for (std::size_t end = 1; end <= count_; ++end) {
      const double goal = sums_[count_] * static_cast<double>(parts.size() + 1) / workers;
      const bool is_full = sums_[end] >= goal * (1 - 1e-9) && parts.size() + 1 < workers;
      if (end < count_ && (!is_full || !may_cut_[end])) continue;
      parts.push_back({begin, end, 1});
      begin = end;
    }
    return parts;
  }

  std::size_t count_ = 0;
  bool is_measured_ = false;
  std::vector<double> sums_;
  std::vector<bool> may_cut_;           ///< before step i
  std::vector<std::size_t> run_begin_;  ///< of the stateless steps that end at i
};

}  // namespace

Plan make_plan(const Graph& graph, const PlanOptions& options) {
  HEDDLE_CHECK(options.workers >= 1);
  HEDDLE_CHECK(options.slots >= 1);
  const std::vector<std::uint32_t> order = kahn_order(graph);
  Plan plan{.strategy = options.strategy,
            .worker_count = options.workers,
            .slot_count = options.slots,
            .graph_digest = graph.digest()};
  for (const std::uint32_t task : order) plan.steps.push_back({.task = task});
  if (options.strategy != Strategy::Groups) return plan;
  std::uint32_t next = 0;
  for (const Part& part : Partition(graph, order, options.costs_ns).divide(options.workers)) {
    std::vector<std::uint32_t> workers;
    for (std::uint32_t i = 0; i < part.workers; ++i) workers.push_back(next++);
    for (std::size_t step = part.begin; step < part.end; ++step) plan.steps[step].workers = workers;
  }
  plan.worker_count = next;
  return plan;
}

}  // namespace heddle::flow
