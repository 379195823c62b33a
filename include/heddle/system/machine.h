// A machine description: what a machine file (YAML) says, checked, with every
// default filled in. docs/reference/machine-file.md lists the keys.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/config.h"
#include "heddle/base/units.h"
#include "heddle/system/address.h"

namespace heddle::tile {
struct Machine;
}

namespace heddle::system {

/// How links treat what passes at the same time.
enum class LinkMode : std::uint8_t {
  CutThrough,       ///< a link is busy for the drain; the head goes on at once
  StoreAndForward,  ///< each hop takes the whole message first
  Fair,             ///< messages on a link at the same time share its bandwidth equally
  Ideal,            ///< links never contend, queues are unbounded
};

struct LinkSpec {
  Picoseconds latency;
  BytesPerSecond bandwidth;
};

/// What one PE does in what time.
struct PeSpec {
  std::int64_t clock_ps = 1000;
  std::uint32_t gemm_rows = 64;
  std::uint32_t gemm_columns = 64;
  std::uint32_t gemm_fill_cycles = 126;
  std::uint32_t math_lanes = 128;
  std::uint32_t slow_math_cycles = 4;                          ///< exp, div, rsqrt, tanh
  bool has_free_math = false;                                  ///< the MATH unit takes no time
  std::uint64_t tcm_bytes = std::uint64_t{2} << 20;            ///< tiles
  std::uint64_t tcm_scratch_bytes = std::uint64_t{256} << 10;  ///< partial sums of composites
  LinkSpec tcm{Picoseconds(2'000), BytesPerSecond(1'024'000'000'000)};
  std::uint32_t tile_queue_depth = 2;
  Picoseconds tlb_hit{2'000};
  Picoseconds page_walk{150'000};
  std::uint32_t dma_channels = 4;      ///< transfers at once, reads and writes apart
  std::uint32_t dma_outstanding = 64;  ///< fragments under way, reads and writes apart
  /// A core of this machine gives the times of GEMM and MATH; null: the counts above do.
  std::shared_ptr<const tile::Machine> tile = nullptr;
};

/// Message queues between neighbours.
struct IpcqSpec {
  std::uint32_t slot_count = 8;
  std::uint64_t slot_bytes = 16 << 10;
  Picoseconds slot_write{5'000};
  Picoseconds credit{10'000};
};

struct LaunchSpec {
  bool has_barrier = true;
  bool shares_links = false;  ///< launches wait behind data instead of using a lane of their own
  Picoseconds slack{0};
};

enum class FabricShape : std::uint8_t { Ring, Torus, Full, Switch, Custom };

struct FabricLink {
  std::string from;
  std::string to;
  LinkSpec spec;
  SourcePosition where;
};

/// Devices and switches in place of SIPs, cubes and PEs.
struct FabricSpec {
  FabricShape shape = FabricShape::Ring;
  std::uint32_t device_count = 0;
  std::uint32_t columns = 0;  ///< of a torus
  LinkSpec link{Picoseconds(0), BytesPerSecond(1)};
  std::vector<std::string> switches;  ///< of a custom fabric
  std::vector<FabricLink> links;
  SourcePosition where;
};

/// Defaults are the machine of `designs/machines/default.yaml`.
struct Machine {
  std::string name = "default";
  bool is_timed = true;  ///< false: made by `untimed`
  std::uint32_t sip_count = 2;
  std::uint32_t cube_rows = 2;
  std::uint32_t cube_columns = 4;
  std::uint32_t pes_per_cube = 8;
  std::uint64_t hbm_bytes = std::uint64_t{48} << 30;
  LinkMode link_mode = LinkMode::CutThrough;
  LinkSpec host_link{Picoseconds(500'000), BytesPerSecond(64'000'000'000)};
  LinkSpec sip_link{Picoseconds(250'000), BytesPerSecond(100'000'000'000)};
  LinkSpec die_link{Picoseconds(20'000), BytesPerSecond(512'000'000'000)};
  LinkSpec pe_link{Picoseconds(5'000), BytesPerSecond(128'000'000'000)};
  LinkSpec hbm{Picoseconds(100'000), BytesPerSecond(1'200'000'000'000)};
  Picoseconds io_cpu_overhead{100'000};
  Picoseconds m_cpu_overhead{50'000};
  Picoseconds pe_cpu_overhead{20'000};
  std::uint64_t page_bytes = std::uint64_t{2} << 20;
  std::uint64_t sram_bytes = std::uint64_t{32} << 20;  ///< of a cube, in 16 banks
  PeSpec pe;
  IpcqSpec ipcq;
  LaunchSpec launch;
  std::optional<FabricSpec> fabric;

  [[nodiscard]] std::uint32_t cubes_per_sip() const { return cube_rows * cube_columns; }
  [[nodiscard]] std::uint32_t pe_count() const {
    return fabric ? fabric->device_count : sip_count * cubes_per_sip() * pes_per_cube;
  }
  [[nodiscard]] AddressLimits address_limits() const {
    return {sip_count,    cubes_per_sip(),      pes_per_cube,   hbm_bytes,
            pe.tcm_bytes, pe.tcm_scratch_bytes, sram_bytes / 16};
  }
};

/// Reads a machine from a tree. Errors: config.*, and those of the topology
/// that can be told from the text (system.duplicate-link, system.asymmetric-link,
/// system.unknown-node). `resolved`, unless null, gets every value.
[[nodiscard]] Result<Machine> read_machine(const ConfigNode& node, ConfigNode* resolved = nullptr);

/// The same machine with nothing that takes time but a picosecond of rounding a
/// message: for kernels that are run for what they compute alone.
[[nodiscard]] Machine untimed(Machine machine);

/// Reads a machine file. Errors: also those of `load_config`.
[[nodiscard]] Result<Machine> load_machine(const std::string& path);

}  // namespace heddle::system
