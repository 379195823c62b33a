// A machine that runs kernels: launches them on PEs, moves their data, tells
// what they took. Phase 1 is time, and in eager runs data too; phase 2 computes
// the data from the operation log of phase 1.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/system/fabric.h"
#include "heddle/system/kernel.h"
#include "heddle/system/machine.h"
#include "heddle/system/mmu.h"
#include "heddle/system/op_log.h"
#include "heddle/trace/recorder.h"

namespace heddle::system {

/// Whether data moves: not at all, as the run goes, or after it.
enum class DataMode : std::uint8_t { None, Eager, Replay };

struct SimulatorOptions {
  DataMode data = DataMode::None;
  std::uint32_t replay_threads = 1;
  bool has_race_check = true;
  bool records_spans = false;  ///< for `write_trace`
  /// Parts of the machine, of whole cubes or devices, that may run at the same
  /// time, and threads that do so. Kernels of different parts must then share
  /// nothing but messages. Fewer where the machine cannot be cut as often.
  std::uint32_t partitions = 1;
  std::uint32_t threads = 1;
  /// Windows that hold as many events are shared among the threads.
  std::uint64_t shared_events_min = des::FederationOptions{}.shared_events_min;
  des::KernelOptions kernel = {};
};

/// Which PEs run a kernel: all, one, or some.
class Target {
 public:
  Target() = default;                                        ///< all
  Target(std::int64_t one) : ranks_{one}, is_all_(false) {}  // NOLINT: implicit on purpose
  Target(std::vector<std::int64_t> some) : ranks_(std::move(some)), is_all_(false) {}  // NOLINT

  /// The ranks, each once. Errors: system.bad-target (none, twice, out of range).
  [[nodiscard]] Result<std::vector<PeRank>> resolve(std::uint32_t pe_count) const;

 private:
  std::vector<std::int64_t> ranks_;
  bool is_all_ = true;
};

/// What one PE did in a launch.
struct PeExecution {
  PeRank rank;
  SimTime message_at = {};  ///< its launch message was there and handled
  SimTime start = {};       ///< `pe_exec_start`
  SimTime end = {};
  [[nodiscard]] Picoseconds exec() const { return end - start; }
};

struct LaunchRecord {
  SimTime stamped;       ///< when the host sent it
  SimTime target_start;  ///< the common start; without a barrier the earliest possible
  std::vector<PeExecution> executions;  ///< in order of rank

  [[nodiscard]] SimTime first_start() const;
  [[nodiscard]] SimTime last_start() const;
  [[nodiscard]] SimTime last_end() const;
  /// From the first start to the last end.
  [[nodiscard]] Picoseconds duration() const { return last_end() - first_start(); }
};

using KernelFunction = std::function<des::Task<>(Tl&)>;

/// Times and counts of one PE's units.
struct PeUse {
  Picoseconds gemm_busy;
  Picoseconds math_busy;
  Picoseconds dma_busy;
  std::uint64_t ops = 0;
  std::uint64_t dma_requests = 0;  ///< with a virtual address
  std::uint64_t translations = 0;  ///< requests that were translated
  std::uint64_t fragments = 0;
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;
};

/// How a partitioned run went. No part of its result.
struct PartitionReport {
  std::uint32_t count = 1;
  Picoseconds lookahead;  ///< the length of a window
  std::uint64_t windows = 0;
  std::uint64_t shared_windows = 0;  ///< run by several threads
};

/// Threads: one at a time. Determinism: times, data, errors and the log depend
/// on machine and kernels alone; modes, queues, partitions and threads change
/// none of them.
class Simulator {
 public:
  /// Errors: those of `Topology::build`.
  [[nodiscard]] static Result<std::unique_ptr<Simulator>> create(const Machine& machine,
                                                                 SimulatorOptions options = {});
  ~Simulator();

  [[nodiscard]] const Topology& topology() const;
  /// The kernel of the first partition, which holds the host.
  [[nodiscard]] des::Kernel& kernel();
  /// The time that has been reached, and the events that it took.
  [[nodiscard]] SimTime now() const;
  [[nodiscard]] std::uint64_t executed_count() const;
  [[nodiscard]] PartitionReport partitions() const;
  [[nodiscard]] const Fabric& fabric() const;
  [[nodiscard]] Fabric& fabric();

  /// HBM of a cube under a name, page by page; a fabric has one per device
  /// (`cube` is then the device). Errors: system.address-field, system.bad-mapping.
  [[nodiscard]] Result<Va> allocate(const std::string& name, std::uint64_t size_bytes,
                                    std::uint32_t sip = 0, std::uint32_t cube = 0,
                                    PageAccess access = {});
  /// The same with page i in the i-th of `homes` (cycled): (SIP, cube) each.
  [[nodiscard]] Result<Va> allocate_spread(
      const std::string& name, std::uint64_t size_bytes,
      const std::vector<std::pair<std::uint32_t, std::uint32_t>>& homes, PageAccess access = {});
  /// Host access, outside of a run. Without data both do nothing.
  Status write(Va to, std::span<const std::byte> bytes);
  [[nodiscard]] Result<std::vector<std::byte>> read(Va from, std::uint64_t size_bytes);

  /// The bytes of a tile that a kernel of the last run has kept, after the run.
  /// Requires: data moves, and the tile was made in that run.
  [[nodiscard]] std::vector<std::byte> value(const Tile& tile) const;

  /// Sends a launch now. `record` is filled as the run goes; the kernel
  /// function must live until the run has ended. Errors: system.bad-target.
  [[nodiscard]] Result<std::shared_ptr<const LaunchRecord>> launch(std::string name,
                                                                   KernelFunction kernel,
                                                                   const Target& target = {});
  /// Runs until everything has ended, then phase 2 if it was asked for.
  /// Errors: those of kernels and of `des::Kernel::run`; system.far-access where
  /// a DMA goes to another partition, which takes a run in one.
  Status run();

  /// Over all events of phase 1: one for every data mode.
  [[nodiscard]] Digest64 timing_digest() const;
  /// Over every address that was written, and its bytes. Requires: data moves.
  [[nodiscard]] Digest64 memory_digest() const;
  [[nodiscard]] const OpLog& op_log() const;
  [[nodiscard]] const PeUse& use(PeRank rank) const;
  /// Bytes between PEs: sent, received, drained.
  [[nodiscard]] FabricTotals totals() const;
  /// Lanes a PE unit and link, from the spans that were recorded.
  void write_trace(trace::Recorder& recorder) const;

 private:
  friend class Communicator;
  explicit Simulator(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace heddle::system
