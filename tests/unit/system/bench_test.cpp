// Benches: one timing digest in every mode, one memory in both that move data,
// and kernels without time.
#include "heddle/system/bench.h"

#include "support/system/machines.h"
#include "support/temp_directory.h"

namespace heddle::system {
namespace {

using test::code_of;

BenchResult run(BenchFile file, DataMode mode, std::uint32_t threads = 1) {
  file.data = mode;
  file.replay_threads = threads;
  const auto result = run_bench(file, file.cases.front(), {});
  EXPECT_TRUE(result) << result.error().to_string();
  return result ? *result : BenchResult{};
}

BenchFile bench(const std::string& line) {
  const test::TempDirectory directory;
  directory.write("b.yaml", "benches: [" + line + "]\n");
  auto file = load_bench(directory.file("b.yaml"));
  EXPECT_TRUE(file) << file.error().to_string();
  return file ? std::move(*file) : BenchFile{};
}

TEST(Bench, a_qkv_of_128_by_768_by_2304_is_right_and_bit_equal_for_1_to_8_replay_threads) {
  const BenchFile file = bench("{kind: qkv, m: 128, k: 768, n: 2304, world: 16}");
  const BenchResult eager = run(file, DataMode::Eager);
  EXPECT_TRUE(eager.is_verified);
  for (const std::uint32_t threads : {1U, 2U, 3U, 8U}) {
    const BenchResult replay = run(file, DataMode::Replay, threads);
    EXPECT_TRUE(replay.is_verified);
    EXPECT_EQ(replay.memory_digest, eager.memory_digest) << threads;
    EXPECT_EQ(replay.timing_digest, eager.timing_digest) << threads;
  }
  EXPECT_EQ(run(file, DataMode::None).timing_digest, eager.timing_digest);
}

TEST(Bench, all_reduces_are_verified_and_bit_equal_across_modes) {
  for (const char* algorithm : {"ring", "hierarchical_chain", "torus", "rabenseifner"}) {
    const BenchFile file = bench(std::string("{kind: all_reduce, world: 32, elements: 1001, "
                                             "algorithm: ") +
                                 algorithm + "}");
    const BenchResult eager = run(file, DataMode::Eager);
    EXPECT_TRUE(eager.is_verified);
    for (std::uint32_t threads = 1; threads <= 8; ++threads) {
      EXPECT_EQ(run(file, DataMode::Replay, threads).memory_digest, eager.memory_digest);
    }
  }
}

TEST(Bench, all_reduces_of_every_type_have_one_timing_digest_in_every_mode) {
  for (const char* dtype : {"fp16", "bf16", "fp32", "int8", "int32"}) {
    const BenchFile file = bench(std::string("{kind: all_reduce, world: 16, elements: 1001, "
                                             "algorithm: ring, dtype: ") +
                                 dtype + "}");
    const BenchResult none = run(file, DataMode::None);
    EXPECT_FALSE(none.is_verified);
    for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
      const BenchResult result = run(file, mode);
      EXPECT_TRUE(result.is_verified) << dtype;
      EXPECT_EQ(result.timing_digest, none.timing_digest) << dtype;
      EXPECT_EQ(result.time, none.time) << dtype;
      EXPECT_TRUE(result.collective) << dtype;
    }
    BenchFile cut = file;
    cut.threads = 4;
    EXPECT_EQ(run(cut, DataMode::Replay).memory_digest, run(file, DataMode::Eager).memory_digest);
  }
}

TEST(Bench, the_whole_qkv_is_timed_and_not_taken_for_a_check_of_data) {
  BenchFile file = bench("{kind: qkv, m: 2048, k: 12288, n: 36864}");
  const BenchResult result = run(file, DataMode::None);
  // 32 x 5 x 12 tiles a PE: 64 rows and 64 columns (32 of the last) of 1024, fp16,
  // over the PE's own link of 128 GB/s. Products take half of that.
  const double loads = 32.0 * 12 * (5 * 64 + 4 * 64 + 32) * 1024 * 2;
  const double least_ns = loads / 128;
  const double ns = static_cast<double>(result.time.count()) / 1000;
  EXPECT_GE(ns, least_ns);
  EXPECT_LE(ns, 1.3 * least_ns);
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    file.data = mode;
    const auto refused = run_bench(file, file.cases.front(), {});
    EXPECT_EQ(code_of(refused), "system.too-large-to-check");
    EXPECT_NE(refused.error().to_string().find("b.yaml:1"), std::string::npos);
  }
}

TEST(Bench, a_wrong_element_is_named_with_what_it_must_be_and_fails_the_check) {
  const std::vector<std::int32_t> truth = {1, 2, 3};
  const std::vector<std::int32_t> wrong = {1, 7, 3};
  const auto compare = [&](const std::vector<std::int32_t>& found) {
    return compare_elements("sum", {}, Dtype::I32, test::bytes_of(found), test::bytes_of(truth));
  };
  EXPECT_TRUE(compare(truth));
  const Status told = compare(wrong);
  ASSERT_EQ(code_of(told), "system.wrong-result");
  EXPECT_EQ(told.error().cause(), Cause::Mismatch);
  EXPECT_NE(told.error().to_string().find("element 1 is 7, expected 2"), std::string::npos);
  EXPECT_EQ(code_of(compare({1, 2})), "system.wrong-result");
}

TEST(Bench, background_traffic_moves_no_start) {
  const BenchResult quiet = run(bench("{kind: noop}"), DataMode::None);
  const BenchResult busy = run(bench("{kind: noop, background: true}"), DataMode::None);
  EXPECT_EQ(busy.spread, Picoseconds(0));
  EXPECT_EQ(busy.start, quiet.start);
}

TEST(Bench, without_time_kernels_give_the_same_data) {
  BenchFile file = bench("{kind: all_reduce, world: 16, elements: 77}");
  const BenchResult timed = run(file, DataMode::Eager);
  file.machine = untimed(file.machine);
  const BenchResult untimed_result = run(file, DataMode::Eager);
  EXPECT_TRUE(untimed_result.is_verified);
  EXPECT_LT(untimed_result.time, Picoseconds(1000));
  EXPECT_GT(timed.time, Picoseconds(1000));
}

TEST(Bench, the_report_of_a_collective_says_what_it_sent) {
  const BenchResult result =
      run(bench("{kind: all_reduce, world: 64, algorithm: hierarchical_chain}"), DataMode::None);
  ASSERT_TRUE(result.collective);
  EXPECT_EQ(result.collective->messages, 2U * 63);
  const double ns = static_cast<double>(result.time.count()) / 1000;
  EXPECT_DOUBLE_EQ(result.collective->algorithm_gb_per_s, 1048576 / ns);
  EXPECT_DOUBLE_EQ(result.collective->bus_gb_per_s, 1048576 / ns * 2 * 63 / 64);
  EXPECT_FALSE(result.links.empty());
  for (const Utilisation& link : result.links) EXPECT_LE(link.share, 1.0) << link.name;
}

}  // namespace
}  // namespace heddle::system
