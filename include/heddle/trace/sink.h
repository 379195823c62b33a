// Where events go. A sink is opened by its factory, told of tracks and events
// in order, and finished once.
//
// A write error (a full disk) makes the sink drop what follows; `flush` and
// `finish` report it, and what was written before stays readable.
#pragma once

#include <memory>
#include <string>

#include "heddle/base/digest.h"
#include "heddle/base/result.h"
#include "heddle/trace/event.h"

namespace heddle::trace {

/// Threads: one at a time.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  /// Declares the next track: ids are dense from 0, a parent comes first.
  virtual void track(TrackId id, const Track& track) = 0;

  /// Takes one event. Requires: `track` is declared; times never decrease.
  virtual void event(const Event& event) = 0;

  /// Hands everything so far to the operating system.
  /// Errors: file.write-failed and what else went wrong since the opening.
  [[nodiscard]] virtual Status flush() = 0;

  /// Ends the output at `end`. No call may follow. Errors: those of `flush`.
  [[nodiscard]] virtual Status finish(SimTime end) = 0;
};

/// Takes everything, keeps nothing.
[[nodiscard]] std::unique_ptr<Sink> make_null_sink();

/// One JSON object a line: `{"track":...}` declarations and events in order.
/// Errors: file.write-failed.
[[nodiscard]] Result<std::unique_ptr<Sink>> open_json_lines_sink(const std::string& path);

/// `trace.perfetto-trace`: one trace nanosecond is one simulated picosecond,
/// which the root track's name says. Errors: file.write-failed.
[[nodiscard]] Result<std::unique_ptr<Sink>> open_perfetto_sink(const std::string& path);

/// Signals and counters (as 64-bit vectors) as a wave file; slices and
/// instants have no place there and are left out. Every such track must be
/// declared before the first event (trace.late-track).
/// Errors: file.write-failed.
[[nodiscard]] Result<std::unique_ptr<Sink>> open_vcd_sink(const std::string& path);
[[nodiscard]] Result<std::unique_ptr<Sink>> open_fst_sink(const std::string& path);

/// A sink that hashes tracks and events (XXH3-64, little-endian, in order).
class DigestSink : public Sink {
 public:
  /// The digest of everything so far.
  [[nodiscard]] virtual Digest64 digest() const = 0;
};

[[nodiscard]] std::unique_ptr<DigestSink> make_digest_sink();

}  // namespace heddle::trace
