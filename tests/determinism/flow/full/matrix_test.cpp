// The whole matrix: 200 random graphs on each of the 90 configurations. And ten
// million lists in flat memory.
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "heddle/flow/measure.h"
#include "support/flow/dag_matrix.h"

namespace heddle::flow::test {
namespace {

TEST(RandomDagsFull, give_one_digest_on_the_whole_matrix) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::string yaml = random_dag_yaml(seed, dag_options_of(seed));
    const DagResult serial = run_dag(yaml, {.lists = 100});
    for (const RunConfig& config : all_configs(100)) {
      expect_same(serial, run_dag(yaml, config), seed, config);
    }
  }
}

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
    ASSERT_TRUE(measure_chain({.workers = workers, .lists = MemorySink::kLists, .sink = &sink}));
    EXPECT_GT(sink.first(), 0U);
    EXPECT_LE(sink.last(), sink.first() + 256 * 1024);
  }
}

}  // namespace
}  // namespace heddle::flow::test
