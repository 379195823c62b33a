// Partitions: the same digest and the same results however the model is cut
// and however many threads run it.
#include "heddle/des/federation.h"

#include <gtest/gtest.h>

#include <deque>
#include <utility>

#include "heddle/base/random.h"
#include "heddle/des/diagnostics.h"
#include "heddle/des/resource.h"

namespace heddle::des {
namespace {

constexpr std::uint32_t kNodes = 16;
constexpr Picoseconds kLookahead(1000);

/// A node that works locally, and tells random others what it sums up.
class Node final : public Receiver, public Handler {
 public:
  Node(Federation& federation, std::uint32_t index, std::uint32_t partition)
      : Handler(federation.add_component("node" + std::to_string(index), partition)),
        federation_(federation),
        index_(index) {
    self_ = federation.add_receiver(component(), *this);
  }
  [[nodiscard]] ReceiverId self() const { return self_; }
  [[nodiscard]] std::uint64_t sum() const { return sum_; }
  void connect(std::vector<ReceiverId> all) { all_ = std::move(all); }

  void on_event(Kernel& kernel) override {
    sum_ = sum_ * 31 + static_cast<std::uint64_t>(kernel.now().ps());
    if (++steps_ > 400) return;
    const std::uint64_t draw = random_.at(index_, steps_);
    kernel.schedule(*this, Picoseconds(static_cast<std::int64_t>(draw % 50)));
    if (draw >> 60 == 0) {
      const auto extra = static_cast<std::int64_t>(draw >> 20 & 0x3ff);
      federation_.send(component(), all_[draw >> 8 & (kNodes - 1)], kLookahead + Picoseconds(extra),
                       {sum_, 0, 0, index_});
    }
  }
  void on_message(Kernel& kernel, const Message& message) override {
    EXPECT_EQ(kernel.now(), message.time);
    sum_ = sum_ * 131 + message.words[0] + message.words[3];
    if (steps_ > 400) steps_ = 300;
    kernel.schedule(*this, Picoseconds(1));
    ++received_;
    if (received_ > 40) steps_ = 1000;
  }

 private:
  Federation& federation_;
  RandomStream random_{3, "federation"};
  std::uint32_t index_ = 0;
  ReceiverId self_;
  std::vector<ReceiverId> all_;
  std::uint64_t steps_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t sum_ = 0;
};

struct Outcome {
  Digest64 digest;
  std::uint64_t events = 0;
  std::vector<std::uint64_t> sums;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome run_nodes(std::uint32_t partitions, std::uint32_t threads, QueueKind queue,
                  std::uint64_t shared_events_min = 1) {
  Federation federation({.partition_count = partitions,
                         .thread_count = threads,
                         .lookahead = kLookahead,
                         .shared_events_min = shared_events_min,
                         .kernel = {.queue = queue}});
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<ReceiverId> all;
  for (std::uint32_t i = 0; i < kNodes; ++i) {
    nodes.push_back(std::make_unique<Node>(federation, i, i * partitions / kNodes));
    all.push_back(nodes.back()->self());
  }
  for (const auto& node : nodes) {
    node->connect(all);
    federation.kernel_of(node->component()).schedule(*node, Picoseconds(10));
  }
  EXPECT_TRUE(federation.run());
  EXPECT_EQ(federation.shared_window_count() > 0, threads > 1 && partitions > 1);
  Outcome outcome{federation.digest(), federation.executed_count(), {}};
  for (const auto& node : nodes) outcome.sums.push_back(node->sum());
  return outcome;
}

TEST(Federation, one_digest_for_partitions_1_to_16_threads_1_to_8_heap_and_wheel) {
  const Outcome expected = run_nodes(1, 1, QueueKind::Heap);
  EXPECT_GT(expected.events, 5000U);
  for (std::uint32_t partitions = 1; partitions <= 16; ++partitions) {
    for (const QueueKind queue : {QueueKind::Heap, QueueKind::Wheel}) {
      EXPECT_EQ(run_nodes(partitions, 1, queue), expected) << partitions;
    }
  }
  for (std::uint32_t threads = 2; threads <= 8; ++threads) {
    EXPECT_EQ(run_nodes(16, threads, QueueKind::Heap), expected) << threads;
  }
}

TEST(Federation, a_digest_of_one_partition_is_that_of_a_plain_kernel) {
  Kernel kernel;
  Federation federation({});
  struct Ticker final : Handler {
    using Handler::Handler;
    void on_event(Kernel& k) override {
      if (++count < 100) k.schedule(*this, Picoseconds(7));
    }
    int count = 0;
  };
  Ticker one(kernel.add_component("t"));
  Ticker two(federation.add_component("t", 0));
  kernel.schedule(one, Picoseconds(1));
  federation.kernel_of(two.component()).schedule(two, Picoseconds(1));
  ASSERT_TRUE(kernel.run());
  ASSERT_TRUE(federation.run());
  EXPECT_EQ(kernel.digest(), federation.digest());
}

class Sender final : public Receiver, public Handler {
 public:
  Sender(Federation& federation, std::uint32_t partition, Picoseconds delay)
      : Handler(federation.add_component("sender", partition)),
        federation_(federation),
        delay_(delay) {
    self_ = federation.add_receiver(component(), *this);
  }
  void on_event(Kernel&) override { federation_.send(component(), self_, delay_, {}); }
  void on_message(Kernel& kernel, const Message&) override { arrived = kernel.now(); }
  SimTime arrived;

 private:
  Federation& federation_;
  Picoseconds delay_;
  ReceiverId self_;
};

TEST(Federation, a_message_at_the_lookahead_passes_and_one_below_is_an_error) {
  for (const std::int64_t wait : {1000, 999}) {
    Federation federation({.lookahead = kLookahead});
    Sender sender(federation, 0, Picoseconds(wait));
    federation.kernel_of(sender.component()).schedule(sender, Picoseconds(5));
    const auto ran = federation.run();
    ASSERT_EQ(ran.has_value(), wait == 1000);
    if (ran) {
      EXPECT_EQ(sender.arrived, SimTime(1005));
    } else {
      EXPECT_EQ(ran.error().list().front().code(), "des.short-delay");
    }
  }
}

Task<> wait_for_ever(Kernel&, Trigger& trigger) {
  co_await trigger.wait();
}

TEST(Federation, a_deadlock_lists_the_waiting_processes_of_every_partition) {
  Federation federation({.partition_count = 2, .lookahead = kLookahead});
  Trigger one("one"), two("two");
  for (std::uint32_t i = 0; i < 2; ++i) {
    const ComponentId id = federation.add_component("c" + std::to_string(i), i);
    Kernel& kernel = federation.kernel_of(id);
    kernel.spawn(id, "w", wait_for_ever(kernel, i == 0 ? one : two));
  }
  const auto ran = federation.run();
  ASSERT_FALSE(ran);
  const std::string text = ran.error().to_string();
  EXPECT_NE(text.find("'w' (c0) waits for trigger 'one'"), std::string::npos) << text;
  EXPECT_NE(text.find("'w' (c1) waits for trigger 'two'"), std::string::npos) << text;
}

TEST(Federation, stops_at_a_time_and_goes_on) {
  Federation federation({.partition_count = 2, .lookahead = kLookahead});
  Sender sender(federation, 1, Picoseconds(5000));
  federation.kernel_of(sender.component()).schedule(sender, Picoseconds(5));
  const auto first = federation.run(SimTime(100));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->reason, StopReason::TimeLimit);
  EXPECT_EQ(sender.arrived, SimTime(0));
  ASSERT_TRUE(federation.run());
  EXPECT_EQ(sender.arrived, SimTime(5005));
}

/// Sends to a partner as long as it has credits, which come back on a notice
/// far below the lookahead.
class Producer final : public Handler, public Retry {
 public:
  Producer(Federation& federation, std::uint32_t partition)
      : Handler(federation.add_component("producer", partition)),
        federation_(federation),
        partition_(partition),
        credit(*this) {}

  /// A credit that has come back.
  class Credit final : public Handler {
   public:
    explicit Credit(Producer& owner) : Handler(owner.component()), owner_(owner) {}
    void on_event(Kernel& kernel) override { owner_.take_back(kernel); }

   private:
    Producer& owner_;
  };

  void on_event(Kernel& kernel) override { attempt(kernel); }
  void retry(Kernel& kernel) override {
    ++retries;
    attempt(kernel);
  }
  void take_back(Kernel& kernel) {
    ++credits_;
    if (!std::exchange(is_waiting_, false)) return;
    federation_.end_wait(partition_);
    attempt(kernel);
  }

  ReceiverId partner;
  std::uint64_t retries = 0;
  std::vector<SimTime> sent;

 private:
  void attempt(Kernel& kernel) {
    if (sent.size() == 500) return;
    if (credits_ == 0) {
      if (!federation_.is_informed(partition_)) {
        kernel.stall(*this);
      } else {
        is_waiting_ = true;
        federation_.wait(partition_);
      }
      return;
    }
    --credits_;
    sent.push_back(kernel.now());
    federation_.send(component(), partner, kLookahead + Picoseconds(3), {});
    // Now and then a pause, so that credits pile up again.
    kernel.schedule(*this, Picoseconds(sent.size() % 50 == 0 ? 9000 : 7));
  }

  Federation& federation_;
  std::uint32_t partition_ = 0;
  int credits_ = 8;
  bool is_waiting_ = false;

 public:
  Credit credit;
};

class Consumer final : public Handler, public Receiver {
 public:
  Consumer(Federation& federation, std::uint32_t partition, Producer& producer)
      : Handler(federation.add_component("consumer", partition)),
        federation_(federation),
        producer_(producer) {
    producer.partner = federation.add_receiver(component(), *this);
  }
  void on_message(Kernel& kernel, const Message&) override {
    kernel.schedule(*this, Picoseconds(100 + 37 * (++count_ % 5)));
  }
  void on_event(Kernel& kernel) override {
    federation_.post(component(), producer_.component(), kernel.now() + kShortNotice,
                     producer_.credit, Notice::Late);
  }
  static constexpr Picoseconds kShortNotice{10};

 private:
  Federation& federation_;
  Producer& producer_;
  std::int64_t count_ = 0;
};

/// Does something at every 11 ps, so that its partition is never idle.
class Ticker final : public Handler {
 public:
  using Handler::Handler;
  void on_event(Kernel& kernel) override {
    if (++count_ < 4000) kernel.schedule(*this, Picoseconds(11));
  }

 private:
  int count_ = 0;
};

struct CreditRun {
  Digest64 digest;
  std::vector<SimTime> sent;
  std::uint64_t retries = 0;
  std::uint64_t windows = 0;
};

CreditRun run_credits(std::uint32_t partitions, std::uint32_t threads) {
  Federation federation({.partition_count = partitions,
                         .thread_count = threads,
                         .lookahead = kLookahead,
                         .short_notice = Consumer::kShortNotice,
                         .shared_events_min = 1});
  Producer producer(federation, 0);
  Consumer consumer(federation, partitions - 1, producer);
  std::deque<Ticker> tickers;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::uint32_t partition = i * (partitions - 1);
    tickers.emplace_back(federation.add_component("ticker", partition));
    federation.kernel(partition).schedule(tickers.back(), Picoseconds(5));
  }
  federation.kernel(0).schedule(producer, Picoseconds(1));
  EXPECT_TRUE(federation.run());
  return {federation.digest(), producer.sent, producer.retries, federation.window_count()};
}

TEST(Federation, events_of_short_notice_count_at_their_instant_for_any_partitions) {
  const CreditRun whole = run_credits(1, 1);
  ASSERT_EQ(whole.sent.size(), 500U);
  EXPECT_EQ(whole.retries, 0U);
  for (const std::uint32_t threads : {1U, 2U}) {
    const CreditRun cut = run_credits(2, threads);
    EXPECT_EQ(cut.sent, whole.sent);
    EXPECT_EQ(cut.digest, whole.digest);
    EXPECT_GT(cut.retries, 0U);  // the case that only a stall gets right did happen
  }
}

class Failing final : public Handler {
 public:
  Failing(ComponentId component, std::string text) : Handler(component), text_(std::move(text)) {}
  void on_event(Kernel& kernel) override {
    kernel.fail(Diagnostic(diag::kProcessThrew, {}, {text_, "", "", ""}));
  }

 private:
  std::string text_;
};

TEST(Federation, the_failure_of_the_earliest_event_is_told_whichever_partition_has_it) {
  for (const std::int64_t first : {400, 600}) {
    Federation federation({.partition_count = 2, .lookahead = kLookahead});
    Failing one(federation.add_component("a", 0), "of a");
    Failing two(federation.add_component("b", 1), "of b");
    federation.kernel(0).schedule(one, Picoseconds(500));
    federation.kernel(1).schedule(two, Picoseconds(first));
    const auto ran = federation.run();
    ASSERT_FALSE(ran);
    const char* const expected = first < 500 ? "'of b'" : "'of a'";
    EXPECT_NE(ran.error().to_string().find(expected), std::string::npos) << ran.error().to_string();
  }
}

TEST(Federation, a_partition_in_short_windows_gets_to_its_earlier_failure) {
  Federation federation(
      {.partition_count = 2, .lookahead = kLookahead, .short_notice = Picoseconds(10)});
  Failing one(federation.add_component("a", 0), "of a");
  Failing two(federation.add_component("b", 1), "of b");
  Ticker ticker(federation.add_component("ticker", 0));
  federation.kernel(0).schedule(ticker, Picoseconds(5));
  federation.kernel(0).schedule(one, Picoseconds(950));
  federation.kernel(1).schedule(two, Picoseconds(900));
  federation.wait(1);  // its window ends at 14, that of the other goes past 950
  const auto ran = federation.run();
  ASSERT_FALSE(ran);
  EXPECT_NE(ran.error().to_string().find("'of b'"), std::string::npos) << ran.error().to_string();
}

TEST(Federation, partitions_with_nothing_to_do_take_no_part_and_no_time) {
  Federation federation({.partition_count = 64, .lookahead = kLookahead});
  Ticker ticker(federation.add_component("ticker", 63));
  federation.kernel(63).schedule(ticker, Picoseconds(1));
  const auto ran = federation.run();
  ASSERT_TRUE(ran);
  EXPECT_EQ(ran->events, 4000U);
  EXPECT_EQ(ran->now, SimTime(1 + 3999 * 11));
  for (std::uint32_t i = 0; i < 63; ++i) EXPECT_EQ(federation.kernel(i).now(), SimTime(0));
}

}  // namespace
}  // namespace heddle::des
