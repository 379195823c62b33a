// The registry, the cost model, and running a call.
#include "heddle/system/collective.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "heddle/system/diagnostics.h"
#include "system/collective_kernels.h"

namespace heddle::system {
namespace {

double ranks_of(const Group& group) {
  return static_cast<double>(group.ranks.size());
}

double rounds_of(const Group& group) {
  return std::ceil(std::log2(ranks_of(group)));
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
  return (ranks_of(group) - 2 + k) *
         (s.latency_ns + static_cast<double>(bytes) / (k * s.bytes_per_ns));
}

double linear(const Group& group, std::uint64_t bytes, const StepCost& s, std::uint32_t) {
  return s.latency_ns + (ranks_of(group) - 1) * static_cast<double>(bytes) / s.bytes_per_ns;
}

double rounds_only(const Group& group, std::uint64_t, const StepCost& s, std::uint32_t) {
  return rounds_of(group) * s.latency_ns;
}

/// How much of a rank's bytes a link must carry, by the usual definition.
double bus_factor(CollectiveKind kind, double n) {
  switch (kind) {
    case CollectiveKind::AllReduce: return 2 * (n - 1) / n;
    case CollectiveKind::ReduceScatter:
    case CollectiveKind::AllToAll: return (n - 1) / n;
    case CollectiveKind::AllGather: return n - 1;
    default: return 1;
  }
}

std::string call_text(const CollectiveCall& call) {
  return std::string(collective_name(call.kind)) + " of " + std::to_string(call.elements) + " " +
         std::string(dtype_name(call.dtype)) + ", " + std::string(math_name(call.op)) + ", root " +
         std::to_string(call.root) + ", " + call.algorithm;
}

}  // namespace

std::string_view collective_name(CollectiveKind kind) {
  constexpr std::string_view kNames[] = {"all_reduce", "reduce_scatter", "all_gather",
                                         "all_to_all", "broadcast",      "reduce",
                                         "gather",     "scatter",        "barrier"};
  return kNames[static_cast<std::size_t>(kind)];
}

ChunkRange chunk_range(std::uint64_t elements, std::uint64_t count, std::uint64_t index) {
  const std::uint64_t size = elements / count;
  const std::uint64_t more = elements % count;
  const std::uint64_t begin = index * size + std::min(index, more);
  return {begin, begin + size + (index < more ? 1 : 0)};
}

const std::vector<Algorithm>& algorithm_registry() {
  using K = CollectiveKind;
  static const std::vector<Algorithm> registry = {
      {"ring", K::AllReduce, false, "2(N-1)(a + S/(NB)) + (N-1)gS/N", kernels::ring_all_reduce,
       ring},
      {"bidirectional_ring", K::AllReduce, false, "2(N-1)(a + S/(2NB)) + (N-1)gS/N",
       kernels::bidirectional_all_reduce, bidirectional},
      {"recursive_doubling", K::AllReduce, true, "log2N (a + S/B + gS)",
       kernels::doubling_all_reduce, doubling},
      {"rabenseifner", K::AllReduce, true, "2 log2N a + 2(N-1)/N S/B + (N-1)/N gS",
       kernels::rabenseifner_all_reduce, rabenseifner},
      {"double_binary_tree", K::AllReduce, false, "", kernels::tree_all_reduce, trees},
      {"torus", K::AllReduce, false, "sum over levels 2(n-1)(a + S/(B prod n))",
       kernels::levels_all_reduce, levels},
      {"hierarchical_chain", K::AllReduce, false,
       "sum ceil((n-1)/2)(a + S/B + gS) + sum (n-1)(a + S/B)", kernels::chain_all_reduce, chain},
      {"ring", K::ReduceScatter, false, "(N-1)(a + S/(NB)) + (N-1)gS/N",
       kernels::ring_reduce_scatter, ring_reduce},
      {"ring", K::AllGather, false, "(N-1)(a + S/B), S of one rank", kernels::ring_all_gather,
       ring_gather},
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
  return registry;
}

Result<Group> world_group(const Topology& topology, std::uint32_t world) {
  const Machine& machine = topology.machine();
  Group group;
  const auto refuse = [&](const std::string& why) {
    return fail(diag::kCollectiveSize, {}, {"the world", std::to_string(world), why, ""});
  };
  if (world == 0 || world > topology.pe_count()) {
    return refuse("the machine has " + std::to_string(topology.pe_count()) + " PEs");
  }
  if (machine.fabric) {
    for (std::uint32_t i = 0; i < world; ++i) group.ranks.emplace_back(i);
    const std::uint32_t columns = machine.fabric->columns;
    group.levels = {world};
    if (columns > 1 && world % columns == 0) group.levels = {columns, world / columns};
    return group;
  }
  const std::uint32_t pes = std::min(world, machine.pes_per_cube);
  const std::uint32_t cubes = std::min(world / pes, machine.cubes_per_sip());
  const std::uint32_t sips = world / pes / cubes;
  if (pes * cubes * sips != world) {
    return refuse("it is not " + std::to_string(machine.pes_per_cube) +
                  " PEs times whole cubes times whole SIPs");
  }
  for (std::uint32_t sip = 0; sip < sips; ++sip) {
    for (std::uint32_t cube = 0; cube < cubes; ++cube) {
      for (std::uint32_t pe = 0; pe < pes; ++pe) {
        group.ranks.push_back(topology.rank_of(sip, topology.cube_ring()[cube], pe));
      }
    }
  }
  group.levels = {pes, cubes, sips};
  return group;
}

Result<const Algorithm*> choose_algorithm(const CollectiveCall& call, const Group& group,
                                          const StepCost& step) {
  const Algorithm* best = nullptr;
  double least = 0;
  std::vector<std::string_view> names;
  const bool is_power = std::has_single_bit(group.ranks.size());
  for (const Algorithm& one : algorithm_registry()) {
    if (one.kind != call.kind) continue;
    names.push_back(one.name);
    if (call.algorithm == one.name) {
      if (one.needs_power_of_two && !is_power) {
        return fail(diag::kCollectiveSize, {},
                    {one.name, std::to_string(group.ranks.size()), "it needs a power of two",
                     "`ring` works on any number"});
      }
      return &one;
    }
    if (call.algorithm != "auto" || (one.needs_power_of_two && !is_power)) continue;
    const double time =
        one.estimate(group, call.elements * dtype_bytes(call.dtype), step, call.pipeline_chunks);
    if (best == nullptr || time < least) {
      best = &one;
      least = time;
    }
  }
  if (best != nullptr) return best;
  const std::string_view near = nearest_name(call.algorithm, names);
  return fail(diag::kUnknownAlgorithm, {},
              {call.algorithm, collective_name(call.kind),
               near.empty() ? "`auto` chooses one" : "did you mean '" + std::string(near) + "'?"});
}

Status check_calls(const Group& group,
                   const std::vector<std::pair<PeRank, CollectiveCall>>& calls) {
  bool is_same = calls.size() == group.ranks.size();
  for (const auto& [rank, call] : calls) is_same = is_same && call == calls.front().second;
  std::string text;
  std::map<PeRank, std::string> said;
  for (const auto& [rank, call] : calls) {
    std::string& one = said[rank];
    if (!one.empty()) is_same = false;
    one += (one.empty() ? "" : "; and ") + call_text(call);
  }
  for (const PeRank rank : group.ranks) {
    const auto found = said.find(rank);
    if (found == said.end()) is_same = false;
    text += (text.empty() ? "" : "\n") + ("  rank " + std::to_string(rank.value())) + ": " +
            (found == said.end() ? "no call" : found->second);
  }
  if (is_same) return {};
  return fail(diag::kCollectiveMismatch, {}, {text});
}

double all_reduce_bound_ns(std::uint32_t ranks, std::uint64_t size_bytes, double latency_ns,
                           double node_bytes_per_ns) {
  if (ranks < 2) return 0;
  const double n = ranks;
  return std::max(2 * (n - 1) / n * static_cast<double>(size_bytes) / node_bytes_per_ns,
                  std::ceil(std::log2(n)) * latency_ns);
}

StepCost step_cost(const Simulator& simulator, const Group& group, Dtype dtype) {
  const Topology& topology = simulator.topology();
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

namespace {

CollectiveReport report_of(const Simulator& simulator, const Group& group,
                           const CollectiveCall& call, const Algorithm& algorithm,
                           const LaunchRecord& record, std::uint64_t messages) {
  CollectiveReport report;
  report.algorithm = algorithm.name;
  report.ranks = static_cast<std::uint32_t>(group.ranks.size());
  report.size_bytes = call.elements * dtype_bytes(call.dtype);
  report.time = record.duration();
  report.messages = messages;
  report.timing_digest = simulator.timing_digest();
  const double ns = static_cast<double>(report.time.count()) / 1000;
  if (ns > 0) {
    report.algorithm_gb_per_s = static_cast<double>(report.size_bytes) / ns;
    report.bus_gb_per_s = report.algorithm_gb_per_s * bus_factor(call.kind, report.ranks);
  }
  if (call.kind != CollectiveKind::AllReduce || report.ranks < 2) return report;
  const StepCost step = step_cost(simulator, group, call.dtype);
  double leaving = 0;  // of the first rank's node
  const Topology& topology = simulator.topology();
  for (const Link& link : topology.links()) {
    if (link.from != topology.pe_node(group.ranks.front())) continue;
    leaving += static_cast<double>(link.spec.bandwidth.count()) / 1e9;
  }
  const double bound =
      all_reduce_bound_ns(report.ranks, report.size_bytes, step.latency_ns, leaving);
  if (bound > 0) report.bound_ratio = ns / bound;
  return report;
}

std::uint32_t index_in(const Group& group, PeRank rank) {
  return static_cast<std::uint32_t>(std::find(group.ranks.begin(), group.ranks.end(), rank) -
                                    group.ranks.begin());
}

Target target_of(const Group& group) {
  std::vector<std::int64_t> ranks;
  for (const PeRank rank : group.ranks) ranks.push_back(rank.value());
  return Target(std::move(ranks));
}

/// A rank of a call, input made on the spot.
des::Task<> collective_kernel(Tl& tl, const Group& group, const CollectiveCall& call,
                              const Algorithm& algorithm) {
  const Shape shape{1, static_cast<std::uint32_t>(call.elements)};
  Tile input = co_await tl.full(shape, call.dtype, 1.0F);
  (void)co_await algorithm.run(tl, group, index_in(group, tl.rank()), call, std::move(input));
}

struct DataPlan {
  std::vector<Va> inputs;
  std::vector<Va> outputs;
  std::vector<std::uint64_t> output_bytes;
};

/// A rank of a call, input and output in memory.
des::Task<> data_kernel(Tl& tl, const Group& group, const CollectiveCall& call,
                        const Algorithm& algorithm, DataPlan& plan) {
  const std::uint32_t index = index_in(group, tl.rank());
  const Shape shape{1, static_cast<std::uint32_t>(call.elements)};
  Tile input = co_await tl.load(plan.inputs[index], shape, call.dtype);
  const Tile output = co_await algorithm.run(tl, group, index, call, std::move(input));
  plan.output_bytes[index] = output.size_bytes();
  co_await tl.store(plan.outputs[index], output);
}

}  // namespace

Result<CollectiveReport> run_collective(Simulator& simulator, const Group& group,
                                        const CollectiveCall& call) {
  HEDDLE_TRY(const Algorithm* algorithm,
             choose_algorithm(call, group, step_cost(simulator, group, call.dtype)));
  const std::uint64_t before = simulator.totals().messages;
  HEDDLE_TRY(const auto record,
             simulator.launch(
                 std::string(collective_name(call.kind)),
                 [&](Tl& tl) { return collective_kernel(tl, group, call, *algorithm); },
                 target_of(group)));
  HEDDLE_TRY_STATUS(simulator.run());
  return report_of(simulator, group, call, *algorithm, *record,
                   simulator.totals().messages - before);
}

Result<std::vector<std::vector<std::byte>>> run_collective_on(
    Simulator& simulator, const Group& group, const CollectiveCall& call,
    const std::vector<std::vector<std::byte>>& inputs) {
  HEDDLE_TRY(const Algorithm* algorithm,
             choose_algorithm(call, group, step_cost(simulator, group, call.dtype)));
  const std::uint64_t size = call.elements * dtype_bytes(call.dtype);
  const Topology& topology = simulator.topology();
  DataPlan plan;
  for (std::size_t i = 0; i < group.ranks.size(); ++i) {
    const Node& node = topology.pe(group.ranks[i]);
    const std::uint32_t home = topology.machine().fabric ? node.pe : node.cube;
    const std::string name = std::to_string(i);
    HEDDLE_TRY(const Va in, simulator.allocate("input" + name, size, node.sip, home));
    HEDDLE_TRY(const Va out,
               simulator.allocate("output" + name, size * group.ranks.size(), node.sip, home));
    HEDDLE_TRY_STATUS(simulator.write(in, inputs[i]));
    plan.inputs.push_back(in);
    plan.outputs.push_back(out);
  }
  plan.output_bytes.resize(group.ranks.size());
  HEDDLE_TRY(const auto record,
             simulator.launch(
                 std::string(collective_name(call.kind)),
                 [&](Tl& tl) { return data_kernel(tl, group, call, *algorithm, plan); },
                 target_of(group)));
  (void)record;
  HEDDLE_TRY_STATUS(simulator.run());
  std::vector<std::vector<std::byte>> outputs;
  for (std::size_t i = 0; i < group.ranks.size(); ++i) {
    HEDDLE_TRY(auto bytes, simulator.read(plan.outputs[i], plan.output_bytes[i]));
    outputs.push_back(std::move(bytes));
  }
  return outputs;
}

}  // namespace heddle::system
