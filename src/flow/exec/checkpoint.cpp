// Checkpoint: worker t of T carries lists t, t + T, ... through all steps, and at a
// step with state waits until the worker of the list before has left it. A step's
// cursor is the next list that it has not finished; admission and commit are the
// first and the last cursor. Stateless steps have none: they hold several lists at
// once.
#include "flow/exec/executors.h"

namespace heddle::flow {
namespace {

class Checkpoint final : public Executor {
 public:
  Checkpoint(Engine& engine, std::uint32_t workers)
      : engine_(engine),
        worker_count_(workers),
        after_(serial_after(engine)),
        cursors_(engine.steps().size()),
        is_awaited_(engine.steps().size(), false) {
    for (ProgressWord& cursor : cursors_) cursor.reset(engine.first_clid());
    for (const std::uint32_t after : after_) {
      if (after != kNoIndex) is_awaited_[after] = true;
    }
    admitted_.reset(engine.first_clid());
    committed_.reset(engine.first_clid());
  }

  void work(std::uint32_t worker) override {
    with_stamps(engine_.stamps(), [&]<Stamps kStamps>() { run<kStamps>(worker); });
  }

  std::string name_of(std::uint32_t waited_for) const override {
    if (waited_for == cursors_.size()) return "admission";
    if (waited_for > cursors_.size()) return "commit";
    return std::string(engine_.steps()[waited_for].identity.id);
  }

 private:
  bool admit(WorkerState& worker, std::uint64_t clid) {
    const auto admission = static_cast<std::uint32_t>(cursors_.size());
    if (engine_.wait(worker, admitted_, clid, admission) == Engine::kNoEnd) return false;
    const std::uint64_t slots = engine_.plan().slot_count;
    if (clid >= engine_.first_clid() + slots) {
      engine_.wait(worker, committed_, clid - slots + 1, admission + 1);
    }
    const bool is_there = engine_.admit(engine_.slot_of(clid), clid);
    admitted_.publish(is_there ? clid + 1 : Engine::kNoEnd, engine_.wait_policy());
    return is_there;
  }

  template <Stamps kStamps>
  void run(std::uint32_t index) {
    WorkerState& worker = engine_.workers()[index];
    const WaitPolicy& policy = engine_.wait_policy();
    for (std::uint64_t clid = engine_.first_clid() + index; admit(worker, clid);
         clid += worker_count_) {
      std::byte* const slot = engine_.slot(engine_.slot_of(clid));
      engine_.enter_list(worker, slot, clid);
      std::uint64_t ticks = engine_.stamp<kStamps>();
      for (const StepCode& code : engine_.steps()) {
        const std::uint32_t after = after_[code.index];
        if (after != kNoIndex) {
#ifndef HEDDLE_FLOW_MUTATE_REORDER
          engine_.wait(worker, cursors_[after], clid, after);
#endif
        }
        ticks = engine_.run_step<kStamps, true>(worker, code, slot, clid, ticks);
        if (is_awaited_[code.index]) cursors_[code.index].publish(clid + 1, policy);
      }
      static_cast<void>(
          engine_.wait(worker, committed_, clid, static_cast<std::uint32_t>(cursors_.size() + 1)));
      engine_.commit(worker, engine_.slot_of(clid), clid);
      committed_.publish(clid + 1, policy);
    }
  }

  Engine& engine_;
  std::uint32_t worker_count_ = 1;
  std::vector<std::uint32_t> after_;
  std::vector<ProgressWord> cursors_;
  std::vector<bool> is_awaited_;
  ProgressWord admitted_;
  ProgressWord committed_;
};

}  // namespace

std::unique_ptr<Executor> make_checkpoint(Engine& engine, std::uint32_t workers) {
  return std::make_unique<Checkpoint>(engine, workers);
}

}  // namespace heddle::flow
