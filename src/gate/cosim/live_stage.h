// The live peripherals of a run in its host loop: before a batch they take what
// came and say how long the batch may be, after it they answer.
#pragma once

#include <memory>
#include <vector>

#include "gate/cosim/batch_stage.h"
#include "gate/cosim/live/live_port.h"

namespace heddle::gate {

class LiveStage final : public BatchStage {
 public:
  /// Starts to listen. `starts_in_reset`: nothing is taken before the reset ends.
  /// Errors: live.cannot-listen, file.write-failed.
  [[nodiscard]] Status open(const std::vector<LivePeripheral>& peripherals, bool starts_in_reset,
                            const std::string& directory, const LiveNotice& notice);

  /// Looks at every port. Returns the edges of the next batch, at most `limit`.
  [[nodiscard]] std::uint32_t before_batch(PeripheralBank& bank, std::uint64_t next_edge,
                                           std::uint32_t limit);
  void consume(const BatchView& batch, const EdgeWindow& window) override;

  /// A client whose leaving ends the run has left.
  [[nodiscard]] bool has_ended() const;
  [[nodiscard]] std::vector<LivePortOutcome> outcomes() const;
  [[nodiscard]] bool ok() const override;
  [[nodiscard]] Status finish() override;

 private:
  std::vector<std::unique_ptr<LivePort>> ports_;
  bool is_in_reset_ = false;
};

}  // namespace heddle::gate
