// The whole matrix: 200 random graphs on each of the 180 configurations. And ten
// million lists in flat memory, without a log and with one whose files are taken
// away as they are finished.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "heddle/flow/example_tasks.h"
#include "heddle/flow/log_sink.h"
#include "heddle/flow/measure.h"
#include "support/flow/dag_matrix.h"
#include "support/temp_directory.h"

namespace heddle::flow::test {
namespace {

/// Twenty graphs at a time, so that several may run side by side.
class RandomDagsFull : public testing::TestWithParam<std::uint64_t> {};
constexpr std::uint64_t kGraphsOfPart = 20;

TEST_P(RandomDagsFull, give_one_digest_on_the_whole_matrix) {
  const std::uint64_t first = GetParam() * kGraphsOfPart;
  for (std::uint64_t seed = first; seed < first + kGraphsOfPart; ++seed) {
    const std::string yaml = random_dag_yaml(seed, dag_options_of(seed));
    const DagResult serial = run_dag(yaml, {.lists = 100});
    for (const RunConfig& config : all_configs(100)) {
      expect_same(serial, run_dag(yaml, config), seed, config);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, RandomDagsFull, testing::Range<std::uint64_t>(0, 10));

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

/// Looks at the memory of the process at the first lists and at the last.
class MemorySink final : public CommitSink {
 public:
  static constexpr std::uint64_t kLists = 10'000'000;

  Status start(const RunDescription&) override { return {}; }
  bool commit(const ListView& list) override {
    if (list.clid() == 1000) first_ = resident_bytes();
    if (list.clid() + 1 == kLists) last_ = resident_bytes();
    return true;
  }
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override { return {}; }
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t last() const { return last_; }

 private:
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

TEST(FlatMemory, holds_for_ten_million_lists) {
  for (const std::uint32_t workers : {1U, 2U}) {
    MemorySink sink;
    ASSERT_TRUE(measure_chain(
        {.workers = workers, .slots = 64, .lists = MemorySink::kLists, .sink = &sink}));
    EXPECT_GT(sink.first(), 0U);
    EXPECT_LE(sink.last(), sink.first() + 256 * 1024);
  }
}

/// Into a log of small files; finished ones are removed, as a user with a small disk would.
class RollingLogSink final : public CommitSink {
 public:
  explicit RollingLogSink(const std::string& base)
      : base_(base), sink_(*storage_, {.base = base, .id = {1, 7}, .build = "test"}) {}

  Status start(const RunDescription& run) override { return sink_.start(run); }
  bool commit(const ListView& list) override {
    // The first files show what the writer needs: buffers, threads, retired files.
    if (list.clid() == MemorySink::kLists / 10) first_ = resident_bytes();
    if (list.clid() + 1 == MemorySink::kLists) last_ = resident_bytes();
    if (list.clid() % 10'000 == 0) remove_finished();
    return sink_.commit(list);
  }
  Status status() const override { return sink_.status(); }
  Status finish(const RunEnding& ending) override {
    const Status status = sink_.finish(ending);
    files_ = sink_.stats().files;
    bytes_ = sink_.stats().bytes;
    return status;
  }
  [[nodiscard]] std::uint64_t first() const { return first_; }
  [[nodiscard]] std::uint64_t last() const { return last_; }
  [[nodiscard]] std::uint64_t files() const { return files_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  void remove_finished() {
    const std::uint64_t files = sink_.stats().files;
    for (; removed_ + 3 < files; ++removed_) {
      std::remove(log::log_file_path(base_, static_cast<std::uint32_t>(removed_)).c_str());
    }
  }

  std::unique_ptr<log::LogStorage> storage_ = log::make_posix_storage();
  std::string base_;
  log::LogSink sink_;
  std::uint64_t removed_ = 0;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

TEST(FlatMemory, holds_for_ten_million_lists_with_the_log_on) {
  const heddle::test::TempDirectory directory;
  TaskRegistry registry;
  register_example_tasks(registry);
  Result<Graph> graph = read_graph(*parse_config(chain_yaml({.stages = 2}), "chain"), registry);
  ASSERT_TRUE(graph);
  graph->runtime.lists = MemorySink::kLists;
  graph->logging.file_bytes = std::uint64_t{32} << 20;
  const Plan plan = make_plan(*graph, {.workers = 1, .slots = 8});
  const auto clock = make_real_clock();
  RollingLogSink sink(directory.file("log"));
  const auto flow = Flow::build(std::move(*graph), plan, *clock, sink);
  ASSERT_TRUE(flow);
  const RunSummary summary = (*flow)->run();
  EXPECT_EQ(summary.lists, MemorySink::kLists) << summary.error.to_string();
  EXPECT_GT(sink.files(), 10U);
  EXPECT_GT(sink.bytes(), MemorySink::kLists * 100) << "data and times of every list";
  EXPECT_GT(sink.first(), 0U);
  EXPECT_LE(sink.last(), sink.first() + 512 * 1024);
  RecordProperty("resident_mib", std::to_string(sink.last() >> 20));
  RecordProperty("log_mib", std::to_string(sink.bytes() >> 20));
}

}  // namespace
}  // namespace heddle::flow::test
