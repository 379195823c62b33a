// Every diagnostic of the trace module. Files that cannot be opened, read or
// written are told by those of `base` (`file.*`).
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::trace::diag {

inline constexpr DiagnosticRule kUnknownFormat{
    "trace.unknown-format", Severity::Error, "'{}' is neither a VCD nor an FST file",
    "a VCD begins with a `$` keyword, an FST with its header block"};

inline constexpr DiagnosticRule kLateTrack{
    "trace.late-track", Severity::Error,
    "track '{}' was declared after the first event, too late for a wave file",
    "declare every signal and counter before the first event"};

inline constexpr DiagnosticRule kVcdSyntax{"trace.vcd-syntax", Severity::Error,
                                           "found {}, expected {}", ""};

inline constexpr DiagnosticRule kVcdUnknownCode{
    "trace.vcd-unknown-code", Severity::Error, "no variable is declared with identifier code '{}'",
    "every code that changes needs a `$var` before `$enddefinitions`"};

inline constexpr DiagnosticRule kVcdTimeBackwards{"trace.vcd-time-backwards", Severity::Error,
                                                  "time {} comes after time {}",
                                                  "times in a VCD file never decrease"};

inline constexpr DiagnosticRule kFstCorrupt{"trace.fst-corrupt", Severity::Error,
                                            "not a sound FST file: {} at byte {}",
                                            "the file is damaged or was cut off; write it again"};

inline constexpr DiagnosticRule kFstUnsupported{"trace.fst-unsupported", Severity::Error,
                                                "this FST file uses {}, which heddle does not read",
                                                "convert it with `fst2vcd` and read the VCD"};

inline constexpr DiagnosticRule kNoSuchSignal{"trace.no-such-signal", Severity::Error,
                                              "no signal matches '{}'", "{}"};

inline constexpr DiagnosticRule kEmptyWindow{
    "trace.empty-window", Severity::Error, "the window from {} ps to {} ps holds no time",
    "the file covers {} ps to {} ps; the end must come after the start"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kUnknownFormat, &kLateTrack,      &kVcdSyntax,    &kVcdUnknownCode, &kVcdTimeBackwards,
    &kFstCorrupt,    &kFstUnsupported, &kNoSuchSignal, &kEmptyWindow,
};

}  // namespace heddle::trace::diag
