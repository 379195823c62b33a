// The registry file, and collectives as kernels call them: what is chosen, a
// kernel of one's own, and ranks that do not call the same.
#include <gmock/gmock.h>

#include "heddle/base/config.h"
#include "heddle/system/collective_registry.h"
#include "heddle/system/communicator.h"
#include "support/system/machines.h"

namespace heddle::system {
namespace {

using test::bytes_of;
using test::code_of;
using test::fabric_machine;
using test::simulator_of;
using test::values_of;
using testing::HasSubstr;

Result<CollectiveRegistry> read(const std::string& text, const std::vector<Algorithm>& own = {}) {
  const auto node = parse_config(text, "registry.yaml");
  EXPECT_TRUE(node);
  return CollectiveRegistry::read(*node, own);
}

Group group_of(std::uint32_t count, std::vector<std::uint32_t> levels = {}) {
  Group group;
  for (std::uint32_t i = 0; i < count; ++i) group.ranks.emplace_back(i);
  group.levels = levels.empty() ? std::vector<std::uint32_t>{count} : std::move(levels);
  return group;
}

TEST(Registry, the_standard_one_is_that_of_the_shipped_file_and_of_its_own_text) {
  const auto file = CollectiveRegistry::load(std::string(HEDDLE_SOURCE_DIR) +
                                             "/designs/collectives/default.yaml");
  ASSERT_TRUE(file) << file.error().to_string();
  EXPECT_EQ(file->to_yaml(), standard_registry().to_yaml());
  const auto again = read(standard_registry().to_yaml());
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->to_yaml(), standard_registry().to_yaml());
  for (const Algorithm& one : builtin_algorithms()) {
    const bool is_named = std::any_of(
        file->entries().begin(), file->entries().end(), [&](const RegistryEntry& entry) {
          return entry.algorithm.run == one.run && entry.algorithm.kind == one.kind;
        });
    EXPECT_TRUE(is_named) << one.name;
  }
}

TEST(Registry, mistakes_are_told_with_their_place) {
  const std::string head = "algorithms:\n  - {name: ring, does: all_reduce}\n";
  const std::pair<std::string, std::string> cases[] = {
      {"{}", "config.missing-key@1"},
      {"algorithms: []\n", "config.missing-key@1"},
      {head + "  - {name: rign, does: all_reduce}\n", "system.unknown-algorithm@3"},
      {head + "  - {name: mine, does: all_reduce,\n     kernel: rign}\n",
       "system.unknown-algorithm@4"},
      {head + "  - {name: ring, does: all_reduce}\n", "system.duplicate-algorithm@3"},
      {head + "  - {name: ring, does: all_redduce}\n", "config.bad-choice@3"},
      {head + "  - {name: x, does: all_reduce, kernel: levels, levels: [0, 4]}\n",
       "config.out-of-range@3"},
      {head + "  - {name: x, does: all_reduce, kernel: levels, levels: round}\n",
       "config.bad-choice@3"},
      {head + "  - {name: x, does: all_reduce, kernel: levels, levels: []}\n",
       "config.out-of-range@3"},
      {head + "  - {name: x, does: broadcast, kernel: binomial, pipeline_chunks: 0}\n",
       "config.out-of-range@3"},
      {head + "  - {name: x, does: all_reduce, kernel: ring, levls: flat}\n",
       "config.unknown-key@3"},
      {head + "choose:\n  all_reduce: torus\n", "system.unknown-algorithm@4"},
      {head + "choose:\n  all_reduse: ring\n", "config.unknown-key@4"},
      {"algorithms: 3\n", "config.wrong-type@1"}};
  for (const auto& [text, code] : cases) {
    const auto registry = read(text);
    ASSERT_FALSE(registry) << text;
    const Diagnostic& first = registry.error().list().front();
    EXPECT_EQ(std::string(first.code()) + "@" + std::to_string(first.where().line), code) << text;
  }
  EXPECT_THAT(read(head + "  - {name: rign, does: all_reduce}\n").error().to_string(),
              HasSubstr("did you mean 'ring'?"));
}

TEST(Registry, levels_and_chunks_of_an_entry_are_those_of_the_call) {
  const auto registry = read(
      "algorithms:\n"
      "  - {name: wide, does: all_reduce, kernel: levels, levels: [2, 4]}\n"
      "  - {name: flat, does: all_reduce, kernel: levels, levels: flat}\n"
      "  - {name: own, does: all_reduce, kernel: levels}\n"
      "  - {name: chain, does: broadcast, kernel: pipelined_chain, pipeline_chunks: 16}\n");
  ASSERT_TRUE(registry) << registry.error().to_string();
  const Group group = group_of(8, {4, 2});
  const auto levels = [&](const std::string& name) {
    return registry->choose({.algorithm = name, .elements = 8}, group, {})->group.levels;
  };
  EXPECT_EQ(levels("wide"), (std::vector<std::uint32_t>{2, 4}));
  EXPECT_EQ(levels("flat"), (std::vector<std::uint32_t>{8}));
  EXPECT_EQ(levels("own"), (std::vector<std::uint32_t>{4, 2}));
  const auto wrong = registry->choose({.algorithm = "wide"}, group_of(6), {});
  ASSERT_EQ(code_of(wrong), "system.collective-size");
  EXPECT_THAT(wrong.error().to_string(), HasSubstr("wide does not work on 6 ranks"));
  CollectiveCall call{.kind = CollectiveKind::Broadcast, .algorithm = "chain"};
  EXPECT_EQ(registry->choose(call, group, {})->call.pipeline_chunks, 16U);
  call.pipeline_chunks = 3;
  EXPECT_EQ(registry->choose(call, group, {})->call.pipeline_chunks, 3U);
  // The levels count in time: (2, 4) and (4, 2) split 1 MiB differently.
  std::vector<Picoseconds> times;
  for (const char* name : {"wide", "own", "flat"}) {
    const auto simulator = simulator_of(fabric_machine(FabricShape::Full, 8));
    const auto report =
        run_collective(*simulator, group, {.algorithm = name, .elements = 1 << 19}, *registry);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->algorithm, name);
    times.push_back(report->time);
  }
  const auto form = [](std::vector<std::int64_t> sizes) {
    std::int64_t sum = 0, product = 1;
    for (const std::int64_t n : sizes) {
      product *= n;
      sum += 2 * (n - 1) * (500'000 + (1 << 20) / product * 20);
    }
    return Picoseconds(sum);
  };
  EXPECT_EQ(times, (std::vector<Picoseconds>{form({2, 4}), form({4, 2}), form({8})}));
}

TEST(Registry, auto_is_what_the_file_names_or_else_the_least_cost_of_what_it_allows) {
  const std::string list =
      "algorithms:\n  - {name: ring, does: all_reduce}\n"
      "  - {name: recursive_doubling, does: all_reduce}\n";
  const Group group = group_of(16);
  const StepCost step{500, 50, 0};
  const CollectiveCall small{.elements = 1};
  EXPECT_EQ(read(list)->choose(small, group, step)->name, "recursive_doubling");
  EXPECT_EQ(read(list + "choose: {all_reduce: ring}\n")->choose(small, group, step)->name, "ring");
  const auto barred = read(
      "algorithms:\n  - {name: ring, does: all_reduce}\n"
      "  - {name: recursive_doubling, does: all_reduce, automatic: false}\n");
  EXPECT_EQ(barred->choose(small, group, step)->name, "ring");
  EXPECT_EQ(barred->choose({.algorithm = "recursive_doubling", .elements = 1}, group, step)->name,
            "recursive_doubling");
  const auto none = read(list)->choose({.kind = CollectiveKind::Barrier}, group, step);
  EXPECT_EQ(code_of(none), "system.unknown-algorithm");
}

/// All to the first rank, which adds in order and tells everybody.
des::Task<Tile> star(Tl& tl, const Group& group, std::uint32_t index, const CollectiveCall& call,
                     Tile input) {
  const Shape shape{1, static_cast<std::uint32_t>(call.elements)};
  if (index != 0) {
    co_await tl.send_to(group.ranks[0], input);
    co_return co_await tl.recv_from(group.ranks[0], shape, call.dtype);
  }
  Tile sum = std::move(input);
  for (std::size_t i = 1; i < group.ranks.size(); ++i) {
    const Tile got = co_await tl.recv_from(group.ranks[i], shape, call.dtype);
    sum = co_await tl.math(call.op, sum, got);
  }
  for (std::size_t i = 1; i < group.ranks.size(); ++i) co_await tl.send_to(group.ranks[i], sum);
  co_return sum;
}

TEST(Registry, a_kernel_of_ones_own_is_named_in_a_file_and_run) {
  const Algorithm own{.name = "star", .kind = CollectiveKind::AllReduce, .run = star};
  const auto registry = read("algorithms: [{name: star, does: all_reduce}]\n", {own});
  ASSERT_TRUE(registry) << registry.error().to_string();
  const auto simulator =
      simulator_of(fabric_machine(FabricShape::Switch, 5), {.data = DataMode::Eager});
  std::vector<std::vector<std::byte>> inputs;
  for (std::int32_t i = 0; i < 5; ++i) {
    inputs.push_back(bytes_of(std::vector<std::int32_t>{i, 10 * i}));
  }
  const auto out = run_collective_on(*simulator, group_of(5), {.elements = 2, .dtype = Dtype::I32},
                                     inputs, *registry);
  ASSERT_TRUE(out) << out.error().to_string();
  for (const auto& one : *out) {
    EXPECT_EQ(values_of<std::int32_t>(one), (std::vector<std::int32_t>{10, 100}));
  }
  CollectiveRegistry more = standard_registry();
  EXPECT_TRUE(more.add({.name = "star", .algorithm = own}));
  EXPECT_EQ(code_of(more.add({.name = "star", .algorithm = own})), "system.duplicate-algorithm");
}

// ---- communicators ----------------------------------------------------------

/// What a rank calls, one letter a collective: a sum, m maximum, l a longer sum,
/// f a sum of fp32, b broadcast from 0, c broadcast from 1, r barrier, w a wait
/// of a microsecond, s a wait of a second.
des::Task<> calls(Tl& tl, Communicator& world, std::string program) {
  for (const char one : program) {
    const bool is_long = one == 'l';
    const Dtype dtype = one == 'f' ? Dtype::F32 : Dtype::F16;
    const Shape shape{1, is_long ? 16U : 8U};
    if (one == 'w') co_await tl.wait(Picoseconds(1'000'000));
    if (one == 's') co_await tl.wait(Picoseconds(1'000'000'000'000));
    if (one == 'r') co_await world.barrier(tl);
    if (one == 'w' || one == 's' || one == 'r') continue;
    Tile x = co_await tl.full(shape, dtype, 1);
    if (one == 'b') x = co_await world.broadcast(tl, x, 0);
    if (one == 'c') x = co_await world.broadcast(tl, x, 1);
    if (one == 'm') x = co_await world.all_reduce(tl, x, MathOp::Max);
    if (one == 'a' || one == 'l' || one == 'f') x = co_await world.all_reduce(tl, x);
  }
}

/// Runs a program a rank, and says how it ended.
std::string outcome(const std::vector<std::string>& programs, SimTime* end = nullptr) {
  const auto count = static_cast<std::uint32_t>(programs.size());
  const auto simulator = simulator_of(fabric_machine(FabricShape::Full, count));
  const auto world = Communicator::create(*simulator, group_of(count));
  EXPECT_TRUE(world);
  EXPECT_TRUE(simulator->launch(
      "calls", [&](Tl& tl) { return calls(tl, **world, programs[tl.rank().value()]); }));
  const Status ran = simulator->run();
  if (end != nullptr) *end = simulator->kernel().now();
  return ran ? "" : code_of(ran) + "\n" + ran.error().to_string();
}

TEST(Communicator, ranks_that_call_the_same_in_the_same_order_get_on_whenever_they_come) {
  EXPECT_EQ(outcome({"amblr", "wamblr", "amwblr", "amblrw"}), "");
  EXPECT_EQ(outcome({"aaaaaaaaaa"}), "");
}

TEST(Communicator, a_mismatch_of_shape_type_operation_root_or_order_lists_every_rank) {
  struct Case {
    std::vector<std::string> programs;
    std::vector<std::string> parts;
  };
  const Case cases[] = {
      {{"a", "l", "a"}, {"rank 0: all_reduce of 8 fp16", "rank 1: all_reduce of 16 fp16"}},
      {{"a", "a", "f"}, {"rank 1: all_reduce of 8 fp16", "rank 2: all_reduce of 8 fp32"}},
      {{"a", "m", "a"}, {"rank 0: all_reduce of 8 fp16, add", "rank 1: all_reduce of 8 fp16, max"}},
      {{"b", "b", "c"},
       {"rank 1: broadcast of 8 fp16, add, root 0",
        "rank 2: broadcast of 8 fp16, "
        "add, root 1"}},
      {{"ab", "ab", "ba"}, {"call #1 of each", "rank 2: broadcast of 8 fp16"}},
      {{"aaab", "aaar", "aaab"}, {"call #4 of each", "rank 1: barrier of 0 fp16"}},
      {{"ar", "rw", "ar"}, {"rank 0: all_reduce", "rank 1: barrier"}}};
  for (const Case& one : cases) {
    const std::string text = outcome(one.programs);
    EXPECT_THAT(text, HasSubstr("system.collective-mismatch"));
    for (const std::string& part : one.parts) EXPECT_THAT(text, HasSubstr(part));
    for (std::size_t rank = 0; rank < one.programs.size(); ++rank) {
      EXPECT_THAT(text, HasSubstr("rank " + std::to_string(rank) + ": "));
    }
  }
}

TEST(Communicator, a_rank_that_calls_nothing_or_less_is_listed_as_missing_and_nothing_hangs) {
  for (const auto& programs : {std::vector<std::string>{"a", "a", ""},
                               {"aa", "aa", "a"},
                               {"b", "b", ""},
                               {"m", "a", ""}}) {
    const std::string text = outcome(programs);
    EXPECT_THAT(text, HasSubstr("system.collective-mismatch")) << programs[0];
    EXPECT_THAT(text, HasSubstr("rank 2: no call"));
    EXPECT_THAT(text, HasSubstr("rank 0: "));
  }
}

TEST(Communicator, a_mismatch_ends_the_run_a_millisecond_later_whatever_the_others_do) {
  SimTime end;
  EXPECT_THAT(outcome({"a", "m", "sa"}, &end), HasSubstr("rank 2: no call"));
  EXPECT_LT(end, SimTime(1'100'000'000));
}

TEST(Communicator, the_ranks_are_listed_alike_however_the_machine_is_cut) {
  for (const char* odd : {"m", "", "ba", "aa"}) {
    std::vector<std::string> texts;
    for (const std::uint32_t parts : {1U, 2U, 4U}) {
      SimulatorOptions options;
      options.partitions = parts;
      options.threads = parts;
      const auto simulator = simulator_of({}, options);
      const auto group = world_group(simulator->topology(), 32);
      ASSERT_TRUE(group);
      const auto world = Communicator::create(*simulator, *group);
      ASSERT_TRUE(world);
      const std::string program = odd;
      std::vector<std::int64_t> ranks;
      for (const PeRank rank : group->ranks) ranks.push_back(rank.value());
      ASSERT_TRUE(simulator->launch(
          "calls",
          [&](Tl& tl) {
            const bool is_odd = (*world)->index_of(tl.rank()) == 21;
            return calls(tl, **world, is_odd ? program : std::string("a"));
          },
          ranks));
      const Status ran = simulator->run();
      ASSERT_EQ(code_of(ran), "system.collective-mismatch") << odd << " " << parts;
      texts.push_back(ran.error().to_string());
    }
    EXPECT_EQ(texts[1], texts[0]);
    EXPECT_EQ(texts[2], texts[0]);
  }
}

TEST(Communicator, a_group_must_be_ranks_of_the_machine_each_once) {
  const auto simulator = simulator_of(fabric_machine(FabricShape::Full, 4));
  Group twice = group_of(3);
  twice.ranks[2] = PeRank(0);
  for (const Group& group : {Group{}, group_of(5), twice}) {
    EXPECT_EQ(code_of(Communicator::create(*simulator, group)), "system.collective-size");
  }
}

TEST(Communicator, a_rank_outside_of_the_group_and_an_unknown_algorithm_are_errors) {
  const auto simulator = simulator_of(fabric_machine(FabricShape::Full, 4));
  const auto world = Communicator::create(*simulator, group_of(3));
  ASSERT_TRUE(world);
  ASSERT_TRUE(simulator->launch("calls", [&](Tl& tl) { return calls(tl, **world, "a"); }));
  EXPECT_THAT(simulator->run().error().to_string(), HasSubstr("rank 3, not of the group"));
  struct Kernels {
    static des::Task<> run(Tl& tl, Communicator& group) {
      const Tile x = co_await tl.full({1, 8}, Dtype::F16, 1);
      CollectiveCall call;
      call.algorithm = "rign";
      (void)co_await group.call(tl, call, x);
    }
  };
  const auto other = simulator_of(fabric_machine(FabricShape::Full, 2));
  const auto pair = Communicator::create(*other, group_of(2));
  ASSERT_TRUE(other->launch("calls", [&](Tl& tl) { return Kernels::run(tl, **pair); }));
  EXPECT_EQ(code_of(other->run()), "system.unknown-algorithm");
}

}  // namespace
}  // namespace heddle::system
