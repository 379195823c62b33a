// Liberty: functions by exhausting them, storage by the flops it becomes, and
// what a file of full size costs. Edges are compared with Icarus elsewhere.
#include <chrono>

#include "design_text.h"

namespace heddle::gate {
namespace {

std::string lib_of(const std::string& cells) {
  return "library (l) {\n" + cells + "\n}\n";
}

std::string function_cell(const std::string& function) {
  return "cell (f) { pin (A, B, C, D) { direction : input; }\n"
         "  pin (Y) { direction : output; function : \"" +
         function + "\"; } }";
}

constexpr const char* kUse = "f u (.A(a), .B(b), .C(c), .D(d), .Y(y));";

TEST(Liberty, functions_bind_from_inversion_over_xor_and_and_to_or) {
  const auto is = [](const std::string& text, auto function) {
    expect_function({top_of(kUse), {{"l.lib", lib_of(function_cell(text))}}}, function);
  };
  is("A B", [](bool a, bool b, bool, bool) { return a && b; });
  is("A' * !B", [](bool a, bool b, bool, bool) { return !a && !b; });
  is("A + B C", [](bool a, bool b, bool c, bool) { return a || (b && c); });
  is("A & B ^ C", [](bool a, bool b, bool c, bool) { return a && (b != c); });
  is("A ^ B | C D'", [](bool a, bool b, bool c, bool d) { return (a != b) || (c && !d); });
  is("(A + B)' (C'+ D)''", [](bool a, bool b, bool c, bool d) { return !(a || b) && (!c || d); });
  is("!(!A)+ 0", [](bool a, bool, bool, bool) { return a; });
  is("(A)(B)(!C)1", [](bool a, bool b, bool c, bool) { return a && b && !c; });
  is("A \\\n + B", [](bool a, bool b, bool, bool) { return a || b; });
}

TEST(Liberty, storage_becomes_flops_with_their_polarities) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input c, r, s, d, output q, p);\n"
       " ff u (.K(c), .D(d), .R(r), .S(s), .Q(q)); lt v (.G(c), .D(d), .Q(p));\nendmodule\n",
       {{"l.lib",
         lib_of(
             "cell (ff) { ff (IQ, IQN) { clocked_on : \"K'\"; next_state : \"D\";\n"
             "  clear : \"!R\"; preset : \"S\"; clear_preset_var1 : L; clear_preset_var2 : L; }\n"
             "  pin (K, D, R, S) { direction : input } pin (Q) { direction : output; function : "
             "\"IQ\"; } }\n"
             "cell (lt) { latch (IQ, IQN) { enable : \"G'\"; data_in : \"D\"; }\n"
             "  pin (G, D) { direction : input } pin (Q) { direction : output; function : "
             "\"IQ\" } }")}}},
      "top");
  ASSERT_EQ(flat.flops.size(), 1U);
  const FlopCell& flop = flat.flops[0];
  EXPECT_FALSE(flop.posedge);
  EXPECT_EQ(flop.clock, bits_of_port(flat, "c")[0]);
  EXPECT_EQ(flop.clear, (Control{bits_of_port(flat, "r")[0], false}));
  EXPECT_EQ(flop.set, (Control{bits_of_port(flat, "s")[0], true}));
  ASSERT_EQ(flat.latches.size(), 1U);
  EXPECT_EQ(flat.latches[0].enable, (Control{bits_of_port(flat, "c")[0], false}));
}

TEST(Liberty, buses_banks_and_bundles_have_their_bits_in_order) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input c, input [3:0] d, output [3:0] q, output a, b);\n"
       " bank u (.K(c), .D(d), .Q(q)); pair v (.K(c), .DA(d[0]), .DB(d[1]), .QA(a), .QB(b));\n"
       "endmodule\n",
       {{"l.lib",
         lib_of("type (t) { bit_from : 3; bit_to : 0; bit_width : 4; }\n"
                "cell (bank) { ff_bank (IQ, IQN, 4) { clocked_on : \"K\"; next_state : \"D\"; }\n"
                "  pin (K) { direction : input; } bus (D) { bus_type : t; direction : input; }\n"
                "  bus (Q) { bus_type : t; direction : output; function : \"IQ\"; } }\n"
                "cell (pair) { ff_bank (IQ, IQN, 2) { clocked_on : \"K\"; next_state : \"D\"; }\n"
                "  pin (K) { direction : input; }\n"
                "  bundle (D) { members (DA, DB); direction : input; }\n"
                "  bundle (Q) { members (QA, QB); direction : output; function : \"IQ\"; } }")}}},
      "top");
  ASSERT_EQ(flat.flops.size(), 6U);
  const auto d = bits_of_port(flat, "d");
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(flat.flops[i].d, d[i % 4]);
}

TEST(Liberty, cells_without_a_function_are_opaque_and_fillers_vanish) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input a, output y, inout VDD);\n ram u (.A(a), .Y(y), .VDD(VDD));\n"
       " fill f0 (.VDD(VDD)); ant t (.A(a));\nendmodule\n",
       {{"l.lib", lib_of("cell (ram) { pg_pin (VDD) { } pin (A) { direction : input; }\n"
                         "  pin (Y) { direction : output; memory_read () { address : A; } } }\n"
                         "cell (fill) { pg_pin (VDD) { voltage_name : VDD } }\n"
                         "cell (ant) { pin (A) { direction : input; } }")}}},
      "top");
  EXPECT_TRUE(flat.gates.empty());
  ASSERT_EQ(flat.warnings.list().size(), 2U);
  EXPECT_EQ(flat.warnings.list()[0].code(), "gate.netlist.opaque-cell");
  EXPECT_EQ(flat.warnings.list()[1].code(), "gate.netlist.undriven-net");
}

TEST(Liberty, a_broken_cell_matters_only_where_it_is_used) {
  const std::string lib = lib_of(function_cell("A B") +
                                 "\ncell (g) { pin (A) { direction : input }\n"
                                 "  pin (Y) { direction : output; function : \"A + Z\"; } }");
  expect_function({top_of(kUse), {{"l.lib", lib}}},
                  [](bool a, bool b, bool, bool) { return a && b; });
  const auto used = flatten_texts({top_of("g u (.A(a), .Y(y));"), {{"l.lib", lib}}}, "top");
  ASSERT_FALSE(used.has_value());
  EXPECT_EQ(used.error().list()[0].code(), "gate.netlist.behaviour");
  EXPECT_EQ(used.error().list()[0].text(),
            "module 'g' cannot be used: it holds the function "
            "'A + Z': 'Z' is no pin of the cell");
  EXPECT_EQ(used.error().list()[0].where(), (SourcePosition{"l.lib", 5, 44}));
}

TEST(Liberty, the_netlists_own_modules_win_then_the_first_library) {
  const std::string own = "module f(input A, B, C, D, output Y); or (Y, A, B); endmodule\n";
  expect_function({own + top_of(kUse), {{"l.lib", lib_of(function_cell("A B"))}}},
                  [](bool a, bool b, bool, bool) { return a || b; });
  expect_function(
      {top_of(kUse),
       {{"l.lib", lib_of(function_cell("A ^ B"))}, {"k.lib", lib_of(function_cell("A"))}}},
      [](bool a, bool b, bool, bool) { return a != b; });
}

TEST(Liberty, tables_of_a_file_of_full_size_are_stepped_over_fast) {
  std::string table = "timing () { cell_rise (t) { values (";
  for (int i = 0; i < 64; ++i)
    table += "\"0.123456, 0.234567, 0.345678, 0.456789, 0.567890\", \\\n";
  table += "\"0\"); } }\n";
  std::string cell =
      "cell (f) { pin (A, B, C, D) { direction : input; }\n"
      "  pin (Y) { direction : output; function : \"A\";\n";
  while (cell.size() < std::size_t{40} << 20) cell += table;
  const std::string lib = lib_of(cell + "} }");
  const auto begin = std::chrono::steady_clock::now();
  const FlatNetlist flat = must_flatten_texts({top_of(kUse), {{"l.lib", lib}}}, "top");
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(flat.gates.size(), 1U);
  // Optimised it takes 0.1 s; sanitised builds on a busy machine are granted the rest.
  EXPECT_LT(time.count(), 20.0);
}

}  // namespace
}  // namespace heddle::gate
