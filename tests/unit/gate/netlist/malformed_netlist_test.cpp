// Well-formed texts of netlists that do not hold together: twenty or more of
// each kind, each message at the place of its cell or port.
#include "gate/netlist/cell_types.h"
#include "marked_text.h"

namespace heddle::gate {
namespace {

/// Ports a, b, c, d driving nets 2 to 5, and the given cells.
std::string with_cells(const std::string& cells, const std::string& outputs = "") {
  return netlist_of(top_module(port("i", "input", "2, 3, 4, 5") + outputs, cells));
}

std::string marked(const std::string& text) {
  return "@" + text;
}

/// All primitives with one-bit pins, with nets on their pins: inputs from 2 to
/// 5, the output on 6.
struct Primitive {
  std::string type;
  std::vector<std::pair<std::string, std::string>> pins;  ///< name, bits

  [[nodiscard]] std::string connections() const {
    std::string out;
    for (const auto& [name, bits] : pins) {
      out += std::string(out.empty() ? "\"" : ", \"") + name + "\": [" + bits + "]";
    }
    return out;
  }
};

std::vector<Primitive> primitives() {
  std::vector<Primitive> out;
  for (const std::string& type : netlist::known_cell_types()) {
    const netlist::CellSpec spec = netlist::describe_cell_type(type);
    if (spec.pins.empty()) continue;
    Primitive one{type, {}};
    int net = 0;
    for (const netlist::PinSpec& pin : spec.pins) {
      one.pins.emplace_back(pin.name, pin.is_output() ? "6" : std::to_string(2 + net++ % 4));
    }
    out.push_back(std::move(one));
  }
  return out;
}

TEST(MalformedNetlist, every_primitive_is_accepted_when_connected) {
  for (const Primitive& one : primitives()) {
    const auto flat = flatten_text(with_cells(cell("c", one.type, one.connections())));
    EXPECT_TRUE(flat.has_value()) << one.type << "\n" << flat.error().to_string();
  }
}

TEST(MalformedNetlist, every_open_input_of_every_primitive_is_a_missing_port) {
  std::vector<std::string> texts;
  for (const Primitive& one : primitives()) {
    for (std::size_t pin = 0; pin + 1 < one.pins.size(); ++pin) {
      Primitive open = one;
      open.pins.erase(open.pins.begin() + static_cast<std::ptrdiff_t>(pin));
      texts.push_back(with_cells("\n" + marked(cell("c", one.type, open.connections()))));
      open = one;
      open.pins[pin].second = "";
      texts.push_back(with_cells("\n" + marked(cell("c", one.type, open.connections()))));
    }
  }
  expect_all_fail("gate.netlist.missing-port", texts);
}

TEST(MalformedNetlist, a_missing_clock_is_named) {
  const auto flat = flatten_text(with_cells(cell("f", "$_DFF_P_", R"("D": [2], "Q": [6])")));
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].text(), "cell 'f' of type '$_DFF_P_' leaves its port 'C' open");
}

TEST(MalformedNetlist, every_wide_connection_of_a_primitive_is_a_width_mismatch) {
  std::vector<std::string> texts;
  for (const Primitive& one : primitives()) {
    for (std::size_t pin = 0; pin < one.pins.size(); ++pin) {
      std::string connections;
      for (std::size_t i = 0; i < one.pins.size(); ++i) {
        connections += std::string(i == 0 ? "" : ", ") + (i == pin ? "@" : "") + "\"" +
                       one.pins[i].first + "\": [" + one.pins[i].second + (i == pin ? ", 2]" : "]");
      }
      texts.push_back(with_cells("\n" + cell("c", one.type, connections)));
    }
  }
  expect_all_fail("gate.netlist.width-mismatch", texts);
}

TEST(MalformedNetlist, instances_and_tables_check_widths_too) {
  std::vector<std::string> texts;
  // Port widths 1 to 5 against connections of 1 to 6 bits.
  for (int width = 1; width <= 5; ++width) {
    std::string bits = "2";
    for (int i = 1; i < width; ++i) bits += ", " + std::to_string(2 + i);
    std::string given;
    for (int count = 1; count <= 6; ++count) {
      given += (count == 1 ? "" : ", ") + std::string("2");
      if (count == width) continue;
      texts.push_back(netlist_of(
          "\"sub\": {\"ports\": {" + port("p", "input", bits) + "}},\n" +
          top_module(port("i", "input", "2"), cell("u", "sub", "@\"p\": [" + given + "]"))));
      texts.push_back(with_cells(cell("u", "$lut", "@\"A\": [" + given + "], \"Y\": [6]",
                                      "\"WIDTH\": " + std::to_string(width) + ", \"LUT\": 1")));
    }
  }
  texts.push_back(
      with_cells(cell("u", "$lut", R"("A": [2], @"Y": [6, 7])", R"("WIDTH": 1, "LUT": 1)")));
  expect_all_fail("gate.netlist.width-mismatch", texts);
}

TEST(MalformedNetlist, ports_that_a_type_does_not_have_are_named) {
  std::vector<std::string> texts;
  for (const Primitive& one : primitives()) {
    texts.push_back(with_cells(cell("c", one.type, one.connections() + ", @\"ZZ\": [2]")));
  }
  texts.push_back(
      with_cells(cell("l", "$lut", R"("A": [2], "Y": [6], @"B": [3])", R"("WIDTH": 1, "LUT": 1)")));
  texts.push_back(
      netlist_of("\"sub\": {\"ports\": {" + port("data", "input", "2") + "}},\n" +
                 top_module(port("i", "input", "2"), cell("u", "sub", R"(@"dat": [2])"))));
  expect_all_fail("gate.netlist.unknown-port", texts);
}

TEST(MalformedNetlist, a_port_that_is_nearly_right_is_suggested) {
  const auto flat = flatten_text(
      netlist_of("\"sub\": {\"ports\": {" + port("data", "input", "2") + "}},\n" +
                 top_module(port("i", "input", "2"), cell("u", "sub", R"("dat": [2])"))));
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].help(), "did you mean 'data'?");
}

TEST(MalformedNetlist, unknown_types_are_refused_and_the_nearest_suggested) {
  std::vector<std::string> texts;
  for (const char* type : {"",           "AND2X1",   "$_AND",     "$_and_",      "_AND_",
                           "$_AND3_",    "$_DFF_X_", "$_DFF_PP_", "$_DFFSR_PP_", "$_SDFFCE_PN0_",
                           "$_LUT_",     "$LUT",     "$mem_v3",   "$_DLATCH_",   "$_SR_P_",
                           "$_TBUF",     "$_MUX2_",  "$_NAND3_",  "$anyconst",   "$paramod\\\\x",
                           "$_\\u0000_", "$$",       "$",         "top "}) {
    texts.push_back(with_cells("\n  " + marked(cell("c", type, ""))));
  }
  expect_all_fail("gate.netlist.unknown-cell", texts);
  const auto flat = flatten_text(with_cells(cell("c", "$_DFF_Q_", "")));
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].text(), "cell 'c' has the unknown type '$_DFF_Q_'");
  EXPECT_EQ(flat.error().list()[0].help(), "did you mean '$_DFF_N_'?");
  const auto far = flatten_text(with_cells(cell("c", std::string(100000, 'z'), "")));
  ASSERT_FALSE(far.has_value());
  EXPECT_EQ(far.error().list()[0].help(), "the netlist has no module of that name");
}

TEST(MalformedNetlist, black_boxes_are_unknown_cells) {
  for (const char* value : {"\"1\"", "1", "\"00000000000000000000000000000001\""}) {
    const MarkedText module(
        netlist_of("\"box\": {\"attributes\": {\"blackbox\": " + std::string(value) +
                   "}, \"ports\": {}},\n" + top_module("", marked(cell("c", "box", "")))));
    const auto flat = flatten_text(module.text);
    ASSERT_FALSE(flat.has_value());
    EXPECT_TRUE(has(flat.error(), "gate.netlist.unknown-cell", module.place));
  }
  const MarkedText attribute(
      with_cells(R"(@"c": {"type": "box", "attributes": {"blackbox": "1"}, "connections": {}})"));
  const auto flat = flatten_text(attribute.text);
  ASSERT_FALSE(flat.has_value());
  EXPECT_TRUE(has(flat.error(), "gate.netlist.unknown-cell", attribute.place));
  EXPECT_EQ(flat.error().list()[0].text(), "cell 'c' has the black-box type 'box'");
}

TEST(MalformedNetlist, operators_on_words_ask_for_mapping) {
  std::vector<std::string> texts;
  for (const char* type :
       {"$and",    "$or",       "$not",  "$xor", "$add",       "$sub",        "$mul",
        "$div",    "$mux",      "$pmux", "$dff", "$dffe",      "$adff",       "$sdff",
        "$dlatch", "$eq",       "$lt",   "$shl", "$reduce_or", "$logic_and",  "$mem",
        "$memrd",  "$memwr_v2", "$fsm",  "$alu", "$tribuf",    "$reduce_bool"}) {
    texts.push_back(with_cells("\n" + marked(cell("c", type, ""))));
  }
  expect_all_fail("gate.netlist.word-level-cell", texts);
}

TEST(MalformedNetlist, two_drivers_of_one_net_are_both_named) {
  // Every pair of these drives net 9.
  const std::vector<std::string> drivers = {
      cell("N", "$_NOT_", R"("A": [2], "Y": [9])"),
      cell("N", "$lut", R"("A": [2], "Y": [9])", R"("WIDTH": 1, "LUT": 1)"),
      cell("N", "$_DFF_P_", R"("C": [2], "D": [3], "Q": [9])"),
      cell("N", "$_DLATCH_N_", R"("E": [2], "D": [3], "Q": [9])"),
      cell("N", "$_SR_PP_", R"("S": [2], "R": [3], "Q": [9])"),
  };
  const auto named = [&](std::size_t driver, const std::string& name) {
    std::string text = drivers[driver];
    return text.replace(text.find('N'), 1, name);
  };
  std::vector<std::string> texts;
  // Found kind by kind: gates, flops, latches. The later kind is reported.
  const std::vector<int> order = {0, 0, 1, 2, 2};
  for (std::size_t a = 0; a < drivers.size(); ++a) {
    for (std::size_t b = 0; b < drivers.size(); ++b) {
      const bool second = order[a] <= order[b];
      texts.push_back(with_cells((second ? "" : "@") + named(a, "a") + ",\n" + (second ? "@" : "") +
                                 named(b, "b")));
    }
  }
  // Driving an input port, and a constant.
  for (const char* net : {"2", "5", "\"0\"", "\"1\""}) {
    texts.push_back(
        with_cells(marked(cell("c", "$_NOT_", "\"A\": [3], \"Y\": [" + std::string(net) + "]"))));
  }
  expect_all_fail("gate.netlist.multiple-drivers", texts);
  const auto flat = flatten_text(with_cells(named(0, "a") + "," + named(2, "b")));
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].text(), "flop 'b' drives 'net#7', which gate 'a' drives too");
}

TEST(MalformedNetlist, drivers_that_meet_through_the_hierarchy_are_found) {
  const std::string sub = "\"sub\": {\"ports\": {" + port("a", "input", "2") + "," +
                          port("y", "output", "3") + "," + port("z", "output", "2") +
                          "}, \"cells\": {" + cell("n", "$_NOT_", R"("A": [2], "Y": [3])") + "}},";
  const std::string tie = "\"tie\": {\"ports\": {" + port("y", "output", "\"1\"") + "}},";
  const auto fails = [](const std::string& modules, std::string_view text) {
    const auto flat = flatten_text(netlist_of(modules));
    ASSERT_FALSE(flat.has_value()) << text;
    EXPECT_EQ(flat.error().list()[0].code(), "gate.netlist.multiple-drivers");
    EXPECT_EQ(flat.error().list()[0].text(), text);
  };
  fails(sub + top_module(port("i", "input", "2"), cell("u", "sub", R"("a": [2], "y": [2])")),
        "gate 'u.n' drives 'i', which port 'i' drives too");
  fails(sub + top_module(port("i", "input", "2, 3"), cell("u", "sub", R"("a": [2], "z": [3])")),
        "port 'i' drives 'i[0]', which port 'i' drives too");
  fails(tie + top_module(port("i", "input", "2"), cell("u", "tie", R"("y": [2])")),
        "port 'i' drives '1', which constant 1 drives too");
  fails(sub + top_module("", cell("u", "sub", R"("a": ["0"], "z": ["1"])")),
        "constant 0 drives 'z', which constant 1 drives too");
}

TEST(MalformedNetlist, undriven_nets_that_are_read_are_warned_of_at_their_reader) {
  std::size_t count = 0;
  for (const Primitive& one : primitives()) {
    for (std::size_t pin = 0; pin + 1 < one.pins.size(); ++pin) {
      if (one.pins[pin].first == "C" && one.type.find("DFF") != std::string::npos) continue;
      Primitive open = one;
      open.pins[pin].second = "7";
      const MarkedText text(with_cells("\n" + marked(cell("c", one.type, open.connections()))));
      const auto flat = flatten_text(text.text);
      ASSERT_TRUE(flat.has_value()) << one.type << flat.error().to_string();
      EXPECT_TRUE(has(flat->warnings, "gate.netlist.undriven-net", text.place)) << one.type;
      EXPECT_EQ(flat->undriven.size(), 1U);
      ++count;
    }
  }
  EXPECT_GE(count, 20U);
}

TEST(MalformedNetlist, undriven_outputs_memories_and_checks_are_readers_too) {
  const auto flat = flatten_text(
      netlist_of(top_module(port("o", "output", "2, 3"),
                            cell("a", "$assert", R"("A": [4], "EN": ["1"])"), net("bus", "2, 3"))));
  ASSERT_TRUE(flat.has_value()) << flat.error().to_string();
  ASSERT_EQ(flat->warnings.list().size(), 3U);
  EXPECT_EQ(flat->warnings.list()[1].text(), "nothing drives 'bus[1]', which port 'o' reads");
  EXPECT_EQ(flat->warnings.list()[2].text(), "nothing drives 'net#5', which cell 'a' reads");
}

TEST(MalformedNetlist, flops_need_a_clock_that_something_drives) {
  std::vector<std::string> texts;
  std::size_t constants = 0;
  for (const Primitive& one : primitives()) {
    for (std::size_t pin = 0; pin < one.pins.size(); ++pin) {
      if (one.pins[pin].first != "C" || one.type.find("DFF") == std::string::npos) continue;
      Primitive bad = one;
      bad.pins[pin].second = "7";
      texts.push_back(with_cells("\n" + marked(cell("c", one.type, bad.connections()))));
      bad.pins[pin].second = "\"1\"";
      const MarkedText constant(with_cells("\n" + marked(cell("c", one.type, bad.connections()))));
      const auto flat = flatten_text(constant.text);
      ASSERT_TRUE(flat.has_value());
      EXPECT_TRUE(has(flat->warnings, "gate.netlist.constant-clock", constant.place));
      ++constants;
    }
  }
  expect_all_fail("gate.netlist.undriven-clock", texts);
  EXPECT_GE(constants, 20U);
}

TEST(MalformedNetlist, three_state_cells_must_stand_alone) {
  const std::string buffer = cell("t", "$_TBUF_", R"("A": [2], "E": [3], "Y": [9])");
  std::vector<std::string> texts;
  for (const std::string& other : {cell("o", "$_NOT_", R"("A": [4], "Y": [9])"),
                                   cell("o", "$_DFF_P_", R"("C": [4], "D": [4], "Q": [9])"),
                                   cell("o", "$_DLATCH_P_", R"("E": [4], "D": [4], "Q": [9])")}) {
    texts.push_back(with_cells(marked(buffer) + ",\n" + other));
  }
  for (const std::string& text : texts) {
    const MarkedText one(text);
    const auto flat = flatten_text(one.text);
    ASSERT_FALSE(flat.has_value());
    EXPECT_TRUE(has(flat.error(), "gate.netlist.unsupported-cell", one.place))
        << flat.error().to_string();
  }
}

TEST(MalformedNetlist, bad_tables_are_refused) {
  const auto text = [](const std::string& parameters) {
    return with_cells("\n" + marked(cell("l", "$lut", R"("A": [2, 3], "Y": [6])", parameters)));
  };
  std::vector<std::string> texts;
  for (const char* width : {"0", "17", "-1", "1.5", "\"\"", "\"x\"", "\"1x\"", "\"abc\"", "null",
                            "[]", "\"100000\"", "1e1", "99999999999999999999", "true"}) {
    texts.push_back(text("\"WIDTH\": " + std::string(width) + ", \"LUT\": \"0001\""));
  }
  texts.push_back(text("\"LUT\": \"0001\""));
  texts.push_back(text("\"WIDTH\": 2"));
  for (const char* table : {"\"10000\"", "16", "-1", "\"2\"", "\"0b1\"", "{}", "false", "1.0"}) {
    texts.push_back(text("\"WIDTH\": 2, \"LUT\": " + std::string(table)));
  }
  expect_all_fail("gate.netlist.bad-parameter", texts);
}

TEST(MalformedNetlist, bad_and_conflicting_initial_values_are_refused) {
  const auto text = [](const std::string& nets) {
    return netlist_of(top_module(port("c", "input", "2"),
                                 cell("f", "$_DFF_P_", R"("C": [2], "D": [2], "Q": [3])"), nets));
  };
  std::vector<std::string> texts;
  for (const char* value :
       {"\"2\"",  "\"01\"", "\"0 \"", "\" 0\"",  "\"X\"",    "\"true\"", "\"0b0\"",
        "\"-1\"", "1",      "0",      "-1",      "null",     "true",     "false",
        "[]",     "{}",     "[0]",    "\"000\"", "\"1'b0\"", "0.5"}) {
    texts.push_back(text("\n@" + net("q", "3", "\"init\": " + std::string(value))));
  }
  expect_all_fail("gate.netlist.bad-init", texts);
  texts.clear();
  for (int width = 1; width <= 20; ++width) {
    std::string bits;
    std::string zeros;
    for (int i = 0; i < width; ++i) bits += (i == 0 ? "3" : ", 3");
    texts.push_back(text(
        net("q", "3", R"("init": "1")") + ",\n@" +
        net("r", bits, "\"init\": \"" + std::string(static_cast<std::size_t>(width), '0') + "\"")));
  }
  expect_all_fail("gate.netlist.conflicting-init", texts);
}

}  // namespace
}  // namespace heddle::gate
