// Every message of looking into a run: checkpoints, windows, dumps, comparison
// of wave files, open-loop simulation.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::gate::look::diag {

inline constexpr DiagnosticRule kBadCheckpoint{
    "look.bad-checkpoint", Severity::Error, "'{}' is no checkpoint of this run: {}",
    "remove the file: an earlier checkpoint, or the start of the run, serves as well",
    Cause::Corrupt};
inline constexpr DiagnosticRule kBadWindow{"look.bad-window", Severity::Error,
                                           "edges {} to {} are no window of this run: {}", ""};
inline constexpr DiagnosticRule kChanged{
    "look.changed-input", Severity::Error, "the {} of this run has changed since it ran",
    "re-simulating would show another run; run it again with `heddle gate cosim --from DIR`"};
inline constexpr DiagnosticRule kUnknown{"look.unknown-name", Severity::Error,
                                         "there is no {} '{}'", "{}"};
inline constexpr DiagnosticRule kNoCommonNets{
    "look.no-common-nets", Severity::Error, "the two files have no net in common",
    "name the scopes to compare with `--scope-a` and `--scope-b`"};
inline constexpr DiagnosticRule kWavesDiffer{"look.waves-differ", Severity::Error,
                                             "at {} ps '{}' is {} in the first file and {} in the "
                                             "second",
                                             "{}", Cause::Mismatch};
inline constexpr DiagnosticRule kMissingPort{"look.missing-port", Severity::Error,
                                             "the stimulus has no signal for the input '{}'",
                                             "{}; `--allow-missing {}` holds it at 0"};
inline constexpr DiagnosticRule kPortWidth{"look.port-width", Severity::Error,
                                           "signal '{}' has {} bits, the input '{}' has {}",
                                           "`--scope` chooses where the ports are looked for"};
inline constexpr DiagnosticRule kUnknownAllowed{"look.unknown-port", Severity::Error,
                                                "`--allow-missing {}` names no input of the design",
                                                "{}"};
inline constexpr DiagnosticRule kStimulusX{"look.stimulus-x", Severity::Warning,
                                           "the stimulus of '{}' is not 0 or 1 at {} ps",
                                           "{} of its values were taken as 0"};
inline constexpr DiagnosticRule kNoStimulus{"look.no-stimulus", Severity::Error,
                                            "the stimulus holds no instant {}",
                                            "look at `--from` and `--to`"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kBadCheckpoint, &kBadWindow, &kChanged,   &kUnknown,        &kNoCommonNets, &kWavesDiffer,
    &kMissingPort,   &kPortWidth, &kStimulusX, &kUnknownAllowed, &kNoStimulus,
};

}  // namespace heddle::gate::look::diag
