// What every engine keeps at the seam: windows, tokens, digests, batches,
// deposits, stops, and the traps that other simulators have fallen into.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include "gate/model/loops.h"
#include "heddle/base/digest.h"
#include "heddle/gate/peripheral_type.h"
#include "support/gate/random_model.h"
#include "support/gate/stepper.h"

namespace heddle::gate {
namespace {

using testing::Draw;
using testing::program_of;
using testing::random_model;
using testing::Stepper;

static_assert(!std::is_copy_constructible_v<BatchToken>);
static_assert(!std::is_copy_assignable_v<BatchToken>);
static_assert(std::is_nothrow_move_constructible_v<BatchToken>);

/// A model wired up by hand; names of inputs and outputs are in order.
struct HandMade {
  explicit HandMade(std::initializer_list<std::string> names) {
    for (const std::string& name : names) {
      inputs.push_back(model.aig.add_source());
      model.inputs.push_back({name, inputs.back()});
    }
  }
  Lit add(StateBit state) {
    state.name = "s" + std::to_string(100 + model.states.size());
    state.output = model.aig.add_source();
    model.states.push_back(state);
    return state.output;
  }
  Lit add_flop(Lit clock, Lit next, Lit gate = Lit::zero(), Lit value = Lit::zero()) {
    StateBit flop;
    flop.clock = clock;
    flop.next = next;
    flop.gate = gate;
    flop.value = value;
    return add(flop);
  }
  Lit add_latch(Lit gate, Lit value) {
    StateBit latch;
    latch.kind = StateKind::Latch;
    latch.gate = gate;
    latch.value = value;
    return add(latch);
  }
  /// A flop that inverts itself.
  Lit add_toggle(Lit clock) {
    const Lit q = add_flop(clock, Lit::zero());
    model.states.back().next = ~q;
    return q;
  }
  void add_output(const std::string& name, Lit lit) { model.outputs.push_back({name, lit}); }
  [[nodiscard]] Program program(const CompileOptions& options = {}) {
    mark_loop_breakers(model);
    return program_of(model, options);
  }

  Model model;
  std::vector<Lit> inputs;
};

class Seam : public ::testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(Engines, Seam, ::testing::ValuesIn(backend_names()),
                         [](const auto& engine) { return std::string(engine.param); });

std::unique_ptr<Backend> backend_of(std::string_view engine, const Program& program,
                                    const BackendOptions& options = {},
                                    PeripheralBank* bank = nullptr) {
  auto made = make_backend(engine, program, bank, options);
  EXPECT_TRUE(made.has_value());
  return std::move(*made);
}

/// A flop d -> q on clk: inputs 0 clk, 1 d.
HandMade one_flop() {
  HandMade made({"clk", "d"});
  made.add_output("q", made.add_flop(made.inputs[0], made.inputs[1]));
  return made;
}

/// Edges of clk up and down with d = 0 everywhere, to be patched.
void fill_clock(EdgeWindow& window, std::uint64_t first, std::uint32_t count) {
  window.begin(first);
  for (std::uint64_t edge = first; edge < first + count; ++edge) {
    const std::array data{EdgeOp{1, 0}};
    const std::array clocks{EdgeOp{0, static_cast<std::uint32_t>(edge % 2 == 0)}};
    window.append({.edge = edge}, data, clocks);
  }
}

TEST(Engine, that_does_not_exist_is_an_error) {
  const Program program = one_flop().program();
  const auto made = make_backend("warp", program, nullptr, {});
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().list().at(0).code(), "gate.engine.unknown");
}

TEST_P(Seam, runs_the_operations_as_they_were_patched) {
  const Program program = one_flop().program();
  const auto backend = backend_of(GetParam(), program);
  fill_clock(backend->window(), 0, 8);
  ASSERT_EQ(backend->edge_ops(4).size(), 2U);
  EXPECT_EQ(backend->edge_ops(4)[0].input, 1U);  // data first, then clocks
  EXPECT_EQ(backend->edge_ops(4)[1].input, 0U);
  backend->edge_ops(4)[0].value = 1;
  {
    const BatchToken before = backend->run_edges(0, 4);
    ASSERT_TRUE(backend->wait(before).has_value());
    EXPECT_FALSE(backend->output(0));
  }
  fill_clock(backend->window(), 4, 4);
  backend->edge_ops(4)[0].value = 1;
  const BatchToken patched = backend->run_edges(4, 2);
  ASSERT_TRUE(backend->wait(patched).has_value());
  EXPECT_TRUE(backend->output(0));
}

TEST_P(Seam, keeps_two_batches_until_they_are_released) {
  const Program program = one_flop().program({.observed = {}, .refuse_loops = false});
  const auto backend = backend_of(GetParam(), program, {.digests = true});
  EdgeWindow* const first_window = &backend->window();
  fill_clock(*first_window, 0, 4);
  BatchToken first = backend->run_edges(0, 4);
  const auto first_view = backend->wait(first);
  ASSERT_TRUE(first_view.has_value());
  const std::vector<std::uint64_t> kept(first_view->digests.begin(), first_view->digests.end());
  EdgeWindow* const second_window = &backend->window();
  EXPECT_NE(first_window, second_window);
  fill_clock(*second_window, 4, 4);
  BatchToken second = backend->run_edges(4, 4);
  EXPECT_NE(first.slot(), second.slot());
  const auto second_view = backend->wait(second);
  ASSERT_TRUE(second_view.has_value());
  EXPECT_EQ(second_view->first_edge, 4U);
  EXPECT_EQ(first_window->first_edge(), 0U);
  EXPECT_TRUE(std::equal(kept.begin(), kept.end(), first_view->digests.begin()));
  first.release();
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(&backend->window(), first_window);
}

TEST_P(Seam, moves_ownership_with_the_token) {
  const Program program = one_flop().program();
  const auto backend = backend_of(GetParam(), program);
  fill_clock(backend->window(), 0, 2);
  BatchToken token = backend->run_edges(0, 2);
  BatchToken other = std::move(token);
  EXPECT_FALSE(token.valid());  // NOLINT: what a move leaves is promised
  EXPECT_TRUE(other.valid());
  fill_clock(backend->window(), 2, 2);
  other = backend->run_edges(2, 2);  // gives the first slot back
  fill_clock(backend->window(), 4, 2);
  const BatchToken third = backend->run_edges(4, 2);
  EXPECT_TRUE(backend->wait(third).has_value());
}

using SeamDeathTest = Seam;
INSTANTIATE_TEST_SUITE_P(Engines, SeamDeathTest, ::testing::ValuesIn(backend_names()),
                         [](const auto& engine) { return std::string(engine.param); });

TEST_P(SeamDeathTest, trips_a_check_on_misuse) {
  const Program program = one_flop().program();
  const auto backend = backend_of(GetParam(), program);
  fill_clock(backend->window(), 0, 4);
  EXPECT_DEATH(static_cast<void>(backend->edge_ops(4)), "contains");
  EXPECT_DEATH(static_cast<void>(backend->run_edges(1, 1)), "next_edge_");
  EXPECT_DEATH(static_cast<void>(backend->run_edges(0, 5)), "contains");
  EXPECT_DEATH(static_cast<void>(backend->wait(BatchToken())), "valid");
  const BatchToken first = backend->run_edges(0, 4);
  EXPECT_DEATH(static_cast<void>(backend->edge_ops(0)), "is_taken");
  EXPECT_DEATH(static_cast<void>(backend->run_edges(4, 1)), "is_taken");
  fill_clock(backend->window(), 4, 4);
  const BatchToken second = backend->run_edges(4, 4);
  EXPECT_DEATH(static_cast<void>(backend->window()), "false");
  EdgeWindow window;
  window.begin(3);
  EXPECT_DEATH(window.append({.edge = 4}, {}, {}), "info.edge");
}

/// A flop, a latch, an output and a memory, none of which sees another.
struct Classes {
  Classes() : made({"clk", "d", "e", "o", "w"}) {
    static_cast<void>(made.add_flop(made.inputs[0], made.inputs[1]));
    static_cast<void>(made.add_latch(made.inputs[2], Lit::one()));
    made.add_output("o", made.inputs[3]);
    Memory memory;
    memory.name = "m";
    memory.width = 3;
    memory.depth = 2;
    memory.initial = {0, 0};
    MemoryWritePort port;
    port.clock = made.inputs[0];
    port.any_enable = made.inputs[4];
    port.enable.assign(3, made.inputs[4]);
    port.address = {Lit::one()};
    port.data = {Lit::one(), Lit::zero(), Lit::one()};
    memory.writes.push_back(port);
    made.model.memories.push_back(memory);
  }
  HandMade made;
};

/// Digests of five edges, where edge 2 raises clk and drives one input high.
std::vector<std::uint64_t> class_digests(std::string_view engine, const Program& program,
                                         std::uint32_t input) {
  Stepper stepper(program, engine, {.digests = true});
  std::vector<std::uint64_t> digests;
  for (std::uint32_t edge = 0; edge < 5; ++edge) {
    const std::array data{EdgeOp{input, edge == 2 ? 1U : 0U}};
    const std::array clocks{EdgeOp{0, edge % 2 == 0 ? 1U : 0U}};
    const bool drives = input != 0;
    EXPECT_TRUE(
        stepper.edge(drives ? std::span<const EdgeOp>(data) : std::span<const EdgeOp>(), clocks));
    digests.push_back(stepper.digest());
  }
  return digests;
}

TEST_P(Seam, covers_every_class_of_state_in_the_digest) {
  const Program program = Classes().made.program();
  const std::vector<std::uint64_t> quiet = class_digests(GetParam(), program, 0);
  for (std::uint32_t input = 1; input <= 4; ++input) {
    const std::vector<std::uint64_t> moved = class_digests(GetParam(), program, input);
    for (std::size_t edge = 0; edge < 5; ++edge) {
      // Chained: once different, always different.
      EXPECT_EQ(moved[edge] == quiet[edge], edge < 2) << "input " << input << " edge " << edge;
    }
  }
}

TEST_P(Seam, digests_words_as_documented) {
  const Program program = Classes().made.program();
  const std::vector<std::uint64_t> seen = class_digests(GetParam(), program, 4);
  std::uint64_t previous = 0;
  std::uint64_t writes = 0;
  for (std::uint32_t edge = 0; edge < 5; ++edge) {
    if (edge == 2) {  // address 1 of memory 0 becomes 101
      const std::array<std::uint64_t, 4> write{writes, 0, 1, 5};
      writes = digest_of(std::span<const std::uint64_t>(write)).value();
    }
    const std::array<std::uint64_t, 3> words{previous, writes, 0};
    previous = digest_of(std::span<const std::uint64_t>(words)).value();
    EXPECT_EQ(seen[edge], previous) << edge;
  }
}

/// Random operations on all but the clocks; the clocks alternate.
void fill_random(EdgeWindow& window, std::uint64_t first, std::uint32_t count,
                 std::uint32_t inputs) {
  window.begin(first);
  for (std::uint64_t edge = first; edge < first + count; ++edge) {
    Draw draw(edge);
    std::vector<EdgeOp> data;
    for (std::uint32_t i = 2; i < inputs; ++i) {
      if (draw.one_in(3)) data.push_back({i, draw.below(2)});
    }
    const std::array clocks{EdgeOp{0, static_cast<std::uint32_t>(edge % 2)},
                            EdgeOp{1, static_cast<std::uint32_t>(edge / 2 % 2)}};
    window.append({.edge = edge}, data, clocks);
  }
}

struct Ending {
  std::vector<std::uint64_t> digests;
  std::vector<std::uint32_t> changes;
  std::vector<bool> state;
  std::vector<std::uint64_t> memory;
  friend bool operator==(const Ending&, const Ending&) = default;
};

Ending run(std::string_view engine, const Program& program, std::uint32_t batch,
           const BackendOptions& options) {
  constexpr std::uint64_t kEdges = 5000;
  const auto backend = backend_of(engine, program, options);
  Ending ending;
  for (std::uint64_t first = 0; first < kEdges; first += batch) {
    const auto count = static_cast<std::uint32_t>(std::min<std::uint64_t>(batch, kEdges - first));
    fill_random(backend->window(), first, count,
                static_cast<std::uint32_t>(program.model.inputs.size()));
    const BatchToken token = backend->run_edges(first, count);
    const auto view = backend->wait(token);
    EXPECT_TRUE(view.has_value());
    if (!view) return ending;
    EXPECT_EQ(view->executed, count);
    ending.digests.insert(ending.digests.end(), view->digests.begin(), view->digests.end());
    for (const Change& change : view->changes) ending.changes.push_back(change.code);
  }
  for (std::uint32_t i = 0; i < program.model.states.size(); ++i) {
    ending.state.push_back(backend->state(i));
  }
  const auto words = backend->memory(0);
  ending.memory.assign(words.begin(), words.end());
  EXPECT_EQ(backend->profile().edges, kEdges);
  EXPECT_EQ(backend->profile().batches, (kEdges + batch - 1) / batch);
  return ending;
}

TEST_P(Seam, gives_the_same_for_any_batch_and_whoever_looks) {
  Model model = random_model(7, {.has_latches = false, .has_derived_clocks = false});
  CompileOptions options;
  for (std::uint32_t node = 1; node < model.aig.node_count(); node += 5) {
    options.observed.push_back(Lit(node, node % 2 == 0));
  }
  const Program program = program_of(std::move(model), options);
  const Ending single = run(GetParam(), program, 1, {.digests = true, .changes = true});
  ASSERT_EQ(single.digests.size(), 5000U);
  EXPECT_GT(single.changes.size(), 1000U);
  for (const std::uint32_t batch : {7U, 4096U}) {
    EXPECT_EQ(run(GetParam(), program, batch, {.digests = true, .changes = true}), single);
    const Ending unseen = run(GetParam(), program, batch, {});
    EXPECT_EQ(unseen.state, single.state);
    EXPECT_EQ(unseen.memory, single.memory);
  }
}

TEST_P(Seam, settles_what_follows_from_a_deposit_and_clocks_nothing_by_it) {
  HandMade made({"clk", "d"});
  const Lit divided = made.add_toggle(made.inputs[0]);
  const Lit behind = made.add_flop(divided, Lit::one());
  const Lit latch = made.add_latch(divided, made.inputs[1]);
  made.add_output("behind", behind);
  made.add_output("divided", divided);
  made.add_output("latch", latch);
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  ASSERT_TRUE(stepper.edge({{"d", 1}}, {}));
  EXPECT_FALSE(stepper.output("latch"));
  stepper.backend().set_state(0, true);
  EXPECT_TRUE(stepper.output("divided"));
  EXPECT_TRUE(stepper.output("latch"));
  EXPECT_FALSE(stepper.output("behind"));
  ASSERT_TRUE(stepper.edge({}, {{"clk", 1}}));  // divided falls
  ASSERT_TRUE(stepper.edge({}, {{"clk", 0}}));
  EXPECT_FALSE(stepper.output("behind"));
  ASSERT_TRUE(stepper.edge({}, {{"clk", 1}}));  // and rises
  EXPECT_TRUE(stepper.output("behind"));
}

TEST_P(Seam, reads_a_memory_as_it_was_set) {
  HandMade made({"a"});
  Memory memory;
  memory.name = "m";
  memory.width = 65;
  memory.depth = 2;
  memory.initial.assign(4, 0);
  MemoryReadPort port;
  port.address = {made.inputs[0]};
  for (std::uint32_t bit = 0; bit < 65; ++bit) port.data.push_back(made.model.aig.add_source());
  made.add_output("high", port.data[64]);
  made.add_output("low", port.data[0]);
  memory.reads.push_back(port);
  made.model.memories.push_back(memory);
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  const std::array<std::uint64_t, 4> words{1, 0, 2, 1};
  stepper.backend().set_memory(0, words);
  EXPECT_TRUE(std::equal(words.begin(), words.end(), stepper.backend().memory(0).begin()));
  EXPECT_TRUE(stepper.output("low"));
  EXPECT_FALSE(stepper.output("high"));
  ASSERT_TRUE(stepper.edge({{"a", 1}}, {}));
  EXPECT_FALSE(stepper.output("low"));
  EXPECT_TRUE(stepper.output("high"));
}

/// Drives `d` to the complement of q at every edge, and stops at one of them.
class Echo final : public PeripheralBank {
 public:
  explicit Echo(std::uint64_t stop) : stop_(stop) {}
  std::span<const std::uint32_t> observed_outputs() const override { return pins_; }
  std::vector<EdgeOp> idle_drives() const override { return {{1, 1}}; }
  bool due(const EdgeInfo& edge) override {
    asked.push_back(edge.edge);
    return true;
  }
  StopReason sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                    std::vector<EdgeOp>& drives, std::vector<Record>& records) override {
    drives.push_back({1, pins[0] == 0 ? 1U : 0U});
    records.push_back({edge.edge, edge.time_ps, 0, 0, pins[0]});
    return edge.edge == stop_ ? StopReason::Net : StopReason::None;
  }
  std::vector<std::byte> save() const override { return {}; }
  bool restore(std::span<const std::byte> saved) override { return saved.empty(); }
  std::vector<std::uint8_t> stored(std::size_t) const override { return {}; }
  std::vector<PeripheralDescription> describe() const override { return {}; }
  std::span<std::byte> settings(std::uint16_t) override { return {}; }
  std::span<const std::byte> state(std::uint16_t) const override { return {}; }
  void post(const Command&) override {}

  std::vector<std::uint64_t> asked;

 private:
  std::array<std::uint32_t, 1> pins_{0};
  std::uint64_t stop_;
};

TEST_P(Seam, stops_inside_a_batch_and_goes_on_after_it) {
  HandMade made = one_flop();
  const Program program = made.program();
  Echo bank(5);
  const auto backend = backend_of(GetParam(), program, {}, &bank);
  const auto fill = [&](std::uint64_t first) {
    EdgeWindow& window = backend->window();
    window.begin(first);
    for (std::uint64_t edge = first; edge < first + 10; ++edge) {
      const std::array clocks{EdgeOp{0, static_cast<std::uint32_t>(edge % 2 == 0)}};
      window.append({.edge = edge}, {}, clocks);
    }
  };
  fill(0);
  const BatchToken first = backend->run_edges(0, 10);
  const auto view = backend->wait(first);
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ(view->stop, StopReason::Net);
  EXPECT_EQ(view->executed, 6U);
  fill(6);
  const BatchToken second = backend->run_edges(6, 10);
  const auto rest = backend->wait(second);
  ASSERT_TRUE(rest.has_value());
  EXPECT_EQ(rest->executed, 10U);
  // Idle drive 1 before edge 0; a reply is seen by the next edge, never the
  // same.
  std::vector<std::uint32_t> pins;
  for (const Record& record : view->records) pins.push_back(record.value);
  for (const Record& record : rest->records) pins.push_back(record.value);
  const std::vector<std::uint32_t> expected{1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0};
  EXPECT_EQ(pins, expected);
  ASSERT_EQ(bank.asked.size(), 16U);
  for (std::uint64_t edge = 0; edge < 16; ++edge) EXPECT_EQ(bank.asked[edge], edge);
}

TEST_P(Seam, names_what_does_not_settle) {
  HandMade ring({"go"});
  StateBit loop;
  loop.kind = StateKind::Loop;
  loop.gate = Lit::one();
  const Lit q = ring.add(loop);
  ring.model.states[0].value = ring.model.aig.make_and(ring.inputs[0], ~q);
  const Program program = ring.program();
  Stepper stepper(program, GetParam());
  ASSERT_TRUE(stepper.edge({{"go", 0}}, {}));
  ASSERT_FALSE(stepper.edge({{"go", 1}}, {}));
  EXPECT_NE(stepper.error().find("gate.run.no-fixpoint"), std::string::npos) << stepper.error();
  EXPECT_NE(stepper.error().find("edge 1 "), std::string::npos) << stepper.error();
  EXPECT_NE(stepper.error().find("s100"), std::string::npos) << stepper.error();
}

TEST_P(Seam, refuses_a_flop_that_clocks_itself_without_end) {
  HandMade made({"go"});
  const Lit q = made.add_flop(Lit::zero(), Lit::zero());
  made.model.states[0].next = ~q;
  made.model.states[0].clock = made.model.aig.make_xor(made.inputs[0], q);
  // Each change of q moves the clock back: a rise every second round.
  const Lit p = made.add_flop(Lit::zero(), Lit::zero());
  made.model.states[1].next = ~p;
  made.model.states[1].clock = ~made.model.states[0].clock;
  made.model.states[0].clock = made.model.aig.make_xor(made.model.states[0].clock, p);
  made.model.states[1].clock = ~made.model.states[0].clock;
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  ASSERT_FALSE(stepper.edge({}, {{"go", 1}}));
  EXPECT_NE(stepper.error().find("gate.run.no-fixpoint"), std::string::npos);
}

// Traps seen elsewhere.

TEST_P(Seam, lets_data_of_the_edge_reach_the_flop_before_its_clock) {
  const Program program = one_flop().program();
  Stepper stepper(program, GetParam());
  ASSERT_TRUE(stepper.edge({{"d", 1}}, {{"clk", 1}}));
  EXPECT_TRUE(stepper.output("q"));  // sampled after commit, at the same edge
}

TEST_P(Seam, shifts_one_flop_an_edge_when_they_share_a_clock) {
  HandMade made({"clk", "d"});
  const Lit first = made.add_flop(made.inputs[0], made.inputs[1]);
  const Lit second = made.add_flop(made.inputs[0], first);
  made.add_output("a", first);
  made.add_output("b", second);
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  stepper.pulse("clk", {{"d", 1}});
  EXPECT_TRUE(stepper.output("a"));
  EXPECT_FALSE(stepper.output("b"));
  stepper.pulse("clk", {{"d", 0}});
  EXPECT_FALSE(stepper.output("a"));
  EXPECT_TRUE(stepper.output("b"));
}

TEST_P(Seam, reads_one_from_a_flop_whose_data_is_constant_one) {
  HandMade made({"clk"});
  made.add_output("q", made.add_flop(made.inputs[0], Lit::one()));
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  EXPECT_FALSE(stepper.output("q"));
  stepper.pulse("clk");
  EXPECT_TRUE(stepper.output("q"));
}

TEST_P(Seam, writes_a_memory_only_where_it_is_enabled) {
  const Program program = Classes().made.program();
  Stepper stepper(program, GetParam());
  stepper.pulse("clk", {{"w", 0}});
  EXPECT_EQ(stepper.backend().memory(0)[1], 0U);
  stepper.pulse("clk", {{"w", 1}});
  EXPECT_EQ(stepper.backend().memory(0)[0], 0U);
  EXPECT_EQ(stepper.backend().memory(0)[1], 5U);
}

TEST_P(Seam, shows_new_data_to_a_flop_on_a_flop_divided_clock) {
  HandMade made({"clk", "d"});
  const Lit divided = made.add_toggle(made.inputs[0]);
  const Lit data = made.add_flop(made.inputs[0], made.inputs[1]);
  made.add_output("q", made.add_flop(divided, data));
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  stepper.pulse("clk", {{"d", 1}});
  EXPECT_TRUE(stepper.output("q"));
}

TEST_P(Seam, ripples_a_counter_through_in_one_edge) {
  HandMade made({"clk"});
  Lit clock = made.inputs[0];
  for (std::uint32_t bit = 0; bit < 8; ++bit) {
    const Lit q = made.add_toggle(clock);
    made.add_output("q" + std::to_string(bit), q);
    clock = ~q;
  }
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  for (std::uint32_t count = 1; count <= 300; ++count) {
    stepper.pulse("clk");
    for (std::uint32_t bit = 0; bit < 8; ++bit) {
      ASSERT_EQ(stepper.output("q" + std::to_string(bit)), (count >> bit & 1) != 0) << count;
    }
  }
}

TEST_P(Seam, opens_a_round_for_a_gate_that_rises_by_the_commit) {
  HandMade made({"clk", "e"});
  const Lit enable = made.add_flop(made.inputs[0], made.inputs[1]);
  made.add_output("q", made.add_toggle(made.model.aig.make_and(made.inputs[0], enable)));
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  stepper.pulse("clk", {{"e", 1}});  // clk & enable rises after the commit
  EXPECT_TRUE(stepper.output("q"));
  stepper.pulse("clk", {{"e", 0}});  // rises with clk, then falls with enable
  EXPECT_FALSE(stepper.output("q"));
  stepper.pulse("clk");
  EXPECT_FALSE(stepper.output("q"));
}

TEST_P(Seam, obeys_a_reset_that_comes_or_goes_with_the_clock) {
  HandMade made({"clk", "r"});
  made.add_output("q", made.add_flop(made.inputs[0], Lit::one(), made.inputs[1], Lit::zero()));
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  stepper.pulse("clk", {{"r", 1}});
  EXPECT_FALSE(stepper.output("q"));
  stepper.pulse("clk", {{"r", 0}});  // released at the edge itself
  EXPECT_TRUE(stepper.output("q"));
  stepper.pulse("clk", {{"r", 1}});  // asserted at the edge itself
  EXPECT_FALSE(stepper.output("q"));
  ASSERT_TRUE(stepper.edge({{"r", 0}}, {}));
  EXPECT_FALSE(stepper.output("q"));  // a release is no edge
}

TEST_P(Seam, passes_through_open_latches_and_holds_in_closed_ones) {
  HandMade made({"d", "g"});
  Lit value = made.inputs[0];
  for (std::uint32_t i = 0; i < 3; ++i) value = made.add_latch(made.inputs[1], value);
  made.add_output("q", value);
  const Program program = made.program();
  Stepper stepper(program, GetParam());
  ASSERT_TRUE(stepper.edge({{"d", 1}, {"g", 1}}, {}));
  EXPECT_TRUE(stepper.output("q"));
  ASSERT_TRUE(stepper.edge({{"d", 0}}, {}));
  EXPECT_FALSE(stepper.output("q"));
  ASSERT_TRUE(stepper.edge({{"g", 0}}, {}));
  ASSERT_TRUE(stepper.edge({{"d", 1}}, {}));
  EXPECT_FALSE(stepper.output("q"));
}

}  // namespace
}  // namespace heddle::gate
