// Structural Verilog: what each construct means, by exhausting its inputs.
#include <algorithm>

#include "design_text.h"
#include "heddle/gate/summary.h"

namespace heddle::gate {
namespace {

std::vector<std::string> names_of(const FlatNetlist& flat) {
  std::vector<std::string> out;
  for (const NetName& name : flat.net_names) out.push_back(flat.names.full_name(name.name));
  return out;
}

bool has_name(const FlatNetlist& flat, const std::string& name) {
  const auto all = names_of(flat);
  return std::find(all.begin(), all.end(), name) != all.end();
}

TEST(Verilog, expressions_mean_what_ieee_1364_says) {
  const auto is = [](const char* text, auto function) {
    expect_function({top_of("assign y = " + std::string(text) + ";")}, function);
  };
  is("a & ~b | c ^ d", [](bool a, bool b, bool c, bool d) { return (a && !b) || (c != d); });
  is("a ? b : c ? d : 1'b1", [](bool a, bool b, bool c, bool d) { return a ? b : c ? d : true; });
  is("!(a && b) || c == d", [](bool a, bool b, bool c, bool d) { return !(a && b) || c == d; });
  is("&{a, b} ^ |{c, d}", [](bool a, bool b, bool c, bool d) { return (a && b) != (c || d); });
  is("~^{a, b, c} & ~|{d}",
     [](bool a, bool b, bool c, bool d) { return ((a + b + c) % 2 == 0) && !d; });
  is("{a, b} == {c, d}", [](bool a, bool b, bool c, bool d) { return a == c && b == d; });
  is("{a, b, c} != 3'b1_01", [](bool a, bool b, bool c, bool) { return !(a && !b && c); });
  is("{2{a}} == {b, c}", [](bool a, bool b, bool c, bool) { return a == b && a == c; });
  is("^(~{a, b})", [](bool a, bool b, bool, bool) { return a != b; });
  // Widened to four bits before it is inverted, so the upper two are ones.
  is("4'b1100 == ~{a, b}", [](bool a, bool b, bool, bool) { return a && b; });
  is("a ~^ b ^~ c", [](bool a, bool b, bool c, bool) { return (a == b) == c; });
  is("4'hA == {a, b, c, d}", [](bool a, bool b, bool c, bool d) { return a && !b && c && !d; });
  is("'d10 == {a, b, c, d}", [](bool a, bool b, bool c, bool d) { return a && !b && c && !d; });
}

TEST(Verilog, vectors_are_indexed_as_they_are_declared) {
  expect_function({top_of("wire [3:0] v; wire [0:3] u; wire [5:2] w;\n"
                          "assign v = {a, b, c, d}; assign u = v; assign w = u;\n"
                          "assign y = v[3] & u[1] | w[3:2] == 2'b10 & u[2:3] == 2'b10;")},
                  [](bool a, bool b, bool c, bool d) { return (a && b) || (c && !d); });
  expect_function({top_of("wire [7:4] v; assign v[5:4] = {a, b}; assign v[7 -: 2] = {c, d};\n"
                          "assign y = v[4 +: 2] == 2'b11 ^ v[7];")},
                  [](bool a, bool b, bool c, bool) { return (a && b) != c; });
}

TEST(Verilog, parameters_are_constants) {
  expect_function({"module top #(parameter W = 2, parameter [1:0] V = 2'b10) (a, b, c, d, y);\n"
                   "input a, b, c, d; output y; localparam L = 2*W-3+1;\n"
                   "wire [L:1] v = {a, b}; assign y = v == V;\nendmodule\n"},
                  [](bool a, bool b, bool, bool) { return a && !b; });
}

TEST(Verilog, gate_primitives_take_any_number_of_inputs) {
  const auto gate = [](const char* type, auto function) {
    expect_function({top_of(std::string(type) + " #(1, 2) g (y, a, b, c, d);")}, function);
  };
  gate("and", [](bool a, bool b, bool c, bool d) { return a && b && c && d; });
  gate("nand", [](bool a, bool b, bool c, bool d) { return !(a && b && c && d); });
  gate("or", [](bool a, bool b, bool c, bool d) { return a || b || c || d; });
  gate("nor", [](bool a, bool b, bool c, bool d) { return !(a || b || c || d); });
  gate("xor", [](bool a, bool b, bool c, bool d) { return (a + b + c + d) % 2 == 1; });
  gate("xnor", [](bool a, bool b, bool c, bool d) { return (a + b + c + d) % 2 == 0; });
  expect_function({top_of("wire x; not (x, y, a);")}, [](bool a, bool, bool, bool) { return !a; });
}

TEST(Verilog, instances_connect_by_name_and_by_place) {
  const std::string inner =
      "module two(p, q, r);\n input p, q;\n output r;\n and (r, p, q);\nendmodule\n";
  expect_function({inner + top_of("wire t; two u0 (a, b, t); two u1 (.r(y), .q(t), .p(~c));")},
                  [](bool a, bool b, bool c, bool) { return a && b && !c; });
  // An unsized constant takes the port's width; an open input is x, an open output dangles.
  expect_function({inner + top_of("wire t; two u0 (.p(1), .q(a), .r(t)); two u1 (t, b); "
                                  "assign y = t;")},
                  [](bool a, bool, bool, bool) { return a; });
}

TEST(Verilog, names_are_kept_escaped_and_hierarchical) {
  const FlatNetlist flat = must_flatten_texts(
      {"module leaf(input i, output o); not (o, i); endmodule\n"
       "module top(input \\a.b[0] , output [3:1] y);\n"
       "  wire \\x+y ; leaf \\u/1 (.i(\\a.b[0] ), .o(\\x+y )); assign y = {3{\\x+y }};\n"
       "  wire _12_; wire \\always ;\nendmodule\n"},
      "top");
  for (const char* name : {"a.b[0]", "x+y", "u/1.i", "u/1.o", "y", "_12_", "always"}) {
    EXPECT_TRUE(has_name(flat, name)) << name;
  }
  for (const NetName& name : flat.net_names) {
    const std::string text = flat.names.full_name(name.name);
    EXPECT_EQ(name.hidden, text == "_12_") << text;
    if (text == "y") {
      EXPECT_EQ(name.range.offset, 1);
    }
  }
}

TEST(Verilog, comments_attributes_directives_and_specify_blocks_mean_nothing) {
  expect_function({"`timescale 1ns / 1ps\n`define AND and // to the end\n`undef NOTHING\n"
                   "`ifdef NOTHING\n module broken ( \n`elsif NOR\n junk\n`else\n"
                   "(* top = 1, src = \"a.v:1 *)\" *)\nmodule top(input a, b, c, d, output y);\n"
                   "`endif\n/* wire // */ `AND (y, a, (* x *) b);\n"
                   "specify (a => y) = (1:2:3, 4); $setup(a, posedge b, 1); endspecify\n"
                   "`ifndef NOTHING\n`endif\nendmodule\n"},
                  [](bool a, bool b, bool, bool) { return a && b; });
}

TEST(Verilog, supplies_are_constants_and_initial_values_are_kept) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input c, input d, output y);\n supply1 VDD; supply0 VSS;\n"
       " (* init = 2'b1x *) wire [1:0] q;\n"
       " \\$_DFF_P_ f0 (.C(c), .D(VDD), .Q(q[0]));\n \\$_DFF_P_ f1 (.C(c), .D(VSS), .Q(q[1]));\n"
       " \\$lut #(.WIDTH(2), .LUT(4'b0110)) l (.A({c, d}), .Y(y));\nendmodule\n"},
      "top");
  ASSERT_EQ(flat.flops.size(), 2U);
  EXPECT_EQ(flat.flops[0].d, kNetOne);
  EXPECT_EQ(flat.flops[1].d, kNetZero);
  EXPECT_EQ(flat.flops[0].init, Logic::X);
  EXPECT_EQ(flat.flops[1].init, Logic::One);
  ASSERT_EQ(flat.gates.size(), 1U);
  EXPECT_EQ(flat.init_words(flat.gates[0])[0], 6U);
}

TEST(Verilog, behaviour_matters_only_where_it_is_used) {
  const std::string model =
      "module mem(input clk, output q);\n reg [7:0] m [0:3];\n"
      " always @(posedge clk) begin if (x) y <= 1; end\nendmodule\n";
  expect_function({model + top_of("and (y, a, b);")},
                  [](bool a, bool b, bool, bool) { return a && b; });
  const auto used = flatten_texts({model + top_of("mem m (a, y);")}, "top");
  ASSERT_FALSE(used.has_value());
  EXPECT_EQ(used.error().list()[0].code(), "gate.netlist.behaviour");
  EXPECT_EQ(used.error().list()[0].where(), (SourcePosition{"n.v", 2, 12}));
}

TEST(Verilog, fillers_and_empty_modules_do_no_harm) {
  const FlatNetlist flat = must_flatten_texts(
      {"module stub(input i, output o); endmodule\n"
       "module top(input a, output y);\n FILL1 f0 (); FILL2 f1();\n stub s (.i(a), .o(y));\n"
       "endmodule\n"},
      "top");
  ASSERT_FALSE(flat.warnings.empty());
  EXPECT_EQ(flat.warnings.list()[0].code(), "gate.netlist.opaque-cell");
  EXPECT_EQ(flat.warnings.list()[0].text(),
            "cell 's' is of type 'stub', whose function is not known: its outputs are x");
}

TEST(Verilog, three_state_drivers_share_nets_and_split_ports) {
  const FlatNetlist flat =
      must_flatten_texts({"module top(input a, b, c, d, inout p, output y);\n wire bus;\n"
                          " bufif1 (bus, a, b); assign bus = c ? d : 1'bz; assign y = bus;\n"
                          " bufif0 (p, a, b); endmodule\n"},
                         "top");
  ASSERT_EQ(flat.ports.size(), 8U);
  EXPECT_EQ(flat.names.text(flat.ports[7].name), "p$oe");
  EXPECT_EQ(flat.ports[4].direction, PortDirection::Input);
  EXPECT_EQ(flat.ports[6].direction, PortDirection::Inout);
  const NetId y = bits_of_port(flat, "y")[0];
  for (unsigned i = 0; i < 32; ++i) {
    const auto bit = [i](unsigned at) { return (i >> at & 1U) != 0; };
    const GateValues values(flat, {bit(0), bit(1), bit(2), bit(3), bit(4)});
    EXPECT_EQ(values[y], bit(2) ? bit(3) : (bit(1) && bit(0))) << i;
    EXPECT_EQ(values[flat.ports[6].bits[0]], bit(1) ? bit(4) : bit(0)) << i;
    EXPECT_EQ(values[flat.ports[7].bits[0]], !bit(1)) << i;
  }
}

TEST(Verilog, combinational_tables_are_functions) {
  const std::string table =
      "primitive maj(o, a, b, c); output o; input a, b, c;\n table\n"
      "  1 1 ? : 1;\n 0 0 ? : 0; // 0 0 1 : 1;\n 1?1:1; 0?0:0; ?11:1; ?00:0;\n"
      " endtable\nendprimitive\n";
  expect_function({top_of("maj (y, a, b, c);"), {{"t.v", table}}},
                  [](bool a, bool b, bool c, bool) { return (a + b + c) >= 2; });
}

TEST(DerivedClocks, paths_from_their_own_clock_are_listed_and_no_others) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input c, other, e, d, output [4:0] y);\n"
       " wire half, x, z, late, gated, latch, held;\n"
       " \\$_DFF_P_ divide (.C(c), .D(~half), .Q(half));\n"
       " \\$_DFF_P_ fx (.C(c), .D(d), .Q(x)), fz (.C(other), .D(d), .Q(z));\n"
       " \\$_DFF_P_ fl (.C(half), .D(x ^ z & late), .Q(late));\n"
       " \\$_DLATCH_N_ l (.E(c), .D(x & e), .Q(latch));\n"
       " assign gated = c & latch;\n"
       " \\$_DFF_P_ fg (.C(gated), .D(x), .Q(held)), fb (.C(c), .D(late), .Q(y[0]));\n"
       " buf (y[1], x); buf (y[2], half); buf (y[3], late); buf (y[4], held);\nendmodule\n"},
      "top");
  const NetlistSummary summary = summarise(flat);
  ASSERT_EQ(summary.derived_path_count, 1U);
  EXPECT_EQ(summary.derived_paths[0].from, "x");
  EXPECT_EQ(summary.derived_paths[0].to, "late");
  EXPECT_EQ(summary.derived_paths[0].clock, "half");
  EXPECT_NE(to_text(summary).find("x -> late, clocked by half"), std::string::npos);
}

TEST(Verilog, formats_are_told_by_ending_and_by_content) {
  EXPECT_EQ(detect_format("a.json", ""), NetlistFormat::YosysJson);
  EXPECT_EQ(detect_format("a.vg", ""), NetlistFormat::Verilog);
  EXPECT_EQ(detect_format("a.lib", ""), NetlistFormat::Liberty);
  EXPECT_EQ(detect_format("a", " // x\n/* y */ (* z *) module m;"), NetlistFormat::Verilog);
  EXPECT_EQ(detect_format("a", "`timescale 1ns/1ps"), NetlistFormat::Verilog);
  EXPECT_EQ(detect_format("a.txt", "\n{ \"modules\""), NetlistFormat::YosysJson);
  EXPECT_EQ(detect_format("a.txt", "/* lib */ library (x) {"), NetlistFormat::Liberty);
  EXPECT_EQ(detect_format("a.txt", "nothing"), NetlistFormat::Unknown);
  const auto unknown = flatten_texts({top_of(""), {{"cells.txt", "what is this"}}});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().list()[0].code(), "gate.netlist.unknown-format");
}

}  // namespace
}  // namespace heddle::gate
