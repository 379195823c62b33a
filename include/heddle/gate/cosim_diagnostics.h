// Every message of the co-simulation, one row each.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::gate::cosim::diag {

// The run file.
inline constexpr DiagnosticRule kNoClock{"cosim.no-clock", Severity::Error,
                                         "the run file has no clock",
                                         "add `clocks: {NAME: {port: PORT, period_ps: N}}`"};
inline constexpr DiagnosticRule kTooManyClocks{"cosim.too-many-clocks", Severity::Error,
                                               "there are {} clocks, at most {} are possible", ""};
inline constexpr DiagnosticRule kBadJitter{
    "cosim.bad-jitter", Severity::Error,
    "a jitter of {} ps is more than the {} ps that a period of {} ps allows",
    "below a quarter of its period a clock's own edges stay apart and in order"};
inline constexpr DiagnosticRule kUnknownClock{"cosim.unknown-clock", Severity::Error,
                                              "there is no clock '{}'", "{}"};
inline constexpr DiagnosticRule kClockNeeded{
    "cosim.clock-needed", Severity::Error, "{} does not say which clock it counts",
    "add `clock: NAME`; with several clocks there is no default"};
inline constexpr DiagnosticRule kBadName{
    "cosim.bad-name", Severity::Error, "'{}' is no name for {}",
    "use letters, digits, '_', '-' and '.', and start with a letter or digit"};
inline constexpr DiagnosticRule kBadEventStep{"cosim.bad-event-step", Severity::Error,
                                              "this step {}", "{}"};
inline constexpr DiagnosticRule kUnknownPeripheral{"cosim.unknown-peripheral", Severity::Error,
                                                   "there is no {} '{}'", "{}"};
inline constexpr DiagnosticRule kNoStop{
    "cosim.no-stop", Severity::Error, "nothing ends this run",
    "add `stop: {edges: N}`, another stop condition, or give `--edges N`"};
inline constexpr DiagnosticRule kBadCapacity{"cosim.bad-capacity", Severity::Error,
                                             "{} is {}, which is not a power of two",
                                             "addresses wrap at the capacity"};
inline constexpr DiagnosticRule kBadUart{"cosim.bad-uart", Severity::Error, "{}", "{}"};

// Attaching it to the design.
inline constexpr DiagnosticRule kUnknownPort{"cosim.unknown-port", Severity::Error,
                                             "the design has no {} port '{}'", "{}"};
inline constexpr DiagnosticRule kPortWidth{"cosim.port-width", Severity::Error,
                                           "'{}' has {} bits, {} expected", "{}"};
inline constexpr DiagnosticRule kDrivenTwice{"cosim.driven-twice", Severity::Error,
                                             "input '{}' is driven by {} and by {}",
                                             "attach one of the two to something else"};
inline constexpr DiagnosticRule kUnknownRole{"cosim.unknown-role", Severity::Error,
                                             "{} has no pin '{}'", "{}"};
inline constexpr DiagnosticRule kMissingPin{"cosim.missing-pin", Severity::Error,
                                            "{} has no pin '{}'", "{}"};
inline constexpr DiagnosticRule kInputFloats{
    "cosim.input-floats", Severity::Warning, "nothing drives the input '{}'; it is {}",
    "attach it to a peripheral, or say so under `inputs:`"};
inline constexpr DiagnosticRule kUnknownNet{"cosim.unknown-net", Severity::Error,
                                            "the design has no net '{}'", "{}"};
inline constexpr DiagnosticRule kNotAState{"cosim.not-a-state", Severity::Error,
                                           "'{}' is not a flop or latch",
                                           "reg_init deposits values in flops and latches only"};
inline constexpr DiagnosticRule kNotForceable{
    "cosim.not-forceable", Severity::Error, "'{}' cannot be forced: {}",
    "force a net that something drives, or one of those that read this one"};
inline constexpr DiagnosticRule kUnknownMemory{"cosim.unknown-memory", Severity::Error,
                                               "the design has no memory '{}'", "{}"};
inline constexpr DiagnosticRule kValueTooWide{"cosim.value-too-wide", Severity::Error,
                                              "{} does not fit into the {} bits of '{}'", ""};

// Images.
inline constexpr DiagnosticRule kBadImage{"cosim.bad-image", Severity::Error,
                                          "this is no {} image: {}", ""};
inline constexpr DiagnosticRule kImageTooLarge{"cosim.image-too-large", Severity::Error,
                                               "'{}' reaches address {}, past the {} {} of '{}'",
                                               "look at `base` and `offset`"};
inline constexpr DiagnosticRule kImageEmpty{"cosim.image-empty", Severity::Warning,
                                            "'{}' holds nothing to load", ""};

// Running.
inline constexpr DiagnosticRule kRunExists{"cosim.run-exists", Severity::Error,
                                           "'{}' exists already",
                                           "give `--force` to replace it, or `--out DIR`"};
inline constexpr DiagnosticRule kNotARun{
    "cosim.not-a-run", Severity::Error, "'{}' is not a run directory: {}",
    "`--from` and `--force` take only directories that a run wrote"};
inline constexpr DiagnosticRule kEngineLacks{"cosim.engine-lacks", Severity::Error,
                                             "engine '{}' does not support {}", "use {}"};
inline constexpr DiagnosticRule kNothingChecked{
    "cosim.nothing-checked", Severity::Error,
    "`--check` on the reference engine compares it with itself: nothing is checked",
    "choose another engine, or leave `--strict` out"};
inline constexpr DiagnosticRule kBadCheckWindow{"cosim.bad-check-window", Severity::Error,
                                                "'{}' is no window of edges",
                                                "give `all`, or `A:B` with A < B"};
inline constexpr DiagnosticRule kUartBaud{
    "cosim.uart-baud", Severity::Warning,
    "{}: {} of {} characters had a wrong stop or parity bit; levels on its tx last {} cycles of "
    "its clock at least, cycles_per_bit is {}",
    "{}"};
inline constexpr DiagnosticRule kDiverged{"cosim.diverged", Severity::Error,
                                          "edge {}: engine '{}' and the reference differ at {}",
                                          "{}", Cause::Mismatch};
inline constexpr DiagnosticRule kUnexpected{"cosim.unexpected", Severity::Error, "{}", "{}",
                                            Cause::Mismatch};
inline constexpr DiagnosticRule kNoEvents{"cosim.bad-events", Severity::Error,
                                          "this is no event list: {}",
                                          "expected what a run writes as events.json"};

inline constexpr DiagnosticRule kAssertionFailed{
    "cosim.assertion-failed", Severity::Error, "{} '{}' fails at edge {} ({} ps)",
    "it failed {} times in the run; `gate window` shows the edges before", Cause::Mismatch};
inline constexpr DiagnosticRule kFailNet{"cosim.fail-net", Severity::Error,
                                         "the run failed: '{}' is 1 at edge {}",
                                         "`stop: {fail: NET}` says so", Cause::Mismatch};

inline constexpr DiagnosticRule kNeverX{"cosim.never-x", Severity::Error,
                                        "'{}' is x at edge {} ({} ps)", "{}", Cause::Mismatch};
inline constexpr DiagnosticRule kNeverXIdle{"cosim.never-x-idle", Severity::Warning,
                                            "nothing is x in this run, so `never_x` says nothing",
                                            "give `--xprop`, or write `xprop: true`"};
inline constexpr DiagnosticRule kAssertionX{
    "cosim.assertion-x", Severity::Error, "{} '{}' is x at edge {} ({} ps)",
    "it became x {} times in the run; an x is no proof that it holds", Cause::Mismatch};

inline constexpr const DiagnosticRule* kRules[] = {
    &kNeverX,       &kNeverXIdle,        &kAssertionX,     &kAssertionFailed, &kFailNet,
    &kNoClock,      &kTooManyClocks,     &kUnknownClock,   &kClockNeeded,     &kBadName,
    &kBadEventStep, &kUnknownPeripheral, &kNoStop,         &kBadCapacity,     &kUnknownPort,
    &kBadUart,      &kUartBaud,          &kPortWidth,      &kDrivenTwice,     &kUnknownRole,
    &kMissingPin,   &kInputFloats,       &kUnknownNet,     &kNotAState,       &kUnknownMemory,
    &kValueTooWide, &kBadImage,          &kImageTooLarge,  &kImageEmpty,      &kRunExists,
    &kNotARun,      &kEngineLacks,       &kNothingChecked, &kBadCheckWindow,  &kDiverged,
    &kUnexpected,   &kNoEvents,          &kBadJitter,      &kNotForceable,
};

}  // namespace heddle::gate::cosim::diag
