// The values of all signals at one instant, fed by log words. Spreads a source
// over the bits that show it and finds out which signals really changed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace {

/// Values are kept as characters `01xz`, left-most bit first, signal after
/// signal: as both formats want them.
class WaveState {
 public:
  explicit WaveState(const WaveHierarchy& hierarchy);

  /// A source takes a value within the present instant.
  void set(std::uint32_t source, std::uint32_t logic) {
    if (source >= source_count_) return;
    for (std::uint32_t at = fan_begin_[source]; at < fan_begin_[source + 1]; ++at) {
      const Fan& fan = fan_[at];
      next_[fan.position] = kChars[(fan.signal_and_flag & 1) * 4 + logic];
      touch(fan.signal_and_flag >> 1);
    }
  }

  /// A signal of words takes a value; `unknown` is null for two states.
  void set_words(std::uint32_t signal, const std::uint32_t* value, const std::uint32_t* unknown);

  /// Ends the instant: the signals whose value is not that of the instant
  /// before, in no particular order; all of them, in order, the first time.
  [[nodiscard]] std::span<std::uint32_t> end_instant();

  [[nodiscard]] std::uint32_t signal_count() const {
    return static_cast<std::uint32_t>(widths_.size());
  }
  [[nodiscard]] std::uint32_t width(std::uint32_t signal) const { return widths_[signal]; }
  /// The characters of a signal as of the last `end_instant`.
  [[nodiscard]] const char* value(std::uint32_t signal) const {
    return shown_.data() + begin_[signal];
  }
  /// Those of all signals, one after the other.
  [[nodiscard]] std::span<const char> values() const { return shown_; }

 private:
  struct Fan {
    std::uint32_t position = 0;         // into next_
    std::uint32_t signal_and_flag = 0;  // signal << 1 | complement
  };
  static constexpr char kChars[] = "01xz10xx";  // by complement, then logic

  void touch(std::uint32_t signal) {
    touched_[touched_count_] = signal;
    touched_count_ += 1U - is_touched_[signal];
    is_touched_[signal] = 1;
  }
  void build_fans(const WaveHierarchy& hierarchy);
  bool keep(std::uint32_t signal);

  std::uint32_t source_count_ = 0;
  bool is_first_ = true;
  std::vector<std::uint32_t> widths_;
  std::vector<std::uint32_t> begin_;      // by signal, into next_ and shown_
  std::vector<char> next_;                // values as of now
  std::vector<char> shown_;               // values as of the last instant's end
  std::vector<std::uint32_t> fan_begin_;  // by source, into fan_
  std::vector<Fan> fan_;
  std::vector<std::uint8_t> is_touched_;  // by signal, within the instant
  std::vector<std::uint32_t> touched_;    // one longer than signals: see `touch`
  std::uint32_t touched_count_ = 0;
};

}  // namespace heddle::trace
