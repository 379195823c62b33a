// The drawn waveform and the save file for GTKWave.
#include "heddle/trace/wave_draw.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/trace/gtkw.h"
#include "heddle/trace/wave.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/trace/wave_truth.h"

namespace heddle::trace::test {
namespace {

constexpr const char* kVcd =
    "$timescale 1 ns $end\n$scope module soc $end\n$scope module uart $end\n"
    "$var wire 1 c clk $end\n$var wire 8 d data<\"&> [7:0] $end\n$var wire 1 z pad $end\n"
    "$upscope $end\n$scope module gpio $end\n$var wire 1 g out $end\n$upscope $end\n"
    "$upscope $end\n$enddefinitions $end\n"
    "#0\n0c\nbx d\nzz\n1g\n#50\n1c\nb11000101 d\n#100\n0c\n1z\n";

Result<std::string> draw(const WaveDrawParams& params, const std::string& vcd = kVcd) {
  auto reader = read_vcd(vcd, "draw.vcd");
  EXPECT_TRUE(reader) << (reader ? "" : reader.error().to_string());
  return draw_wave(**reader, params);
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(WaveDraw, shows_names_values_times_and_title) {
  WaveDrawParams params;
  params.globs = {"soc.uart.*"};
  params.title = "bytes < words";
  const auto svg = draw(params);
  ASSERT_TRUE(svg) << svg.error().to_string();
  EXPECT_TRUE(has(*svg, ">bytes &lt; words<"));
  EXPECT_TRUE(has(*svg, ">soc.uart \u00b7 0 ns to 100 ns<"));
  EXPECT_TRUE(has(*svg, ">clk<"));
  EXPECT_TRUE(has(*svg, ">data&lt;&quot;&amp;&gt;[7:0]<"));
  EXPECT_TRUE(has(*svg, ">xx<"));
  EXPECT_TRUE(has(*svg, ">c5<"));
  EXPECT_TRUE(has(*svg, ">20 ns<"));
  EXPECT_FALSE(has(*svg, ">out<"));
}

TEST(WaveDraw, writes_buses_in_the_radix_asked_for) {
  WaveDrawParams params;
  params.globs = {"*data*"};
  params.radix = WaveRadix::Binary;
  EXPECT_TRUE(has(*draw(params), ">11000101<"));
  params.radix = WaveRadix::Decimal;
  EXPECT_TRUE(has(*draw(params), ">197<"));  // 0b11000101
}

TEST(WaveDraw, is_an_image_that_rsvg_accepts) {
  HEDDLE_NEED_TOOL("rsvg-convert");
  ::heddle::test::ProcessOptions options;
  options.input = *draw(WaveDrawParams());
  const auto run = ::heddle::test::run_process({"rsvg-convert", "--format=png"}, options);
  EXPECT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(run.out.substr(1, 3), "PNG");
  EXPECT_GT(run.out.size(), 5000U);
}

TEST(WaveDraw, keeps_the_order_of_globs_and_draws_each_variable_once) {
  WaveDrawParams params;
  params.globs = {"gpio.out", "uart.pad", "*"};  // without the top scope
  const std::string svg = *draw(params);
  const std::size_t out = svg.find(">gpio.out<");
  const std::size_t pad = svg.find(">uart.pad<");
  const std::size_t clk = svg.find(">uart.clk<");
  EXPECT_LT(out, pad);
  EXPECT_LT(pad, clk);
  EXPECT_LT(clk, svg.size());
  EXPECT_EQ(svg.find(">gpio.out<", out + 1), std::string::npos);
}

TEST(WaveDraw, counts_the_rows_it_leaves_out) {
  WaveDrawParams params;
  params.row_count_max = 3;
  EXPECT_TRUE(has(*draw(params), ">and 1 more that match<"));
}

TEST(WaveDraw, tells_of_a_glob_without_a_match_and_names_the_nearest) {
  WaveDrawParams params;
  params.globs = {"soc.uart.clj", "*", "qqqqqqqqqqqqqqqqqqqq"};
  const auto svg = draw(params);
  ASSERT_FALSE(svg);
  ASSERT_EQ(svg.error().list().size(), 2U);
  EXPECT_EQ(svg.error().list()[0].code(), "trace.no-such-signal");
  EXPECT_EQ(svg.error().list()[0].help(), "did you mean 'soc.uart.clk'?");
  EXPECT_EQ(svg.error().list()[1].help(), "the file has 4 variables; the first is 'soc.uart.clk'");
}

TEST(WaveDraw, refuses_a_window_without_time) {
  for (const auto& [from, to] : {std::pair(50'000, 50'000), std::pair(60'000, 50'000),
                                 std::pair(100'000, 200'000), std::pair(-1, 50'000)}) {
    WaveDrawParams params;
    params.from = SimTime(from);
    params.to = SimTime(to);
    const auto svg = draw(params);
    ASSERT_FALSE(svg) << from;
    EXPECT_EQ(svg.error().list().front().code(), "trace.empty-window");
  }
}

TEST(WaveDraw, the_size_of_the_picture_does_not_grow_with_the_file) {
  const auto svg_of = [](int edges) {
    std::string vcd = "$var wire 1 c clk $end $var wire 8 d data [7:0] $end $enddefinitions $end\n";
    for (int i = 0; i < edges; ++i) {
      vcd += "#" + std::to_string(i) + "\n" + (i % 2 == 0 ? "0c" : "1c") + "\nb" +
             (i % 3 == 0 ? "101" : "11") + " d\n";
    }
    return *draw(WaveDrawParams(), vcd);
  };
  EXPECT_LT(svg_of(200'000).size(), 2 * svg_of(20'000).size());
  EXPECT_LT(svg_of(200'000).size(), 100'000U);
}

TEST(WaveDraw, axis_times_are_round_in_every_unit) {
  for (const auto& [end, tick] :
       std::vector<std::pair<std::string, std::string>>{{"9", "1 ps"},
                                                        {"1000", "0.1 ns"},
                                                        {"10000", "1 ns"},
                                                        {"40000000", "5 \u00b5s"},
                                                        {"7000000000", "1 ms"},
                                                        {"3000000000000", "0.5 s"}}) {
    const std::string svg =
        *draw(WaveDrawParams(),
              "$timescale 1 ps $end $var wire 1 c clk $end $enddefinitions $end "
              "#0 0c #" +
                  end + " 1c");
    EXPECT_TRUE(has(svg, ">" + tick + "<")) << end;
  }
}

TEST(Gtkw, lists_groups_with_their_flags) {
  WaveHierarchy tree;
  tree.enter("top");
  const std::vector<WaveBit> bus(8, WaveBit::of(WaveSource(1)));
  tree.add("clk", WaveBit::of(WaveSource(0)));
  tree.add("data", bus, {WaveKind::Wire, {}, true, 7, 0});
  tree.add("plain", bus);
  const std::vector<GtkwGroup> groups = {{"", {0}}, {"uart", {1, 2, 0}}};
  EXPECT_EQ(gtkw_text(tree, "waves.fst", groups),
            "[dumpfile] \"waves.fst\"\n[timestart] 0\n[sst_expanded] 1\n"
            "@28\ntop.clk\n@200\n-uart\n@22\ntop.data[7:0]\ntop.plain\n@28\ntop.clk\n");
  const std::string path = temp_path("waves.gtkw");
  ASSERT_TRUE(write_gtkw(path, tree, "waves.fst", groups));
  EXPECT_EQ(slurp(path), gtkw_text(tree, "waves.fst", groups));
  EXPECT_FALSE(write_gtkw(temp_path("no/such/dir/x.gtkw"), tree, "waves.fst", groups));
}

}  // namespace
}  // namespace heddle::trace::test
