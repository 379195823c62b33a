// Feeds the timing overlay with what an engine did.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/observation.h"
#include "heddle/gate/timing_overlay.h"

namespace heddle::gate {

class TimingStage final : public BatchStage {
 public:
  /// Asks for the nets. `drives_lag`: data inputs were driven at the edge before
  /// the one that applies them, as peripherals do. The model outlives it.
  /// Errors: those of `TimingOverlay::load`.
  [[nodiscard]] static Result<std::unique_ptr<TimingStage>> create(
      const Design& design, const Model& model, const TimingRequest& request, bool drives_lag,
      Observation& observation, Diagnostics& warnings);

  /// What observed nets hold before the first batch. Without it the first edge
  /// sets the values and nothing changes at it.
  void start_from(const std::vector<bool>& values);

  void write_to(std::string report_file) { request_.report_file = std::move(report_file); }

  void consume(const BatchView& batch, const EdgeWindow& window) override;
  [[nodiscard]] bool ok() const override { return true; }
  /// Writes the report. Errors: file.write-failed; violations are told by `report`.
  [[nodiscard]] Status finish() override;

  /// After `finish`.
  [[nodiscard]] const TimingReport& report() const { return report_; }

 private:
  explicit TimingStage(const TimingRequest& request) : request_(request) {}

  struct Place {
    std::uint32_t net = 0;
    bool complement = false;
  };

  TimingRequest request_;
  std::unique_ptr<TimingOverlay> overlay_;
  std::vector<std::vector<Place>> places_;  ///< by observed index
  bool drives_lag_ = true;
  bool has_values_ = false;
  std::int64_t last_time_ps_ = 0;
  std::vector<TimedChange> changes_;
  std::vector<std::uint32_t> clocks_;
  TimingReport report_;
};

}  // namespace heddle::gate
