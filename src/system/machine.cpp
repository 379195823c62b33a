// The machine file, key by key.
#include "heddle/system/machine.h"

#include <algorithm>
#include <limits>
#include <set>

#include "heddle/base/config_reader.h"
#include "heddle/base/diagnostics.h"
#include "heddle/system/diagnostics.h"
#include "heddle/tile/simulator.h"

namespace heddle::system {
namespace {

constexpr std::int64_t kLatencyPsMax = 1'000'000'000'000;  // a second
constexpr std::int64_t kBandwidthMax = 1'000'000'000'000'000;

LinkSpec read_link(ConfigReader map, const LinkSpec& fallback) {
  return {
      map.optional<Picoseconds>("latency_ps", fallback.latency, {.min = 0, .max = kLatencyPsMax}),
      map.optional<BytesPerSecond>("bandwidth_bytes_per_second", fallback.bandwidth,
                                   {.min = 1, .max = kBandwidthMax})};
}

Picoseconds read_time(ConfigReader& map, std::string_view key, Picoseconds fallback) {
  return map.optional<Picoseconds>(key, fallback, {.min = 0, .max = kLatencyPsMax});
}

std::uint32_t read_count(ConfigReader& map, std::string_view key, std::uint32_t fallback,
                         std::uint32_t most) {
  return map.optional<std::uint32_t>(key, fallback, {.min = 1, .max = most});
}

std::uint64_t read_bytes(ConfigReader& map, std::string_view key, std::uint64_t fallback,
                         std::int64_t most) {
  const Bytes read =
      map.optional<Bytes>(key, Bytes(static_cast<std::int64_t>(fallback)), {.min = 1, .max = most});
  return static_cast<std::uint64_t>(read.count());
}

enum class PeTiming { Analytic, Tile };

/// The machine whose core gives a PE's times, where one does.
void read_timing(ConfigReader& map, PeSpec& pe, Diagnostics& diagnostics) {
  const auto timing = map.optional_choice<PeTiming>(
      "timing", PeTiming::Analytic, {{"analytic", PeTiming::Analytic}, {"tile", PeTiming::Tile}});
  if (timing == PeTiming::Analytic) return;
  const std::optional<std::string> file = map.maybe_path("tile_file");
  const auto name = map.optional<std::string>("tile_machine", "tpuv3", {.max = 100});
  auto loaded = tile::load_machine(file.value_or(name));
  if (loaded) {
    pe.tile = std::make_shared<const tile::Machine>(std::move(*loaded));
  } else {
    diagnostics.add(loaded.error());
  }
}

PeSpec read_pe(ConfigReader map, Diagnostics& diagnostics) {
  PeSpec pe;
  read_timing(map, pe, diagnostics);
  pe.clock_ps =
      map.optional<Picoseconds>("clock_ps", Picoseconds(pe.clock_ps), {.min = 1, .max = 1'000'000})
          .count();
  pe.gemm_rows = read_count(map, "gemm_rows", pe.gemm_rows, 4096);
  pe.gemm_columns = read_count(map, "gemm_columns", pe.gemm_columns, 4096);
  pe.gemm_fill_cycles = map.optional<std::uint32_t>("gemm_fill", pe.gemm_fill_cycles, {0, 100'000});
  pe.math_lanes = read_count(map, "math_lanes", pe.math_lanes, 65'536);
  pe.slow_math_cycles = read_count(map, "slow_math", pe.slow_math_cycles, 1000);
  pe.has_free_math = map.optional<bool>("free_math", pe.has_free_math);
  pe.tcm_bytes = read_bytes(map, "tcm_capacity_bytes", pe.tcm_bytes, std::int64_t{1} << 31);
  pe.tcm_scratch_bytes =
      read_bytes(map, "tcm_scratch_bytes", pe.tcm_scratch_bytes, std::int64_t{1} << 31);
  pe.tcm = read_link(map.optional_map("tcm"), pe.tcm);
  pe.tile_queue_depth = read_count(map, "tile_queue_depth", pe.tile_queue_depth, 1024);
  pe.tlb_hit = read_time(map, "tlb_hit_ps", pe.tlb_hit);
  pe.page_walk = read_time(map, "page_walk_ps", pe.page_walk);
  pe.dma_channels = read_count(map, "dma_channels", pe.dma_channels, 1024);
  pe.dma_outstanding = read_count(map, "dma_outstanding", pe.dma_outstanding, 65'536);
  return pe;
}

IpcqSpec read_ipcq(ConfigReader map) {
  IpcqSpec ipcq;
  ipcq.slot_count = read_count(map, "slots", ipcq.slot_count, 65'536);
  ipcq.slot_bytes = read_bytes(map, "slot_bytes", ipcq.slot_bytes, std::int64_t{1} << 30);
  ipcq.slot_write = read_time(map, "slot_write_ps", ipcq.slot_write);
  ipcq.credit = read_time(map, "credit_ps", ipcq.credit);
  return ipcq;
}

LaunchSpec read_launch(ConfigReader map) {
  LaunchSpec launch;
  launch.has_barrier = map.optional<bool>("barrier", launch.has_barrier);
  launch.shares_links = map.optional<bool>("shares_links", launch.shares_links);
  launch.slack = read_time(map, "slack_ps", launch.slack);
  return launch;
}

/// Checks the links of a custom fabric against each other and the node names.
void check_links(const FabricSpec& fabric, Diagnostics& diagnostics) {
  std::vector<std::string> names = fabric.switches;
  for (std::uint32_t i = 0; i < fabric.device_count; ++i) names.push_back("pe" + std::to_string(i));
  const std::vector<std::string_view> views(names.begin(), names.end());
  std::set<std::string> known;
  for (const std::string& name : names) {
    if (known.insert(name).second) continue;
    diagnostics.add(Diagnostic(diag::kDuplicateNode, fabric.where, {name}));
  }
  std::set<std::pair<std::string, std::string>> seen;
  for (const FabricLink& link : fabric.links) {
    for (const std::string& name : {link.from, link.to}) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      const std::string_view near = nearest_name(name, views);
      diagnostics.add(
          Diagnostic(diag::kUnknownNode, link.where,
                     {name, near.empty() ? "devices are pe0, pe1 and so on"
                                         : "did you mean '" + std::string(near) + "'?"}));
    }
    if (!seen.emplace(link.from, link.to).second) {
      diagnostics.add(Diagnostic(diag::kTopologyDuplicate, link.where, {link.from, link.to}));
    }
  }
  for (const FabricLink& link : fabric.links) {
    const bool has_back =
        std::any_of(fabric.links.begin(), fabric.links.end(), [&](const FabricLink& back) {
          return back.from == link.to && back.to == link.from &&
                 back.spec.latency == link.spec.latency &&
                 back.spec.bandwidth == link.spec.bandwidth;
        });
    if (!has_back) {
      diagnostics.add(Diagnostic(diag::kTopologyAsymmetric, link.where, {link.from, link.to}));
    }
  }
}

/// A link of the list; `both_ways` (the default) stands for two.
void read_fabric_link(ConfigReader map, const LinkSpec& fallback, FabricSpec& fabric) {
  FabricLink link;
  link.from = map.required<std::string>("from");
  link.to = map.required<std::string>("to");
  link.spec = read_link(map, fallback);
  link.where = map.where();
  const bool both_ways = map.optional<bool>("both_ways", true);
  fabric.links.push_back(link);
  if (both_ways) {
    std::swap(link.from, link.to);
    fabric.links.push_back(std::move(link));
  }
}

FabricSpec read_fabric(ConfigReader map, Diagnostics& diagnostics) {
  FabricSpec fabric;
  fabric.where = map.where();
  fabric.shape = map.required_choice<FabricShape>("shape", {{"ring", FabricShape::Ring},
                                                            {"torus", FabricShape::Torus},
                                                            {"full", FabricShape::Full},
                                                            {"switch", FabricShape::Switch},
                                                            {"custom", FabricShape::Custom}});
  fabric.device_count = map.required<std::uint32_t>("devices", {.min = 1, .max = 4096});
  fabric.link = read_link(map, {Picoseconds(500'000), BytesPerSecond(50'000'000'000)});
  if (fabric.shape == FabricShape::Torus) {
    fabric.columns = map.required<std::uint32_t>("columns", {.min = 1, .max = 4096});
    if (fabric.columns != 0 && fabric.device_count % fabric.columns != 0) {
      map.report(heddle::diag::kConfigOutOfRange, "columns",
                 {"columns", std::to_string(fabric.columns),
                  "a divisor of " + std::to_string(fabric.device_count)});
    }
  }
  if (fabric.shape == FabricShape::Custom) {
    fabric.switches = map.list<std::string>("switches");
    for (const ConfigReader& link : map.list_of_maps("links")) {
      read_fabric_link(link, fabric.link, fabric);
    }
    check_links(fabric, diagnostics);
  }
  return fabric;
}

void read_hierarchy(ConfigReader& map, Machine& machine) {
  machine.sip_count = read_count(map, "sips", machine.sip_count, 64);
  ConfigReader cubes = map.optional_map("cubes");
  machine.cube_rows = read_count(cubes, "rows", machine.cube_rows, 32);
  machine.cube_columns = read_count(cubes, "columns", machine.cube_columns, 32);
  if (machine.cubes_per_sip() > 32) {
    map.report(heddle::diag::kConfigOutOfRange, "cubes",
               {"rows x columns", std::to_string(machine.cubes_per_sip()), "at most 32"});
  }
  machine.pes_per_cube = read_count(map, "pes_per_cube", machine.pes_per_cube, 32);
  machine.hbm_bytes =
      read_bytes(map, "hbm_capacity_bytes", machine.hbm_bytes, std::int64_t{1} << 40);
  machine.sram_bytes =
      read_bytes(map, "sram_capacity_bytes", machine.sram_bytes, std::int64_t{1} << 40);
  machine.host_link = read_link(map.optional_map("host_link"), machine.host_link);
  machine.sip_link = read_link(map.optional_map("sip_link"), machine.sip_link);
  machine.die_link = read_link(map.optional_map("die_link"), machine.die_link);
  machine.pe_link = read_link(map.optional_map("pe_link"), machine.pe_link);
  machine.hbm = read_link(map.optional_map("hbm"), machine.hbm);
  machine.io_cpu_overhead = read_time(map, "io_cpu_overhead_ps", machine.io_cpu_overhead);
  machine.m_cpu_overhead = read_time(map, "m_cpu_overhead_ps", machine.m_cpu_overhead);
  machine.pe_cpu_overhead = read_time(map, "pe_cpu_overhead_ps", machine.pe_cpu_overhead);
}

}  // namespace

Result<Machine> read_machine(const ConfigNode& node, ConfigNode* resolved) {
  Diagnostics diagnostics;
  ConfigReader map(node, "the machine", diagnostics);
  Machine machine;
  machine.name = map.optional<std::string>("name", machine.name, {.max = 100});
  machine.link_mode =
      map.optional_choice<LinkMode>("link_mode", machine.link_mode,
                                    {{"cut_through", LinkMode::CutThrough},
                                     {"store_and_forward", LinkMode::StoreAndForward},
                                     {"fair", LinkMode::Fair},
                                     {"ideal", LinkMode::Ideal}});
  if (auto fabric = map.maybe_map("fabric")) {
    machine.fabric = read_fabric(std::move(*fabric), diagnostics);
  } else {
    read_hierarchy(map, machine);
  }
  machine.page_bytes = map.optional_choice<std::uint64_t>(
      "pages", machine.page_bytes, {{"64_kib", 64 << 10}, {"2_mib", 2 << 20}});
  machine.pe = read_pe(map.optional_map("pe"), diagnostics);
  machine.ipcq = read_ipcq(map.optional_map("ipcq"));
  machine.launch = read_launch(map.optional_map("launch"));
  map.done();
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  if (resolved != nullptr) *resolved = map.resolved();
  return machine;
}

Machine untimed(Machine machine) {
  const LinkSpec free{Picoseconds(0), BytesPerSecond(std::numeric_limits<std::int64_t>::max())};
  machine.link_mode = LinkMode::Ideal;
  machine.is_timed = false;
  for (LinkSpec* link : {&machine.host_link, &machine.sip_link, &machine.die_link, &machine.pe_link,
                         &machine.hbm, &machine.pe.tcm}) {
    *link = free;
  }
  for (Picoseconds* time :
       {&machine.io_cpu_overhead, &machine.m_cpu_overhead, &machine.pe_cpu_overhead,
        &machine.pe.tlb_hit, &machine.pe.page_walk, &machine.ipcq.slot_write, &machine.ipcq.credit,
        &machine.launch.slack}) {
    *time = Picoseconds(0);
  }
  machine.pe.clock_ps = 0;
  machine.pe.has_free_math = true;
  if (machine.fabric) {
    machine.fabric->link = free;
    for (FabricLink& link : machine.fabric->links) link.spec = free;
  }
  return machine;
}

Result<Machine> load_machine(const std::string& path) {
  HEDDLE_TRY(const ConfigNode node, load_config(path));
  return read_machine(node);
}

}  // namespace heddle::system
