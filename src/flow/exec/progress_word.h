// How far a worker is, as others see it: a word on a line of its own, written by
// one, waited for by many. Publishing is a store and a load; there is no queue, no
// lock and no compare-and-swap.
//
// A waiter spins for a while, then parks in a futex. Between its flag and its last
// look at the word, and between the publisher's store and its look at the flag,
// a store must not be overtaken by a load. The waiter, who is slow anyway, pays for
// both sides with membarrier(2), which is a full fence on every running thread of
// the process; where the kernel lacks it, both sides use sequentially consistent
// operations.
#pragma once

#include <atomic>
#include <cstdint>

namespace heddle::flow {

/// How long to spin before parking, for as many workers as there are cores or
/// fewer: longer than a wake-up costs. With more workers than cores, spinning takes
/// the core from the one that is waited for, so the processor is offered instead.
struct WaitPolicy {
  std::uint32_t spins = 0;
  std::uint32_t yields = 0;
  bool has_membarrier = false;

  /// Looks at the machine; registers the process for membarrier once.
  [[nodiscard]] static WaitPolicy for_workers(std::uint32_t workers);
};

class alignas(128) ProgressWord {
 public:
  /// Before the threads start.
  void reset(std::uint64_t value) {
    value_.store(value, std::memory_order_relaxed);
    sleepers_.store(0, std::memory_order_relaxed);
  }

  [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_acquire); }

  /// Says that all below `value` is done. Requires: never lower than before; one
  /// thread at a time.
  void publish(std::uint64_t value, const WaitPolicy& policy) {
#ifdef HEDDLE_FLOW_MUTATE_LOST_WAKE
    // What a processor without the fence does: the load overtakes the store.
    static_cast<void>(policy);
    const bool has_sleepers = sleepers_.load(std::memory_order_seq_cst) != 0;
    mutation_delay();
    value_.store(value, std::memory_order_seq_cst);
    if (has_sleepers) wake();
#else
    if (policy.has_membarrier) {
      value_.store(value, std::memory_order_release);
      std::atomic_signal_fence(std::memory_order_seq_cst);
      if (sleepers_.load(std::memory_order_relaxed) != 0) wake();
    } else {
      value_.store(value, std::memory_order_seq_cst);
      if (sleepers_.load(std::memory_order_seq_cst) != 0) wake();
    }
#endif
  }

  /// Moves the word on by one; any number of threads may. For counts of events.
  void advance(const WaitPolicy&) {
    value_.fetch_add(1, std::memory_order_seq_cst);
    if (sleepers_.load(std::memory_order_seq_cst) != 0) wake();
  }

  /// Returns when the word is `target` or more, and what it is.
  std::uint64_t wait(std::uint64_t target, const WaitPolicy& policy) {
    const std::uint64_t value = get();
    return value >= target ? value : wait_long(target, policy);
  }

 private:
  std::uint64_t wait_long(std::uint64_t target, const WaitPolicy& policy);
  std::uint64_t park(std::uint64_t target, const WaitPolicy& policy);
  void wake();
  static void mutation_delay();

  std::atomic<std::uint64_t> value_ = 0;
  std::atomic<std::uint32_t> sleepers_ = 0;
};

}  // namespace heddle::flow
