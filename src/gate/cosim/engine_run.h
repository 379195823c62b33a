// One engine with its own schedule and its own peripherals, prepared as the
// plan says and advanced a batch at a time. The run has one; `--check` has a
// second beside it, and starts both again to look at the edge where they part.
#pragma once

#include <memory>
#include <string_view>

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
  /// outlives them.
  [[nodiscard]] Status advance(std::uint32_t count, EngineBatch& batch);

  /// Where it stands, between two batches.
  [[nodiscard]] Checkpoint save() const;
  /// Goes on from a checkpoint of this design. Requires: nothing has run yet.
  /// Errors: look.bad-checkpoint, naming `path`.
  [[nodiscard]] Status go_on_from(const Checkpoint& checkpoint, const std::string& path);

  /// The edges of the last `advance`.
  [[nodiscard]] const EdgeWindow& window() const { return *last_.window; }
  [[nodiscard]] const Schedule& schedule() const { return schedule_; }
  [[nodiscard]] Backend& backend() { return *backend_; }
  [[nodiscard]] PeripheralBank& bank() { return *bank_; }
  [[nodiscard]] const Backend& backend() const { return *backend_; }
  [[nodiscard]] const PeripheralBank& bank() const { return *bank_; }

 private:
  EngineRun(const RunPlan& plan) : bank_(make_bank(plan.bank)), schedule_(plan.schedule) {}

  std::uint64_t netlist_digest_ = 0;
  std::unique_ptr<PeripheralBank> bank_;
  Schedule schedule_;
  std::unique_ptr<Backend> backend_;
  EngineBatch last_;
};

}  // namespace heddle::gate
