// Every message of the gate module, one row each.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::gate::diag {

// Reading a netlist.
inline constexpr DiagnosticRule kSyntax{"gate.netlist.syntax", Severity::Error,
                                        "this is not valid JSON: {}",
                                        "write the netlist again with Yosys's `write_json`"};
inline constexpr DiagnosticRule kVerilogSyntax{"gate.netlist.verilog-syntax", Severity::Error,
                                               "found {}, expected {}", ""};
inline constexpr DiagnosticRule kLibertySyntax{"gate.netlist.liberty-syntax", Severity::Error,
                                               "found {}, expected {}", ""};
inline constexpr DiagnosticRule kUnknownFormat{
    "gate.netlist.unknown-format", Severity::Error,
    "this is neither Yosys JSON nor Verilog nor Liberty",
    "files that end in .json, .v, .sv, .vg, .lib are taken for what they say"};
inline constexpr DiagnosticRule kManifest{"gate.netlist.manifest", Severity::Error,
                                          "{} '{}' of the cell manifest: {}", ""};
inline constexpr DiagnosticRule kFileTooLarge{"gate.netlist.file-too-large", Severity::Error,
                                              "the netlist has {} bytes, more than the {} allowed",
                                              "keep the hierarchy when writing it"};
inline constexpr DiagnosticRule kWrongType{"gate.netlist.wrong-type", Severity::Error,
                                           "{} must be {}", ""};
inline constexpr DiagnosticRule kMissingKey{"gate.netlist.missing-key", Severity::Error,
                                            "{} has no key '{}'", ""};
inline constexpr DiagnosticRule kDuplicateName{"gate.netlist.duplicate-name", Severity::Error,
                                               "{} '{}' stands here a second time",
                                               "names are unique within their module"};
inline constexpr DiagnosticRule kBadBit{
    "gate.netlist.bad-bit", Severity::Error, "{} is not a bit",
    "a bit is a net number from 2 on, or one of \"0\", \"1\", \"x\", \"z\""};
inline constexpr DiagnosticRule kBadNetNumber{
    "gate.netlist.bad-net-number", Severity::Error, "net number {} is out of range",
    "net numbers are dense from 2 on; a text of this size has room for fewer than {}"};
inline constexpr DiagnosticRule kBadDirection{"gate.netlist.bad-direction", Severity::Error,
                                              "port '{}' has the direction '{}'",
                                              "a direction is input, output or inout"};
inline constexpr DiagnosticRule kBadParameter{"gate.netlist.bad-parameter", Severity::Error,
                                              "parameter '{}' of cell '{}' is {}, expected {}", ""};
inline constexpr DiagnosticRule kBadInit{"gate.netlist.bad-init", Severity::Error,
                                         "the initial value of '{}' is '{}'",
                                         "expected {} digits, each 0, 1 or x"};

// Putting its modules together.
inline constexpr DiagnosticRule kMissingTop{"gate.netlist.missing-top", Severity::Error,
                                            "there is no module '{}' to be the top", "{}"};
inline constexpr DiagnosticRule kAmbiguousTop{"gate.netlist.ambiguous-top", Severity::Error,
                                              "the top module is not known: {}",
                                              "name it, or run Yosys's `hierarchy -top`"};
inline constexpr DiagnosticRule kRecursion{"gate.netlist.recursive-hierarchy", Severity::Error,
                                           "module '{}' contains itself: {}", ""};
inline constexpr DiagnosticRule kTooDeep{"gate.netlist.too-deep", Severity::Error,
                                         "instances nest deeper than the {} levels allowed", ""};
inline constexpr DiagnosticRule kTooLarge{
    "gate.netlist.too-large", Severity::Error,
    "flattening module '{}' would make more than the {} {} allowed", ""};
inline constexpr DiagnosticRule kUnknownCell{"gate.netlist.unknown-cell", Severity::Error,
                                             "cell '{}' has the {} type '{}'", "{}"};
inline constexpr DiagnosticRule kWordLevelCell{
    "gate.netlist.word-level-cell", Severity::Error, "cell '{}' is a '{}', an operator on words",
    "map it to gates first: Yosys's `synth`, or `memory; techmap; simplemap`"};
inline constexpr DiagnosticRule kUnsupportedCell{"gate.netlist.unsupported-cell", Severity::Error,
                                                 "cell '{}' of type '{}' is not supported: {}",
                                                 "{}"};
inline constexpr DiagnosticRule kMissingPort{"gate.netlist.missing-port", Severity::Error,
                                             "cell '{}' of type '{}' leaves its port '{}' open",
                                             "connect it to a net or to a constant"};
inline constexpr DiagnosticRule kUnknownPort{"gate.netlist.unknown-port", Severity::Error,
                                             "cell '{}' of type '{}' has no port '{}'", "{}"};
inline constexpr DiagnosticRule kWidthMismatch{
    "gate.netlist.width-mismatch", Severity::Error,
    "port '{}' of cell '{}' has {} bits, but {} are connected to it", ""};

inline constexpr DiagnosticRule kBehaviour{
    "gate.netlist.behaviour", Severity::Error, "module '{}' cannot be used: it holds {}",
    "synthesise it to gates, or describe it in the cell manifest"};
inline constexpr DiagnosticRule kOpaqueCell{
    "gate.netlist.opaque-cell", Severity::Warning,
    "cell '{}' is of type '{}', whose function is not known: its outputs are x",
    "describe it in the cell manifest"};

// Checking the flat result.
inline constexpr DiagnosticRule kMultipleDrivers{"gate.netlist.multiple-drivers", Severity::Error,
                                                 "{} drives '{}', which {} drives too", ""};
inline constexpr DiagnosticRule kUndrivenNet{
    "gate.netlist.undriven-net", Severity::Warning, "nothing drives '{}', which {} reads",
    "it is taken as x; drive it, or run Yosys's `setundef`"};
inline constexpr DiagnosticRule kUndrivenClock{"gate.netlist.undriven-clock", Severity::Error,
                                               "nothing drives '{}', the clock of {}", ""};
inline constexpr DiagnosticRule kConstantClock{"gate.netlist.constant-clock", Severity::Warning,
                                               "the clock of {} is the constant {}",
                                               "it never takes a new value"};
inline constexpr DiagnosticRule kConflictingInit{
    "gate.netlist.conflicting-init", Severity::Error,
    "the initial value of '{}' is {} here and {} by another name of the same net", ""};

// Elaborating, compiling and running.
inline constexpr DiagnosticRule kGlobalClockFlop{
    "gate.model.global-clock-flop", Severity::Error, "flop '{}' has no clock of its own",
    "`$_FF_` is for formal tools: synthesise without `clk2fflogic`"};
inline constexpr DiagnosticRule kCombinationalLoop{
    "gate.model.combinational-loop", Severity::Warning, "a combinational loop runs through {}",
    "it is evaluated to a fixed point; `--no-loops` refuses it instead"};
inline constexpr DiagnosticRule kLoopRefused{"gate.program.loop", Severity::Error,
                                             "a combinational loop runs through {}",
                                             "break it, or allow loops"};
inline constexpr DiagnosticRule kUnknownEngine{"gate.engine.unknown", Severity::Error,
                                               "there is no engine '{}'", "engines are: {}"};
inline constexpr DiagnosticRule kNoFixpoint{
    "gate.run.no-fixpoint", Severity::Error, "edge {} does not settle: {} oscillates",
    "a loop of gates or clocks has no stable value; look at it with the reference engine"};
inline constexpr DiagnosticRule kNoSuchFault{"gate.fault.unknown-net", Severity::Error,
                                             "there is no gate to invert at '{}'", "{}"};

inline constexpr DiagnosticRule kUnknownCheck{
    "gate.model.unknown-check", Severity::Warning, "'{}' is a '{}', which is not checked",
    "assertions, assumptions, covers, messages and ends of a run are"};

inline constexpr const DiagnosticRule* kRules[] = {
    &kUnknownCheck,  &kSyntax,        &kVerilogSyntax,   &kLibertySyntax,   &kUnknownFormat,
    &kManifest,      &kBehaviour,     &kOpaqueCell,      &kFileTooLarge,    &kWrongType,
    &kMissingKey,    &kDuplicateName, &kBadBit,          &kBadNetNumber,    &kBadDirection,
    &kBadParameter,  &kBadInit,       &kMissingTop,      &kAmbiguousTop,    &kRecursion,
    &kTooDeep,       &kTooLarge,      &kUnknownCell,     &kWordLevelCell,   &kUnsupportedCell,
    &kMissingPort,   &kUnknownPort,   &kWidthMismatch,   &kMultipleDrivers, &kUndrivenNet,
    &kUndrivenClock, &kConstantClock, &kConflictingInit, &kGlobalClockFlop, &kCombinationalLoop,
    &kLoopRefused,   &kUnknownEngine, &kNoFixpoint,      &kNoSuchFault,
};

}  // namespace heddle::gate::diag
