// The reader pushes changes; those of an instant become one edge, or two: its
// clocks, then its data.
#include "heddle/gate/open_loop.h"

#include <algorithm>
#include <limits>

#include "gate/cosim/digest_file.h"
#include "gate/cosim/look/stimulus.h"
#include "gate/cosim/look_stages.h"
#include "gate/cosim/timing_stage.h"
#include "gate/cosim/wave_stage.h"
#include "heddle/gate/look_diagnostics.h"
#include "heddle/gate/program_cache.h"

namespace heddle::gate {
namespace {

class OpenLoop final : public trace::WaveVisitor {
 public:
  OpenLoop(const OpenLoopOptions& options, Diagnostics& warnings, Progress& progress,
           Interrupt interrupt)
      : options_(options), warnings_(warnings), progress_(progress), interrupt_(interrupt) {}

  Result<OpenLoopOutcome> run();
  bool value(SimTime time, trace::WaveSignal signal, const trace::WaveValue& value) override;

 private:
  static constexpr std::uint32_t kBatchEdges = 4096;

  /// Bits of one input port that were not 0 or 1.
  struct Unknown {
    std::uint64_t count = 0;
    SimTime first;
  };

  Status prepare(Model model);
  Status open();
  void take(const StimulusSignal& signal, const trace::WaveValue& value);
  void end_instant();
  void append(std::span<const EdgeOp> data, std::span<const EdgeOp> clocks);
  void submit();
  void warn_of_unknowns();

  const OpenLoopOptions& options_;
  Diagnostics& warnings_;
  Progress& progress_;
  Interrupt interrupt_;

  Program program_;
  std::unique_ptr<Backend> backend_;
  Observation observation_;
  std::unique_ptr<WaveStage> waves_;
  std::unique_ptr<ToggleStage> toggles_;
  std::unique_ptr<TimingStage> timing_;
  DigestStage digest_;
  std::vector<BatchStage*> stages_;
  StimulusMap map_;
  std::vector<std::string> port_names_;
  std::vector<std::vector<std::uint32_t>> listeners_;  ///< by signal, into `map_.signals`
  std::vector<std::uint8_t> is_clock_;                 ///< by input
  std::vector<Unknown> unknown_;                       ///< by port

  EdgeWindow* window_ = nullptr;
  std::vector<std::uint8_t> driven_;  ///< by input: its level
  std::vector<EdgeOp> data_;
  std::vector<EdgeOp> clocks_;
  SimTime now_;
  bool begun_ = false;
  Status status_;
  OpenLoopOutcome outcome_;
};

Result<OpenLoopOutcome> OpenLoop::run() {
  HEDDLE_TRY(auto reader, trace::WaveReader::open(options_.stimulus));
  ProgramCache cache({.directory = options_.cache_directory});
  HEDDLE_TRY(Model model, cache.load_model(options_.files, options_.top, warnings_));
  const PortTable inputs(model.inputs);
  for (const PortBus& port : inputs.ports()) port_names_.push_back(port.name);
  HEDDLE_TRY(map_, match_stimulus(reader->hierarchy(), inputs, options_.scope,
                                  options_.allow_missing, options_.stimulus));
  HEDDLE_TRY_STATUS(prepare(std::move(model)));
  HEDDLE_TRY_STATUS(open());

  listeners_.resize(reader->hierarchy().signal_count());
  std::vector<trace::WaveSignal> wanted;
  for (std::uint32_t i = 0; i < map_.signals.size(); ++i) {
    std::vector<std::uint32_t>& of_signal = listeners_[map_.signals[i].signal.value()];
    if (of_signal.empty()) wanted.push_back(map_.signals[i].signal);
    of_signal.push_back(i);
  }
  unknown_.resize(port_names_.size());
  const SimTime from = std::max(options_.from, reader->info().start);
  const SimTime to = std::min(options_.to.value_or(reader->info().end), reader->info().end);
  if (from <= to) HEDDLE_TRY_STATUS(reader->read(wanted, from, to, *this));
  end_instant();
  submit();
  progress_.finish();
  warn_of_unknowns();
  if (!status_) return fail(status_.error());
  for (BatchStage* stage : stages_) HEDDLE_TRY_STATUS(stage->finish());
  if (outcome_.edges == 0) {
    return fail(
        look::diag::kNoStimulus, {options_.stimulus, 0, 0},
        {"from " + std::to_string(from.ps()) + " ps to " + std::to_string(to.ps()) + " ps"});
  }
  outcome_.digest = digest_.digest().value();
  if (timing_ != nullptr) outcome_.timing = timing_->report();
  outcome_.scope = map_.scope;
  outcome_.missing = map_.missing;
  outcome_.port_count = port_names_.size() - map_.missing.size();
  return outcome_;
}

Status OpenLoop::prepare(Model model) {
  if (!options_.nets.empty()) {
    HEDDLE_TRY(const auto nets, find_nets(model, options_.nets, "--waves"));
    outcome_.net_count = nets.size();
    waves_ = std::make_unique<WaveStage>(model, nets, observation_);
  }
  if (!options_.saif_file.empty()) {
    HEDDLE_TRY(auto nets, find_nets(model, {"*"}, "--saif"));
    toggles_ = std::make_unique<ToggleStage>(model, std::move(nets), observation_);
  }
  if (options_.timing.is_wanted()) {
    HEDDLE_TRY(const Design design, load_design(options_.files));
    TimingRequest request = options_.timing;
    request.params.input_delay_ps = 0;  // the stimulus says when
    HEDDLE_TRY(timing_,
               TimingStage::create(design, model, request, false, observation_, warnings_));
  }
  ProgramCache cache({.directory = options_.cache_directory});
  HEDDLE_TRY(program_, cache.compile(std::move(model), {.observed = observation_.literals()}));
  HEDDLE_TRY(backend_,
             make_backend(options_.engine, program_, nullptr, {.digests = true, .changes = true}));
  for (const std::uint32_t node : program_.inputs) {
    is_clock_.push_back(program_.is_clock_cone[node]);
  }
  driven_.assign(program_.inputs.size(), 0);
  return {};
}

Status OpenLoop::open() {
  HEDDLE_TRY_STATUS(digest_.open(options_.digest_file, 1));
  stages_.push_back(&digest_);
  if (waves_ != nullptr) {
    HEDDLE_TRY_STATUS(waves_->open(options_.wave_file, options_.format));
    stages_.push_back(waves_.get());
  }
  if (toggles_ != nullptr) {
    toggles_->open(options_.saif_file, program_.model);
    stages_.push_back(toggles_.get());
  }
  if (timing_ != nullptr) stages_.push_back(timing_.get());
  return {};
}

bool OpenLoop::value(SimTime time, trace::WaveSignal signal, const trace::WaveValue& value) {
  if (!begun_ || time != now_) {
    end_instant();
    now_ = time;
    begun_ = true;
  }
  for (const std::uint32_t index : listeners_[signal.value()]) take(map_.signals[index], value);
  return status_.has_value() && !interrupt_.is_requested();
}

void OpenLoop::take(const StimulusSignal& signal, const trace::WaveValue& value) {
  for (std::size_t i = 0; i < signal.inputs.size(); ++i) {
    const char bit = i < value.bits.size() ? value.bits[i] : 'x';
    if (bit != '0' && bit != '1') {
      Unknown& unknown = unknown_[signal.port];
      if (unknown.count++ == 0) unknown.first = now_;
    }
    const std::uint32_t input = signal.inputs[i];
    const std::uint8_t level = bit == '1' ? 1 : 0;
    if (driven_[input] == level) continue;
    driven_[input] = level;
    (is_clock_[input] != 0 ? clocks_ : data_).push_back({input, level});
  }
}

void OpenLoop::end_instant() {
  if (!begun_ || !status_) return;
  const bool first = outcome_.edges == 0 && (window_ == nullptr || window_->edge_count() == 0);
  if (!first && data_.empty() && clocks_.empty()) return;
  ++outcome_.instants;
  if (first) {
    // What the stimulus starts with is there before anything happens.
    data_.insert(data_.end(), clocks_.begin(), clocks_.end());
    append(data_, {});
  } else if (options_.data_first || clocks_.empty() || data_.empty()) {
    append(data_, clocks_);
  } else {
    append({}, clocks_);
    append(data_, {});
  }
  data_.clear();
  clocks_.clear();
}

void OpenLoop::append(std::span<const EdgeOp> data, std::span<const EdgeOp> clocks) {
  if (window_ == nullptr) {
    window_ = &backend_->window();
    window_->begin(outcome_.edges);
  }
  const std::uint64_t edge = window_->first_edge() + window_->edge_count();
  window_->append({.edge = edge, .time_ps = now_.ps()}, data, clocks);
  if (edge == 0) outcome_.first_time_ps = now_.ps();
  outcome_.last_time_ps = now_.ps();
  if (window_->edge_count() == kBatchEdges) submit();
}

void OpenLoop::submit() {
  if (window_ == nullptr || !status_) return;
  const EdgeWindow& window = *std::exchange(window_, nullptr);
  const BatchToken token = backend_->run_edges(window.first_edge(), window.edge_count());
  const Result<BatchView> batch = backend_->wait(token);
  if (!batch) {
    status_ = fail(batch.error());
    return;
  }
  outcome_.edges += batch->executed;
  for (BatchStage* stage : stages_) {
    stage->consume(*batch, window);
    if (!stage->ok()) status_ = stage->finish();
  }
  progress_.report({.task = "simulating", .unit = "edges", .done = outcome_.edges});
}

void OpenLoop::warn_of_unknowns() {
  for (std::size_t i = 0; i < unknown_.size(); ++i) {
    if (unknown_[i].count == 0) continue;
    warnings_.add(Diagnostic(look::diag::kStimulusX, {},
                             {port_names_[i], std::to_string(unknown_[i].first.ps()),
                              std::to_string(unknown_[i].count)}));
  }
}

}  // namespace

Result<OpenLoopOutcome> run_open_loop(const OpenLoopOptions& options, Diagnostics& warnings,
                                      Progress& progress, Interrupt interrupt) {
  return OpenLoop(options, warnings, progress, interrupt).run();
}

}  // namespace heddle::gate
