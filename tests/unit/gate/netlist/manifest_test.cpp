// The cell manifest: memories of every port, pads, and cells to leave alone.
#include "design_text.h"

namespace heddle::gate {
namespace {

constexpr const char* kRam = R"(
cells:
  "ram_*":
    kind: memory
    array: words
    depth: 6
    width: 4
    ports:
      - {kind: read_write, clock: CK, address: A, data_in: D, data_out: Q, enable: CEN,
         enable_active: low, write_enable: WEN, write_enable_active: low, write_mask: M,
         write_mask_bits: 2}
      - {kind: read, clock: CK, clock_edge: falling, address: B, data_out: QB, read_enable: RE}
      - {kind: read, address: A, data_out: QA}
    inputs: {TEST: 3}
)";

TEST(Manifest, memories_have_the_ports_that_it_describes) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input c, e, w, r, input [2:0] a, b, input [3:0] d, input [1:0] m,\n"
       "  output [3:0] q, qb, qa);\n"
       "  ram_6x4 u (.CK(c), .CEN(e), .WEN(w), .RE(r), .A(a), .B(b), .D(d), .M(m), .Q(q), "
       ".QB(qb),\n"
       "             .QA(qa), .TEST(3'b0));\nendmodule\n",
       {},
       kRam},
      "top");
  ASSERT_EQ(flat.memories.size(), 1U);
  const MemoryCell& memory = flat.memories[0];
  EXPECT_EQ(flat.names.text(memory.id), "words");
  EXPECT_EQ(flat.names.path(memory.name.scope), "u");
  EXPECT_EQ(memory.depth, 6U);
  EXPECT_EQ(memory.width, 4U);
  EXPECT_EQ(memory.address_bits, 3U);
  ASSERT_EQ(memory.reads.size(), 3U);
  ASSERT_EQ(memory.writes.size(), 1U);
  EXPECT_TRUE(memory.reads[0].clocked());
  EXPECT_TRUE(memory.reads[0].posedge);
  EXPECT_FALSE(memory.reads[1].posedge);
  EXPECT_FALSE(memory.reads[2].clocked());
  EXPECT_EQ(memory.reads[1].enable, bits_of_port(flat, "r")[0]);
  EXPECT_EQ(memory.writes[0].data, bits_of_port(flat, "d"));
  // c e w r, a[3], b[3], d[4], m[2]: enables for all of e, w and m.
  for (unsigned i = 0; i < 16; ++i) {
    std::vector<bool> in(16, false);
    const bool e = in[1] = (i & 1U) != 0;
    const bool w = in[2] = (i & 2U) != 0;
    in[14] = (i & 4U) != 0;
    in[15] = (i & 8U) != 0;
    const GateValues values(flat, in);
    for (std::size_t bit = 0; bit < 4; ++bit) {
      EXPECT_EQ(values[memory.writes[0].enable[bit]], !e && !w && in[14 + bit / 2]) << i;
    }
    EXPECT_EQ(values[memory.reads[0].enable], !e && w) << "it keeps its word while it writes";
  }
}

TEST(Manifest, what_a_port_reads_while_it_writes_is_chosen) {
  for (const char* choice : {"keep", "old", "new"}) {
    const FlatNetlist flat = must_flatten_texts(
        {"module top(input c, w, a, d, output q);\n"
         "  ram u (.c(c), .w(w), .a(a), .d(d), .q(q)); endmodule\n",
         {},
         "cells: {ram: {kind: memory, depth: 2, width: 1, ports: [{kind: read_write, clock: c, "
         "address: a, data_in: d, data_out: q, write_enable: w, on_write: " +
             std::string(choice) + "}]}}"},
        "top");
    ASSERT_EQ(flat.memories.size(), 1U);
    const MemoryCell::ReadPort& port = flat.memories[0].reads[0];
    EXPECT_EQ(port.transparent[0], choice == std::string("new"));
    EXPECT_EQ(port.enable == kNetOne, choice != std::string("keep"));
  }
}

TEST(Manifest, it_replaces_behaviour_and_leaves_what_it_ignores_alone) {
  const FlatNetlist flat = must_flatten_texts(
      {"module ram (input c, input w, input a, input d, output q); initial q = 0; endmodule\n"
       "module top(input c, w, a, d, output q, output z);\n"
       "  ram u (.c(c), .w(w), .a(a), .d(d), .q(q)); TAP_1 t (.X(c), .Y(w)); ip v (.i(a), .o(z));\n"
       "endmodule\n",
       {},
       "cells:\n  ram: {kind: memory, depth: 2, width: 1, ports: [{kind: write, clock: c, address: "
       "a, data_in: d, write_enable: w}, {kind: read, address: a, data_out: q}]}\n"
       "  TAP_?: {kind: ignored}\n  ip: {kind: opaque, inputs: {i: 1}, outputs: {o: 1}}\n"},
      "top");
  EXPECT_EQ(flat.memories.size(), 1U);
  EXPECT_EQ(flat.undriven, bits_of_port(flat, "z"));
}

/// What Yosys writes of a black box `ip`, and of a top that ANDs `a` with its first output.
constexpr const char* kBlackBox = R"({"modules": {
  "ip": {"attributes": {"blackbox": "1"}, "ports": {
    "i": {"direction": "input", "bits": [2]}, "o": {"direction": "output", "bits": [3, 4]}}},
  "top": {"attributes": {"top": "1"}, "ports": {
    "a": {"direction": "input", "bits": [2]}, "y": {"direction": "output", "bits": [3]},
    "z": {"direction": "output", "bits": [5]}},
   "cells": {
    "g": {"type": "$_AND_", "port_directions": {"A": "input", "B": "input", "Y": "output"},
          "connections": {"A": [4], "B": [2], "Y": [3]}},
    "u": {"type": "ip", "port_directions": {"i": "input", "o": "output"},
          "connections": {"i": [2], "o": [4, 5]}}}}}})";

TEST(Manifest, a_black_box_of_yosys_json_is_opaque_where_it_says_so_and_an_error_elsewhere) {
  const auto read = [](const std::string& manifest) -> Result<FlatNetlist> {
    const DesignFiles files{"n.json", {}, "m.yaml"};
    HEDDLE_TRY(const Design design,
               read_design(files, {{"n.json", kBlackBox}, {"m.yaml", manifest}}));
    return flatten(design, "");
  };
  const auto flat = read("cells:\n  i?: {kind: opaque, inputs: {i: 1}, outputs: {o: 2}}\n");
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  ASSERT_EQ(flat->gates.size(), 1U);
  const NetId first = flat->inputs(flat->gates[0])[0];
  const std::vector<NetId> outputs{first, bits_of_port(*flat, "z")[0]};
  EXPECT_EQ(flat->opaque, outputs);
  EXPECT_EQ(flat->undriven.size(), 2U);
  ASSERT_FALSE(flat->warnings.list().empty());
  const Diagnostic& warning = flat->warnings.list()[0];
  EXPECT_EQ(warning.code(), "gate.netlist.opaque-cell");
  EXPECT_NE(flat->warnings.to_string().find("cell 'u' is of type 'ip'"), std::string::npos)
      << flat->warnings.to_string();

  const auto other = read("cells:\n  ipx: {kind: opaque, inputs: {i: 1}, outputs: {o: 2}}\n");
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().list()[0].code(), "gate.netlist.unknown-cell");

  const auto narrow = read("cells:\n  ip: {kind: opaque, inputs: {i: 1}, outputs: {o: 1}}\n");
  ASSERT_FALSE(narrow.has_value());
  EXPECT_EQ(narrow.error().list()[0].code(), "gate.netlist.width-mismatch");
}

TEST(Manifest, pads_drive_read_and_release_their_port) {
  const FlatNetlist flat = must_flatten_texts(
      {"module top(input a, b, inout p, output y, output o, input i, output z);\n"
       "  PAD u (.PAD(p), .C(y), .I(a), .OEN(b)); OUT v (.PAD(o), .I(a)); IN w (.PAD(i), .C(z));\n"
       "endmodule\n",
       {},
       "cells:\n  PAD: {kind: pad, pad: PAD, in: C, out: I, enable: OEN, enable_active: low}\n"
       "  OUT: {kind: pad, pad: PAD, out: I}\n  IN: {kind: pad, pad: PAD, in: C}\n"},
      "top");
  const NetId y = bits_of_port(flat, "y")[0];
  for (unsigned i = 0; i < 16; ++i) {
    const auto bit = [i](unsigned at) { return (i >> at & 1U) != 0; };
    const GateValues values(flat, {bit(0), bit(1), bit(2), bit(3)});
    EXPECT_EQ(values[y], bit(1) ? bit(2) : bit(0));
    EXPECT_EQ(values[bits_of_port(flat, "o")[0]], bit(0));
    EXPECT_EQ(values[bits_of_port(flat, "z")[0]], bit(3));
  }
}

TEST(Manifest, power_pins_and_defines_reach_the_other_files) {
  expect_function({top_of("wire VPWR; f u (.A(a), .B(b), .Y(y), .VPWR(VPWR));"),
                   {{"c.v",
                     "`ifdef MODEL\nmodule f(input A, B, output Y); xor (Y, A, B); endmodule\n"
                     "`else\nmodule f(Y); output Y; initial Y = 1; endmodule\n`endif\n"}},
                   "power_pins: [VPWR]\ndefines: [MODEL]\n"},
                  [](bool a, bool b, bool, bool) { return a != b; });
}

TEST(Manifest, mistakes_are_told_at_their_key) {
  struct Row {
    const char* text;
    const char* code;
    std::uint32_t line;
  };
  const Row rows[] = {
      {"cells:\n  a: {kind: ram}\n", "config.bad-choice", 2},
      {"cells:\n  a: {kind: memory, depth: 4, width: 2}\n", "gate.netlist.manifest", 2},
      {"cells:\n  a:\n    kind: memory\n    depth: 0\n    width: 2\n", "config.out-of-range", 4},
      {"cells:\n  a: {kind: pad, pad: P}\n", "gate.netlist.manifest", 2},
      {"cells:\n  a: {kind: pad, pad: P, in: P}\n", "gate.netlist.manifest", 2},
      {"cels: {}\n", "config.unknown-key", 1},
      {"cells:\n  a: {kind: opaque, inputs: {x: 0}}\n", "config.out-of-range", 2},
      {"cells:\n  a: [\n", "config.syntax", 3},
      {"defines: 3\n", "config.wrong-type", 1},
      {"cells:\n  a: {kind: memory, depth: 4, width: 2, ports: [{kind: read}]}\n",
       "config.missing-key", 2},
  };
  for (const Row& row : rows) {
    const auto flat = flatten_texts({top_of("and (y, a, b);"), {}, row.text}, "top");
    ASSERT_FALSE(flat.has_value()) << row.text;
    const Diagnostic& first = flat.error().list()[0];
    EXPECT_EQ(first.code(), row.code) << row.text << flat.error().to_string();
    EXPECT_EQ(first.where().file, "m.yaml") << row.text;
    EXPECT_EQ(first.where().line, row.line) << row.text << flat.error().to_string();
  }
}

}  // namespace
}  // namespace heddle::gate
