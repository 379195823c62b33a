// The oracle: every cycle of every core, and in each a look at everything there is. It
// shares with the event-driven engine what an instruction does, and neither the loop over
// time nor the search for what is due or ready.
#include <algorithm>

#include "tile/sim/stage.h"

namespace heddle::tile {

namespace {

struct Lists {
  std::vector<Ref> ready;
  std::vector<Due> due;
};

class SteppedEngine {
 public:
  explicit SteppedEngine(Stage& stage) : stage_(&stage), lists_(stage.cores.size()) {}

  Status play() {
    for (std::int64_t cycle = 0;; ++cycle) {
      if (stage_->asks_to_stop()) return {};
      HEDDLE_TRY(const bool may_change, step(cycle));
      if (stage_->is_done()) return {};
      if (!may_change) return stage_->stuck(cycle);
    }
  }

 private:
  /// One cycle. Returns whether a later one may differ.
  Result<bool> step(std::int64_t cycle) {
    stage_->receive(cycle);
    for (std::size_t c = 0; c < lists_.size(); ++c) run_due(c, cycle);
    HEDDLE_TRY_STATUS(stage_->dispatcher.fill(stage_->cores, cycle));
    bool may_change = stage_->memory.next_change() != MemorySystem::kNever;
    for (std::size_t c = 0; c < lists_.size(); ++c) {
      Core& core = stage_->cores[c];
      core.step_dma(cycle, stage_->now(cycle), stage_->memory);
      const bool has_issued = issue(c, cycle);
      if (!has_issued) {
        core.account(cycle, cycle + 1, holds(c, Need::Scratchpad), holds(c, Need::WeightSlot));
      }
      may_change = may_change || has_issued || core.wants_dma() || !lists_[c].due.empty() ||
                   core.next_drain();
    }
    may_change = may_change || stage_->memory.next_change() != MemorySystem::kNever;
    stage_->recorder.flush();
    return stage_->dispatcher.collect(stage_->cores, cycle) || may_change;
  }

  void run_due(std::size_t c, std::int64_t cycle) {
    std::vector<Due>& due = lists_[c].due;
    for (std::size_t i = 0; i < due.size();) {
      if (due[i].cycle > cycle) {
        ++i;
        continue;
      }
      const Due now = due[i];
      due.erase(due.begin() + static_cast<std::ptrdiff_t>(i));
      stage_->cores[c].apply(now, cycle);
    }
    stage_->cores[c].finish_drained(cycle);
  }

  /// Issues the first ready instruction that can, in order of item and program. A load that
  /// has no room is passed by everything but other loads that take room.
  bool issue(std::size_t c, std::int64_t cycle) {
    Core& core = stage_->cores[c];
    std::vector<Ref>& ready = lists_[c].ready;
    ready.insert(ready.end(), core.newly_ready().begin(), core.newly_ready().end());
    core.newly_ready().clear();
    std::sort(ready.begin(), ready.end());
    bool is_load_blocked = false;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      ++stage_->effort.ready_looked_at;
      const Need need = core.need_of(ready[i]);
      if (need == Need::Scratchpad && (is_load_blocked || !core.fits(ready[i]))) {
        is_load_blocked = true;
        continue;
      }
      if (need == Need::WeightSlot && !core.has_weight_slot()) continue;
      const Ref ref = ready[i];
      ready.erase(ready.begin() + static_cast<std::ptrdiff_t>(i));
      core.issue(ref, cycle, lists_[c].due);
      return true;
    }
    return false;
  }

  [[nodiscard]] bool holds(std::size_t c, Need need) const {
    return std::any_of(lists_[c].ready.begin(), lists_[c].ready.end(),
                       [&](const Ref& ref) { return stage_->cores[c].need_of(ref) == need; });
  }

  Stage* stage_ = nullptr;
  std::vector<Lists> lists_;
};

}  // namespace

Status play_cycles(Stage& stage) {
  return SteppedEngine(stage).play();
}

}  // namespace heddle::tile
