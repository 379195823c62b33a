// X propagation: on random designs with x in flops, memories, inputs and nets the
// event engine has the reference's digests, changes and masks; values stay those
// of the two-state run; and what is known is what every choice of the unknown
// bits gives.
#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/gate/backend.h"
#include "support/gate/random_model.h"

namespace heddle::gate {
namespace {

using testing::Draw;
using testing::random_model;
using testing::RandomModelOptions;

constexpr std::uint64_t kEdges = 60;

/// What a run shows of itself.
struct Outcome {
  std::vector<std::uint64_t> digests;
  std::vector<std::vector<std::uint32_t>> changes;
  std::vector<std::vector<std::uint32_t>> x_changes;
  std::vector<bool> values;  ///< states and outputs, edge after edge
  std::vector<bool> unknown;
  std::vector<std::uint64_t> memory;
  std::vector<std::uint64_t> x_memory;
  std::uint64_t settled_edges = 0;
};

/// Every way in which the event engine goes about it, by turns.
EventTuning tuning_of(std::uint64_t seed) {
  constexpr std::uint64_t kNever = ~std::uint64_t{0};
  const bool looks = seed % 2 == 0;
  return {.machine_code = seed % 3 != 0,
          .first_look = looks ? seed % 20 : kNever,
          .look_samples = looks ? static_cast<std::uint32_t>(1 + seed % 7) : 1};
}

/// Data at random on every input but the last, which nothing drives.
void fill(EdgeWindow& window, std::uint64_t edge, std::uint32_t inputs, std::uint64_t seed) {
  window.begin(edge);
  Draw draw(seed * 1'000'003 + edge);
  std::vector<EdgeOp> data;
  for (std::uint32_t i = 2; i + 1 < inputs; ++i) {
    if (draw.one_in(3)) data.push_back({i, draw.below(2)});
  }
  std::vector<EdgeOp> clocks;
  for (std::uint32_t c = 0; c < 2; ++c) {
    if (draw.one_in(8)) data.push_back({c, draw.below(2)});
    if (draw.below(4) != 0) clocks.push_back({c, draw.below(2)});
  }
  window.append({.edge = edge, .time_ps = static_cast<std::int64_t>(edge) * 1000}, data, clocks);
}

/// Some states, bits of memories, an input and, as a source of its own, a net.
void sprinkle(Model& model, std::uint64_t seed, BackendOptions& options) {
  Draw draw(seed ^ 0x5EED);
  const std::uint32_t rarity = 1 + draw.below(8);
  for (StateBit& state : model.states) state.is_unknown = draw.one_in(rarity);
  for (Memory& memory : model.memories) {
    memory.is_unknown = draw.one_in(3);
    if (memory.is_unknown || draw.one_in(2)) continue;
    memory.unknown.assign(memory.initial.size(), 0);
    for (std::size_t w = 0; w < memory.initial.size(); ++w) {
      memory.unknown[w] = memory.initial[w] & 0xF0F0F0F0F0F0F0F0;
    }
  }
  options.x.is_on = true;
  for (std::uint32_t i = 0; i < model.inputs.size(); ++i) {
    const bool is_open = i + 1 == model.inputs.size();
    if (is_open ? draw.one_in(2) : draw.one_in(8)) options.x.unknown_inputs.push_back(i);
  }
}

/// Runs on values that `choose` has given the unknown bits before edge 0.
template <class Choose>
Outcome run(std::string_view engine, const Program& program, std::uint64_t seed,
            const BackendOptions& options, const Choose& choose) {
  Outcome outcome;
  auto made = make_backend(engine, program, nullptr, options);
  EXPECT_TRUE(made.has_value());
  Backend& backend = **made;
  choose(backend);
  const Model& model = program.model;
  const auto inputs = static_cast<std::uint32_t>(model.inputs.size());
  for (std::uint64_t edge = 0; edge < kEdges; ++edge) {
    fill(backend.window(), edge, inputs, seed);
    const BatchToken token = backend.run_edges(edge, 1);
    const auto view = backend.wait(token);
    if (!view) break;
    outcome.settled_edges += view->executed;
    outcome.digests.insert(outcome.digests.end(), view->digests.begin(), view->digests.end());
    std::vector<std::uint32_t> codes;
    for (const Change change : view->changes) codes.push_back(change.code);
    outcome.changes.push_back(codes);
    codes.clear();
    for (const Change change : view->x_changes) codes.push_back(change.code);
    outcome.x_changes.push_back(codes);
    for (std::uint32_t i = 0; i < model.states.size(); ++i) {
      outcome.values.push_back(backend.state(i));
      outcome.unknown.push_back(backend.is_x_state(i));
    }
    for (std::uint32_t i = 0; i < model.outputs.size(); ++i) {
      outcome.values.push_back(backend.output(i));
      outcome.unknown.push_back(backend.is_x_output(i));
    }
  }
  for (std::uint32_t m = 0; m < model.memories.size(); ++m) {
    const auto words = backend.memory(m);
    outcome.memory.insert(outcome.memory.end(), words.begin(), words.end());
    const auto unknown = backend.x_memory(m);
    outcome.x_memory.insert(outcome.x_memory.end(), unknown.begin(), unknown.end());
  }
  return outcome;
}

Outcome run(std::string_view engine, const Program& program, std::uint64_t seed,
            const BackendOptions& options) {
  return run(engine, program, seed, options, [](Backend&) {});
}

struct Case {
  Program program;
  BackendOptions options;
};

Case make_case(std::uint64_t seed, const RandomModelOptions& wanted) {
  Case made;
  made.options = {.digests = true, .changes = true, .event = tuning_of(seed)};
  Model model = random_model(seed, wanted);
  sprinkle(model, seed, made.options);
  CompileOptions compiling;
  Draw draw(seed);
  for (std::uint32_t node = 1; node < model.aig.node_count(); ++node) {
    if (draw.one_in(4)) compiling.observed.push_back(Lit(node, draw.one_in(2)));
  }
  auto program = compile(std::move(model), compiling);
  EXPECT_TRUE(program.has_value());
  made.program = std::move(*program);
  return made;
}

std::uint64_t expect_agreement(std::uint64_t seed, const RandomModelOptions& wanted) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Case made = make_case(seed, wanted);
  const Outcome reference = run("reference", made.program, seed, made.options);
  const Outcome event = run("event", made.program, seed, made.options);
  EXPECT_EQ(reference.settled_edges, event.settled_edges);
  const std::size_t common = std::min(reference.digests.size(), event.digests.size());
  for (std::size_t e = 0; e < common; ++e) {
    EXPECT_EQ(reference.x_changes[e], event.x_changes[e]) << "edge " << e;
    EXPECT_EQ(reference.changes[e], event.changes[e]) << "edge " << e;
    EXPECT_EQ(reference.digests[e], event.digests[e]) << "edge " << e;
    if (::testing::Test::HasFailure()) return 0;
  }
  if (reference.settled_edges != kEdges) return event.settled_edges;
  EXPECT_EQ(reference.unknown, event.unknown);
  EXPECT_EQ(reference.memory, event.memory);
  EXPECT_EQ(reference.x_memory, event.x_memory);
  BackendOptions plain = made.options;
  plain.x = {};
  EXPECT_EQ(run("event", made.program, seed, plain).values, event.values);
  BackendOptions unobserved = made.options;
  unobserved.digests = unobserved.changes = false;
  EXPECT_EQ(run("event", made.program, seed, unobserved).unknown, event.unknown);
  return event.settled_edges;
}

TEST(EnginesWithX, agree_on_plain_synchronous_designs) {
  for (std::uint64_t seed = 1; seed <= 200 && !HasFailure(); ++seed) {
    expect_agreement(seed, {.has_latches = false, .has_derived_clocks = false});
  }
}

TEST(EnginesWithX, agree_on_gated_and_flop_divided_clocks) {
  for (std::uint64_t seed = 1000; seed <= 1200 && !HasFailure(); ++seed) {
    expect_agreement(seed, {.has_latches = false});
  }
}

TEST(EnginesWithX, agree_on_register_files_of_flops) {
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 1; seed <= 300 && !HasFailure(); ++seed) {
    settled += expect_agreement(seed, {.state_count = 8, .and_count = 20, .register_rows = 4});
    settled += expect_agreement(seed, {.state_count = 20, .and_count = 60, .register_rows = 8});
  }
  EXPECT_GT(settled, 10'000U);
}

TEST(EnginesWithX, agree_on_latches_loops_and_everything) {
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 2000; seed <= 2500 && !HasFailure(); ++seed) {
    settled += expect_agreement(seed, {.state_count = 20, .and_count = 60});
  }
  EXPECT_GT(settled, 10'000U);
}

TEST(EnginesWithX, agree_on_small_designs_by_the_thousand) {
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 10'000; seed <= 11'500 && !HasFailure(); ++seed) {
    settled += expect_agreement(seed, {.state_count = 6, .and_count = 8, .memory_count = 0});
    settled += expect_agreement(seed, {.state_count = 7, .and_count = 12});
  }
  EXPECT_GT(settled, 50'000U);
}

/// Other values for what is unknown before edge 0.
void choose_others(const Program& program, Backend& backend, std::uint64_t seed,
                   std::vector<EdgeOp>& open_inputs, const BackendOptions& options) {
  Draw draw(seed);
  const Model& model = program.model;
  for (std::uint32_t m = 0; m < model.memories.size(); ++m) {
    const std::vector<std::uint64_t> unknown = model.memories[m].unknown_words();
    std::vector<std::uint64_t> words = model.memories[m].initial;
    for (std::size_t w = 0; w < words.size(); ++w) {
      const std::uint64_t random = std::uint64_t{draw.below(~0U)} << 32 | draw.below(~0U);
      words[w] = (words[w] & ~unknown[w]) | (random & unknown[w]);
    }
    backend.set_memory(m, words);
  }
  for (std::uint32_t i = 0; i < model.states.size(); ++i) {
    if (model.states[i].is_unknown) backend.set_state(i, draw.one_in(2));
  }
  for (const std::uint32_t input : options.x.unknown_inputs) {
    open_inputs.push_back({input, draw.below(2)});
  }
}

// Soundness: a bit that is known has, in a run from other values of the unknown
// bits, the value that it has here. Of clocks and controls nothing is said that
// glitches: synchronous designs with asynchronous controls and memories.
TEST(EnginesWithX, know_only_what_every_choice_of_the_unknown_gives) {
  std::uint64_t known = 0;
  for (std::uint64_t seed = 1; seed <= 150 && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Case made = make_case(
        seed,
        {.state_count = 20, .and_count = 80, .has_latches = false, .has_derived_clocks = false});
    // An input is 0 before it is driven, x or not: only states and memories differ.
    made.options.x.unknown_inputs.clear();
    const Outcome with_x = run("event", made.program, seed, made.options);
    if (with_x.settled_edges != kEdges) continue;
    BackendOptions plain = made.options;
    plain.x = {};
    for (std::uint64_t choice = 1; choice <= 4; ++choice) {
      const Outcome other = run("event", made.program, seed, plain, [&](Backend& backend) {
        std::vector<EdgeOp> unused;
        choose_others(made.program, backend, seed * 7 + choice, unused, made.options);
      });
      ASSERT_EQ(other.values.size(), with_x.values.size());
      for (std::size_t i = 0; i < other.values.size(); ++i) {
        if (with_x.unknown[i]) continue;
        ++known;
        ASSERT_EQ(with_x.values[i], other.values[i]) << "bit " << i;
      }
    }
  }
  EXPECT_GT(known, 100'000U);
}

TEST(EnginesWithX, without_a_source_of_x_find_none) {
  Case made = make_case(5, {.memory_count = 0, .has_latches = false});
  for (StateBit& state : made.program.model.states) state.is_unknown = false;
  made.options.x.unknown_inputs.clear();
  const Outcome found = run("event", made.program, 5, made.options);
  EXPECT_EQ(std::count(found.unknown.begin(), found.unknown.end(), true), 0);
}

}  // namespace
}  // namespace heddle::gate
