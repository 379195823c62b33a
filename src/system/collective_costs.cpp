// What algorithms take by their closed forms, and what none can beat.
#include <algorithm>
#include <cmath>

#include "system/collective_kernels.h"

namespace heddle::system {
namespace {

double ranks_of(const Group& group) {
  return static_cast<double>(group.ranks.size());
}

double rounds_of(const Group& group) {
  return std::ceil(std::log2(ranks_of(group)));
}

/// Ranks of a group that has one send nothing.
bool is_alone(const Group& group) {
  return group.ranks.size() < 2;
}

double ring_half(const Group& group, std::uint64_t bytes, const StepCost& s) {
  const double n = ranks_of(group);
  return (n - 1) * (s.latency_ns + static_cast<double>(bytes) / (n * s.bytes_per_ns));
}

double ring(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double n = ranks_of(group);
  return 2 * ring_half(group, bytes, s) +
         (n - 1) * s.reduce_ns_per_byte * static_cast<double>(bytes) / n;
}

double bidirectional(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double n = ranks_of(group);
  const double size = static_cast<double>(bytes);
  return 2 * (n - 1) * (s.coupled_latency_ns() + size / (2 * n * s.bytes_per_ns)) +
         (n - 1) * s.reduce_ns_per_byte * size / n;
}

double doubling(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double size = static_cast<double>(bytes);
  return rounds_of(group) *
         (s.coupled_latency_ns() + size / s.bytes_per_ns + s.reduce_ns_per_byte * size);
}

double rabenseifner(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double n = ranks_of(group);
  const double size = static_cast<double>(bytes);
  return 2 * rounds_of(group) * s.coupled_latency_ns() + 2 * (n - 1) / n * size / s.bytes_per_ns +
         (n - 1) / n * s.reduce_ns_per_byte * size;
}

/// Two trees, one after the other: up and down, two children a node.
double trees(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double half = static_cast<double>(bytes) / 2;
  return 2 * rounds_of(group) *
         (2 * (s.coupled_latency_ns() + half / s.bytes_per_ns) + 2 * s.reduce_ns_per_byte * half);
}

double levels(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  double sum = 0;
  double product = 1;
  for (const std::uint32_t count : group.levels) {
    product *= count;
    const double chunk = static_cast<double>(bytes) / product;
    sum += (count - 1.0) *
           (2 * (s.latency_ns + chunk / s.bytes_per_ns) + s.reduce_ns_per_byte * chunk);
  }
  return sum;
}

/// Half of `levels`: up for a reduce-scatter, of `bytes` a rank.
double levels_scatter(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  double sum = 0;
  double product = 1;
  for (const std::uint32_t count : group.levels) {
    product *= count;
    const double chunk = static_cast<double>(bytes) / product;
    sum += (count - 1.0) * (s.latency_ns + chunk / s.bytes_per_ns + s.reduce_ns_per_byte * chunk);
  }
  return sum;
}

/// `bytes` are those of one rank's input; the outermost level moves those, the
/// next one what has come together.
double levels_gather(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  double sum = 0;
  double held = static_cast<double>(bytes);
  for (std::size_t level = group.levels.size(); level-- > 0;) {
    const double count = group.levels[level];
    sum += (count - 1) * (s.latency_ns + held / s.bytes_per_ns);
    held *= count;
  }
  return sum;
}

double chain(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double size = static_cast<double>(bytes);
  const double hop = s.latency_ns + size / s.bytes_per_ns;
  double sum = 0;
  for (const std::uint32_t count : group.levels) {
    const double rounds = std::ceil((count - 1.0) / 2);
    const double odd = count % 2 == 1 && count > 1 ? 1 : 0;
    sum += rounds * (hop + s.reduce_ns_per_byte * size) + odd * s.reduce_ns_per_byte * size +
           (count - 1.0) * hop;
  }
  return sum;
}

double ring_reduce(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  const double n = ranks_of(group);
  return ring_half(group, bytes, s) +
         (n - 1) * s.reduce_ns_per_byte * static_cast<double>(bytes) / n;
}

/// `bytes` are those of one rank's input; the whole is N times as much.
double ring_gather(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  return (ranks_of(group) - 1) * (s.latency_ns + static_cast<double>(bytes) / s.bytes_per_ns);
}

double pairwise(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  StepCost step = s;
  step.latency_ns = s.coupled_latency_ns();
  return ring_half(group, bytes, step);
}

double binomial(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  return rounds_of(group) * (s.coupled_latency_ns() + static_cast<double>(bytes) / s.bytes_per_ns);
}

double pipelined(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t k) {
  if (is_alone(group)) return 0;
  return (ranks_of(group) - 2 + k) *
         (s.latency_ns + static_cast<double>(bytes) / (k * s.bytes_per_ns));
}

double linear(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  if (is_alone(group)) return 0;
  return s.latency_ns + (ranks_of(group) - 1) * static_cast<double>(bytes) / s.bytes_per_ns;
}

double rounds_only(const Group& group, std::uint64_t, const StepCost& s, std::uint32_t) {
  return rounds_of(group) * s.latency_ns;
}

}  // namespace

const std::vector<Algorithm>& builtin_algorithms() {
  using K = CollectiveKind;
  static const std::vector<Algorithm> algorithms = {
      {"ring", K::AllReduce, false, "2(N-1)(a + S/(NB)) + (N-1)gS/N", kernels::ring_all_reduce,
       ring},
      {"bidirectional_ring", K::AllReduce, false, "2(N-1)(a + S/(2NB)) + (N-1)gS/N",
       kernels::bidirectional_all_reduce, bidirectional},
      {"recursive_doubling", K::AllReduce, true, "log2N (a + S/B + gS)",
       kernels::doubling_all_reduce, doubling},
      {"rabenseifner", K::AllReduce, true, "2 log2N a + 2(N-1)/N S/B + (N-1)/N gS",
       kernels::rabenseifner_all_reduce, rabenseifner},
      {"double_binary_tree", K::AllReduce, false, "", kernels::tree_all_reduce, trees},
      {"levels", K::AllReduce, false, "sum over levels 2(n-1)(a + S/(B prod n))",
       kernels::levels_all_reduce, levels},
      {"hierarchical_chain", K::AllReduce, false,
       "sum ceil((n-1)/2)(a + S/B + gS) + sum (n-1)(a + S/B)", kernels::chain_all_reduce, chain},
      {"ring", K::ReduceScatter, false, "(N-1)(a + S/(NB)) + (N-1)gS/N",
       kernels::ring_reduce_scatter, ring_reduce},
      {"levels", K::ReduceScatter, false, "sum over levels (n-1)(a + S/(B prod n) + gS/prod n)",
       kernels::levels_reduce_scatter, levels_scatter},
      {"ring", K::AllGather, false, "(N-1)(a + S/B), S of one rank", kernels::ring_all_gather,
       ring_gather},
      {"levels", K::AllGather, false, "sum from the outermost level (n-1)(a + S prod outer/B)",
       kernels::levels_all_gather, levels_gather},
      {"pairwise", K::AllToAll, false, "(N-1)(a + S/(NB))", kernels::pairwise_all_to_all, pairwise},
      {"binomial", K::Broadcast, false, "ceil(log2N)(a + S/B)", kernels::binomial_broadcast,
       binomial},
      {"pipelined_chain", K::Broadcast, false, "(N-2+k)(a + S/(kB))", kernels::chain_broadcast,
       pipelined},
      {"binomial", K::Reduce, false, "", kernels::binomial_reduce, doubling},
      {"linear", K::Gather, false, "", kernels::linear_gather, linear},
      {"linear", K::Scatter, false, "", kernels::linear_scatter, linear},
      {"dissemination", K::Barrier, false, "ceil(log2N) a", kernels::dissemination_barrier,
       rounds_only},
  };
  return algorithms;
}

double all_reduce_bound_ns(std::uint32_t ranks, std::uint64_t size_bytes, double latency_ns,
                           double node_bytes_per_ns) {
  if (ranks < 2) return 0;
  const double n = ranks;
  return std::max(2 * (n - 1) / n * static_cast<double>(size_bytes) / node_bytes_per_ns,
                  std::ceil(std::log2(n)) * latency_ns);
}

double collective_bound_ns(CollectiveKind kind, std::uint32_t ranks, std::uint64_t size_bytes,
                           double latency_ns, double node_bytes_per_ns) {
  if (ranks < 2) return 0;
  const double n = ranks;
  const double size = static_cast<double>(size_bytes) / node_bytes_per_ns;
  const double rounds = std::ceil(std::log2(n)) * latency_ns;
  switch (kind) {
    case CollectiveKind::AllReduce:
      return all_reduce_bound_ns(ranks, size_bytes, latency_ns, node_bytes_per_ns);
    case CollectiveKind::ReduceScatter: return std::max((n - 1) / n * size, rounds);
    case CollectiveKind::AllGather: return std::max((n - 1) * size, rounds);
    // A message from everybody to everybody may go at once.
    case CollectiveKind::AllToAll:
    case CollectiveKind::Scatter: return std::max((n - 1) / n * size, latency_ns);
    case CollectiveKind::Gather: return std::max((n - 1) * size, latency_ns);
    case CollectiveKind::Broadcast:
    case CollectiveKind::Reduce: return std::max(size, rounds);
    case CollectiveKind::Barrier: return rounds;
  }
  return 0;
}

StepCost step_cost(const Topology& topology, const Group& group, Dtype dtype) {
  StepCost cost;
  const auto count = group.ranks.size();
  for (std::size_t i = 0; count > 1 && i < count; ++i) {
    const Route& route = topology.route(topology.pe_node(group.ranks[i]),
                                        topology.pe_node(group.ranks[(i + 1) % count]));
    const Picoseconds fixed = route.latency + topology.machine().ipcq.slot_write;
    const double ns = static_cast<double>(fixed.count()) / 1000;
    const double rate = static_cast<double>(route.bandwidth_min.count()) / 1e9;
    cost.latency_ns += ns / static_cast<double>(count);
    cost.slowest_latency_ns = std::max(cost.slowest_latency_ns, ns);
    cost.bytes_per_ns = i == 0 ? rate : std::min(cost.bytes_per_ns, rate);
  }
  constexpr std::uint64_t kMany = 1 << 20;
  const AnalyticDevice device(topology.machine().pe);
  cost.reduce_ns_per_byte =
      static_cast<double>(device.math_time(MathOp::Add, kMany, dtype).count()) / 1000 /
      static_cast<double>(kMany * dtype_bytes(dtype));
  return cost;
}

}  // namespace heddle::system
