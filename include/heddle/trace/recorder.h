// The front of the event model: hands out track ids and feeds several sinks.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/trace/event.h"
#include "heddle/trace/sink.h"

namespace heddle::trace {

/// Owns its sinks. Times must never decrease (checked).
/// Threads: one at a time. Determinism: sinks see calls in order.
class Recorder {
 public:
  explicit Recorder(std::vector<std::unique_ptr<Sink>> sinks);

  /// Declares a track. Requires: `parent` is none or a declared track; a
  /// signal has a width.
  TrackId add(const Track& track);
  TrackId add_group(std::string name, TrackId parent = TrackId::none());
  TrackId add_slices(std::string name, TrackId parent = TrackId::none());
  TrackId add_counter(std::string name, std::string unit, TrackId parent = TrackId::none());
  TrackId add_signal(std::string name, std::uint32_t width, TrackId parent = TrackId::none());

  void begin(TrackId track, SimTime time, std::string_view name);
  void end(TrackId track, SimTime time);
  void instant(TrackId track, SimTime time, std::string_view name);
  void counter(TrackId track, SimTime time, std::int64_t value);
  void signal(TrackId track, SimTime time, std::span<const Logic> bits);
  void signal(TrackId track, SimTime time, Logic bit);

  /// Errors: of every sink, together.
  [[nodiscard]] Status flush();

  /// Finishes every sink at the latest time seen, or `end` if that is later.
  [[nodiscard]] Status finish(SimTime end = SimTime());

 private:
  void emit(const Event& event, TrackKind on);

  std::vector<std::unique_ptr<Sink>> sinks_;
  std::vector<TrackKind> kinds_;
  std::vector<std::uint32_t> widths_;
  SimTime now_;
};

}  // namespace heddle::trace
