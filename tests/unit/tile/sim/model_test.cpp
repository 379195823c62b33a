// Costs and unit timing against closed forms.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "tile/model/compute.h"
#include "tile/model/scratchpad.h"
#include "tile/model/units.h"

namespace heddle::tile {
namespace {

using Dims = std::vector<std::int64_t>;

Machine square(std::uint32_t size, Dataflow dataflow) {
  Machine machine;
  machine.array.rows = size;
  machine.array.columns = size;
  machine.array.dataflow = dataflow;
  machine.array.extra_latency_cycles = 0;
  return machine;
}

TEST(ComputeModel, OneFoldTakesThePublishedCyclesInEachDataflow) {
  for (std::int64_t size = 4; size <= 128; ++size) {
    for (const std::int64_t streamed : {std::int64_t{1}, size, 3 * size + 1}) {
      const auto width = static_cast<std::uint32_t>(size);
      for (const Dataflow dataflow : {Dataflow::WeightStationary, Dataflow::InputStationary}) {
        const Machine machine = square(width, dataflow);
        const OperationCost load = cost_of(machine, ComputeKind::Preload, Dims{size, size});
        const OperationCost work =
            cost_of(machine, ComputeKind::Matmul, Dims{streamed, size, size});
        EXPECT_EQ(load.ready + work.latency, 2 * size + size + streamed - 2);
      }
      const Machine machine = square(width, Dataflow::OutputStationary);
      const OperationCost load = cost_of(machine, ComputeKind::Preload, Dims{streamed, size});
      const OperationCost work = cost_of(machine, ComputeKind::Matmul, Dims{size, streamed, size});
      EXPECT_EQ(load.latency, 0) << "there is nothing to hold";
      EXPECT_EQ(work.latency, size + size + streamed - 2);
    }
  }
}

TEST(ComputeModel, AMatmulLargerThanTheArrayIsStreamedOnceAFold) {
  const Machine machine = square(16, Dataflow::WeightStationary);
  const OperationCost cost = cost_of(machine, ComputeKind::Matmul, Dims{100, 33, 17});
  EXPECT_EQ(cost.interval, 3 * 2 * 100);
  EXPECT_EQ(cost.latency, 3 * 2 * 100 + 15 + 15);
  EXPECT_EQ(cost_of(machine, ComputeKind::Preload, Dims{33, 17}).interval, 3 * 2 * 16);
}

TEST(ComputeModel, AnEdgeTileIsChargedTheRowsThatItStreams) {
  const Machine machine;
  EXPECT_EQ(cost_of(machine, ComputeKind::Matmul, Dims{128, 128, 128}).latency, 396);
  EXPECT_EQ(cost_of(machine, ComputeKind::Matmul, Dims{5, 128, 128}).interval, 5);
  EXPECT_EQ(cost_of(machine, ComputeKind::Matmul, Dims{5, 128, 128}).latency, 396 - 123);
}

TEST(ComputeModel, VectorAndReductionCosts) {
  Machine machine;
  machine.vector.lanes = 1024;
  machine.vector.startup_cycles = 8;
  machine.vector.exp_cycles = 4;
  EXPECT_EQ(cost_of(machine, ComputeKind::Vector, Dims{1025, 0}).latency, 8 + 2);
  const auto exponent = static_cast<std::int64_t>(Operation::Exp);
  EXPECT_EQ(cost_of(machine, ComputeKind::Vector, Dims{2048, exponent}).interval, 2 * 4);
  machine.cross_lane.lanes = 128;
  machine.cross_lane.startup_cycles = 8;
  // Ten groups of 300 elements, three rows of lanes each; a tree of seven levels.
  const OperationCost sum = cost_of(machine, ComputeKind::CrossLane, Dims{10, 300, 0});
  EXPECT_EQ(sum.interval, 30);
  EXPECT_EQ(sum.latency, 8 + 30 + 7);
  const auto transpose = static_cast<std::int64_t>(Operation::Transpose);
  EXPECT_EQ(cost_of(machine, ComputeKind::CrossLane, Dims{128, 128, transpose}).latency,
            8 + 128 + 128);
}

TEST(ComputeModel, FixedCostsOfAMachineTakeThePlaceOfTheModel) {
  Machine machine;
  machine.array.matmul_cost = FixedCost{396, 268};
  machine.array.preload_cost = FixedCost{91, 91};
  const OperationCost matmul = cost_of(machine, ComputeKind::Matmul, Dims{128, 128, 128});
  EXPECT_EQ(matmul.interval, 128);
  EXPECT_EQ(matmul.latency, 396);
  const OperationCost preload = cost_of(machine, ComputeKind::Preload, Dims{128, 128});
  EXPECT_EQ(preload.interval, 0);
  EXPECT_EQ(preload.ready, 91) << "hidden under other streams, not under its own";
}

TEST(ArrayTimer, StreamsBackToBackWithWeightsLoadedThroughTheShadowPort) {
  ArrayTimer array(true);
  const OperationCost load{8, 15, 15};
  const OperationCost work{8, 8, 24};
  EXPECT_EQ(array.preload(load, 0).start, 0);
  EXPECT_EQ(array.matmul(work, 1, 15).finish, 39);
  EXPECT_EQ(array.preload(load, 2).start, 8) << "the port is taken";
  EXPECT_EQ(array.matmul(work, 3, 8 + 15).finish, 47);
}

TEST(ArrayTimer, LateWeightsMakeTheIntervalThatOfTheLoad) {
  ArrayTimer array(true);
  const OperationCost load{8, 8, 8};
  const OperationCost work{3, 3, 20};  // three rows: the array waits for weights
  std::int64_t start = 0;
  for (int tile = 0; tile < 4; ++tile) {
    const std::int64_t ready = array.preload(load, 0).start + load.ready;
    const std::int64_t next = array.matmul(work, 0, ready).start;
    if (tile > 0) {
      EXPECT_EQ(next - start, 8);
    }
    start = next;
  }
}

TEST(ArrayTimer, WithoutAShadowPortAPreloadHoldsUpTheStream) {
  ArrayTimer array(false);
  const OperationCost load{8, 8, 8};
  const OperationCost work{32, 32, 60};
  EXPECT_EQ(array.preload(load, 0).start, 0);
  EXPECT_EQ(array.matmul(work, 0, 8).occupied_until, 40);
  EXPECT_EQ(array.preload(load, 0).start, 40);
  EXPECT_EQ(array.matmul(work, 0, 48).start, 48);
}

TEST(PipeTimer, TheFirstFreePipeTakesTheOperation) {
  PipeTimer pipes(2);
  const OperationCost cost{10, 10, 18};
  std::uint32_t pipe = 9;
  EXPECT_EQ(pipes.run(cost, 0, pipe).start, 0);
  EXPECT_EQ(pipe, 0U);
  EXPECT_EQ(pipes.run(cost, 1, pipe).start, 1);
  EXPECT_EQ(pipe, 1U);
  EXPECT_EQ(pipes.run(cost, 2, pipe).start, 10);
  EXPECT_EQ(pipe, 0U);
}

TEST(WeightSlots, ArePassedRoundFullArraysAndUnboundedAtZero) {
  WeightSlots slots(2, 1);
  EXPECT_EQ(slots.take(), 0U);
  EXPECT_TRUE(slots.any_free());
  EXPECT_EQ(slots.take(), 1U);
  EXPECT_FALSE(slots.any_free());
  slots.free(1);
  EXPECT_EQ(slots.take(), 1U) << "array 0, whose turn it is, is full";
  WeightSlots unbounded(1, 0);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(unbounded.take(), 0U);
  EXPECT_TRUE(unbounded.any_free());
}

TEST(Scratchpad, HoldsWhatFitsToTheByteAndZeroMeansUnlimited) {
  Scratchpad pad(100);
  EXPECT_TRUE(pad.fits(100));
  EXPECT_FALSE(pad.fits(101));
  pad.occupy(60);
  EXPECT_TRUE(pad.fits(40));
  EXPECT_FALSE(pad.fits(41));
  pad.release(60);
  EXPECT_EQ(pad.used_bytes(), 0U);
  EXPECT_EQ(pad.peak_bytes(), 60U);
  EXPECT_TRUE(Scratchpad(0).fits(std::uint64_t{1} << 60));
}

}  // namespace
}  // namespace heddle::tile
