// Small circuits, as Verilog in Icarus and as a Yosys netlist in every engine:
// the same outputs at every edge. All have one interface, start from known
// values, and see their data change before their clocks, as an edge does.
#include <gtest/gtest.h>

#include <array>
#include <sstream>

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
using heddle::test::text_of_file;
using testing::Draw;
using testing::program_of;
using testing::Stepper;

constexpr std::uint32_t kEdges = 400;

struct Circuit {
  std::string name;
  std::string body;  ///< inputs c0, c1, d[7:0]; output y[15:0]
};

const std::vector<Circuit> kCircuits{{"counter", R"(
  reg [15:0] q = 0;
  always @(posedge c0) if (d[0]) q <= 0; else if (d[1] | d[2]) q <= q + d;
  assign y = q;)"},
                                     {"asynchronous_controls", R"(
  reg a = 0, b = 1, e = 0;
  always @(posedge c0 or posedge d[0]) if (d[0]) a <= 0; else a <= d[2];
  always @(posedge c0 or negedge d[1]) if (!d[1]) b <= 1; else b <= d[3];
  always @(negedge c0 or posedge d[0]) if (d[0]) e <= 1; else if (d[4]) e <= ~e;
  assign y = {e, b, a};)"},
                                     {"both_edges", R"(
  reg [7:0] p = 0, n = 0;
  always @(posedge c0) p <= d ^ n;
  always @(negedge c0) n <= p;
  assign y = {p, n};)"},
                                     {"ripple_divider", R"(
  reg a = 0, b = 0, e = 0;
  reg [7:0] held = 0;
  reg [3:0] count = 0;
  always @(posedge c0) a <= ~a;
  always @(posedge a) b <= ~b;
  always @(posedge b) e <= ~e;
  always @(posedge c0) held <= d;
  always @(posedge b) count <= count + held[3:0];
  assign y = {count, held, e, b, a};)"},
                                     {"clock_multiplexer", R"(
  wire clk = d[0] ? c1 : c0;
  reg [7:0] q = 0;
  always @(posedge clk) q <= q + {d[7:1], 1'b1};
  assign y = q;)"},
                                     {"and_gated_clock", R"(
  reg enable = 0;
  reg [7:0] q = 0;
  always @(posedge c0) enable <= d[0];
  wire gated = c0 & enable;
  always @(posedge gated) q <= q + 1;
  assign y = {gated, enable, q};)"},
                                     {"latch_gated_clock", R"(
  reg latch = 0, outer = 0;
  reg [7:0] q = 0, r = 0;
  always @* if (!c0) latch = d[0];
  wire gated = c0 & latch;
  always @* if (!gated) outer = d[1];
  wire twice = gated & outer;
  always @(posedge gated) q <= q + d;
  always @(posedge twice) r <= r ^ q;
  assign y = {r, q};)"},
                                     {"open_latches", R"(
  reg a = 0, b = 0, e = 0;
  always @* if (d[0]) a = d[1];
  always @* if (d[2]) b = a;
  always @* if (!c0) e = b;
  assign y = {e, b, a};)"},
                                     {"two_clocks", R"(
  reg req = 0, ack = 0, s0 = 0, s1 = 0, t0 = 0, t1 = 0;
  reg [7:0] sent = 0, got = 0;
  always @(posedge c0) begin
    {t1, t0} <= {t0, ack};
    if (req == t1 && d[0]) begin req <= ~req; sent <= d; end
  end
  always @(posedge c1) begin
    {s1, s0} <= {s0, req};
    if (s1 != ack) begin ack <= s1; got <= sent; end
  end
  assign y = {req, ack, got};)"},
                                     {"memory_with_byte_enables", R"(
  reg [7:0] m [0:15];
  reg [7:0] q = 0;
  integer i;
  initial for (i = 0; i < 16; i = i + 1) m[i] = i * 17;
  always @(posedge c0) begin
    if (d[0]) m[d[7:4]][3:0] <= d[4:1];
    if (d[1]) m[d[7:4]][7:4] <= d[5:2];
    if (d[2]) q <= m[d[6:3]];
  end
  assign y = q;)"},
                                     {"asynchronous_read", R"(
  reg [3:0] m [0:7];
  integer i;
  initial for (i = 0; i < 8; i = i + 1) m[i] = i;
  always @(posedge c0) if (d[0]) m[d[3:1]] <= d[7:4];
  assign y = {m[d[5:3]], m[d[3:1]]};)"},
                                     {"memory_of_two_clocks", R"(
  reg [3:0] m [0:3];
  reg [3:0] q = 0;
  integer i;
  initial for (i = 0; i < 4; i = i + 1) m[i] = 0;
  always @(posedge c0) if (d[0]) m[d[2:1]] <= d[6:3];
  always @(negedge c1) q <= m[d[4:3]];
  assign y = q;)"},
                                     {"cross_coupled_gates", R"(
  wire q, nq;
  assign q = ~((d[0] & ~d[1]) | nq);
  assign nq = ~((d[1] & ~d[0]) | ~d[2] & ~d[0] | q);
  assign y = {nq, q};)"},
                                     {"data_as_clock", R"(
  reg [7:0] q = 0;
  reg [3:0] n = 0;
  always @(posedge d[3]) q <= {q[6:0], c0};
  always @(posedge c0) n <= n + q[3:0];
  assign y = {n, q};)"},
                                     {"reset_by_a_flop", R"(
  reg kick = 0;
  reg [3:0] n = 0;
  always @(posedge c0) kick <= (n == 4'd9);
  always @(posedge c0 or posedge kick) if (kick) n <= 0; else n <= n + 1;
  assign y = {kick, n};)"},
                                     {"shift_and_feedback", R"(
  reg [15:0] lfsr = 16'hACE1;
  always @(posedge c0) lfsr <= {lfsr[14:0], lfsr[15] ^ lfsr[13] ^ lfsr[12] ^ lfsr[10] ^ d[0]};
  assign y = lfsr;)"},
                                     {"constant_one", R"(
  reg q = 0, r = 0;
  always @(posedge c0) q <= 1'b1;
  always @(posedge c1) r <= q;
  assign y = {r, q};)"}};

std::string module_of(const Circuit& circuit) {
  return "module top(input c0, input c1, input [7:0] d, output [15:0] y);" + circuit.body +
         "\nendmodule\n";
}

/// One row an edge: d in bits 9 to 2, c1, c0. Clocks rise together now and then.
std::vector<std::uint32_t> stimulus(std::uint64_t seed) {
  Draw draw(seed);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t edge = 0; edge < kEdges; ++edge) {
    const std::uint32_t last = rows.empty() ? 0 : rows.back();
    const std::uint32_t d = draw.one_in(3) ? last >> 2 : draw.below(256);
    const std::uint32_t clocks = (last & 3) ^ (1 + draw.below(3));
    rows.push_back(d << 2 | clocks);
  }
  return rows;
}

std::string digits(std::uint32_t value, std::uint32_t width) {
  std::string out;
  while (width-- > 0) out += (value >> width & 1) != 0 ? '1' : '0';
  return out;
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
    #1;
    for (i = 0; i < 400; i = i + 1) begin
      d = rows[i][9:2];
      #1 {c1, c0} = rows[i][1:0];
      #1 $display("%b", y);
    end
  end
endmodule
)";

void run_or_fail(const TempDirectory& directory, const std::vector<std::string>& words,
                 std::string* out = nullptr) {
  const auto result = run_process(words, {.directory = directory.path()});
  ASSERT_EQ(result.code, 0) << words[0] << ": " << result.out << result.err;
  if (out != nullptr) *out = result.out;
}

class Conformance : public ::testing::TestWithParam<Circuit> {};

TEST_P(Conformance, gives_the_outputs_of_icarus_at_every_edge) {
  HEDDLE_NEED_TOOL("yosys");
  HEDDLE_NEED_TOOL("iverilog");
  const TempDirectory directory;
  directory.write("top.v", module_of(GetParam()));
  directory.write("bench.v", kBench);
  const std::vector<std::uint32_t> rows = stimulus(GetParam().name.size());
  std::string text;
  for (const std::uint32_t row : rows) text += digits(row, 10) + "\n";
  directory.write("rows.txt", text);
  std::string printed;
  run_or_fail(directory, {"iverilog", "-g2005", "-o", "bench", "bench.v", "top.v"});
  run_or_fail(directory, {"vvp", "-n", "bench"}, &printed);
  run_or_fail(directory, {"yosys", "-q", "-p",
                          "read_verilog top.v; hierarchy -top top; proc; flatten; opt_clean; "
                          "memory -nomap; opt_clean; techmap; simplemap; opt_clean; "
                          "write_json n.json"});
  if (HasFatalFailure()) return;

  const Result<Design> design = load_yosys_json(directory.file("n.json"));
  ASSERT_TRUE(design.has_value()) << design.error().to_string();
  const Result<FlatNetlist> flat = flatten(*design, "top");
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  Diagnostics warnings;
  Result<Model> model = build_model(*flat, warnings);
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  const Program program = program_of(std::move(*model));
  for (const std::string_view engine : backend_names()) {
    Stepper stepper(program, engine);
    std::istringstream lines(printed);
    bool has_moved = false;
    std::string first;
    for (std::uint32_t edge = 0; edge < kEdges; ++edge) {
      std::string expected;
      ASSERT_TRUE(static_cast<bool>(std::getline(lines, expected)));
      ASSERT_EQ(expected.find_first_not_of("01"), std::string::npos) << expected;
      std::vector<EdgeOp> data;
      for (std::uint32_t bit = 0; bit < 8; ++bit) {
        data.push_back(
            {stepper.input("d[" + std::to_string(bit) + "]"), rows[edge] >> (bit + 2) & 1});
      }
      const std::array clocks{EdgeOp{stepper.input("c0"), rows[edge] & 1},
                              EdgeOp{stepper.input("c1"), rows[edge] >> 1 & 1}};
      ASSERT_TRUE(stepper.edge(data, clocks)) << stepper.error();
      std::string seen;
      for (std::uint32_t bit = 16; bit-- > 0;) {
        seen += stepper.output("y[" + std::to_string(bit) + "]") ? '1' : '0';
      }
      ASSERT_EQ(seen, expected) << engine << " at edge " << edge;
      if (edge == 0) first = expected;
      has_moved = has_moved || expected != first;
    }
    EXPECT_TRUE(has_moved) << "the outputs never changed, so nothing was compared";
  }
}

INSTANTIATE_TEST_SUITE_P(Circuits, Conformance, ::testing::ValuesIn(kCircuits),
                         [](const auto& circuit) { return circuit.param.name; });

}  // namespace
}  // namespace heddle::gate
