// Every message of the interfaces for test benches: C and VPI.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::gate::bench::diag {

inline constexpr DiagnosticRule kLive{"bench.live", Severity::Error,
                                      "peripheral '{}' is a socket, which only `gate cosim` serves",
                                      "take it out of the run file, or run `heddle gate cosim`"};
inline constexpr DiagnosticRule kNotWritable{
    "bench.not-writable", Severity::Error,
    "'{}' is neither an input of the design nor a flop or latch", "force it"};
inline constexpr DiagnosticRule kNotForceable{
    "bench.not-forceable", Severity::Error, "'{}' was not declared as forceable, or is a constant",
    "name it, or a glob that matches it, under `forceable:` in the run file"};
inline constexpr DiagnosticRule kBusy{"bench.busy", Severity::Error,
                                      "a callback cannot call for a {}",
                                      "ask the run to come back, and do it then"};
inline constexpr DiagnosticRule kUnsettled{
    "bench.unsettled", Severity::Error,
    "after edge {} the callbacks go on changing what they watch", ""};
inline constexpr DiagnosticRule kBadArgument{"bench.bad-argument", Severity::Error, "{}", ""};
inline constexpr DiagnosticRule kNoModule{
    "vpi.no-module", Severity::Error, "this VPI module does not load: {}",
    "a symbol that is undefined is one that heddle does not have"};
inline constexpr DiagnosticRule kNoStartup{"vpi.no-startup", Severity::Error,
                                           "this is no VPI module: it has no vlog_startup_routines",
                                           "build it with `gcc -shared -fPIC`"};
inline constexpr DiagnosticRule kNotBeside{
    "vpi.not-beside", Severity::Error, "VPI modules cannot run beside {}",
    "what they do to the design is known to the engine that runs alone"};
inline constexpr DiagnosticRule kNotRepeated{
    "vpi.not-repeated", Severity::Error,
    "this run had VPI modules, which are no part of its directory",
    "run it with `gate cosim` and `--vpi` again"};
inline constexpr DiagnosticRule kUnsupported{"vpi.unsupported", Severity::Error,
                                             "{} cannot do this: {}",
                                             "docs/guides/vpi.md lists what modules may ask for"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kLive,     &kNotWritable, &kNotForceable, &kBusy,      &kUnsettled,   &kBadArgument,
    &kNoModule, &kNoStartup,   &kUnsupported,  &kNotBeside, &kNotRepeated,
};

}  // namespace heddle::gate::bench::diag
