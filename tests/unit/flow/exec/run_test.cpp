// Runs of small graphs by every executor: what is committed, how runs end, and what
// has gone wrong with such executors elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>

#include "heddle/flow/diagnostics.h"
#include "support/flow/small_tasks.h"

namespace heddle::flow {
namespace {

using test::Outcome;
using test::run_text;
using test::RunText;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kChain =
    "tasks: [{id: a, type: Ramp}, {id: b, type: Sum}, {id: c, type: Keep}]\n"
    "connections: [{from: a, to: b}, {from: b, to: c}]\n";

/// Every way to run, the serial one first.
std::vector<RunText> all_ways(std::uint64_t lists) {
  std::vector<RunText> out = {{.lists = lists}};
  for (const Strategy strategy : {Strategy::Groups, Strategy::Pool, Strategy::Checkpoint}) {
    for (const std::uint32_t workers : {2U, 3U}) {
      for (const std::uint32_t slots : {1U, 2U, 7U}) {
        out.push_back({.workers = workers, .slots = slots, .strategy = strategy, .lists = lists});
      }
    }
  }
  return out;
}

TEST(Run, commits_every_list_once_and_in_order) {
  for (const RunText& way : all_ways(50)) {
    const Outcome out = run_text(kChain, way);
    std::vector<std::uint64_t> clids(50);
    std::iota(clids.begin(), clids.end(), 0U);
    EXPECT_EQ(out.clids, clids);
    EXPECT_EQ(out.summary.ending.kind, RunEnding::Kind::Finished);
    std::int64_t sum = 0;
    for (std::int64_t n = 0; n < 50; ++n) {
      sum += n;
      EXPECT_EQ(out.messages.at("b.out")[static_cast<std::size_t>(n)], sum);
    }
  }
}

TEST(Run, no_lists_is_a_run_too) {
  for (RunText way : all_ways(0)) EXPECT_EQ(run_text(kChain, way).summary.lists, 0U);
}

TEST(Run, a_message_not_written_is_absent_whatever_its_slot_held_before) {
  const std::string yaml =
      "tasks: [{id: a, type: Ramp, params: {absent_every: 3}}, {id: c, type: Keep}]\n"
      "connections: [{from: a, to: c}]\n";
  for (const RunText& way : all_ways(12)) {
    const Outcome out = run_text(yaml, way);
    for (std::size_t n = 0; n < 12; ++n) {
      EXPECT_EQ(out.messages.at("a.out")[n].has_value(), n % 3 != 0) << n;
    }
  }
}

TEST(Run, a_failing_step_ends_the_run_and_older_lists_are_committed) {
  const std::string yaml =
      "tasks: [{id: a, type: Ramp}, {id: slow, type: Slow, params: {spins: 20000}},\n"
      "  {id: f, type: FailAt, params: {at: 7}}, {id: c, type: Keep}]\n"
      "connections: [{from: a, to: slow}, {from: a, to: f}, {from: slow, to: c}]\n";
  for (const RunText& way : all_ways(50)) {
    const Outcome out = run_text(yaml, way);
    EXPECT_EQ(out.clids.size(), 7U);
    EXPECT_EQ(out.values("slow.out"), (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(out.error_code(), "flow.task-failed");
    EXPECT_EQ(out.summary.ending.kind, RunEnding::Kind::Failed);
    EXPECT_THAT(out.summary.ending.text, HasSubstr("task 'f' failed in list 7"));
  }
}

TEST(Run, the_lowest_list_that_fails_wins_not_the_first_in_time) {
  // `early` fails at once in list 9, `late` long after that in list 5.
  const std::string yaml =
      "tasks: [{id: a, type: Ramp}, {id: early, type: FailAt, params: {at: 9}},\n"
      "  {id: slow, type: Slow, params: {spins: 200000}},\n"
      "  {id: late, type: FailAt, params: {at: 5}}, {id: c, type: Keep}]\n"
      "connections: [{from: a, to: early}, {from: a, to: slow}, {from: slow, to: late},\n"
      "  {from: late, to: c}]\n";
  for (RunText way : all_ways(20)) {
    if (way.slots == 7) way.slots = 16;
    const Outcome out = run_text(yaml, way);
    EXPECT_EQ(out.clids.size(), 5U);
    EXPECT_THAT(out.summary.ending.text, HasSubstr("task 'late' failed in list 5"));
  }
}

TEST(Run, of_two_failures_in_one_list_the_earlier_step_is_told) {
  const std::string yaml =
      "tasks: [{id: a, type: Ramp}, {id: slow, type: Slow, params: {spins: 100000}},\n"
      "  {id: one, type: FailAt, params: {at: 3}}, {id: two, type: FailAt, params: {at: 3}}]\n"
      "connections: [{from: a, to: slow}, {from: slow, to: one}, {from: a, to: two}]\n";
  // Kahn's order is a, slow, one, two.
  for (const RunText& way : all_ways(20)) {
    EXPECT_THAT(run_text(yaml, way).summary.ending.text, HasSubstr("task 'one'"));
  }
}

std::string failing(const std::string& on_error, bool throws) {
  return "tasks: [{id: a, type: Ramp}, {id: f, type: FailAt, on_error: " + on_error +
         ", params: {at: 4, throws: " + (throws ? "true" : "false") +
         "}},\n  {id: d, type: Sum}, {id: e, type: Sum}]\n"
         "connections: [{from: a, to: f}, {from: f, to: d}, {from: a, to: e}]\n";
}

TEST(Run, aborting_skips_what_depends_on_the_step_in_this_list_only) {
  for (const bool throws : {false, true}) {
    for (const RunText& way : all_ways(8)) {
      const Outcome out = run_text(failing("abort", throws), way);
      EXPECT_EQ(out.summary.lists, 8U);
      EXPECT_EQ(out.summary.aborted, 1U);
      EXPECT_EQ(out.values("f.out"), (std::vector<std::int64_t>{0, 1, 2, 3, 5, 6, 7}));
      EXPECT_EQ(out.values("d.out"), (std::vector<std::int64_t>{0, 1, 3, 6, 11, 17, 24}));
      EXPECT_EQ(out.values("e.out").size(), 8U) << "what does not depend on it runs";
    }
  }
}

TEST(Run, ignoring_leaves_the_outputs_absent_and_goes_on) {
  for (const bool throws : {false, true}) {
    for (const RunText& way : all_ways(8)) {
      const Outcome out = run_text(failing("ignore", throws), way);
      EXPECT_EQ(out.summary.lists, 8U);
      EXPECT_EQ(out.summary.ignored, 1U);
      EXPECT_EQ(out.summary.aborted, 0U);
      EXPECT_EQ(out.values("d.out").size(), 7U);
    }
  }
}

TEST(Run, a_throwing_task_is_a_failure_like_another_and_leaks_no_slot) {
  for (const RunText& way : all_ways(8)) {
    const Outcome out = run_text(failing("shutdown", true), way);
    EXPECT_EQ(out.summary.lists, 4U);
    EXPECT_EQ(out.error_code(), "flow.task-threw");
    EXPECT_THAT(out.summary.ending.text, HasSubstr("thrown on purpose"));
  }
}

TEST(Run, a_stop_request_of_a_task_makes_its_list_the_last) {
  const std::string yaml =
      "tasks: [{id: a, type: Ramp}, {id: s, type: StopAt, params: {at: 6}}, {id: c, type: Keep}]\n"
      "connections: [{from: a, to: s}, {from: s, to: c}]\n";
  for (const RunText& way : all_ways(1000)) {
    const Outcome out = run_text(yaml, way);
    EXPECT_EQ(out.clids.size(), 7U);
    EXPECT_EQ(out.summary.ending.kind, RunEnding::Kind::Stopped);
  }
}

TEST(Run, a_stop_from_outside_drains_and_commits_a_prefix) {
  for (RunText way : all_ways(100'000'000)) {
    std::atomic<bool> stop = false;
    way.options = [&](RunOptions& options) {
      options.interrupt = Interrupt(stop);
      options.on_progress = [&](const FlowProgress& progress) {
        if (progress.committed > 0) stop.store(true);
      };
    };
    const Outcome out = run_text(
        "tasks: [{id: a, type: Ramp}, {id: c, type: Slow, params: {spins: 30000}}]\n"
        "connections: [{from: a, to: c}]\n",
        way);
    EXPECT_EQ(out.summary.ending.kind, RunEnding::Kind::Stopped);
    EXPECT_EQ(out.summary.lists, out.clids.size());
    EXPECT_EQ(out.summary.ending.end_clid, out.clids.back() + 1);
  }
}

TEST(Run, tasks_that_share_a_resource_keep_their_order_not_just_exclusion) {
  const std::string yaml =
      "resources: {bell: {type: Bell}}\n"
      "tasks: [{id: a, type: Ramp}, {id: slow, type: Slow, params: {spins: 3000}},\n"
      "  {id: x, type: Ring, resources: {bell: bell}},\n"
      "  {id: y, type: Ring, resources: {bell: bell}}]\n"
      "connections: [{from: a, to: slow}, {from: slow, to: x}, {from: a, to: y}]\n";
  for (const RunText& way : all_ways(30)) {
    const Outcome out = run_text(yaml, way);
    // Kahn's order is a, slow, x, y: x rings first in every list, y second.
    for (std::int64_t n = 0; n < 30; ++n) {
      EXPECT_EQ(out.messages.at("x.out")[static_cast<std::size_t>(n)], 2 * n + 1);
      EXPECT_EQ(out.messages.at("y.out")[static_cast<std::size_t>(n)], 2 * n + 2);
    }
  }
}

/// Refuses the sixth list.
class DyingSink final : public CommitSink {
 public:
  Status start(const RunDescription&) override { return {}; }
  bool commit(const ListView& list) override {
    taken_ += list.clid() == 5 ? 0U : 1U;
    return list.clid() != 5;
  }
  Status status() const override { return fail(diag::kOutOfMemory, {}, {"the", "log"}); }
  Status finish(const RunEnding& ending) override {
    ending_ = ending;
    return status();
  }
  std::uint64_t taken_ = 0;
  RunEnding ending_;
};

TEST(Run, a_log_that_dies_ends_the_run_with_its_error) {
  for (const RunText& way : all_ways(0)) {
    TaskRegistry registry;
    test::register_small_tasks(registry);
    Result<Graph> graph = test::read_text(kChain, registry);
    graph->runtime.lists = 100'000;
    const Plan plan = make_plan(*graph, {way.workers, way.slots, way.strategy, {}});
    MockClock clock;
    DyingSink sink;
    const auto flow = Flow::build(std::move(*graph), plan, clock, sink);
    ASSERT_TRUE(flow);
    const RunSummary summary = (*flow)->run();
    EXPECT_EQ(summary.error.list().front().code(), "flow.out-of-memory");
    EXPECT_EQ(summary.error.list().size(), 1U) << "told once, though closing it fails again";
    EXPECT_EQ(summary.lists, 5U);
    EXPECT_EQ(sink.taken_, 5U);
    EXPECT_EQ(sink.ending_.end_clid, 5U);
  }
}

/// A clock that stands still but where it is waited for, or told to jump.
class ScriptedClock final : public Clock {
 public:
  FlowTime admit(std::uint64_t clid, std::uint64_t ticks) override {
    const auto now = static_cast<std::int64_t>(ticks);
    if (clid == 4) now_ns_ = now + jump_ns_;
    return {now};
  }
  std::uint64_t ticks() override { return static_cast<std::uint64_t>(now_ns_); }
  FlowTime wait_until(FlowTime deadline) override {
    now_ns_ = std::max(now_ns_, std::min(deadline.ns, now_ns_ + 5'000'000));
    return {now_ns_};
  }
  const char* name() const override { return "scripted"; }
  std::int64_t jump_ns_ = 0;

 private:
  std::int64_t now_ns_ = 1000;
};

Outcome run_at(double hz, std::uint64_t lists, ScriptedClock& clock) {
  RunText way{.lists = lists};
  way.clock = &clock;
  return run_text(std::string(kChain) + "runtime: {rate_hz: " + std::to_string(hz) + "}\n", way);
}

TEST(Rate, deadlines_are_absolute_and_do_not_drift) {
  ScriptedClock clock;
  const Outcome out = run_at(3, 3001, clock);
  for (std::size_t n = 0; n < out.admissions.size(); ++n) {
    const auto exact = static_cast<std::int64_t>(static_cast<double>(n) * 1e9 / 3);
    EXPECT_EQ(out.admissions[n] - 1000, exact) << n;
  }
  EXPECT_EQ(out.summary.missed_periods, 0U);
}

TEST(Rate, missed_periods_are_skipped_without_a_burst) {
  ScriptedClock clock;
  clock.jump_ns_ = 3'500'000;  // at 1 kHz: list 4 takes three and a half periods
  const Outcome out = run_at(1000, 8, clock);
  // Due at 5 ms, late by 2.5: runs at once; the next deadline is the 8th.
  const std::vector<std::int64_t> ms = {0, 1, 2, 3, 4};
  for (std::size_t n = 0; n < ms.size(); ++n)
    EXPECT_EQ(out.admissions[n], 1000 + ms[n] * 1'000'000);
  EXPECT_EQ(out.admissions[5], 1000 + 7'500'000);
  EXPECT_EQ(out.admissions[6], 1000 + 8'000'000);
  EXPECT_EQ(out.admissions[7], 1000 + 9'000'000);
  EXPECT_EQ(out.summary.missed_periods, 2U);
}

TEST(Scheduling, calls_that_fail_are_told_and_strict_refuses_to_run) {
  const std::string pinned = std::string(kChain) + "runtime: {cpus: [1000], scheduling: ";
  const Outcome warned = run_text(pinned + "warn}\n", {.lists = 3});
  EXPECT_EQ(warned.summary.lists, 3U);
  ASSERT_FALSE(warned.summary.warnings.empty());
  EXPECT_EQ(warned.summary.warnings.list().front().code(), "flow.scheduling-ignored");
  const Outcome refused = run_text(pinned + "strict}\n", {.lists = 3});
  EXPECT_EQ(refused.summary.lists, 0U);
  EXPECT_EQ(refused.error_code(), "flow.scheduling");
}

/// What releases a task that hangs; a resource, so that the test can reach it.
struct Release {
  std::atomic<bool> is_open = false;
};

/// Hangs in list 3 until it is released.
class Hangs {
 public:
  Hangs(ConfigReader&, Resources& resources) : release_(resources.get<Release>("release")) {}
  void process(Context& context, const Message<std::int64_t>& in, Message<std::int64_t>& out) {
    while (context.clid() == 3 && !release_->is_open.load()) {
    }
    if (in) out.set(*in);
  }

 private:
  std::shared_ptr<Release> release_;
};

TEST(Watchdog, names_the_task_that_hangs_and_who_waits_for_it) {
  const std::string yaml =
      "resources: {gate: {type: Release}}\n"
      "tasks: [{id: a, type: Ramp}, {id: hang, type: Hangs, resources: {release: gate}},\n"
      "  {id: c, type: Keep}]\n"
      "connections: [{from: a, to: hang}, {from: hang, to: c}]\n"
      "runtime: {watchdog_ms: 40}\n";
  for (RunText way : all_ways(10)) {
    const auto release = std::make_shared<Release>();
    std::vector<StallReport> stalls;
    way.also = [&](TaskRegistry& registry) {
      registry.add<Hangs>("Hangs");
      registry.add_resource("Release", release);
    };
    way.options = [&](RunOptions& options) {
      options.on_stall = [&](const StallReport& stall) {
        stalls.push_back(stall);
        if (stall.task == "hang" && !stall.is_waiting) release->is_open.store(true);
      };
    };
    EXPECT_EQ(run_text(yaml, way).summary.lists, 10U);
    const auto hung = std::find_if(stalls.begin(), stalls.end(), [](const StallReport& stall) {
      return stall.task == "hang" && !stall.is_waiting;
    });
    ASSERT_NE(hung, stalls.end());
    EXPECT_EQ(hung->clid, 3U);
    for (const StallReport& stall : stalls) {
      EXPECT_EQ(stall.is_waiting, !stall.waits_for.empty());
    }
  }
}

constexpr const char* kBackground =
    "tasks: [{id: a, type: Ramp, params: {absent_every: 4}},\n"
    "  {id: b, type: Sum, background: {lag: 2}}, {id: c, type: Keep}]\n"
    "connections: [{from: a, to: b}, {from: b, to: c}]\n"
    "logging: {keyframe_interval: 5}\n";

TEST(Background, results_come_lag_lists_later_and_never_for_absent_inputs) {
  for (const RunText& way : all_ways(20)) {
    const Outcome out = run_text(kBackground, way);
    std::int64_t sum = 0;
    for (std::int64_t n = 0; n < 18; ++n) {
      const auto& value = out.messages.at("b.out")[static_cast<std::size_t>(n + 2)];
      EXPECT_EQ(value.has_value(), n % 4 != 0) << n;
      if (n % 4 == 0) continue;
      sum += n;
      EXPECT_EQ(value, sum) << n;
    }
    EXPECT_THAT(std::vector<std::uint64_t>(out.origins.at("b.out").begin(),
                                           out.origins.at("b.out").begin() + 4),
                ElementsAre(1, 2, 3, 5));
  }
}

TEST(Background, a_failure_is_told_in_the_list_that_takes_the_result) {
  const std::string yaml =
      "tasks: [{id: a, type: Ramp}, {id: f, type: FailAt, params: {at: 6}, background: {lag: 3}}]\n"
      "connections: [{from: a, to: f}]\n";
  for (const RunText& way : all_ways(50)) {
    const Outcome out = run_text(yaml, way);
    EXPECT_EQ(out.clids.size(), 9U);
    EXPECT_THAT(out.summary.ending.text, HasSubstr("task 'f' failed in list 6"));
  }
}

TEST(Background, sampled_results_arrive_but_not_in_a_promised_list) {
  std::string yaml = kBackground;
  yaml.replace(yaml.find("lag: 2"), 6, "sampled: true");
  const Outcome out = run_text(yaml, {.lists = 5000});
  EXPECT_EQ(out.summary.lists, 5000U);
  EXPECT_GT(out.values("b.out").size(), 0U);
}

TEST(Keyframes, are_the_same_bytes_serial_and_parallel) {
  const Outcome serial = run_text(kBackground, {.lists = 23});
  EXPECT_EQ(serial.keyframes.size(), 5U);
  for (const RunText& way : all_ways(23)) {
    const Outcome out = run_text(kBackground, way);
    EXPECT_EQ(out.keyframes, serial.keyframes);
  }
}

TEST(Keyframes, a_run_from_one_is_the_rest_of_the_run_and_again) {
  const Outcome whole = run_text(kBackground, {.lists = 23});
  for (const std::uint64_t from : {5U, 10U, 15U, 10U}) {
    for (RunText way : all_ways(23 - from)) {
      way.first_clid = from;
      way.before = [&](Flow& flow) {
        // Last task first: the order of thawing does not matter.
        for (std::uint32_t task = 3; task-- > 0;) {
          const Status status = flow.thaw(task, whole.keyframes.at(from)[task]);
          ASSERT_TRUE(status) << status.error().to_string();
        }
      };
      const Outcome rest = run_text(kBackground, way);
      ASSERT_EQ(rest.clids.size(), 23 - from);
      for (const auto& [name, values] : whole.messages) {
        EXPECT_TRUE(std::equal(values.begin() + static_cast<std::ptrdiff_t>(from), values.end(),
                               rest.messages.at(name).begin()))
            << name << " from " << from;
      }
      for (const auto& [clid, states] : rest.keyframes) {
        EXPECT_EQ(states, whole.keyframes.at(clid)) << clid;
      }
    }
  }
}

/// The newest list that `Ahead` has processed.
std::atomic<std::uint64_t> newest_list = 0;

struct Ahead {
  void process(Context& context, Message<std::int64_t>& out) {
    sum += 1;
    out.set(sum);
    newest_list.store(context.clid());
  }
  template <class V>
  void state(V& v) {
    v("sum", sum);
  }
  std::int64_t sum = 0;
};
/// In its first list, waits until `Ahead` is three lists further.
struct Behind {
  Status process(Context& context, const Message<std::int64_t>& in) {
    last = *in;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (context.clid() == 0 && newest_list.load() < 3) {
      if (std::chrono::steady_clock::now() > deadline) return context.fail("the source waits");
      std::this_thread::yield();
    }
    return {};
  }
  template <class V>
  void state(V& v) {
    v("last", last);
  }
  std::int64_t last = 0;
};

TEST(Keyframes, hold_up_no_list_behind_them) {
  // With one buffer of keyframes for all lists, or a stop to take them, list 1 would
  // wait for list 0, and list 0 waits for list 3.
  newest_list.store(0);
  RunText way{.workers = 2, .slots = 8, .lists = 20};
  way.also = [](TaskRegistry& registry) {
    registry.add<Ahead>("Ahead");
    registry.add<Behind>("Behind");
  };
  const Outcome out = run_text(
      "tasks: [{id: a, type: Ahead}, {id: b, type: Behind}]\nconnections: [{from: a, to: b}]\n"
      "logging: {keyframe_interval: 1}\n",
      way);
  EXPECT_EQ(out.summary.lists, 20U) << out.summary.error.to_string();
  EXPECT_EQ(out.keyframes.size(), 20U);
}

TEST(Keyframes, of_another_state_are_refused) {
  RunText way;
  way.before = [](Flow& flow) {
    const Status status = flow.thaw(0, std::vector<std::byte>(3));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().list().front().code(), "flow.state-misfit");
    EXPECT_TRUE(flow.thaw(0, std::vector<std::byte>(8)));
  };
  EXPECT_EQ(run_text(kChain, way).summary.lists, 10U);
}

TEST(Flow, inspects_a_state_for_people) {
  RunText way;
  way.before = [](Flow& flow) {
    StringSink text;
    JsonWriter json(text, JsonStyle::Compact);
    flow.inspect(0, json);
    EXPECT_EQ(text.text(), "{\"next\":0}");
  };
  EXPECT_EQ(run_text(kChain, way).summary.lists, 10U);
}

TEST(Slots, go_from_state_to_state_and_no_other_way) {
  for (int from = 0; from < 5; ++from) {
    for (int to = 0; to < 5; ++to) {
      EXPECT_EQ(is_slot_step(static_cast<SlotState>(from), static_cast<SlotState>(to)),
                to == (from + 1) % 5);
    }
  }
}

struct Huge {
  std::array<std::uint64_t, 1 << 20> words{};
};
template <class V>
void describe(V& v, Huge& huge) {
  v("words", huge.words);
}
class HugeSource {
 public:
  void process(Context&, Message<Huge>&) {}
};

TEST(Slots, too_many_for_the_memory_are_told) {
  RunText way{.workers = 2, .slots = 60000};
  way.also = [](TaskRegistry& registry) { registry.add<HugeSource>("Huge"); };
  const Outcome out =
      run_text("tasks: [{id: h, type: Huge}, {id: i, type: Huge}]\nconnections: []\n", way);
  EXPECT_EQ(out.error_code(), "flow.out-of-memory");
}

}  // namespace
}  // namespace heddle::flow
