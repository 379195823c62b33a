// The kernel: order, time, processes, limits, and what it says when a run
// cannot go on.
#include "heddle/des/kernel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "heddle/base/random.h"
#include "heddle/des/channel.h"
#include "heddle/des/diagnostics.h"
#include "heddle/des/resource.h"

namespace heddle::des {
namespace {

using Log = std::vector<std::string>;

/// Notes its name and the time.
class Noting final : public Handler {
 public:
  Noting(ComponentId component, std::string name, Log& log)
      : Handler(component), name_(std::move(name)), log_(log) {}
  void on_event(Kernel& kernel) override {
    log_.push_back(name_ + "@" + std::to_string(kernel.now().ps()));
  }

 private:
  std::string name_;
  Log& log_;
};

std::string error_of(const Result<RunSummary>& ran) {
  return ran ? "" : std::string(ran.error().list().front().code());
}

class EveryQueue : public testing::TestWithParam<QueueKind> {
 protected:
  Kernel kernel_{{.queue = GetParam()}};
  ComponentId a_ = kernel_.add_component("a");
  ComponentId b_ = kernel_.add_component("b");
  Log log_;
};

INSTANTIATE_TEST_SUITE_P(Queues, EveryQueue, testing::Values(QueueKind::Heap, QueueKind::Wheel),
                         [](const auto& one) {
                           return one.param == QueueKind::Heap ? "heap" : "wheel";
                         });

TEST_P(EveryQueue, orders_by_time_then_priority_then_source_then_sequence) {
  Noting late(a_, "late", log_), urgent(b_, "urgent", log_), second(b_, "second", log_),
      first(a_, "first", log_), third(b_, "third", log_), early(b_, "early", log_);
  kernel_.schedule(late, Picoseconds(9));
  kernel_.schedule(second, Picoseconds(5));
  kernel_.schedule(third, Picoseconds(5));
  kernel_.schedule(first, Picoseconds(5));
  kernel_.schedule(urgent, Picoseconds(5), Priority::First);
  kernel_.schedule(early, Picoseconds(4), Priority::Last);
  ASSERT_TRUE(kernel_.run());
  EXPECT_EQ(log_, (Log{"early@4", "urgent@5", "first@5", "second@5", "third@5", "late@9"}));
}

TEST_P(EveryQueue, a_cancelled_event_does_not_happen_and_does_not_count) {
  Noting gone(a_, "gone", log_), kept(a_, "kept", log_);
  const EventId id = kernel_.schedule(gone, Picoseconds(5));
  kernel_.schedule(kept, Picoseconds(6));
  kernel_.cancel(id);
  EXPECT_EQ(kernel_.pending_count(), 1U);
  ASSERT_TRUE(kernel_.run());
  EXPECT_EQ(log_, Log{"kept@6"});
  EXPECT_EQ(kernel_.executed_count(), 1U);
}

TEST_P(EveryQueue, stops_at_a_time_and_goes_on_from_there) {
  Noting early(a_, "early", log_), late(a_, "late", log_);
  kernel_.schedule(early, Picoseconds(10));
  kernel_.schedule(late, Picoseconds(11));
  const auto first = kernel_.run({.until = SimTime(10)});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->reason, StopReason::TimeLimit);
  EXPECT_EQ(log_, Log{"early@10"});
  const auto second = kernel_.run();
  EXPECT_EQ(second->reason, StopReason::Finished);
  EXPECT_EQ(second->now, SimTime(11));
}

TEST_P(EveryQueue, stops_after_a_number_of_events) {
  Noting one(a_, "x", log_);
  for (int i = 0; i < 10; ++i) kernel_.schedule(one, Picoseconds(i));
  const auto ran = kernel_.run({.events_max = 7});
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->reason, StopReason::EventLimit);
  EXPECT_EQ(ran->events, 7U);
  EXPECT_EQ(log_.size(), 7U);
}

Task<int> twice(int value) {
  co_await delay(Picoseconds(10));
  co_return 2 * value;
}

Task<> adder(Kernel& kernel, Log& log) {
  int sum = 0;
  for (int i = 1; i <= 3; ++i) sum += co_await twice(i);
  log.push_back(std::to_string(sum) + "@" + std::to_string(kernel.now().ps()));
}

TEST_P(EveryQueue, tasks_call_tasks_and_time_passes_inside) {
  kernel_.spawn(a_, "adder", adder(kernel_, log_), {.delay = Picoseconds(5)});
  ASSERT_TRUE(kernel_.run());
  EXPECT_EQ(log_, Log{"12@35"});  // (1 + 2 + 3) * 2 at 5 + 3 * 10
}

Task<> joiner(Kernel& kernel, ProcessId other, Log& log) {
  co_await join(kernel, other);
  log.push_back("joined@" + std::to_string(kernel.now().ps()));
  co_await join(kernel, other);  // has ended: no wait
  log.push_back("again@" + std::to_string(kernel.now().ps()));
}

TEST_P(EveryQueue, join_waits_for_the_end_of_a_process) {
  const ProcessId id = kernel_.spawn(a_, "adder", adder(kernel_, log_));
  kernel_.spawn(b_, "joiner", joiner(kernel_, id, log_));
  ASSERT_TRUE(kernel_.run());
  EXPECT_EQ(log_, (Log{"12@30", "joined@30", "again@30"}));
}

/// Random delays over many scales, events that make events, cancellations.
class Churn final : public Handler {
 public:
  Churn(ComponentId component, std::uint32_t index) : Handler(component), index_(index) {}
  void on_event(Kernel& kernel) override {
    for (int k = 0; k < 2; ++k) {
      const std::uint64_t draw = random_.at(index_, count_++);
      const auto shift = static_cast<unsigned>(draw % 40);
      const auto wait = static_cast<std::int64_t>((draw >> 8) & ((std::uint64_t{1} << shift) - 1));
      if (k == 0 || draw >> 62 == 3) {
        last_ = kernel.schedule(*this, Picoseconds(wait), static_cast<Priority>(draw >> 32 & 7));
      }
    }
    if (count_ % 7 == 0 && count_ > 8) {
      kernel.cancel(last_);
      kernel.schedule(*this, Picoseconds(3));
    }
  }

 private:
  RandomStream random_{1, "churn"};
  std::uint32_t index_ = 0;
  std::uint64_t count_ = 0;
  EventId last_;
};

std::pair<Digest64, SimTime> churn(QueueKind kind) {
  Kernel kernel({.queue = kind});
  std::vector<Churn> churns;
  for (std::uint32_t i = 0; i < 100; ++i) {
    churns.emplace_back(kernel.add_component(std::to_string(i)), i);
  }
  for (Churn& one : churns) kernel.schedule(one, Picoseconds(1));
  EXPECT_TRUE(kernel.run({.events_max = 200'000}));
  return {kernel.digest(), kernel.now()};
}

TEST(EventQueue, heap_and_wheel_execute_the_same_events) {
  EXPECT_EQ(churn(QueueKind::Heap), churn(QueueKind::Wheel));
}

TEST(EventQueue, gives_random_events_back_sorted) {
  for (const QueueKind kind : {QueueKind::Heap, QueueKind::Wheel}) {
    EventQueue queue(kind);
    const RandomStream random(7, "queue");
    std::vector<unsigned __int128> keys;
    std::uint64_t draws = 0;
    unsigned __int128 last = 0;
    for (int round = 0; round < 20'000; ++round) {
      const std::uint64_t draw = random.at(0, draws++);
      if (draw % 5 < 3 || queue.empty()) {  // never before what was taken last
        const auto now = static_cast<std::int64_t>(last >> 64);
        const auto ahead = static_cast<std::int64_t>(draw >> (8 + draw % 50));
        const Event event{SimTime(now + (draw % 11 == 0 ? 1 : ahead / 2 + 1)), draw >> 4, 0};
        queue.push(event);
        keys.push_back(event.key());
        std::push_heap(keys.begin(), keys.end(), std::greater<>());
      } else {
        std::pop_heap(keys.begin(), keys.end(), std::greater<>());
        last = queue.top().key();
        ASSERT_TRUE(last == keys.back());
        queue.pop();
        keys.pop_back();
      }
      ASSERT_EQ(queue.size(), keys.size());
    }
  }
}

// Close together, events meet every edge between slots.
TEST(EventQueue, gives_dense_events_back_sorted_at_the_edges_of_slots) {
  for (const QueueKind kind : {QueueKind::Heap, QueueKind::Wheel}) {
    EventQueue queue(kind);
    const RandomStream random(8, "dense");
    std::vector<unsigned __int128> keys;
    std::int64_t now = 0;
    for (std::uint64_t round = 0; round < 50'000; ++round) {
      if (random.below(2, 0, round) == 0 || keys.size() < 60) {
        const std::int64_t ahead = random.between(1, 150, 1, round);
        const Event event{SimTime(now + ahead), random.at(2, round) >> 4, 0};
        queue.push(event);
        keys.push_back(event.key());
        std::push_heap(keys.begin(), keys.end(), std::greater<>());
      } else {
        std::pop_heap(keys.begin(), keys.end(), std::greater<>());
        ASSERT_TRUE(queue.top().key() == keys.back()) << round;
        now = queue.top().time.ps();
        queue.pop();
        keys.pop_back();
      }
    }
  }
}

class Looping final : public Handler {
 public:
  using Handler::Handler;
  void on_event(Kernel& kernel) override { kernel.schedule(*this, wait); }
  Picoseconds wait = Picoseconds(0);
};

TEST(Kernel, a_loop_without_delay_ends_at_the_bound_of_an_instant) {
  Kernel kernel({.instant_events_max = 1000});
  Looping loop(kernel.add_component("looper"));
  kernel.schedule(loop, Picoseconds(77));
  const auto ran = kernel.run();
  ASSERT_EQ(error_of(ran), "des.instant-storm");
  const std::string text = ran.error().to_string();
  EXPECT_NE(text.find("77 ps"), std::string::npos) << text;
  EXPECT_NE(text.find("'looper'"), std::string::npos) << text;
}

TEST(Kernel, as_many_zero_delay_events_as_the_bound_are_legal) {
  Kernel kernel({.instant_events_max = 1000});
  Log log;
  Noting one(kernel.add_component("a"), "x", log);
  for (int i = 0; i < 1000; ++i) kernel.schedule(one, Picoseconds(3));
  EXPECT_TRUE(kernel.run());
  EXPECT_EQ(log.size(), 1000U);
}

TEST(Kernel, the_watchdog_ends_a_spin_that_achieves_nothing) {
  Kernel kernel({.idle_events_max = 5000});
  Looping loop(kernel.add_component("poller"));
  loop.wait = Picoseconds(10);
  kernel.schedule(loop, Picoseconds(0));
  const auto ran = kernel.run();
  EXPECT_EQ(error_of(ran), "des.no-progress");
  EXPECT_NE(ran.error().to_string().find("'poller'"), std::string::npos);
}

Task<> balanced(Kernel&, Channel<int>& channel) {
  for (int i = 0; i < 20'000; ++i) {
    co_await delay(Picoseconds(1));
    co_await channel.put(i);
    (void)co_await channel.get();
  }
}

// A detector that looks at queue depth sees nothing of this: it counts completed work.
TEST(Kernel, the_watchdog_sees_progress_in_balanced_puts_and_gets) {
  Kernel kernel({.idle_events_max = 5000});
  Channel<int> channel(kernel, "c", 1);
  kernel.spawn(kernel.add_component("a"), "balanced", balanced(kernel, channel));
  EXPECT_TRUE(kernel.run());
}

TEST(Kernel, an_event_past_the_end_of_time_is_an_error_naming_its_component) {
  Kernel kernel;
  Looping loop(kernel.add_component("far"));
  loop.wait = Picoseconds(std::int64_t{1} << 61);
  kernel.schedule(loop, Picoseconds(1));
  const auto ran = kernel.run();
  EXPECT_EQ(error_of(ran), "des.time-overflow");
  EXPECT_NE(ran.error().to_string().find("'far'"), std::string::npos);
}

TEST(Kernel, a_negative_delay_is_an_error) {
  Kernel kernel;
  Looping loop(kernel.add_component("back"));
  loop.wait = Picoseconds(-1);
  kernel.schedule(loop, Picoseconds(1));
  EXPECT_EQ(error_of(kernel.run()), "des.time-overflow");
}

Task<> thrower(Kernel&) {
  co_await delay(Picoseconds(5));
  throw std::runtime_error("out of cheese");
}

Task<> calls_thrower(Kernel& kernel) {
  co_await thrower(kernel);
}

TEST(Kernel, an_exception_ends_the_run_and_names_process_time_and_text) {
  Kernel kernel;
  kernel.spawn(kernel.add_component("pe3"), "worker", calls_thrower(kernel));
  const auto ran = kernel.run();
  ASSERT_EQ(error_of(ran), "des.process-threw");
  const std::string text = ran.error().to_string();
  for (const char* part : {"'worker'", "'pe3'", "5 ps", "out of cheese"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

class Reentering final : public Handler {
 public:
  using Handler::Handler;
  void on_event(Kernel& kernel) override { (void)kernel.run(); }
};

TEST(KernelDeathTest, running_the_loop_from_within_an_event_aborts_with_a_message) {
  Kernel kernel;
  Reentering handler(kernel.add_component("a"));
  kernel.schedule(handler, Picoseconds(1));
  EXPECT_DEATH((void)kernel.run(), "Kernel::run is not called from within an event");
}

Task<> holder(Kernel&, Resource& mine, Resource& other) {
  const Lease first = co_await mine.acquire();
  co_await delay(Picoseconds(10));
  const Lease second = co_await other.acquire();
}

TEST(Kernel, a_deadlock_names_who_waits_for_what_and_the_cycle) {
  Kernel kernel;
  Resource left("left", 1), right("right", 1);
  kernel.spawn(kernel.add_component("pe0"), "p", holder(kernel, left, right));
  kernel.spawn(kernel.add_component("pe1"), "q", holder(kernel, right, left));
  const auto ran = kernel.run();
  ASSERT_EQ(error_of(ran), "des.deadlock");
  const std::string text = ran.error().to_string();
  for (const char* part : {"'p' (pe0) waits for resource 'right', held by 'q' (pe1)",
                           "'q' (pe1) waits for resource 'left', held by 'p' (pe0)",
                           "a cycle: 'p' (pe0) -> 'q' (pe1) -> 'p' (pe0)", "at 10 ps"}) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }
}

Task<> server(Kernel&, Channel<int>& channel) {
  while (true) (void)co_await channel.get();
}

TEST(Kernel, a_daemon_may_wait_for_ever_and_others_may_not) {
  for (const bool is_daemon : {true, false}) {
    Kernel kernel;
    Channel<int> channel(kernel, "jobs", 4);
    kernel.spawn(kernel.add_component("a"), "server", server(kernel, channel),
                 {.is_daemon = is_daemon});
    const auto ran = kernel.run();
    EXPECT_EQ(error_of(ran), is_daemon ? "" : "des.deadlock");
    if (!is_daemon) {
      EXPECT_NE(ran.error().to_string().find("channel 'jobs' (empty)"), std::string::npos);
    }
  }
}

TEST(Kernel, an_interrupt_stops_a_run_that_would_never_end) {
  std::atomic<bool> flag{true};
  Kernel kernel({.interrupt = Interrupt(flag)});
  Looping loop(kernel.add_component("a"));
  loop.wait = Picoseconds(1);
  kernel.schedule(loop, Picoseconds(1));
  const auto ran = kernel.run();
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->reason, StopReason::Interrupted);
}

Task<> nothing(Kernel&) {
  co_return;
}

Task<> many_calls(Kernel& kernel, int& count) {
  for (int i = 0; i < 200'000; ++i) {
    co_await nothing(kernel);
    ++count;
  }
}

TEST(Kernel, awaiting_tasks_in_a_loop_takes_neither_stack_nor_memory) {
  Kernel kernel;
  int count = 0;
  kernel.spawn(kernel.add_component("a"), "caller", many_calls(kernel, count));
  EXPECT_TRUE(kernel.run());
  EXPECT_EQ(count, 200'000);
}

TEST(Kernel, the_digest_tells_apart_times_components_and_numbers_of_events) {
  const auto digest = [](std::int64_t wait, int component, int events) {
    Kernel kernel;
    Log log;
    std::vector<ComponentId> ids = {kernel.add_component("a"), kernel.add_component("b")};
    Noting one(ids[static_cast<std::size_t>(component)], "x", log);
    for (int i = 0; i < events; ++i) kernel.schedule(one, Picoseconds(wait));
    EXPECT_TRUE(kernel.run());
    return kernel.digest();
  };
  EXPECT_EQ(digest(5, 0, 2), digest(5, 0, 2));
  EXPECT_NE(digest(5, 0, 2), digest(6, 0, 2));
  EXPECT_NE(digest(5, 0, 2), digest(5, 1, 2));
  EXPECT_NE(digest(5, 0, 2), digest(5, 0, 3));
}

}  // namespace
}  // namespace heddle::des
