// Spreading sources over signals; comparing an instant with the one before.
#include "trace/wave_state.h"

#include <cstring>

#include "heddle/base/check.h"
#include "trace/wave_log.h"

namespace heddle::trace {
namespace {

/// What a bit shows, by complement flag (bit 2) and logic of its source.
constexpr std::uint8_t kShows[] = {0, 1, 2, 3, 1, 0, 2, 2};
constexpr char kChars[] = "01xz";
constexpr std::uint8_t kUnknown = static_cast<std::uint8_t>(Logic::X);

}  // namespace

WaveState::WaveState(const WaveHierarchy& hierarchy) {
  const std::size_t count = hierarchy.signal_count();
  std::uint64_t position = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t width = hierarchy.width(WaveSignal(static_cast<std::uint32_t>(i)));
    widths_.push_back(width);
    begin_.push_back(static_cast<std::uint32_t>(position));
    cells_.push_back(width == 1 ? static_cast<std::uint8_t>(kUnknown << kShownShift | kUnknown)
                                : kWide);
    if (width != 1) position += width;
  }
  HEDDLE_CHECK(position < std::uint64_t{1} << 32);
  next_.assign(position, 'x');
  shown_ = next_;
  touched_.assign(count + 1, 0);
  build_fans(hierarchy);
}

void WaveState::build_fans(const WaveHierarchy& hierarchy) {
  // Count, sum up, fill: fans of one source lie together, in order of signal.
  const std::uint32_t source_count = hierarchy.source_count();
  fan_begin_.assign(std::size_t{source_count} + 2, 0);
  const auto for_each_bit = [&](auto&& use) {
    for (std::uint32_t signal = 0; signal < widths_.size(); ++signal) {
      const auto bits = hierarchy.bits(WaveSignal(signal));
      for (std::size_t i = 0; i < bits.size(); ++i)
        use(signal, begin_[signal] + static_cast<std::uint32_t>(bits.size() - 1 - i), bits[i]);
    }
  };
  for_each_bit([&](std::uint32_t signal, std::uint32_t position, WaveBit bit) {
    const Logic value = bit.constant_value();
    if (!bit.is_constant()) {
      ++fan_begin_[bit.source().value() + 2];
    } else if (is_bit(signal)) {
      cells_[signal] =
          static_cast<std::uint8_t>((cells_[signal] & ~3U) | static_cast<unsigned>(value));
    } else {
      next_[position] = logic_char(value);
    }
  });
  for (std::size_t i = 2; i < fan_begin_.size(); ++i) fan_begin_[i] += fan_begin_[i - 1];
  fan_.resize(fan_begin_.back());
  for_each_bit([&](std::uint32_t signal, std::uint32_t position, WaveBit bit) {
    if (bit.is_constant()) return;
    fan_[fan_begin_[bit.source().value() + 1]++] = {signal << 1 | (bit.is_complement() ? 1U : 0U),
                                                    position};
  });
  for (std::uint32_t source = 0; source < source_count; ++source) {
    const std::uint32_t begin = fan_begin_[source];
    const bool is_single = fan_begin_[source + 1] - begin == 1;
    const bool is_direct = is_single && is_bit(fan_[begin].signal_and_flag >> 1);
    direct_.push_back(is_direct ? fan_[begin].signal_and_flag : kFan | source);
  }
}

std::size_t WaveState::take_changes(std::span<const std::uint32_t> log) {
  // Locals, because stores to cells may alias every member.
  std::uint8_t* const cells = cells_.data();
  std::uint32_t* const touched = touched_.data();
  const std::uint32_t* const direct = direct_.data();
  const auto source_count = static_cast<std::uint32_t>(direct_.size());
  std::uint32_t count = touched_count_;
  std::size_t at = 0;
  for (; at < log.size(); ++at) {
    const std::uint32_t word = log[at];
    if ((word & kLogCommand) != 0) break;
    const std::uint32_t source = word >> 2;
    if (source >= source_count) continue;
    const std::uint32_t target = direct[source];
    if ((target & kFan) != 0) {
      touched_count_ = count;
      set_fan(target & ~kFan, word & 3);
      count = touched_count_;
      continue;
    }
    const std::uint32_t signal = target >> 1;
    const std::uint8_t cell = cells[signal];
    cells[signal] =
        static_cast<std::uint8_t>((cell & ~3U) | kTouched | kShows[(target & 1) * 4 + (word & 3)]);
    touched[count] = signal;
    count += (cell & kTouched) == 0 ? 1U : 0U;
  }
  touched_count_ = count;
  return at;
}

void WaveState::set_fan(std::uint32_t index, std::uint32_t logic) {
  for (std::uint32_t at = fan_begin_[index]; at < fan_begin_[index + 1]; ++at) {
    const Fan& fan = fan_[at];
    const std::uint32_t signal = fan.signal_and_flag >> 1;
    const std::uint8_t shows = kShows[(fan.signal_and_flag & 1) * 4 + logic];
    touch(signal);
    if (is_bit(signal)) {
      cells_[signal] = static_cast<std::uint8_t>((cells_[signal] & ~3U) | shows);
    } else {
      next_[fan.position] = kChars[shows];
    }
  }
}

void WaveState::set_words(std::uint32_t signal, const std::uint32_t* value,
                          const std::uint32_t* unknown) {
  const std::uint32_t width = widths_[signal];
  const auto logic_at = [&](std::uint32_t i) {
    const std::uint32_t x = unknown == nullptr ? 0 : unknown[i / 32] >> (i % 32) & 1;
    return (value[i / 32] >> (i % 32) & 1) | x << 1;
  };
  touch(signal);
  if (is_bit(signal)) {
    cells_[signal] = static_cast<std::uint8_t>((cells_[signal] & ~3U) | logic_at(0));
    return;
  }
  char* const last = next_.data() + begin_[signal] + width - 1;
  for (std::uint32_t i = 0; i < width; ++i) *(last - i) = kChars[logic_at(i)];
}

bool WaveState::keep_wide(std::uint32_t signal) {
  cells_[signal] = kWide;
  char* const shown = &shown_[begin_[signal]];
  const char* const next = &next_[begin_[signal]];
  if (std::memcmp(shown, next, widths_[signal]) == 0) return false;
  std::memcpy(shown, next, widths_[signal]);
  return true;
}

std::span<std::uint32_t> WaveState::end_instant() {
  std::uint8_t* const cells = cells_.data();
  std::uint32_t* const touched = touched_.data();
  std::uint32_t count = touched_count_;
  if (is_first_) {  // everything is news
    count = signal_count();
    for (std::uint32_t signal = 0; signal < count; ++signal) touched[signal] = signal;
  }
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t signal = touched[i];
    const std::uint8_t cell = cells[signal];
    bool is_new = true;
    if ((cell & kWide) != 0) {
      is_new = keep_wide(signal);
    } else {
      const unsigned now = cell & 3U;
      is_new = (cell >> kShownShift & 3U) != now;
      cells[signal] = static_cast<std::uint8_t>(now << kShownShift | now);
    }
    touched[kept] = signal;
    kept += is_new || is_first_ ? 1U : 0U;
  }
  touched_count_ = 0;
  is_first_ = false;
  return {touched, kept};
}

std::string WaveState::values() const {
  std::string out;
  for (std::uint32_t signal = 0; signal < widths_.size(); ++signal) {
    if (is_bit(signal)) {
      out.push_back(logic_char(bit(signal)));
    } else {
      out += wide(signal);
    }
  }
  return out;
}

}  // namespace heddle::trace
