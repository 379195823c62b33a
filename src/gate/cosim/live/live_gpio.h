// General-purpose pins at a socket, a line a change. The client says
// `drive VALUE [MASK]`, numbers as in C; it hears `out VALUE edge N` and
// `oe VALUE edge N`. What comes between two batches acts at one edge.
#pragma once

#include "gate/cosim/live/live_port.h"

namespace heddle::gate {

class LiveGpio final : public LivePort {
 public:
  /// The longest line. No command needs half of it.
  static constexpr std::size_t kLineMax = 64;

  /// `recording` may be null. What the client drove goes there as an event script: the same
  /// run with a plain `gpio` and that script does it again at the same edges.
  LiveGpio(LivePeripheral spec, LiveNotice notice, std::unique_ptr<OutputFile> recording);

  void take(const Record& record) override;
  [[nodiscard]] bool ok() const override {
    return recording_ == nullptr || recording_->status().has_value();
  }
  [[nodiscard]] Status finish() override;

 private:
  /// Levels for the pins under a mask.
  struct Drive {
    std::uint32_t value = 0;
    std::uint32_t mask = 0;
  };

  [[nodiscard]] std::size_t room(const PeripheralBank&) const override { return 4096; }
  [[nodiscard]] bool give(PeripheralBank& bank, std::string_view bytes,
                          std::uint64_t next_edge) override;
  /// A client takes microseconds to answer: short batches would not make it faster.
  [[nodiscard]] std::uint64_t wanted(const PeripheralBank&, std::uint64_t) const override {
    return 0;
  }
  void attached() override;
  void left() override { partial_.clear(); }

  /// Adds the command of a line to `drive`. False, with a fault: it is none.
  [[nodiscard]] bool parse(std::string_view line, std::uint32_t pins, Drive& drive);

  std::string partial_;  ///< a line whose end has not come
  std::string out_ = "out 0x0 edge 0\n";
  std::string oe_ = "oe 0x0 edge 0\n";
  bool has_driven_ = false;
  std::unique_ptr<OutputFile> recording_;
};

}  // namespace heddle::gate
