// Every message of live peripherals and of the recordings that they leave.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::gate::live::diag {

inline constexpr DiagnosticRule kBadCharacter{
    "live.bad-character", Severity::Error, "{} is no character of a remote_bitbang recording",
    "expected 0-7, r s t u, R, B, b, Q, blanks, `@EDGE`, or `#` and a comment"};
inline constexpr DiagnosticRule kBadStart{"live.bad-start", Severity::Error,
                                          "'@' is not followed by the number of an edge{}",
                                          "write `@12345`: what follows is not played earlier"};
inline constexpr DiagnosticRule kStartsBackwards{
    "live.starts-backwards", Severity::Error, "edge {} comes after edge {}",
    "the edges of a recording may only grow: characters are played in order"};
inline constexpr DiagnosticRule kCannotListen{
    "live.cannot-listen", Severity::Error, "peripheral '{}' cannot listen on 127.0.0.1:{}: {}",
    "choose another `port`, or 0 for one that is free", Cause::Environment};
inline constexpr DiagnosticRule kNotRepeatable{
    "live.not-repeatable", Severity::Error, "a run with a live peripheral ('{}') cannot be {}",
    "record the session with `record:`; a run that replays it can"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kBadCharacter, &kBadStart, &kStartsBackwards, &kCannotListen, &kNotRepeatable,
};

}  // namespace heddle::gate::live::diag
