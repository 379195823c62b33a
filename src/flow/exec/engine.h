// What all executors share: admitting a list, running one step of it, committing
// it, and the one rule of how a run ends. Executors differ only in who calls
// these when.
//
// The end is one number, the limit: a step of a list runs if its key is not above
// it, a list is committed if all of its keys are below. A failing step lowers the
// limit to its own key, a stop request to the end of its list. Since keys are in the
// serial order and every key below the limit still runs, the failure that a serial
// run would have met first is the one that remains.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "flow/exec/progress_word.h"
#include "flow/exec/run_limit.h"
#include "flow/exec/step_code.h"
#include "flow/slot/encode.h"
#include "flow/slot/slot_ring.h"
#include "heddle/flow/flow.h"

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace heddle::flow {

/// How process times are taken.
enum class Stamps : std::uint8_t { Off, Counter, Clock };

class Engine {
 public:
  struct Parts {
    const Graph* graph = nullptr;
    const Plan* plan = nullptr;
    const SlotLayout* layout = nullptr;
    SlotRing* ring = nullptr;
    Clock* clock = nullptr;
    CommitSink* sink = nullptr;
    const RunOptions* options = nullptr;
    const std::atomic<bool>* stop = nullptr;
  };
  Engine(const Parts& parts, std::vector<StepCode> steps, std::uint32_t worker_count);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  static constexpr std::uint64_t kNoEnd = ~std::uint64_t{0};

  [[nodiscard]] const std::vector<StepCode>& steps() const { return steps_; }
  [[nodiscard]] const Plan& plan() const { return *parts_.plan; }
  [[nodiscard]] const Graph& graph() const { return *parts_.graph; }
  [[nodiscard]] const SlotLayout& layout() const { return *parts_.layout; }
  [[nodiscard]] std::byte* slot(std::uint32_t index) const { return parts_.ring->slot(index); }
  [[nodiscard]] std::uint32_t slot_of(std::uint64_t clid) const {
    return static_cast<std::uint32_t>(clid % parts_.ring->count());
  }
  [[nodiscard]] std::uint64_t first_clid() const { return parts_.options->first_clid; }
  [[nodiscard]] std::vector<WorkerState>& workers() { return workers_; }
  [[nodiscard]] const WaitPolicy& wait_policy() const { return wait_policy_; }
  [[nodiscard]] Stamps stamps() const { return stamps_; }

  /// Readies a free slot for list `clid`, or says that there is none: the run's
  /// last list was `clid` - 1, and `end_clid` says so from now on. In order of clid,
  /// one thread at a time. Waits for the rate target.
  [[nodiscard]] bool admit(std::uint32_t slot_index, std::uint64_t clid);
  [[nodiscard]] std::uint64_t end_clid() const { return end_clid_.load(std::memory_order_acquire); }

  /// Runs a step; returns the reading at its end, which is the next one's begin.
  /// `kIsShared`: other workers run, so that a failure of theirs may end the run in the
  /// middle of a list, and this worker encodes what its step wrote.
  template <Stamps kStamps, bool kIsShared>
  std::uint64_t run_step(WorkerState& worker, const StepCode& code, std::byte* slot,
                         std::uint64_t clid, std::uint64_t begin_ticks);
  template <Stamps kStamps>
  [[nodiscard]] std::uint64_t stamp() const;
  /// Sets a worker's context to a list.
  void enter_list(WorkerState& worker, std::byte* slot, std::uint64_t clid) {
    const auto& header = *reinterpret_cast<const SlotHeader*>(slot);
    ContextAccess::set_list(worker.context, clid, header.admission_ns, slot);
    ContextAccess::set_text_bytes(worker.context, parts_.layout->text_bytes);
    if (clid >= steady_clid_ && !worker.is_steady) [[unlikely]]
      note_steady(worker);
  }

  /// Hands the list to the sink, unless it lies beyond the end, and frees its slot. In
  /// order of clid, one thread at a time, when all its steps are done.
  void commit(WorkerState& worker, std::uint32_t slot_index, std::uint64_t clid);
  [[nodiscard]] std::uint64_t committed() const {
    return committed_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint64_t admitted() const { return admitted_.load(std::memory_order_relaxed); }

  /// A failure at `key`; the lowest stays.
  void fail_at(std::uint64_t key, Diagnostics error);
  /// Counts page faults of a worker that ends.
  void leave(WorkerState& worker, std::uint32_t index);

  /// After all workers have left.
  [[nodiscard]] RunSummary summary() const;

  /// `waits_for` of a worker while it waits for another's word.
  std::uint64_t wait(WorkerState& worker, ProgressWord& word, std::uint64_t target,
                     std::uint32_t whose) {
    const std::uint64_t value = word.get();
    return value >= target ? value : wait_long(worker, word, target, whose);
  }

 private:
  std::uint64_t wait_long(WorkerState& worker, ProgressWord& word, std::uint64_t target,
                          std::uint32_t whose);
  void run_specially(WorkerState& worker, const StepCode& code, std::byte* slot,
                     std::uint64_t clid);
  void run_body(WorkerState& worker, const StepCode& code, std::byte* slot, std::uint64_t clid);
  void settle(WorkerState& worker, const StepCode& code, std::byte* slot, std::uint64_t clid,
              StepOutcome outcome);
  [[nodiscard]] bool depends_on_failed(const StepCode& code, const std::byte* slot) const;
  StepOutcome inject(WorkerState& worker, const StepCode& code, std::byte* slot,
                     std::uint64_t clid);
  void freeze(const StepCode& code, std::byte* slot);
  void clear_outputs(const StepCode& code, std::byte* slot) const;
  [[nodiscard]] bool wants_end(std::uint64_t clid) const {
    return clid >= lists_end_ || parts_.stop->load(std::memory_order_relaxed) ||
           parts_.options->interrupt.is_requested() || step_key(clid, 0) > limit_.get();
  }
  std::uint64_t wait_for_rate(std::uint64_t clid, std::uint64_t ticks);
  void take_notes(WorkerState& worker, StepHeader& header, SlotHeader& list);
  [[nodiscard]] std::uint64_t keyframe_after(std::uint64_t clid) const;
  static void set_state(SlotHeader& header, SlotState state) {
    HEDDLE_CHECK(is_slot_step(header.state, state));
    header.state = state;
  }
  void note_steady(WorkerState& worker);

  Parts parts_;
  std::vector<StepCode> steps_;
  std::vector<std::uint32_t> releasing_;  ///< messages whose types give memory back
  std::vector<WorkerState> workers_;
  WaitPolicy wait_policy_;
  Stamps stamps_ = Stamps::Off;
  std::uint64_t lists_end_ = kNoEnd;
  std::uint64_t steady_clid_ = 0;
  bool has_rate_ = false;
  bool is_tsc_ = false;
  // What all workers read stands above; what one of them writes has lines of its own.
  // Of the admitting thread:
  alignas(128) std::uint64_t next_keyframe_ = kNoEnd;
  std::uint64_t rate_index_ = 0;
  std::int64_t rate_start_ns_ = 0;
  std::uint64_t missed_periods_ = 0;
  // Of the committing thread:
  alignas(128) std::uint64_t lists_ = 0;
  std::uint64_t aborted_ = 0;
  std::uint64_t ignored_ = 0;

  RunLimit limit_;
  alignas(128) std::atomic<std::uint64_t> end_clid_ = kNoEnd;
  alignas(128) std::atomic<std::uint64_t> committed_ = 0;
  alignas(128) std::atomic<std::uint64_t> admitted_ = 0;
  mutable std::mutex failure_mutex_;
  std::uint64_t failure_key_ = kNoEnd;
  Diagnostics failure_;
  std::vector<std::uint64_t> faults_;
};

template <Stamps kStamps>
inline std::uint64_t Engine::stamp() const {
  if constexpr (kStamps == Stamps::Off) {
    return 0;
  } else if constexpr (kStamps == Stamps::Counter) {
#if defined(__x86_64__)
    return __rdtsc();
#else
    return parts_.clock->ticks();
#endif
  } else {
    return parts_.clock->ticks();
  }
}

template <Stamps kStamps, bool kIsShared>
inline std::uint64_t Engine::run_step(WorkerState& worker, const StepCode& code, std::byte* slot,
                                      std::uint64_t clid, std::uint64_t begin_ticks) {
  const auto& list = *reinterpret_cast<const SlotHeader*>(slot);
  auto& header = *reinterpret_cast<StepHeader*>(slot + code.offset);
  const std::uint64_t key = step_key(clid, code.index);
  worker.current.store(key, std::memory_order_relaxed);
  ContextAccess::set_step(worker.context, code.identity);
  header.clear();
  bool is_plain = !code.is_special && !list.is_special.load(std::memory_order_relaxed);
  if constexpr (kIsShared) is_plain = is_plain && key <= limit_.get();
  if (is_plain) [[likely]] {
    const StepOutcome outcome =
        code.run(code.instance, worker.context, slot, code.port_offsets, worker.failure);
    if (outcome != StepOutcome::Ok || ContextAccess::is_noted(worker.context)) [[unlikely]] {
      settle(worker, code, slot, clid, outcome);
    }
  } else {
    run_specially(worker, code, slot, clid);
  }
  if constexpr (kIsShared) {
    if (code.encoded_offset != 0) {
      std::byte* const begin = slot + code.encoded_offset;
      const std::byte* end =
          encode_step(*parts_.layout, parts_.layout->steps[code.index], slot, begin);
      header.encoded_bytes = static_cast<std::uint32_t>(end - begin);
    }
  }
  const std::uint64_t end_ticks = stamp<kStamps>();
  if constexpr (kStamps != Stamps::Off) {
    header.begin_ticks = begin_ticks;
    header.end_ticks = end_ticks;
  }
  return end_ticks;
}

}  // namespace heddle::flow
