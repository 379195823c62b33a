// Static groups. The plan cuts its order into groups of neighbouring steps; a worker
// runs one group's steps of list after list and publishes how far it is. Before a
// list it waits for the groups that write what it reads, and for admission; the last
// group also commits, after all others.
//
// A group of stateless steps may have R workers: list n belongs to worker n % R, and
// who waits for the group waits for that worker's word. Admission and commit then
// pass from worker to worker in order of clid, over two words of their own.
//
// Nothing is claimed, so nothing is contended: per list and worker there is one store
// to its own word and one load of each it waits for. A word goes out after each list:
// docs/adr/0009 says why none is held back.
#include <algorithm>

#include "flow/exec/executors.h"

namespace heddle::flow {
namespace {

struct Group {
  std::uint32_t begin = 0;  ///< steps
  std::uint32_t end = 0;
  std::vector<std::uint32_t> workers;
  std::vector<std::uint32_t> inputs;  ///< groups
};

class Groups final : public Executor {
 public:
  explicit Groups(Engine& engine) : engine_(engine), words_(engine.plan().worker_count) {
    make_groups_of_plan();
    for (std::uint32_t group = 0; group < groups_.size(); ++group) find_inputs(group);
    for (ProgressWord& word : words_) word.reset(engine.first_clid());
    admitted_.reset(engine.first_clid());
    committed_.reset(engine.first_clid());
  }

  void work(std::uint32_t worker) override {
    with_stamps(engine_.stamps(), [&]<Stamps kStamps>() { run<kStamps>(worker); });
  }

  std::string name_of(std::uint32_t waited_for) const override {
    if (waited_for == admission_number()) return "admission";
    if (waited_for == commit_number()) return "commit";
    const StepCode& code = engine_.steps()[groups_[group_of_worker_[waited_for]].end - 1];
    return std::string(code.identity.id);
  }

 private:
  [[nodiscard]] std::uint32_t admission_number() const {
    return static_cast<std::uint32_t>(words_.size());
  }
  [[nodiscard]] std::uint32_t commit_number() const { return admission_number() + 1; }

  void make_groups_of_plan() {
    const std::vector<PlanStep>& steps = engine_.plan().steps;
    group_of_step_.resize(steps.size());
    group_of_worker_.resize(words_.size());
    for (std::uint32_t step = 0; step < steps.size(); ++step) {
      if (step == 0 || steps[step].workers != groups_.back().workers) {
        groups_.push_back({step, step, steps[step].workers, {}});
      }
      groups_.back().end = step + 1;
      group_of_step_[step] = static_cast<std::uint32_t>(groups_.size() - 1);
      for (const std::uint32_t worker : steps[step].workers) {
        group_of_worker_[worker] = group_of_step_[step];
      }
    }
  }

  void find_inputs(std::uint32_t index) {
    Group& group = groups_[index];
    for (std::uint32_t step = group.begin; step < group.end; ++step) {
      for (const std::uint32_t input : engine_.layout().steps[step].inputs) {
        const std::uint32_t from = group_of_step_[input];
        const bool is_known =
            std::find(group.inputs.begin(), group.inputs.end(), from) != group.inputs.end();
        if (from != index && !is_known) group.inputs.push_back(from);
      }
    }
  }

  /// Waits until every worker of group `from` whose list it is has finished `clid`.
  void wait_for_group(WorkerState& worker, std::uint32_t from, std::uint64_t clid) {
    const std::vector<std::uint32_t>& workers = groups_[from].workers;
    const std::uint32_t whose = workers[clid % workers.size()];
#ifdef HEDDLE_FLOW_MUTATE_REORDER
    const std::uint64_t target = clid;  // takes what the list before left
#else
    const std::uint64_t target = clid + 1;
#endif
    engine_.wait(worker, words_[whose], target, whose);
  }

  /// In the first group: readies the slot. False at the end of the run.
  bool admit(WorkerState& worker, std::uint64_t clid, bool is_shared) {
    if (is_shared) {
      if (engine_.wait(worker, admitted_, clid, admission_number()) == Engine::kNoEnd) return false;
    }
    const std::uint64_t slots = engine_.plan().slot_count;
    if (clid >= engine_.first_clid() + slots) {
      engine_.wait(worker, committed_, clid - slots + 1, commit_number());
    }
    const bool is_there = engine_.admit(engine_.slot_of(clid), clid);
    admitted_.publish(is_there ? clid + 1 : Engine::kNoEnd, engine_.wait_policy());
    return is_there;
  }

  /// In another group: waits until the list is there. False at the end of the run. What
  /// its inputs have finished was admitted, so that only a group without inputs looks
  /// at the word of admission; groups that end say so by their own words.
  bool wait_for_list(WorkerState& worker, const Group& group, std::uint64_t clid) {
    if (group.inputs.empty()) engine_.wait(worker, admitted_, clid + 1, admission_number());
    for (const std::uint32_t input : group.inputs) wait_for_group(worker, input, clid);
    return clid < engine_.end_clid();
  }

  void commit(WorkerState& worker, std::uint32_t own, std::uint64_t clid) {
    for (std::uint32_t group = 0; group < groups_.size(); ++group) {
      if (group != own) wait_for_group(worker, group, clid);
    }
    engine_.wait(worker, committed_, clid, commit_number());
    engine_.commit(worker, engine_.slot_of(clid), clid);
    committed_.publish(clid + 1, engine_.wait_policy());
  }

  template <Stamps kStamps>
  void run(std::uint32_t index) {
    WorkerState& worker = engine_.workers()[index];
    const std::uint32_t own = group_of_worker_[index];
    const Group& group = groups_[own];
    const auto shares = static_cast<std::uint64_t>(group.workers.size());
    const auto turn = static_cast<std::uint64_t>(
        std::find(group.workers.begin(), group.workers.end(), index) - group.workers.begin());
    const std::uint64_t first = engine_.first_clid();
    std::uint64_t clid = first + (turn + shares - first % shares) % shares;
    for (;; clid += shares) {
      worker.current.store(step_key(clid, group.begin), std::memory_order_relaxed);
      const bool is_there =
          own == 0 ? admit(worker, clid, shares > 1) : wait_for_list(worker, group, clid);
      if (!is_there) break;
      std::byte* const slot = engine_.slot(engine_.slot_of(clid));
      engine_.enter_list(worker, slot, clid);
      const auto& header = *reinterpret_cast<const SlotHeader*>(slot);
      std::uint64_t ticks = own == 0 ? header.admission_ticks : engine_.stamp<kStamps>();
      for (std::uint32_t step = group.begin; step < group.end; ++step) {
        ticks = engine_.run_step<kStamps, true>(worker, engine_.steps()[step], slot, clid, ticks);
      }
      words_[index].publish(clid + 1, engine_.wait_policy());
      if (own + 1 == groups_.size()) commit(worker, own, clid);
    }
    words_[index].publish(Engine::kNoEnd, engine_.wait_policy());
  }

  Engine& engine_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> group_of_step_;
  std::vector<std::uint32_t> group_of_worker_;
  std::vector<ProgressWord> words_;
  ProgressWord admitted_;
  ProgressWord committed_;
};

}  // namespace

std::unique_ptr<Executor> make_groups(Engine& engine) {
  return std::make_unique<Groups>(engine);
}

}  // namespace heddle::flow
