// Collectives with data: right on any number of ranks and elements, the same
// bits on every rank, in the order that collective.h states.
#include <numeric>

#include "heddle/base/random.h"
#include "support/system/machines.h"

namespace heddle::system {
namespace {

using test::bytes_of;
using test::code_of;
using test::fabric_machine;
using test::simulator_of;
using test::values_of;

using Ints = std::vector<std::int32_t>;
using Outputs = std::vector<std::vector<std::byte>>;

Ints ints(std::size_t count, std::uint64_t seed) {
  const RandomStream random(seed, "ints");
  Ints out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::int32_t>(random.at(0, i));
  return out;
}

Group group_of(std::uint32_t count, std::vector<std::uint32_t> levels = {}) {
  Group group;
  for (std::uint32_t i = 0; i < count; ++i) group.ranks.emplace_back(i);
  group.levels = levels.empty() ? std::vector<std::uint32_t>{count} : std::move(levels);
  return group;
}

Outputs run(const Group& group, const CollectiveCall& call, const Outputs& inputs,
            DataMode mode = DataMode::Eager) {
  const auto count = static_cast<std::uint32_t>(group.ranks.size());
  const auto simulator = simulator_of(fabric_machine(FabricShape::Full, count), {.data = mode});
  const auto out = run_collective_on(*simulator, group, call, inputs);
  EXPECT_TRUE(out) << out.error().to_string();
  const FabricTotals& totals = simulator->totals();
  EXPECT_EQ(totals.sent_bytes, totals.received_bytes);
  EXPECT_EQ(totals.sent_bytes, totals.drained_bytes);
  return out ? *out : Outputs(count);
}

std::int32_t wrap_sum(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}

class AllReduces : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Algorithms, AllReduces,
                         testing::Values("ring", "bidirectional_ring", "recursive_doubling",
                                         "rabenseifner", "double_binary_tree", "torus",
                                         "hierarchical_chain"),
                         [](const auto& one) { return one.param; });

TEST_P(AllReduces, sum_on_every_rank_for_any_size) {
  const bool needs_power = GetParam() == "recursive_doubling" || GetParam() == "rabenseifner";
  const std::vector<std::vector<std::uint32_t>> worlds =
      needs_power ? std::vector<std::vector<std::uint32_t>>{{1}, {2}, {4}, {8}, {16}}
                  : std::vector<std::vector<std::uint32_t>>{{1},    {2},    {3},       {5},   {8},
                                                            {2, 2}, {4, 3}, {2, 3, 2}, {8, 2}};
  for (const auto& levels : worlds) {
    const auto count = static_cast<std::uint32_t>(
        std::accumulate(levels.begin(), levels.end(), 1U, std::multiplies<>()));
    for (const std::size_t elements :
         {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{64}, std::size_t{101}}) {
      Outputs inputs;
      Ints expected(elements);
      for (std::uint32_t rank = 0; rank < count; ++rank) {
        const Ints mine = ints(elements, rank + 1);
        for (std::size_t i = 0; i < elements; ++i) expected[i] = wrap_sum(expected[i], mine[i]);
        inputs.push_back(bytes_of(mine));
      }
      const CollectiveCall call{.algorithm = GetParam(), .elements = elements, .dtype = Dtype::I32};
      const Outputs out = run(group_of(count, levels), call, inputs);
      for (std::uint32_t rank = 0; rank < count; ++rank) {
        ASSERT_EQ(values_of<std::int32_t>(out[rank]), expected)
            << count << " ranks, " << elements << " elements, rank " << rank;
      }
    }
  }
}

/// fp16 values whose sums round, so that order shows.
Outputs rough_inputs(std::uint32_t count, std::size_t elements) {
  Outputs inputs;
  for (std::uint32_t rank = 0; rank < count; ++rank) {
    const RandomStream random(rank, "rough");
    std::vector<std::uint16_t> mine(elements);
    for (std::size_t i = 0; i < elements; ++i) {
      mine[i] = float_to_f16(static_cast<float>(random.between(-1000, 1000, 0, i)) * 0.3F);
    }
    inputs.push_back(bytes_of(mine));
  }
  return inputs;
}

std::uint16_t add16(std::uint16_t a, std::uint16_t b) {
  return float_to_f16(f16_to_float(a) + f16_to_float(b));
}

TEST_P(AllReduces, gives_the_same_bits_to_every_rank_and_in_both_data_modes) {
  const CollectiveCall call{.algorithm = GetParam(), .elements = 133};
  const Outputs inputs = rough_inputs(8, 133);
  const Outputs eager = run(group_of(8, {4, 2}), call, inputs);
  for (const auto& one : eager) EXPECT_EQ(one, eager[0]);
  EXPECT_EQ(run(group_of(8, {4, 2}), call, inputs, DataMode::Replay), eager);
}

TEST(AllReduce, a_ring_adds_each_chunk_in_order_from_the_rank_after_its_owner) {
  constexpr std::uint32_t n = 5;
  constexpr std::size_t elements = 23;
  const Outputs inputs = rough_inputs(n, elements);
  const Outputs out = run(group_of(n), {.algorithm = "ring", .elements = elements}, inputs);
  std::vector<std::uint16_t> expected(elements);
  for (std::uint32_t chunk = 0; chunk < n; ++chunk) {
    const ChunkRange range = chunk_range(elements, n, chunk);
    for (std::uint64_t i = range.begin; i < range.end; ++i) {
      const auto at = [&](std::uint32_t rank) {
        return values_of<std::uint16_t>(inputs[rank % n])[i];
      };
      std::uint16_t sum = at(chunk + 1);
      for (std::uint32_t s = 2; s <= n; ++s) sum = add16(sum, at(chunk + s));
      expected[i] = sum;
    }
  }
  for (const auto& one : out) EXPECT_EQ(values_of<std::uint16_t>(one), expected);
}

TEST(AllReduce, the_chain_adds_left_then_right_each_from_its_far_end) {
  constexpr std::uint32_t n = 8;
  const Outputs inputs = rough_inputs(n, 11);
  const Outputs out = run(group_of(n), {.algorithm = "hierarchical_chain", .elements = 11}, inputs);
  std::vector<std::uint16_t> expected(11);
  for (std::size_t i = 0; i < 11; ++i) {
    const auto at = [&](std::uint32_t rank) { return values_of<std::uint16_t>(inputs[rank])[i]; };
    const std::uint16_t left = add16(add16(at(5), at(6)), at(7));
    const std::uint16_t right = add16(add16(add16(at(4), at(3)), at(2)), at(1));
    expected[i] = add16(add16(at(0), left), right);
  }
  for (const auto& one : out) EXPECT_EQ(values_of<std::uint16_t>(one), expected);
}

// A cross-SIP reduce was once missing from replay: a ring over N makes
// N (N - 1) reductions of chunks, and the log holds each.
TEST(AllReduce, the_log_of_a_ring_holds_every_chunk_reduction) {
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    for (const std::uint32_t n : {2U, 4U, 7U}) {
      const auto simulator = simulator_of(fabric_machine(FabricShape::Ring, n), {.data = mode});
      ASSERT_TRUE(run_collective(*simulator, group_of(n), {.algorithm = "ring", .elements = 70}));
      std::uint64_t adds = 0;
      for (const Op& op : simulator->op_log().ops()) {
        adds += op.kind == OpKind::Math && op.math == MathOp::Add ? 1 : 0;
      }
      EXPECT_EQ(adds, n * (n - 1));
    }
  }
}

TEST(Hierarchical, worlds_of_8_to_128_on_the_default_machine_with_2_w_minus_1_messages) {
  for (const std::uint32_t world : {8U, 16U, 32U, 64U, 128U}) {
    const auto simulator = simulator_of({}, {.data = DataMode::Eager});
    const auto group = world_group(simulator->topology(), world);
    ASSERT_TRUE(group);
    Outputs inputs;
    Ints expected(50);
    for (std::uint32_t rank = 0; rank < world; ++rank) {
      const Ints mine = ints(50, rank);
      for (std::size_t i = 0; i < 50; ++i) expected[i] = wrap_sum(expected[i], mine[i]);
      inputs.push_back(bytes_of(mine));
    }
    const auto out = run_collective_on(
        *simulator, *group,
        {.algorithm = "hierarchical_chain", .elements = 50, .dtype = Dtype::I32}, inputs);
    ASSERT_TRUE(out) << out.error().to_string();
    for (const auto& one : *out) EXPECT_EQ(values_of<std::int32_t>(one), expected);
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
    for (const PeRank rank : group->ranks) {
      sent += simulator->use(rank).messages_sent;
      received += simulator->use(rank).messages_received;
    }
    EXPECT_EQ(sent, 2 * (std::uint64_t{world} - 1));
    EXPECT_EQ(received, sent);
  }
}

TEST(Hierarchical, a_world_that_does_not_factor_is_refused_by_name) {
  const auto simulator = simulator_of({});
  for (const std::uint32_t world : {0U, 12U, 72U, 129U}) {
    const auto group = world_group(simulator->topology(), world);
    ASSERT_EQ(code_of(group), "system.collective-size") << world;
    EXPECT_NE(group.error().to_string().find(std::to_string(world)), std::string::npos);
  }
}

TEST(Others, all_gather_reduce_scatter_all_to_all_gather_scatter_broadcast_and_reduce) {
  for (const std::uint32_t n : {1U, 2U, 3U, 8U}) {
    for (const std::uint64_t elements : {std::uint64_t{0}, std::uint64_t{5}, std::uint64_t{24}}) {
      Outputs inputs;
      std::vector<Ints> raw;
      Ints sum(elements), all;
      for (std::uint32_t rank = 0; rank < n; ++rank) {
        raw.push_back(ints(elements, rank + 100));
        inputs.push_back(bytes_of(raw.back()));
        for (std::size_t i = 0; i < elements; ++i) sum[i] = wrap_sum(sum[i], raw.back()[i]);
        all.insert(all.end(), raw.back().begin(), raw.back().end());
      }
      const auto part = [&](const Ints& whole, std::uint32_t i) {
        const ChunkRange range = chunk_range(elements, n, i);
        return Ints(whole.begin() + static_cast<std::ptrdiff_t>(range.begin),
                    whole.begin() + static_cast<std::ptrdiff_t>(range.end));
      };
      const std::uint32_t root = n - 1;
      const auto call = [&](CollectiveKind kind, std::string algorithm = "auto") {
        const CollectiveCall made{.kind = kind,
                                  .algorithm = std::move(algorithm),
                                  .elements = elements,
                                  .dtype = Dtype::I32,
                                  .root = root};
        std::vector<Ints> out;
        for (const auto& one : run(group_of(n), made, inputs)) {
          out.push_back(values_of<std::int32_t>(one));
        }
        return out;
      };
      using K = CollectiveKind;
      EXPECT_EQ(call(K::Reduce)[root], sum);
      EXPECT_EQ(call(K::Gather)[root], all);
      for (std::uint32_t rank = 0; rank < n; ++rank) {
        EXPECT_EQ(call(K::AllGather)[rank], all);
        EXPECT_EQ(call(K::ReduceScatter)[rank], part(sum, rank));
        EXPECT_EQ(call(K::Scatter)[rank], part(raw[root], rank));
        EXPECT_EQ(call(K::Broadcast, "binomial")[rank], raw[root]);
        EXPECT_EQ(call(K::Broadcast, "pipelined_chain")[rank], raw[root]);
        if (elements % n != 0) continue;
        Ints expected;
        for (std::uint32_t from = 0; from < n; ++from) {
          const Ints piece = part(raw[from], rank);
          expected.insert(expected.end(), piece.begin(), piece.end());
        }
        EXPECT_EQ(call(K::AllToAll)[rank], expected);
      }
    }
  }
}

TEST(Choice, the_cost_model_takes_latency_or_bandwidth_where_each_counts) {
  const Group group = group_of(16);
  const StepCost step{500, 50, 0};
  const auto chosen = [&](std::uint64_t elements) {
    return std::string((*choose_algorithm({.elements = elements}, group, step))->name);
  };
  EXPECT_EQ(chosen(1), "recursive_doubling");
  EXPECT_EQ(chosen(std::uint64_t{1} << 30), "bidirectional_ring");
}

TEST(Choice, an_unknown_algorithm_gets_a_suggestion_and_a_wrong_size_its_reason) {
  const auto unknown = choose_algorithm({.algorithm = "rign"}, group_of(4), {});
  ASSERT_EQ(code_of(unknown), "system.unknown-algorithm");
  EXPECT_NE(unknown.error().to_string().find("'ring'"), std::string::npos);
  EXPECT_EQ(code_of(choose_algorithm({.algorithm = "rabenseifner"}, group_of(6), {})),
            "system.collective-size");
}

TEST(Calls, a_mismatch_lists_every_rank) {
  const Group group = group_of(3);
  const CollectiveCall call{.algorithm = "ring", .elements = 8};
  CollectiveCall other = call;
  EXPECT_TRUE(check_calls(group, {{PeRank(0), call}, {PeRank(1), call}, {PeRank(2), call}}));
  other.dtype = Dtype::F32;
  const auto mixed = check_calls(group, {{PeRank(0), call}, {PeRank(1), other}, {PeRank(2), call}});
  ASSERT_EQ(code_of(mixed), "system.collective-mismatch");
  for (const char* part : {"rank 0", "rank 1: all_reduce of 8 fp32", "rank 2"}) {
    EXPECT_NE(mixed.error().to_string().find(part), std::string::npos);
  }
  const auto missing = check_calls(group, {{PeRank(0), call}, {PeRank(2), call}});
  EXPECT_NE(missing.error().to_string().find("rank 1: no call"), std::string::npos);
}

TEST(Properties, scaling_all_latencies_and_inverse_bandwidths_scales_time) {
  const auto time = [](std::int64_t latency, std::int64_t gb) {
    const auto simulator = simulator_of(fabric_machine(FabricShape::Ring, 8, 0, latency, gb));
    return run_collective(*simulator, group_of(8), {.algorithm = "ring", .elements = 40'000})->time;
  };
  EXPECT_EQ(time(1'000'000, 25).count(), 2 * time(500'000, 50).count());
  EXPECT_EQ(time(5'000'000, 5).count(), 10 * time(500'000, 50).count());
}

TEST(Properties, turning_a_ring_changes_nothing_and_an_idle_link_neither) {
  const auto time = [](std::uint32_t shift, FabricShape shape, std::uint32_t devices) {
    const auto simulator = simulator_of(fabric_machine(shape, devices));
    Group group{{}, {8}};
    for (std::uint32_t i = 0; i < 8; ++i) group.ranks.emplace_back((i + shift) % 8);
    return run_collective(*simulator, group, {.algorithm = "ring", .elements = 40'000})->time;
  };
  const Picoseconds plain = time(0, FabricShape::Ring, 8);
  EXPECT_EQ(time(3, FabricShape::Ring, 8), plain);
  EXPECT_EQ(time(0, FabricShape::Full, 9), plain);    // links that nobody uses
  EXPECT_NE(time(0, FabricShape::Switch, 8), plain);  // a changed topology
}

TEST(Properties, more_bytes_or_latency_never_helps) {
  for (const char* algorithm : {"ring", "rabenseifner", "hierarchical_chain", "torus"}) {
    Picoseconds last;
    for (const std::uint64_t elements : {0U, 1U, 100U, 1000U, 100'000U}) {
      for (const std::int64_t latency : {1'000, 100'000}) {
        Machine machine = fabric_machine(FabricShape::Full, 8, 0, latency);
        machine.link_mode = LinkMode::CutThrough;
        const auto simulator = simulator_of(machine);
        const auto report = run_collective(*simulator, group_of(8, {4, 2}),
                                           {.algorithm = algorithm, .elements = elements});
        ASSERT_TRUE(report);
        if (latency == 1'000) {
          EXPECT_GE(report->time, last) << algorithm;
          last = report->time;
        } else {
          EXPECT_GE(report->time, last) << algorithm;
        }
      }
    }
  }
}

}  // namespace
}  // namespace heddle::system
