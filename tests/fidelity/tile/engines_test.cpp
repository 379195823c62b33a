// The event-driven engine against the loop over every cycle: equal instruction by
// instruction, on kernels and machines drawn at random and on several memories.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "heddle/tile/simulator.h"
#include "support/tile/ideal_memory.h"
#include "support/tile/random_kernel.h"

namespace heddle::tile {
namespace {

using test::IdealMemory;
using test::RandomRun;

constexpr std::uint64_t kRuns = 500;

/// Half are ideal, one of them refuses; the rest are those of machines: by bandwidth, and
/// HBM2 cycle by cycle behind a fixed network, a crossbar and a mesh.
std::unique_ptr<MemorySystem> memory_of(std::uint64_t seed, Machine machine) {
  static const auto kTpuV3 =
      load_machine(std::string(HEDDLE_SOURCE_DIR) + "/designs/machines/tile/tpuv3.yaml");
  if (seed % 6 > 3) {
    EXPECT_TRUE(kTpuV3);
    if (kTpuV3) machine.dram = kTpuV3->dram;
  }
  if (seed % 6 == 5) machine.noc.kind = seed % 12 == 5 ? NocKind::Crossbar : NocKind::Mesh;
  switch (seed % 6) {
    case 0: return std::make_unique<IdealMemory>(Picoseconds(0));
    case 1: return std::make_unique<IdealMemory>(Picoseconds(37'501));
    case 2: return std::make_unique<IdealMemory>(Picoseconds(12'345), 5);
    default: return make_memory_system(machine);
  }
}

Result<RunResult> play(RandomRun& run, std::uint64_t seed, EngineKind engine) {
  run.source->rewind();
  const auto memory = memory_of(seed, run.machine);
  RunOptions options;
  options.engine = engine;
  options.memory = memory.get();
  if (run.machine.cores < 2 || seed % 3 != 0) {
    return simulate(run.machine, {{run.source.get(), {}}}, options);
  }
  RandomRun other = test::random_run(seed + kRuns);  // a second kernel, on the last core
  std::vector<std::uint32_t> cores;
  for (std::uint32_t core = 0; core + 1 < run.machine.cores; ++core) cores.push_back(core);
  return simulate(run.machine,
                  {{run.source.get(), cores}, {other.source.get(), {run.machine.cores - 1}}},
                  options);
}

void expect_equal(const RunResult& a, const RunResult& b) {
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_EQ(a.cycles, b.cycles);
  EXPECT_EQ(a.partition_cycles, b.partition_cycles);
  EXPECT_EQ(a.memory.reads, b.memory.reads);
  EXPECT_EQ(a.memory.writes, b.memory.writes);
  for (std::size_t core = 0; core < a.cores.size(); ++core) {
    EXPECT_EQ(a.cores[core].array_busy, b.cores[core].array_busy);
    EXPECT_EQ(a.cores[core].stalled, b.cores[core].stalled);
    EXPECT_EQ(a.cores[core].dma_busy, b.cores[core].dma_busy);
    EXPECT_EQ(a.cores[core].peak_scratchpad_bytes, b.cores[core].peak_scratchpad_bytes);
    EXPECT_EQ(a.cores[core].work_items, b.cores[core].work_items);
  }
}

TEST(TileEngines, AgreeInstructionByInstructionOnFiveHundredRandomKernels) {
  std::uint64_t complete = 0;
  for (std::uint64_t seed = 0; seed < kRuns; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomRun run = test::random_run(seed);
    const auto events = play(run, seed, EngineKind::Event);
    const auto cycles = play(run, seed, EngineKind::CycleStepped);
    ASSERT_EQ(events.has_value(), cycles.has_value());
    if (events) {
      ++complete;
      expect_equal(*events, *cycles);
    } else {
      // The last cycle is not compared: the oracle sees it later that nothing comes.
      EXPECT_EQ(events.error().list().front().code(), cycles.error().list().front().code());
    }
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(complete, kRuns * 8 / 10) << "most of them are to end well";
}

TEST(TileEngines, GiveTheSameTwice) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomRun run = test::random_run(seed);
    const auto first = play(run, seed, EngineKind::Event);
    const auto second = play(run, seed, EngineKind::Event);
    ASSERT_EQ(first.has_value(), second.has_value());
    if (first) {
      EXPECT_EQ(first->digest, second->digest);
    }
  }
}

}  // namespace
}  // namespace heddle::tile
