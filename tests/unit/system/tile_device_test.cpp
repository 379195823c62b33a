// PEs timed by cores of `tile`: the closed forms of systolic arrays, and the
// whole machine using them.
#include "heddle/system/tile_device.h"

#include "heddle/system/bench.h"
#include "heddle/tile/simulator.h"
#include "support/system/one_pe.h"
#include "support/temp_directory.h"

namespace heddle::system {
namespace {

using test::code_of;

/// One array of 32 x 16 at 1 GHz with a pipeline of 5, one MATH pipe of 64 lanes.
tile::Machine core() {
  tile::Machine machine;
  machine.core_clock.hz = 1'000'000'000;
  machine.array.count = 1;
  machine.array.rows = 32;
  machine.array.columns = 16;
  machine.array.extra_latency_cycles = 5;
  machine.vector.lanes = 64;
  machine.vector.startup_cycles = 8;
  machine.vector.exp_cycles = 4;
  return machine;
}

std::int64_t gemm_cycles(const tile::Machine& machine, std::uint64_t m, std::uint64_t n,
                         std::uint64_t k) {
  const auto device = TileDevice::create(machine);
  EXPECT_TRUE(device) << device.error().to_string();
  const Picoseconds time = (*device)->gemm_time(m, n, k, Dtype::F16);
  EXPECT_EQ(time.count() % 1000, 0);
  return time.count() / 1000;
}

// Preload: R cycles. m rows: m + (R - 1) + (C - 1) + c after they begin to stream.
constexpr std::int64_t kTile = 32 + 31 + 15 + 5;

TEST(TileDevice, a_product_of_one_weight_tile_is_a_preload_and_a_stream) {
  const std::int64_t base = gemm_cycles(core(), 1, 16, 32);
  EXPECT_GE(base, kTile + 1);
  EXPECT_LE(base, kTile + 1 + 2);  // an instruction issues a cycle
  for (const std::uint64_t m : {8U, 64U, 500U}) {
    EXPECT_EQ(gemm_cycles(core(), m, 16, 32), base + static_cast<std::int64_t>(m) - 1);
  }
  // What is smaller than the array still fills it.
  EXPECT_EQ(gemm_cycles(core(), 8, 3, 5), base + 7);
}

TEST(TileDevice, more_weight_tiles_stream_one_after_the_other_behind_hidden_preloads) {
  const std::int64_t one = gemm_cycles(core(), 64, 16, 32);
  for (const std::uint64_t tiles : {2U, 5U}) {
    const auto streams = static_cast<std::int64_t>(tiles - 1) * 64;
    // Over k into the same sums, and over n into others: 64 rows hide a preload of 32.
    EXPECT_EQ(gemm_cycles(core(), 64, 16, 32 * tiles), one + streams);
    EXPECT_EQ(gemm_cycles(core(), 64, 16 * tiles, 32), one + streams);
  }
}

TEST(TileDevice, two_arrays_halve_what_streams) {
  tile::Machine two = core();
  two.array.count = 2;
  const std::int64_t slow = gemm_cycles(core(), 1000, 16, 32 * 8);
  const std::int64_t fast = gemm_cycles(two, 1000, 16, 32 * 8);
  EXPECT_NEAR(static_cast<double>(slow) / static_cast<double>(fast), 2.0, 0.1);
}

TEST(TileDevice, math_takes_lanes_and_the_cycles_of_its_operation) {
  const auto device = TileDevice::create(core());
  ASSERT_TRUE(device);
  const auto cycles = [&](MathOp op, std::uint64_t elements) {
    return (*device)->math_time(op, elements, Dtype::F16).count() / 1000;
  };
  const std::int64_t base = cycles(MathOp::Add, 64);
  EXPECT_GE(base, 8 + 1);
  EXPECT_LE(base, 8 + 1 + 1);
  EXPECT_EQ(cycles(MathOp::Add, 65), base + 1);
  EXPECT_EQ(cycles(MathOp::Add, 6400), base + 99);
  EXPECT_EQ(cycles(MathOp::Exp, 6400), base - 1 + 4 * 100);
  EXPECT_GT(cycles(MathOp::Softmax, 6400), cycles(MathOp::Exp, 6400) + cycles(MathOp::Div, 6400));
  EXPECT_EQ(cycles(MathOp::Add, 0), 0);
}

des::Task<> one_dot(Tl& tl) {
  const Tile a = co_await tl.full({64, 32}, Dtype::F16, 1);
  const Tile b = co_await tl.full({32, 16}, Dtype::F16, 1);
  (void)co_await tl.dot(a, b);
}

TEST(TileDevice, a_machine_uses_it_and_computes_the_same) {
  Machine machine;
  machine.pe.tile = std::make_shared<const tile::Machine>(core());
  OnePe one(DataMode::Eager, machine);
  ASSERT_TRUE(one.run(one_dot));
  EXPECT_EQ(one.record->executions.front().exec(),
            Picoseconds(1000 * gemm_cycles(core(), 64, 16, 32)));
}

TEST(TileDevice, is_chosen_by_the_machine_file_and_gives_one_report_in_partitions) {
  const test::TempDirectory directory;
  directory.write("m.yaml",
                  "sips: 1\ncubes: {rows: 1, columns: 2}\npes_per_cube: 2\n"
                  "pe: {timing: tile, tile_machine: tpuv3}\n");
  directory.write("b.yaml",
                  "machine: m.yaml\ndata: eager\n"
                  "benches: [{kind: qkv, m: 32, k: 64, n: 96}]\n");
  auto file = load_bench(directory.file("b.yaml"));
  ASSERT_TRUE(file) << file.error().to_string();
  ASSERT_NE(file->machine.pe.tile, nullptr);
  EXPECT_EQ(file->machine.pe.tile->array.rows, 128U);
  const auto whole = run_bench(*file, file->cases.front(), {});
  ASSERT_TRUE(whole) << whole.error().to_string();
  EXPECT_TRUE(whole->is_verified);
  file->threads = 2;
  const auto cut = run_bench(*file, file->cases.front(), {});
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->timing_digest, whole->timing_digest);
  file->machine.pe.tile = nullptr;
  EXPECT_NE(run_bench(*file, file->cases.front(), {})->time, whole->time);
}

TEST(TileDevice, a_machine_that_is_not_there_is_told) {
  const test::TempDirectory directory;
  directory.write("m.yaml", "pe: {timing: tile, tile_machine: tpuv33}\n");
  EXPECT_EQ(code_of(load_machine(directory.file("m.yaml"))), "tile.machine-unknown");
  directory.write("n.yaml", "pe: {tile_machine: tpuv3}\n");
  EXPECT_EQ(code_of(load_machine(directory.file("n.yaml"))), "config.unknown-key");
}

}  // namespace
}  // namespace heddle::system
