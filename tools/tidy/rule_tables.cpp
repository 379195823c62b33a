// Every diagnostic and every statistic stands in its header's list, in the
// reference page and in a test, and has a name of its own.
#include <algorithm>
#include <regex>

#include "rules.h"
#include "tables.h"

namespace heddle::tidy {
namespace {

bool is_mentioned_in_tests(const SourceTree& tree, const std::string& name) {
  return std::any_of(tree.files().begin(), tree.files().end(), [&](const auto& file) {
    const auto& [path, text] = file;
    if (!path.starts_with("tests/") || path.starts_with("tests/house/tidy_")) return false;
    return text.find(name) != std::string::npos;
  });
}

/// The text of the array of all rows.
std::string list_of(std::string_view header, const Table& table) {
  const std::string code = without_comments(header, Strings::Keep);
  const std::size_t begin = code.find(table.list);
  if (begin == std::string::npos) return {};
  return code.substr(begin, code.find(';', begin) - begin);
}

void check_table(const SourceTree& tree, const Table& table, Findings& findings) {
  const std::regex form{std::string(table.name)};
  std::map<std::string, std::string> owners;
  for (const auto& [path, text] : tree.files()) {
    if (!path.ends_with(table.file)) continue;
    const std::string list = list_of(text, table);
    for (const Row& row : rows_of(text, table)) {
      const auto add = [&](const std::string& message) {
        findings.push_back(
            {path, row.line, std::string(table.rule), "`" + row.name() + "` " + message});
      };
      if (!std::regex_match(row.name(), form)) add("is not of the form area.what, lower case");
      if (!owners.emplace(row.name(), path).second) add("names another row too");
      if (!std::regex_search(list, std::regex("&" + row.constant + "\\b"))) {
        add("is not in " + std::string(table.list));
      }
      if (!is_mentioned_in_tests(tree, row.name())) add("is mentioned by no test");
    }
  }
  if (tree.text(std::string(table.page)) != reference_page(tree, table)) {
    findings.push_back({std::string(table.page), 0, std::string(table.rule),
                        "is not what the headers say: run `heddle_tidy --write`"});
  }
}

}  // namespace

void check_diagnostics(const SourceTree& tree, Findings& findings) {
  check_table(tree, diagnostics_table(), findings);
}

void check_statistics(const SourceTree& tree, Findings& findings) {
  check_table(tree, statistics_table(), findings);
}

}  // namespace heddle::tidy
