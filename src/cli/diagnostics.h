// The diagnostics of the command line.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::cli::diag {

inline constexpr DiagnosticRule kUnknownCommand{"cli.unknown-command", Severity::Error,
                                                "`{}` has no command `{}`", "{}"};
inline constexpr DiagnosticRule kUnknownOption{"cli.unknown-option", Severity::Error,
                                               "`{}` has no option `{}`", "{}"};
inline constexpr DiagnosticRule kUnexpectedArgument{"cli.unexpected-argument", Severity::Error,
                                                    "`{}` does not expect `{}`", "see `{} --help`"};
inline constexpr DiagnosticRule kMissingCommand{"cli.missing-command", Severity::Error,
                                                "`{}` needs a command", "one of: {}"};
inline constexpr DiagnosticRule kBadUsage{"cli.bad-usage", Severity::Error, "{}",
                                          "see `{} --help`"};

inline constexpr DiagnosticRule kRunExists{
    "cli.run-exists", Severity::Error, "the run directory '{}' exists",
    "name another with `--out`, or replace it with `--force`"};

inline constexpr DiagnosticRule kEnginesDiffer{
    "cli.engines-differ", Severity::Error,
    "{}: the event engine came to {} cycles ({}), the cycle-stepped one to {} ({})",
    "this is a mistake of ours; please report it with the run directory", Cause::Mismatch};

inline constexpr DiagnosticRule kKernelUnknown{
    "cli.kernel-unknown", Severity::Error, "there is no kernel or list of layers '{}'", "give {}"};

/// Every rule above.
inline constexpr const DiagnosticRule* kRules[] = {
    &kUnknownCommand, &kUnknownOption, &kUnexpectedArgument, &kMissingCommand,
    &kBadUsage,       &kRunExists,     &kEnginesDiffer,      &kKernelUnknown,
};

}  // namespace heddle::cli::diag
