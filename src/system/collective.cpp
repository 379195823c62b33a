// Groups, chunks, and running a call.
#include "heddle/system/collective.h"

#include <algorithm>
#include <map>

#include "heddle/system/collective_registry.h"
#include "heddle/system/diagnostics.h"

namespace heddle::system {
namespace {

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
         std::to_string(call.root) + ", " + call.algorithm +
         (call.pipeline_chunks == 0 ? ""
                                    : " in " + std::to_string(call.pipeline_chunks) + " chunks");
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

Status check_calls(const Group& group, const std::vector<std::pair<PeRank, CollectiveCall>>& calls,
                   std::uint64_t number) {
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
  for (const auto& [rank, one] : said) {
    if (std::find(group.ranks.begin(), group.ranks.end(), rank) != group.ranks.end()) continue;
    is_same = false;
    text += "\n  rank " + std::to_string(rank.value()) + ", not of the group: " + one;
  }
  if (is_same) return {};
  if (number > 0) text = "  call #" + std::to_string(number) + " of each\n" + text;
  return fail(diag::kCollectiveMismatch, {}, {text});
}

namespace {

/// The bound of a call: no message is faster than the fastest link that leaves a
/// rank, and no rank has more than the widest sum of links.
double bound_of(const Topology& topology, const Group& group, const CollectiveCall& call) {
  std::map<NodeId, double> leaving;
  for (const PeRank rank : group.ranks) leaving[topology.pe_node(rank)] = 0;
  double latency = 0;
  double widest = 0;
  bool is_first = true;
  for (const Link& link : topology.links()) {
    const auto from = leaving.find(link.from);
    if (from == leaving.end()) continue;
    from->second += static_cast<double>(link.spec.bandwidth.count()) / 1e9;
    widest = std::max(widest, from->second);
    const double ns = static_cast<double>(link.spec.latency.count()) / 1000;
    latency = is_first ? ns : std::min(latency, ns);
    is_first = false;
  }
  if (is_first) return 0;
  latency += static_cast<double>(topology.machine().ipcq.slot_write.count()) / 1000;
  return collective_bound_ns(call.kind, static_cast<std::uint32_t>(group.ranks.size()),
                             call.elements * dtype_bytes(call.dtype), latency, widest);
}

CollectiveReport report_of(const Simulator& simulator, const Group& group,
                           const CollectiveCall& call, const std::string& algorithm,
                           const LaunchRecord& record, std::uint64_t messages) {
  CollectiveReport report;
  report.algorithm = algorithm;
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
  report.bound_ns = bound_of(simulator.topology(), group, call);
  if (report.bound_ns > 0) report.bound_ratio = ns / report.bound_ns;
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

/// Tiles of a call by rank; null: inputs are made on the spot.
struct TcmPlan {
  const std::vector<std::vector<std::byte>>* inputs = nullptr;
  std::vector<Tile> outputs;
};

/// A rank of a call, input and output in the TCM.
des::Task<> collective_kernel(Tl& tl, const Choice& choice, TcmPlan& plan) {
  const CollectiveCall& call = choice.call;
  const std::uint32_t index = index_in(choice.group, tl.rank());
  const Shape shape{1, static_cast<std::uint32_t>(call.elements)};
  Tile input;
  if (plan.inputs == nullptr) {
    input = co_await tl.full(shape, call.dtype, 1.0F);
  } else {
    std::vector<std::byte> bytes = (*plan.inputs)[index];
    input = co_await tl.constant(shape, call.dtype, std::move(bytes));
  }
  Tile output = co_await choice.algorithm->run(tl, choice.group, index, call, std::move(input));
  plan.outputs[index] = std::move(output);
}

struct DataPlan {
  std::vector<Va> inputs;
  std::vector<Va> outputs;
  std::vector<std::uint64_t> output_bytes;
};

/// A rank of a call, input and output in memory.
des::Task<> data_kernel(Tl& tl, const Choice& choice, DataPlan& plan) {
  const CollectiveCall& call = choice.call;
  const std::uint32_t index = index_in(choice.group, tl.rank());
  const Shape shape{1, static_cast<std::uint32_t>(call.elements)};
  Tile input = co_await tl.load(plan.inputs[index], shape, call.dtype);
  const Tile output =
      co_await choice.algorithm->run(tl, choice.group, index, call, std::move(input));
  plan.output_bytes[index] = output.size_bytes();
  co_await tl.store(plan.outputs[index], output);
}

Result<CollectiveReport> run_in_tcm(Simulator& simulator, const Group& group,
                                    const CollectiveCall& call, TcmPlan& plan,
                                    const CollectiveRegistry& registry) {
  plan.outputs.resize(group.ranks.size());
  HEDDLE_TRY(const Choice choice,
             registry.choose(call, group, step_cost(simulator.topology(), group, call.dtype)));
  const std::uint64_t before = simulator.totals().messages;
  HEDDLE_TRY(const auto record,
             simulator.launch(
                 std::string(collective_name(call.kind)),
                 [&](Tl& tl) { return collective_kernel(tl, choice, plan); }, target_of(group)));
  HEDDLE_TRY_STATUS(simulator.run());
  return report_of(simulator, group, call, choice.name, *record,
                   simulator.totals().messages - before);
}

}  // namespace

Result<CollectiveReport> run_collective(Simulator& simulator, const Group& group,
                                        const CollectiveCall& call,
                                        const CollectiveRegistry& registry) {
  TcmPlan plan;
  return run_in_tcm(simulator, group, call, plan, registry);
}

Result<CollectiveOutcome> run_collective_with(Simulator& simulator, const Group& group,
                                              const CollectiveCall& call,
                                              const std::vector<std::vector<std::byte>>& inputs,
                                              const CollectiveRegistry& registry) {
  TcmPlan plan;
  plan.inputs = &inputs;
  CollectiveOutcome outcome;
  HEDDLE_TRY(outcome.report, run_in_tcm(simulator, group, call, plan, registry));
  for (const Tile& tile : plan.outputs) outcome.outputs.push_back(simulator.value(tile));
  return outcome;
}

Result<std::vector<std::vector<std::byte>>> run_collective_on(
    Simulator& simulator, const Group& group, const CollectiveCall& call,
    const std::vector<std::vector<std::byte>>& inputs, const CollectiveRegistry& registry) {
  HEDDLE_TRY(const Choice choice,
             registry.choose(call, group, step_cost(simulator.topology(), group, call.dtype)));
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
                 [&](Tl& tl) { return data_kernel(tl, choice, plan); }, target_of(group)));
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
