// Plays kernels on a machine: cycles, and where they went.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/base/interrupt.h"
#include "heddle/base/result.h"
#include "heddle/tile/cycle_table.h"
#include "heddle/tile/machine.h"
#include "heddle/tile/memory_system.h"
#include "heddle/tile/trace.h"

namespace heddle::tile {

/// How time passes: from event to event, or through every cycle of every core. The
/// second is the oracle of the first; results are equal, instruction by instruction.
enum class EngineKind : std::uint8_t { Event, CycleStepped };

/// Instants of one instruction; those that its kind does not have are kNotReached.
struct InstructionTimes {
  static constexpr SimTime kNotReached{-1};
  SimTime ready = kNotReached;  ///< its dependencies were met
  SimTime issued = kNotReached;
  SimTime started = kNotReached;         ///< Compute: its unit began it
  SimTime injection_done = kNotReached;  ///< Dma: its last request was sent
  SimTime first_response = kNotReached;  ///< Dma
  SimTime last_response = kNotReached;   ///< Dma
  SimTime occupied_until = kNotReached;  ///< Compute: its unit takes the next one
  SimTime finished = kNotReached;
};

/// Why no compute unit of a core was occupied in a cycle in which nothing issued, though
/// the core had work: the first of these that holds. One reason a core and cycle.
enum class Stall : std::uint8_t {
  Scratchpad,  ///< a load waits for room
  WeightSlot,  ///< a preload waits for a slot
  DmaBusy,     ///< transfers are being injected, or wait for that
  Dram,        ///< all is injected, responses are to come
  Dependency,  ///< results of computes are to come
};
inline constexpr std::size_t kStallCount = 5;

/// Told of every instruction as it finishes, in order of (finished, core, item, instruction).
/// Threads: the simulator's.
class Observer {
 public:
  virtual ~Observer() = default;
  /// `unit` is the array (or vector pipe) that ran a compute.
  virtual void finished(std::uint32_t core, const WorkItem& item, std::uint32_t instruction,
                        std::uint32_t unit, const InstructionTimes& times) = 0;

 protected:
  Observer() = default;
  Observer(const Observer&) = default;
  Observer& operator=(const Observer&) = default;
};

/// A kernel and the cores it may use. Partitions run side by side; their tensors lie one
/// after the other in DRAM. A work-item goes to the next core in turn that has room for it,
/// one with a key to core `key` modulo their number, when no item of its key is live.
struct Partition {
  WorkItemSource* source = nullptr;
  std::vector<std::uint32_t> cores;  ///< of no other partition; empty: all
};

struct RunOptions {
  EngineKind engine = EngineKind::Event;
  /// Costs of all nodes; null: the machine's fixed costs, else the built-in model. Whoever
  /// loads a machine also loads the table that `Machine::cycle_table` names.
  const CycleTable* cycle_table = nullptr;
  Observer* observer = nullptr;
  MemorySystem* memory = nullptr;  ///< at rest; null: the one that the machine describes
  Interrupt interrupt = {};
};

struct CoreUse {
  std::vector<std::int64_t> array_busy;         ///< cycles occupied, one an array
  std::vector<std::uint64_t> array_operations;  ///< preloads and matmuls, one an array
  std::int64_t vector_busy = 0;
  std::int64_t cross_lane_busy = 0;
  std::int64_t dma_busy = 0;
  std::array<std::int64_t, kStallCount> stalled = {};
  std::uint64_t peak_scratchpad_bytes = 0;
  std::uint64_t work_items = 0;
};

struct OperationCounts {
  std::uint64_t dispatches = 0;
  std::uint64_t loads = 0;
  std::uint64_t stores = 0;
  std::uint64_t preloads = 0;
  std::uint64_t matmuls = 0;
  std::uint64_t vector = 0;
  std::uint64_t cross_lane = 0;
  std::uint64_t memory_barriers = 0;
  std::uint64_t compute_barriers = 0;
  std::uint64_t macs = 0;
  std::uint64_t bytes_loaded = 0;
  std::uint64_t bytes_stored = 0;
};

/// Where a node's cost came from.
enum class CostSource : std::uint8_t { Model, Machine, Table };

/// A node of a kernel, and what it cost. Units: core cycles.
struct NodeUse {
  std::uint32_t partition = 0;
  std::uint32_t node = 0;
  ComputeKind kind = ComputeKind::Vector;
  CostSource source = CostSource::Model;
  std::uint64_t count = 0;
  std::int64_t least_cycles = 0;
  std::int64_t most_cycles = 0;
};

/// What an engine did to get there. It differs between engines, and is no result.
struct EngineEffort {
  std::uint64_t cycles_visited = 0;
  std::uint64_t ready_looked_at = 0;  ///< ready instructions, each time one is considered
};

struct RunResult {
  std::int64_t cycles = 0;  ///< core cycles until everything, stores too, is complete
  SimTime end;
  std::vector<std::int64_t> partition_cycles;  ///< when each partition was complete
  OperationCounts operations;
  std::vector<CoreUse> cores;
  std::vector<NodeUse> nodes;  ///< in order of (partition, node)
  MemoryUse memory;
  Digest64 digest;  ///< over every instruction and its times
  EngineEffort effort;
  bool is_interrupted = false;  ///< the rest is how far it came
};

/// Runs all partitions to their end, on a machine at rest.
/// Errors: those of the sources; tile.working-set (a set that can never fit: names instruction,
/// footprint and live versions), tile.deadlock (names what waits for what), tile.partition,
/// tile.cycle-table (a node that the table lacks, or that the kernel does not have).
/// Threads: any number of runs side by side. Determinism: the result is a function of machine,
/// kernels and table; engine, allocator and observer change nothing.
[[nodiscard]] Result<RunResult> simulate(const Machine& machine,
                                         const std::vector<Partition>& partitions,
                                         const RunOptions& options = {});

}  // namespace heddle::tile
