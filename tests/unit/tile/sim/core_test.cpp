// The rules of a core: issue, DMA, barriers, work-items, what must never happen.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "support/tile/core_fixture.h"

namespace heddle::tile {
namespace {

using test::Block;
using test::CoreTest;
using test::IdealMemory;
using test::ItemBuilder;
using test::kFour;
using test::kLatency;
using test::kLine;
using test::ListSource;

// Issue.

TEST_F(CoreTest, OneInstructionIssuesACycleInProgramOrder) {
  machine_.vector.pipes = 8;
  ItemBuilder item(source_);
  for (std::uint32_t i = 0; i < 4; ++i) item.vector(0, 100, {}, {});
  item.end();
  run();
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(at(1 + i).ready, 0);
    EXPECT_EQ(at(1 + i).issued, i);
    EXPECT_EQ(at(1 + i).finished, i + 100);
  }
}

TEST_F(CoreTest, BeginEndAndComputesThatCostNothingTakeNoSlotAndBarriersTakeOne) {
  const CycleTable table({{0, 0}, {5, 0}});
  table_ = &table;
  ItemBuilder item(source_);
  item.vector(0, 1, {}, {a_});  // 1: costs nothing
  item.compute_barrier();       // 2: ignored
  item.load(0, kLine, b_, 0);   // 3
  item.wait(0, 8);              // 4
  item.vector(1, 1, {a_}, {});  // 5
  item.end();
  run();
  EXPECT_EQ(at(0).finished, 0);
  EXPECT_EQ(at(1).finished, 0);
  EXPECT_EQ(at(2).finished, 0);
  EXPECT_EQ(at(3).issued, 0);
  EXPECT_EQ(at(4).issued, 1);
  EXPECT_EQ(at(5).issued, 2);
  EXPECT_EQ(at(6).finished, at(4).finished) << "the end comes with the last instruction";
}

// DMA.

TEST_F(CoreTest, ATransferInjectsItsRequestsAndAWaitEndsAsTheDataArrives) {
  ItemBuilder item(source_);
  item.load(0, kFour, a_, 0);   // 1
  item.wait(0, 32);             // 2
  item.vector(0, 3, {a_}, {});  // 3
  item.end();
  run();
  EXPECT_EQ(at(1).issued, 0);
  EXPECT_EQ(at(1).injection_done, 4) << "one request a cycle, from the next one on";
  EXPECT_EQ(at(1).first_response, 1 + kLatency);
  EXPECT_EQ(at(1).last_response, 4 + kLatency);
  EXPECT_EQ(at(2).issued, 1);
  EXPECT_EQ(at(2).finished, 4 + kLatency);
  EXPECT_EQ(at(3).issued, 4 + kLatency);
}

TEST_F(CoreTest, OneTransferIsInjectedAtATime) {
  machine_.dma.requests_per_cycle = 3;
  ItemBuilder item(source_);
  item.load_sync(0, kFour, a_);
  item.load_sync(0, kFour, b_);
  item.end();
  run();
  EXPECT_EQ(at(1).injection_done, 2);
  EXPECT_EQ(at(2).injection_done, 4) << "what the first leaves of a cycle is not used";
}

TEST_F(CoreTest, AStoreIsDoneWhenItsDataIsWrittenUnlessTheMachinePostsIt) {
  ItemBuilder item(source_);
  item.vector(0, 1, {}, {a_});  // 1
  item.store(0, kFour, a_);     // 2
  item.end();
  const RunResult written = run();
  EXPECT_EQ(at(2).issued, 1);
  EXPECT_EQ(at(2).injection_done, 5);
  EXPECT_EQ(at(2).finished, 5 + kLatency);
  EXPECT_EQ(written.cycles, 5 + kLatency);
  machine_.dma.stores_post = true;
  const RunResult posted = run();
  EXPECT_EQ(at(2).finished, 5);
  EXPECT_EQ(posted.cycles, 5 + kLatency) << "the run ends when all is written";
}

TEST_F(CoreTest, AWaitingStoreHasItsTurnAfterSoManyLoads) {
  ItemBuilder item(source_);
  item.vector(0, 20, {}, {b_});                                        // 1
  for (std::uint32_t i = 0; i < 8; ++i) item.load_sync(0, kFour, a_);  // 2..9
  item.store(0, kLine, b_);                                            // 10: ready in cycle 20
  item.end();
  machine_.dma.fairness = 2;
  run();
  // Loads inject in cycles 2 to 5, 6 to 9 and so on; the fifth until 21.
  EXPECT_EQ(at(6).injection_done, 21);
  EXPECT_EQ(at(8).injection_done, 29);
  EXPECT_EQ(at(10).injection_done, 30) << "after the one on its way and two more";
  EXPECT_EQ(at(9).injection_done, 34);
  machine_.dma.loads_first = true;
  run();
  EXPECT_EQ(at(9).injection_done, 33) << "published: loads always first";
  EXPECT_EQ(at(10).injection_done, 34);
}

TEST_F(CoreTest, RequestsThatTheMemoryRefusesAreOfferedAgain) {
  in_flight_max_ = 2;
  ItemBuilder item(source_);
  item.load_sync(0, kFour, a_);
  item.end();
  run();
  // Two requests in cycles 1 and 2; the third when the first is answered, in 11.
  EXPECT_EQ(at(1).injection_done, 12);
  EXPECT_EQ(at(1).finished, 12 + kLatency);
}

TEST_F(CoreTest, TilesOfOneTensorNeverAliasWhateverItsBase) {
  source_.tensor("B", 1 << 20, 16);
  ItemBuilder item(source_);
  item.load_sync(1, Block{3 * 64, 2, 32, 64}, a_);
  item.end();
  run();
  ASSERT_EQ(requests_.size(), 4U);
  const std::uint64_t base = source_.info.tensors[1].address;
  EXPECT_EQ(base, std::uint64_t{4} << 20) << "the size of the tensor before it";
  EXPECT_EQ(requests_[0].address, base + 3 * 64 * 2);
  EXPECT_EQ(requests_[1].address, base + 3 * 64 * 2 + 32);
  EXPECT_EQ(requests_[2].address, base + 4 * 64 * 2);
}

TEST_F(CoreTest, AnEdgeTileMovesItsOwnBytesAlone) {
  ItemBuilder item(source_);
  item.load_sync(0, Block{0, 3, 5, 64}, a_);  // three rows of 20 bytes, a request each
  item.end();
  const RunResult result = run();
  EXPECT_EQ(result.memory.reads, 3U);
  EXPECT_EQ(result.operations.bytes_loaded, 60U);
}

// Barriers.

TEST_F(CoreTest, OneLoadIsJoinedByManyWaitsInEveryIteration) {
  ItemBuilder item(source_);
  std::vector<std::uint32_t> waits;
  for (int step = 0; step < 2; ++step) {
    item.load(0, kFour, a_, 7);
    for (int n = 0; n < 3; ++n) {
      waits.push_back(item.wait(7, 32));
      item.vector(0, 1, {a_}, {});
    }
  }
  item.end();
  const RunResult result = run();
  EXPECT_EQ(result.operations.memory_barriers, 6U);
  for (int n = 0; n < 3; ++n) {
    EXPECT_EQ(at(waits[static_cast<std::size_t>(n)]).finished, 4 + kLatency);
    EXPECT_EQ(at(waits[static_cast<std::size_t>(3 + n)]).finished, 8 + kLatency);
  }
}

TEST_F(CoreTest, ManyLoadsSignalOneSemaphoreAndAWaitJoinsThemAll) {
  ItemBuilder item(source_);
  item.load(0, kFour, a_, 0);   // 1
  item.load(0, kFour, b_, 0);   // 2
  item.wait(0, 64);             // 3
  item.vector(0, 1, {a_}, {});  // 4
  item.end();
  run();
  EXPECT_EQ(at(3).finished, 8 + kLatency);
  EXPECT_EQ(at(4).issued, 8 + kLatency);
}

TEST_F(CoreTest, AComputeBarrierHoldsTheStoreAsTheMachineSays) {
  machine_.vector.pipes = 2;
  for (int i = 0; i < 2; ++i) {  // the second item computes for longer
    ItemBuilder item(source_);
    item.vector(0, i == 0 ? 20 : 100, {}, {a_});  // 1
    item.vector(0, 40, {}, {b_});                 // 2
    item.compute_barrier();                       // 3
    item.store(0, kLine, a_);                     // 4
    item.end();
  }
  run();
  EXPECT_EQ(at(4).issued, 20) << "none: its own data alone";
  machine_.compute_barrier = ComputeBarrierMode::Scoped;
  run();
  EXPECT_EQ(at(4).issued, at(2).finished) << "the computes that it gates";
  machine_.compute_barrier = ComputeBarrierMode::DrainAll;
  run();
  EXPECT_EQ(at(4).issued, std::max(at(1, 1).finished, at(2, 1).finished)) << "all units empty";
}

// Work-items.

TEST_F(CoreTest, WorkItemsGoRoundTheCoresAndKeysStayInOrder) {
  machine_.cores = 2;
  machine_.live_work_items = 2;
  for (int i = 0; i < 6; ++i) {
    ItemBuilder item(source_, i < 4 ? -1 : 5);
    item.vector(0, 100, {}, {});
    item.end();
  }
  const RunResult result = run();
  for (std::uint64_t i = 0; i < 4; ++i) EXPECT_EQ(at(1, i).core, i % 2);
  EXPECT_EQ(at(1, 4).core, 1U) << "5 modulo 2";
  EXPECT_EQ(at(1, 5).core, 1U);
  EXPECT_GE(at(0, 5).finished, at(2, 4).finished) << "one after the other";
  EXPECT_EQ(result.cores[0].work_items, 2U);
  EXPECT_EQ(result.cores[1].work_items, 4U);
}

TEST_F(CoreTest, AsManyItemsAreLiveAsTheMachineAllows) {
  machine_.vector.pipes = 4;
  for (int i = 0; i < 4; ++i) {
    ItemBuilder item(source_);
    item.vector(0, 100, {}, {});
    item.end();
  }
  machine_.live_work_items = 1;
  EXPECT_EQ(run().cycles, 400);
  machine_.live_work_items = 4;
  EXPECT_EQ(run().cycles, 103);
}

/// Makes items as they are asked for and knows how far ahead of the finished ones that was.
class LazySource final : public WorkItemSource, public Observer {
 public:
  LazySource(const ListSource& list, std::uint64_t count) : list_(&list), count_(count) {}
  std::uint64_t most_ahead = 0;

  [[nodiscard]] const KernelInfo& kernel() const override { return list_->info; }
  [[nodiscard]] Result<bool> next(WorkItem& item) override {
    if (made_ == count_) return false;
    item = list_->items.front();
    item.index = made_++;
    most_ahead = std::max(most_ahead, made_ - ended_);
    return true;
  }
  void finished(std::uint32_t, const WorkItem& item, std::uint32_t instruction, std::uint32_t,
                const InstructionTimes&) override {
    if (item.instructions[instruction].opcode == Opcode::TileEnd) ++ended_;
  }

 private:
  const ListSource* list_ = nullptr;
  std::uint64_t count_ = 0;
  std::uint64_t made_ = 0;
  std::uint64_t ended_ = 0;
};

TEST_F(CoreTest, NoMoreItemsAreMadeThanAreLiveAndOneThatWaits) {
  machine_.cores = 3;
  machine_.live_work_items = 2;
  ItemBuilder item(source_);
  item.load_sync(0, kFour, a_);
  item.vector(0, 30, {a_}, {});
  item.end();
  LazySource lazy(source_, 500);
  IdealMemory memory{Picoseconds(kLatency * 1000)};
  RunOptions options;
  options.memory = &memory;
  options.observer = &lazy;
  const auto result = simulate(machine_, {{&lazy, {}}}, options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->operations.dispatches, 500U);
  EXPECT_GE(lazy.most_ahead, 6U);
  // Reports come at the end of a cycle, in which each core may have ended both of its items.
  EXPECT_LE(lazy.most_ahead, 2U * 6U + 1U);
}

TEST_F(CoreTest, APipelineOfTilesTakesItsClosedForm) {
  // T tiles of a load of L cycles and a vector of V: the longer of both sets the pace.
  constexpr std::int64_t kTiles = 40;
  for (const std::int64_t vector : {20, 200}) {
    source_.items.clear();
    ItemBuilder item(source_);
    for (std::int64_t tile = 0; tile < kTiles; ++tile) {
      item.load_sync(0, Block{0, 1, 800, 800}, a_);  // 100 requests: 100 cycles
      item.vector(0, vector, {a_}, {});
    }
    item.end();
    const std::int64_t pace = std::max<std::int64_t>(100, vector);
    EXPECT_EQ(run().cycles, 100 + kLatency + (kTiles - 1) * pace + vector);
  }
}

// What is never to happen.

TEST_F(CoreTest, ACircleOfWeightSlotsIsADeadlockThatNamesWhoWaitsForWhom) {
  machine_.array.weight_slots = 1;
  const std::uint32_t other = source_.buffer(BufferKind::Weights, 4096);
  ItemBuilder item(source_);
  item.preload(1, 8, 8, {}, weights_);              // 1: holds the only slot
  item.preload(1, 8, 8, {}, other);                 // 2: waits for one
  item.matmul(2, 8, 8, 8, {other}, {a_});           // 3
  item.matmul(2, 8, 8, 8, {weights_, a_}, {acc_});  // 4: needs the result of 3
  item.end();
  const std::string text = error();
  EXPECT_NE(text.find("tile.deadlock"), std::string::npos) << text;
  EXPECT_NE(text.find("instruction 2 (preload, node 1) waits for a weight slot; they are held "
                      "by preload 1 of work-item 0 on array 0 (1 matmuls to go)"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("instruction 4 (matmul, node 2) waits for instruction 3"), std::string::npos)
      << text;
  machine_.array.weight_slots = 2;
  EXPECT_EQ(error(), "no error");
}

TEST_F(CoreTest, AMemoryThatNeverAnswersIsNoSmallScratchpad) {
  ItemBuilder item(source_);
  item.load(0, kFour, a_, 0);
  item.wait(0, 32);
  item.end();
  source_.rewind();
  IdealMemory memory{Picoseconds(kLatency * 1000)};
  memory.answers_max = 2;
  RunOptions options;
  options.memory = &memory;
  const auto result = simulate(machine_, {{&source_, {}}}, options);
  ASSERT_FALSE(result);
  const std::string text = result.error().to_string();
  EXPECT_NE(text.find("tile.deadlock"), std::string::npos) << text;
  EXPECT_NE(text.find("instruction 1 (load of 'A') waits for responses of the memory"),
            std::string::npos)
      << text;
}

TEST_F(CoreTest, AThousandMillionCyclesShowNoDrift) {
  const CycleTable table({{1'000'000'000, 0}});
  table_ = &table;
  machine_.core_clock = ClockRate{940'000'000};
  ItemBuilder item(source_);
  item.vector(0, 1, {}, {});
  item.end();
  source_.rewind();
  IdealMemory memory{Picoseconds(0)};
  RunOptions options;
  options.memory = &memory;
  options.cycle_table = table_;
  const auto result = simulate(machine_, {{&source_, {}}}, options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->cycles, 1'000'000'000);
  EXPECT_EQ(result->end.ps(), 1'063'829'787'234);  // floor(10^9 x 10^12 / 940,000,000)
  EXPECT_LE(result->effort.cycles_visited, 4U);
}

TEST_F(CoreTest, NothingThatIsReadyIsLookedAtAgainWhileItIsBlocked) {
  machine_.scratchpad.size_bytes = 128;
  ItemBuilder item(source_);
  constexpr std::uint64_t kSteps = 300;
  for (std::uint64_t step = 0; step < kSteps; ++step) {
    item.load_sync(0, kFour, a_);
    item.vector(0, 50, {a_}, {});
  }
  item.end();
  const RunResult result = run();
  const std::uint64_t instructions = 2 * kSteps;
  // Each visited cycle looks at the first of three heaps, when it issues and when it asks
  // what is next; the blocked loads behind the first are not looked at at all.
  EXPECT_LE(result.effort.ready_looked_at, 6 * result.effort.cycles_visited);
  EXPECT_LE(result.effort.cycles_visited, 16 * instructions);
  source_.rewind();
  IdealMemory memory{Picoseconds(kLatency * 1000)};
  RunOptions options;
  options.memory = &memory;
  options.engine = EngineKind::CycleStepped;
  const auto stepped = simulate(machine_, {{&source_, {}}}, options);
  ASSERT_TRUE(stepped);
  EXPECT_GT(stepped->effort.ready_looked_at, 20 * result.effort.ready_looked_at)
      << "the oracle does look, so the count can tell";
}

// Partitions, tables, interrupts.

TEST_F(CoreTest, PartitionsRunDifferentKernelsSideBySide) {
  machine_.cores = 2;
  ListSource other;
  other.tensor("B", 1024, 32);
  other.buffer(BufferKind::Scratchpad, 4096);
  for (ListSource* source : {&source_, &other}) {
    ItemBuilder item(*source);
    item.load_sync(0, kLine, 0);
    item.vector(0, source == &other ? 500 : 50, {0}, {});
    item.end();
  }
  IdealMemory memory{Picoseconds(kLatency * 1000)};
  memory.keeps_requests = true;
  RunOptions options;
  options.memory = &memory;
  const auto result = simulate(machine_, {{&source_, {0}}, {&other, {1}}}, options);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->partition_cycles, (std::vector<std::int64_t>{61, 511}));
  EXPECT_EQ(result->cycles, 511);
  ASSERT_EQ(memory.requests.size(), 2U);
  EXPECT_EQ(memory.requests[1].address, std::uint64_t{4} << 20) << "after the first one's tensor";
}

TEST_F(CoreTest, PartitionsThatShareOrLackCoresAreRefused) {
  const auto text = [&](const std::vector<Partition>& partitions) {
    const auto result = simulate(machine_, partitions, {});
    return result ? std::string("no error") : result.error().to_string();
  };
  EXPECT_NE(text({{&source_, {0}}, {&source_, {0}}}).find("partition 1: core 0 is taken already"),
            std::string::npos);
  EXPECT_NE(text({{&source_, {3}}}).find("there is no core 3"), std::string::npos);
  EXPECT_NE(text({{nullptr, {}}}).find("tile.partition"), std::string::npos);
}

TEST_F(CoreTest, ACycleTableThatLacksANodeOrHasOneTooManyIsRefusedByName) {
  ItemBuilder item(source_);
  item.vector(1, 1, {}, {});
  item.end();
  const CycleTable missing({{5, 0}});
  table_ = &missing;
  EXPECT_NE(error().find("the table has no line for node 1"), std::string::npos);
  const CycleTable extra({{5, 0}, {6, 0}});
  table_ = &extra;
  EXPECT_NE(error().find("a line for node 0, which the kernel never runs"), std::string::npos);
}

TEST_F(CoreTest, TheReportSaysWhereEachNodesCostCameFrom) {
  machine_.array.preload_cost = FixedCost{91, 91};
  ItemBuilder item(source_);
  item.preload(0, 8, 8, {}, weights_);
  item.matmul(1, 8, 8, 8, {weights_}, {acc_});
  item.matmul(1, 4, 8, 8, {weights_}, {acc_});
  item.end();
  const RunResult result = run();
  ASSERT_EQ(result.nodes.size(), 2U);
  EXPECT_EQ(result.nodes[0].source, CostSource::Machine);
  EXPECT_EQ(result.nodes[1].source, CostSource::Model);
  EXPECT_EQ(result.nodes[1].count, 2U);
  EXPECT_EQ(result.nodes[1].least_cycles, 4 + 14);
  EXPECT_EQ(result.nodes[1].most_cycles, 8 + 14);
  const CycleTable table({{91, 91}, {20, 12}});
  table_ = &table;
  EXPECT_EQ(run().nodes[1].source, CostSource::Table);
}

TEST(CycleTable, ReadsTabSeparatedLinesAndRefusesOthersWithTheirLine) {
  const auto table = CycleTable::parse("# cycles\toverlap\n396\t268\n\n91\t91\r\n", "t.tsv");
  ASSERT_TRUE(table);
  ASSERT_EQ(table->size(), 2U);
  EXPECT_EQ(table->find(0)->overlap, 268);
  EXPECT_EQ(table->find(1)->cycles, 91);
  EXPECT_FALSE(table->find(2));
  for (const char* bad : {"396 268\n", "a\t1\n", "5\t\n", "-0\t0\n", "5\t6\n", "5\t1\t1\n",
                          "99999999999\t0\n", "\t1\n"}) {
    const auto refused = CycleTable::parse(std::string("1\t0\n") + bad, "t.tsv");
    ASSERT_FALSE(refused) << bad;
    EXPECT_NE(refused.error().to_string().find("t.tsv:2:1"), std::string::npos) << bad;
    EXPECT_NE(refused.error().to_string().find("tile.cycle-table"), std::string::npos) << bad;
  }
}

TEST_F(CoreTest, AnInterruptEndsTheRunWithHowFarItCame) {
  ItemBuilder item(source_);
  for (int i = 0; i < 40'000; ++i) item.vector(0, 1, {}, {});
  item.end();
  source_.rewind();
  const std::atomic<bool> flag{true};
  RunOptions options;
  IdealMemory memory{Picoseconds(0)};
  options.memory = &memory;
  options.interrupt = Interrupt(flag);
  const auto result = simulate(machine_, {{&source_, {}}}, options);
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->is_interrupted);
  EXPECT_LT(result->cycles, 40'000);
}

}  // namespace
}  // namespace heddle::tile
