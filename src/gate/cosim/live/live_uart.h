// A terminal on a UART of the design: what it types goes down the line, what
// the design sends comes back.
#pragma once

#include <vector>

#include "gate/cosim/live/live_port.h"

namespace heddle::gate {

class LiveUart final : public LivePort {
 public:
  /// Bytes typed that wait to be sent, at most.
  static constexpr std::size_t kPendingMax = 4096;
  /// The last bytes from before a client attached, which it gets first.
  static constexpr std::size_t kBacklogMax = std::size_t{1} << 16;

  /// `recording` may be null. What was typed goes there as an event script: the same
  /// run with a plain UART and that script plays it again at the same edges.
  LiveUart(LivePeripheral spec, LiveNotice notice, std::unique_ptr<OutputFile> recording);

  void take(const Record& record) override;
  [[nodiscard]] bool ok() const override {
    return recording_ == nullptr || recording_->status().has_value();
  }
  [[nodiscard]] Status finish() override;

 private:
  [[nodiscard]] std::size_t room(const PeripheralBank& bank) const override;
  [[nodiscard]] bool give(PeripheralBank& bank, std::string_view bytes,
                          std::uint64_t next_edge) override;
  /// The design takes thousands of edges a byte: nothing is worth a short batch.
  [[nodiscard]] std::uint64_t wanted(const PeripheralBank&, std::uint64_t) const override {
    return 0;
  }
  void attached() override;

  std::vector<std::uint8_t> stream_;  ///< all that was typed
  std::string backlog_;
  std::unique_ptr<OutputFile> recording_;
};

}  // namespace heddle::gate
