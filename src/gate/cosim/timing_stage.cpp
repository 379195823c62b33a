#include "gate/cosim/timing_stage.h"

#include "heddle/base/file.h"

namespace heddle::gate {

Result<std::unique_ptr<TimingStage>> TimingStage::create(const Design& design, const Model& model,
                                                         const TimingRequest& request,
                                                         bool drives_lag, Observation& observation,
                                                         Diagnostics& warnings) {
  std::unique_ptr<TimingStage> stage(new TimingStage(request));
  stage->drives_lag_ = drives_lag;
  HEDDLE_TRY(stage->overlay_, TimingOverlay::load(design, model, request.params, warnings));
  const std::vector<Lit>& nets = stage->overlay_->nets();
  for (std::uint32_t net = 0; net < nets.size(); ++net) {
    const ObservedBit observed = observation.add(nets[net]);
    stage->overlay_->start_from(net, observed.complement);
    if (observed.index < 0) continue;
    const auto index = static_cast<std::size_t>(observed.index);
    if (stage->places_.size() <= index) stage->places_.resize(index + 1);
    stage->places_[index].push_back({net, observed.complement});
  }
  return stage;
}

void TimingStage::start_from(const std::vector<bool>& values) {
  has_values_ = true;
  for (std::size_t i = 0; i < std::min(values.size(), places_.size()); ++i) {
    for (const Place& place : places_[i]) {
      overlay_->start_from(place.net, values[i] != place.complement);
    }
  }
}

void TimingStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    const std::uint64_t edge = batch.first_edge + i;
    const EdgeInfo& info = window.info(edge);
    changes_.clear();
    for (std::uint32_t c = batch.change_begin[i]; c < batch.change_begin[i + 1]; ++c) {
      const Change change = batch.changes[c];
      if (change.index() >= places_.size()) continue;
      for (const Place& place : places_[change.index()]) {
        changes_.push_back({place.net, change.value() != place.complement});
      }
    }
    clocks_.clear();
    for (const EdgeOp& op : window.clock_ops(edge)) clocks_.push_back(op.input);
    if (has_values_) {
      const bool lags = drives_lag_ && edge > 0;
      overlay_->take({.edge = edge,
                      .time_ps = info.time_ps,
                      .data_time_ps = lags ? last_time_ps_ : info.time_ps,
                      .clocks = clocks_},
                     changes_);
    } else {
      // Every observed net counted as 0 before it: these are no transitions.
      for (const TimedChange& change : changes_) overlay_->start_from(change.net, change.value);
      has_values_ = true;
    }
    last_time_ps_ = info.time_ps;
  }
}

Status TimingStage::finish() {
  report_ = overlay_->report(request_.arrivals);
  if (request_.report_file.empty()) return {};
  StringSink text;
  write_json(report_, text);
  return write_file_atomic(request_.report_file, text.text());
}

}  // namespace heddle::gate
