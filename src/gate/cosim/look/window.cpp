#include "heddle/gate/window.h"

#include <algorithm>

#include "gate/cosim/digest_file.h"
#include "gate/cosim/look/resume.h"
#include "gate/cosim/look_stages.h"
#include "gate/cosim/timing_stage.h"
#include "gate/cosim/wave_stage.h"
#include "heddle/gate/look_diagnostics.h"

namespace heddle::gate {
namespace {

/// One window from its options to its files.
class WindowRun {
 public:
  WindowRun(const WindowOptions& options, Progress& progress, Interrupt interrupt)
      : options_(options), progress_(progress), interrupt_(interrupt) {}

  Result<WindowOutcome> run(const std::string& run_directory, Diagnostics& warnings) {
    if (options_.first_edge >= options_.end_edge) return bad_window("the end comes first");
    HEDDLE_TRY_STATUS(resumed_.load(run_directory, options_.cache_directory, warnings));
    HEDDLE_TRY_STATUS(plan(warnings));
    HEDDLE_TRY_STATUS(resumed_.start(options_.engine, options_.first_edge));
    HEDDLE_TRY(const bool reached, resumed_.advance_to(options_.first_edge, progress_, interrupt_));
    if (!reached) return bad_window("the run ends before it");
    HEDDLE_TRY_STATUS(open());
    HEDDLE_TRY_STATUS(simulate());
    progress_.finish();
    for (BatchStage* stage : stages_) HEDDLE_TRY_STATUS(stage->finish());
    outcome_.digest = digest_.digest().value();
    outcome_.resumed_at = resumed_.resumed_at();
    if (timing_ != nullptr) outcome_.timing = timing_->report();
    if (outcome_.end_edge == outcome_.first_edge) return bad_window("the run ends before it");
    return outcome_;
  }

 private:
  Failure bad_window(std::string_view why) const {
    return fail(look::diag::kBadWindow, {},
                {std::to_string(options_.first_edge), std::to_string(options_.end_edge), why});
  }

  Status plan(Diagnostics& warnings) {
    const Model& model = resumed_.model();
    if (!options_.nets.empty()) {
      HEDDLE_TRY(const auto nets, find_nets(model, options_.nets, "--waves"));
      outcome_.net_count = nets.size();
      waves_ = std::make_unique<WaveStage>(model, nets, resumed_.observation());
    }
    if (!options_.saif_file.empty()) {
      HEDDLE_TRY(auto nets, find_nets(model, {"*"}, "--saif"));
      toggles_ = std::make_unique<ToggleStage>(model, std::move(nets), resumed_.observation());
    }
    if (options_.timing.is_wanted()) {
      HEDDLE_TRY(const Design design, load_design(resumed_.design_files()));
      HEDDLE_TRY(timing_, TimingStage::create(design, model, options_.timing, true,
                                              resumed_.observation(), warnings));
    }
    return {};
  }

  Status open() {
    const std::vector<bool> values = resumed_.observed_values();
    HEDDLE_TRY_STATUS(digest_.open(options_.digest_file, 1));
    digest_.start_from(options_.first_edge);
    stages_.push_back(&digest_);
    if (waves_ != nullptr) {
      // An engine at its start tells nets as changes from 0.
      if (options_.first_edge > 0) {
        waves_->start_from(values);
        waves_->start_from_x(resumed_.observed_x());
      }
      HEDDLE_TRY_STATUS(waves_->open(options_.wave_file, options_.format));
      stages_.push_back(waves_.get());
    }
    if (toggles_ != nullptr) {
      toggles_->open(options_.saif_file, resumed_.model());
      if (options_.first_edge > 0) toggles_->start_from(values);
      stages_.push_back(toggles_.get());
    }
    if (timing_ != nullptr) {
      if (options_.first_edge > 0) timing_->start_from(values);
      stages_.push_back(timing_.get());
    }
    outcome_.first_edge = outcome_.end_edge = options_.first_edge;
    return {};
  }

  Status simulate() {
    constexpr std::uint64_t kBatchEdges = 4096;
    EngineRun& engine = resumed_.engine();
    while (outcome_.end_edge < options_.end_edge && !interrupt_.is_requested()) {
      const std::uint64_t left = options_.end_edge - outcome_.end_edge;
      HEDDLE_TRY(const BatchView batch,
                 engine.advance(static_cast<std::uint32_t>(std::min(left, kBatchEdges))));
      for (BatchStage* stage : stages_) {
        stage->consume(batch, engine.window());
        if (!stage->ok()) return stage->finish();
      }
      if (batch.executed == 0) return {};
      const EdgeWindow& window = engine.window();
      if (outcome_.end_edge == outcome_.first_edge) {
        outcome_.first_time_ps = window.info(batch.first_edge).time_ps;
      }
      outcome_.end_edge = batch.first_edge + batch.executed;
      outcome_.last_time_ps = window.info(outcome_.end_edge - 1).time_ps;
      if (batch.stop != StopReason::None) return {};
    }
    return {};
  }

  const WindowOptions& options_;
  Progress& progress_;
  Interrupt interrupt_;
  Resumed resumed_;
  DigestStage digest_;
  std::unique_ptr<WaveStage> waves_;
  std::unique_ptr<ToggleStage> toggles_;
  std::unique_ptr<TimingStage> timing_;
  std::vector<BatchStage*> stages_;
  WindowOutcome outcome_;
};

}  // namespace

Result<WindowOutcome> run_window(const std::string& run_directory, const WindowOptions& options,
                                 Diagnostics& warnings, Progress& progress, Interrupt interrupt) {
  WindowRun window(options, progress, interrupt);
  return window.run(run_directory, warnings);
}

}  // namespace heddle::gate
