// One event model for every engine: a tree of tracks, and on them slices,
// instants, counters and signal changes, stamped in simulated picoseconds.
//
// A sink (sink.h) turns the stream into a file; a `Recorder` (recorder.h) hands
// out track ids and feeds several sinks. Dumps of many nets do not come this
// way: they use the wave path (wave.h), which costs a few ns a change.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "heddle/base/ids.h"
#include "heddle/base/units.h"
#include "heddle/trace/logic.h"

namespace heddle::trace {

/// A track, dense from 0 in order of declaration.
using TrackId = StrongId<struct TrackTag>;

/// What a track carries; events of another kind on it are a bug (checked).
enum class TrackKind : std::uint8_t {
  Group,    ///< only holds child tracks
  Slices,   ///< nested begin/end pairs, and instants
  Counter,  ///< a number that holds until the next one
  Signal,   ///< `width` bits that hold until the next change
};

/// A track as it is declared. `parent` is none for a root.
struct Track {
  std::string name;
  TrackKind kind = TrackKind::Slices;
  TrackId parent = TrackId::none();
  std::string unit;         ///< of a counter, such as `bytes`; may be empty
  std::uint32_t width = 0;  ///< bits of a signal, at least 1 there
};

enum class EventKind : std::uint8_t { SliceBegin, SliceEnd, Instant, Counter, Signal };

/// One event. The views are only valid during the call that hands it over.
struct Event {
  SimTime time;
  TrackId track;
  EventKind kind = EventKind::Instant;
  std::string_view name;        ///< of a slice begin or an instant
  std::int64_t value = 0;       ///< of a counter
  std::span<const Logic> bits;  ///< of a signal: `width` bits, bit 0 first
};

}  // namespace heddle::trace
