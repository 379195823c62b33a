// Every kind of cell that Liberty and Verilog libraries can describe, in a
// library of ours: as Liberty against behavioural models, as tables of
// user-defined primitives against Icarus running the same tables.
#include "cell_circuits.h"
#include "support/external_tool.h"

namespace heddle::gate {
namespace {

using heddle::test::TempDirectory;
using testing::CellCircuit;

constexpr const char* kLiberty = R"LIB(
/* A library with one cell of each kind. */
library (own) {
  delay_model : table_lookup;
  type (bus4) { base_type : array; data_type : bit; bit_width : 4; bit_from : 3; bit_to : 0; }
  type (up4) { base_type : array; data_type : bit; bit_width : 4; bit_from : 0; bit_to : 3; }
  cell (gates) {
    pg_pin (VDD) { pg_type : primary_power; voltage_name : VDD; }
    pin (A) { direction : input; capacitance : 1.0; }
    pin (B, C, D) { direction : input }
    pin (Y0) { direction : output; function : "A B + !C ^ D'"; }
    pin (Y1) { direction : output; function : "(A*B)' | (C&D)"; timing () { related_pin : "A";
      cell_rise (t) { index_1 ("1, 2"); values ("1, 2", \
        "3, {4}"); } } }
    pin (Y2) { direction : output; function : "!(A ^ B ^ C) + 0"; }
    pin (Y3) { direction : output; function : "!(!A + B) \
      + C' D"; }
  }
  cell (adder) {
    pin (A) { direction : input; } pin (B) { direction : input; } pin (CI) { direction : input; }
    pin (S) { direction : output; function : "A ^ B ^ CI"; }
    pin (CO) { direction : output; function : "(A B) + (A CI) + (B CI)"; }
  }
  cell (flop_both) {
    ff (IQ, IQN) {
      clocked_on : "CK"; next_state : "D"; clear : "!RN"; preset : "!SN";
      clear_preset_var1 : H; clear_preset_var2 : H;
    }
    pin (CK) { direction : input; clock : true; } pin (D, RN, SN) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; } pin (QN) { direction : output; function : "IQN"; }
  }
  cell (flop_neither) {
    ff (IQ, IQN) {
      clocked_on : "CK"; next_state : "D"; clear : "R"; preset : "S";
      clear_preset_var1 : N; clear_preset_var2 : N;
    }
    pin (CK, D, R, S) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (flop_scan) {
    ff (IQ, IQN) { clocked_on : "CK'"; next_state : "(SE SI) + (!SE ((E D) + (!E IQ)))"; clear : "R"; }
    pin (CK, D, E, SE, SI, R) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
    test_cell () {
      ff (IQ, IQN) { clocked_on : "CK'"; next_state : "D"; }
      pin (SI) { direction : input; signal_type : test_scan_in; }
      pin (Q) { direction : output; function : "IQN"; }
    }
  }
  cell (gated_flop) {
    ff (IQ, IQN) { clocked_on : "CK EN"; next_state : "D"; clear : "R"; }
    pin (CK, EN, D, R) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (flop_bank) {
    ff_bank (IQ, IQN, 4) { clocked_on : "CK"; next_state : "D ^ IQ"; clear : "R"; }
    pin (CK, R) { direction : input; }
    bus (D) { bus_type : bus4; direction : input; }
    bus (Q) { bus_type : bus4; direction : output; function : "IQ"; }
    bus (U) { bus_type : up4; direction : output; function : "IQN"; }
  }
  cell (latch_bank) {
    latch_bank (IQ, IQN, 2) { enable : "G"; data_in : "D"; clear : "R"; }
    pin (G, R) { direction : input; }
    bundle (D) { members (DA, DB); direction : input; }
    bundle (Q) { members ("QA, QB"); direction : output; function : "IQ"; }
  }
  cell (set_latch) {
    latch (IQ, IQN) { clear : "R"; preset : "S"; clear_preset_var1 : L; }
    pin (R, S) { direction : input; }
    pin (Q) { direction : output; function : "IQ"; }
  }
  cell (gate_table) {
    clock_gating_integrated_cell : "latch_posedge_precontrol";
    statetable ("CK E SE", "IQ") {
      table : "L L L : - : L, L L H : - : H, L H L : - : H, L H H : - : H, H - - : - : N";
    }
    pin (CK) { direction : input; clock_gate_clock_pin : true; }
    pin (E, SE) { direction : input; }
    pin (IQ) { direction : internal; internal_node : "IQ"; }
    pin (GCK) { direction : output; state_function : "CK * IQ"; clock_gate_out_pin : true; }
  }
  cell (gate_kind) {
    clock_gating_integrated_cell : "latch_posedge_postcontrol";
    pin (CK) { direction : input; clock_gate_clock_pin : true; }
    pin (E) { direction : input; clock_gate_enable_pin : true; }
    pin (SE) { direction : input; clock_gate_test_pin : true; }
    pin (GCK) { direction : output; clock_gate_out_pin : true; }
  }
  cell (gate_low) {
    clock_gating_integrated_cell : "latch_negedge";
    pin (CK) { direction : input; clock_gate_clock_pin : true; }
    pin (E) { direction : input; clock_gate_enable_pin : true; }
    pin (GCK) { direction : output; clock_gate_out_pin : true; }
  }
  cell (flop_table) {
    statetable ("D CP R", "Q QN") {
      table : "- - H : - - : L H, L/H R L : - - : L/H H/L, - ~R L : - - : N N";
    }
    pin (D, CP, R) { direction : input; }
    pin (Q) { direction : output; internal_node : "Q"; }
    pin (QN) { direction : output; internal_node : "QN"; }
  }
  cell (driver) {
    pin (A, EN) { direction : input; }
    pin (Y) { direction : output; function : "!A"; three_state : "EN"; }
  }
  cell (filler) { area : 1.0; pg_pin (VDD) { pg_type : primary_power; } }
  cell (antenna) { pin (A) { direction : input; } }
}
)LIB";

constexpr const char* kModels = R"LIB(
module gates(input A, B, C, D, output Y0, Y1, Y2, Y3, inout VDD);
  assign Y0 = (A & B) | ((~C) ^ (~D));
  assign Y1 = ~(A & B) | (C & D);
  assign Y2 = ~(A ^ B ^ C);
  assign Y3 = (A & ~B) | (~C & D);
endmodule
module adder(input A, B, CI, output S, CO);
  assign {CO, S} = A + B + CI;
endmodule
module flop_both(input CK, D, RN, SN, output Q, QN);
  reg q;
  always @(posedge CK) if (RN & SN) q <= D;
  always @(RN or SN) if (!SN) q <= 1; else if (!RN) q <= 0;
  assign Q = q;
  assign QN = (!RN & !SN) ? 1'b1 : ~q;
endmodule
module flop_neither(input CK, D, R, S, output Q);
  reg q;
  always @(posedge CK) if (!R & !S) q <= D;
  always @(R or S) if (R & ~S) q <= 0; else if (S & ~R) q <= 1;
  assign Q = q;
endmodule
module flop_scan(input CK, D, E, SE, SI, R, output Q);
  reg q;
  always @(negedge CK or posedge R)
    if (R) q <= 0; else if (SE) q <= SI; else if (E) q <= D;
  assign Q = q;
endmodule
module gated_flop(input CK, EN, D, R, output Q);
  reg q;
  wire clock = CK & EN;
  always @(posedge clock or posedge R) if (R) q <= 0; else q <= D;
  assign Q = q;
endmodule
module flop_bank(input CK, R, input [3:0] D, output [3:0] Q, output [0:3] U);
  reg [3:0] q;
  always @(posedge CK or posedge R) if (R) q <= 0; else q <= D ^ q;
  assign Q = q;
  assign U = ~q;
endmodule
module latch_bank(input G, R, DA, DB, output QA, QB);
  reg a, b;
  always @* if (R) {a, b} = 0; else if (G) {a, b} = {DA, DB};
  assign QA = a, QB = b;
endmodule
module set_latch(input R, S, output Q);
  reg q;
  always @* if (R) q = 0; else if (S) q = 1;
  assign Q = q;
endmodule
module gate_table(input CK, E, SE, output GCK);
  reg q;
  always @* if (!CK) q = E | SE;
  assign GCK = CK & q;
endmodule
module gate_kind(input CK, E, SE, output GCK);
  reg q;
  always @* if (!CK) q = E;
  assign GCK = CK & (q | SE);
endmodule
module gate_low(input CK, E, output GCK);
  reg q;
  always @* if (CK) q = E;
  assign GCK = CK | ~q;
endmodule
module flop_table(input D, CP, R, output Q, QN);
  reg q;
  always @(posedge CP or posedge R) if (R) q <= 0; else q <= D;
  assign Q = q, QN = ~q;
endmodule
module driver(input A, EN, output Y);
  assign Y = EN ? 1'bz : ~A;
endmodule
module filler(inout VDD);
endmodule
module antenna(input A);
endmodule
)LIB";

const std::vector<CellCircuit>& liberty_circuits() {
  static const std::vector<CellCircuit> kAll{
      {"t_gates", R"(
  supply1 VDD;
  gates u (.A(d[0]), .B(d[1]), .C(d[2]), .D(d[3]), .Y0(y[0]), .Y1(y[1]), .Y2(y[2]), .Y3(y[3]),
           .VDD(VDD));
  adder a (.A(d[0]), .B(d[1]), .CI(d[2]), .S(y[4]), .CO(y[5]));
  filler f0 (.VDD(VDD));
  filler f1 ();
  antenna x (.A(d[3]));
  assign y[15:6] = {d[7:4], 1'b0, 2'b10, {3{d[0]}}};)"},
      {"t_flop_both", R"(
  wire sn, rn;
  assign sn = d[1] | d[2];
  assign rn = d[7] & (d[3] | d[4]);
  flop_both u (.CK(c0), .D(d[0]), .RN(rn), .SN(sn), .Q(y[0]), .QN(y[1]));
  assign y[15:2] = 14'b0;)"},
      {"t_flop_neither", R"(
  flop_neither u (.CK(c0), .D(d[0]), .R(d[5]), .S(d[6]), .Q(y[0]));
  assign y[15:1] = 0;)"},
      {"t_flop_scan", R"(
  wire [4:0] \q.x ;
  wire r;
  assign r = ~d[7];
  flop_scan u0 (.CK(c0), .D(d[0]), .E(d[1]), .SE(d[2]), .SI(d[3]), .R(r), .Q(\q.x [0]));
  flop_scan u1 (.CK(c0), .D(\q.x [0]), .E(d[1]), .SE(d[2]), .SI(\q.x [0]), .R(r), .Q(\q.x [1]));
  flop_scan u2 (.CK(c0), .D(\q.x [1]), .E(1'b1), .SE(d[2]), .SI(\q.x [1]), .R(r), .Q(\q.x [2]));
  gated_flop u3 (.CK(c0), .EN(d[4]), .D(d[5]), .R(r), .Q(\q.x [3]));
  flop_table u4 (d[6], c1, r, \q.x [4], y[15]);
  assign y[14:0] = {10'd0, \q.x };)"},
      {"t_banks", R"(
  wire [3:0] q, e;
  flop_bank u (.CK(c0), .R(~d[7]), .D(d[3:0]), .Q(q), .U(e));
  latch_bank l (.G(c1), .R(~d[7]), .DA(d[4]), .DB(q[0]), .QA(y[0]), .QB(y[1]));
  set_latch s (.R(d[5] | ~d[7]), .S(d[6]), .Q(y[2]));
  assign y[15:3] = {5'h0, e, q};)"},
      {"t_clock_gates", R"(
  wire g0, g1, g2, r;
  wire [3:0] a, b, e;
  assign r = ~d[7];
  gate_table t (.CK(c0), .E(d[0]), .SE(d[1]), .GCK(g0));
  gate_kind k (.CK(c0), .E(d[2]), .SE(1'b0), .GCK(g1));
  gate_low l (.CK(c1), .E(d[3]), .GCK(g2));
  flop_bank ua (.CK(g0), .R(r), .D(d[6:3]), .Q(a), .U());
  flop_bank ub (.CK(g1), .R(r), .D(a), .Q(b), .U());
  flop_bank ue (.CK(g2), .R(r), .D(d[3:0]), .Q(e), .U());
  assign y = {1'b0, g2, g1, g0, e, b, a};)"},
      {"t_shared_net", R"(
  wire bus;
  driver a (.A(d[0]), .EN(d[1]), .Y(bus));
  driver b (.A(d[2]), .EN(~d[1]), .Y(bus));
  assign y = {15'd0, bus};)"},
  };
  return kAll;
}

TEST(OwnLibertyCells, do_at_every_edge_what_their_models_do_in_icarus) {
  HEDDLE_NEED_TOOL("iverilog");
  const TempDirectory directory;
  std::string text;
  for (const CellCircuit& circuit : liberty_circuits()) text += testing::module_text(circuit);
  directory.write("netlist.v", text);
  directory.write("own.lib", kLiberty);
  directory.write("models.v", kModels);
  testing::expect_suite(directory, liberty_circuits(),
                        {directory.file("netlist.v"), {directory.file("own.lib")}, ""},
                        {"netlist.v", "models.v"}, 11);
}

TEST(OwnCells, a_ring_of_gates_that_oscillates_is_an_error_that_names_it) {
  const TempDirectory directory;
  const std::string path = directory.write("ring.v",
                                           "module top(input e, output y);\n  wire ring, back;\n"
                                           "  nand (ring, e, back);\n  buf (back, ring);\n"
                                           "  buf (y, ring);\nendmodule\n");
  const Result<Design> design = load_design({path, {}, ""});
  ASSERT_TRUE(design.has_value()) << design.error().to_string();
  const Result<FlatNetlist> flat = flatten(*design, "top");
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  Diagnostics warnings;
  Result<Model> model = build_model(*flat, warnings);
  ASSERT_TRUE(model.has_value()) << model.error().to_string();
  ASSERT_EQ(warnings.list().size(), 1U);
  EXPECT_EQ(warnings.list()[0].code(), "gate.model.combinational-loop");
  const Program program = testing::program_of(std::move(*model));
  for (const std::string_view engine : backend_names()) {
    testing::Stepper stepper(program, engine);
    ASSERT_TRUE(stepper.edge({{"e", 0}}, {})) << stepper.error();
    EXPECT_TRUE(stepper.output("y"));
    ASSERT_FALSE(stepper.edge({{"e", 1}}, {})) << engine;
    EXPECT_NE(stepper.error().find("gate.run.no-fixpoint"), std::string::npos);
    const bool is_named = stepper.error().find("ring") != std::string::npos ||
                          stepper.error().find("back") != std::string::npos;
    EXPECT_TRUE(is_named) << stepper.error();
  }
}

constexpr const char* kTables = R"LIB(
`timescale 1ns / 1ps
`define DELAY #1
`celldefine
primitive p_mux (q, a, b, s);
  output q; input a, b, s;
  table  // a b s : q
    1 ? 0 : 1 ;
    0 ? 0 : 0 ;
    ?11:1;
    ?01:0;
    0 0 x : 0 ;
    1 1 x : 1 ;
  endtable
endprimitive
primitive p_dff (q, d, c, r, s, n);
  output q; reg q; input d, c, r, s, n;
  table
    1 (01) 0 0 ? : ? : 1 ;  // a comment; with a semicolon
    0 r 0 0 ? : ? : 0 ;
    1 (x1) 0 0 ? : 1 : 1 ;
    0 (x1) 0 0 ? : 0 : 0 ;
    ? (?0) 0 0 ? : ? : - ;
    ? (1x) 0 0 ? : ? : - ;
    * ? 0 0 ? : ? : - ;
    ? ? 1 ? ? : ? : 0 ;
    ? ? 0 1 ? : ? : 1 ;
    ? ? (?0) 0 ? : ? : - ;
    ? ? 0 (?0) ? : ? : - ;
    ? ? ? ? * : ? : x ;
  endtable
endprimitive
primitive p_toggle (output reg q, input t, input c, input r);
  table
    ? ? 1 : ? : 0 ;
    1 f 0 : 0 : 1 ;
    1 f 0 : 1 : 0 ;
    0 f 0 : ? : - ;
    ? (?1) 0 : ? : - ;
    ? (0x) 0 : ? : - ;
    * ? 0 : ? : - ;
    ? ? (?0) : ? : - ;
  endtable
endprimitive
primitive p_jk (q, j, k, c, r);
  output q; input j, k, c, r; reg q;
  initial q = 1'b0;
  table
    ? ? ? 1 : ? : 0 ;
    0 0 r 0 : ? : - ;
    0 1 r 0 : ? : 0 ;
    1 0 r 0 : ? : 1 ;
    1 1 r 0 : 0 : 1 ;
    1 1 r 0 : 1 : 0 ;
    ? ? f 0 : ? : - ;
    * ? ? 0 : ? : - ;
    ? * ? 0 : ? : - ;
    ? ? ? n : ? : - ;
  endtable
endprimitive
primitive p_latch (q, d, g, r);
  output q; reg q; input d, g, r;
  table
    ? ? 1 : ? : 0 ;
    1 1 0 : ? : 1 ;
    0 1 0 : ? : 0 ;
    ? 0 0 : ? : - ;
  endtable
endprimitive
primitive p_set (q, s, r);
  output q; reg q; input s, r;
  table
    1 0 : ? : 1 ;
    ? 1 : ? : 0 ;
    0 0 : ? : - ;
  endtable
endprimitive
module DFF (Q, QN, D, C, R, S);
  output Q, QN; input D, C, R, S;
  reg notifier;
  wire q;
  p_dff (q, D, C, R, S, notifier);
  buf `DELAY (Q, q);
  not #(1, 1) (QN, q);
`ifdef TIMED
  garbage that nobody reads
`else
  specify
    specparam tpd = 1.0;
    (C => Q) = (tpd, tpd);
    $setuphold(posedge C, D, 0.1, 0.1, notifier);
  endspecify
`endif
endmodule
module MUX (output Y, input A, B, S);
  p_mux u (Y, A, B, S);
endmodule
module TFF (output Q, input T, C, R);
  wire q;
  p_toggle #1 u (q, T, C, R);
  assign Q = q;
endmodule
module JK (output Q, input J, K, C, R);
  p_jk #(1) u (Q, J, K, C, R);
endmodule
module LATCH1 (output Q, input D, G, R);
  p_latch u (Q, D, G, R);
endmodule
module SR (output Q, input S, R);
  p_set u (Q, S, R);
endmodule
module GATES (output [7:0] Y, input A, B, C);
  and (Y[0], A, B, C);
  nand g1 (Y[1], A, B, C), g2 (Y[2], A, B);
  or (strong0, strong1) #0.5 g3 (Y[3], A, B, C);
  nor (Y[4], A, B);
  xor (Y[5], A, B, C);
  xnor (Y[6], A, B, C);
  assign #1 Y[7] = (A && !B) ? ^{A, B, C} : &{A, C} | ~|{B, C} | (A == B) & (B != C);
endmodule
module TRI (inout Y, input A, B, E);
  bufif1 (Y, A, E);
  notif0 (Y, B, E);
endmodule
`endcelldefine
)LIB";

const std::vector<CellCircuit>& table_circuits() {
  static const std::vector<CellCircuit> kAll{
      {"t_table_flops", R"(
  wire q0, q1, r, s;
  not (r, d[7]);
  and (s, d[7], d[0], d[1], d[2]);
  DFF a (.Q(q0), .QN(y[1]), .D(d[3]), .C(c0), .R(r), .S(s));
  DFF b (q1, y[3], q0, c0, r, 1'b0);
  MUX m (.Y(y[4]), .A(q0), .B(q1), .S(d[4]));
  assign y[0] = q0;
  assign y[2] = q1;
  assign y[15:5] = 0;)"},
      {"t_table_toggles", R"(
  wire r;
  not (r, d[7]);
  TFF t (y[0], d[0], c0, r);
  JK j (y[1], d[1], d[2], c1, r);
  assign y[15:2] = 0;)"},
      {"t_table_latches", R"(
  wire r, s;
  not (r, d[7]);
  and (s, d[7], d[2]);
  LATCH1 l (y[0], d[0], c0, r);
  LATCH1 m (y[1], y[0], d[1], r);
  SR n (y[2], s, r);
  assign y[15:3] = 0;)"},
      {"t_table_gates", R"(
  GATES g (.Y(y[7:0]), .A(d[0]), .B(d[1]), .C(d[2]));
  TRI t (.Y(y[8]), .A(d[3]), .B(d[4]), .E(d[5]));
  assign y[15:9] = 0;)"},
      {"t_cross_coupled", R"(
  wire q, nq, s, r;
  nand (s, d[0], d[7]);
  or (r, d[0], ~d[7], d[1]);
  wire rn;
  and (rn, r, ~(~d[7] & ~d[0]));
  nand n0 (q, s, nq);
  nand n1 (nq, rn, q);
  assign y = {14'b0, nq, q};)"},
  };
  return kAll;
}

TEST(OwnTableCells, do_at_every_edge_what_the_tables_do_in_icarus) {
  HEDDLE_NEED_TOOL("iverilog");
  const TempDirectory directory;
  std::string text;
  for (const CellCircuit& circuit : table_circuits()) text += testing::module_text(circuit);
  directory.write("netlist.v", text);
  directory.write("tables.v", kTables);
  testing::expect_suite(directory, table_circuits(),
                        {directory.file("netlist.v"), {directory.file("tables.v")}, ""},
                        {"tables.v", "netlist.v"}, 13);
}

}  // namespace
}  // namespace heddle::gate
