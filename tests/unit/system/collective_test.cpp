// Collectives with data: right on any number of ranks and elements, the same
// bits on every rank, in the order that collective.h states.
#include <numeric>

#include "heddle/base/random.h"
#include "heddle/system/collective_registry.h"
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
                                         "hierarchical", "hierarchical_chain"),
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

using Halves = std::vector<std::uint16_t>;

/// The elements of one range, added up over ranks in the order given.
void add_in_order(Halves& sum, const std::vector<Halves>& inputs, const ChunkRange& range,
                  const std::vector<std::uint32_t>& order) {
  for (std::uint64_t i = range.begin; i < range.end; ++i) {
    sum[i] = inputs[order[0]][i];
    for (std::size_t k = 1; k < order.size(); ++k) sum[i] = add16(sum[i], inputs[order[k]][i]);
  }
}

Halves add_all(const Halves& a, const Halves& b) {
  Halves sum(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) sum[i] = add16(a[i], b[i]);
  return sum;
}

/// Ranks of a ring from `first` on, `step` apart, all of them.
std::vector<std::uint32_t> round_from(std::uint32_t first, std::uint32_t step, std::uint32_t n) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < n; ++i) order.push_back((first + i * step) % n);
  return order;
}

/// A ring over `values` (one a place), chunk c from place c + 1 round to c.
Halves ring_order(const std::vector<Halves>& values) {
  const auto n = static_cast<std::uint32_t>(values.size());
  Halves sum(values[0].size());
  for (std::uint32_t c = 0; c < n; ++c) {
    add_in_order(sum, values, chunk_range(sum.size(), n, c), round_from(c + 1, 1, n));
  }
  return sum;
}

/// The second half of a bidirectional ring: from place c - 1 down to c.
Halves bidirectional_order(const std::vector<Halves>& values) {
  const auto n = static_cast<std::uint32_t>(values.size());
  const std::uint64_t middle = chunk_range(values[0].size(), 2, 0).end;
  std::vector<Halves> low, high;
  for (const Halves& one : values) {
    low.emplace_back(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(middle));
    high.emplace_back(one.begin() + static_cast<std::ptrdiff_t>(middle), one.end());
  }
  Halves sum = ring_order(low);
  Halves right(high[0].size());
  for (std::uint32_t c = 0; c < n; ++c) {
    add_in_order(right, high, chunk_range(right.size(), n, c), round_from(c + n - 1, n - 1, n));
  }
  sum.insert(sum.end(), right.begin(), right.end());
  return sum;
}

/// Partners `distance` apart add, the lower rank first; distances in order.
Halves exchange_order(std::vector<Halves> values, const std::vector<std::uint32_t>& distances) {
  for (const std::uint32_t distance : distances) {
    std::vector<Halves> next = values;
    for (std::uint32_t i = 0; i < values.size(); ++i) {
      next[i] = add_all(values[i & ~distance], values[i | distance]);
    }
    values = std::move(next);
  }
  return values[0];
}

/// A node of a tree: itself, plus its lower child's sum, plus its higher one's.
Halves tree_order(const std::vector<Halves>& values, std::size_t place, bool is_mirrored) {
  const std::size_t n = values.size();
  Halves sum = values[is_mirrored ? n - 1 - place : place];
  for (const std::size_t child : {2 * place + 1, 2 * place + 2}) {
    if (child < n) sum = add_all(sum, tree_order(values, child, is_mirrored));
  }
  return sum;
}

Halves two_trees_order(const std::vector<Halves>& values) {
  const Halves low = tree_order(values, 0, false);
  Halves sum = tree_order(values, 0, true);
  const std::uint64_t middle = chunk_range(sum.size(), 2, 0).end;
  std::copy_n(low.begin(), middle, sum.begin());
  return sum;
}

/// Levels of n0 x n1: rings over the inner places, then over the outer ones on
/// each inner chunk. `by_owner`: chunks are those of the ranks they are for.
Halves levels_order(const std::vector<Halves>& values, std::uint32_t n0, std::uint32_t n1,
                    bool by_owner) {
  const std::uint64_t size = values[0].size();
  Halves sum(size);
  for (std::uint32_t inner = 0; inner < n0; ++inner) {
    const ChunkRange whole = chunk_range(size, n0, inner);
    for (std::uint32_t outer = 0; outer < n1; ++outer) {
      ChunkRange range = chunk_range(whole.end - whole.begin, n1, outer);
      range = {range.begin + whole.begin, range.end + whole.begin};
      if (by_owner) range = chunk_range(size, std::uint64_t{n0} * n1, inner + outer * n0);
      std::vector<Halves> partial(n1, Halves(size));
      for (std::uint32_t o = 0; o < n1; ++o) {
        std::vector<std::uint32_t> order = round_from(inner + 1, 1, n0);
        for (std::uint32_t& place : order) place += o * n0;
        add_in_order(partial[o], values, range, order);
      }
      add_in_order(sum, partial, range, round_from(outer + 1, 1, n1));
    }
  }
  return sum;
}

std::vector<Halves> halves_of(const Outputs& inputs) {
  std::vector<Halves> out;
  for (const auto& one : inputs) out.push_back(values_of<std::uint16_t>(one));
  return out;
}

TEST(AllReduce, every_algorithm_gives_every_rank_the_bits_of_its_sequential_order) {
  for (const std::size_t elements : {0U, 1U, 5U, 64U, 83U}) {
    const Outputs inputs = rough_inputs(8, elements);
    const std::vector<Halves> values = halves_of(inputs);
    const std::pair<const char*, Halves> cases[] = {
        {"ring", ring_order(values)},
        {"bidirectional_ring", bidirectional_order(values)},
        {"recursive_doubling", exchange_order(values, {1, 2, 4})},
        {"rabenseifner", exchange_order(values, {4, 2, 1})},
        {"double_binary_tree", two_trees_order(values)},
        {"torus", levels_order(values, 4, 2, false)},
        {"hierarchical", levels_order(values, 4, 2, false)}};
    for (const auto& [algorithm, expected] : cases) {
      const Outputs out =
          run(group_of(8, {4, 2}), {.algorithm = algorithm, .elements = elements}, inputs);
      for (const auto& one : out) EXPECT_EQ(values_of<std::uint16_t>(one), expected) << algorithm;
    }
  }
}

TEST(ReduceScatter, a_rank_gets_the_bits_of_the_sequential_order_of_its_chunk) {
  for (const auto& [n0, n1] : {std::pair{4U, 2U}, {3U, 2U}, {2U, 5U}, {8U, 1U}, {1U, 1U}}) {
    const std::uint32_t n = n0 * n1;
    for (const std::size_t elements : {0U, 1U, 7U, 83U}) {
      const Outputs inputs = rough_inputs(n, elements);
      const std::vector<Halves> values = halves_of(inputs);
      const std::pair<const char*, Halves> cases[] = {
          {"ring", ring_order(values)}, {"hierarchical", levels_order(values, n0, n1, true)}};
      for (const auto& [algorithm, sum] : cases) {
        const Outputs out = run(
            group_of(n, {n0, n1}),
            {.kind = CollectiveKind::ReduceScatter, .algorithm = algorithm, .elements = elements},
            inputs);
        for (std::uint32_t rank = 0; rank < n; ++rank) {
          const ChunkRange range = chunk_range(elements, n, rank);
          const Halves expected(sum.begin() + static_cast<std::ptrdiff_t>(range.begin),
                                sum.begin() + static_cast<std::ptrdiff_t>(range.end));
          EXPECT_EQ(values_of<std::uint16_t>(out[rank]), expected) << algorithm << " " << rank;
        }
      }
    }
  }
}

TEST(Reduce, the_root_gets_the_bits_of_the_tree) {
  for (const std::uint32_t root : {0U, 3U}) {
    const Outputs inputs = rough_inputs(6, 20);
    const std::vector<Halves> values = halves_of(inputs);
    const auto at = [&](std::uint32_t place) { return values[(place + root) % 6]; };
    // Place 0 adds 1, then the sum of 2 and 3, then that of 4 and 5.
    const Halves expected =
        add_all(add_all(add_all(at(0), at(1)), add_all(at(2), at(3))), add_all(at(4), at(5)));
    const Outputs out =
        run(group_of(6), {.kind = CollectiveKind::Reduce, .elements = 20, .root = root}, inputs);
    EXPECT_EQ(values_of<std::uint16_t>(out[root]), expected);
  }
}

TEST(AllGather, levels_bring_the_inputs_of_all_ranks_together_in_order) {
  for (const std::vector<std::uint32_t>& levels :
       std::vector<std::vector<std::uint32_t>>{{1}, {2}, {4, 2}, {3, 2, 2}, {1, 5}}) {
    const auto n = static_cast<std::uint32_t>(
        std::accumulate(levels.begin(), levels.end(), 1U, std::multiplies<>()));
    for (const std::size_t elements : {0U, 1U, 13U}) {
      Outputs inputs;
      std::vector<std::byte> all;
      for (std::uint32_t rank = 0; rank < n; ++rank) {
        inputs.push_back(bytes_of(ints(elements, rank)));
        all.insert(all.end(), inputs.back().begin(), inputs.back().end());
      }
      const Outputs out = run(group_of(n, levels),
                              {.kind = CollectiveKind::AllGather,
                               .algorithm = "hierarchical",
                               .elements = elements,
                               .dtype = Dtype::I32},
                              inputs);
      for (const auto& one : out) EXPECT_EQ(one, all) << n;
    }
  }
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
    return standard_registry().choose({.elements = elements}, group, step)->name;
  };
  EXPECT_EQ(chosen(1), "recursive_doubling");
  EXPECT_EQ(chosen(std::uint64_t{1} << 30), "bidirectional_ring");
}

TEST(Choice, an_unknown_algorithm_gets_a_suggestion_and_a_wrong_size_its_reason) {
  const auto unknown = standard_registry().choose({.algorithm = "rign"}, group_of(4), {});
  ASSERT_EQ(code_of(unknown), "system.unknown-algorithm");
  EXPECT_NE(unknown.error().to_string().find("'ring'"), std::string::npos);
  EXPECT_EQ(code_of(standard_registry().choose({.algorithm = "rabenseifner"}, group_of(6), {})),
            "system.collective-size");
  const CollectiveCall no_root{.kind = CollectiveKind::Broadcast, .root = 4};
  EXPECT_EQ(code_of(standard_registry().choose(no_root, group_of(4), {})),
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
