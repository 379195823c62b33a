// The timing overlay: a run without delays, seen through the delays of an SDF
// file. At every edge each net that changed gets the time at which it does so
// at the latest and at the earliest, from the inputs that made it change; setup,
// hold, recovery, removal, width and period are checked where clocks arrive.
//
// It is dynamic: only what a run does is checked, and a net that comes back
// within an edge (a glitch) is not seen. Where several inputs of a cell change,
// the latest counts for the late arrival though a single one may have decided.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/byte_sink.h"
#include "heddle/base/result.h"
#include "heddle/gate/design.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

enum class TimingCheckKind : std::uint8_t { Setup, Hold, Recovery, Removal, Width, Period };
inline constexpr std::size_t kTimingCheckKinds = 6;
[[nodiscard]] std::string_view timing_check_name(TimingCheckKind kind);

/// Which of a triple's values count: the smallest for early and the largest for
/// late arrivals, or one of them for both.
enum class TimingCorner : std::uint8_t { MinMax, Min, Typ, Max };

struct TimingParams {
  std::string sdf_file;
  TimingCorner corner = TimingCorner::MinMax;
  /// From the edge at which a bench or a peripheral drives an input to its change.
  std::int64_t input_delay_ps = 1000;
  /// Violations that are listed, the first ones; all are counted.
  std::size_t listed_max = 100;
};

/// A transition on the way to an arrival.
struct TimingPoint {
  std::string pin;  ///< `cell.Y`, or the name of an input
  bool rises = false;
  std::int64_t at_fs = 0;  ///< absolute
};

/// One check that failed, or came closest to it.
struct TimingFinding {
  TimingCheckKind kind = TimingCheckKind::Setup;
  std::string instance;  ///< the flop or latch
  std::string cell;      ///< its type
  std::string net;       ///< what it drives
  std::string data_pin;
  std::string reference_pin;
  std::uint64_t edge = 0;
  std::int64_t data_fs = 0;       ///< arrival at the data pin
  std::int64_t reference_fs = 0;  ///< arrival at the reference pin
  std::int64_t limit_fs = 0;
  std::int64_t slack_fs = 0;      ///< below 0: violated
  std::vector<TimingPoint> path;  ///< to the data pin, from where it began
};

struct TimingCheckSummary {
  std::uint64_t checked = 0;
  std::uint64_t violated = 0;
  bool any = false;
  TimingFinding worst;  ///< the smallest slack, its first time; where `any`
};

/// The latest arrival of a net in the run.
struct TimingArrival {
  std::string net;
  std::uint64_t edge = 0;
  std::int64_t delay_fs = 0;  ///< after what started it
};

struct TimingReport {
  std::string sdf_file;
  std::size_t cell_count = 0;  ///< annotated
  std::size_t arc_count = 0;
  std::size_t check_count = 0;
  std::uint64_t edges = 0;
  std::uint64_t transitions = 0;
  std::uint64_t untimed = 0;  ///< transitions that no arc explains: they take no time
  std::size_t ignored_conditions = 0;
  std::array<TimingCheckSummary, kTimingCheckKinds> checks;
  std::uint64_t violation_count = 0;
  std::vector<TimingFinding> violations;  ///< the first `listed_max`
  std::vector<TimingArrival> arrivals;    ///< of what was asked for, by name
};

/// A net that has changed.
struct TimedChange {
  std::uint32_t net = 0;  ///< into `TimingOverlay::nets()`
  bool value = false;
};

/// One edge of a run, or one instant of a stimulus.
struct TimedInstant {
  std::uint64_t edge = 0;
  std::int64_t time_ps = 0;               ///< when its clocks change
  std::int64_t data_time_ps = 0;          ///< when what drives the other inputs did so
  std::span<const std::uint32_t> clocks;  ///< into `Model::inputs`
};

/// Threads: one at a time. Determinism: a function of what it is given.
class TimingOverlay {
 public:
  /// Reads the SDF and attaches it to the cells of a design below `model.top`.
  /// Errors: those of `read_sdf`; timing.nothing-annotated. Warns:
  /// timing.unknown-instance, timing.unknown-pin, timing.loop.
  [[nodiscard]] static Result<std::unique_ptr<TimingOverlay>> load(const Design& design,
                                                                   const Model& model,
                                                                   const TimingParams& params,
                                                                   Diagnostics& warnings);
  TimingOverlay(const TimingOverlay&) = delete;
  TimingOverlay& operator=(const TimingOverlay&) = delete;
  virtual ~TimingOverlay() = default;

  /// What has to be observed: the literal of every net that it times.
  [[nodiscard]] virtual const std::vector<Lit>& nets() const = 0;
  /// The value of a net before the first instant.
  virtual void start_from(std::uint32_t net, bool value) = 0;
  /// Takes one instant; each net at most once.
  virtual void take(const TimedInstant& instant, std::span<const TimedChange> changes) = 0;
  /// What was found, with the arrivals of nets that the globs match.
  [[nodiscard]] virtual TimingReport report(const std::vector<std::string>& arrivals) const = 0;

 protected:
  TimingOverlay() = default;
};

/// What a run is asked to look at through an SDF file, and where the report goes.
struct TimingRequest {
  TimingParams params = {};                ///< no SDF file: nothing
  std::string report_file = {};            ///< JSON; empty: none
  std::vector<std::string> arrivals = {};  ///< globs of nets whose arrivals are wanted

  [[nodiscard]] bool is_wanted() const { return !params.sdf_file.empty(); }
};

/// The report as JSON, and as text for people.
void write_json(const TimingReport& report, ByteSink& out);
[[nodiscard]] std::string to_text(const TimingReport& report);
/// Adds what is wrong: timing.violated for the first violation.
void add_violations(const TimingReport& report, Diagnostics& problems);

}  // namespace heddle::gate
