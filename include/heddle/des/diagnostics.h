// Every diagnostic of the des module: why a run could not go on.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::des::diag {

inline constexpr DiagnosticRule kDeadlock{
    "des.deadlock", Severity::Error,
    "nothing is left to happen at {} ps, but {} processes wait:\n{}",
    "a process that may wait for ever is spawned as a daemon"};
inline constexpr DiagnosticRule kInstantStorm{
    "des.instant-storm", Severity::Error,
    "more than {} events at the instant {} ps; the last one is of component '{}'",
    "a loop without delay never lets time go on"};
inline constexpr DiagnosticRule kNoProgress{
    "des.no-progress", Severity::Error,
    "{} events up to {} ps without any progress; the last one is of component '{}'",
    "a process polls for what never comes"};
inline constexpr DiagnosticRule kProcessThrew{
    "des.process-threw", Severity::Error, "process '{}' of component '{}' threw at {} ps: {}", ""};
inline constexpr DiagnosticRule kShortDelay{
    "des.short-delay", Severity::Error,
    "component '{}' sends to another partition with {} ps at {} ps, below the lookahead of {} ps",
    "the lookahead is the least latency between partitions"};
inline constexpr DiagnosticRule kTimeOverflow{
    "des.time-overflow", Severity::Error,
    "component '{}' schedules an event {} ps after {} ps, which is past the end of time",
    "times are below 2^62 ps, which is 53 days"};

inline constexpr const DiagnosticRule* kRules[] = {&kDeadlock,     &kInstantStorm, &kNoProgress,
                                                   &kProcessThrew, &kShortDelay,   &kTimeOverflow};

}  // namespace heddle::des::diag
