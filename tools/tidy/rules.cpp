#include "rules.h"

#include <algorithm>
#include <sstream>

namespace heddle::tidy {
namespace {

constexpr std::size_t kReasonCharactersMin = 15;

struct Exception {
  std::string rule;
  std::string path;
  std::string reason;
  std::size_t line = 0;
  bool is_needed = false;
};

std::vector<Exception> read_exceptions(const SourceTree& tree, Findings& findings) {
  std::vector<Exception> exceptions;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(tree.text(kAllowPath))) {
    ++number;
    if (line.empty() || line.starts_with('#')) continue;
    std::istringstream words{std::string(line)};
    Exception one{.rule = {}, .path = {}, .reason = {}, .line = number};
    words >> one.rule >> one.path >> std::ws;
    std::getline(words, one.reason);
    if (one.reason.size() < kReasonCharactersMin) {
      findings.push_back({kAllowPath, number, "allow", "an exception gives its reason"});
    }
    exceptions.push_back(std::move(one));
  }
  return exceptions;
}

bool is_allowed(const Finding& finding, std::vector<Exception>& exceptions) {
  for (Exception& one : exceptions) {
    if (one.rule != finding.rule || one.path != finding.path) continue;
    one.is_needed = true;
    return true;
  }
  return false;
}

}  // namespace

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> rules = {
      {"layer", check_layers},           {"size", check_sizes},           {"banned", check_banned},
      {"unordered", check_unordered},    {"blob", check_blobs},           {"text", check_text},
      {"diagnostic", check_diagnostics}, {"statistic", check_statistics},
  };
  return rules;
}

Findings check_all(const SourceTree& tree) {
  Findings all;
  for (const Rule& rule : all_rules()) rule.check(tree, all);
  Findings kept;
  std::vector<Exception> exceptions = read_exceptions(tree, kept);
  for (Finding& finding : all) {
    if (!is_allowed(finding, exceptions)) kept.push_back(std::move(finding));
  }
  for (const Exception& one : exceptions) {
    if (one.is_needed) continue;
    kept.push_back({kAllowPath, one.line, "allow", "nothing needs this exception: remove it"});
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace heddle::tidy
