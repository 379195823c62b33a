// `--check`: the reference engine runs the same edges beside the engine under
// test, with peripherals of its own, and their digests are compared edge by
// edge inside a window. It reads the operations of the edge it verifies, for it
// fills its own window from its own schedule.
#pragma once

#include <memory>
#include <string>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/engine_run.h"
#include "heddle/gate/cosim.h"

namespace heddle::gate {

class Checker final : public BatchStage {
 public:
  /// The program and the plan outlive it.
  Checker(std::string engine, const Program& program, const RunPlan& plan, EdgeRange window)
      : engine_(std::move(engine)), program_(program), plan_(plan) {
    outcome_.asked = true;
    outcome_.window = window;
    outcome_.checked = engine_ != kReference;
  }

  static constexpr std::string_view kReference = "reference";

  /// Starts the reference. Errors: those of `EngineRun::start`.
  [[nodiscard]] Status open();

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override;
  /// Finds out what differs, if anything does: runs both engines again to that edge.
  [[nodiscard]] Status finish() override;

  [[nodiscard]] const CheckOutcome& outcome() const { return outcome_; }

 private:
  [[nodiscard]] Status explain();
  [[nodiscard]] Result<std::unique_ptr<EngineRun>> rerun(std::string_view engine) const;

  std::string engine_;
  const Program& program_;
  const RunPlan& plan_;
  std::unique_ptr<EngineRun> reference_;
  Diagnostics problems_;
  CheckOutcome outcome_;
};

}  // namespace heddle::gate
