// The event-driven engine. It visits a cycle only if something may happen in it: a result,
// a response, a request to inject, an instruction to issue. Ready instructions lie in three
// heaps by what they need, so that a blocked kind costs one look at its first, however many
// wait, and the oldest of the three first ones issues.
#include <algorithm>
#include <array>
#include <limits>
#include <queue>

#include "tile/sim/stage.h"

namespace heddle::tile {

namespace {

constexpr std::int64_t kNoCycle = std::numeric_limits<std::int64_t>::max();

struct Younger {
  bool operator()(const Ref& a, const Ref& b) const { return b < a; }
};
struct Later {
  bool operator()(const Due& a, const Due& b) const { return a.cycle > b.cycle; }
};

/// What one core has to do, in order.
struct Agenda {
  std::array<std::priority_queue<Ref, std::vector<Ref>, Younger>, 3> ready;  ///< by Need
  std::priority_queue<Due, std::vector<Due>, Later> due;
  std::int64_t accounted = 0;  ///< stalls are, up to this cycle
};

class EventEngine {
 public:
  explicit EventEngine(Stage& stage) : stage_(&stage), agendas_(stage.cores.size()) {}

  Status play() {
    for (std::int64_t cycle = 0;;) {
      if (stage_->asks_to_stop()) return {};
      HEDDLE_TRY_STATUS(visit(cycle));
      if (stage_->is_done()) return {};
      const std::int64_t next = next_cycle(cycle);
      if (next == kNoCycle) return stage_->stuck(cycle);
      cycle = next;
    }
  }

 private:
  Status visit(std::int64_t cycle) {
    const SimTime now = stage_->now(cycle);
    account(cycle);
    stage_->receive(cycle);
    for (std::size_t c = 0; c < agendas_.size(); ++c) run_due(c, cycle);
    HEDDLE_TRY_STATUS(stage_->dispatcher.fill(stage_->cores, cycle));
    for (std::size_t c = 0; c < agendas_.size(); ++c) {
      stage_->cores[c].step_dma(cycle, now, stage_->memory);
      take_ready(c);
      issue(c, cycle);
    }
    stage_->recorder.flush();
    has_collected_ = stage_->dispatcher.collect(stage_->cores, cycle);
    return {};
  }

  /// The cycles since the last visit, by the state that it left.
  void account(std::int64_t cycle) {
    for (std::size_t c = 0; c < agendas_.size(); ++c) {
      Agenda& agenda = agendas_[c];
      stage_->cores[c].account(agenda.accounted, cycle, !ready(agenda, Need::Scratchpad).empty(),
                               !ready(agenda, Need::WeightSlot).empty());
      agenda.accounted = cycle;
    }
  }

  void run_due(std::size_t c, std::int64_t cycle) {
    auto& due = agendas_[c].due;
    while (!due.empty() && due.top().cycle <= cycle) {
      const Due next = due.top();
      due.pop();
      stage_->cores[c].apply(next, cycle);
    }
    stage_->cores[c].finish_drained(cycle);
  }

  void take_ready(std::size_t c) {
    Core& core = stage_->cores[c];
    for (const Ref& ref : core.newly_ready()) ready(agendas_[c], core.need_of(ref)).push(ref);
    core.newly_ready().clear();
  }

  void issue(std::size_t c, std::int64_t cycle) {
    Agenda& agenda = agendas_[c];
    auto* const queue = first_issuable(c);
    if (queue == nullptr) return;
    const Ref ref = queue->top();
    queue->pop();
    due_.clear();
    stage_->cores[c].issue(ref, cycle, due_);
    for (const Due& due : due_) agenda.due.push(due);
    agenda.accounted = cycle + 1;
    take_ready(c);
  }

  using Queue = std::priority_queue<Ref, std::vector<Ref>, Younger>;

  static Queue& ready(Agenda& agenda, Need need) {
    return agenda.ready[static_cast<std::size_t>(need)];
  }

  /// The queue whose first instruction is the oldest one that has what it needs.
  Queue* first_issuable(std::size_t c) {
    const Core& core = stage_->cores[c];
    Queue* first = nullptr;
    for (const Need need : {Need::Nothing, Need::Scratchpad, Need::WeightSlot}) {
      Queue& queue = ready(agendas_[c], need);
      if (queue.empty()) continue;
      ++stage_->effort.ready_looked_at;
      if (need == Need::Scratchpad && !core.fits(queue.top())) continue;
      if (need == Need::WeightSlot && !core.has_weight_slot()) continue;
      if (first == nullptr || queue.top() < first->top()) first = &queue;
    }
    return first;
  }

  std::int64_t next_cycle(std::int64_t cycle) {
    if (has_collected_) return cycle + 1;  // there may be room for the next item
    std::int64_t next = kNoCycle;
    for (std::size_t c = 0; c < agendas_.size(); ++c) {
      const Core& core = stage_->cores[c];
      take_ready(c);
      if (core.wants_dma() || first_issuable(c) != nullptr) return cycle + 1;
      if (!agendas_[c].due.empty()) next = std::min(next, agendas_[c].due.top().cycle);
      if (const auto drain = core.next_drain()) next = std::min(next, *drain);
    }
    const SimTime change = stage_->memory.next_change();
    if (change != MemorySystem::kNever) {
      next = std::min(next, stage_->machine.core_clock.cycle_at_or_after(change));
    }
    return next == kNoCycle ? next : std::max(next, cycle + 1);
  }

  Stage* stage_ = nullptr;
  std::vector<Agenda> agendas_;
  std::vector<Due> due_;
  bool has_collected_ = false;
};

}  // namespace

Status play_events(Stage& stage) {
  return EventEngine(stage).play();
}

}  // namespace heddle::tile
