// The seam between orchestration and engines: batch-granular, with no type of
// a vendor in it. The orchestration fills a window of edges and has them run;
// everything a run wants to see comes back with the batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/edge.h"
#include "heddle/gate/peripheral.h"
#include "heddle/gate/program.h"
#include "heddle/gate/snapshot.h"

namespace heddle::gate {

/// What an engine supports; an unsupported combination is a diagnostic before
/// the run that names an engine that can.
struct Capabilities {
  std::string_view name;
  bool peripherals = true;
  bool digests = true;
  bool changes = true;  ///< change lists for waves
  bool state_write = true;
  bool snapshots = false;  ///< `save` and `restore`
  bool force = true;       ///< the inputs of `Model::forces`
  bool unknowns = false;   ///< X propagation
};

/// How the event engine goes about it: changes how fast it is, never what it gives.
struct EventTuning {
  bool machine_code = true;  ///< else clusters are interpreted
  /// The edge at which it first looks which nodes toggle together, to cluster
  /// anew; later ones follow at growing distances.
  std::uint64_t first_look = 1'000;
  std::uint32_t look_samples = 1'024;  ///< edges looked at, one in five, at least 1
};

/// X propagation: see docs/concepts/x.md. Values stay those of the two-state run;
/// beside them every bit is known or x.
struct XOptions {
  bool is_on = false;
  std::vector<std::uint32_t> unknown_inputs = {};  ///< into `Model::inputs`: x until driven
};

/// What a run wants out of each edge.
struct BackendOptions {
  bool digests = false;  ///< one digest an edge
  bool changes = false;  ///< change lists of `Program::observed`
  EventTuning event = {};
  XOptions x = {};
};

/// A change of observed net `index` at the sample of an edge. Before the first
/// edge of a run every observed net counts as 0.
struct Change {
  std::uint32_t code = 0;  ///< `index * 2 + value`

  [[nodiscard]] std::uint32_t index() const { return code >> 1; }
  [[nodiscard]] bool value() const { return (code & 1U) != 0; }
};

/// What one batch gave. Spans live until the token is released.
struct BatchView {
  std::uint64_t first_edge = 0;
  std::uint32_t executed = 0;  ///< fewer than asked only when `stop` says why
  StopReason stop = StopReason::None;
  std::span<const Record> records;
  std::span<const std::uint64_t> digests;       ///< one an edge, if asked for
  std::span<const Change> changes;              ///< by edge, then by index
  std::span<const std::uint32_t> change_begin;  ///< executed + 1 offsets into `changes`
  /// With X propagation: observed nets that became x (`value`) or known. Empty
  /// without it, offsets included.
  std::span<const Change> x_changes;
  std::span<const std::uint32_t> x_change_begin;
};

/// Counters of an engine since it was loaded.
struct BackendProfile {
  std::uint64_t edges = 0;
  std::uint64_t batches = 0;
  std::uint64_t cluster_runs = 0;   ///< of the event engine: clusters of gates computed
  std::uint64_t rounds = 0;         ///< clock rounds that fired something
  std::uint64_t x_items = 0;        ///< looks at whether an x passes
  std::uint64_t patched_edges = 0;  ///< edges patched in a window and uploaded again
};

class Backend;

/// A batch that runs or has run: owns its window and its result rings until it
/// is released. Move-only.
class BatchToken {
 public:
  BatchToken() = default;
  BatchToken(Backend* owner, std::uint32_t slot) : owner_(owner), slot_(slot) {}
  BatchToken(BatchToken&& other) noexcept;
  BatchToken& operator=(BatchToken&& other) noexcept;
  BatchToken(const BatchToken&) = delete;
  BatchToken& operator=(const BatchToken&) = delete;
  ~BatchToken() { release(); }

  /// Gives window and rings back; spans of the view are dead after this.
  void release();
  [[nodiscard]] bool valid() const { return owner_ != nullptr; }
  [[nodiscard]] std::uint32_t slot() const { return slot_; }

 private:
  Backend* owner_ = nullptr;
  std::uint32_t slot_ = 0;
};

/// An engine with a program loaded. Made by `make_backend`.
/// Threads: one orchestrating thread.
/// Determinism: results depend on program, operations and peripherals alone.
class Backend {
 public:
  /// Windows, and so batches between fill and release.
  static constexpr std::uint32_t kSlots = 2;

  virtual ~Backend() = default;
  [[nodiscard]] virtual Capabilities capabilities() const = 0;

  /// A free window to fill with the edges that follow.
  /// Requires: fewer than `kSlots` tokens are alive.
  [[nodiscard]] virtual EdgeWindow& window() = 0;
  /// Operations of an edge in the window being filled, to patch in place;
  /// data operations first, then the clocks'.
  [[nodiscard]] virtual std::span<EdgeOp> edge_ops(std::uint64_t edge) = 0;

  /// Runs edges of the window last filled. Requires: they follow the last edge run.
  [[nodiscard]] virtual BatchToken run_edges(std::uint64_t first, std::uint32_t count) = 0;
  /// Waits for a batch and shows it.
  /// Errors: `gate.run.no-fixpoint` when an edge did not settle; names nets.
  [[nodiscard]] virtual Result<BatchView> wait(const BatchToken& token) = 0;

  // Between batches only (checked):
  [[nodiscard]] virtual bool output(std::uint32_t index) const = 0;
  [[nodiscard]] virtual bool state(std::uint32_t index) const = 0;
  /// Deposits a state bit and settles what follows from it.
  virtual void set_state(std::uint32_t index, bool value) = 0;
  [[nodiscard]] virtual bool observed(std::uint32_t index) const = 0;
  /// The rows of a memory; `depth * words_per_row()` words.
  [[nodiscard]] virtual std::span<const std::uint64_t> memory(std::uint32_t index) const = 0;
  /// Replaces the content of a memory before the first edge.
  virtual void set_memory(std::uint32_t index, std::span<const std::uint64_t> words) = 0;
  /// The value of a source of `Model::aig`: of an input, a state or the data of a
  /// read port. All else follows from them.
  [[nodiscard]] virtual bool source(Lit lit) const = 0;
  /// Changes inputs at once, as step (1) does, with the rounds of clocks that
  /// they move. Peripherals, waves and digests see it at the next edge.
  /// Errors: `gate.run.no-fixpoint`, after which nothing runs any more.
  [[nodiscard]] virtual Status apply(std::span<const EdgeOp> ops) = 0;
  // With X propagation. Without it nothing is x.
  [[nodiscard]] virtual bool is_x_output(std::uint32_t /*index*/) const { return false; }
  [[nodiscard]] virtual bool is_x_state(std::uint32_t /*index*/) const { return false; }
  [[nodiscard]] virtual bool is_x_observed(std::uint32_t /*index*/) const { return false; }
  /// Of any literal of the model.
  [[nodiscard]] virtual bool is_x(Lit /*lit*/) const { return false; }
  /// Which bits of a memory are x, laid out as `memory`; empty without X propagation.
  [[nodiscard]] virtual std::span<const std::uint64_t> x_memory(std::uint32_t /*index*/) const {
    return {};
  }
  /// Says which bits of a memory are x, after `set_memory`. Without X propagation
  /// it does nothing.
  virtual void set_x_memory(std::uint32_t /*index*/, std::span<const std::uint64_t> /*words*/) {}
  [[nodiscard]] virtual BackendProfile profile() const = 0;
  /// All that it holds, for a checkpoint; peripherals are saved by their bank.
  /// Requires: `Capabilities::snapshots`.
  [[nodiscard]] virtual Snapshot save() const;
  /// Goes on from a snapshot of the same model, whichever engine took it. The
  /// peripherals have been restored before. Change lists then count from what
  /// was told last: in a fresh engine, from all nets 0.
  /// Requires: `Capabilities::snapshots`, sizes that fit the model (checked).
  virtual void restore(const Snapshot& snapshot);

 private:
  friend class BatchToken;
  virtual void release_slot(std::uint32_t slot) = 0;
};

/// The engines' names in order of preference.
[[nodiscard]] std::span<const std::string_view> backend_names();

/// Loads a program into the engine of that name. The bank may be null; the
/// program and the bank must outlive the backend.
/// Errors: `gate.engine.unknown`.
[[nodiscard]] Result<std::unique_ptr<Backend>> make_backend(std::string_view engine,
                                                            const Program& program,
                                                            PeripheralBank* bank,
                                                            const BackendOptions& options);

}  // namespace heddle::gate
