// Every message of replay, one row each.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::flow::replay::diag {

inline constexpr DiagnosticRule kDiverged{
    "replay.diverged", Severity::Error, "list {}, task '{}', {}: {} was {}, {} is {}",
    "the task depends on something beside its state, its inputs and its context", Cause::Mismatch};
inline constexpr DiagnosticRule kOtherGraph{
    "replay.other-graph", Severity::Error, "'{}' was written by another graph or program: {}",
    "replay it with the program and the task types that wrote it"};
inline constexpr DiagnosticRule kNotRecorded{"replay.not-recorded", Severity::Error,
                                             "the log does not hold '{}', which this replay needs",
                                             "record it: `log: true`, `content: all`"};
inline constexpr DiagnosticRule kMissesContent{"replay.misses-content", Severity::Error,
                                               "list {} does not hold the content of '{}'",
                                               "record it with `content: all`"};
inline constexpr DiagnosticRule kBadPayload{"replay.bad-payload", Severity::Error,
                                            "list {}: the recorded payload of '{}' does not fit it",
                                            "", Cause::Corrupt};
inline constexpr DiagnosticRule kNoKeyframe{"replay.no-keyframe", Severity::Error,
                                            "no keyframe at or before list {}",
                                            "record with `keyframe_interval`"};
inline constexpr DiagnosticRule kTaskFailed{"replay.task-failed", Severity::Error,
                                            "task '{}' failed in the recorded list {}", ""};

/// Every rule above.
inline constexpr const DiagnosticRule* kRules[] = {
    &kDiverged,   &kOtherGraph, &kNotRecorded, &kMissesContent,
    &kBadPayload, &kNoKeyframe, &kTaskFailed,
};

}  // namespace heddle::flow::replay::diag
