// The wave path against a plain model: what is written is what was meant, in
// VCD and (seen through fst2vcd) in FST.
#include <gtest/gtest.h>

#include "heddle/trace/wave.h"
#include "support/external_tool.h"
#include "support/trace/wave_truth.h"

namespace heddle::trace::test {
namespace {

WaveWriterParams fst(WavePack pack = WavePack::Lz4) {
  WaveWriterParams params;
  params.pack = pack;
  return params;
}

WaveWriterParams vcd() {
  WaveWriterParams params;
  params.format = WaveFormat::Vcd;
  return params;
}

TEST(WaveWriter, vcd_shows_what_the_model_meant) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomDump dump;
    dump.seed = seed;
    const std::string path = temp_path("model.vcd");
    const Changes expected = write_random(path, dump, vcd());
    ASSERT_EQ(changes_of_vcd(slurp(path)), expected) << seed;
  }
}

TEST(WaveWriter, fst_shows_what_the_model_meant_through_fst2vcd) {
  HEDDLE_NEED_TOOL("fst2vcd");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    RandomDump dump;
    dump.seed = seed;
    const std::string path = temp_path("model.fst");
    const Changes expected =
        write_random(path, dump, fst(seed % 2 == 0 ? WavePack::Lz4 : WavePack::Zlib));
    ASSERT_EQ(changes_of_vcd(fst_to_vcd(path)), expected) << seed;
  }
}

TEST(WaveWriter, fst_of_many_blocks_reads_as_one) {
  HEDDLE_NEED_TOOL("fst2vcd");
  RandomDump dump;
  dump.signal_count = 30;
  dump.instant_count = 20000;
  dump.change_percent = 5;
  WaveWriterParams params = fst();
  params.block_bytes_max = 1;  // the bound a signal takes over
  const std::string path = temp_path("blocks.fst");
  const Changes expected = write_random(path, dump, params);
  EXPECT_EQ(changes_of_vcd(fst_to_vcd(path)), expected);
}

TEST(WaveWriter, fst_holds_times_up_to_the_end_of_sim_time) {
  HEDDLE_NEED_TOOL("fst2vcd");
  RandomDump dump;
  dump.instant_count = 30;
  dump.step_ps_max = std::int64_t{1} << 58;
  const std::string path = temp_path("huge.fst");
  const Changes expected = write_random(path, dump, fst());
  EXPECT_EQ(changes_of_vcd(fst_to_vcd(path)), expected);
}

TEST(WaveWriter, fst_holds_wide_vectors_and_deep_scopes) {
  HEDDLE_NEED_TOOL("fst2vcd");
  RandomDump dump;
  dump.signal_count = 300;
  dump.width_max = 3000;
  dump.depth_max = 200;
  dump.instant_count = 20;
  const std::string path = temp_path("wide.fst");
  const Changes expected = write_random(path, dump, fst());
  EXPECT_EQ(changes_of_vcd(fst_to_vcd(path)), expected);
}

}  // namespace
}  // namespace heddle::trace::test
