// Runs a recorded log again. `Exact` hands out every recorded message and runs the
// sinks only; `Recompute` hands out what sources produced, runs everything else,
// and compares every recorded byte.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/flow/flow.h"
#include "heddle/flow/log_diff.h"

namespace heddle::flow::replay {

enum class ReplayMode : std::uint8_t { Exact, Recompute };

struct ReplayOptions {
  ReplayMode mode = ReplayMode::Recompute;
  /// Lists from here on; the replay starts at the nearest keyframe before.
  std::uint64_t from_clid = 0;
  std::optional<std::uint64_t> to_clid = {};  ///< the last list; default: the last recorded
  /// Anything but these leaves the data as it is.
  std::uint32_t workers = 1;
  std::uint32_t slots = 64;  ///< nobody waits for a list, so that workers meet seldom
  Strategy strategy = Strategy::Groups;
  /// A graph in place of the log's own (its text), for a changed one.
  std::optional<ConfigNode> graph = {};
  CommitSink* also = nullptr;  ///< takes every list too: a new log, for instance
  Interrupt interrupt = {};
};

/// What a replay found.
struct ReplayOutcome {
  std::uint64_t lists = 0;    ///< run and compared
  std::uint64_t started = 0;  ///< the keyframe, or first list, it started from
  std::uint64_t skipped = 0;  ///< recorded lists behind a gap without a keyframe after it
  bool was_interrupted = false;
  std::optional<log::LogDivergence> divergence = {};  ///< recorded | computed
  std::vector<std::string> not_recorded;              ///< messages that could not be compared
  Digest64 data_digest;  ///< of the lists computed, each after its length
};

/// Errors: log.*, replay.other-graph, replay.not-recorded, replay.misses-content,
/// replay.bad-payload, replay.no-keyframe, log.no-such-list, what tasks report. A
/// difference is no error but `divergence`; the replay stops there.
[[nodiscard]] Result<ReplayOutcome> replay_log(const std::string& named,
                                               const TaskRegistry& registry,
                                               const ReplayOptions& options);

/// replay.diverged, for the user.
[[nodiscard]] Diagnostic divergence_diagnostic(const log::LogDivergence& divergence,
                                               std::string_view left, std::string_view right);

}  // namespace heddle::flow::replay
