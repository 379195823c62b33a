// The JTAG server: characters of remote_bitbang become operations of a `Jtag`
// peripheral, its samples become answers.
#pragma once

#include <vector>

#include "gate/cosim/live/live_port.h"
#include "heddle/gate/peripherals/jtag.h"

namespace heddle::gate {

class LiveJtag final : public LivePort {
 public:
  /// Operations that wait to be played, at most.
  static constexpr std::size_t kPendingMax = std::size_t{1} << 16;

  /// `recording` may be null.
  LiveJtag(LivePeripheral spec, LiveNotice notice, std::unique_ptr<OutputFile> recording)
      : LivePort(std::move(spec), std::move(notice)), recording_(std::move(recording)) {}

  void take(const Record& record) override;
  [[nodiscard]] bool ok() const override;
  [[nodiscard]] Status finish() override;

 private:
  [[nodiscard]] std::size_t room(const PeripheralBank& bank) const override;
  [[nodiscard]] bool give(PeripheralBank& bank, std::string_view bytes,
                          std::uint64_t next_edge) override;
  [[nodiscard]] std::uint64_t wanted(const PeripheralBank& bank,
                                     std::uint64_t next_edge) const override;
  void left() override;

  [[nodiscard]] std::uint64_t end() const { return first_ + operations_.size(); }
  [[nodiscard]] Jtag::State state(const PeripheralBank& bank) const;
  void record(std::string_view operations, std::uint64_t next_edge);

  std::vector<std::uint8_t> operations_;  ///< from number `first_` on
  std::uint64_t first_ = 0;
  std::uint64_t hold_ = 1;
  std::uint64_t owed_ = 0;     ///< samples that the client waits for
  std::uint64_t orphans_ = 0;  ///< samples under way that earlier clients asked for
  std::unique_ptr<OutputFile> recording_;
};

}  // namespace heddle::gate
