// A run brought back from its directory: its design, its plan, and an engine
// that goes on from the nearest checkpoint.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gate/cosim/engine_run.h"
#include "gate/cosim/observation.h"
#include "heddle/base/interrupt.h"
#include "heddle/base/progress.h"
#include "heddle/gate/rerun.h"

namespace heddle::gate {

class Resumed {
 public:
  Resumed() = default;
  Resumed(const Resumed&) = delete;
  Resumed& operator=(const Resumed&) = delete;

  /// Reads run file and design, and attaches one to the other.
  /// Errors: those of `load_rerun` and `plan_run`; look.changed-input.
  [[nodiscard]] Status load(const std::string& run_directory, const std::string& cache_directory,
                            Diagnostics& warnings);
  /// What is to be observed, before `start`.
  [[nodiscard]] Observation& observation() { return observation_; }
  /// Compiles, and starts at the checkpoint nearest to `edge`.
  /// Errors: those of `compile`, `make_backend`; look.bad-checkpoint.
  [[nodiscard]] Status start(std::string_view engine, std::uint64_t edge);
  /// Runs until `edge` is the next one; false when the run ends sooner.
  /// Errors: those of `EngineRun::advance`.
  [[nodiscard]] Result<bool> advance_to(std::uint64_t edge, Progress& progress,
                                        Interrupt interrupt);

  [[nodiscard]] const Model& model() const { return started_ ? program_.model : model_; }
  [[nodiscard]] DesignFiles design_files() const { return rerun_.run.design(); }
  [[nodiscard]] const RunPlan& plan() const { return plan_; }
  [[nodiscard]] EngineRun& engine() { return *engine_; }
  [[nodiscard]] std::uint64_t resumed_at() const { return resumed_at_; }
  /// Of all observed nets, at the last sample.
  [[nodiscard]] std::vector<bool> observed_values() const;
  /// Which of them are x.
  [[nodiscard]] std::vector<bool> observed_x() const;

 private:
  std::string directory_;
  std::string cache_directory_;
  Rerun rerun_;
  Model model_;
  RunPlan plan_;
  Observation observation_;
  Program program_;
  bool started_ = false;
  std::unique_ptr<EngineRun> engine_;
  std::uint64_t resumed_at_ = 0;
};

}  // namespace heddle::gate
