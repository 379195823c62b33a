// Plays kernels on a machine: cycles, and where they went.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/base/result.h"
#include "heddle/tile/machine.h"
#include "heddle/tile/memory_system.h"
#include "heddle/tile/trace.h"

namespace heddle::tile {

class CycleTable;

/// How time passes: from event to event, or through every cycle of every core. The
/// second is the oracle of the first; results are equal, instruction by instruction.
enum class EngineKind : std::uint8_t { Event, CycleStepped };

/// Instants of one instruction; those that its kind does not have are kNotReached.
struct InstructionTimes {
  static constexpr SimTime kNotReached{-1};
  SimTime ready = kNotReached;  ///< its dependencies were met
  SimTime issued = kNotReached;
  SimTime injection_done = kNotReached;  ///< Dma: its last request was sent
  SimTime first_response = kNotReached;  ///< Dma
  SimTime last_response = kNotReached;   ///< Dma
  SimTime occupied_until = kNotReached;  ///< Compute: its unit takes the next one
  SimTime finished = kNotReached;
};

/// Why the head of a unit's work could not go on. One reason a core and cycle.
enum class Stall : std::uint8_t { Scratchpad, WeightSlot, DmaBusy, Dram, Dependency };
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

/// A kernel and the cores it may use. Partitions run side by side.
struct Partition {
  WorkItemSource* source = nullptr;
  std::vector<std::uint32_t> cores;  ///< empty: all
};

struct RunOptions {
  EngineKind engine = EngineKind::Event;
  const CycleTable* cycle_table = nullptr;  ///< costs of nodes; null: the built-in model
  Observer* observer = nullptr;
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

struct RunResult {
  std::int64_t cycles = 0;  ///< core cycles until everything, stores too, is complete
  SimTime end;
  std::vector<std::int64_t> partition_cycles;  ///< when each partition was complete
  OperationCounts operations;
  std::vector<CoreUse> cores;
  MemoryUse memory;
  Digest64 digest;  ///< over every instruction and its times
};

/// Runs all partitions to their end, on a machine at rest.
/// Errors: those of the sources; tile.working-set (a set that can never fit: names instruction,
/// footprint and live versions), tile.deadlock (names what waits for what).
/// Threads: any number of runs side by side. Determinism: the result is a function of machine,
/// kernels and table; engine, allocator and observer change nothing.
[[nodiscard]] Result<RunResult> simulate(const Machine& machine,
                                         const std::vector<Partition>& partitions,
                                         const RunOptions& options = {});

}  // namespace heddle::tile
