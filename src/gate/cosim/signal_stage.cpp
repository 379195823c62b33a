#include "gate/cosim/signal_stage.h"

#include <algorithm>
#include <utility>

namespace heddle::gate {

SignalStage::SignalStage(const Model& model, const std::vector<std::uint32_t>& names,
                         Observation& observation) {
  for (const std::uint32_t name : names) {
    const NamedNet& net = model.names[name];
    const std::vector<std::uint8_t> zeros(net.width, 0);
    Signal signal{.name = net.name, .bits = zeros, .unknown = zeros};
    for (std::uint32_t bit = 0; bit < net.width; ++bit) {
      const ObservedBit observed = observation.add(model.name_bits[net.first_bit + bit]);
      signal.bits[bit] = static_cast<std::uint8_t>(observed.complement);
      if (observed.index < 0) continue;
      const auto index = static_cast<std::size_t>(observed.index);
      if (places_.size() <= index) places_.resize(index + 1);
      places_[index].push_back(
          {static_cast<std::uint32_t>(signals_.size()), bit, observed.complement});
    }
    changed_.push_back(static_cast<std::uint32_t>(signals_.size()));
    signals_.push_back(std::move(signal));
  }
}

Status SignalStage::open(const std::string& path) {
  HEDDLE_TRY(file_, OutputFile::create(path));
  return {};
}

void SignalStage::consume(const BatchView& batch, const EdgeWindow& window) {
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    for (std::uint32_t c = batch.change_begin[i]; c < batch.change_begin[i + 1]; ++c) {
      take(batch.changes[c], &Signal::bits, true);
    }
    for (std::uint32_t c = batch.x_change_begin.empty() ? 0 : batch.x_change_begin[i];
         !batch.x_change_begin.empty() && c < batch.x_change_begin[i + 1]; ++c) {
      take(batch.x_changes[c], &Signal::unknown, false);
    }
    std::sort(changed_.begin(), changed_.end());
    const EdgeInfo& info = window.info(batch.first_edge + i);
    for (const std::uint32_t index : changed_) {
      write_line(info.edge, info.time_ps, signals_[index]);
      signals_[index].changed = false;
    }
    changed_.clear();
  }
}

void SignalStage::take(const Change& change, std::vector<std::uint8_t> Signal::* bits,
                       bool is_value) {
  if (change.index() >= places_.size()) return;
  for (const Place& place : places_[change.index()]) {
    Signal& signal = signals_[place.signal];
    const bool flips = is_value && place.complement;
    (signal.*bits)[place.bit] = static_cast<std::uint8_t>(change.value() != flips);
    if (!std::exchange(signal.changed, true)) changed_.push_back(place.signal);
  }
}

void SignalStage::write_line(std::uint64_t edge, std::int64_t time_ps, const Signal& signal) {
  std::string line = std::to_string(edge) + " " + std::to_string(time_ps) + " ";
  for (std::size_t i = signal.bits.size(); i-- > 0;) {
    line += signal.unknown[i] != 0 ? 'x' : signal.bits[i] != 0 ? '1' : '0';
  }
  line += " " + signal.name + "\n";
  file_->write(line);
}

}  // namespace heddle::gate
