// Circuits mapped to a real cell library (osu018, from its package): what the
// engines read from Verilog and Liberty does what Icarus does with the cells
// that Yosys makes of the same Liberty.
#include "cell_circuits.h"
#include "support/external_tool.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;
using heddle::test::TempDirectory;
using testing::CellCircuit;

/// The Liberty file where its package put it; empty without the package.
std::string liberty_file() {
  const auto listed = run_process(
      {"sh", "-c", "dpkg -L qflow-tech-osu018 2>/dev/null | grep '_stdcells[.]lib$'"}, {});
  return listed.out.substr(0, listed.out.find('\n'));
}

const std::vector<CellCircuit> kCircuits{
    {"counter", R"(
  reg [15:0] q;
  always @(posedge c0 or negedge d[7]) if (!d[7]) q <= 0; else if (d[0]) q <= q + d[6:1];
  assign y = q;)"},
    {"set_and_reset", R"(
  reg a, b, e;
  always @(posedge c0 or negedge d[7]) if (!d[7]) a <= 0; else a <= d[2];
  always @(posedge c0 or negedge d[7]) if (!d[7]) b <= 1; else b <= d[3] ^ a;
  always @(negedge c0 or negedge d[7]) if (!d[7]) e <= 1; else if (d[4]) e <= ~e;
  assign y = {e, b, a};)"},
    {"reset_by_data", R"(
  reg a, b;
  wire clear = d[0] & d[7];
  always @(posedge c0 or posedge clear) if (clear) a <= 0; else a <= d[2];
  always @(posedge c1 or posedge clear) if (clear) b <= 1; else b <= a;
  assign y = {b, a};)"},
    {"both_edges", R"(
  reg [7:0] p, n;
  always @(posedge c0) p <= d ^ (d[7] ? n : 8'h0);
  always @(negedge c0) n <= d[7] ? p : 8'h0;
  assign y = {p, n};)"},
    {"ripple_divider", R"(
  reg a, b, e;
  reg [6:0] held;
  reg [3:0] count;
  always @(posedge c0 or negedge d[7]) if (!d[7]) a <= 0; else a <= ~a;
  always @(posedge a or negedge d[7]) if (!d[7]) b <= 0; else b <= ~b;
  always @(posedge b or negedge d[7]) if (!d[7]) e <= 0; else e <= ~e;
  always @(posedge c0) held <= d[6:0];
  always @(posedge b or negedge d[7]) if (!d[7]) count <= 0; else count <= count + held[3:0];
  assign y = {count, held, e, b, a};)"},
    {"and_gated_clock", R"(
  reg enable;
  reg [7:0] q;
  always @(posedge c0 or negedge d[7]) if (!d[7]) enable <= 0; else enable <= d[0];
  wire gated = c0 & enable;
  always @(posedge gated or negedge d[7]) if (!d[7]) q <= 0; else q <= q + 1;
  assign y = {gated, enable, q};)"},
    {"latch_gated_clock", R"(
  reg latch;
  reg [7:0] q;
  always @* if (!c0) latch = d[0] & d[7];
  wire gated = c0 & latch;
  always @(posedge gated or negedge d[7]) if (!d[7]) q <= 0; else q <= q + d[6:0];
  assign y = {latch, q};)"},
    {"borrowing_latches", R"(
  reg [3:0] a, b, e;
  always @* if (c0) a = d[3:0];
  always @* if (!c0) b = a + d[6:3];
  always @* if (c0) e = b ^ a;
  assign y = {e, b, a};)"},
    {"two_clocks", R"(
  reg req, ack, s0, s1, t0, t1;
  reg [6:0] sent, got;
  always @(posedge c0 or negedge d[7])
    if (!d[7]) {t1, t0, req, sent} <= 0;
    else begin
      {t1, t0} <= {t0, ack};
      if (req == t1 && d[0]) begin req <= ~req; sent <= d[6:0]; end
    end
  always @(posedge c1 or negedge d[7])
    if (!d[7]) {s1, s0, ack, got} <= 0;
    else begin
      {s1, s0} <= {s0, req};
      if (s1 != ack) begin ack <= s1; got <= sent; end
    end
  assign y = {req, ack, got};)"},
    {"data_as_clock", R"(
  reg [7:0] q;
  reg [3:0] n;
  always @(posedge d[3] or negedge d[7]) if (!d[7]) q <= 0; else q <= {q[6:0], c0};
  always @(posedge c0 or negedge d[7]) if (!d[7]) n <= 0; else n <= n + q[3:0];
  assign y = {n, q};)"},
    {"reset_by_a_flop", R"(
  reg kick;
  reg [3:0] n;
  wire clear = kick | ~d[7];
  always @(posedge c0 or negedge d[7]) if (!d[7]) kick <= 0; else kick <= (n == 4'd9);
  always @(posedge c0 or posedge clear) if (clear) n <= 0; else n <= n + 1;
  assign y = {kick, n};)"},
    {"synchronised_reset", R"(
  reg r0, r1;
  reg [7:0] q;
  always @(posedge c0 or negedge d[7]) if (!d[7]) {r1, r0} <= 0; else {r1, r0} <= {r0, 1'b1};
  always @(posedge c0 or negedge r1) if (!r1) q <= 8'h5A; else q <= q + d[6:0];
  assign y = {r1, q};)"},
    {"scan_chain", R"(
  reg [7:0] q;
  always @(posedge c0 or negedge d[7])
    if (!d[7]) q <= 0;
    else if (d[0]) q <= {q[6:0], d[1]};
    else q <= q ^ {d[6:2], 3'b1};
  assign y = q;)"},
    {"glitch_free_multiplexer", R"(
  reg s0, s1;
  always @(negedge c0 or negedge d[7]) if (!d[7]) s0 <= 0; else s0 <= d[0] & ~s1;
  always @(negedge c1 or negedge d[7]) if (!d[7]) s1 <= 0; else s1 <= ~d[0] & ~s0;
  wire g0 = c0 & s0;
  reg [7:0] q;
  reg [3:0] n;
  always @(posedge g0 or negedge d[7]) if (!d[7]) q <= 0; else q <= q + d[6:1];
  wire g1 = c1 & s1;
  always @(posedge g1 or negedge d[7]) if (!d[7]) n <= 0; else n <= n + q[3:0];
  assign y = {s1, s0, n, q};)"},
    {"constant_one", R"(
  reg q, r;
  always @(posedge c0 or negedge d[7]) if (!d[7]) q <= 0; else q <= 1'b1;
  always @(posedge c1 or negedge d[7]) if (!d[7]) r <= 0; else r <= q;
  assign y = {r, q};)"},
};

TEST(MappedCells, do_at_every_edge_what_icarus_does) {
  HEDDLE_NEED_TOOL("yosys");
  HEDDLE_NEED_TOOL("iverilog");
  const std::string lib = liberty_file();
  if (lib.empty()) {
    ASSERT_FALSE(heddle::test::is_tool_required("yosys")) << "qflow-tech-osu018 is absent";
    GTEST_SKIP() << "the package qflow-tech-osu018 is absent";
  }
  const TempDirectory directory;
  std::string text;
  std::string script = "read_verilog rtl.v; ";
  for (const CellCircuit& circuit : kCircuits) text += testing::module_text(circuit);
  directory.write("rtl.v", text);
  script += "proc; flatten; opt; techmap; opt -fast; techmap -map " HEDDLE_SOURCE_DIR
            "/designs/synth/osu018_latches.v; dfflibmap -liberty " +
            lib + "; opt_clean; abc -liberty " + lib +
            "; opt_clean; write_verilog -noattr mapped.v; design -reset; read_liberty " + lib +
            "; write_verilog -noattr cells.v";
  const auto made = run_process({"yosys", "-q", "-p", script}, {.directory = directory.path()});
  ASSERT_EQ(made.code, 0) << made.out << made.err;
  testing::expect_suite(directory, kCircuits, {directory.file("mapped.v"), {lib}, ""},
                        {"mapped.v", "cells.v"}, 7);
}

}  // namespace
}  // namespace heddle::gate
