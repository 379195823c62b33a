#include "gate/cosim/look_stages.h"

#include <algorithm>

#include "heddle/base/file.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

Result<std::vector<std::uint32_t>> find_nets(const Model& model,
                                             const std::vector<std::string>& globs,
                                             const std::string& option) {
  std::vector<std::uint32_t> found;
  for (const std::string& glob : globs) {
    const std::vector<std::uint32_t> matched = model.match_names(glob);
    if (matched.empty()) {
      std::vector<std::string_view> names;
      for (const NamedNet& net : model.names) names.push_back(net.name);
      const std::string near(nearest_name(glob, names));
      const std::string help = near.empty()
                                   ? "a pattern may hold '*' and '?'; nothing matches this one"
                                   : "did you mean '" + near + "'?";
      return fail(cosim::diag::kUnknownNet, {option, 0, 0}, {glob, help});
    }
    found.insert(found.end(), matched.begin(), matched.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

Status LookStages::plan(const Model& model, const DesignFiles& files, Observation& observation,
                        Diagnostics& warnings) {
  if (!model.checks.empty()) {
    checks_ = std::make_unique<CheckStage>(model, observation, observer_);
  }
  if (!options_.trace_signals.empty()) {
    HEDDLE_TRY(const auto nets, find_nets(model, options_.trace_signals, "--trace-signals"));
    signals_ = std::make_unique<SignalStage>(model, nets, observation);
  }
  if (!options_.saif_file.empty()) {
    HEDDLE_TRY(auto nets, find_nets(model, {"*"}, "--saif"));
    toggles_ = std::make_unique<ToggleStage>(model, std::move(nets), observation);
  }
  if (options_.timing.is_wanted()) {
    HEDDLE_TRY(const Design design, load_design(files));
    HEDDLE_TRY(timing_,
               TimingStage::create(design, model, options_.timing, true, observation, warnings));
  }
  return {};
}

Status LookStages::open(const std::string& directory, const Model& model, const EngineRun& engine,
                        std::vector<BatchStage*>& stages) {
  if (checks_ != nullptr) {
    HEDDLE_TRY_STATUS(checks_->open(join_path(directory, kDisplayFile)));
    stages.push_back(checks_.get());
  }
  if (never_x_ != nullptr) stages.push_back(never_x_.get());
  if (signals_ != nullptr) {
    HEDDLE_TRY_STATUS(signals_->open(join_path(directory, kSignalFile)));
    stages.push_back(signals_.get());
  }
  if (toggles_ != nullptr) {
    toggles_->open(options_.saif_file, model);
    stages.push_back(toggles_.get());
  }
  if (timing_ != nullptr) {
    if (options_.timing.report_file.empty()) {
      timing_->write_to(join_path(directory, kTimingFile));
    }
    stages.push_back(timing_.get());
  }
  if (options_.checkpoint_every != 0) {
    const Capabilities can = engine.backend().capabilities();
    if (!can.snapshots) {
      return fail(cosim::diag::kEngineLacks, {}, {can.name, "checkpoints", "`--engine reference`"});
    }
    checkpoints_ = std::make_unique<CheckpointStage>(engine, directory, options_.checkpoint_every);
    stages.push_back(checkpoints_.get());
  }
  return {};
}

void LookStages::list_files(std::vector<std::string>& files) const {
  if (checks_ != nullptr && checks_->has_file()) files.emplace_back(kDisplayFile);
  if (signals_ != nullptr) files.emplace_back(kSignalFile);
  if (timing_ != nullptr && options_.timing.report_file.empty()) files.emplace_back(kTimingFile);
  if (checkpoints_ != nullptr && checkpoints_->count() > 0) files.emplace_back("checkpoints");
}

void LookStages::conclude(CosimOutcome& outcome) const {
  if (checks_ != nullptr) checks_->conclude(outcome);
  if (timing_ == nullptr) return;
  outcome.timing = timing_->report();
  add_violations(timing_->report(), outcome.problems);
}

}  // namespace heddle::gate
