// Closed forms, to the picosecond. a is the latency of a step, B the bandwidth
// of a link, S the bytes of a rank, g the time to reduce a byte, N the ranks.
#include "heddle/system/collective_registry.h"
#include "support/system/machines.h"

namespace heddle::system {
namespace {

using test::all_of;
using test::fabric_machine;
using test::simulator_of;

constexpr std::int64_t kA = 500'000;     // ps
constexpr std::uint64_t kMiB = 1 << 20;  // bytes

/// ps to move bytes at 50 GB/s: 20 ps a byte.
constexpr std::int64_t move(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes) * 20;
}

CollectiveReport collective(const Machine& machine, CollectiveCall call,
                            std::vector<std::uint32_t> levels = {}) {
  const auto simulator = simulator_of(machine);
  const auto report = run_collective(*simulator, all_of(*simulator, std::move(levels)), call);
  EXPECT_TRUE(report) << report.error().to_string();
  return report ? *report : CollectiveReport{};
}

CollectiveCall all_reduce(const std::string& algorithm, std::uint64_t bytes = kMiB) {
  return {.kind = CollectiveKind::AllReduce, .algorithm = algorithm, .elements = bytes / 2};
}

TEST(ClosedForm, ring_all_reduce_of_1_MiB_at_the_golden_values) {
  const std::pair<std::uint32_t, std::int64_t> golden[] = {{2, 21'971'520},   {4, 34'457'280},
                                                           {8, 43'700'160},   {16, 54'321'600},
                                                           {64, 104'287'680}, {128, 168'615'360}};
  for (const auto& [ranks, ps] : golden) {
    const CollectiveReport report =
        collective(fabric_machine(FabricShape::Ring, ranks), all_reduce("ring"));
    EXPECT_EQ(report.time, Picoseconds(ps)) << ranks;
    EXPECT_EQ(report.messages, 2 * std::uint64_t{ranks} * (ranks - 1)) << ranks;
  }
}

TEST(ClosedForm, torus_all_reduce_of_1_MiB_at_the_golden_values) {
  EXPECT_EQ(collective(fabric_machine(FabricShape::Torus, 16, 4), all_reduce("torus"), {4, 4}).time,
            Picoseconds(45'321'600));
  EXPECT_EQ(collective(fabric_machine(FabricShape::Torus, 64, 8), all_reduce("torus"), {8, 8}).time,
            Picoseconds(55'287'680));
}

TEST(ClosedForm, ring_reduce_scatter_and_all_gather_are_half_a_ring_all_reduce) {
  for (const std::uint32_t n : {2U, 4U, 8U, 16U}) {
    const Machine machine = fabric_machine(FabricShape::Ring, n);
    const std::int64_t half = (n - 1) * (kA + move(kMiB / n));
    EXPECT_EQ(collective(machine, {.kind = CollectiveKind::ReduceScatter,
                                   .algorithm = "ring",
                                   .elements = kMiB / 2})
                  .time,
              Picoseconds(half));
    EXPECT_EQ(collective(machine, {.kind = CollectiveKind::AllGather,
                                   .algorithm = "ring",
                                   .elements = kMiB / 2 / n})
                  .time,
              Picoseconds(half));
  }
}

TEST(ClosedForm, bidirectional_ring) {
  for (const std::uint32_t n : {2U, 4U, 8U, 32U}) {
    EXPECT_EQ(
        collective(fabric_machine(FabricShape::Ring, n), all_reduce("bidirectional_ring")).time,
        Picoseconds(2 * (n - 1) * (kA + move(kMiB / n / 2))));
  }
}

TEST(ClosedForm, recursive_doubling_and_rabenseifner) {
  for (const std::uint32_t log : {1U, 2U, 3U, 5U}) {
    const std::uint32_t n = 1U << log;
    const Machine machine = fabric_machine(FabricShape::Full, n);
    EXPECT_EQ(collective(machine, all_reduce("recursive_doubling")).time,
              Picoseconds(log * (kA + move(kMiB))));
    EXPECT_EQ(collective(machine, all_reduce("rabenseifner")).time,
              Picoseconds(2 * log * kA + 2 * move(kMiB / n * (n - 1))));
  }
}

/// 128 lanes a ns of fp16: 256 bytes a ns, g = 1/256 ns.
Machine with_math(Machine machine) {
  machine.pe.has_free_math = false;
  return machine;
}

TEST(ClosedForm, reductions_add_g_per_byte) {
  constexpr std::uint32_t n = 8;
  const std::int64_t gs = static_cast<std::int64_t>(kMiB) * 1000 / 256;
  const Machine ring = with_math(fabric_machine(FabricShape::Ring, n));
  const Machine full = with_math(fabric_machine(FabricShape::Full, n));
  const std::int64_t half = (n - 1) * (kA + move(kMiB / n));
  EXPECT_EQ(collective(ring, all_reduce("ring")).time, Picoseconds(2 * half + (n - 1) * gs / n));
  EXPECT_EQ(
      collective(ring,
                 {.kind = CollectiveKind::ReduceScatter, .algorithm = "ring", .elements = kMiB / 2})
          .time,
      Picoseconds(half + (n - 1) * gs / n));
  EXPECT_EQ(collective(full, all_reduce("recursive_doubling")).time,
            Picoseconds(3 * (kA + move(kMiB) + gs)));
  EXPECT_EQ(collective(full, all_reduce("rabenseifner")).time,
            Picoseconds(6 * kA + 2 * move(kMiB / n * (n - 1)) + (n - 1) * gs / n));
}

TEST(ClosedForm, hierarchical_chain_with_even_and_odd_rings) {
  const std::int64_t gs = static_cast<std::int64_t>(kMiB) * 1000 / 256;
  const std::int64_t hop = kA + move(kMiB);
  for (const std::vector<std::uint32_t>& levels : std::vector<std::vector<std::uint32_t>>{
           {8}, {8, 2}, {8, 4}, {8, 8}, {8, 8, 2}, {2, 2, 2}, {3}, {5, 3}}) {
    std::int64_t expected = 0;
    std::uint32_t ranks = 1;
    for (const std::uint32_t n : levels) {
      ranks *= n;
      expected += n / 2 * (hop + gs) + (n - 1) * hop;  // ceil((n-1)/2) is n/2 in integers
      if (n % 2 == 1) expected += gs;
    }
    const Machine machine = with_math(fabric_machine(FabricShape::Full, ranks));
    const CollectiveReport report = collective(machine, all_reduce("hierarchical_chain"), levels);
    EXPECT_EQ(report.time, Picoseconds(expected)) << ranks;
    EXPECT_EQ(report.messages, 2 * (ranks - 1)) << ranks;
  }
}

TEST(ClosedForm, hierarchical_levels) {
  const std::vector<std::uint32_t> levels = {8, 8, 2};
  std::int64_t expected = 0;
  std::uint64_t product = 1;
  for (const std::uint32_t n : levels) {
    product *= n;
    expected += 2 * (n - 1) * (kA + move(kMiB / product));
  }
  EXPECT_EQ(collective(fabric_machine(FabricShape::Full, 128), all_reduce("torus"), levels).time,
            Picoseconds(expected));
}

TEST(ClosedForm, broadcasts) {
  for (const std::uint32_t n : {2U, 3U, 8U, 13U}) {
    const Machine machine = fabric_machine(FabricShape::Full, n);
    std::uint32_t rounds = 0;
    while ((1U << rounds) < n) ++rounds;
    for (const std::uint32_t root : {0U, n - 1}) {
      CollectiveCall call{.kind = CollectiveKind::Broadcast,
                          .algorithm = "binomial",
                          .elements = kMiB / 2,
                          .root = root};
      EXPECT_EQ(collective(machine, call).time, Picoseconds(rounds * (kA + move(kMiB)))) << n;
      call.algorithm = "pipelined_chain";
      for (const std::uint32_t k : {1U, 4U, 16U}) {
        call.pipeline_chunks = k;
        EXPECT_EQ(collective(machine, call).time, Picoseconds((n - 2 + k) * (kA + move(kMiB / k))))
            << n;
      }
    }
  }
}

TEST(ClosedForm, barrier_takes_a_latency_a_round) {
  for (const std::uint32_t n : {1U, 2U, 5U, 8U, 9U}) {
    std::uint32_t rounds = 0;
    while ((1U << rounds) < n) ++rounds;
    EXPECT_EQ(collective(fabric_machine(FabricShape::Full, n),
                         {.kind = CollectiveKind::Barrier, .algorithm = "dissemination"})
                  .time,
              Picoseconds(rounds * kA));
  }
}

TEST(ClosedForm, pairwise_all_to_all) {
  constexpr std::uint32_t n = 8;
  EXPECT_EQ(
      collective(fabric_machine(FabricShape::Full, n),
                 {.kind = CollectiveKind::AllToAll, .algorithm = "pairwise", .elements = kMiB / 2})
          .time,
      Picoseconds((n - 1) * (kA + move(kMiB / n))));
}

TEST(ClosedForm, hierarchical_reduce_scatter_and_all_gather) {
  const std::int64_t gs = static_cast<std::int64_t>(kMiB) * 1000 / 256;
  for (const std::vector<std::uint32_t>& levels :
       std::vector<std::vector<std::uint32_t>>{{8}, {8, 4}, {8, 8, 2}, {2, 2, 2}, {1, 4}}) {
    std::uint32_t ranks = 1;
    std::int64_t scatter = 0;
    std::int64_t reduced = 0;
    std::int64_t gather = 0;
    for (const std::uint32_t n : levels) {
      ranks *= n;
      scatter += (n - 1) * (kA + move(kMiB / ranks));
      reduced += (n - 1) * gs / ranks;
      gather += (n - 1) * (kA + move(kMiB / ranks));
    }
    const Machine machine = fabric_machine(FabricShape::Full, ranks);
    const CollectiveCall one{
        .kind = CollectiveKind::ReduceScatter, .algorithm = "hierarchical", .elements = kMiB / 2};
    EXPECT_EQ(collective(machine, one, levels).time, Picoseconds(scatter)) << ranks;
    EXPECT_EQ(collective(with_math(machine), one, levels).time, Picoseconds(scatter + reduced));
    // S is what all ranks have together, so that it is the mirror of a scatter.
    EXPECT_EQ(collective(machine,
                         {.kind = CollectiveKind::AllGather,
                          .algorithm = "hierarchical",
                          .elements = kMiB / 2 / ranks},
                         levels)
                  .time,
              Picoseconds(gather))
        << ranks;
  }
}

TEST(ClosedForm, what_the_cost_model_estimates_is_what_an_ideal_machine_takes) {
  for (const std::vector<std::uint32_t>& levels :
       std::vector<std::vector<std::uint32_t>>{{1}, {2}, {8}, {4, 4}, {8, 2, 2}}) {
    std::uint32_t ranks = 1;
    for (const std::uint32_t n : levels) ranks *= n;
    const auto simulator = simulator_of(with_math(fabric_machine(FabricShape::Full, ranks)));
    const Group group = all_of(*simulator, levels);
    const StepCost step = step_cost(simulator->topology(), group, Dtype::F16);
    for (const RegistryEntry& entry : standard_registry().entries()) {
      const std::string_view name = entry.algorithm.name;
      // No closed form: two trees one after the other, a root that adds or sends one by one.
      if (entry.algorithm.closed_form.empty()) continue;
      const CollectiveCall call{
          .kind = entry.algorithm.kind, .algorithm = entry.name, .elements = kMiB / 2};
      const auto choice = standard_registry().apply(entry, call, group, step);
      ASSERT_TRUE(choice) << name;
      const CollectiveReport report =
          collective(with_math(fabric_machine(FabricShape::Full, ranks)), call, levels);
      EXPECT_NEAR(static_cast<double>(report.time.count()) / 1000, choice->estimate_ns, 0.1)
          << name << " on " << ranks;
      // Two ranks have one link each way, on which both halves of a bidirectional
      // ring go at once: links that never contend beat the bound there.
      if (ranks > 2) {
        EXPECT_GE(report.bound_ratio, 1.0) << name;
      }
    }
  }
}

TEST(ClosedForm, bounds_of_every_kind) {
  using K = CollectiveKind;
  // 8 ranks, 1000 bytes, 5 ns, 2 bytes a ns: latency 15 in three rounds.
  const std::pair<K, double> cases[] = {{K::AllReduce, 2 * 7.0 / 8 * 500},
                                        {K::ReduceScatter, 7.0 / 8 * 500},
                                        {K::AllGather, 7 * 500.0},
                                        {K::AllToAll, 7.0 / 8 * 500},
                                        {K::Broadcast, 500},
                                        {K::Reduce, 500},
                                        {K::Gather, 7 * 500.0},
                                        {K::Scatter, 7.0 / 8 * 500},
                                        {K::Barrier, 15}};
  for (const auto& [kind, bound] : cases) {
    EXPECT_DOUBLE_EQ(collective_bound_ns(kind, 8, 1000, 5, 2), bound) << collective_name(kind);
    EXPECT_EQ(collective_bound_ns(kind, 1, 1000, 5, 2), 0);
    const bool is_direct = kind == K::AllToAll || kind == K::Gather || kind == K::Scatter;
    EXPECT_DOUBLE_EQ(collective_bound_ns(kind, 8, 0, 5, 2), is_direct ? 5 : 15);
  }
}

TEST(ClosedForm, every_report_has_its_bandwidths_and_its_ratio_to_the_bound) {
  const std::pair<CollectiveKind, double> factors[] = {
      {CollectiveKind::AllReduce, 14.0 / 8}, {CollectiveKind::ReduceScatter, 7.0 / 8},
      {CollectiveKind::AllToAll, 7.0 / 8},   {CollectiveKind::AllGather, 7},
      {CollectiveKind::Broadcast, 1},        {CollectiveKind::Reduce, 1},
      {CollectiveKind::Gather, 1},           {CollectiveKind::Scatter, 1}};
  for (const auto& [kind, factor] : factors) {
    const CollectiveReport report =
        collective(fabric_machine(FabricShape::Full, 8), {.kind = kind, .elements = 4096});
    const double ns = static_cast<double>(report.time.count()) / 1000;
    EXPECT_DOUBLE_EQ(report.algorithm_gb_per_s, 8192 / ns);
    EXPECT_DOUBLE_EQ(report.bus_gb_per_s, 8192 / ns * factor);
    // Seven links of 50 GB/s leave a rank, a step takes 500 ns.
    const double bound = collective_bound_ns(kind, 8, 8192, 500, 350);
    EXPECT_DOUBLE_EQ(report.bound_ratio, ns / bound) << collective_name(kind);
    EXPECT_GE(report.bound_ratio, 1) << collective_name(kind);
  }
}

TEST(ClosedForm, no_all_reduce_is_below_the_bound) {
  for (const char* name :
       {"ring", "bidirectional_ring", "recursive_doubling", "rabenseifner", "double_binary_tree"}) {
    for (const std::uint64_t bytes : {2048ULL, 65'536ULL, 4'194'304ULL}) {
      const CollectiveReport report =
          collective(fabric_machine(FabricShape::Full, 8), all_reduce(name, bytes));
      EXPECT_GE(report.bound_ratio, 1.0) << name << " " << bytes;
    }
  }
}

}  // namespace
}  // namespace heddle::system
