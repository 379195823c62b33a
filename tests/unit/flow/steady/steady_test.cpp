// Between the first lists and the last nothing is allocated and no page is missing:
// this program counts every operator new, and the executors count page faults.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "support/flow/small_tasks.h"

namespace {

std::atomic<std::uint64_t> allocation_count = 0;

void* allocate(std::size_t size) {
  allocation_count.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) {
  return allocate(size);
}
void* operator new[](std::size_t size) {
  return allocate(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace heddle::flow {
namespace {

/// Notes the count at two lists.
class CountingSink final : public CommitSink {
 public:
  Status start(const RunDescription&) override { return {}; }
  bool commit(const ListView& list) override {
    if (list.clid() == 500) first_ = allocation_count.load();
    if (list.clid() == 4900) last_ = allocation_count.load();
    return true;
  }
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override { return {}; }
  [[nodiscard]] std::uint64_t between() const { return last_ - first_; }
  [[nodiscard]] bool has_both() const { return first_ > 0 && last_ > 0; }

 private:
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
};

TEST(SteadyState, allocates_nothing_and_misses_no_page_in_any_worker) {
  const std::string yaml =
      "tasks: [{id: a, type: Ramp}, {id: b, type: Sum}, {id: c, type: Add},\n"
      "  {id: d, type: FailAt, params: {at: 1000000}}, {id: k, type: Keep}]\n"
      "connections: [{from: a, to: b}, {from: a, to: c.in}, {from: b, to: c.in1},\n"
      "  {from: c, to: d}, {from: d, to: k}]\n"
      "logging: {keyframe_interval: 50}\n";
  for (const Strategy strategy : {Strategy::Groups, Strategy::Pool, Strategy::Checkpoint}) {
    for (const std::uint32_t workers : {1U, 2U}) {
      TaskRegistry registry;
      test::register_small_tasks(registry);
      Result<Graph> graph = test::read_text(yaml, registry);
      ASSERT_TRUE(graph);
      graph->runtime.lists = 5000;
      const Plan plan = make_plan(*graph, {workers, 8, strategy, {}});
      MockClock clock;
      CountingSink sink;
      const auto flow = Flow::build(std::move(*graph), plan, clock, sink);
      ASSERT_TRUE(flow);
      const RunSummary summary = (*flow)->run({.steady_after_lists = 500});
      ASSERT_TRUE(sink.has_both());
      EXPECT_EQ(sink.between(), 0U);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
      for (const std::uint64_t faults : summary.steady_faults) EXPECT_EQ(faults, 0U);
#endif
      EXPECT_EQ(summary.lists, 5000U);
    }
  }
}

TEST(SteadyState, the_counter_counts) {
  const std::uint64_t before = allocation_count.load();
  delete new std::uint64_t(1);
  EXPECT_EQ(allocation_count.load(), before + 1);
}

}  // namespace
}  // namespace heddle::flow
