// The diagnostics of `base`.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::diag {

inline constexpr DiagnosticRule kFileNotFound{"file.not-found", Severity::Error,
                                              "there is no file '{}'", "check the path"};
inline constexpr DiagnosticRule kFileReadFailed{"file.read-failed", Severity::Error,
                                                "cannot read '{}': {}", "", Cause::Environment};
inline constexpr DiagnosticRule kFileTooLarge{"file.too-large", Severity::Error,
                                              "'{}' is larger than the {} bytes allowed here", ""};
inline constexpr DiagnosticRule kFileWriteFailed{
    "file.write-failed", Severity::Error, "cannot write '{}': {}",
    "what was written before is kept", Cause::Environment};

inline constexpr DiagnosticRule kConfigSyntax{"config.syntax", Severity::Error,
                                              "this is not YAML: {}", ""};
inline constexpr DiagnosticRule kConfigTooLarge{"config.too-large", Severity::Error,
                                                "the configuration has more than {} {}",
                                                "aliases count as often as they are used"};
inline constexpr DiagnosticRule kConfigUnsupported{"config.unsupported", Severity::Error,
                                                   "{} is not accepted in a configuration", "{}"};
inline constexpr DiagnosticRule kConfigDuplicateKey{"config.duplicate-key", Severity::Error,
                                                    "the key '{}' was already given at {}",
                                                    "remove one of the two"};
inline constexpr DiagnosticRule kConfigUnknownKey{"config.unknown-key", Severity::Error,
                                                  "unknown key '{}' in {}", "{}"};
inline constexpr DiagnosticRule kConfigMissingKey{"config.missing-key", Severity::Error,
                                                  "{} lacks the key '{}'", "expected {}"};
inline constexpr DiagnosticRule kConfigWrongType{"config.wrong-type", Severity::Error,
                                                 "{} is {}, expected {}", "{}"};
inline constexpr DiagnosticRule kConfigOutOfRange{"config.out-of-range", Severity::Error,
                                                  "{} is {}, expected {}", ""};
inline constexpr DiagnosticRule kConfigBadChoice{"config.bad-choice", Severity::Error,
                                                 "{} is '{}', expected one of {}", "{}"};

/// Every rule above.
inline constexpr const DiagnosticRule* kRules[] = {
    &kFileNotFound,     &kFileReadFailed,   &kFileTooLarge,      &kFileWriteFailed,
    &kConfigSyntax,     &kConfigTooLarge,   &kConfigUnsupported, &kConfigDuplicateKey,
    &kConfigUnknownKey, &kConfigMissingKey, &kConfigWrongType,   &kConfigOutOfRange,
    &kConfigBadChoice,
};

}  // namespace heddle::diag
