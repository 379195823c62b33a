// The stages that only look: checkpoints, traced signals, switching activity.
// None of them changes a result or cuts a batch short.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/check_stage.h"
#include "gate/cosim/checkpoint_stage.h"
#include "gate/cosim/never_x_stage.h"
#include "gate/cosim/observation.h"
#include "gate/cosim/signal_stage.h"
#include "gate/cosim/timing_stage.h"
#include "gate/cosim/toggle_stage.h"
#include "heddle/gate/cosim.h"

namespace heddle::gate {

/// Indices into `Model::names` of the public nets that the globs match.
/// Errors: cosim.unknown-net, with the nearest name.
[[nodiscard]] Result<std::vector<std::uint32_t>> find_nets(const Model& model,
                                                           const std::vector<std::string>& globs,
                                                           const std::string& option);

class LookStages {
 public:
  LookStages(const CosimOptions& options, CosimObserver& observer)
      : options_(options), observer_(observer) {}

  /// Asks for what has to be observed. Errors: those of `find_nets`, `load_design`
  /// and `TimingOverlay::load`.
  [[nodiscard]] Status plan(const Model& model, const DesignFiles& files, Observation& observation,
                            Diagnostics& warnings);
  /// The same for `never_x`; the plan outlives it.
  void plan_x(const XPlan& plan, Observation& observation) {
    if (!plan.never_x.empty()) never_x_ = std::make_unique<NeverXStage>(plan, observation);
  }
  [[nodiscard]] bool wants_changes() const {
    return never_x_ != nullptr || signals_ != nullptr || toggles_ != nullptr ||
           timing_ != nullptr || checks_ != nullptr;
  }
  /// A checkpoint holds the chain of digests.
  [[nodiscard]] bool wants_digests() const { return options_.checkpoint_every != 0; }

  /// Opens the outputs and appends the stages. The model and the engine outlive them.
  /// Errors: file.write-failed, cosim.engine-lacks.
  [[nodiscard]] Status open(const std::string& directory, const Model& model,
                            const EngineRun& engine, std::vector<BatchStage*>& stages);
  /// Appends what they wrote into the run directory.
  void list_files(std::vector<std::string>& files) const;
  /// What was found, and what is wrong with it, once the stages have finished.
  void conclude(CosimOutcome& outcome) const;
  /// The same of `never_x`, which runs again to the edge that it tells of.
  void conclude_x(std::string_view engine, const Program& program, const RunPlan& plan,
                  CosimOutcome& outcome) const {
    if (never_x_ != nullptr) never_x_->conclude(engine, program, plan, outcome);
  }

 private:
  static constexpr std::string_view kSignalFile = "signals.txt";
  static constexpr std::string_view kTimingFile = "timing.json";

  static constexpr std::string_view kDisplayFile = "display.txt";

  const CosimOptions& options_;
  CosimObserver& observer_;
  std::unique_ptr<CheckStage> checks_;
  std::unique_ptr<NeverXStage> never_x_;
  std::unique_ptr<SignalStage> signals_;
  std::unique_ptr<ToggleStage> toggles_;
  std::unique_ptr<TimingStage> timing_;
  std::unique_ptr<CheckpointStage> checkpoints_;
};

}  // namespace heddle::gate
