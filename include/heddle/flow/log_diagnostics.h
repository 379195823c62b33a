// Every message of the unified log and of replay, one row each.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::flow::log::diag {

// Files.
inline constexpr DiagnosticRule kNotFound{"log.not-found", Severity::Error, "there is no log '{}'",
                                          "name a log as `run/log`, `run/log.000.hlog` or `run`"};
inline constexpr DiagnosticRule kAmbiguous{"log.ambiguous", Severity::Error,
                                           "'{}' holds several logs: {}", "name one of them"};
inline constexpr DiagnosticRule kExists{"log.exists", Severity::Error,
                                        "there is a log '{}' already",
                                        "give another name, or append to it"};
inline constexpr DiagnosticRule kWriteFailed{
    "log.write-failed", Severity::Error, "cannot write '{}': {}",
    "what was committed before stays readable; see `heddle log recover`", Cause::Environment};
inline constexpr DiagnosticRule kReadFailed{"log.read-failed", Severity::Error,
                                            "cannot read '{}': {}", "", Cause::Environment};

// What a file holds.
inline constexpr DiagnosticRule kNotALog{"log.not-a-log", Severity::Error, "'{}' is no log: {}", "",
                                         Cause::Corrupt};
inline constexpr DiagnosticRule kOtherVersion{"log.other-version", Severity::Error,
                                              "'{}' has format version {}, this program reads {}",
                                              "read it with the program that wrote it"};
inline constexpr DiagnosticRule kMixedRuns{
    "log.mixed-runs", Severity::Error, "'{}' belongs to another run than '{}'",
    "keep the files of one run under one name", Cause::Corrupt};
inline constexpr DiagnosticRule kBadMeta{"log.bad-meta", Severity::Error,
                                         "the description in '{}' makes no sense: {}", "",
                                         Cause::Corrupt};
inline constexpr DiagnosticRule kDamaged{
    "log.damaged", Severity::Error,
    "'{}' is damaged at byte {}: {} lists can be read before, {} batches follow that cannot",
    "`heddle log recover --cut` keeps what comes before the damage", Cause::Corrupt};
inline constexpr DiagnosticRule kUnclean{
    "log.unclean", Severity::Error, "'{}' has no end marker: the run that wrote it was cut off",
    "run `heddle log recover {}` first"};
inline constexpr DiagnosticRule kCutOff{
    "log.cut-off", Severity::Warning,
    "'{}' has no end marker: the run was cut off after {} lists; {}",
    "`heddle log recover` closes it"};
inline constexpr DiagnosticRule kBadRecord{"log.bad-record", Severity::Error,
                                           "'{}', record at byte {}: {}", "", Cause::Corrupt};
inline constexpr DiagnosticRule kAppendMismatch{"log.append-mismatch", Severity::Error,
                                                "the log '{}' was written for another graph: {}",
                                                "give another name"};

// Use.
inline constexpr DiagnosticRule kTooLarge{
    "log.record-too-large", Severity::Error,
    "list {} takes {} bytes in the log, a record has at most {}",
    "leave the large message out of the log", Cause::Environment};
inline constexpr DiagnosticRule kUnknownTask{"log.unknown-task", Severity::Error,
                                             "the log has no task or message '{}'", "{}"};
inline constexpr DiagnosticRule kNoSuchList{"log.no-such-list", Severity::Error,
                                            "the log has no list {}", "it holds {}"};
inline constexpr DiagnosticRule kTooManyFiles{"log.too-many-files", Severity::Error,
                                              "the log '{}' would need more than {} files",
                                              "make its files larger", Cause::Environment};

inline constexpr DiagnosticRule kOneMessage{"log.one-message", Severity::Error,
                                            "this format holds one message, {} are selected",
                                            "name one of {}"};
inline constexpr DiagnosticRule kTooManyChannels{
    "log.too-many-channels", Severity::Error, "MCAP has 16-bit channels, this log has {} messages",
    "export JSON lines"};

/// Every rule above.
inline constexpr const DiagnosticRule* kRules[] = {
    &kNotFound,    &kAmbiguous,    &kExists,     &kWriteFailed,     &kReadFailed,
    &kNotALog,     &kOtherVersion, &kMixedRuns,  &kBadMeta,         &kDamaged,
    &kUnclean,     &kCutOff,       &kBadRecord,  &kAppendMismatch,  &kTooLarge,
    &kUnknownTask, &kNoSuchList,   &kOneMessage, &kTooManyChannels, &kTooManyFiles,
};

}  // namespace heddle::flow::log::diag
