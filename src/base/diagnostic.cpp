// Formatting and collecting diagnostics.
#include "heddle/base/diagnostic.h"

#include <algorithm>
#include <numeric>

#include "heddle/base/check.h"

namespace heddle {
namespace {

std::string_view severity_word(Severity severity) {
  switch (severity) {
    case Severity::Note: return "note";
    case Severity::Warning: return "warning";
    case Severity::Error: return "error";
  }
  return "error";
}

/// Replaces each `{}` of `pattern` by the next argument.
std::string fill(std::string_view pattern, const std::string_view*& next,
                 const std::string_view* end) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t hole = pattern.find("{}", at);
    out.append(pattern.substr(at, hole - at));
    if (hole == std::string_view::npos) break;
    HEDDLE_CHECK(next != end);
    out.append(*next++);
    at = hole + 2;
  }
  return out;
}

/// How many characters to insert, remove, replace or swap with their neighbour
/// (optimal string alignment). O(a.size() * b.size()); names are short.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (is_swap) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string SourcePosition::to_string() const {
  std::string out = file;
  if (line == 0) return out;
  out += ":" + std::to_string(line);
  if (column != 0) out += ":" + std::to_string(column);
  return out;
}

Diagnostic::Diagnostic(const DiagnosticRule& rule, SourcePosition where,
                       std::initializer_list<std::string_view> arguments)
    : code_(rule.code), severity_(rule.severity), cause_(rule.cause), where_(std::move(where)) {
  const std::string_view* next = arguments.begin();
  text_ = fill(rule.text, next, arguments.end());
  help_ = fill(rule.help, next, arguments.end());
  HEDDLE_CHECK(next == arguments.end());
}

std::string Diagnostic::to_string() const {
  std::string out = where_.to_string();
  if (!out.empty()) out += ": ";
  out += severity_word(severity_);
  out += ": " + text_ + " [";
  out += code_;
  out += "]\n";
  if (!help_.empty()) out += "  help: " + help_ + "\n";
  return out;
}

void Diagnostics::add(Diagnostic one) {
  const auto is_error = [](const Diagnostic& d) { return d.severity() == Severity::Error; };
  if (is_error(one)) ++error_count_;
  if (list_.size() == kKeptMax) {
    ++dropped_count_;
    // An error goes before what only warns.
    const auto lesser = std::find_if_not(list_.rbegin(), list_.rend(), is_error);
    if (!is_error(one) || lesser == list_.rend()) return;
    list_.erase(std::next(lesser).base());
  }
  list_.push_back(std::move(one));
}

void Diagnostics::add(const Diagnostics& other) {
  std::size_t dropped_errors = other.error_count_;
  for (const Diagnostic& one : other.list_) {
    if (one.severity() == Severity::Error) --dropped_errors;
    add(one);
  }
  error_count_ += dropped_errors;
  dropped_count_ += other.dropped_count_;
}

Cause Diagnostics::cause() const {
  for (const Diagnostic& one : list_) {
    if (one.severity() == Severity::Error) return one.cause();
  }
  return Cause::Input;
}

std::string Diagnostics::to_string() const {
  std::string out;
  for (const Diagnostic& one : list_) out += one.to_string();
  if (dropped_count_ > 0) out += "... and " + std::to_string(dropped_count_) + " more\n";
  return out;
}

std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(name.size() / 3, 1) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace heddle
