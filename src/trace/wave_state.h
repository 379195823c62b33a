// The values of all signals at one instant, fed by log words. Spreads a source
// over the bits that show it and finds out which signals really changed.
//
// A signal of one bit is one byte (`cell`), and a source that only one such
// signal shows finds it with one look-up: that is the path of nearly every
// change. Wider signals are characters, as both file formats want them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace {

class WaveState {
 public:
  explicit WaveState(const WaveHierarchy& hierarchy);

  /// Takes the changes at the front of `log`, up to a command or the end, and
  /// says how many words they were.
  std::size_t take_changes(std::span<const std::uint32_t> log);

  /// A signal of words takes a value; `unknown` is null for two states.
  void set_words(std::uint32_t signal, const std::uint32_t* value, const std::uint32_t* unknown);

  /// Ends the instant: the signals whose value is not that of the instant
  /// before, in no particular order; all of them, in order, the first time.
  [[nodiscard]] std::span<std::uint32_t> end_instant();

  [[nodiscard]] std::uint32_t signal_count() const {
    return static_cast<std::uint32_t>(widths_.size());
  }
  [[nodiscard]] std::uint32_t width(std::uint32_t signal) const { return widths_[signal]; }

  // Values as of the last `end_instant`.

  /// Whether a signal is one bit wide.
  [[nodiscard]] bool is_bit(std::uint32_t signal) const { return (cells_[signal] & kWide) == 0; }
  [[nodiscard]] Logic bit(std::uint32_t signal) const {
    return static_cast<Logic>(cells_[signal] >> kShownShift & 3);
  }
  /// The characters of a wider signal, left-most bit first.
  [[nodiscard]] std::string_view wide(std::uint32_t signal) const {
    return {shown_.data() + begin_[signal], widths_[signal]};
  }
  /// The characters of all signals, one after the other.
  [[nodiscard]] std::string values() const;

 private:
  // A cell: the value now in bits 0 and 1, the one shown in bits 2 and 3.
  static constexpr std::uint8_t kTouched = 0x80;
  static constexpr std::uint8_t kWide = 0x40;
  static constexpr unsigned kShownShift = 2;
  /// Marks an entry of `direct_` that is an index into `fan_begin_`.
  static constexpr std::uint32_t kFan = 1U << 31;

  struct Fan {
    std::uint32_t signal_and_flag = 0;  // signal << 1 | complement
    std::uint32_t position = 0;         // into next_, of a wide signal
  };

  void touch(std::uint32_t signal) {
    touched_[touched_count_] = signal;
    touched_count_ += (cells_[signal] & kTouched) == 0 ? 1U : 0U;
    cells_[signal] |= kTouched;
  }
  void set_fan(std::uint32_t index, std::uint32_t logic);
  void build_fans(const WaveHierarchy& hierarchy);
  bool keep_wide(std::uint32_t signal);

  std::vector<std::uint32_t> widths_;
  std::vector<std::uint8_t> cells_;       // by signal
  std::vector<std::uint32_t> direct_;     // by source: signal << 1 | complement, or kFan | index
  std::vector<std::uint32_t> fan_begin_;  // by index of a fan, into fan_
  std::vector<Fan> fan_;
  std::vector<std::uint32_t> begin_;    // by signal, into next_ and shown_
  std::vector<char> next_;              // wide values as of now
  std::vector<char> shown_;             // and as of the last instant's end
  std::vector<std::uint32_t> touched_;  // one longer than signals: see `touch`
  std::uint32_t touched_count_ = 0;
  bool is_first_ = true;
};

}  // namespace heddle::trace
