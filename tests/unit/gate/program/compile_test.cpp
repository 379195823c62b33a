// From a model to a program: cuts, functions, levels, groups, clocks.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "gate/program/clock_cone.h"
#include "gate/program/clock_gates.h"
#include "gate/program/cuts.h"
#include "gate/program/enables.h"
#include "heddle/gate/fault.h"
#include "support/gate/aig_values.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"

namespace heddle::gate {
namespace {

using testing::AigValues;
using testing::Draw;
using testing::kAllPatterns;
using testing::program_of;
using testing::random_model;

std::uint64_t random_word(Draw& draw) {
  return std::uint64_t{draw.below(0xFFFFFFFF)} << 32 | draw.below(0xFFFFFFFF);
}

/// 64 evaluations of a table at once.
std::uint64_t lut_value(std::uint64_t table, std::span<const std::uint64_t> inputs) {
  std::uint64_t out = 0;
  for (std::uint32_t i = 0; i < 64; ++i) {
    std::uint32_t index = 0;
    for (std::size_t j = 0; j < inputs.size(); ++j) {
      index |= static_cast<std::uint32_t>(inputs[j] >> i & 1) << j;
    }
    out |= (table >> index & 1) << i;
  }
  return out;
}

struct RandomGraph {
  Aig aig;
  std::uint32_t source_count = 0;
};

RandomGraph random_graph(std::uint64_t seed, std::uint32_t sources, std::uint32_t ands) {
  RandomGraph graph;
  graph.source_count = sources;
  Draw draw(seed);
  std::vector<Lit> pool;
  for (std::uint32_t i = 0; i < sources; ++i) pool.push_back(graph.aig.add_source());
  for (std::uint32_t i = 0; i < ands; ++i) {
    const auto pick = [&] {
      return pool[draw.below(static_cast<std::uint32_t>(pool.size()))] ^ draw.one_in(2);
    };
    pool.push_back(draw.one_in(4) ? graph.aig.make_xor(pick(), pick())
                                  : graph.aig.make_and(pick(), pick()));
  }
  return graph;
}

TEST(Cuts, of_every_node_have_its_function_for_all_assignments) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const std::uint32_t sources = 3 + seed % 8;
    const RandomGraph graph = random_graph(seed, sources, 200);
    CutProblem problem{.aig = &graph.aig, .order = {}, .outside_references = {}};
    problem.outside_references.assign(graph.aig.node_count(), 0);
    for (std::uint32_t node = 1; node < graph.aig.node_count(); ++node) {
      if (!graph.aig.is_source(node)) problem.order.push_back(node);
      if (node % 7 == 0) problem.outside_references[node] = 1;
    }
    const std::vector<Cut> cuts = choose_cuts(problem);
    for (std::uint32_t high = 0; high << 6 < 1U << sources; ++high) {
      std::vector<std::uint64_t> values(graph.aig.node_count(), 0);
      for (std::uint32_t i = 0; i < sources; ++i) {
        const std::uint64_t fixed = i >= 6 && (high >> (i - 6) & 1) != 0 ? ~std::uint64_t{0} : 0;
        values[i + 1] = i < 6 ? kAllPatterns[i] : fixed;
      }
      const AigValues expected(graph.aig, values);
      for (const std::uint32_t node : problem.order) {
        const Cut& cut = cuts[node];
        ASSERT_LE(cut.leaf_count, Cut::kLeavesMax);
        std::vector<std::uint64_t> leaves;
        for (std::uint32_t i = 0; i < cut.leaf_count; ++i) {
          ASSERT_LT(cut.leaves[i], node);
          const bool is_ascending = i == 0 || cut.leaves[i - 1] < cut.leaves[i];
          ASSERT_TRUE(is_ascending);
          leaves.push_back(expected.of(Lit(cut.leaves[i], false)));
        }
        for (const bool complement : {false, true}) {
          const Lit root(node, complement);
          ASSERT_EQ(lut_value(cut_function(graph.aig, root, cut), leaves), expected.of(root))
              << "seed " << seed << " node " << node;
        }
      }
    }
  }
}

/// Values of a program's nodes, from those of its inputs, states and read data.
class ProgramValues {
 public:
  ProgramValues(const Program& program, std::vector<std::uint64_t> sources)
      : values_(std::move(sources)) {
    values_.resize(program.node_count, 0);
    // A select's outputs stand before the LUTs that its address may come from.
    for (std::uint32_t round = 0; round <= program.level_count; ++round) {
      for (const ProgramSelect& select : program.selects) look_up(select);
      for (std::size_t i = 0; i < program.luts.size(); ++i) {
        values_[program.first_lut + i] = of(program.luts[i]);
      }
    }
  }

  [[nodiscard]] std::uint64_t of(NodeRef ref) const {
    return values_[ref.node()] ^ (ref.complemented() ? ~std::uint64_t{0} : 0);
  }
  [[nodiscard]] std::uint64_t of(const LutNode& lut) const {
    std::vector<std::uint64_t> inputs;
    for (std::uint32_t i = 0; i < lut.input_count; ++i) inputs.push_back(values_[lut.inputs[i]]);
    return lut_value(lut.table, inputs);
  }
  [[nodiscard]] std::uint64_t at(std::uint32_t node) const { return values_[node]; }

 private:
  void look_up(const ProgramSelect& select) {
    const std::size_t width = select.outputs.size();
    for (std::size_t bit = 0; bit < width; ++bit) {
      std::uint64_t out = 0;
      for (std::uint32_t i = 0; i < 64; ++i) {
        std::size_t address = 0;
        for (std::size_t s = 0; s < select.select.size(); ++s) {
          address |= static_cast<std::size_t>(of(select.select[s]) >> i & 1) << s;
        }
        out |= (of(select.data[address * width + bit]) >> i & 1) << i;
      }
      values_[select.outputs[bit]] = out;
    }
  }

  std::vector<std::uint64_t> values_;
};

/// The same random values for the sources of a model and of its program.
struct BothValues {
  BothValues(const Program& both, std::uint64_t seed)
      : model(both.model.aig, model_sources(both, seed)),
        program(both, program_sources(both, seed)) {}

  AigValues model;
  ProgramValues program;

 private:
  static std::vector<std::uint64_t> model_sources(const Program& both, std::uint64_t seed) {
    std::vector<std::uint64_t> values(both.model.aig.node_count(), 0);
    for (std::uint32_t node = 1; node < values.size(); ++node) {
      Draw draw(seed * 1000 + node);
      if (both.model.aig.is_source(node)) values[node] = random_word(draw);
    }
    return values;
  }
  static std::vector<std::uint64_t> program_sources(const Program& both, std::uint64_t seed) {
    const std::vector<std::uint64_t> by_aig = model_sources(both, seed);
    std::vector<std::uint64_t> values(both.node_count, 0);
    for (std::uint32_t node = 1; node < by_aig.size(); ++node) {
      if (both.model.aig.is_source(node)) values[both.node_of_aig[node]] = by_aig[node];
    }
    return values;
  }
};

CompileOptions observing_some(const Model& model, std::uint64_t seed) {
  CompileOptions options;
  Draw draw(seed);
  for (std::uint32_t node = 1; node < model.aig.node_count(); ++node) {
    if (draw.one_in(5)) options.observed.push_back(Lit(node, draw.one_in(2)));
  }
  return options;
}

Program random_program(std::uint64_t seed) {
  Model model = random_model(seed, {.state_count = 20,
                                    .and_count = 150,
                                    .memory_count = 1,
                                    .register_rows = seed % 3 == 0 ? 4U : 0U});
  const CompileOptions options = observing_some(model, seed);
  return program_of(std::move(model), options);
}

TEST(Compile, keeps_the_function_of_everything_it_keeps) {
  std::size_t kept_count = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Program program = random_program(seed);
    const Model& model = program.model;
    const BothValues values(program, seed);
    for (std::uint32_t node = 1; node < model.aig.node_count(); ++node) {
      const std::uint32_t kept = program.node_of_aig[node];
      if (kept == 0) continue;
      ++kept_count;
      ASSERT_EQ(values.program.at(kept), values.model.of(Lit(node, false))) << seed;
    }
    for (std::size_t i = 0; i < model.outputs.size(); ++i) {
      ASSERT_EQ(values.program.of(program.outputs[i]), values.model.of(model.outputs[i].lit));
    }
    ASSERT_EQ(program.observed.size(), program.observed_lits.size());
    for (std::size_t i = 0; i < program.observed.size(); ++i) {
      ASSERT_EQ(values.program.of(program.observed[i]), values.model.of(program.observed_lits[i]));
    }
  }
  EXPECT_GT(kept_count, 5000U);
}

TEST(Compile, moves_a_state_when_the_model_would) {
  std::size_t plain_count = 0;
  std::size_t gated_count = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Program program = random_program(seed);
    const BothValues values(program, seed);
    for (std::size_t i = 0; i < program.states.size(); ++i) {
      const StateBit& state = program.model.states[i];
      const ProgramState& compiled = program.states[i];
      const auto model = [&](Lit lit) { return values.model.of(lit); };
      const std::uint64_t forced = model(state.gate) & (model(state.value) ^ model(state.output));
      ASSERT_EQ(compiled.force >= 0, state.has_gate());
      if (compiled.force >= 0) {
        ASSERT_EQ(values.program.of(program.functions[static_cast<std::size_t>(compiled.force)]),
                  forced);
      }
      ASSERT_EQ(compiled.group >= 0, state.has_clock());
      if (compiled.group < 0) continue;
      const EnableGroup& group = program.groups[static_cast<std::size_t>(compiled.group)];
      const std::uint64_t clock = values.program.of(program.domains[group.domain].clock);
      const std::uint64_t differs =
          compiled.toggle >= 0
              ? values.program.of(program.functions[static_cast<std::size_t>(compiled.toggle)])
              : values.program.of(compiled.next) ^ model(state.output);
      const std::uint64_t toggles = values.program.of(group.enable) & differs;
      const std::uint64_t expected =
          ~model(state.gate) & model(state.enable) & (model(state.next) ^ model(state.output));
      if (clock == model(state.clock)) {
        ++plain_count;
        ASSERT_EQ(toggles, expected) << "seed " << seed << " state " << state.name;
      } else {
        // Behind a clock gate: what the AND of clock and latch lets through.
        ++gated_count;
        ASSERT_EQ(clock & toggles, model(state.clock) & expected) << "seed " << seed;
      }
    }
  }
  EXPECT_GT(plain_count, 1000U);
  EXPECT_GT(gated_count, 50U);
}

/// Level of each node as an engine orders it; breakers and plain flops have none.
std::vector<std::uint32_t> levels_of(const Program& program) {
  std::vector<std::uint32_t> levels(program.node_count, 0);
  for (std::size_t i = 0; i < program.luts.size(); ++i) {
    levels[program.first_lut + i] = program.luts[i].level;
  }
  for (std::size_t i = 0; i < program.states.size(); ++i) {
    const std::int32_t force = program.states[i].force;
    if (force < 0 || program.model.states[i].breaks_loop) continue;
    levels[program.states[i].output] = program.functions[static_cast<std::size_t>(force)].level;
  }
  for (const ProgramReadPort& port : program.reads) {
    for (const std::uint32_t node : port.data) levels[node] = port.level;
  }
  for (const ProgramSelect& select : program.selects) {
    for (const std::uint32_t node : select.outputs) levels[node] = select.level;
  }
  return levels;
}

TEST(Compile, gives_levels_that_rise_along_every_dependence) {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    const Program program = program_of(random_model(
        seed, {.state_count = 20, .and_count = 60, .register_rows = seed % 3 == 0 ? 4U : 0U}));
    const std::vector<std::uint32_t> levels = levels_of(program);
    EXPECT_LT(program.level_count, program.model.aig.node_count());
    const auto expect_above = [&](std::uint32_t level, std::uint32_t node) {
      ASSERT_GT(level, levels[node]) << "seed " << seed << " node " << node;
      ASSERT_LE(level, program.level_count);
    };
    for (const LutNode& lut : program.luts) {
      for (std::uint32_t i = 0; i < lut.input_count; ++i) expect_above(lut.level, lut.inputs[i]);
    }
    for (std::size_t s = 0; s < program.states.size(); ++s) {
      const ProgramState& state = program.states[s];
      if (state.force < 0 || program.model.states[s].breaks_loop) continue;
      const LutNode& force = program.functions[static_cast<std::size_t>(state.force)];
      for (std::uint32_t i = 0; i < force.input_count; ++i) {
        if (force.inputs[i] != state.output) expect_above(force.level, force.inputs[i]);
      }
    }
    for (const ProgramReadPort& port : program.reads) {
      expect_above(port.level, port.enable.node());
      for (const NodeRef bit : port.address) expect_above(port.level, bit.node());
    }
    for (const ProgramSelect& select : program.selects) {
      for (const NodeRef bit : select.select) expect_above(select.level, bit.node());
      for (const NodeRef bit : select.data) expect_above(select.level, bit.node());
    }
  }
}

/// A model of inputs that tests wire up by hand.
struct HandMade {
  explicit HandMade(std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
      inputs.push_back(model.aig.add_source());
      model.inputs.push_back({name, inputs.back()});
    }
  }
  /// A flop or, with a gate, a latch; returns its output.
  Lit add(StateBit state) {
    state.name = "s" + std::to_string(100 + model.states.size());
    state.output = model.aig.add_source();
    model.states.push_back(state);
    return state.output;
  }
  Lit add_latch(Lit gate, Lit value) {
    StateBit latch;
    latch.kind = StateKind::Latch;
    latch.gate = gate;
    latch.value = value;
    return add(latch);
  }
  Lit add_flop(Lit clock, Lit next, Lit enable = Lit::one()) {
    StateBit flop;
    flop.clock = clock;
    flop.next = next;
    flop.enable = enable;
    return add(flop);
  }

  Model model;
  std::vector<Lit> inputs;
};

TEST(Groups, are_made_where_enough_flops_share_an_enable) {
  for (std::uint32_t count = 1; count <= 8; ++count) {
    HandMade made({"clk", "d", "e"});
    for (std::uint32_t i = 0; i < count; ++i) {
      static_cast<void>(made.add_flop(made.inputs[0], made.inputs[1], made.inputs[2]));
    }
    const Program program = program_of(made.model);
    ASSERT_EQ(program.domains.size(), 1U);
    EXPECT_EQ(program.groups.size(), count >= 4 ? 2U : 1U) << count;
    EXPECT_EQ(program.domains[0].group_count, program.groups.size());
    EXPECT_EQ(program.groups[0].enable, NodeRef::one());
    for (const ProgramState& state : program.states) {
      EXPECT_EQ(state.group, count >= 4 ? 1 : 0) << count;
    }
  }
}

TEST(Groups, are_found_in_multiplexers_before_the_flops) {
  HandMade made({"clk", "d", "e", "r"});
  for (std::uint32_t i = 0; i < 6; ++i) {
    const Lit q = made.add_flop(made.inputs[0], Lit::zero());
    made.model.states.back().next = made.model.aig.make_and(
        ~made.inputs[3], made.model.aig.make_mux(made.inputs[2], made.inputs[1], q));
  }
  const Program program = program_of(made.model);
  EXPECT_EQ(program.groups.size(), 2U);
  for (const ProgramState& state : program.states) EXPECT_EQ(state.group, 1);
}

TEST(Groups, of_several_clocks_stand_by_domain) {
  HandMade made({"a", "b", "d", "e", "f"});
  for (std::uint32_t i = 0; i < 16; ++i) {
    const Lit clock = made.inputs[i % 2] ^ (i % 4 == 3);
    static_cast<void>(made.add_flop(clock, made.inputs[2], made.inputs[3 + i / 8]));
  }
  const Program program = program_of(made.model);
  EXPECT_EQ(program.domains.size(), 3U);
  std::uint32_t next = 0;
  for (std::uint32_t d = 0; d < program.domains.size(); ++d) {
    EXPECT_EQ(program.domains[d].first_group, next);
    for (std::uint32_t g = 0; g < program.domains[d].group_count; ++g) {
      EXPECT_EQ(program.groups[next + g].domain, d);
    }
    next += program.domains[d].group_count;
  }
  EXPECT_EQ(next, program.groups.size());
}

/// What `split_hold` promises, for all assignments of six sources.
void expect_split(Aig& aig, Lit next, Lit held, bool must_split, const std::string& what) {
  const std::optional<HoldSplit> split = split_hold(aig, next, held);
  ASSERT_EQ(split.has_value() || !must_split, true) << what;
  if (!split) return;
  std::vector<std::uint64_t> values(7, 0);
  std::copy(kAllPatterns.begin(), kAllPatterns.end(), values.begin() + 1);
  const AigValues all(aig, values);
  const std::uint64_t enable = all.of(split->enable);
  EXPECT_EQ((enable & all.of(split->data)) | (~enable & all.of(held)), all.of(next)) << what;
  if (must_split) {
    EXPECT_NE(enable, ~std::uint64_t{0}) << what << ": nothing was gained";
  }
}

TEST(Enables, are_found_in_the_usual_forms) {
  Aig aig;
  std::vector<Lit> s;
  for (std::uint32_t i = 0; i < 6; ++i) s.push_back(aig.add_source());
  const Lit q = s[0];
  const Lit held = aig.make_mux(s[1], s[2], q);
  expect_split(aig, held, q, true, "e ? d : q");
  expect_split(aig, aig.make_mux(s[1], q, s[2]), q, true, "e ? q : d");
  expect_split(aig, ~aig.make_mux(s[1], ~s[2], ~q), q, true, "~(e ? ~d : ~q)");
  expect_split(aig, aig.make_and(~s[3], held), q, true, "reset over enable");
  expect_split(aig, aig.make_or(s[3], held), q, true, "set over enable");
  expect_split(aig, aig.make_mux(s[1], aig.make_and(~s[3], s[2]), q), q, true, "enable over reset");
  expect_split(aig, aig.make_mux(s[3], s[4], held), q, true, "load over shift");
  expect_split(aig, aig.make_and(~s[3], aig.make_mux(s[4], s[5], held)), q, true, "all of them");
}

TEST(Enables, are_never_wrong) {
  std::uint32_t split_count = 0;
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    RandomGraph graph = random_graph(seed, 6, 8);
    Draw draw(seed);
    const Lit q(1, draw.one_in(2));
    std::vector<Lit> pool;
    for (std::uint32_t node = 1; node < graph.aig.node_count(); ++node)
      pool.emplace_back(node, draw.one_in(2));
    const auto any = [&] { return pool[draw.below(static_cast<std::uint32_t>(pool.size()))]; };
    Lit next = q;
    for (std::uint32_t i = 0; i < 1 + draw.below(3); ++i) {
      next = draw.one_in(2) ? graph.aig.make_mux(any(), any(), next)
                            : graph.aig.make_and(any(), next) ^ draw.one_in(2);
    }
    split_count += split_hold(graph.aig, next, q).has_value();
    expect_split(graph.aig, next, q, false, "seed " + std::to_string(seed));
  }
  EXPECT_GT(split_count, 1000U);
}

/// Four flops behind a gate on `clock`; how many clocks the program has.
std::vector<NodeRef> clocks_behind_a_gate(HandMade made, Lit gated) {
  for (std::uint32_t i = 0; i < 4; ++i) static_cast<void>(made.add_flop(gated, made.inputs[1]));
  std::vector<NodeRef> clocks;
  for (const ClockDomain& domain : program_of(made.model).domains) clocks.push_back(domain.clock);
  return clocks;
}

TEST(ClockGates, are_seen_through_one_behind_the_other) {
  HandMade made({"clk", "d", "e", "f"});
  Aig& aig = made.model.aig;
  const Lit clk = made.inputs[0];
  const Lit first = aig.make_and(clk, made.add_latch(~clk, made.inputs[2]));
  const Lit second = aig.make_and(first, made.add_latch(~first, made.inputs[3]));
  const std::vector<NodeRef> root{NodeRef(1, false)};  // input 0
  EXPECT_EQ(clocks_behind_a_gate(made, first), root);
  EXPECT_EQ(clocks_behind_a_gate(made, second), root);
  const GatedClock gated = ClockGates(made.model).see_through(aig, second);
  EXPECT_EQ(gated.clock, clk);
  EXPECT_EQ(gated.enable, aig.make_and(made.model.states[0].output, made.model.states[1].output));
}

TEST(ClockGates, that_differ_in_one_thing_are_none) {
  HandMade made({"clk", "d", "e"});
  Aig& aig = made.model.aig;
  const Lit clk = made.inputs[0];
  const Lit open_high = aig.make_and(clk, made.add_latch(clk, made.inputs[2]));
  const Lit no_latch = aig.make_and(clk, made.inputs[2]);
  const Lit inverted = ~aig.make_and(clk, made.add_latch(~clk, made.inputs[2]));
  for (const Lit clock : {open_high, no_latch, inverted}) {
    EXPECT_EQ(ClockGates(made.model).see_through(aig, clock).clock, clock);
    ASSERT_EQ(clocks_behind_a_gate(made, clock).size(), 1U);
    EXPECT_NE(clocks_behind_a_gate(made, clock)[0].node(), 1U);
  }
}

TEST(ClockGates, on_a_clock_that_a_loop_disturbs_are_none) {
  HandMade made({"clk", "d", "e"});
  Aig& aig = made.model.aig;
  const Lit breaker = made.add_latch(made.inputs[1], made.inputs[2]);
  made.model.states.back().breaks_loop = true;
  const Lit clock = aig.make_and(made.inputs[0], breaker);
  const Lit gated = aig.make_and(clock, made.add_latch(~clock, made.inputs[2]));
  EXPECT_EQ(ClockGates(made.model).see_through(aig, gated).clock, gated);
}

TEST(ClockCone, holds_what_clocks_depend_on_but_nothing_behind_a_flop) {
  HandMade made({"clk", "d", "e", "r"});
  Aig& aig = made.model.aig;
  const Lit clk = made.inputs[0];
  const Lit below = made.add_flop(clk, made.inputs[1]);
  const Lit select = made.add_latch(made.inputs[2], made.inputs[3]);
  const Lit data = aig.make_and(made.inputs[1], below);
  const Lit derived = aig.make_and(below, select);
  static_cast<void>(made.add_flop(derived, data));
  const ClockCone cone = clock_cone(made.model);
  const auto contains = [&cone](Lit lit) { return cone.contains[lit.node()] != 0; };
  for (const Lit lit : {clk, derived, below, select, made.inputs[2], made.inputs[3]}) {
    EXPECT_TRUE(contains(lit)) << lit.node();
  }
  EXPECT_FALSE(contains(made.inputs[1]));
  EXPECT_FALSE(contains(data));
  EXPECT_TRUE(cone.gates.empty());
}

TEST(ClockCone, ends_at_the_latch_of_a_clock_gate) {
  HandMade made({"clk", "d", "e"});
  const Lit clk = made.inputs[0];
  const Lit latch = made.add_latch(~clk, made.inputs[2]);
  const Lit gated = made.model.aig.make_and(clk, latch);
  static_cast<void>(made.add_flop(gated, made.inputs[1]));
  const ClockCone cone = clock_cone(made.model);
  EXPECT_EQ(cone.gates, std::vector<std::uint32_t>{gated.node()});
  EXPECT_NE(cone.contains[clk.node()], 0);
  EXPECT_EQ(cone.contains[latch.node()], 0);
  EXPECT_EQ(cone.contains[made.inputs[2].node()], 0);
}

TEST(Fault, inverts_one_gate_and_names_it) {
  HandMade made({"a", "b", "c"});
  const Lit y = made.model.aig.make_and(made.inputs[0], made.inputs[1]);
  made.model.outputs.push_back({"y", y});
  made.model.names.push_back({.name = "y", .first_bit = 0, .width = 1});
  made.model.name_bits.push_back(y);
  for (const std::string where : {"y", "seed:1", "seed:18446744073709551615"}) {
    Program program = program_of(made.model);
    const auto fault = inject_fault(program, where);
    ASSERT_TRUE(fault.has_value()) << where;
    EXPECT_EQ(*fault, "y");
    testing::Stepper broken(program, "event");
    testing::Stepper whole(program, "reference");
    EXPECT_TRUE(broken.output("y"));
    EXPECT_FALSE(whole.output("y"));
  }
}

TEST(Fault, without_a_gate_to_invert_is_an_error) {
  HandMade made({"a", "b"});
  made.model.names.push_back({.name = "a", .first_bit = 0, .width = 1});
  made.model.name_bits.push_back(made.inputs[0]);
  Program program = program_of(made.model);
  for (const std::string where : {"a", "nothing", "", "seed:", "seed:x", "seed:1x", "seed:1"}) {
    const auto fault = inject_fault(program, where);
    ASSERT_FALSE(fault.has_value()) << where;
    EXPECT_EQ(fault.error().list().at(0).code(), "gate.fault.unknown-net") << where;
  }
}

}  // namespace
}  // namespace heddle::gate
