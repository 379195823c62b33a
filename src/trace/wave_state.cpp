// Spreading sources over signals; comparing an instant with the one before.
#include "trace/wave_state.h"

#include <cstring>

#include "heddle/base/check.h"

namespace heddle::trace {

WaveState::WaveState(const WaveHierarchy& hierarchy) : source_count_(hierarchy.source_count()) {
  const std::size_t count = hierarchy.signal_count();
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < count; ++i) {
    widths_.push_back(hierarchy.width(WaveSignal(static_cast<std::uint32_t>(i))));
    begin_.push_back(static_cast<std::uint32_t>(position));
    position += widths_.back();
  }
  HEDDLE_CHECK(position < std::uint64_t{1} << 32);
  next_.assign(position, 'x');
  build_fans(hierarchy);
  shown_ = next_;
  is_touched_.assign(count, 0);
  touched_.assign(count + 1, 0);
}

void WaveState::build_fans(const WaveHierarchy& hierarchy) {
  // Count, sum up, fill: fans of one source lie together, in order of signal.
  fan_begin_.assign(std::size_t{source_count_} + 2, 0);
  const auto for_each_bit = [&](auto&& use) {
    for (std::uint32_t signal = 0; signal < widths_.size(); ++signal) {
      const auto bits = hierarchy.bits(WaveSignal(signal));
      for (std::size_t i = 0; i < bits.size(); ++i)
        use(signal, begin_[signal] + static_cast<std::uint32_t>(bits.size() - 1 - i), bits[i]);
    }
  };
  for_each_bit([&](std::uint32_t, std::uint32_t position, WaveBit bit) {
    if (bit.is_constant()) {
      next_[position] = logic_char(bit.constant_value());
    } else {
      ++fan_begin_[bit.source().value() + 2];
    }
  });
  for (std::size_t i = 2; i < fan_begin_.size(); ++i) fan_begin_[i] += fan_begin_[i - 1];
  fan_.resize(fan_begin_.back());
  for_each_bit([&](std::uint32_t signal, std::uint32_t position, WaveBit bit) {
    if (bit.is_constant()) return;
    fan_[fan_begin_[bit.source().value() + 1]++] = {position,
                                                    signal << 1 | (bit.is_complement() ? 1U : 0U)};
  });
}

void WaveState::set_words(std::uint32_t signal, const std::uint32_t* value,
                          const std::uint32_t* unknown) {
  const std::uint32_t width = widths_[signal];
  char* const last = next_.data() + begin_[signal] + width - 1;
  for (std::uint32_t i = 0; i < width; ++i) {
    const std::uint32_t bit = value[i / 32] >> (i % 32) & 1;
    const std::uint32_t x = unknown == nullptr ? 0 : unknown[i / 32] >> (i % 32) & 1;
    *(last - i) = kChars[bit | x << 1];
  }
  touch(signal);
}

bool WaveState::keep(std::uint32_t signal) {
  is_touched_[signal] = 0;
  const std::uint32_t at = begin_[signal];
  if (widths_[signal] == 1) {
    const bool changed = shown_[at] != next_[at];
    shown_[at] = next_[at];
    return changed;
  }
  if (std::memcmp(&shown_[at], &next_[at], widths_[signal]) == 0) return false;
  std::memcpy(&shown_[at], &next_[at], widths_[signal]);
  return true;
}

std::span<std::uint32_t> WaveState::end_instant() {
  if (is_first_) {
    is_first_ = false;
    for (std::uint32_t signal = 0; signal < widths_.size(); ++signal) {
      keep(signal);
      touched_[signal] = signal;
    }
    touched_count_ = 0;
    return {touched_.data(), widths_.size()};
  }
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < touched_count_; ++i) {
    const std::uint32_t signal = touched_[i];
    touched_[kept] = signal;
    kept += keep(signal) ? 1U : 0U;
  }
  touched_count_ = 0;
  return {touched_.data(), kept};
}

}  // namespace heddle::trace
