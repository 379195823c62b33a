// What a formatter does not see: blanks at line ends in any text, line ends,
// the last line, `#pragma once`, and that a C++ source opens by saying what it is.
#include "rules.h"

namespace heddle::tidy {
namespace {

bool is_golden(std::string_view path) {
  return path.starts_with("designs/golden/") || path.starts_with("tests/golden/") ||
         path.find("/corpus/") != std::string_view::npos || path == "LICENSE";
}

void check_lines(const std::string& path, std::string_view text, Findings& findings) {
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (line.ends_with('\r')) {
      findings.push_back({path, number, "text", "lines end in LF alone"});
    } else if (line.ends_with(' ') || line.ends_with('\t')) {
      findings.push_back({path, number, "text", "blanks at the end of the line"});
    }
    if (is_cpp(path) && line.find('\t') != std::string_view::npos) {
      findings.push_back({path, number, "text", "a tab"});
    }
  }
  if (!text.empty() && !text.ends_with('\n')) {
    findings.push_back({path, 0, "text", "the last line does not end"});
  }
}

/// A source may leave it to the header of its name: beside it, at the same place
/// below include/heddle, or directly in its module there.
bool needs_opening(const SourceTree& tree, const std::string& path) {
  if (!is_cpp(path)) return false;
  if (is_header(path)) return true;
  if (tree.has(path.substr(0, path.rfind('.')) + ".h")) return false;
  if (!path.starts_with("src/")) return true;
  const std::string header = path.substr(4, path.rfind('.') - 4) + ".h";
  const std::string module = header.substr(0, header.find('/'));
  const std::string name = header.substr(header.rfind('/') + 1);
  return !tree.has("include/heddle/" + header) &&
         !tree.has("include/heddle/" + module + "/" + name);
}

}  // namespace

void check_text(const SourceTree& tree, Findings& findings) {
  for (const auto& [path, text] : tree.files()) {
    if (is_golden(path)) continue;
    check_lines(path, text, findings);
    if (is_header(path) && text.find("\n#pragma once\n") == std::string::npos &&
        !path.starts_with("designs/firmware/")) {
      findings.push_back({path, 0, "text", "a header without `#pragma once`"});
    }
    if (needs_opening(tree, path) && !text.starts_with("//") && !text.starts_with("/*")) {
      findings.push_back({path, 1, "text", "a file opens with a comment that says what and why"});
    }
  }
}

}  // namespace heddle::tidy
