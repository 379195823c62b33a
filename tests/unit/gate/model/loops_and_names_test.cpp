// Loops of gates, order of what a model holds, and looking it up by name.
#include <gtest/gtest.h>

#include <algorithm>

#include "gate/model/loops.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"
#include "unit/gate/model/model_text.h"

namespace heddle::gate {
namespace {

using testing::program_of;
using testing::random_model;
using testing::Stepper;

std::string gate2(const std::string& name, const std::string& type, const std::string& a,
                  const std::string& b, const std::string& y) {
  return cell(name, type, R"("A": [)" + a + R"(], "B": [)" + b + R"(], "Y": [)" + y + "]");
}

/// Two NOR gates: q = ~(r | nq), nq = ~(s | q).
std::string cross_coupled() {
  ModuleText module;
  const std::string s = module.add_port("s", "input");
  const std::string r = module.add_port("r", "input");
  const std::string q = module.add_port("q", "output");
  const std::string nq = module.add_port("nq", "output");
  module.add_cell(gate2("u", "$_NOR_", r, nq, q));
  module.add_cell(gate2("v", "$_NOR_", s, q, nq));
  return module.text();
}

std::vector<std::string> codes(const Diagnostics& diagnostics) {
  std::vector<std::string> out;
  for (const Diagnostic& one : diagnostics.list()) out.emplace_back(one.code());
  return out;
}

TEST(Loops, of_gates_are_cut_once_with_a_warning_that_names_a_net) {
  Diagnostics warnings;
  const Model model = model_of(cross_coupled(), &warnings);
  EXPECT_EQ(codes(warnings), std::vector<std::string>{"gate.model.combinational-loop"});
  const std::string& text = warnings.list().at(0).text();
  EXPECT_TRUE(text.ends_with(" q") || text.ends_with(" nq")) << text;
  ASSERT_EQ(model.states.size(), 1U);
  EXPECT_EQ(model.states[0].kind, StateKind::Loop);
  EXPECT_TRUE(model.states[0].breaks_loop);
}

TEST(Loops, of_gates_store_what_cross_coupled_gates_store) {
  const Program program = program_of(model_of(cross_coupled()));
  for (const std::string_view engine : backend_names()) {
    Stepper stepper(program, engine);
    bool q = false;
    for (const unsigned code : {2U, 0U, 1U, 0U, 1U, 2U, 0U, 3U, 2U, 0U, 3U, 1U, 0U}) {
      const unsigned set = code & 1;
      const unsigned reset = code >> 1;
      ASSERT_TRUE(stepper.edge({{"s", set}, {"r", reset}}, {}));
      if (code == 1) q = true;
      if (code == 2) q = false;
      EXPECT_EQ(stepper.output("q"), code == 3 ? false : q) << engine;
      EXPECT_EQ(stepper.output("nq"), code == 3 ? false : !q) << engine;
    }
  }
}

TEST(Loops, can_be_refused) {
  Result<Program> program =
      compile(model_of(cross_coupled()), {.observed = {}, .refuse_loops = true});
  ASSERT_FALSE(program.has_value());
  EXPECT_EQ(codes(program.error()), std::vector<std::string>{"gate.program.loop"});
}

/// A memory of four bits whose address is {its own data, i}.
std::string memory_loop(const std::string& rows) {
  ModuleText module;
  const std::string i = module.add_port("i", "input");
  const std::string q = module.add_port("q", "output");
  module.add_cell(
      cell("m", "$mem_v2",
           R"("RD_CLK": ["x"], "RD_EN": ["1"], "RD_ARST": ["0"], "RD_SRST": ["0"], "RD_ADDR": [)" +
               i + ", " + q + R"(], "RD_DATA": [)" + q +
               R"(], "WR_CLK": [], "WR_EN": [], "WR_ADDR": [], "WR_DATA": [])",
           R"("MEMID": "\\m", "SIZE": 4, "OFFSET": 0, "ABITS": 2, "WIDTH": 1, "INIT": ")" + rows +
               R"(", "RD_PORTS": 1, "WR_PORTS": 0, "RD_CLK_ENABLE": "0", "RD_CLK_POLARITY": "0",
          "RD_CE_OVER_SRST": "0", "RD_TRANSPARENCY_MASK": "", "RD_COLLISION_X_MASK": "",
          "RD_WIDE_CONTINUATION": "0", "RD_INIT_VALUE": "x", "RD_ARST_VALUE": "x",
          "RD_SRST_VALUE": "x", "WR_CLK_ENABLE": "", "WR_CLK_POLARITY": "",
          "WR_PRIORITY_MASK": "", "WR_WIDE_CONTINUATION": "")"));
  return module.text();
}

TEST(Loops, through_a_memory_settle_where_they_can) {
  Diagnostics warnings;
  // Row 2q + i: i sets q, and without i it stays.
  const Model model = model_of(memory_loop("1110"), &warnings);
  EXPECT_EQ(codes(warnings), std::vector<std::string>{"gate.model.combinational-loop"});
  EXPECT_FALSE(compile(model, {.observed = {}, .refuse_loops = true}).has_value());
  const Program program = program_of(model);
  for (const std::string_view engine : backend_names()) {
    Stepper stepper(program, engine);
    bool q = false;
    for (const unsigned i : {0U, 1U, 0U, 0U, 1U}) {
      ASSERT_TRUE(stepper.edge({{"i", i}}, {}));
      q = q || i != 0;
      EXPECT_EQ(stepper.output("q"), q) << engine;
    }
  }
}

TEST(Loops, through_a_memory_that_oscillate_are_an_error) {
  const Program program = program_of(model_of(memory_loop("0110")));
  for (const std::string_view engine : backend_names()) {
    Stepper stepper(program, engine);
    ASSERT_TRUE(stepper.edge({{"i", 0}}, {})) << engine;
    ASSERT_FALSE(stepper.edge({{"i", 1}}, {})) << engine;
    EXPECT_NE(stepper.error().find("gate.run.no-fixpoint"), std::string::npos) << stepper.error();
    EXPECT_NE(stepper.error().find("m.read0[0]"), std::string::npos) << stepper.error();
  }
}

TEST(Loops, through_a_latch_or_a_flop_are_none) {
  for (const std::string type : {"$_DLATCH_P_", "$_DFF_P_"}) {
    ModuleText module;
    const std::string c = module.add_port("c", "input");
    const std::string q = module.add_port("q", "output");
    const std::string d = module.add_port("d", "output");
    module.add_cell(cell("u", "$_NOT_", R"("A": [)" + q + R"(], "Y": [)" + d + "]"));
    const std::string pin = type == "$_DFF_P_" ? "\"C\": [" : "\"E\": [";
    module.add_cell(cell("v", type, pin + c + R"(], "D": [)" + d + R"(], "Q": [)" + q + "]"));
    Diagnostics warnings;
    const Model model = model_of(module.text(), &warnings);
    EXPECT_TRUE(warnings.empty()) << warnings.to_string();
    EXPECT_EQ(model.states.size(), 1U);
    EXPECT_TRUE(compile(model, {.observed = {}, .refuse_loops = true}).has_value());
  }
}

TEST(Loops, leave_an_order_in_which_everything_follows_what_it_reads) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const Model model = random_model(seed, {.state_count = 20, .and_count = 80});
    const EvalOrder order = evaluation_order(model);
    // A node is ready when it keeps its value in a sweep, or has been evaluated.
    std::vector<bool> is_ready(model.aig.node_count(), true);
    for (std::uint32_t node = 1; node < model.aig.node_count(); ++node) {
      if (!model.aig.is_source(node)) is_ready[node] = false;
    }
    for (const StateBit& state : model.states) {
      if (state.has_gate() && !state.breaks_loop) is_ready[state.output.node()] = false;
    }
    for (const Memory& memory : model.memories) {
      for (const MemoryReadPort& port : memory.reads) {
        for (const Lit lit : port.data) is_ready[lit.node()] = false;
      }
    }
    const auto need = [&](Lit lit) { ASSERT_TRUE(is_ready[lit.node()]) << "seed " << seed; };
    for (const EvalStep& step : order.steps) {
      if (step.kind == EvalStep::Kind::And) {
        need(model.aig.node(step.index).a);
        need(model.aig.node(step.index).b);
        is_ready[step.index] = true;
      } else if (step.kind == EvalStep::Kind::State) {
        need(model.states[step.index].gate);
        need(model.states[step.index].value);
        is_ready[model.states[step.index].output.node()] = true;
      } else {
        const ReadPortId id = order.read_ports[step.index];
        const MemoryReadPort& port = model.memories[id.memory].reads[id.port];
        need(port.enable);
        for (const Lit lit : port.address) need(lit);
        for (const Lit lit : port.data) is_ready[lit.node()] = true;
      }
    }
    EXPECT_TRUE(std::all_of(is_ready.begin(), is_ready.end(), [](bool b) { return b; }));
  }
}

/// Ports and nets of several shapes, connected straight through.
Model named_model() {
  ModuleText module;
  const std::string a = module.add_port("a", "input", 4);
  const std::string b = module.add_port("b", "output", 4);
  const std::string clk = module.add_port("clk", "input");
  std::string cells;
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::string from = std::to_string(2 + i);
    const std::string to = std::to_string(6 + i);
    module.add_cell(cell("u" + std::to_string(i), "$_DFF_P_",
                         R"("C": [)" + clk + R"(], "D": [)" + from + R"(], "Q": [)" + to + "]"));
  }
  module.add_net(net("a", a));
  module.add_net(net("b", b));
  module.add_net(net("clk", clk));
  module.add_net(R"("high": {"hide_name": 0, "offset": 4, "bits": [)" + b +
                 R"(], "attributes": {}})");
  module.add_net(R"("down": {"hide_name": 0, "upto": 1, "offset": 2, "bits": [)" + b +
                 R"(], "attributes": {}})");
  module.add_net(R"("$made": {"hide_name": 1, "bits": [6], "attributes": {}})");
  module.add_net(net("core.b_low", "6"));
  module.add_net(net("core.b_next", "7"));
  module.add_net(net("odd[x]", "8"));
  module.add_net(net("tied", "\"1\""));
  return model_of(module.text());
}

TEST(Names, stand_in_order_so_that_digests_do_not_depend_on_the_netlist) {
  const Model model = named_model();
  const auto by_name = [](const auto& x, const auto& y) { return x.name < y.name; };
  EXPECT_TRUE(std::is_sorted(model.inputs.begin(), model.inputs.end(), by_name));
  EXPECT_TRUE(std::is_sorted(model.outputs.begin(), model.outputs.end(), by_name));
  EXPECT_TRUE(std::is_sorted(model.states.begin(), model.states.end(), by_name));
  EXPECT_TRUE(std::is_sorted(model.names.begin(), model.names.end(), by_name));
  EXPECT_EQ(model.find_input("a[2]"), 2);
  EXPECT_EQ(model.find_input("clk"), 4);
  EXPECT_EQ(model.find_output("b[3]"), 3);
  EXPECT_EQ(model.find_input("b[3]"), -1);
  EXPECT_EQ(model.find_input("a"), -1);
  EXPECT_EQ(model.find_output(""), -1);
}

TEST(Names, find_whole_nets_and_bits_as_they_were_declared) {
  const Model model = named_model();
  const std::vector<Lit> b = model.find_bits("b");
  ASSERT_EQ(b.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string n = std::to_string(i);
    EXPECT_EQ(b[i], model.outputs[i].lit);
    EXPECT_EQ(model.find_bits("b[" + n + "]"), std::vector<Lit>{b[i]});
    // [7:4] is written from 4 on; [2:5] counts down from bit 0.
    EXPECT_EQ(model.find_bits("high[" + std::to_string(4 + i) + "]"), std::vector<Lit>{b[i]});
    EXPECT_EQ(model.find_bits("down[" + std::to_string(5 - i) + "]"), std::vector<Lit>{b[i]});
  }
  EXPECT_EQ(model.find_bits("core.b_low"), std::vector<Lit>{b[0]});
  EXPECT_EQ(model.find_bits("odd[x]"), std::vector<Lit>{b[2]});
  EXPECT_EQ(model.find_bits("tied"), std::vector<Lit>{Lit::one()});
  EXPECT_EQ(model.find_bits("clk[0]"), model.find_bits("clk"));
}

TEST(Names, that_do_not_exist_find_nothing) {
  const Model model = named_model();
  for (const std::string name : {"",
                                 "]",
                                 "[",
                                 "b[",
                                 "b[]",
                                 "b[4]",
                                 "b[-1]",
                                 "b[0",
                                 "b[0]]",
                                 "b[ 0]",
                                 "b[00x]",
                                 "high[0]",
                                 "high[8]",
                                 "down[1]",
                                 "down[6]",
                                 "b[99999999999999999999]",
                                 "b[-2147483648]",
                                 "nothing",
                                 "nothing[0]",
                                 "B"}) {
    EXPECT_TRUE(model.find_bits(name).empty()) << name;
  }
  EXPECT_EQ(model.find_name("b[0]"), nullptr);
}

TEST(Names, match_globs_but_not_what_synthesis_made_up) {
  const Model model = named_model();
  const auto matched = [&model](const std::string& glob) {
    std::vector<std::string> names;
    for (const std::uint32_t index : model.match_names(glob)) {
      names.push_back(model.names[index].name);
    }
    return names;
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(matched("core.*"), (Names{"core.b_low", "core.b_next"}));
  EXPECT_EQ(matched("*b*"), (Names{"b", "core.b_low", "core.b_next"}));
  EXPECT_EQ(matched("?"), (Names{"a", "b"}));
  EXPECT_EQ(matched("c?k"), Names{"clk"});
  EXPECT_EQ(matched("*low"), Names{"core.b_low"});
  EXPECT_EQ(matched("core.b_low*"), Names{"core.b_low"});
  EXPECT_EQ(matched("odd[x]"), Names{"odd[x]"});
  EXPECT_EQ(matched("$made"), Names{});
  EXPECT_EQ(matched(""), Names{});
  EXPECT_EQ(matched("**").size(), model.names.size() - 1);
  EXPECT_EQ(matched(std::string(3000, '*') + "z"), Names{});
}

}  // namespace
}  // namespace heddle::gate
