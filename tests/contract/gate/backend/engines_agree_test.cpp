// Every engine gives the reference engine's bytes on random designs: digests,
// change lists, outputs, memories, and the refusal of what oscillates.
#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/gate/backend.h"
#include "support/gate/random_model.h"

namespace heddle::gate {
namespace {

using testing::Draw;
using testing::random_model;
using testing::RandomModelOptions;

/// What a run shows of itself.
struct Outcome {
  std::vector<std::uint64_t> digests;
  std::vector<std::vector<std::uint32_t>> changes;
  std::vector<std::uint64_t> memory;
  std::vector<bool> states;
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

/// Random data on every input, both clocks at random; now and then a clock
/// moves among the data, as one that a peripheral drives does.
void fill(EdgeWindow& window, std::uint64_t first, std::uint32_t count, std::uint32_t inputs,
          std::uint64_t seed) {
  window.begin(first);
  for (std::uint64_t edge = first; edge < first + count; ++edge) {
    Draw draw(seed * 1'000'003 + edge);
    std::vector<EdgeOp> data;
    for (std::uint32_t i = 2; i < inputs; ++i) {
      if (draw.one_in(3)) data.push_back({i, draw.below(2)});
    }
    std::vector<EdgeOp> clocks;
    for (std::uint32_t c = 0; c < 2; ++c) {
      if (draw.one_in(8)) data.push_back({c, draw.below(2)});
      if (draw.below(4) != 0) clocks.push_back({c, draw.below(2)});
    }
    window.append({.edge = edge, .time_ps = static_cast<std::int64_t>(edge) * 1000}, data, clocks);
  }
}

Outcome run(std::string_view engine, const Program& program, std::uint64_t seed,
            std::uint64_t edges, std::uint32_t batch, bool observes = true) {
  Outcome outcome;
  auto made = make_backend(
      engine, program, nullptr,
      {.digests = observes, .changes = observes, .event = tuning_of(seed / (observes ? 1 : 6))});
  EXPECT_TRUE(made.has_value());
  Backend& backend = **made;
  const auto inputs = static_cast<std::uint32_t>(program.model.inputs.size());
  for (std::uint64_t first = 0; first < edges; first += batch) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch, edges - first));
    fill(backend.window(), first, count, inputs, seed);
    const BatchToken token = backend.run_edges(first, count);
    const auto view = backend.wait(token);
    if (!view) break;
    outcome.settled_edges += view->executed;
    outcome.digests.insert(outcome.digests.end(), view->digests.begin(), view->digests.end());
    for (std::uint32_t e = 0; observes && e < view->executed; ++e) {
      std::vector<std::uint32_t> codes;
      for (std::uint32_t i = view->change_begin[e]; i < view->change_begin[e + 1]; ++i) {
        codes.push_back(view->changes[i].code);
      }
      outcome.changes.push_back(std::move(codes));
    }
  }
  for (std::uint32_t i = 0; i < program.model.states.size(); ++i) {
    outcome.states.push_back(backend.state(i));
  }
  for (std::uint32_t m = 0; m < program.model.memories.size(); ++m) {
    const auto words = backend.memory(m);
    outcome.memory.insert(outcome.memory.end(), words.begin(), words.end());
  }
  return outcome;
}

Program compile_observing_all(Model model, std::uint64_t seed) {
  CompileOptions options;
  Draw draw(seed);
  for (std::uint32_t node = 1; node < model.aig.node_count(); ++node) {
    if (draw.one_in(4)) options.observed.push_back(Lit(node, draw.one_in(2)));
  }
  auto program = compile(std::move(model), options);
  EXPECT_TRUE(program.has_value());
  return std::move(*program);
}

/// The edges that settled, which both engines must agree on too.
std::uint64_t expect_agreement(std::uint64_t seed, const RandomModelOptions& options,
                               std::uint64_t edges = 200) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const Program program = compile_observing_all(random_model(seed, options), seed);
  const Outcome reference = run("reference", program, seed, edges, 64);
  const Outcome event = run("event", program, seed, edges, 64);
  EXPECT_EQ(reference.settled_edges, event.settled_edges);
  const std::size_t common = std::min(reference.digests.size(), event.digests.size());
  for (std::size_t e = 0; e < common; ++e) {
    EXPECT_EQ(reference.changes[e], event.changes[e]) << "edge " << e;
    EXPECT_EQ(reference.digests[e], event.digests[e]) << "edge " << e;
    if (::testing::Test::HasFailure()) return event.settled_edges;
  }
  if (reference.settled_edges == edges) {
    EXPECT_EQ(reference.memory, event.memory);
    EXPECT_EQ(reference.states, event.states);
    const Outcome unobserved = run("event", program, seed, edges, 64, false);
    EXPECT_EQ(reference.memory, unobserved.memory);
    EXPECT_EQ(reference.states, unobserved.states);
  }
  return event.settled_edges;
}

TEST(Engines, agree_on_plain_synchronous_designs) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    expect_agreement(seed, {.has_latches = false, .has_derived_clocks = false});
  }
}

TEST(Engines, agree_on_gated_and_flop_divided_clocks) {
  for (std::uint64_t seed = 1000; seed <= 1300; ++seed) {
    expect_agreement(seed, {.has_latches = false});
  }
}

TEST(Engines, agree_on_register_files_of_flops) {
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 1; seed <= 1500 && !HasFailure(); ++seed) {
    settled += expect_agreement(seed, {.state_count = 8, .and_count = 20, .register_rows = 4}, 60);
    settled += expect_agreement(seed, {.state_count = 20, .and_count = 60, .register_rows = 8}, 60);
  }
  EXPECT_GT(settled, 50'000U);
}

TEST(Engines, agree_on_latches_loops_and_everything) {
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 2000; seed <= 4500 && !HasFailure(); ++seed) {
    settled += expect_agreement(seed, {.state_count = 20, .and_count = 60}, 60);
  }
  EXPECT_GT(settled, 50'000U);  // the test would say nothing if everything oscillated
}

// Tiny designs are all corner cases: loops through clock gates, controls that
// pulse while clocks settle, clocks made of loops.
TEST(Engines, agree_on_small_designs_by_the_thousand) {
  std::uint64_t settled = 0;
  for (std::uint64_t seed = 10'000; seed <= 16'000 && !HasFailure(); ++seed) {
    settled += expect_agreement(seed, {.state_count = 6, .and_count = 8, .memory_count = 0}, 60);
    settled += expect_agreement(seed, {.state_count = 7, .and_count = 12}, 60);
  }
  EXPECT_GT(settled, 300'000U);
}

TEST(Engines, give_the_same_bytes_for_any_batch) {
  const Program program = compile_observing_all(random_model(7, {.has_latches = false}), 7);
  const Outcome single = run("event", program, 7, 300, 1);
  for (const std::uint32_t batch : {2U, 7U, 300U}) {
    const Outcome other = run("event", program, 7, 300, batch);
    EXPECT_EQ(single.digests, other.digests);
    EXPECT_EQ(single.changes, other.changes);
  }
}

}  // namespace
}  // namespace heddle::gate
