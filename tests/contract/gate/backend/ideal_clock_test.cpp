// Ideal clock trees: flops on derived clocks take what stood before the instant.
// Against a formula; against Icarus, where what such flops read comes late; and
// event engine against reference on random designs, with and without x.
#include <gtest/gtest.h>

#include <array>
#include <sstream>

#include "gate/model/ideal_clocks.h"
#include "heddle/gate/netlist.h"
#include "heddle/gate/yosys_json.h"
#include "support/external_tool.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;
using heddle::test::TempDirectory;
using testing::Draw;
using testing::program_of;
using testing::random_model;
using testing::Stepper;

constexpr std::uint32_t kEdges = 400;
using Names = std::vector<std::string>;

/// A divider by two, a flop on its clock behind a flop on the clock it divides.
constexpr const char* kDivider = R"(
module top(input c0, input c1, input [7:0] d, output [15:0] y);
  reg half = 0;
  reg [7:0] held = 0, seen = 0;
  always @(posedge c0) half <= ~half;
  always @(posedge c0) held <= d;
  always @(posedge half) seen <= held;
  assign y = {seen, held};
endmodule
)";

/// `OLD(x)` is x, for Icarus as it was before the instant.
constexpr const char* kMixed = R"(
module top(input c0, input c1, input [7:0] d, output [15:0] y);
  reg a = 0, b = 0, open = 0;
  reg [3:0] n = 0, held = 0, gated_n = 0, muxed = 0, own = 0;
  reg [3:0] m [0:3];
  integer i;
  initial for (i = 0; i < 4; i = i + 1) m[i] = i;
  always @(posedge c0) a <= ~a;
  always @(posedge a) b <= ~`OLD(b);
  always @(posedge c0) held <= d[3:0];
  wire [3:0] sum = n ^ held;
  always @(negedge b or posedge d[7]) if (d[7]) n <= 0; else n <= `OLD(sum) + 1;
  always @(posedge c0) open <= d[4];
  wire gated = c0 & open;
  always @(posedge gated) gated_n <= `OLD(gated_n) + `OLD(held);
  wire either = d[5] ? c1 : a;
  always @(posedge either) muxed <= `OLD(held);
  always @(posedge c1) own <= held;
  wire [1:0] at = held[1:0];
  wire [3:0] data = held ^ muxed;
  always @(posedge a) if (`OLD(held[2])) m[`OLD(at)] <= `OLD(data);
  assign y = {own ^ m[d[1:0]], muxed, gated_n, n};
endmodule
)";

/// One row an edge: d in bits 9 to 2, c1, c0.
std::vector<std::uint32_t> stimulus() {
  Draw draw(77);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t edge = 0; edge < kEdges; ++edge) {
    const std::uint32_t last = rows.empty() ? 0 : rows.back();
    const std::uint32_t d = draw.one_in(3) ? last >> 2 : draw.below(draw.one_in(4) ? 256 : 128);
    rows.push_back(d << 2 | ((last & 3) ^ (1 + draw.below(3))));
  }
  return rows;
}

constexpr const char* kBench = R"(
module bench;
  reg c0 = 0, c1 = 0;
  reg [7:0] d = 0;
  wire [15:0] y;
  reg [9:0] rows [0:399];
  integer i;
  top dut(.c0(c0), .c1(c1), .d(d), .y(y));
  initial begin
    $readmemb("rows.txt", rows);
    #10;
    for (i = 0; i < 400; i = i + 1) begin
      d = rows[i][9:2];
      #10 {c1, c0} = rows[i][1:0];
      #10 $display("%b", y);
    end
  end
endmodule
)";

/// The source with every `OLD(x)` written out: plain, or as a net that follows x
/// three units later.
std::string written_out(std::string text, bool is_late) {
  std::string late;
  for (std::size_t at = text.find("`OLD("), k = 0; at != std::string::npos;
       at = text.find("`OLD("), ++k) {
    const std::size_t end = text.find(')', at);
    const std::string what = text.substr(at + 5, end - at - 5);
    const std::string name = is_late ? "old" + std::to_string(k) : what;
    text.replace(at, end + 1 - at, name);
    if (is_late) late += "  wire [3:0] " + name + ";\n  assign #3 " + name + " = " + what + ";\n";
  }
  return text.insert(text.rfind("endmodule"), late);
}

std::string digits(std::uint32_t value, std::uint32_t width) {
  std::string out;
  while (width-- > 0) out += (value >> width & 1) != 0 ? '1' : '0';
  return out;
}

void run_or_fail(const TempDirectory& directory, const std::vector<std::string>& words,
                 std::string* out = nullptr) {
  const auto result = run_process(words, {.directory = directory.path()});
  ASSERT_EQ(result.code, 0) << words[0] << ": " << result.out << result.err;
  if (out != nullptr) *out = result.out;
}

Model model_of(const std::string& verilog, const Names& ideal) {
  const TempDirectory directory;
  directory.write("top.v", verilog);
  run_or_fail(directory, {"yosys", "-q", "-p",
                          "read_verilog top.v; hierarchy -top top; proc; flatten; opt_clean; "
                          "memory -nomap; opt_clean; techmap; simplemap; opt_clean; "
                          "write_json n.json"});
  const Result<Design> design = load_yosys_json(directory.file("n.json"));
  EXPECT_TRUE(design.has_value()) << design.error().to_string();
  if (!design) return {};
  const Result<FlatNetlist> flat = flatten(*design, "top");
  EXPECT_TRUE(flat.has_value()) << flat.error().to_string();
  Diagnostics warnings;
  Result<Model> model = build_model(*flat, warnings, {}, false, ideal);
  EXPECT_TRUE(model.has_value()) << model.error().to_string();
  return model ? std::move(*model) : Model();
}

/// The outputs after each row, and the last digest.
struct Played {
  std::string text;
  std::uint64_t digest = 0;
  friend bool operator==(const Played&, const Played&) = default;
};

Played play(const Program& program, std::string_view engine,
            const std::vector<std::uint32_t>& rows) {
  Stepper stepper(program, engine, {.digests = true});
  Played played;
  for (const std::uint32_t row : rows) {
    std::vector<EdgeOp> data;
    for (std::uint32_t bit = 0; bit < 8; ++bit) {
      data.push_back({stepper.input("d[" + std::to_string(bit) + "]"), row >> (bit + 2) & 1});
    }
    const std::array clocks{EdgeOp{stepper.input("c0"), row & 1},
                            EdgeOp{stepper.input("c1"), row >> 1 & 1}};
    EXPECT_TRUE(stepper.edge(data, clocks)) << stepper.error();
    for (std::uint32_t bit = 16; bit-- > 0;) {
      played.text += stepper.output("y[" + std::to_string(bit) + "]") ? '1' : '0';
    }
    played.text += '\n';
  }
  played.digest = stepper.digest();
  return played;
}

TEST(IdealClock, a_flop_on_a_divided_clock_takes_what_stood_before_the_instant) {
  HEDDLE_NEED_TOOL("yosys");
  std::vector<std::uint32_t> rows;
  std::string old_text;
  std::string new_text;
  std::uint32_t seen_old = 0;
  std::uint32_t seen_new = 0;
  for (std::uint32_t k = 1; k <= 100; ++k) {  // the k-th rising edge of c0 takes k
    if (k % 2 == 1) seen_old = k - 1;         // half rises at the odd ones
    if (k % 2 == 1) seen_new = k;
    for (const std::uint32_t c0 : {1U, 0U}) {
      rows.push_back(k << 2 | c0);
      old_text += digits(seen_old << 8 | k, 16) + "\n";
      new_text += digits(seen_new << 8 | k, 16) + "\n";
    }
  }
  const Program ideal = program_of(model_of(kDivider, {"c0"}));
  const Program rounds = program_of(model_of(kDivider, {}));
  const Program other = program_of(model_of(kDivider, {"c1"}));
  EXPECT_GE(ideal.model.instant, 0);
  EXPECT_LT(rounds.model.instant, 0);
  EXPECT_LT(other.model.instant, 0) << "no edge is derived from c1";
  for (const std::string_view engine : backend_names()) {
    EXPECT_EQ(play(ideal, engine, rows).text, old_text) << engine;
    EXPECT_EQ(play(rounds, engine, rows).text, new_text) << engine;
    EXPECT_EQ(play(other, engine, rows).text, new_text) << engine;
    EXPECT_EQ(play(ideal, engine, rows).digest, play(ideal, "reference", rows).digest) << engine;
  }
}

TEST(IdealClock, agrees_with_icarus_where_derived_flops_read_late_nets) {
  HEDDLE_NEED_TOOL("yosys");
  HEDDLE_NEED_TOOL("iverilog");
  const std::vector<std::uint32_t> rows = stimulus();
  std::string text;
  for (const std::uint32_t row : rows) text += digits(row, 10) + "\n";
  std::vector<std::string> printed(2);
  for (const bool is_late : {false, true}) {
    const TempDirectory directory;
    directory.write("rows.txt", text);
    directory.write("bench.v", kBench);
    directory.write("top.v", written_out(kMixed, is_late));
    run_or_fail(directory, {"iverilog", "-g2005", "-o", "bench", "bench.v", "top.v"});
    run_or_fail(directory, {"vvp", "-n", "bench"}, &printed[is_late ? 1 : 0]);
  }
  ASSERT_NE(printed[0], printed[1]) << "the two never differ, so nothing is compared";
  const Program rounds = program_of(model_of(written_out(kMixed, false), {}));
  const Program ideal = program_of(model_of(written_out(kMixed, false), {"c0"}));
  for (const std::string_view engine : backend_names()) {
    EXPECT_EQ(play(rounds, engine, rows).text, printed[0]) << engine;
    EXPECT_EQ(play(ideal, engine, rows).text, printed[1]) << engine;
    EXPECT_EQ(play(ideal, engine, rows), play(ideal, "reference", rows)) << engine;
  }
}

/// Digests of edges at random, clocks among them.
std::vector<std::uint64_t> digests_of(const Program& program, std::string_view engine,
                                      std::uint64_t seed, bool has_x, bool restores) {
  BackendOptions options{.digests = true};
  options.x.is_on = has_x;
  Stepper stepper(program, engine, options);
  std::vector<std::uint64_t> digests;
  for (std::uint32_t edge = 0; edge < 40; ++edge) {
    Draw draw(seed * 1'000'003 + edge);
    std::vector<EdgeOp> data;
    for (std::uint32_t i = 2; i < 6; ++i) {
      if (draw.one_in(3)) data.push_back({i, draw.below(2)});
    }
    const std::array clocks{EdgeOp{0, draw.below(2)}, EdgeOp{1, draw.below(2)}};
    if (!stepper.edge(data, clocks)) break;
    digests.push_back(stepper.digest());
    if (restores && edge == 20) stepper.backend().restore(stepper.backend().save());
  }
  return digests;
}

TEST(IdealClock, engines_agree_on_random_designs_with_x_and_from_snapshots) {
  std::uint32_t differing = 0;
  std::uint32_t whole = 0;
  for (std::uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Model model = random_model(seed, {});
    for (StateBit& state : model.states)
      state.is_unknown = (seed + model.aig.node_count()) % 3 == 0;
    const Program rounds = program_of(model);
    hold_for_ideal_clocks(model, Names{model.inputs[0].name, model.inputs[1].name});
    const Program ideal = program_of(std::move(model));
    for (const bool has_x : {false, true}) {
      const auto expected = digests_of(ideal, "reference", seed, has_x, false);
      EXPECT_EQ(digests_of(ideal, "event", seed, has_x, false), expected);
      EXPECT_EQ(digests_of(ideal, "event", seed, has_x, true), expected);
      if (expected.size() == 40) ++whole;
      if (!has_x && expected != digests_of(rounds, "reference", seed, has_x, false)) ++differing;
    }
  }
  EXPECT_GT(whole, 200U);
  EXPECT_GE(differing, 10U) << "almost no design has a path on which the two differ";
}

}  // namespace
}  // namespace heddle::gate
