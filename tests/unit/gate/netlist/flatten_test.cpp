// Flattening: hierarchy, aliases, constants, names, ports, initial values.
#include <gtest/gtest.h>

#include <algorithm>

#include "netlist_text.h"

namespace heddle::gate {
namespace {

/// The first name whose full text is `text`, or null.
const NetName* find_name(const FlatNetlist& flat, std::string_view text) {
  for (const NetName& name : flat.net_names) {
    if (flat.names.full_name(name.name) == text) return &name;
  }
  return nullptr;
}

FlatNetlist must_flatten(const std::string& modules, std::string_view top = "") {
  Result<FlatNetlist> flat = flatten_text(netlist_of(modules), top);
  EXPECT_TRUE(flat.has_value()) << flat.error().to_string();
  return flat ? std::move(*flat) : FlatNetlist();
}

std::vector<NetId> port_bits(const FlatNetlist& flat, std::string_view name) {
  for (const TopPort& port : flat.ports) {
    if (flat.names.text(port.name) == name) return port.bits;
  }
  ADD_FAILURE() << "no port " << name;
  return {};
}

/// An inverter and a "clock buffer" whose output is its input, as a library
/// read by `read_liberty` has them.
std::string library() {
  return "\"INV\": {\"ports\": {" + port("A", "input", "2") + "," + port("Y", "output", "3") +
         "}, \"cells\": {" + cell("$n", "$_NOT_", R"("A": [2], "Y": [3])") + "}, \"netnames\": {" +
         net("A", "2") + "," + net("Y", "3") + "}},\n\"BUF\": {\"ports\": {" +
         port("A", "input", "2") + "," + port("Y", "output", "2") +
         "}, \"cells\": {}, \"netnames\": {}},\n";
}

TEST(Flatten, instances_become_scopes_and_their_ports_the_nets_outside) {
  const FlatNetlist flat =
      must_flatten(library() + top_module(port("a", "input", "2") + "," + port("y", "output", "4"),
                                          cell("u1", "INV", R"("A": [2], "Y": [3])") + "," +
                                              cell("u.2", "INV", R"("A": [3], "Y": [4])"),
                                          net("mid", "3")));
  ASSERT_EQ(flat.gates.size(), 2U);
  EXPECT_EQ(flat.inputs(flat.gates[0])[0], port_bits(flat, "a")[0]);
  EXPECT_EQ(flat.gates[0].output, flat.inputs(flat.gates[1])[0]);
  EXPECT_EQ(flat.gates[1].output, port_bits(flat, "y")[0]);
  EXPECT_EQ(flat.net_count, kConstantNetCount + 3);
  EXPECT_EQ(flat.names.full_name(flat.gates[1].name), "u.2.$n");
  ASSERT_NE(find_name(flat, "u.2.A"), nullptr);
  EXPECT_EQ(flat.bits(*find_name(flat, "u.2.A"))[0], flat.bits(*find_name(flat, "mid"))[0]);
  EXPECT_TRUE(find_name(flat, "u.2.A")->library);
  EXPECT_FALSE(find_name(flat, "mid")->library);
  EXPECT_EQ(NetNaming(flat).name_of(flat.gates[0].output), "mid");
}

TEST(Flatten, a_feed_through_makes_the_nets_on_both_sides_one) {
  const FlatNetlist flat =
      must_flatten(library() + top_module(port("a", "input", "2") + "," + port("y", "output", "4"),
                                          cell("b1", "BUF", R"("A": [2], "Y": [3])") + "," +
                                              cell("b2", "BUF", R"("A": [3], "Y": [4])"),
                                          net("mid", "3")));
  EXPECT_TRUE(flat.gates.empty());
  EXPECT_EQ(port_bits(flat, "a"), port_bits(flat, "y"));
  EXPECT_EQ(flat.bits(*find_name(flat, "mid"))[0], port_bits(flat, "a")[0]);
  EXPECT_EQ(flat.net_count, kConstantNetCount + 1);
}

TEST(Flatten, constants_pass_through_ports_in_both_directions) {
  const std::string tie =
      "\"TIE\": {\"ports\": {" + port("Y", "output", "\"1\"") + "}, \"cells\": {}},\n";
  const FlatNetlist flat = must_flatten(
      library() + tie +
      top_module(
          port("y", "output", "4") + "," + port("k", "output", "5, \"0\", \"x\", \"z\""),
          cell("t", "TIE", R"("Y": [5])") + "," + cell("i", "INV", R"("A": ["0"], "Y": [4])")));
  EXPECT_EQ(port_bits(flat, "k"), (std::vector<NetId>{kNetOne, kNetZero, kNetX, kNetX}));
  EXPECT_EQ(flat.inputs(flat.gates.at(0))[0], kNetZero);
  EXPECT_EQ(flat.bits(*find_name(flat, "i.A"))[0], kNetZero);
}

TEST(Flatten, an_open_instance_input_is_undriven_and_an_open_output_dangles) {
  const FlatNetlist flat =
      must_flatten(library() + top_module(port("y", "output", "4"),
                                          cell("u1", "INV", R"("Y": [4])") + "," +
                                              cell("u2", "INV", R"("A": [4], "Y": [])") + "," +
                                              cell("u3", "INV", R"("A": [4], "Y": ["x"])")));
  ASSERT_EQ(flat.undriven.size(), 1U);
  EXPECT_EQ(flat.inputs(flat.gates.at(0))[0], flat.undriven[0]);
  ASSERT_EQ(flat.warnings.list().size(), 1U);
  EXPECT_EQ(flat.warnings.list()[0].code(), "gate.netlist.undriven-net");
  EXPECT_EQ(flat.warnings.list()[0].text(), "nothing drives 'u1.A', which gate 'u1.$n' reads");
  EXPECT_FALSE(is_constant(flat.gates.at(2).output));
  EXPECT_EQ(flat.driver(flat.gates.at(2).output).index, 2U);
}

TEST(Flatten, primitive_outputs_may_be_open_too) {
  const FlatNetlist flat = must_flatten(top_module(
      port("a", "input", "2"), cell("g", "$_NOT_", R"("A": [2])") + "," +
                                   cell("h", "$_NOT_", R"("A": [2], "Y": [])") + "," +
                                   cell("f", "$_DFF_P_", R"("C": [2], "D": [2], "Q": ["x"])")));
  EXPECT_EQ(flat.gates.size(), 2U);
  EXPECT_NE(flat.gates.at(0).output, flat.gates.at(1).output);
  EXPECT_EQ(flat.driver(flat.flops.at(0).q).kind, DriverKind::Flop);
}

TEST(Flatten, inputs_stand_in_yosys_port_order_whatever_the_text_does) {
  const FlatNetlist flat =
      must_flatten(top_module(port("i", "input", "2, 3, 4") + "," + port("y", "output", "5"),
                              cell("m", "$_MUX_", R"("Y": [5], "S": [4], "B": [3], "A": [2])")));
  const auto i = port_bits(flat, "i");
  const auto inputs = flat.inputs(flat.gates.at(0));
  EXPECT_EQ(std::vector<NetId>(inputs.begin(), inputs.end()), i);
}

TEST(Flatten, a_table_keeps_the_bit_order_of_its_parameter) {
  const FlatNetlist flat = must_flatten(top_module(
      port("i", "input", "2, 3") + "," + port("y", "output", "5, 6"),
      cell("l", "$lut", R"("A": [2, 3], "Y": [5])", R"("WIDTH": "10", "LUT": "0010")") + "," +
          cell("k", "$lut", R"("A": [2, 3], "Y": [6])", R"("WIDTH": 2, "LUT": 11)")));
  EXPECT_EQ(flat.init_words(flat.gates.at(0))[0], 0b0010U);
  EXPECT_EQ(flat.init_words(flat.gates.at(1))[0], 11U);
  EXPECT_EQ(flat.gates.at(0).input_count, 2);
}

TEST(Flatten, a_table_of_sixteen_inputs_fills_its_words) {
  std::string digits(65536, '0');
  digits[65535 - 65535] = '1';
  digits[65535 - 64] = '1';
  std::string bits = "2";
  for (int i = 3; i < 18; ++i) bits += ", " + std::to_string(i);
  const FlatNetlist flat =
      must_flatten(top_module(port("i", "input", bits) + "," + port("y", "output", "20"),
                              cell("l", "$lut", "\"A\": [" + bits + "], \"Y\": [20]",
                                   "\"WIDTH\": \"10000\", \"LUT\": \"" + digits + "\"")));
  const auto words = flat.init_words(flat.gates.at(0));
  ASSERT_EQ(words.size(), 1024U);
  EXPECT_EQ(words[1023], std::uint64_t{1} << 63);
  EXPECT_EQ(words[1], 1U);
  EXPECT_EQ(std::count(words.begin(), words.end(), 0U), 1022);
}

TEST(Flatten, initial_values_reach_flops_through_the_hierarchy) {
  const std::string ff = "\"FF\": {\"ports\": {" + port("C", "input", "2") + "," +
                         port("D", "input", "3") + "," + port("Q", "output", "4") +
                         "}, \"cells\": {" +
                         cell("$f", "$_DFF_P_", R"("C": [2], "D": [3], "Q": [4])") + "}},\n";
  const FlatNetlist flat =
      must_flatten(ff + top_module(port("c", "input", "2") + "," + port("q", "output", "3, 4, 5"),
                                   cell("f0", "FF", R"("C": [2], "D": [3], "Q": [3])") + "," +
                                       cell("f1", "FF", R"("C": [2], "D": [4], "Q": [4])") + "," +
                                       cell("f2", "FF", R"("C": [2], "D": [5], "Q": [5])"),
                                   net("q", "3, 4, 5", R"("init": "x01")") + "," +
                                       net("same", "3", R"("init": "1")")));
  ASSERT_EQ(flat.flops.size(), 3U);
  EXPECT_EQ(flat.flops[0].init, Logic::One);
  EXPECT_EQ(flat.flops[1].init, Logic::Zero);
  EXPECT_EQ(flat.flops[2].init, Logic::X);
}

TEST(Flatten, ports_keep_range_direction_and_escaped_names) {
  const FlatNetlist flat = must_flatten(top_module(
      R"("a\\b \"q\" \u00e9": {"direction": "input", "offset": -2, "bits": [2, 3]},)"
      R"("up": {"direction": "output", "upto": 1, "offset": 4, "bits": [2, 3]})",
      "", R"("$w": {"hide_name": 1, "upto": 1, "bits": [3], "attributes": {"src": "a.v:1"}})"));
  ASSERT_EQ(flat.ports.size(), 2U);
  EXPECT_EQ(flat.names.text(flat.ports[0].name), "a\\b \"q\" \xc3\xa9");
  EXPECT_EQ(flat.ports[0].range, (BusRange{-2, false}));
  EXPECT_EQ(flat.ports[1].range, (BusRange{4, true}));
  EXPECT_EQ(flat.ports[1].direction, PortDirection::Output);
  const NetName* hidden = find_name(flat, "$w");
  ASSERT_NE(hidden, nullptr);
  EXPECT_TRUE(hidden->hidden);
  EXPECT_TRUE(hidden->range.upto);
  EXPECT_EQ(flat.names.text(hidden->source), "a.v:1");
  // Ports without a net of their name are names all the same.
  EXPECT_NE(find_name(flat, "up"), nullptr);
}

TEST(Flatten, a_lone_three_state_driver_is_a_multiplexer_with_x) {
  const FlatNetlist flat =
      must_flatten(top_module(port("a", "input", "2, 3") + "," + port("y", "output", "4"),
                              cell("t", "$_TBUF_", R"("A": [2], "E": [3], "Y": [4])")));
  const auto a = port_bits(flat, "a");
  const GateCell& gate = flat.gates.at(0);
  EXPECT_EQ(gate.op, GateOp::Mux);
  const auto inputs = flat.inputs(gate);
  EXPECT_EQ(std::vector<NetId>(inputs.begin(), inputs.end()),
            (std::vector<NetId>{kNetX, a[0], a[1]}));
}

TEST(Flatten, bidirectional_ports_are_wires_inputs_or_outputs) {
  const std::string wire = "\"W\": {\"ports\": {" + port("a", "inout", "2") + "," +
                           port("b", "inout", "2") + "}, \"cells\": {}},\n";
  const FlatNetlist flat =
      must_flatten(wire + top_module(port("p", "inout", "2") + "," + port("q", "inout", "3") + "," +
                                         port("o", "inout", "4"),
                                     cell("w", "W", R"("a": [2], "b": [3])") + "," +
                                         cell("n", "$_NOT_", R"("A": [3], "Y": [4])")));
  EXPECT_EQ(port_bits(flat, "p"), port_bits(flat, "q"));
  EXPECT_EQ(flat.driver(port_bits(flat, "p")[0]).kind, DriverKind::TopInput);
  EXPECT_EQ(flat.driver(port_bits(flat, "p")[0]).index, 0U);
  EXPECT_EQ(flat.driver(port_bits(flat, "o")[0]).kind, DriverKind::Gate);
}

TEST(Flatten, checks_and_prints_keep_nets_and_parameters) {
  const FlatNetlist flat = must_flatten(
      top_module(port("a", "input", "2, 3"),
                 cell("p", "$print", R"("ARGS": [2, 3], "EN": ["1"], "TRG": [2])",
                      R"("FORMAT": "v=\"{2:> 2h}\"\n", "TRG_WIDTH": 1, "TRG_POLARITY": "1")") +
                     "," + cell("i", "$scopeinfo", "")));
  ASSERT_EQ(flat.checks.size(), 1U);
  const CheckCell& print = flat.checks[0];
  EXPECT_EQ(flat.names.text(print.type), "$print");
  ASSERT_EQ(print.ports.size(), 3U);
  EXPECT_EQ(print.ports[0].bits, port_bits(flat, "a"));
  EXPECT_EQ(print.ports[1].bits, std::vector<NetId>{kNetOne});
  ASSERT_EQ(print.parameters.size(), 3U);
  EXPECT_EQ(print.parameters[0].value, "v=\"{2:> 2h}\"\n");
  EXPECT_EQ(print.parameters[1].value, "1");
}

TEST(Flatten, the_top_is_the_marked_the_named_or_the_only_root_module) {
  const std::string two =
      "\"a\": {\"ports\": {}, \"cells\": {}},\n\"b\": {\"cells\": {" + cell("u", "a", "") + "}}";
  EXPECT_EQ(must_flatten(two).names.text(must_flatten(two).top), "b");
  EXPECT_EQ(must_flatten(two, "a").names.scopes.size(), 1U);
  const FlatNetlist marked = must_flatten(two + ",\n" + top_module("", ""));
  EXPECT_EQ(marked.names.text(marked.top), "top");
}

TEST(Flatten, the_digest_follows_text_and_top) {
  const std::string text = "\"a\": {}, \"b\": {}";
  const std::uint64_t a = must_flatten(text, "a").source_digest;
  EXPECT_EQ(must_flatten(text, "a").source_digest, a);
  EXPECT_NE(must_flatten(text, "b").source_digest, a);
  EXPECT_NE(must_flatten(text + " ", "a").source_digest, a);
}

TEST(Flatten, every_driver_is_found) {
  const FlatNetlist flat =
      must_flatten(top_module(port("a", "input", "2, 3") + "," + port("y", "output", "4, 5, 6"),
                              cell("g", "$_NOT_", R"("A": [2], "Y": [4])") + "," +
                                  cell("f", "$_DFF_P_", R"("C": [2], "D": [3], "Q": [5])") + "," +
                                  cell("l", "$_DLATCH_P_", R"("E": [2], "D": [3], "Q": [6])")));
  const auto y = port_bits(flat, "y");
  EXPECT_EQ(flat.driver(port_bits(flat, "a")[1]).kind, DriverKind::TopInput);
  EXPECT_EQ(flat.driver(port_bits(flat, "a")[1]).bit, 1U);
  EXPECT_EQ(flat.driver(y[0]).kind, DriverKind::Gate);
  EXPECT_EQ(flat.driver(y[1]).kind, DriverKind::Flop);
  EXPECT_EQ(flat.driver(y[2]).kind, DriverKind::Latch);
  EXPECT_EQ(flat.driver(kNetOne).kind, DriverKind::Constant);
}

TEST(Flatten, naming_prefers_public_then_outer_then_first_names) {
  const FlatNetlist flat = must_flatten(
      library() +
      top_module(port("a", "input", "2"),
                 cell("u", "INV", R"("A": [2], "Y": [3])") + "," +
                     cell("v", "INV", R"("A": [3], "Y": [4])"),
                 R"("$h": {"hide_name": 1, "bits": [3]}, "bus": {"bits": [2, 3], "offset": 8})"));
  const NetNaming naming(flat);
  EXPECT_EQ(naming.name_of(flat.gates.at(0).output), "bus[9]");
  EXPECT_EQ(naming.name_of(flat.gates.at(1).output), "v.Y");
  EXPECT_EQ(naming.name_of(kNetOne), "1");
}

}  // namespace
}  // namespace heddle::gate
