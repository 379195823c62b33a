// The wave path under strain: threads, order, flushes, full disks.
#include <gtest/gtest.h>

#include <set>

#include "heddle/trace/wave.h"
#include "heddle/trace/wave_reader.h"
#include "support/external_tool.h"
#include "support/trace/file_size_limit.h"
#include "support/trace/wave_truth.h"

namespace heddle::trace::test {
namespace {

class BothFormats : public testing::TestWithParam<WaveFormat> {
 protected:
  [[nodiscard]] WaveWriterParams params() const {
    WaveWriterParams params;
    params.format = GetParam();
    params.block_bytes_max = 1;  // as many blocks as the writer allows
    return params;
  }
  static Changes read(const std::string& path) {
    return changes_of_vcd(GetParam() == WaveFormat::Fst ? fst_to_vcd(path) : slurp(path));
  }
};

std::string format_name(const testing::TestParamInfo<WaveFormat>& format) {
  return format.param == WaveFormat::Fst ? "fst" : "vcd";
}
INSTANTIATE_TEST_SUITE_P(Wave, BothFormats, testing::Values(WaveFormat::Fst, WaveFormat::Vcd),
                         format_name);

/// `count` nets, a change of each at each instant, in one order or the other,
/// with changes to and fro in the second.
std::string dump_in_order(const std::string& path, const WaveWriterParams& params, bool is_odd_one,
                          std::uint32_t instant_count = 2000) {
  constexpr std::uint32_t kCount = 100;
  WaveHierarchy tree;
  std::vector<WaveBit> bus;
  for (std::uint32_t i = 0; i < kCount; ++i) {
    tree.add("n" + std::to_string(i), WaveBit::of(WaveSource(i)));
    bus.push_back(WaveBit::of(WaveSource(i), i % 3 == 0));
  }
  tree.add("bus", bus);
  auto writer = WaveWriter::open(path, std::move(tree), params);
  EXPECT_TRUE(writer);
  for (std::uint32_t t = 0; t < instant_count; ++t) {
    if (is_odd_one && t % 2 == 1)
      (*writer)->time(SimTime(std::int64_t{t} * 10 - 5));  // an empty instant
    (*writer)->time(SimTime(std::int64_t{t} * 10));
    for (std::uint32_t k = 0; k < kCount; ++k) {
      const std::uint32_t i = is_odd_one ? kCount - 1 - k : k;
      const bool value = (t * 7 + i * i) % 5 == 0;
      if (is_odd_one) (*writer)->change(WaveSource(i), Logic::Z);
      (*writer)->change(WaveSource(i), logic(value));
      if (is_odd_one) (*writer)->change(WaveSource(kCount + i), Logic::One);  // shown by nothing
    }
  }
  EXPECT_TRUE((*writer)->finish());
  return slurp(path);
}

TEST_P(BothFormats, bytes_depend_on_values_alone) {
  const std::string plain = dump_in_order(temp_path("plain"), params(), false);
  EXPECT_GT(plain.size(), 2'000U);
  EXPECT_EQ(plain, dump_in_order(temp_path("odd"), params(), true));
}

TEST_P(BothFormats, helper_thread_writes_the_same_bytes) {
  // Two million words: the helper falls behind and buffers wait for it.
  constexpr std::uint32_t kInstants = 20'000;
  WaveWriterParams with = params();
  with.helper_thread = true;
  const std::string alone = dump_in_order(temp_path("alone"), params(), false, kInstants);
  EXPECT_GT(alone.size(), 10'000U);
  EXPECT_TRUE(alone == dump_in_order(temp_path("helped"), with, false, kInstants));
}

TEST_P(BothFormats, a_flushed_file_is_readable_while_it_is_being_written) {
  HEDDLE_NEED_TOOL("fst2vcd");
  const std::string path = temp_path("flushed");
  WaveHierarchy tree;
  tree.add("a", WaveBit::of(WaveSource(0)));
  auto writer = WaveWriter::open(path, std::move(tree), params());
  ASSERT_TRUE(writer);
  (*writer)->time(SimTime(5));
  (*writer)->change(WaveSource(0), Logic::One);
  ASSERT_TRUE((*writer)->flush());
  EXPECT_EQ(read(path), (Changes{"5 a 1"}));
  (*writer)->time(SimTime(7));
  (*writer)->change(WaveSource(0), Logic::Zero);
  ASSERT_TRUE((*writer)->flush());
  EXPECT_EQ(read(path), (Changes{"5 a 1", "7 a 0"}));
  (*writer)->time(SimTime(7));
  (*writer)->change(WaveSource(0), Logic::X);
  (*writer)->time(SimTime(90));
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ(read(path), (Changes{"5 a 1", "7 a 0", "7 a x"}));
}

TEST_P(BothFormats, ends_at_the_last_time_though_nothing_changed) {
  HEDDLE_NEED_TOOL("fst2vcd");
  const std::string path = temp_path("quiet_end");
  WaveHierarchy tree;
  tree.add("a", WaveBit::of(WaveSource(0)));
  auto writer = WaveWriter::open(path, std::move(tree), params());
  ASSERT_TRUE(writer);
  (*writer)->time(SimTime(5));
  (*writer)->time(SimTime(1000));
  ASSERT_TRUE((*writer)->finish());
  auto reader = WaveReader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->info().start, SimTime(5));
  EXPECT_EQ((*reader)->info().end, SimTime(1000));
  EXPECT_EQ(read(path), (Changes{"5 a x"}));
}

TEST(FstWriter, keeps_the_header_up_to_date) {
  const std::string path = temp_path("header.fst");
  WaveHierarchy tree;
  tree.enter("top");
  tree.alias("b", tree.add("a", WaveBit::of(WaveSource(0))));
  auto writer = WaveWriter::open(path, std::move(tree));
  ASSERT_TRUE(writer);
  const auto field = [&](std::size_t at) {
    const std::string bytes = slurp(path).substr(at, 8);
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  };
  (*writer)->time(SimTime(5));
  (*writer)->change(WaveSource(0), Logic::One);
  ASSERT_TRUE((*writer)->flush());
  EXPECT_EQ(field(9), 5U);   // start
  EXPECT_EQ(field(17), 5U);  // end
  EXPECT_EQ(field(65), 1U);  // value-change sections
  (*writer)->time(SimTime(777));
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ(field(17), 777U);
  EXPECT_EQ(field(41), 1U);  // scopes
  EXPECT_EQ(field(49), 2U);  // variables
  EXPECT_EQ(field(57), 1U);  // signals
  EXPECT_EQ(field(65), 2U);
  EXPECT_EQ((*writer)->stats().block_count, 2U);
  EXPECT_EQ((*writer)->stats().change_count, 1U);
  EXPECT_EQ((*writer)->stats().written_bytes, slurp(path).size());
}

TEST_P(BothFormats, a_dump_without_an_instant_is_a_readable_file) {
  HEDDLE_NEED_TOOL("fst2vcd");
  const std::string path = temp_path("nothing");
  WaveHierarchy tree;
  tree.add("a", WaveBit::of(WaveSource(0)));
  tree.add("one", WaveBit::constant(Logic::One));
  auto writer = WaveWriter::open(path, std::move(tree), params());
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->finish());
  EXPECT_EQ(read(path), (Changes{"0 a x", "0 one 1"}));
}

TEST_P(BothFormats, a_full_device_is_told_and_changes_are_dropped) {
  for (const bool helper : {false, true}) {
    WaveHierarchy tree;
    tree.add("a", WaveBit::of(WaveSource(0)));
    WaveWriterParams with = params();
    with.helper_thread = helper;
    auto writer = WaveWriter::open("/dev/full", std::move(tree), with);
    ASSERT_TRUE(writer);
    (*writer)->time(SimTime(1));
    EXPECT_FALSE((*writer)->flush());
    EXPECT_FALSE((*writer)->ok());
    (*writer)->time(SimTime(2));
    (*writer)->change(WaveSource(0), Logic::One);
    const Status end = (*writer)->finish();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().list().front().code(), "file.write-failed");
  }
}

TEST_P(BothFormats, what_was_written_before_the_disk_was_full_is_readable) {
  HEDDLE_NEED_TOOL("fst2vcd");
  RandomDump dump;
  dump.instant_count = 5000;
  const Changes all = write_random(temp_path("whole"), dump, params());
  ASSERT_GT(slurp(temp_path("whole")).size(), 150'000U);
  for (const std::uint64_t limit : {50'000U, 90'001U, 123'456U}) {
    const std::string path = temp_path("cut");
    Status end;
    {
      const FileSizeLimit guard(limit);
      end = write_random_status(path, dump, params());
    }
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().list().front().code(), "file.write-failed");
    EXPECT_LE(slurp(path).size(), limit);
    EXPECT_TRUE(WaveReader::open(path)) << limit;  // fst2vcd overlooks half a section
    const Changes some = read(path);
    ASSERT_GT(some.size(), 1000U) << limit;
    ASSERT_LT(some.size(), all.size());
    if (GetParam() == WaveFormat::Vcd) {
      // The last instant may be there in part.
      const std::set<std::string> known(all.begin(), all.end());
      for (const std::string& line : some) ASSERT_TRUE(known.contains(line)) << line;
    } else {
      EXPECT_EQ(some, Changes(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(some.size())));
    }
  }
}

}  // namespace
}  // namespace heddle::trace::test
