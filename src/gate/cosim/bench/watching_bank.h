// The peripherals of a run, and pins that a test bench watches: a batch ends at
// the edge where one of those has changed. The peripherals notice nothing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/gate/peripheral.h"

namespace heddle::gate {

class WatchingBank final : public PeripheralBank {
 public:
  /// `watched`: indices into the model's outputs. `inner` outlives it.
  WatchingBank(PeripheralBank& inner, const std::vector<std::uint32_t>& watched);

  /// What watched pin `pin` is now, and whether a change of it ends a batch.
  void arm(std::size_t pin, bool value, bool is_active);

  std::span<const std::uint32_t> observed_outputs() const override { return observed_; }
  std::vector<EdgeOp> idle_drives() const override { return inner_.idle_drives(); }
  bool due(const EdgeInfo& edge) override { return inner_.due(edge); }
  StopReason sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                    std::vector<EdgeOp>& drives, std::vector<Record>& records) override;
  void see_unknown(std::span<const std::uint8_t> is_x) override;
  std::vector<std::byte> save() const override { return inner_.save(); }
  bool restore(std::span<const std::byte> saved) override { return inner_.restore(saved); }
  std::span<std::byte> settings(std::uint16_t source) override { return inner_.settings(source); }
  std::span<const std::byte> state(std::uint16_t source) const override {
    return inner_.state(source);
  }
  void post(const Command& command) override { inner_.post(command); }
  std::vector<std::uint8_t> stored(std::size_t source) const override {
    return inner_.stored(source);
  }
  std::vector<PeripheralDescription> describe() const override { return inner_.describe(); }

 private:
  PeripheralBank& inner_;
  std::size_t inner_count_ = 0;  ///< pins of the inner bank come first
  std::vector<std::uint32_t> observed_;
  std::vector<std::uint8_t> seen_;  ///< by watched pin: its value, and 2 where it is x
  std::vector<std::uint8_t> is_x_;
  std::vector<std::uint8_t> is_active_;
};

}  // namespace heddle::gate
