// A snapshot that any engine took lets any engine go on as if nothing had
// stopped: the same digests, values and memories, edge by edge.
#include <gtest/gtest.h>

#include <algorithm>

#include "heddle/gate/backend.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"

namespace heddle::gate {
namespace {

using testing::Draw;
using testing::program_of;
using testing::random_model;
using testing::RandomModelOptions;

constexpr std::uint64_t kSavedAt = 50;
constexpr std::uint64_t kEnd = 90;

void fill(EdgeWindow& window, std::uint64_t first, std::uint64_t end, std::uint32_t inputs,
          std::uint64_t seed) {
  window.begin(first);
  for (std::uint64_t edge = first; edge < end; ++edge) {
    Draw draw(seed * 1'000'003 + edge);
    std::vector<EdgeOp> data;
    std::vector<EdgeOp> clocks;
    for (std::uint32_t i = 2; i < inputs; ++i) {
      if (draw.one_in(3)) data.push_back({i, draw.below(2)});
    }
    for (std::uint32_t c = 0; c < 2; ++c) clocks.push_back({c, draw.below(2)});
    window.append({.edge = edge, .time_ps = static_cast<std::int64_t>(edge) * 1000}, data, clocks);
  }
}

/// What a run shows from `kSavedAt` on; observed values, not change lists, for
/// those count from another start.
struct Trace {
  std::vector<std::uint64_t> digests;
  std::vector<std::vector<bool>> observed;
  Snapshot last;
  friend bool operator==(const Trace&, const Trace&) = default;
};

bool advance(Backend& backend, const Program& program, std::uint64_t first, std::uint64_t end,
             std::uint64_t seed, std::vector<bool> values, Trace* trace) {
  fill(backend.window(), first, end, static_cast<std::uint32_t>(program.model.inputs.size()), seed);
  const BatchToken token = backend.run_edges(first, static_cast<std::uint32_t>(end - first));
  const auto view = backend.wait(token);
  if (!view) return false;
  if (trace == nullptr) return true;
  trace->digests.assign(view->digests.begin(), view->digests.end());
  for (std::uint32_t e = 0; e < view->executed; ++e) {
    for (std::uint32_t i = view->change_begin[e]; i < view->change_begin[e + 1]; ++i) {
      values[view->changes[i].index()] = view->changes[i].value();
    }
    trace->observed.push_back(values);
  }
  return true;
}

std::unique_ptr<Backend> load(std::string_view engine, const Program& program) {
  auto made = make_backend(engine, program, nullptr, {.digests = true, .changes = true});
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

std::vector<bool> observed_of(const Backend& backend, std::size_t count) {
  std::vector<bool> values;
  for (std::uint32_t i = 0; i < count; ++i) values.push_back(backend.observed(i));
  return values;
}

/// How many pairs of engines were compared.
int compare_engines(std::uint64_t seed, const RandomModelOptions& options) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  Model model = random_model(seed, options);
  CompileOptions observe;
  for (std::uint32_t node = 1; node < model.aig.node_count(); node += 3) {
    observe.observed.push_back(Lit(node, node % 2 == 0));
  }
  const Program program = program_of(std::move(model), observe);
  const std::vector<bool> zeros(program.observed.size(), false);
  int compared = 0;
  for (const std::string_view from : backend_names()) {
    const auto source = load(from, program);
    if (!source->capabilities().snapshots) continue;
    if (!advance(*source, program, 0, kSavedAt, seed, zeros, nullptr)) return compared;
    const Snapshot snapshot = source->save();
    EXPECT_EQ(snapshot.next_edge, kSavedAt);
    Trace whole;
    const std::vector<bool> values = observed_of(*source, zeros.size());
    if (!advance(*source, program, kSavedAt, kEnd, seed, values, &whole)) return compared;
    whole.last = source->save();
    for (const std::string_view to : backend_names()) {
      const auto target = load(to, program);
      if (!target->capabilities().snapshots) continue;
      target->restore(snapshot);
      EXPECT_EQ(target->save(), snapshot);
      Trace resumed;
      EXPECT_TRUE(advance(*target, program, kSavedAt, kEnd, seed, zeros, &resumed));
      resumed.last = target->save();
      EXPECT_EQ(resumed, whole) << from << " to " << to;
      ++compared;
    }
  }
  return compared;
}

TEST(Snapshots, let_any_engine_go_on_with_flops_and_memories) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 100 && !HasFailure(); ++seed) {
    compared += compare_engines(
        seed, {.memory_count = 2, .has_latches = false, .has_derived_clocks = seed % 2 == 0});
  }
  EXPECT_GE(compared, 380);  // a derived clock may oscillate
}

TEST(Snapshots, let_any_engine_go_on_with_latches_loops_and_everything) {
  int compared = 0;
  for (std::uint64_t seed = 2000; seed <= 3500 && !HasFailure(); ++seed) {
    compared += compare_engines(seed, {.state_count = 20, .and_count = 60});
    compared += compare_engines(seed, {.state_count = 7, .and_count = 12});
  }
  EXPECT_GT(compared, 1000);
}

TEST(Snapshots, carry_the_chain_of_digests_and_the_memory_writes) {
  const Program program = program_of(random_model(5, {.memory_count = 1, .has_latches = false}));
  const std::vector<bool> none;
  const auto whole = load("event", program);
  ASSERT_TRUE(advance(*whole, program, 0, kSavedAt, 5, none, nullptr));
  Snapshot snapshot = whole->save();
  Trace good;
  ASSERT_TRUE(advance(*whole, program, kSavedAt, kEnd, 5, none, &good));
  for (std::uint64_t* part : {&snapshot.digest, &snapshot.write_digest}) {
    *part ^= 1;
    const auto other = load("event", program);
    other->restore(snapshot);
    Trace wrong;
    ASSERT_TRUE(advance(*other, program, kSavedAt, kEnd, 5, none, &wrong));
    EXPECT_NE(wrong.digests, good.digests);
    *part ^= 1;
  }
}

}  // namespace
}  // namespace heddle::gate
