// Which instruction waits for which, by hand-made work-items.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/tile/builder.h"
#include "tile/graph/dependencies.h"

namespace heddle::tile {
namespace {

using test::Block;
using test::ItemBuilder;
using test::ListSource;

/// A tensor, two scratchpad buffers, an accumulator and weights.
class DependencyGraphTest : public ::testing::Test {
 protected:
  DependencyGraphTest() {
    source_.tensor("A", 1 << 20, 32);
    a_ = source_.buffer(BufferKind::Scratchpad, 4096);
    b_ = source_.buffer(BufferKind::Scratchpad, 4096);
    acc_ = source_.buffer(BufferKind::Accumulator, 4096);
    weights_ = source_.buffer(BufferKind::Weights, 4096);
  }

  void build() {
    item_.end();
    graph_.build(source_.info, source_.items.back(), rules_);
  }

  /// Edges as `from>to` with i, c or a for their kind, in order.
  [[nodiscard]] std::vector<std::string> edges() const {
    std::vector<std::string> list;
    const auto count = static_cast<std::uint32_t>(source_.items.back().instructions.size());
    for (std::uint32_t from = 0; from < count; ++from) {
      for (const Edge& edge : graph_.successors(from)) {
        const char kind = "ica"[static_cast<int>(edge.kind)];
        list.push_back(std::to_string(from) + ">" + std::to_string(edge.to) + kind);
      }
    }
    return list;
  }

  using Edges = std::vector<std::string>;
  static constexpr Block kBlock{0, 8, 8, 8};
  ListSource source_;
  std::uint32_t a_ = 0, b_ = 0, acc_ = 0, weights_ = 0;
  ItemBuilder item_{source_};
  GraphRules rules_;
  DependencyGraph graph_;
};

TEST_F(DependencyGraphTest, AReaderJoinsEveryLoadOfItsBuffer) {
  item_.load_sync(0, kBlock, a_);       // 1
  item_.load_sync(0, kBlock, a_);       // 2
  item_.load_sync(0, kBlock, b_);       // 3
  item_.vector(0, 64, {a_, b_}, {b_});  // 4
  build();
  EXPECT_EQ(edges(), (Edges{"1>4c", "2>4c", "3>4c"}));
}

TEST_F(DependencyGraphTest, AWriteAfterAReadReplacesTheWriters) {
  item_.load_sync(0, kBlock, a_);   // 1
  item_.vector(0, 64, {a_}, {b_});  // 2
  item_.load_sync(0, kBlock, a_);   // 3: the next content
  item_.vector(0, 64, {a_}, {b_});  // 4
  build();
  EXPECT_EQ(edges(), (Edges{"1>2c", "3>4c"}));
}

TEST_F(DependencyGraphTest, AWaitTakesThePlaceOfItsLoads) {
  item_.load(0, kBlock, a_, 5);    // 1
  item_.load(0, kBlock, a_, 5);    // 2
  item_.wait(5, 128);              // 3
  item_.vector(0, 1, {a_}, {b_});  // 4
  build();
  EXPECT_EQ(edges(), (Edges{"1>3i", "1>3a", "2>3i", "2>3a", "3>4c"}));
  EXPECT_EQ(graph_.waits_to_issue(3), 2U);
  EXPECT_EQ(graph_.waits_to_finish(3), 2U);
}

TEST_F(DependencyGraphTest, ALoadThatNoWaitHasJoinedIsWaitedForItself) {
  item_.load(0, kBlock, a_, 0);          // 1
  item_.load(0, kBlock, b_, 1);          // 2
  item_.wait(0, 64);                     // 3
  item_.vector(0, 1, {a_, b_}, {acc_});  // 4
  build();
  EXPECT_EQ(edges(), (Edges{"1>3i", "1>3a", "2>4c", "3>4c"}));
}

TEST_F(DependencyGraphTest, FurtherWaitsJoinTheSameGeneration) {
  item_.load(0, kBlock, a_, 0);    // 1
  item_.wait(0, 64);               // 2
  item_.vector(0, 1, {a_}, {b_});  // 3
  item_.wait(0, 64);               // 4
  item_.vector(0, 1, {a_}, {b_});  // 5
  build();
  EXPECT_EQ(edges(), (Edges{"1>2i", "1>2a", "2>3c", "2>4i", "2>4a", "4>5c"}));
}

TEST_F(DependencyGraphTest, ALoadAfterAWaitBeginsTheNextGeneration) {
  for (int step = 0; step < 2; ++step) {  // two reduction steps on one semaphore
    item_.load(0, kBlock, a_, 0);         // 1, 4
    item_.wait(0, 64);                    // 2, 5
    item_.vector(0, 1, {a_}, {b_});       // 3, 6
  }
  build();
  EXPECT_EQ(edges(), (Edges{"1>2i", "1>2a", "2>3c", "4>5i", "4>5a", "5>6c"}));
}

TEST_F(DependencyGraphTest, AccumulatingMatmulsDoNotWaitForEachOtherAndTheStoreWaitsForAll) {
  item_.vector(0, 64, {}, {acc_});                     // 1: clears
  item_.preload(1, 8, 8, {}, weights_);                // 2
  item_.matmul(2, 8, 8, 8, {weights_, acc_}, {acc_});  // 3
  item_.preload(1, 8, 8, {}, weights_);                // 4
  item_.matmul(2, 8, 8, 8, {weights_}, {acc_});        // 5: accumulates all the same
  item_.store(0, kBlock, acc_);                        // 6
  build();
  EXPECT_EQ(edges(), (Edges{"1>3c", "1>5c", "1>6c", "2>3i", "3>6c", "4>5i", "5>6c"}));
  EXPECT_EQ(graph_.preload_of(3), 2U);
  EXPECT_EQ(graph_.preload_of(5), 4U);
  EXPECT_EQ(graph_.consumers_of(2), 1U);
}

TEST_F(DependencyGraphTest, ASumThatWasTakenIsNotAddedTo) {
  item_.matmul(2, 8, 8, 8, {}, {acc_});  // 1
  item_.store(0, kBlock, acc_);          // 2
  item_.matmul(2, 8, 8, 8, {}, {acc_});  // 3: the next sum
  item_.store(0, kBlock, acc_);          // 4
  build();
  EXPECT_EQ(edges(), (Edges{"1>2c", "3>4c"}));
}

TEST_F(DependencyGraphTest, AMatmulThatStreamsAnotherOnesResultWaitsForIt) {
  item_.matmul(2, 8, 8, 8, {}, {a_});      // 1
  item_.matmul(2, 8, 8, 8, {a_}, {acc_});  // 2
  build();
  EXPECT_EQ(edges(), (Edges{"1>2c"}));
}

TEST_F(DependencyGraphTest, APreloadWithoutMatmulsPinsNothingAndALonelyMatmulIsUnpinned) {
  item_.preload(1, 8, 8, {}, weights_);          // 1: nobody uses it
  item_.preload(1, 8, 8, {}, weights_);          // 2
  item_.matmul(2, 8, 8, 8, {weights_}, {acc_});  // 3
  item_.matmul(2, 8, 8, 8, {}, {acc_});          // 4
  build();
  EXPECT_EQ(graph_.consumers_of(1), 0U);
  EXPECT_EQ(graph_.consumers_of(2), 1U);
  EXPECT_EQ(graph_.preload_of(3), 2U);
  EXPECT_EQ(graph_.preload_of(4), kNone);
}

TEST_F(DependencyGraphTest, FineLoadsOfACoarseTileShareAVersionUntilItIsRead) {
  item_.load_sync(0, kBlock, a_);  // 1
  item_.load_sync(0, kBlock, a_);  // 2
  item_.vector(0, 1, {a_}, {b_});  // 3
  item_.vector(0, 1, {a_}, {b_});  // 4: the last reader
  item_.load_sync(0, kBlock, a_);  // 5: opens another
  item_.vector(0, 1, {a_}, {b_});  // 6
  build();
  ASSERT_EQ(graph_.versions().size(), 2U);
  EXPECT_EQ(graph_.versions()[0].size_bytes, 2U * 64U * 4U);
  EXPECT_EQ(graph_.versions()[0].last_reader, 4U);
  EXPECT_EQ(graph_.versions()[1].size_bytes, 64U * 4U);
  ASSERT_EQ(graph_.releases(4).size(), 1U);
  EXPECT_EQ(graph_.releases(4)[0], 0U);
  EXPECT_TRUE(graph_.releases(3).empty());
  EXPECT_EQ(graph_.fills(2)[0], 0U);
  EXPECT_EQ(graph_.fills(5)[0], 1U);
}

TEST_F(DependencyGraphTest, DepartureEachFineLoadHasItsOwnVersion) {
  rules_.shares_version = false;
  item_.load_sync(0, kBlock, a_);
  item_.load_sync(0, kBlock, a_);
  item_.vector(0, 1, {a_}, {b_});
  build();
  EXPECT_EQ(graph_.versions().size(), 2U);
  EXPECT_EQ(graph_.releases(3).size(), 2U);
}

TEST_F(DependencyGraphTest, AccumulatorAndWeightsAreNotChargedUnlessAKeySaysSo) {
  item_.load_sync(0, kBlock, acc_);
  item_.load_sync(0, kBlock, weights_);
  build();
  EXPECT_TRUE(graph_.versions().empty());
  rules_.charges_accumulator = true;
  graph_.build(source_.info, source_.items.back(), rules_);
  ASSERT_EQ(graph_.versions().size(), 1U);
  EXPECT_EQ(graph_.versions()[0].buffer, acc_);
}

TEST_F(DependencyGraphTest, AVersionThatNobodyReadsGoesWithItsLastLoad) {
  item_.load_sync(0, kBlock, a_);
  item_.load_sync(0, kBlock, a_);
  build();
  ASSERT_EQ(graph_.releases(2).size(), 1U);
  EXPECT_TRUE(graph_.releases(1).empty());
}

TEST_F(DependencyGraphTest, AComputeBarrierGatesStoresOnlyWhereTheMachineSaysSo) {
  item_.matmul(2, 8, 8, 8, {}, {acc_});  // 1
  item_.vector(0, 8, {}, {b_});          // 2
  item_.compute_barrier();               // 3
  item_.matmul(2, 8, 8, 8, {}, {a_});    // 4: after it
  item_.store(0, kBlock, acc_);          // 5
  build();
  EXPECT_EQ(edges(), (Edges{"1>5c"}));
  rules_.compute_barrier = ComputeBarrierMode::Scoped;
  graph_.build(source_.info, source_.items.back(), rules_);
  EXPECT_EQ(edges(), (Edges{"1>3i", "1>3a", "1>5c", "2>3i", "2>3a", "3>5c"}));
}

}  // namespace
}  // namespace heddle::tile
