// The shipped kernels on the simulator: published totals by the GEMM that ships, and both
// engines alike on every kernel.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "heddle/tile/kernel/attention.h"
#include "heddle/tile/kernel/conv2d.h"
#include "heddle/tile/kernel/depthwise.h"
#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/kernel/rowwise.h"
#include "heddle/tile/producer.h"
#include "heddle/tile/simulator.h"

namespace heddle::tile {
namespace {

struct Case {
  const char* name;
  KernelFunction kernel;
  std::vector<std::int64_t> shape;
};

Machine shipped(const std::string& name) {
  auto machine =
      load_machine(std::string(HEDDLE_SOURCE_DIR) + "/designs/machines/tile/" + name + ".yaml");
  if (!machine) ADD_FAILURE() << machine.error().to_string();
  return machine ? *machine : Machine{};
}

RunResult play(const Machine& machine, const Case& one, EngineKind engine = EngineKind::Event) {
  ProducerOptions producer;
  producer.shape_args = one.shape;
  auto source = run_kernel(one.name, one.kernel, producer);
  if (!source) {
    ADD_FAILURE() << source.error().to_string();
    return {};
  }
  RunOptions options;
  options.engine = engine;
  auto result = simulate(machine, {{source->get(), {}}}, options);
  if (!result) ADD_FAILURE() << result.error().to_string();
  return result ? *result : RunResult{};
}

/// Shape arguments 6 to 12 are the target, 0 its defaults: a core of TPUv3.
TEST(ShippedGemm, TakesThePublishedCyclesOfTheReference) {
  const Machine machine = shipped("tpuv3_published");
  const RunResult small =
      play(machine, {"gemm",
                     kernel::Gemm::kernel,
                     {256, 256, 256, 1, 32, 0, 0, 0, 0, 0, 0, 0, 0, 256, 256, 256}});
  EXPECT_LT(std::abs(static_cast<double>(small.cycles) / 2518 - 1), 0.03) << small.cycles;
  EXPECT_EQ(small.operations.dispatches, 1U);
  EXPECT_EQ(small.operations.loads + small.operations.stores, 3U);
  EXPECT_EQ(small.operations.vector + small.operations.preloads + small.operations.matmuls, 13U);
  EXPECT_EQ(small.operations.memory_barriers, 12U);
  const RunResult large =
      play(machine,
           {"gemm",
            kernel::Gemm::kernel,
            {1024, 1024, 1024, 1, 32, 0, 0, 0, 0, 0, 0, 0, 0, 1024, 1024, 256, 128, 1024, 256}});
  EXPECT_LT(std::abs(static_cast<double>(large.cycles) / 48184 - 1), 0.06) << large.cycles;
  EXPECT_EQ(large.operations.preloads, 64U);
  EXPECT_EQ(large.operations.matmuls, 512U);
  EXPECT_EQ(large.cores[0].array_operations, (std::vector<std::uint64_t>{288, 288}));
}

TEST(ShippedKernels, PlayAlikeByBothEngines) {
  const Case cases[] = {
      {"gemm", kernel::Gemm::kernel, {300, 200, 170, 2}},
      {"gemm int8", kernel::Gemm::kernel, {257, 129, 513, 1, 8, 3}},
      {"conv2d", kernel::Conv2d::kernel, {1, 30, 30, 16, 40, 3, 3, 2, 1}},
      {"depthwise", kernel::Depthwise::kernel, {1, 28, 28, 48, 3, 3, 1, 1}},
      {"elementwise", kernel::Elementwise::kernel, {50'000, 2}},
      {"reduce", kernel::Reduce::kernel, {33, 700}},
      {"softmax", kernel::Softmax::kernel, {65, 300}},
      {"layernorm", kernel::Layernorm::kernel, {31, 768}},
      {"attention", kernel::Attention::kernel, {2, 130, 200, 64, 32, 0}},
      {"flash attention", kernel::Attention::kernel, {2, 130, 200, 64, 32, 1}},
  };
  for (const char* name : {"tpuv3", "tpuv3_published"}) {
    const Machine machine = shipped(name);
    for (const Case& one : cases) {
      SCOPED_TRACE(std::string(one.name) + " on " + name);
      const RunResult events = play(machine, one, EngineKind::Event);
      const RunResult cycles = play(machine, one, EngineKind::CycleStepped);
      EXPECT_GT(events.cycles, 0);
      EXPECT_EQ(events.digest, cycles.digest);
      EXPECT_EQ(events.cycles, cycles.cycles);
      EXPECT_EQ(events.cores[0].stalled, cycles.cores[0].stalled);
    }
  }
}

/// Reported, not fitted: machine and tiling follow the papers on the hardware, and no row
/// has a constant of its own. Silicon also launches a kernel, of which nothing is published.
TEST(SiliconTpuV3, SignedErrorsOfTheShippedGemmAreReported) {
  const Machine machine = shipped("tpuv3");
  struct Row {
    std::int64_t size;
    double cycles;
  };
  for (const Row& row : {Row{256, 3101}, Row{512, 9490}, Row{1024, 47099}}) {
    const RunResult result =
        play(machine, {"gemm", kernel::Gemm::kernel, {row.size, row.size, row.size}});
    const double error = static_cast<double>(result.cycles) / row.cycles - 1;
    std::printf("GEMM %lld^3: %lld cycles, silicon %.0f, %+.1f %%\n",
                static_cast<long long>(row.size), static_cast<long long>(result.cycles), row.cycles,
                100 * error);
    EXPECT_LT(std::abs(error), 0.3);
  }
}

}  // namespace
}  // namespace heddle::tile
