// Loops over unordered containers. A name declared with an unordered type in a
// file, or in the header it is named after, is looked for in loops and in calls
// of begin(). A heuristic: it misses aliases, and tests with digests catch those.
#include <regex>
#include <set>

#include "rules.h"

namespace heddle::tidy {
namespace {

/// The names declared as `std::unordered_...<...> name`.
std::set<std::string> unordered_names(const std::string& code) {
  std::set<std::string> names;
  constexpr std::string_view kType = "std::unordered_";
  for (std::size_t at = code.find(kType); at != std::string::npos;
       at = code.find(kType, at + kType.size())) {
    std::size_t depth = 0;
    std::size_t end = code.find('<', at);
    if (end == std::string::npos) break;
    for (; end < code.size(); ++end) {
      if (code[end] == '<') ++depth;
      if (code[end] == '>' && --depth == 0) break;
    }
    static const std::regex kName(R"(^[\s&]*(\w+))");
    std::smatch match;
    const std::string rest = code.substr(std::min(end + 1, code.size()), 100);
    if (std::regex_search(rest, match, kName)) names.insert(match[1]);
  }
  return names;
}

void check_file(const std::string& path, const std::string& code,
                const std::set<std::string>& names, Findings& findings) {
  static const std::regex kLoop(R"(\bfor\s*\([^;]*:\s*\*?(?:\w+(?:\.|->))*(\w+)\s*\))");
  static const std::regex kBegin(R"((\w+)(?:\.|->)c?begin\s*\()");
  std::size_t number = 0;
  for (const std::string_view line : lines_of(code)) {
    ++number;
    for (const std::regex& pattern : {kLoop, kBegin}) {
      std::match_results<std::string_view::const_iterator> match;
      if (!std::regex_search(line.begin(), line.end(), match, pattern)) continue;
      if (!names.contains(match[1].str())) continue;
      findings.push_back({path, number, "unordered",
                          "`" + match[1].str() + "` is unordered: its order is no order"});
    }
  }
}

}  // namespace

void check_unordered(const SourceTree& tree, Findings& findings) {
  for (const auto& [path, text] : tree.files()) {
    if (!is_cpp(path) || !(path.starts_with("src/") || path.starts_with("include/"))) continue;
    const std::string code = without_comments(text, Strings::Blank);
    std::set<std::string> names = unordered_names(code);
    if (!is_header(path)) {
      const std::string header = path.substr(0, path.rfind('.')) + ".h";
      for (const std::string& where : {header, "include/heddle/" + header.substr(4)}) {
        names.merge(unordered_names(without_comments(tree.text(where), Strings::Blank)));
      }
    }
    check_file(path, code, names, findings);
  }
}

}  // namespace heddle::tidy
