// A diagnostic is what a user is told about bad input: a stable code, where it
// was found, what was found and expected, and what to do about it.
//
// Each module declares its rules as constants in its own `diagnostics.h` and
// lists them in an array `kRules`; tests and the reference page enumerate those
// arrays, so no rule can be added without a test and a documented line.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace heddle {

/// How bad it is. Only `Error` stops an operation.
enum class Severity : std::uint8_t { Note, Warning, Error };

/// Whose fault an error is; the command line turns it into an exit code.
enum class Cause : std::uint8_t {
  Input,        ///< usage or bad input: 2
  Mismatch,     ///< the run worked, its check failed: 1
  Corrupt,      ///< data that a program wrote is damaged: 3
  Environment,  ///< no such device, full disk, no permission: 4
};

/// One row of the diagnostic table. `text` and `help` hold `{}` placeholders,
/// filled in order: first those of `text`, then those of `help`.
struct DiagnosticRule {
  std::string_view code;  ///< stable, dotted, lower case: `config.unknown-key`
  Severity severity = Severity::Error;
  std::string_view text;  ///< what was found, what was expected
  std::string_view help;  ///< what to do; may be empty
  Cause cause = Cause::Input;
};

/// A position in a text that a user wrote. Line and column count from 1;
/// zero means unknown (a whole file, or no file at all).
struct SourcePosition {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  /// `file:line:column`, leaving out what is unknown.
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const SourcePosition&, const SourcePosition&) = default;
};

/// One message to the user. A value; printing is the caller's business.
class Diagnostic {
 public:
  /// Fills the placeholders of `rule` with `arguments`.
  /// Requires: as many arguments as `rule` has placeholders (checked).
  Diagnostic(const DiagnosticRule& rule, SourcePosition where,
             std::initializer_list<std::string_view> arguments = {});

  [[nodiscard]] std::string_view code() const { return code_; }
  [[nodiscard]] Severity severity() const { return severity_; }
  [[nodiscard]] Cause cause() const { return cause_; }
  [[nodiscard]] const SourcePosition& where() const { return where_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& help() const { return help_; }

  /// `where: error: text [code]`, then `  help: ...` on a line of its own.
  [[nodiscard]] std::string to_string() const;

 private:
  std::string_view code_;
  Severity severity_ = Severity::Error;
  Cause cause_ = Cause::Input;
  SourcePosition where_;
  std::string text_;
  std::string help_;
};

/// An ordered list of diagnostics; the error of every `Result`.
class Diagnostics {
 public:
  /// Past this many, further ones are counted but not kept; errors are kept first.
  static constexpr std::size_t kKeptMax = 100;

  Diagnostics() = default;
  Diagnostics(Diagnostic one) { add(std::move(one)); }  // NOLINT: implicit on purpose

  void add(Diagnostic one);
  /// Appends every diagnostic of `other`.
  void add(const Diagnostics& other);

  [[nodiscard]] bool empty() const { return list_.empty(); }
  [[nodiscard]] bool has_errors() const { return error_count_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return error_count_; }
  /// Of the first error kept; `Input` when there is none.
  [[nodiscard]] Cause cause() const;
  [[nodiscard]] const std::vector<Diagnostic>& list() const { return list_; }

  /// One block of text a diagnostic, in order; says how many were left out.
  [[nodiscard]] std::string to_string() const;

 private:
  std::vector<Diagnostic> list_;
  std::size_t error_count_ = 0;
  std::size_t dropped_count_ = 0;
};

/// The candidate nearest to `name` by edit distance, or empty when none is
/// near enough to be a likely typo (a third of its characters, two swapped
/// ones counting as one). Ties go to the first candidate.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            const std::vector<std::string_view>& candidates);

}  // namespace heddle
