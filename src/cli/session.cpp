#include "cli/session.h"

#include <chrono>
#include <string>

namespace heddle::cli {
namespace {

constexpr std::string_view kReset = "\x1b[0m";
constexpr std::string_view kBold = "\x1b[1m";

std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::Error: return "\x1b[1;31m";
    case Severity::Warning: return "\x1b[1;35m";
    case Severity::Note: return "\x1b[1;36m";
  }
  return kReset;
}

std::string_view word_of(Severity severity) {
  switch (severity) {
    case Severity::Error: return "error:";
    case Severity::Warning: return "warning:";
    case Severity::Note: return "note:";
  }
  return "error:";
}

/// The plain text of a diagnostic with its place bold and its severity coloured.
std::string coloured(const Diagnostic& diagnostic) {
  const std::string text = diagnostic.to_string();
  const std::string_view word = word_of(diagnostic.severity());
  const std::size_t at = text.find(word, diagnostic.where().to_string().size());
  if (at == std::string::npos) return text;
  std::string result;
  result.append(kBold).append(text, 0, at).append(kReset);
  result.append(colour_of(diagnostic.severity())).append(word).append(kReset);
  return result.append(text, at + word.size());
}

}  // namespace

void Session::note(std::string_view line) {
  if (options_.is_quiet) return;
  err_.write(line);
  err_.write("\n");
}

ExitCode Session::report(const Diagnostics& diagnostics) {
  std::size_t shown_error_count = 0;
  for (const Diagnostic& diagnostic : diagnostics.list()) {
    const bool is_error = diagnostic.severity() == Severity::Error;
    if (options_.is_quiet && !is_error) continue;
    shown_error_count += is_error ? 1 : 0;
    err_.write(options_.err_has_colour ? coloured(diagnostic) : diagnostic.to_string());
  }
  if (const std::size_t rest = diagnostics.error_count() - shown_error_count; rest > 0) {
    err_.write("... and " + std::to_string(rest) + " more errors\n");
  }
  return diagnostics.has_errors() ? exit_code_of(diagnostics.cause()) : ExitCode::Ok;
}

std::unique_ptr<Progress> Session::make_progress() {
  if (options_.is_quiet) return std::make_unique<SilentProgress>();
  const ProgressStyle style =
      options_.err_is_terminal ? ProgressStyle::Terminal : ProgressStyle::Plain;
  return std::make_unique<ProgressPrinter>(
      style, [] { return std::chrono::steady_clock::now().time_since_epoch(); },
      [this](std::string_view text) { err_.write(text); });
}

}  // namespace heddle::cli
