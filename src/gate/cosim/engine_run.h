// One engine with its own schedule and its own peripherals, prepared as the
// plan says and advanced a batch at a time. The run has one; `--check` has a
// second beside it, and starts both again to look at the edge where they part.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gate/cosim/bench/watching_bank.h"
#include "heddle/gate/backend.h"
#include "heddle/gate/checkpoint.h"
#include "heddle/gate/run_plan.h"

namespace heddle::gate {

/// Says no where an engine cannot do what a run asks of it.
/// Errors: cosim.engine-lacks, naming an engine that can.
[[nodiscard]] Status check_capabilities(const Capabilities& can, const RunPlan& plan,
                                        const BackendOptions& options);

/// A batch that has run: its edges and what it gave, until the token is released.
struct EngineBatch {
  BatchToken token;
  const EdgeWindow* window = nullptr;
  BatchView view;
  /// Change lists that are not the engine's own.
  struct Corrected {
    std::vector<Change> changes;
    std::vector<std::uint32_t> begin;
  };
  Corrected values = {};
  Corrected unknowns = {};
};

class EngineRun {
 public:
  /// Loads the engine, its memories and deposits. `program` outlives it.
  /// Errors: those of `make_backend`; cosim.engine-lacks.
  [[nodiscard]] static Result<std::unique_ptr<EngineRun>> start(std::string_view engine,
                                                                const Program& program,
                                                                const RunPlan& plan,
                                                                const BackendOptions& options);

  /// Runs the next edges: `count`, or those that are left. What it gave before
  /// is dead after this. Errors: those of `Backend::wait`.
  [[nodiscard]] Result<BatchView> advance(std::uint32_t count);
  /// The same into memory of the caller's, which is released first; the batches
  /// in others stay. Requires: fewer than `Backend::kSlots` of those. The engine
  /// outlives them. No edge at or after `before_ps` is run.
  [[nodiscard]] Status advance(std::uint32_t count, EngineBatch& batch,
                               std::int64_t before_ps = kNoInstant);
  static constexpr std::int64_t kNoInstant = std::numeric_limits<std::int64_t>::max();

  // For a test bench, between two batches.
  /// To be called before the first edge if a bench may come.
  void attach_bench();
  /// Goes on in an engine with `program`, which is that of the run with other
  /// outputs at the end: batches end where one of `watched` changes, and what is
  /// left of such a batch comes next. Requires: no batch is held any more.
  [[nodiscard]] Status watch(const Program& program, const std::vector<std::uint32_t>& watched);
  /// See `WatchingBank::arm`. Requires: `watch` before.
  void arm(std::size_t pin, bool value, bool is_active) { watching_->arm(pin, value, is_active); }
  /// When the next edge is. Requires: one is left.
  [[nodiscard]] std::int64_t next_time_ps() const;
  /// As of the schedule, less what was handed out and has not run.
  [[nodiscard]] StopReason exhausted() const;
  [[nodiscard]] std::uint64_t edges_left_max() const {
    return schedule_.edges_left_max() + ahead_count();
  }
  [[nodiscard]] std::uint64_t next_edge() const { return schedule_.next_edge() - ahead_count(); }

  /// Where it stands, between two batches.
  [[nodiscard]] Checkpoint save() const;
  /// Goes on from a checkpoint of this design. Requires: nothing has run yet.
  /// Errors: look.bad-checkpoint, naming `path`.
  [[nodiscard]] Status go_on_from(const Checkpoint& checkpoint, const std::string& path);

  /// The same at any time, back or forth. Requires: no batch is held any more.
  [[nodiscard]] Status go_to(const Checkpoint& checkpoint, const std::string& path);

  /// The edges of the last `advance`.
  [[nodiscard]] const EdgeWindow& window() const { return *last_.window; }
  [[nodiscard]] const Schedule& schedule() const { return schedule_; }
  [[nodiscard]] Backend& backend() { return *backend_; }
  [[nodiscard]] PeripheralBank& bank() { return *bank_; }
  [[nodiscard]] const Backend& backend() const { return *backend_; }
  [[nodiscard]] const PeripheralBank& bank() const { return *bank_; }

 private:
  EngineRun(const RunPlan& plan)
      : bank_(make_bank(plan.bank)), schedule_spec_(plan.schedule), schedule_(plan.schedule) {}

  [[nodiscard]] std::uint64_t ahead_count() const { return ahead_.edge_count() - ahead_used_; }
  std::uint32_t fill(EdgeWindow& window, std::uint32_t count, std::int64_t before_ps);
  void keep_rest(const EngineBatch& batch);
  void correct_changes(EngineBatch& batch);

  std::uint64_t netlist_digest_ = 0;
  std::unique_ptr<PeripheralBank> bank_;
  ScheduleSpec schedule_spec_;
  Schedule schedule_;
  std::string engine_;
  BackendOptions options_;
  std::unique_ptr<WatchingBank> watching_;  ///< once something is watched
  std::unique_ptr<Backend> backend_;
  EdgeWindow ahead_;              ///< edges that were handed out and have not run
  std::uint32_t ahead_used_ = 0;  ///< of them, those that have
  /// Values of the observed nets that the change lists told last: a fresh engine
  /// counts from 0.
  std::vector<std::uint8_t> told_;
  std::vector<std::uint8_t> told_x_;  ///< and whether it was x
  std::size_t observed_count_ = 0;
  bool is_fresh_ = false;
  bool has_bench_ = false;
  EngineBatch last_;
};

}  // namespace heddle::gate
