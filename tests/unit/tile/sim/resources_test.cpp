// What an instruction may have to wait for: room in the scratchpad, a weight slot, an array.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/tile/core_fixture.h"

namespace heddle::tile {
namespace {

using test::Block;
using test::CoreTest;
using test::ItemBuilder;
using test::kFour;
using test::kLine;

// Scratchpad.

class ScratchpadTest : public CoreTest {
 protected:
  ScratchpadTest() { machine_.scratchpad.size_bytes = 256; }
  /// Two loads of 128 bytes into one buffer each read by a vector of 20 cycles, then a third.
  void three_loads() {
    ItemBuilder item(source_);
    for (int step = 0; step < 3; ++step) {
      item.load_sync(0, kFour, a_);  // 1, 3, 5
      item.vector(0, 20, {a_}, {});  // 2, 4, 6
    }
    item.end();
  }
};

TEST_F(ScratchpadTest, ALoadThatDoesNotFitWaitsForTheLastReaderToIssue) {
  three_loads();
  const RunResult result = run();
  EXPECT_EQ(at(1).issued, 0);
  EXPECT_EQ(at(3).issued, 1);
  EXPECT_EQ(at(5).issued, at(2).issued + 1) << "freed as the reader issues, not as it ends";
  EXPECT_EQ(result.cores[0].peak_scratchpad_bytes, 256U);
  machine_.scratchpad.size_bytes = 384;
  run();
  EXPECT_EQ(at(5).issued, 2) << "with room for three, none waits";
}

TEST_F(ScratchpadTest, DepartureTheLastReaderFreesAsItFinishes) {
  machine_.scratchpad.frees_at_reader_issue = false;
  three_loads();
  run();
  EXPECT_EQ(at(5).issued, at(2).finished);
}

TEST_F(ScratchpadTest, DepartureALoadOccupiesAsItsInjectionBegins) {
  machine_.scratchpad.charges_at_issue = false;
  three_loads();
  run();
  EXPECT_EQ(at(5).issued, 2) << "it issues, and the engine holds it";
  EXPECT_EQ(at(5).injection_done, at(2).issued + 4);
}

TEST_F(ScratchpadTest, ZeroBytesMeanUnlimited) {
  machine_.scratchpad.size_bytes = 0;
  three_loads();
  run();
  EXPECT_EQ(at(5).issued, 2);
}

TEST_F(ScratchpadTest, WhatIsBlockedIsPassedByAllButLoads) {
  ItemBuilder item(source_);
  item.load_sync(0, Block{0, 1, 64, 64}, a_);  // 1: 256 bytes, all there is
  item.vector(0, 50, {}, {b_});                // 2
  item.load_sync(0, kLine, b_);                // 3: no room
  item.load_sync(0, kLine, acc_);              // 4: takes none
  item.vector(0, 1, {a_}, {});                 // 5: frees
  item.end();
  run();
  EXPECT_EQ(at(2).issued, 1);
  EXPECT_EQ(at(4).issued, 2) << "an accumulator is not charged";
  EXPECT_EQ(at(3).issued, at(5).issued + 1);
  machine_.scratchpad.charges_accumulator = true;
  run();
  EXPECT_EQ(at(4).issued, at(5).issued + 2) << "charged, it does not pass the load before it";
}

TEST_F(ScratchpadTest, ThePoolOutlivesWorkItems) {
  for (int i = 0; i < 2; ++i) {
    ItemBuilder item(source_);
    item.load_sync(0, Block{0, 1, 64, 64}, a_);  // 1
    item.vector(0, 30, {a_}, {});                // 2
    item.end();
  }
  run();
  EXPECT_EQ(at(1, 1).issued, at(2, 0).issued + 1) << "the other item's load waits";
  machine_.scratchpad.outlives_work_item = false;
  run();
  EXPECT_EQ(at(1, 1).issued, 1) << "departure: a pool an item";
}

TEST_F(ScratchpadTest, AVersionThatNobodyReadsIsFreedAsItsDataArrives) {
  ItemBuilder item(source_);
  item.load_sync(0, Block{0, 1, 64, 64}, a_);  // 1
  item.load_sync(0, kLine, b_);                // 2
  item.end();
  run();
  EXPECT_EQ(at(2).issued, at(1).finished);
}

TEST_F(ScratchpadTest, ALoadLargerThanTheScratchpadIsRefusedAtOnce) {
  ItemBuilder item(source_);
  item.load_sync(0, Block{0, 1, 65, 65}, a_);
  item.end();
  const std::string text = error();
  EXPECT_NE(text.find("tile.working-set"), std::string::npos) << text;
  EXPECT_NE(text.find("work-item 0, instruction 1 (load of 'A') needs 260 bytes"),
            std::string::npos)
      << text;
}

TEST_F(ScratchpadTest, AWorkingSetThatCanNeverFitNamesInstructionFootprintAndVersions) {
  ItemBuilder item(source_);
  item.load_sync(0, Block{0, 1, 40, 40}, a_);  // 1: 160 bytes
  item.load_sync(0, kFour, b_);                // 2: 128 more
  item.vector(0, 1, {a_, b_}, {});             // 3: needs both
  item.end();
  const std::string text = error();
  EXPECT_NE(text.find("tile.working-set"), std::string::npos) << text;
  EXPECT_NE(text.find("instruction 2 (load of 'A') needs 128 bytes"), std::string::npos) << text;
  EXPECT_NE(text.find("in use are 160 bytes: work-item 0 buffer 0 (160 bytes, last reader "
                      "instruction 3)"),
            std::string::npos)
      << text;
  machine_.scratchpad.size_bytes = 288;
  EXPECT_EQ(error(), "no error") << "to the byte";
}

// Arrays and weights.

TEST_F(CoreTest, APreloadWaitsForASlotUntilTheLastRowHasStreamedNotDrained) {
  ItemBuilder item(source_);
  for (int tile = 0; tile < 3; ++tile) {
    item.preload(1, 8, 8, {}, weights_);           // 1, 3, 5
    item.matmul(2, 20, 8, 8, {weights_}, {acc_});  // 2, 4, 6
  }
  item.end();
  run();
  // Weights take 8 cycles; 20 rows stream from 8 on, and 14 cycles later they have drained.
  EXPECT_EQ(at(2).occupied_until, 28);
  EXPECT_EQ(at(2).finished, 42);
  EXPECT_EQ(at(5).issued, 28);
  EXPECT_EQ(at(6).occupied_until, 68) << "and no row is lost";
  machine_.array.frees_weights_at_drain = true;
  run();
  EXPECT_EQ(at(5).issued, 42);
  machine_.array.weight_slots = 0;
  run();
  EXPECT_EQ(at(5).issued, 4) << "unbounded: when its turn comes";
}

TEST_F(CoreTest, PreloadsGoRoundTheArraysAndPinTheirMatmuls) {
  machine_.array.count = 2;
  machine_.array.weight_slots = 1;
  ItemBuilder item(source_);
  item.preload(1, 8, 8, {}, weights_);            // 1 on array 0
  item.matmul(2, 100, 8, 8, {weights_}, {acc_});  // 2
  item.preload(1, 8, 8, {}, weights_);            // 3 on array 1
  item.matmul(2, 10, 8, 8, {weights_}, {acc_});   // 4
  item.preload(1, 8, 8, {}, weights_);            // 5: array 0 is full
  item.matmul(2, 10, 8, 8, {weights_}, {acc_});   // 6
  item.matmul(2, 10, 8, 8, {weights_}, {acc_});   // 7
  item.end();
  const RunResult result = run();
  EXPECT_EQ(at(1).unit, 0U);
  EXPECT_EQ(at(2).unit, 0U);
  EXPECT_EQ(at(3).unit, 1U);
  EXPECT_EQ(at(4).unit, 1U);
  EXPECT_EQ(at(5).unit, 1U) << "whose turn it is has no free slot";
  EXPECT_EQ(at(5).issued, at(4).occupied_until);
  EXPECT_EQ(at(6).unit, 1U);
  EXPECT_EQ(at(7).unit, 1U);
  EXPECT_EQ(result.cores[0].array_busy, (std::vector<std::int64_t>{100, 30}));
  EXPECT_EQ(result.cores[0].array_operations, (std::vector<std::uint64_t>{2, 5}));
}

TEST_F(CoreTest, APreloadWithoutMatmulsTakesNoSlotAndAnUnpinnedMatmulGoesRound) {
  machine_.array.count = 2;
  machine_.array.weight_slots = 1;
  ItemBuilder item(source_);
  for (int i = 0; i < 4; ++i) item.preload(1, 8, 8, {}, weights_);  // 1..4: nobody uses them
  item.matmul(2, 8, 8, 8, {}, {acc_});                              // 5
  item.matmul(2, 8, 8, 8, {}, {acc_});                              // 6
  item.end();
  run();
  for (std::uint32_t i = 1; i <= 4; ++i) EXPECT_EQ(at(i).issued, i - 1);
  EXPECT_NE(at(5).unit, at(6).unit);
}

TEST_F(CoreTest, AFoldWithoutOverlapTakesItsClosedFormTimesTheFolds) {
  machine_.array.has_shadow_port = false;
  machine_.array.weight_slots = 1;
  machine_.array.frees_weights_at_drain = true;
  for (const std::int64_t size : {std::int64_t{4}, std::int64_t{16}, std::int64_t{128}}) {
    for (const Dataflow dataflow : {Dataflow::WeightStationary, Dataflow::InputStationary}) {
      for (const std::int64_t folds : {1, 2, 7}) {
        machine_.array.rows = machine_.array.columns = static_cast<std::uint32_t>(size);
        machine_.array.dataflow = dataflow;
        source_.items.clear();
        ItemBuilder item(source_);
        const std::int64_t streamed = 3 * size + 1;
        for (std::int64_t fold = 0; fold < folds; ++fold) {
          item.preload(1, size, size, {}, weights_);
          item.matmul(2, streamed, size, size, {weights_}, {acc_});
        }
        item.end();
        EXPECT_EQ(run().cycles, folds * (2 * size + size + streamed - 2));
      }
    }
  }
}

TEST_F(CoreTest, OutputStationaryFoldsFollowEachOtherWhenEachWaitsForTheLast) {
  machine_.array.dataflow = Dataflow::OutputStationary;
  for (const std::int64_t size : {std::int64_t{4}, std::int64_t{32}, std::int64_t{128}}) {
    machine_.array.rows = machine_.array.columns = static_cast<std::uint32_t>(size);
    source_.items.clear();
    ItemBuilder item(source_);
    const std::int64_t reduction = 5 * size + 3;
    for (int fold = 0; fold < 3; ++fold) {  // each streams what the one before it left
      item.matmul(2, size, reduction, size, {fold % 2 == 0 ? a_ : b_}, {fold % 2 == 0 ? b_ : a_});
    }
    item.end();
    EXPECT_EQ(run().cycles, 3 * (size + size + reduction - 2));
  }
}

TEST_F(CoreTest, OverlappedFoldsStreamWithoutAGap) {
  ItemBuilder item(source_);
  constexpr std::int64_t kFolds = 50;
  for (std::int64_t fold = 0; fold < kFolds; ++fold) {
    item.preload(1, 8, 8, {}, weights_);
    item.matmul(2, 20, 8, 8, {weights_}, {acc_});
  }
  item.end();
  EXPECT_EQ(run().cycles, 8 + kFolds * 20 + 7 + 7);
}

}  // namespace
}  // namespace heddle::tile
