// A trace of any length is played in the memory of the work-items that are alive.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "heddle/tile/kernel/gemm.h"
#include "heddle/tile/producer.h"

namespace heddle::tile {
namespace {

/// The most memory that this process has had since it was last asked. Units: KiB.
long peak_resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return 0;
}

void forget_peak() {
  std::ofstream("/proc/self/clear_refs") << 5;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kResidentMiBMax = 800;  // shadow memory and quarantine are not ours
#else
constexpr long kResidentMiBMax = 100;
#endif

TEST(Memory, of_17_700_000_instructions_stays_below_100_mib) {
  forget_peak();
  // 8 x 8 arrays: 256 x 256 tiles of 32 x 512 weight blocks, four streams of 64 rows each.
  const std::vector<std::int64_t> shape = {4096, 4096, 4096, 1, 8,  0,   8,   8,
                                           1,    1,    0,    0, 64, 256, 256, 512};
  auto source = run_kernel("gemm", kernel::Gemm::kernel, {.shape_args = shape});
  ASSERT_TRUE(source) << source.error().to_string();
  std::uint64_t instructions = 0;
  WorkItem item;
  for (;;) {
    const Result<bool> more = (*source)->next(item);
    ASSERT_TRUE(more) << more.error().to_string();
    if (!*more || instructions > 17'700'000) break;
    instructions += item.instructions.size();
  }
  EXPECT_GT(instructions, 17'700'000U);
  EXPECT_LT(peak_resident_kib() / 1024, kResidentMiBMax);
}

int nothing(heddle_tile_context*, const std::int64_t*, std::uint32_t, const std::int64_t*,
            std::uint32_t) {
  return 0;
}

int dispatch_many(heddle_tile_context* context, const std::int64_t*, std::uint32_t) {
  int code = 0;
  for (std::int64_t i = 0; i < 2'000'000 && code == 0; ++i) {
    const std::int64_t iv[] = {i / 1000, i % 1000};
    code = heddle_tile_dispatch(context, nothing, nullptr, 0, iv, 2, -1);
  }
  return code;
}

TEST(Memory, of_a_dispatched_work_item_is_about_ten_bytes) {
  forget_peak();
  const long before = peak_resident_kib();
  auto source = run_kernel("many", dispatch_many);
  ASSERT_TRUE(source) << source.error().to_string();
  EXPECT_LT((peak_resident_kib() - before) * 1024 / 2'000'000, 16);
  WorkItem item;
  for (int i = 0; i < 1'500'000; ++i) ASSERT_TRUE((*source)->next(item));
  EXPECT_EQ(item.induction, (std::vector<std::int64_t>{1499, 999}));
  EXPECT_EQ(item.index, 1'499'999U);
}

}  // namespace
}  // namespace heddle::tile
