#include "tables.h"

#include <algorithm>
#include <regex>

namespace heddle::tidy {
namespace {

constexpr std::string_view kMade =
    "<!-- Made from the headers by `heddle_tidy --write`; a test compares. -->\n";

/// Appends the literal that starts at `at`, unescaped; tells where it ends.
std::size_t take_literal(std::string_view code, std::size_t at, std::string& value) {
  for (++at; at < code.size() && code[at] != '"'; ++at) {
    if (code[at] == '\\' && at + 1 < code.size()) ++at;
    value += code[at];
  }
  return at + 1;
}

/// The comma-separated initialisers from just behind `{` to its `}`.
std::vector<std::string> fields_from(std::string_view code, std::size_t at) {
  std::vector<std::string> fields(1);
  while (at < code.size() && code[at] != '}') {
    if (code[at] == '"') {
      at = take_literal(code, at, fields.back());
      continue;
    }
    if (code[at] == ',') {
      fields.emplace_back();
    } else if (std::isspace(static_cast<unsigned char>(code[at])) == 0) {
      fields.back() += code[at];
    }
    ++at;
  }
  return fields;
}

/// `Severity::Error` is `error` to a reader.
std::string plain_word(const std::string& enumerator) {
  std::string word = enumerator.substr(enumerator.rfind(':') + 1);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return word;
}

/// A cell of a Markdown table.
std::string cell(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '<' || c == '*' || c == '_') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string exit_code_of(const std::string& cause) {
  if (cause.ends_with("Mismatch")) return "1";
  if (cause.ends_with("Corrupt")) return "3";
  if (cause.ends_with("Environment")) return "4";
  return "2";
}

std::string diagnostic_line(const Row& row) {
  const auto field = [&](std::size_t i) { return i < row.fields.size() ? row.fields[i] : ""; };
  const std::string severity = plain_word(field(1));
  const std::string exit_code = severity == "error" ? exit_code_of(field(4)) : "";
  return "| `" + row.name() + "` | " + severity + " | " + cell(field(2)) + " | " + cell(field(3)) +
         " | " + exit_code + " |\n";
}

std::string statistic_line(const Row& row) {
  const auto field = [&](std::size_t i) { return i < row.fields.size() ? row.fields[i] : ""; };
  return "| `" + row.name() + "` | " + plain_word(field(1)) + " | " + cell(field(2)) + " | " +
         cell(field(3)) + " |\n";
}

}  // namespace

const Table& diagnostics_table() {
  static constexpr Table table{"diagnostic",
                               "DiagnosticRule",
                               "kRules[]",
                               "diagnostics.h",
                               R"([a-z][a-z0-9]*(\.[a-z0-9]+(-[a-z0-9]+)*)+)",
                               "docs/reference/diagnostics.md",
                               "# Diagnostics\n\nEvery message about bad input, by its stable "
                               "code. `{}` stands for what was\n"
                               "found; *exit* is the exit code of a command that ends with it.\n"};
  return table;
}

const Table& statistics_table() {
  static constexpr Table table{
      "statistic",
      "StatisticDef",
      "kStatistics[]",
      "statistics.h",
      R"([a-z][a-z0-9_]*(\.[a-z0-9_]+)+)",
      "docs/reference/statistics.md",
      "# Statistics\n\nEvery number that a run reports about itself. A unit of `1` is a ratio.\n"};
  return table;
}

std::vector<Row> rows_of(std::string_view header, const Table& table) {
  const std::string code = without_comments(header, Strings::Keep);
  const std::regex declaration(std::string(table.type) + R"re(\s+(k\w+)\s*\{)re");
  std::vector<Row> rows;
  for (std::sregex_iterator at(code.begin(), code.end(), declaration), end; at != end; ++at) {
    const auto line = std::count(code.begin(), code.begin() + at->position(), '\n') + 1;
    const auto begin = static_cast<std::size_t>(at->position() + at->length());
    rows.push_back({(*at)[1], static_cast<std::size_t>(line), fields_from(code, begin)});
  }
  return rows;
}

std::string reference_page(const SourceTree& tree, const Table& table) {
  const bool is_diagnostics = table.rule == diagnostics_table().rule;
  std::string page(kMade);
  page.append(table.head);
  for (const auto& [path, text] : tree.files()) {
    if (!path.ends_with(table.file) || path.starts_with("tests/")) continue;
    const std::vector<Row> rows = rows_of(text, table);
    if (rows.empty()) continue;
    page += "\n## `" + path + "`\n\n";
    page += is_diagnostics ? "| code | severity | text | help | exit |\n|---|---|---|---|---|\n"
                           : "| name | kind | unit | description |\n|---|---|---|---|\n";
    for (const Row& row : rows) page += is_diagnostics ? diagnostic_line(row) : statistic_line(row);
  }
  return page;
}

}  // namespace heddle::tidy
