// Records real flows under a mock clock into a directory of the test's own, and
// replays them.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "heddle/flow/log_sink.h"
#include "heddle/flow/replay.h"
#include "support/flow/replay_tasks.h"
#include "support/temp_directory.h"

namespace heddle::flow::replay {

/// Hands lists to two sinks.
class Both final : public CommitSink {
 public:
  Both(CommitSink& a, CommitSink& b) : a_(a), b_(b) {}
  Status start(const RunDescription& run) override {
    HEDDLE_TRY_STATUS(a_.start(run));
    return b_.start(run);
  }
  bool commit(const ListView& list) override { return a_.commit(list) && b_.commit(list); }
  Status status() const override { return a_.status(); }
  Status finish(const RunEnding& ending) override {
    HEDDLE_TRY_STATUS(a_.finish(ending));
    return b_.finish(ending);
  }

 private:
  CommitSink& a_;
  CommitSink& b_;
};

struct Recording {
  RunSummary summary;
  Digest64 digest;  ///< of the run itself, not of the log
};

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() {
    test::add_replay_tasks(registry);
    static_cast<void>(test::take_seen());
  }

  Graph graph_of(const std::string& text, std::uint64_t lists) {
    auto node = parse_config(text, "graph.yaml");
    EXPECT_TRUE(node.has_value()) << node.error().to_string();
    auto graph = read_graph(*node, registry);
    EXPECT_TRUE(graph.has_value()) << graph.error().to_string();
    graph->runtime.lists = lists;
    return std::move(*graph);
  }

  Recording record(const std::string& name, const std::string& text, std::uint64_t lists,
                   std::uint32_t workers = 1, log::LogSinkOptions with = {},
                   std::uint64_t first_clid = 0) {
    Graph graph = graph_of(text, lists);
    const Plan plan = make_plan(
        graph,
        {.workers = workers, .slots = 4, .strategy = graph.runtime.strategy, .costs_ns = {}});
    const auto storage = log::make_posix_storage();
    with.base = base(name);
    if (!with.continuation) with.id = {1, ++runs};
    with.build = "replay_test";
    log::LogSink sink(*storage, with);
    DigestCommitSink digest;
    Both both(sink, digest);
    MockClock clock(1000, 1000);
    auto flow = Flow::build(std::move(graph), plan, clock, both);
    EXPECT_TRUE(flow.has_value()) << flow.error().to_string();
    Recording out{.summary = (*flow)->run({.first_clid = first_clid}), .digest = {}};
    out.digest = digest.digest();
    return out;
  }

  Result<ReplayOutcome> replay(const std::string& name, const ReplayOptions& options = {}) {
    return replay_log(base(name), registry, options);
  }
  [[nodiscard]] std::string base(const std::string& name) const { return directory.file(name); }

  static std::string code_of(const Diagnostics& diagnostics) {
    return std::string(diagnostics.list().front().code());
  }

  TaskRegistry registry;
  heddle::test::TempDirectory directory;
  std::uint64_t runs = 0;
};

}  // namespace heddle::flow::replay
