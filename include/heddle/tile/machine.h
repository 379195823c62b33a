// An NPU: what a machine file (YAML) says, checked, with every default filled
// in. docs/reference/tile-machine.md lists the keys with units and sources.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/config.h"
#include "heddle/base/result.h"
#include "heddle/base/units.h"

namespace heddle::tile {

/// A clock: edge k is at floor(k x 10^12 / hz) picoseconds, whatever k.
struct ClockRate {
  std::int64_t hz = 1'000'000'000;
  /// Instant of edge `cycle`. Requires: cycle >= 0.
  [[nodiscard]] SimTime edge(std::int64_t cycle) const;
  /// The first edge at or after `t`.
  [[nodiscard]] std::int64_t cycle_at_or_after(SimTime t) const;
};

/// Cycles of a node and how many of them the next one may overlap: it occupies its unit
/// for the difference.
struct FixedCost {
  std::uint32_t cycles = 0;
  std::uint32_t overlap_cycles = 0;
};

enum class Dataflow : std::uint8_t { WeightStationary, OutputStationary, InputStationary };

/// Systolic arrays of a core.
struct ArraySpec {
  std::uint32_t count = 2;
  std::uint32_t rows = 128;
  std::uint32_t columns = 128;
  Dataflow dataflow = Dataflow::WeightStationary;
  std::uint32_t weight_slots = 2;           ///< a array; 0: unbounded
  std::uint32_t extra_latency_cycles = 14;  ///< `c` of T10, from last row to result
  /// Cycles before a tile's first row and after its last that the array's own loads
  /// take and nothing hides (the 8x8 RTL array: 7 and 1); 0 on TPU-like machines.
  std::uint32_t load_cycles = 0;
  std::uint32_t finish_cycles = 0;
  bool has_shadow_port = true;          ///< a preload overlaps streaming
  bool frees_weights_at_drain = false;  ///< departure: a slot is held until the last result
  /// Published convention: what every preload or matmul costs, in place of the model.
  std::optional<FixedCost> preload_cost;
  std::optional<FixedCost> matmul_cost;
};

struct VectorSpec {
  std::uint32_t pipes = 1;     ///< operations that run side by side
  std::uint32_t lanes = 1024;  ///< elements a cycle and pipe
  std::uint32_t startup_cycles = 8;
  std::uint32_t mul_cycles = 1;  ///< a lane's cycles for one element
  std::uint32_t div_cycles = 4;
  std::uint32_t sqrt_cycles = 4;
  std::uint32_t exp_cycles = 4;
  std::uint32_t log_cycles = 4;
  std::uint32_t tanh_cycles = 4;
  std::uint32_t erf_cycles = 4;
};

struct CrossLaneSpec {
  std::uint32_t lanes = 128;
  std::uint32_t startup_cycles = 8;
};

struct DmaSpec {
  std::uint32_t requests_per_cycle = 16;  ///< injection ports
  std::uint32_t request_bytes = 32;
  std::uint32_t fairness = 16;  ///< transfers of one direction while the other waits; 0: none
  bool loads_first = false;     ///< published convention: loads always go first
  bool stores_post = false;     ///< published convention: a store is done at injection
};

/// Departures of the scratchpad's rules, each on its own.
struct ScratchpadSpec {
  std::uint64_t size_bytes = std::uint64_t{16} << 20;  ///< 0: unlimited
  bool charges_at_issue = true;       ///< a load occupies its version when it issues
  bool shares_version = true;         ///< fine transfers of one coarse tile share one
  bool frees_at_reader_issue = true;  ///< the last reader frees it as it issues
  bool charges_accumulator = false;
  bool outlives_work_item = true;
};

enum class ComputeBarrierMode : std::uint8_t { None, Scoped, DrainAll };

enum class NocKind : std::uint8_t { Fixed, Crossbar, Mesh };
struct NocSpec {
  NocKind kind = NocKind::Fixed;
  ClockRate clock{940'000'000};
  std::uint32_t latency_cycles = 10;  ///< fixed: both ways together; else a hop
  std::uint32_t ports_per_core = 16;  ///< terminals of each core, not of a fixed network
  std::uint32_t flit_bytes = 32;
  std::uint32_t queue_flits = 16;  ///< a input port
  std::uint32_t columns = 0;       ///< of a mesh; 0: as square as it goes
};

struct L2Spec {
  std::uint64_t size_bytes = 0;
  std::uint32_t line_bytes = 128;
  std::uint32_t ways = 16;
  std::uint32_t hit_cycles = 20;
  std::uint32_t mshrs = 64;
};

enum class DramKind : std::uint8_t { Cycle, Bandwidth };
/// Timings in DRAM clock cycles, by their JEDEC names.
struct DramTimings {
  std::uint32_t cl = 0, cwl = 0, rcd = 0, rp = 0, ras = 0, rc = 0, rrd_s = 0, rrd_l = 0, faw = 0,
                ccd_s = 0, ccd_l = 0, wtr_s = 0, wtr_l = 0, rtw = 0, rtp = 0, wr = 0, rfc = 0,
                refi = 0, burst = 0;
};
struct DramSpec {
  DramKind kind = DramKind::Bandwidth;
  std::string standard = "HBM2";
  ClockRate clock;
  std::uint32_t channels = 16;
  std::uint32_t pseudo_channels = 2;  ///< a channel
  std::uint32_t bank_groups = 4;
  std::uint32_t banks = 4;  ///< a group
  std::uint32_t row_bytes = 1024;
  std::uint32_t bus_bytes = 8;     ///< a transfer, of one pseudo-channel
  std::uint32_t queue_depth = 64;  ///< requests, of each direction
  std::uint32_t burst_length = 4;  ///< transfers of a column command
  bool has_split_commands = true;  ///< a row and a column command in one cycle (HBM)
  bool has_refresh = true;         ///< of all banks, every tREFI
  std::uint32_t write_high =
      48;                        ///< queued writes that stop reads; also the longest turn of either
  std::uint32_t write_low = 16;  ///< and those that let them go on
  std::string address_order = "row:bank:column:group:pseudo:channel";  ///< high to low
  bool has_hash = true;  ///< bank and group are mixed with the row
  DramTimings timings;
  Picoseconds latency{0};                            ///< bandwidth model
  BytesPerSecond channel_bandwidth{30'080'000'000};  ///< bandwidth model

  /// What one column command moves. Units: bytes.
  [[nodiscard]] std::uint32_t burst_bytes() const { return bus_bytes * burst_length; }
  /// What all channels can move at most. Units: bytes a second.
  [[nodiscard]] BytesPerSecond peak_bandwidth() const;
};

/// Energies of T15. Units: femtojoules.
struct EnergySpec {
  std::int64_t mac_fj = 0;
  std::int64_t vector_op_fj = 0;
  std::int64_t scratchpad_byte_fj = 0;
  std::int64_t noc_byte_fj = 0;
  std::int64_t dram_byte_fj = 0;
  std::int64_t dram_activation_fj = 0;  ///< one ACT and its PRE
  std::int64_t static_core_uw = 0;      ///< microwatts
};

struct Machine {
  std::string name = "tpuv3";
  std::uint32_t cores = 1;
  ClockRate core_clock{940'000'000};
  ArraySpec array;
  VectorSpec vector;
  CrossLaneSpec cross_lane;
  DmaSpec dma;
  ScratchpadSpec scratchpad;
  ComputeBarrierMode compute_barrier = ComputeBarrierMode::None;
  std::uint32_t live_work_items = 2;  ///< a core, so that one loads while one computes
  NocSpec noc;
  std::optional<L2Spec> l2;
  DramSpec dram;
  EnergySpec energy;
  std::optional<std::string> cycle_table;  ///< a side-car table that the machine brings
};

/// Reads a machine from a tree. `resolved`, unless null, gets every value.
/// Errors: config.*, tile.machine-address-order, tile.machine-power-of-two,
/// tile.machine-request-size.
[[nodiscard]] Result<Machine> read_machine(const ConfigNode& node, ConfigNode* resolved = nullptr);

/// Reads a machine file, or one of the shipped machines by its name (`tpuv3`).
/// Errors: also those of `load_config`, and tile.machine-unknown.
[[nodiscard]] Result<Machine> load_machine(const std::string& path_or_name,
                                           ConfigNode* resolved = nullptr);

/// Names of the shipped machines, in order of the alphabet, and the text of one of them
/// (empty: there is none of that name).
[[nodiscard]] std::vector<std::string_view> shipped_machine_names();
[[nodiscard]] std::string_view shipped_machine_text(std::string_view name);

}  // namespace heddle::tile
