// The machine file of an NPU, key by key; docs/reference/tile-machine.md.
#include "heddle/tile/machine.h"

#include <bit>
#include <limits>

#include "heddle/base/config_reader.h"
#include "heddle/base/diagnostics.h"
#include "heddle/tile/machine_diagnostics.h"
#include "tile/machine_dram.h"
#include "tile/shipped_files.h"

namespace heddle::tile {
namespace {

constexpr std::int64_t kPsPerSecond = 1'000'000'000'000;
constexpr std::int64_t kHzMax = 100'000'000'000;
constexpr std::int64_t kEnergyFjMax = 1'000'000'000'000;

using Count = std::uint32_t;

ClockRate read_hz(ConfigReader& map, std::string_view key, ClockRate fallback) {
  return {map.optional<std::int64_t>(key, fallback.hz, {.min = 1'000, .max = kHzMax})};
}

std::uint64_t read_bytes(ConfigReader& map, std::string_view key, std::uint64_t fallback,
                         std::int64_t least, std::int64_t most) {
  const Bytes read = map.optional<Bytes>(key, Bytes(static_cast<std::int64_t>(fallback)),
                                         {.min = least, .max = most});
  return static_cast<std::uint64_t>(read.count());
}

std::optional<FixedCost> read_cost(std::optional<ConfigReader> map) {
  if (!map) return std::nullopt;
  FixedCost cost;
  cost.cycles = map->required<Count>("cycles", {1, 1'000'000});
  cost.overlap_cycles = map->optional<Count>("overlap_cycles", 0, {0, cost.cycles});
  return cost;
}

ArraySpec read_array(ConfigReader map) {
  ArraySpec a;
  a.count = map.optional<Count>("count", a.count, {1, 1024});
  a.rows = map.optional<Count>("rows", a.rows, {1, 4096});
  a.columns = map.optional<Count>("columns", a.columns, {1, 4096});
  a.dataflow = map.optional_choice<Dataflow>("dataflow", a.dataflow,
                                             {{"weight_stationary", Dataflow::WeightStationary},
                                              {"output_stationary", Dataflow::OutputStationary},
                                              {"input_stationary", Dataflow::InputStationary}});
  a.weight_slots = map.optional<Count>("weight_slots", a.weight_slots, {0, 1024});
  a.extra_latency_cycles =
      map.optional<Count>("extra_latency_cycles", a.extra_latency_cycles, {0, 100'000});
  a.load_cycles = map.optional<Count>("load_cycles", a.load_cycles, {0, 100'000});
  a.finish_cycles = map.optional<Count>("finish_cycles", a.finish_cycles, {0, 100'000});
  a.has_shadow_port = map.optional<bool>("shadow_port", a.has_shadow_port);
  a.frees_weights_at_drain = map.optional<bool>("frees_weights_at_drain", a.frees_weights_at_drain);
  a.preload_cost = read_cost(map.maybe_map("preload_cost"));
  a.matmul_cost = read_cost(map.maybe_map("matmul_cost"));
  return a;
}

VectorSpec read_vector(ConfigReader map) {
  VectorSpec v;
  v.pipes = map.optional<Count>("pipes", v.pipes, {1, 64});
  v.lanes = map.optional<Count>("lanes", v.lanes, {1, 1 << 20});
  for (const auto& [key, cycles] :
       {std::pair<std::string_view, Count*>{"startup_cycles", &v.startup_cycles},
        {"mul_cycles", &v.mul_cycles},
        {"div_cycles", &v.div_cycles},
        {"sqrt_cycles", &v.sqrt_cycles},
        {"exp_cycles", &v.exp_cycles},
        {"log_cycles", &v.log_cycles},
        {"tanh_cycles", &v.tanh_cycles},
        {"erf_cycles", &v.erf_cycles}}) {
    *cycles = map.optional<Count>(key, *cycles, {cycles == &v.startup_cycles ? 0U : 1U, 10'000});
  }
  return v;
}

CrossLaneSpec read_cross_lane(ConfigReader map) {
  CrossLaneSpec c;
  c.lanes = map.optional<Count>("lanes", c.lanes, {1, 1 << 20});
  c.startup_cycles = map.optional<Count>("startup_cycles", c.startup_cycles, {0, 10'000});
  return c;
}

DmaSpec read_dma(ConfigReader map) {
  DmaSpec d;
  d.requests_per_cycle = map.optional<Count>("requests_per_cycle", d.requests_per_cycle, {1, 1024});
  d.request_bytes = static_cast<Count>(read_bytes(map, "request_bytes", d.request_bytes, 1, 4096));
  if (!std::has_single_bit(d.request_bytes)) {
    map.report(machine_diag::kMachinePowerOfTwo, "request_bytes",
               {"dma.request_bytes", std::to_string(d.request_bytes)});
  }
  d.fairness = map.optional<Count>("fairness", d.fairness, {0, 1'000'000});
  d.loads_first = map.optional<bool>("loads_first", d.loads_first);
  d.stores_post = map.optional<bool>("stores_post", d.stores_post);
  return d;
}

ScratchpadSpec read_scratchpad(ConfigReader map) {
  ScratchpadSpec s;
  s.size_bytes = read_bytes(map, "size_bytes", s.size_bytes, 0, std::int64_t{1} << 40);
  s.charges_at_issue = map.optional<bool>("charges_at_issue", s.charges_at_issue);
  s.shares_version = map.optional<bool>("shares_version", s.shares_version);
  s.frees_at_reader_issue = map.optional<bool>("frees_at_reader_issue", s.frees_at_reader_issue);
  s.charges_accumulator = map.optional<bool>("charges_accumulator", s.charges_accumulator);
  s.outlives_work_item = map.optional<bool>("outlives_work_item", s.outlives_work_item);
  return s;
}

NocSpec read_noc(ConfigReader map, ClockRate core_clock, const DmaSpec& dma) {
  NocSpec n;
  n.kind = map.optional_choice<NocKind>(
      "kind", n.kind,
      {{"fixed", NocKind::Fixed}, {"crossbar", NocKind::Crossbar}, {"mesh", NocKind::Mesh}});
  n.clock = read_hz(map, "clock_hz", core_clock);
  const Count least = n.kind == NocKind::Fixed ? 0 : 1;
  n.latency_cycles = map.optional<Count>(
      "latency_cycles", n.kind == NocKind::Fixed ? n.latency_cycles : 1, {least, 100'000});
  if (n.kind == NocKind::Fixed) return n;
  n.ports_per_core = map.optional<Count>("ports_per_core", dma.requests_per_cycle, {1, 1024});
  n.flit_bytes = static_cast<Count>(read_bytes(map, "flit_bytes", n.flit_bytes, 1, 4096));
  const Count packet = (dma.request_bytes + n.flit_bytes - 1) / n.flit_bytes;
  n.queue_flits =
      map.optional<Count>("queue_flits", std::max(n.queue_flits, packet), {packet, 65'536});
  if (n.kind == NocKind::Mesh) n.columns = map.optional<Count>("columns", n.columns, {0, 4096});
  return n;
}

std::optional<L2Spec> read_l2(std::optional<ConfigReader> map) {
  if (!map) return std::nullopt;
  L2Spec l;
  l.size_bytes = static_cast<std::uint64_t>(
      map->required<Bytes>("size_bytes", {.min = 1, .max = std::int64_t{1} << 40}).count());
  l.line_bytes = static_cast<Count>(read_bytes(*map, "line_bytes", l.line_bytes, 1, 65'536));
  l.ways = map->optional<Count>("ways", l.ways, {1, 1024});
  l.hit_cycles = map->optional<Count>("hit_cycles", l.hit_cycles, {0, 100'000});
  l.mshrs = map->optional<Count>("mshrs", l.mshrs, {1, 65'536});
  if (!std::has_single_bit(l.line_bytes)) {
    map->report(machine_diag::kMachinePowerOfTwo, "line_bytes",
                {"l2.line_bytes", std::to_string(l.line_bytes)});
  }
  return l;
}

EnergySpec read_energy(ConfigReader map) {
  EnergySpec e;
  for (const auto& [key, value] : {std::pair<std::string_view, std::int64_t*>{"mac_fj", &e.mac_fj},
                                   {"vector_op_fj", &e.vector_op_fj},
                                   {"scratchpad_byte_fj", &e.scratchpad_byte_fj},
                                   {"noc_byte_fj", &e.noc_byte_fj},
                                   {"dram_byte_fj", &e.dram_byte_fj},
                                   {"dram_activation_fj", &e.dram_activation_fj},
                                   {"static_core_uw", &e.static_core_uw}}) {
    *value = map.optional<std::int64_t>(key, *value, {.min = 0, .max = kEnergyFjMax});
  }
  return e;
}

/// What concerns two parts of the machine at once.
void check_sizes(const Machine& machine, ConfigReader& map) {
  const DramSpec& dram = machine.dram;
  const std::string request = std::to_string(machine.dma.request_bytes);
  if (dram.kind == DramKind::Cycle && dram.burst_bytes() != machine.dma.request_bytes) {
    map.report(machine_diag::kMachineRequestSize, "dram",
               {request, "one burst of " + std::to_string(dram.burst_bytes())});
  }
  if (!machine.l2) return;
  if (machine.l2->line_bytes < machine.dma.request_bytes ||
      machine.l2->line_bytes / machine.dma.request_bytes > 32) {
    map.report(machine_diag::kMachineRequestSize, "l2",
               {request, "1 to 32 of them a line of " + std::to_string(machine.l2->line_bytes)});
  }
  const std::uint64_t way_bytes =
      std::uint64_t{machine.l2->line_bytes} * machine.l2->ways * dram.channels;
  if (machine.l2->size_bytes % way_bytes != 0 ||
      !std::has_single_bit(machine.l2->size_bytes / way_bytes)) {
    map.report(machine_diag::kMachinePowerOfTwo, "l2",
               {"l2.size_bytes / (line_bytes x ways x channels)",
                std::to_string(machine.l2->size_bytes / way_bytes)});
  }
}

}  // namespace

SimTime ClockRate::edge(std::int64_t cycle) const {
  HEDDLE_CHECK(cycle >= 0);
  const __int128 ps = static_cast<__int128>(cycle) * kPsPerSecond / hz;
  HEDDLE_CHECK(ps <= std::numeric_limits<std::int64_t>::max());
  return SimTime(static_cast<std::int64_t>(ps));
}

std::int64_t ClockRate::cycle_at_or_after(SimTime t) const {
  // floor(k x 10^12 / hz) >= t exactly when k x 10^12 >= t x hz, for whole t.
  const __int128 product = static_cast<__int128>(t.ps()) * hz;
  return static_cast<std::int64_t>((product + kPsPerSecond - 1) / kPsPerSecond);
}

BytesPerSecond DramSpec::peak_bandwidth() const {
  if (kind == DramKind::Bandwidth) return channel_bandwidth * channels;
  const __int128 bytes = static_cast<__int128>(burst_bytes()) * pseudo_channels * channels;
  return BytesPerSecond(static_cast<std::int64_t>(bytes * clock.hz / timings.burst));
}

Result<Machine> read_machine(const ConfigNode& node, ConfigNode* resolved) {
  Diagnostics diagnostics;
  ConfigReader map(node, "the machine", diagnostics);
  Machine machine;
  machine.name = map.optional<std::string>("name", "npu", {.max = 100});
  machine.cores = map.optional<Count>("cores", machine.cores, {1, 1024});
  machine.core_clock = read_hz(map, "core_clock_hz", machine.core_clock);
  machine.live_work_items =
      map.optional<Count>("live_work_items", machine.live_work_items, {1, 64});
  machine.compute_barrier =
      map.optional_choice<ComputeBarrierMode>("compute_barrier", machine.compute_barrier,
                                              {{"none", ComputeBarrierMode::None},
                                               {"scoped", ComputeBarrierMode::Scoped},
                                               {"drain_all", ComputeBarrierMode::DrainAll}});
  machine.cycle_table = map.maybe_path("cycle_table");
  machine.array = read_array(map.optional_map("array"));
  machine.vector = read_vector(map.optional_map("vector"));
  machine.cross_lane = read_cross_lane(map.optional_map("cross_lane"));
  machine.scratchpad = read_scratchpad(map.optional_map("scratchpad"));
  machine.dma = read_dma(map.optional_map("dma"));
  machine.noc = read_noc(map.optional_map("noc"), machine.core_clock, machine.dma);
  machine.l2 = read_l2(map.maybe_map("l2"));
  machine.dram = read_dram(map.optional_map("dram"));
  machine.energy = read_energy(map.optional_map("energy"));
  if (!diagnostics.has_errors()) check_sizes(machine, map);
  map.done();
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  if (resolved != nullptr) *resolved = map.resolved();
  return machine;
}

std::vector<std::string_view> shipped_machine_names() {
  std::vector<std::string_view> names;
  for (const ShippedFile& machine : shipped_machines()) names.push_back(machine.name);
  return names;
}

std::string_view shipped_machine_text(std::string_view name) {
  for (const ShippedFile& machine : shipped_machines()) {
    if (machine.name == name) return machine.text;
  }
  return {};
}

Result<Machine> load_machine(const std::string& path_or_name, ConfigNode* resolved) {
  const std::string_view text = shipped_machine_text(path_or_name);
  if (!text.empty()) {
    HEDDLE_TRY(const ConfigNode node, parse_config(text, path_or_name + ".yaml"));
    return read_machine(node, resolved);
  }
  if (path_or_name.find_first_of("./") == std::string::npos) {
    const std::vector<std::string_view> names = shipped_machine_names();
    std::string known;
    for (const std::string_view name : names)
      known += (known.empty() ? "" : ", ") + std::string(name);
    const std::string_view near = nearest_name(path_or_name, names);
    const std::string help = near.empty() ? "" : "did you mean '" + std::string(near) + "'? ";
    return fail(machine_diag::kMachineUnknown, {},
                {path_or_name, help + "a file, or one of " + known});
  }
  HEDDLE_TRY(const ConfigNode node, load_config(path_or_name));
  return read_machine(node, resolved);
}

}  // namespace heddle::tile
