// Recording with real flows, and running the logs again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>

#include "heddle/base/file.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_recover.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/replay_verify.h"
#include "support/flow/replay_fixture.h"

namespace heddle::flow::replay {
namespace {

using testing::HasSubstr;

/// Leaves some lists out, as a full log with `on_full: drop` does.
class Leaky final : public CommitSink {
 public:
  Leaky(CommitSink& to, std::uint64_t first, std::uint64_t last)
      : to_(to), first_(first), last_(last) {}
  Status start(const RunDescription& run) override { return to_.start(run); }
  bool commit(const ListView& list) override {
    return (list.clid() >= first_ && list.clid() <= last_) || to_.commit(list);
  }
  Status status() const override { return to_.status(); }
  Status finish(const RunEnding& ending) override { return to_.finish(ending); }

 private:
  CommitSink& to_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

TEST_F(ReplayTest, the_log_holds_what_the_run_committed) {
  const Recording run = record("log", test::chain_graph("keyframe_interval: 50"), 300);
  EXPECT_EQ(run.summary.lists, 300U);
  const auto check = log::check_log(base("log"));
  ASSERT_TRUE(check.has_value()) << check.error().to_string();
  EXPECT_EQ(check->tail.end, log::LogEnd::Clean);
  EXPECT_EQ(check->tail.commits, 300U);
  EXPECT_EQ(check->data_digest, run.digest);
  EXPECT_EQ(check->keyframes, 6U);
  EXPECT_TRUE(check->faults.empty()) << check->faults.to_string();
}

TEST_F(ReplayTest, lists_texts_and_states_read_as_the_tasks_wrote_them) {
  record("log", test::chain_graph("keyframe_interval: 5"), 10);
  auto reader = log::LogReader::open(base("log"));
  ASSERT_TRUE(reader.has_value());
  const log::LogCatalog& catalog = reader->catalog();
  EXPECT_EQ(catalog.graph_name, "chain");
  EXPECT_EQ(catalog.clock_name, "mock");
  EXPECT_EQ(catalog.build, "replay_test");
  ASSERT_EQ(catalog.messages.size(), 4U);
  EXPECT_EQ(catalog.messages[0].name, "counter.out");
  log::RecordView record;
  log::LoggedList list;
  std::vector<std::string> lines;
  std::map<std::uint64_t, std::size_t> states;
  double sum = 0;
  while (reader->next(record).value()) {
    log::LoggedText text;
    if (record.stream == log::Stream::Text && read_text(catalog, record, text)) {
      lines.push_back(text.text);
    }
    log::LoggedState state;
    if (record.stream == log::Stream::Keyframe && read_state(record, state)) ++states[state.clid];
    if (record.stream != log::Stream::Data) continue;
    ASSERT_EQ(read_list(catalog, record.payload, list), "");
    const auto n = static_cast<double>(list.clid + 1);
    const std::int64_t now_ns = 1000 + static_cast<std::int64_t>(list.clid) * 1000;
    EXPECT_EQ(list.admission_ns, now_ns);
    const bool is_silent = list.clid % 7 == 6;
    EXPECT_EQ(list.messages[0].is_present, !is_silent);
    EXPECT_EQ(list.messages[0].status, (list.clid + 1) % 5 == 0 && !is_silent ? "fifth" : "");
    std::vector<FieldView> fields;
    if (!is_silent) {
      ASSERT_TRUE(
          split_fields(catalog.types[catalog.messages[1].type], list.messages[1].payload, fields));
      const double expected = 2 * (1.5 * n + static_cast<double>(now_ns) * 1e-9);
      EXPECT_EQ(field_text(fields[0]), real_to_text(expected));
      EXPECT_EQ(field_text(fields[2]), "\"n" + std::to_string(list.clid + 1) + "\"");
      sum += expected;
    }
    ASSERT_TRUE(
        split_fields(catalog.types[catalog.messages[2].type], list.messages[2].payload, fields));
    EXPECT_EQ(element_text(fields[0], 0), real_to_text(sum));
    EXPECT_EQ(list.messages[2].validity.end.ns - list.messages[2].validity.begin.ns, 10);
  }
  ASSERT_EQ(lines.size(), 9U);
  EXPECT_THAT(lines[0], HasSubstr("count 1 at 1.500001"));
  EXPECT_EQ(states, (std::map<std::uint64_t, std::size_t>{{0, 2}, {5, 2}}));
}

TEST_F(ReplayTest, recompute_gives_every_byte_again_for_any_workers_and_strategy) {
  const Recording run = record("log", test::chain_graph("keyframe_interval: 64"), 400, 2);
  for (const std::uint32_t workers : {1U, 2U, 4U}) {
    for (const Strategy strategy : {Strategy::Groups, Strategy::Pool, Strategy::Checkpoint}) {
      const auto again = replay("log", {.workers = workers, .slots = 3, .strategy = strategy});
      ASSERT_TRUE(again.has_value()) << again.error().to_string();
      EXPECT_FALSE(again->divergence.has_value());
      EXPECT_EQ(again->lists, 400U);
      EXPECT_EQ(again->data_digest, run.digest);
    }
  }
}

TEST_F(ReplayTest, exact_hands_the_sinks_what_was_recorded) {
  record("log", test::chain_graph(), 40);
  const std::vector<test::SeenValue> before = test::take_seen();
  const auto again = replay("log", {.mode = ReplayMode::Exact});
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  EXPECT_EQ(again->lists, 40U);
  const std::vector<test::SeenValue> after = test::take_seen();
  ASSERT_EQ(after.size(), 40U);
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(after[i].clid, i);
    EXPECT_EQ(after[i].value, before[i].value);
    EXPECT_EQ(after[i].valid_ns, before[i].valid_ns);
  }
}

TEST_F(ReplayTest, starts_at_the_nearest_keyframe_and_again_there) {
  record("log", test::chain_graph("keyframe_interval: 30"), 100);
  for (const std::uint64_t from : {0U, 1U, 29U, 30U, 31U, 59U, 60U, 99U, 60U}) {
    const auto again = replay("log", {.from_clid = from});
    ASSERT_TRUE(again.has_value()) << again.error().to_string();
    EXPECT_EQ(again->started, from / 30 * 30);
    EXPECT_EQ(again->lists, 100 - from / 30 * 30);
    EXPECT_FALSE(again->divergence.has_value()) << again->divergence->to_string();
  }
  const auto part = replay("log", {.from_clid = 35, .to_clid = 65});
  ASSERT_TRUE(part.has_value());
  EXPECT_EQ(part->lists, 36U) << "30 to 65, across a keyframe";
  const auto beyond = replay("log", {.from_clid = 100});
  ASSERT_FALSE(beyond.has_value());
  EXPECT_EQ(code_of(beyond.error()), "log.no-such-list");
}

TEST_F(ReplayTest, keyframes_are_the_same_bytes_for_any_workers) {
  const auto keyframes = [&](const std::string& name) {
    std::vector<std::vector<std::byte>> out;
    auto reader = log::LogReader::open(base(name));
    log::RecordView record;
    while (reader->next(record).value()) {
      if (record.stream != log::Stream::Keyframe) continue;
      out.emplace_back(record.payload.begin(), record.payload.end());
    }
    return out;
  };
  const std::string graph = test::chain_graph("keyframe_interval: 16");
  record("serial", graph, 100, 1);
  const auto expected = keyframes("serial");
  EXPECT_EQ(expected.size(), 14U) << "two tasks with state, seven keyframes";
  for (const std::uint32_t workers : {2U, 3U}) {
    const std::string name = "with_" + std::to_string(workers);
    record(name, graph, 100, workers);
    EXPECT_EQ(keyframes(name), expected);
  }
}

TEST_F(ReplayTest, a_changed_task_diverges_where_it_first_matters) {
  record("log", test::chain_graph(), 50);
  std::string changed = test::chain_graph();
  changed.replace(changed.find("type: Scale"), 11, "type: Scale, params: {factor: 3.0}");
  const auto node = parse_config(changed, "changed.yaml");
  const auto again = replay("log", {.graph = *node});
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  ASSERT_TRUE(again->divergence.has_value());
  EXPECT_EQ(again->divergence->clid, 0U);
  EXPECT_EQ(again->divergence->task, "scale");
  EXPECT_EQ(again->divergence->message, "scale.out");
  EXPECT_EQ(again->divergence->field, "value");
  EXPECT_EQ(again->divergence->left, real_to_text(2 * (1.5 + 1e-6)));
  EXPECT_EQ(again->divergence->right, real_to_text(3 * (1.5 + 1e-6)));
  const Diagnostic told = divergence_diagnostic(*again->divergence, "recorded", "computed");
  EXPECT_EQ(told.code(), "replay.diverged");
  EXPECT_EQ(told.cause(), Cause::Mismatch);
}

TEST_F(ReplayTest, source_state_is_restored_where_a_replay_starts) {
  // With live sources a wrong count would show at once; here the recorded run goes on.
  record("log", test::chain_graph("keyframe_interval: 10"), 25);
  const auto next = log::continue_log(base("log"));
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->next_clid, 25U);
  log::LogSinkOptions with;
  with.continuation = *next;
  const Recording more = record("log", test::chain_graph("keyframe_interval: 10"), 25, 1, with, 25);
  EXPECT_EQ(more.summary.lists, 25U) << more.summary.error.to_string();
  const auto again = replay("log");
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  EXPECT_EQ(again->lists, 50U) << "two runs in one log, each from its own start";
  EXPECT_FALSE(again->divergence.has_value()) << again->divergence->to_string();
  const auto later = replay("log", {.from_clid = 33});
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(later->started, 30U);
}

TEST_F(ReplayTest, another_graph_is_not_appended) {
  record("log", test::chain_graph(), 5);
  const auto next = log::continue_log(base("log"));
  log::LogSinkOptions with;
  with.continuation = *next;
  std::string changed = test::chain_graph();
  changed.replace(changed.find("1.5"), 3, "2.5");
  const Recording run = record("log", changed, 5, 1, with, 5);
  ASSERT_TRUE(run.summary.error.has_errors());
  EXPECT_EQ(code_of(run.summary.error), "log.append-mismatch");
  const Recording early = record("log", test::chain_graph(), 5, 1, with, 3);
  EXPECT_EQ(code_of(early.summary.error), "log.append-mismatch") << "clids never come twice";
  EXPECT_EQ(log::check_log(base("log"))->tail.commits, 5U);
}

constexpr const char* kFlaky =
    "name: flaky\n"
    "tasks:\n"
    "  - {id: flaky, type: Flaky, on_error: abort}\n"
    "  - {id: outer, type: Lazy}\n"
    "  - {id: note, type: Note}\n"
    "connections:\n"
    "  - {from: flaky.out, to: outer.in}\n"
    "  - {from: outer.out, to: note.in}\n";

TEST_F(ReplayTest, aborted_lists_of_a_failing_source_are_computed_again) {
  const Recording run = record("log", kFlaky, 45);
  EXPECT_EQ(run.summary.aborted, 5U);
  for (const std::uint32_t workers : {1U, 3U}) {
    const auto again = replay("log", {.workers = workers});
    ASSERT_TRUE(again.has_value()) << again.error().to_string();
    EXPECT_FALSE(again->divergence.has_value()) << again->divergence->to_string();
    EXPECT_EQ(again->lists, 45U);
    EXPECT_EQ(again->data_digest, run.digest);
  }
}

TEST_F(ReplayTest, a_recorded_failure_ends_the_replay_where_it_now_shuts_down) {
  record("log", kFlaky, 10);
  std::string strict = kFlaky;
  strict.replace(strict.find("abort"), 5, "shutdown");
  const auto again = replay("log", {.graph = *parse_config(strict, "strict.yaml")});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(code_of(again.error()), "replay.task-failed");
}

/// Copies a log record by record; `change` may alter a data record.
void rewrite(const std::string& from, const std::string& to,
             const std::function<void(std::uint64_t clid, std::vector<std::byte>&)>& change) {
  auto reader = log::LogReader::open(from);
  ASSERT_TRUE(reader.has_value());
  const auto storage = log::make_posix_storage();
  log::LogWriterParams params;
  params.base = to;
  params.id = {3, 3};
  std::vector<log::MetaRecord> meta;
  std::unique_ptr<log::LogWriter> writer;
  log::RecordView record;
  while (reader->next(record).value()) {
    std::vector<std::byte> payload(record.payload.begin(), record.payload.end());
    if (record.stream == log::Stream::Meta && writer == nullptr) {
      meta.push_back({static_cast<log::MetaKind>(record.kind), payload});
      continue;
    }
    if (writer == nullptr) writer = std::move(*log::LogWriter::create(*storage, params, meta));
    const bool is_end = record.stream == log::Stream::Lifecycle && record.kind == 4;
    if (is_end) break;
    if (record.stream == log::Stream::Data) {
      std::uint64_t clid = 0;
      std::memcpy(&clid, payload.data(), sizeof clid);
      change(clid, payload);
    }
    ASSERT_TRUE(writer->add_alone(record.stream, record.kind, payload));
  }
  ASSERT_TRUE(writer->close().has_value());
}

TEST_F(ReplayTest, a_payload_that_does_not_fit_its_type_is_refused) {
  const std::string graph =
      "name: one\ntasks: [{id: blob, type: Lone}, {id: end, type: Eat}]\n"
      "connections: [{from: blob.out, to: end.in}]\n";
  record("log", graph, 5);
  rewrite(base("log"), base("bad"), [](std::uint64_t clid, std::vector<std::byte>& list) {
    // clid, admission, flags; message flags, its bytes (4 + 3), then the count.
    if (clid == 3) list[8 + 8 + 1 + 1 + 4] = std::byte{200};
  });
  const auto again = replay("bad");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(code_of(again.error()), "replay.bad-payload");
  EXPECT_TRUE(replay("log").has_value());
}

constexpr const char* kBackground =
    "name: lagging\n"
    "tasks:\n"
    "  - {id: counter, type: Counter}\n"
    "  - {id: sum, type: Sum}\n"
    "  - {id: lazy, type: Lazy, background: {lag: 3}}\n"
    "  - {id: note, type: Note}\n"
    "connections:\n"
    "  - {from: counter.out, to: sum.in}\n"
    "  - {from: sum.out, to: lazy.in}\n"
    "  - {from: lazy.out, to: note.in}\n"
    "logging: {keyframe_interval: 7}\n";

TEST_F(ReplayTest, background_results_land_in_their_own_lists_from_any_keyframe) {
  record("log", kBackground, 60, 2);
  for (const std::uint64_t from : {0U, 8U, 20U, 21U, 50U}) {
    for (const std::uint32_t workers : {1U, 2U}) {
      const auto again = replay("log", {.from_clid = from, .workers = workers});
      ASSERT_TRUE(again.has_value()) << again.error().to_string();
      EXPECT_FALSE(again->divergence.has_value())
          << "from " << from << ": " << again->divergence->to_string();
    }
  }
}

TEST_F(ReplayTest, a_cut_off_log_replays_and_a_damaged_one_is_refused) {
  record("log", test::chain_graph(), 500);
  const std::string path = log::log_file_path(base("log"), 0);
  std::string bytes = heddle::test::text_of_file(path);
  directory.write("cut.000.hlog", bytes.substr(0, bytes.size() - 50));
  const auto cut = replay("cut");
  ASSERT_TRUE(cut.has_value()) << cut.error().to_string();
  EXPECT_GT(cut->lists, 0U);
  EXPECT_FALSE(cut->divergence.has_value());
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  directory.write("bad.000.hlog", bytes);
  const auto bad = replay("bad");
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(code_of(bad.error()), "log.damaged");
}

TEST_F(ReplayTest, what_was_not_recorded_is_said) {
  std::string graph = test::chain_graph();
  graph.replace(graph.find("id: scale,"), 10, "id: scale, log: false,");
  record("log", graph, 30);
  const auto again = replay("log");
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  EXPECT_THAT(again->not_recorded, testing::ElementsAre("scale.out"));
  EXPECT_EQ(again->lists, 30U);
  graph = test::chain_graph();
  graph.replace(graph.find("id: counter,"), 12, "id: counter, log: false,");
  record("blind", graph, 30);
  const auto blind = replay("blind");
  ASSERT_FALSE(blind.has_value());
  EXPECT_EQ(code_of(blind.error()), "replay.not-recorded");
  graph = test::chain_graph();
  graph.replace(graph.find("to: scale.in"), 12, "to: scale.in, content: none");
  record("empty", graph, 30);
  const auto empty = replay("empty");
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(code_of(empty.error()), "replay.misses-content");
}

/// A type that has taken Counter's name since.
struct OtherSample {
  float value = 0;
};
template <class V>
void describe(V& v, OtherSample& sample) {
  v("value", sample.value);
}
struct OtherCounter {
  void process(Context&, Message<OtherSample>& out) { out.set({}); }
};
struct OtherScale {
  void process(Context&, const Message<OtherSample>&, Message<OtherSample>&) const {}
};
struct OtherSum {
  void process(Context&, const Message<OtherSample>&, Message<double>&) {}
};

TEST_F(ReplayTest, a_log_of_another_build_is_refused) {
  record("log", test::chain_graph(), 10);
  TaskRegistry other;
  TaskRegistry parts;
  test::add_replay_tasks(parts);
  for (const char* name : {"Blob", "Note"}) other.add(*parts.find(name));
  EXPECT_EQ(code_of(replay_log(base("log"), other, {}).error()), "flow.unknown-task-type");
  other.add<OtherCounter>("Counter");
  other.add<OtherScale>("Scale");
  other.add<OtherSum>("Sum");
  const auto mixed = replay_log(base("log"), other, {});
  ASSERT_FALSE(mixed.has_value());
  // The graph's digest covers the types' schemas or the message's own does.
  EXPECT_THAT(mixed.error().to_string(),
              testing::AnyOf(HasSubstr("replay.other-graph"), HasSubstr("config.unknown-key")));
}

TEST_F(ReplayTest, lists_behind_a_gap_are_replayed_from_the_next_keyframe) {
  const auto record_without = [&](const std::string& name, std::uint64_t first,
                                  std::uint64_t last) {
    Graph graph = graph_of(test::chain_graph("keyframe_interval: 16"), 100);
    const Plan plan = make_plan(graph, {});
    const auto storage = log::make_posix_storage();
    log::LogSink sink(*storage, {.base = base(name), .id = {2, 2}, .build = ""});
    Leaky leaky(sink, first, last);
    MockClock clock;
    auto flow = Flow::build(std::move(graph), plan, clock, leaky);
    EXPECT_EQ((*flow)->run().lists, 100U);
  };
  record_without("middle", 20, 29);
  const auto middle = replay("middle");
  ASSERT_TRUE(middle.has_value()) << middle.error().to_string();
  EXPECT_EQ(middle->lists, 20U + 68U);
  EXPECT_EQ(middle->skipped, 2U) << "30 and 31, before the keyframe at 32";
  EXPECT_FALSE(middle->divergence.has_value()) << middle->divergence->to_string();
  record_without("start", 0, 90);
  const auto start = replay("start", {.from_clid = 92, .to_clid = 94});
  ASSERT_FALSE(start.has_value());
  EXPECT_EQ(code_of(start.error()), "replay.no-keyframe");
  const auto later = replay("start");
  ASSERT_TRUE(later.has_value()) << later.error().to_string();
  EXPECT_EQ(later->started, 96U);
}

TEST_F(ReplayTest, verify_accepts_a_deterministic_graph_and_catches_an_outsider) {
  const auto node = parse_config(test::chain_graph("keyframe_interval: 40"), "graph.yaml");
  const auto good = verify_flow(
      *node, registry, {.lists = 200, .replay_workers = {1, 2, 3}, .directory = base("good")});
  ASSERT_TRUE(good.has_value()) << good.error().to_string();
  EXPECT_EQ(good->diverged_in, "");
  EXPECT_EQ(good->lists, 200U);
  std::string text = test::chain_graph();
  text.insert(text.find("  - {id: blob"), "  - {id: outsider, type: Outsider}\n");
  text.insert(text.find("  - {from: sum.out, to: blob"), "  - {from: sum.out, to: outsider.in}\n");
  const auto bad = verify_flow(*parse_config(text, "graph.yaml"), registry,
                               {.lists = 50, .directory = base("bad")});
  ASSERT_TRUE(bad.has_value()) << bad.error().to_string();
  EXPECT_EQ(bad->diverged_in, "second recording");
  EXPECT_EQ(bad->divergence.task, "outsider");
  EXPECT_EQ(bad->divergence.clid, 0U);
}

TEST_F(ReplayTest, diff_names_list_task_and_field_of_the_first_difference) {
  record("a", test::chain_graph(), 80);
  record("b", test::chain_graph(), 80, 2);
  const auto same = log::diff_logs(base("a"), base("b"));
  ASSERT_TRUE(same.has_value());
  EXPECT_FALSE(same->divergence.has_value());
  EXPECT_EQ(same->equal_lists, 80U);
  record("short", test::chain_graph(), 70);
  const auto shorter = log::diff_logs(base("a"), base("short"));
  ASSERT_TRUE(shorter->divergence.has_value());
  EXPECT_EQ(shorter->divergence->to_string(), "list 70, list: there | not there");
  std::string other = test::chain_graph();
  other.replace(other.find("1.5"), 3, "1.25");
  record("c", other, 80);
  const auto changed = log::diff_logs(base("a"), base("c"));
  ASSERT_TRUE(changed->divergence.has_value());
  EXPECT_EQ(changed->divergence->to_string(),
            "list 0, task 'counter', counter.out, value: 1.500001 | 1.250001");
  EXPECT_THAT(changed->notes, testing::ElementsAre(HasSubstr("graphs differ")));
}

}  // namespace
}  // namespace heddle::flow::replay
