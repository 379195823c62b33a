// Writes a checkpoint at the end of the first batch that reaches each multiple
// of N edges, so that no batch is cut short for it.
#pragma once

#include <string>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/engine_run.h"

namespace heddle::gate {

class CheckpointStage final : public BatchStage {
 public:
  /// The engine outlives it. Requires: `every` is not 0.
  CheckpointStage(const EngineRun& engine, std::string directory, std::uint64_t every)
      : engine_(engine), directory_(std::move(directory)), every_(every), next_(every) {}

  void consume(const BatchView& batch, const EdgeWindow&) override {
    const std::uint64_t edge = batch.first_edge + batch.executed;
    if (edge < next_ || batch.stop != StopReason::None || !status_) return;
    next_ = (edge / every_ + 1) * every_;
    status_ = write_checkpoint(directory_, engine_.save());
    if (status_) ++count_;
  }
  [[nodiscard]] bool ok() const override { return status_.has_value(); }
  [[nodiscard]] Status finish() override { return status_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  const EngineRun& engine_;
  std::string directory_;
  std::uint64_t every_ = 1;
  std::uint64_t next_ = 1;
  std::uint64_t count_ = 0;
  Status status_;
};

}  // namespace heddle::gate
