// Every message about delays and timing checks.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::gate::timing::diag {

inline constexpr DiagnosticRule kSyntax{"sdf.syntax", Severity::Error, "found {}, expected {}",
                                        "the file should follow IEEE 1497"};
inline constexpr DiagnosticRule kBadNumber{"sdf.bad-number", Severity::Error, "'{}' is no delay",
                                           "{}"};
inline constexpr DiagnosticRule kNothingAnnotated{
    "timing.nothing-annotated", Severity::Error, "none of the {} cells of '{}' is in the design",
    "the SDF names '{}'; are netlist and SDF of one run of the tools?"};
inline constexpr DiagnosticRule kUnknownInstance{
    "timing.unknown-instance", Severity::Warning, "the design has no cell '{}'",
    "{} cells of the SDF are not in the design; their delays are left out"};
inline constexpr DiagnosticRule kUnknownPin{"timing.unknown-pin", Severity::Warning,
                                            "cell '{}' has no pin '{}'",
                                            "{} delays and checks were left out"};
inline constexpr DiagnosticRule kLoop{"timing.loop", Severity::Warning,
                                      "delays run in a loop through '{}'",
                                      "{} arcs were left out to break loops"};
inline constexpr DiagnosticRule kViolated{
    "timing.violated", Severity::Error, "{} of flop {} at edge {}: slack {} ps",
    "{} violations in all; the report lists them with their paths", Cause::Mismatch};

inline constexpr const DiagnosticRule* kRules[] = {
    &kSyntax, &kBadNumber, &kNothingAnnotated, &kUnknownInstance, &kUnknownPin, &kLoop, &kViolated,
};

}  // namespace heddle::gate::timing::diag
