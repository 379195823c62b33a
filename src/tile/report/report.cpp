#include "heddle/tile/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace heddle::tile {
namespace {

/// Above this share of the time a resource counts as what limits a run.
constexpr double kBusyShare = 0.7;

constexpr std::array<const char*, kStallCount> kStallNames = {"scratchpad", "weight_slot", "dma",
                                                              "dram", "dependency"};
constexpr std::array<const char*, kStallCount> kStallWords = {
    "room in the scratchpad", "a weight slot", "transfers to be sent", "data from DRAM",
    "results of computes"};

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

std::int64_t array_busy(const RunResult& result) {
  std::int64_t sum = 0;
  for (const CoreUse& core : result.cores) {
    for (const std::int64_t each : core.array_busy) sum += each;
  }
  return sum;
}

std::int64_t arrays_of(const Machine& machine, const RunResult& result) {
  return static_cast<std::int64_t>(result.cores.size()) * machine.array.count;
}

std::array<std::int64_t, kStallCount> stalls_of(const RunResult& result) {
  std::array<std::int64_t, kStallCount> sum = {};
  for (const CoreUse& core : result.cores) {
    for (std::size_t i = 0; i < kStallCount; ++i) sum[i] += core.stalled[i];
  }
  return sum;
}

std::int64_t dram_bytes(const Machine& machine, const RunResult& result) {
  return static_cast<std::int64_t>(result.memory.reads + result.memory.writes) *
         machine.dma.request_bytes;
}

EnergyUse energy_of(const Machine& machine, const RunResult& result) {
  const EnergySpec& table = machine.energy;
  const auto moved =
      static_cast<std::int64_t>(result.operations.bytes_loaded + result.operations.bytes_stored);
  std::int64_t vector_cycles = 0;
  for (const CoreUse& core : result.cores) vector_cycles += core.vector_busy;
  EnergyUse use;
  use.mac_fj = static_cast<std::int64_t>(result.operations.macs) * table.mac_fj;
  use.vector_fj = vector_cycles * machine.vector.lanes * table.vector_op_fj;
  use.scratchpad_fj = moved * table.scratchpad_byte_fj;
  use.noc_fj = moved * table.noc_byte_fj;
  const auto activations =
      static_cast<std::int64_t>(result.memory.row_misses + result.memory.row_conflicts);
  use.dram_fj =
      dram_bytes(machine, result) * table.dram_byte_fj + activations * table.dram_activation_fj;
  // A microwatt is 10^-21 joules a picosecond, a millionth of a femtojoule.
  const __int128 still = static_cast<__int128>(result.end.ps()) * table.static_core_uw *
                         static_cast<std::int64_t>(result.cores.size());
  use.static_fj = static_cast<std::int64_t>(still / 1'000'000);
  return use;
}

Bottleneck bottleneck_of(const RunSummary& summary, const RunResult& result) {
  if (result.cycles == 0) return Bottleneck::Nothing;
  const double most = std::max({summary.array_share, summary.vector_share, summary.dram_share});
  if (most < kBusyShare) return Bottleneck::Latency;
  if (summary.dram_share >= most) return Bottleneck::Dram;
  return summary.array_share >= most ? Bottleneck::Arrays : Bottleneck::Vector;
}

std::string_view name_of(Bottleneck bottleneck) {
  switch (bottleneck) {
    case Bottleneck::Nothing: return "nothing";
    case Bottleneck::Arrays: return "arrays";
    case Bottleneck::Vector: return "vector";
    case Bottleneck::Dram: return "dram";
    case Bottleneck::Latency: return "latency";
  }
  return "";
}

/// The largest stall, or kStallCount when no cycle was stalled.
std::size_t largest_stall(const std::array<std::int64_t, kStallCount>& stalls) {
  const auto at = std::max_element(stalls.begin(), stalls.end());
  return *at == 0 ? kStallCount : static_cast<std::size_t>(at - stalls.begin());
}

void write_energy(JsonWriter& json, const EnergyUse& energy) {
  json.begin_object();
  json.member("mac_fj", energy.mac_fj);
  json.member("vector_fj", energy.vector_fj);
  json.member("scratchpad_fj", energy.scratchpad_fj);
  json.member("noc_fj", energy.noc_fj);
  json.member("dram_fj", energy.dram_fj);
  json.member("static_fj", energy.static_fj);
  json.member("total_fj", energy.total_fj());
  json.end_object();
}

void write_operations(JsonWriter& json, const OperationCounts& counts) {
  json.begin_object();
  json.member("dispatches", counts.dispatches);
  json.member("loads", counts.loads);
  json.member("stores", counts.stores);
  json.member("preloads", counts.preloads);
  json.member("matmuls", counts.matmuls);
  json.member("vector", counts.vector);
  json.member("cross_lane", counts.cross_lane);
  json.member("memory_barriers", counts.memory_barriers);
  json.member("compute_barriers", counts.compute_barriers);
  json.member("macs", counts.macs);
  json.member("bytes_loaded", counts.bytes_loaded);
  json.member("bytes_stored", counts.bytes_stored);
  json.end_object();
}

void write_core(JsonWriter& json, const CoreUse& core) {
  json.begin_object();
  json.key("array_busy_cycles");
  json.begin_inline_array();
  for (const std::int64_t each : core.array_busy) json.value(each);
  json.end_array();
  json.key("array_operations");
  json.begin_inline_array();
  for (const std::uint64_t each : core.array_operations) json.value(each);
  json.end_array();
  json.member("vector_busy_cycles", core.vector_busy);
  json.member("cross_lane_busy_cycles", core.cross_lane_busy);
  json.member("dma_busy_cycles", core.dma_busy);
  json.key("stalled_cycles");
  json.begin_inline_object();
  for (std::size_t i = 0; i < kStallCount; ++i) json.member(kStallNames[i], core.stalled[i]);
  json.end_object();
  json.member("peak_scratchpad_bytes", core.peak_scratchpad_bytes);
  json.member("work_items", core.work_items);
  json.end_object();
}

void write_memory(JsonWriter& json, const MemoryUse& memory) {
  json.begin_object();
  json.member("reads", memory.reads);
  json.member("writes", memory.writes);
  json.member("row_hits", memory.row_hits);
  json.member("row_misses", memory.row_misses);
  json.member("row_conflicts", memory.row_conflicts);
  json.member("refreshes", memory.refreshes);
  json.member("turnarounds", memory.turnarounds);
  json.member("l2_hits", memory.l2_hits);
  json.member("l2_misses", memory.l2_misses);
  json.member("data_busy_ps", memory.data_busy.count());
  json.member("channels", memory.channels);
  json.end_object();
}

void write_nodes(JsonWriter& json, const std::vector<NodeUse>& nodes) {
  constexpr const char* kKinds[] = {"vector", "preload", "matmul", "cross_lane"};
  constexpr const char* kSources[] = {"model", "machine", "table"};
  json.begin_array();
  for (const NodeUse& node : nodes) {
    json.begin_inline_object();
    json.member("partition", node.partition);
    json.member("node", node.node);
    json.member("kind", kKinds[static_cast<std::size_t>(node.kind)]);
    json.member("cost_from", kSources[static_cast<std::size_t>(node.source)]);
    json.member("count", node.count);
    json.member("least_cycles", node.least_cycles);
    json.member("most_cycles", node.most_cycles);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

RunSummary summarise(const Machine& machine, const RunResult& result) {
  RunSummary s;
  const double seconds = static_cast<double>(result.end.ps()) * 1e-12;
  const double arrays = static_cast<double>(arrays_of(machine, result));
  s.array_share = share(array_busy(result), result.cycles * arrays_of(machine, result));
  for (const CoreUse& core : result.cores) {
    s.vector_share = std::max(s.vector_share, share(core.vector_busy, result.cycles));
  }
  const MemoryUse& memory = result.memory;
  s.dram_share = share(memory.data_busy.count(), result.end.ps() * memory.channels);
  s.row_hit_share =
      share(static_cast<std::int64_t>(memory.row_hits),
            static_cast<std::int64_t>(memory.row_hits + memory.row_misses + memory.row_conflicts));
  s.energy = energy_of(machine, result);
  s.bottleneck = bottleneck_of(s, result);
  if (seconds <= 0) return s;
  const auto bytes = static_cast<double>(dram_bytes(machine, result));
  const double operations = 2 * static_cast<double>(result.operations.macs);
  s.bytes_per_second = bytes / seconds;
  s.operations_per_second = operations / seconds;
  s.operations_per_byte = bytes > 0 ? operations / bytes : 0;
  const double peak_operations = 2 * arrays * machine.array.rows * machine.array.columns *
                                 static_cast<double>(machine.core_clock.hz);
  const auto peak_bytes = static_cast<double>(machine.dram.peak_bandwidth().count());
  s.ridge = peak_operations / peak_bytes;
  // A kernel without multiplies lies at the left end, where bytes are the roof.
  s.roof_share = operations > 0 ? s.operations_per_second /
                                      std::min(peak_operations, s.operations_per_byte * peak_bytes)
                                : s.bytes_per_second / peak_bytes;
  return s;
}

std::string bottleneck_sentence(const Machine& machine, const RunResult& result) {
  const RunSummary s = summarise(machine, result);
  const std::size_t stall = largest_stall(stalls_of(result));
  switch (s.bottleneck) {
    case Bottleneck::Nothing: return "Nothing ran.";
    case Bottleneck::Arrays:
      return fmt::format("The arrays limit: they are busy {:.0f} % of the time, DRAM {:.0f} %.",
                         100 * s.array_share, 100 * s.dram_share);
    case Bottleneck::Vector:
      return fmt::format("The vector unit limits: it is busy {:.0f} % of the time, DRAM {:.0f} %.",
                         100 * s.vector_share, 100 * s.dram_share);
    case Bottleneck::Dram:
      return fmt::format(
          "DRAM limits: it moves data {:.0f} % of the time, the arrays are busy {:.0f} %.",
          100 * s.dram_share, 100 * s.array_share);
    case Bottleneck::Latency: break;
  }
  return fmt::format(
      "Latency limits: arrays are busy {:.0f} %, the vector unit {:.0f} %, DRAM {:.0f} % of the "
      "time; cores wait most for {}.",
      100 * s.array_share, 100 * s.vector_share, 100 * s.dram_share,
      stall == kStallCount ? "nothing in particular" : kStallWords[stall]);
}

std::string report_text(const Machine& machine, const RunResult& result) {
  const RunSummary s = summarise(machine, result);
  const OperationCounts& n = result.operations;
  std::string text = fmt::format("{} cycles, {:.3f} us on {}\n", result.cycles,
                                 static_cast<double>(result.end.ps()) * 1e-6, machine.name);
  text += bottleneck_sentence(machine, result) + "\n\n";
  text += fmt::format("{:<22}{} work-items, {} loads, {} stores, {} waits\n", "played",
                      n.dispatches, n.loads, n.stores, n.memory_barriers);
  text += fmt::format("{:<22}{} preloads, {} matmuls, {} vector, {} cross-lane\n", "computed",
                      n.preloads, n.matmuls, n.vector, n.cross_lane);
  text += fmt::format("{:<22}{:.1f} %", "arrays busy", 100 * s.array_share);
  for (const CoreUse& core : result.cores) {
    text += " (";
    for (std::size_t i = 0; i < core.array_busy.size(); ++i) {
      text += fmt::format("{}{:.1f}", i == 0 ? "" : " ",
                          100 * share(core.array_busy[i], result.cycles));
    }
    text += ")";
  }
  text += fmt::format("\n{:<22}{:.1f} %\n", "vector unit busy", 100 * s.vector_share);
  text += fmt::format("{:<22}{:.1f} GB/s, {:.1f} % of the peak", "DRAM", s.bytes_per_second * 1e-9,
                      100 * s.dram_share);
  if (s.row_hit_share > 0) text += fmt::format(", {:.1f} % row hits", 100 * s.row_hit_share);
  text += fmt::format("\n{:<22}", "stalled on");
  const auto stalls = stalls_of(result);
  const auto cores = static_cast<std::int64_t>(result.cores.size());
  bool is_first = true;
  for (std::size_t i = 0; i < kStallCount; ++i) {
    if (stalls[i] == 0) continue;
    text += fmt::format("{}{} {:.1f} %", is_first ? "" : ", ", kStallWords[i],
                        100 * share(stalls[i], result.cycles * cores));
    is_first = false;
  }
  text += is_first ? "nothing" : "";
  text += fmt::format(
      "\n{:<22}{:.2f} Tops/s, {:.1f} operations a byte (ridge {:.1f}), {:.1f} % of "
      "the roof\n",
      "roofline", s.operations_per_second * 1e-12, s.operations_per_byte, s.ridge,
      100 * s.roof_share);
  const EnergyUse& e = s.energy;
  if (e.total_fj() > 0) {
    text += fmt::format(
        "{:<22}{:.3f} mJ: arrays {:.3f}, vector {:.3f}, scratchpad {:.3f}, "
        "DRAM {:.3f}, rest {:.3f}\n",
        "energy", static_cast<double>(e.total_fj()) * 1e-12, static_cast<double>(e.mac_fj) * 1e-12,
        static_cast<double>(e.vector_fj) * 1e-12, static_cast<double>(e.scratchpad_fj) * 1e-12,
        static_cast<double>(e.dram_fj) * 1e-12,
        static_cast<double>(e.noc_fj + e.static_fj) * 1e-12);
  }
  return text;
}

void write_report(JsonWriter& json, const Machine& machine, const RunResult& result) {
  const RunSummary s = summarise(machine, result);
  json.begin_object();
  json.member("cycles", result.cycles);
  json.member("time_ps", result.end.ps());
  json.member("digest", result.digest.to_hex());
  json.member("bottleneck", name_of(s.bottleneck));
  json.member("sentence", bottleneck_sentence(machine, result));
  json.member("array_share", s.array_share);
  json.member("vector_share", s.vector_share);
  json.key("roofline");
  json.begin_object();
  json.member("operations_per_second", s.operations_per_second);
  json.member("operations_per_byte", s.operations_per_byte);
  json.member("ridge_operations_per_byte", s.ridge);
  json.member("roof_share", s.roof_share);
  json.end_object();
  json.key("dram");
  json.begin_object();
  json.member("bytes_per_second", s.bytes_per_second);
  json.member("busy_share", s.dram_share);
  json.member("row_hit_share", s.row_hit_share);
  json.end_object();
  json.key("memory");
  write_memory(json, result.memory);
  json.key("operations");
  write_operations(json, result.operations);
  json.key("cores");
  json.begin_array();
  for (const CoreUse& core : result.cores) write_core(json, core);
  json.end_array();
  json.key("nodes");
  write_nodes(json, result.nodes);
  json.key("energy");
  write_energy(json, s.energy);
  json.end_object();
}

std::string layer_table(const Machine& machine, const std::vector<LayerResult>& layers) {
  std::size_t width = 5;
  for (const LayerResult& layer : layers) width = std::max(width, layer.name.size() + 5);
  std::string text = fmt::format("{:<{}} {:>12} {:>10} {:>7} {:>7} {:>7} {:>9}  {}\n", "layer",
                                 width, "cycles", "us", "arrays", "DRAM", "roof", "GMAC", "limit");
  std::int64_t cycles = 0;
  SimTime time;
  double macs = 0;
  for (const LayerResult& layer : layers) {
    const RunResult& r = layer.result;
    const RunSummary s = summarise(machine, r);
    const double gmacs = static_cast<double>(r.operations.macs) * 1e-9;
    text += fmt::format(
        "{:<{}} {:>12} {:>10.2f} {:>6.1f}% {:>6.1f}% {:>6.1f}% {:>9.4f}  {}\n",
        layer.repeat == 1 ? layer.name : fmt::format("{} x{}", layer.name, layer.repeat), width,
        r.cycles, static_cast<double>(r.end.ps()) * 1e-6, 100 * s.array_share, 100 * s.dram_share,
        100 * s.roof_share, gmacs, name_of(s.bottleneck));
    cycles += r.cycles * layer.repeat;
    time += (r.end - SimTime(0)) * layer.repeat;
    macs += gmacs * layer.repeat;
  }
  return text + fmt::format("{:<{}} {:>12} {:>10.2f} {:>7} {:>7} {:>7} {:>9.4f}\n", "sum", width,
                            cycles, static_cast<double>(time.ps()) * 1e-6, "", "", "", macs);
}

}  // namespace heddle::tile
