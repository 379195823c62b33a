#include "gate/cosim/bench/watching_bank.h"

#include "heddle/gate/peripheral_bank.h"

namespace heddle::gate {

WatchingBank::WatchingBank(PeripheralBank& inner, const std::vector<std::uint32_t>& watched)
    : inner_(inner),
      inner_count_(inner.observed_outputs().size()),
      observed_(inner.observed_outputs().begin(), inner.observed_outputs().end()),
      seen_(watched.size(), 0),
      is_x_(watched.size(), 0),
      is_active_(watched.size(), 0) {
  observed_.insert(observed_.end(), watched.begin(), watched.end());
}

void WatchingBank::arm(std::size_t pin, bool value, bool is_active) {
  seen_[pin] = is_x_[pin] != 0 ? 2 : value ? 1 : 0;
  is_active_[pin] = is_active ? 1 : 0;
}

void WatchingBank::see_unknown(std::span<const std::uint8_t> is_x) {
  inner_.see_unknown(is_x.first(inner_count_));
  is_x_.assign(is_x.begin() + static_cast<std::ptrdiff_t>(inner_count_), is_x.end());
}

StopReason WatchingBank::sample(const EdgeInfo& edge, std::span<const std::uint8_t> pins,
                                std::vector<EdgeOp>& drives, std::vector<Record>& records) {
  // Called at more edges than the inner bank asks for, which changes nothing there.
  const StopReason stop = inner_.sample(edge, pins.first(inner_count_), drives, records);
  bool changed = false;
  for (std::size_t pin = 0; pin < seen_.size(); ++pin) {
    const std::uint8_t now = is_x_[pin] != 0 ? 2 : pins[inner_count_ + pin];
    changed |= now != seen_[pin] && is_active_[pin] != 0;
    seen_[pin] = now;
  }
  return stop == StopReason::None && changed ? StopReason::Bench : stop;
}

}  // namespace heddle::gate
