// What both readers share: keeping values, cutting out the window, and visiting
// in order. Also names and units as files have them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/trace/wave_reader.h"

namespace heddle::trace {

/// The sum of all widths that a file may declare.
inline constexpr std::uint64_t kDeclaredBitsMax = std::uint64_t{1} << 28;

class WaveWindow {
 public:
  /// `is_real` tells, by signal, which values are doubles.
  WaveWindow(const WaveHierarchy& hierarchy, const std::vector<bool>& is_real,
             std::span<const WaveSignal> chosen, SimTime from, SimTime to, WaveVisitor& visitor);

  [[nodiscard]] bool is_chosen(std::uint32_t signal) const { return slots_[signal] != kNone; }
  /// In order, each once.
  [[nodiscard]] const std::vector<std::uint32_t>& chosen() const { return chosen_; }

  /// Moves to `time`, not before the last one; false: nothing more is wanted.
  [[nodiscard]] bool time(SimTime time);
  /// The signal, if chosen, has this value now. Shorter values extend to the
  /// left as VCD says.
  void set(std::uint32_t signal, std::string_view bits);
  void set_real(std::uint32_t signal, double value);
  /// After the last change.
  void finish();

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Held {
    std::string bits;
    double real = 0.0;
    bool is_real = false;
    bool is_dirty = false;
  };

  void touch(std::uint32_t slot);
  [[nodiscard]] bool end_instant();
  [[nodiscard]] bool visit(SimTime time, std::uint32_t slot);
  [[nodiscard]] bool start();

  SimTime from_;
  SimTime to_;
  WaveVisitor& visitor_;
  std::vector<std::uint32_t> slots_;   // by signal, into held_; kNone: not chosen
  std::vector<std::uint32_t> widths_;  // by slot
  std::vector<std::uint32_t> chosen_;  // by slot: its signal
  std::vector<Held> held_;             // by slot
  std::vector<std::uint32_t> dirty_;   // slots
  SimTime now_;
  bool is_started_ = false;
  bool is_stopped_ = false;
};

/// A name split from a range at its end: `data [7:0]`, `data[7:0]`. A single
/// index counts as a range only where white space sets it apart.
struct NameAndRange {
  std::string name;
  WaveOptions options;
};
[[nodiscard]] NameAndRange split_range(std::string_view text);

/// `ticks` of 10^exponent s in picoseconds, rounded down; nothing if that does
/// not fit.
[[nodiscard]] std::optional<SimTime> time_of_ticks(std::uint64_t ticks, std::int32_t exponent);

}  // namespace heddle::trace
