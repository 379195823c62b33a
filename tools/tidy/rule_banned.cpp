// Words that may not stand in certain places. The words are split here, so that
// this file does not trip over itself.
#include <regex>

#include "rules.h"

namespace heddle::tidy {
namespace {

enum class In {
  Library,  ///< src/ but the command line, and public headers: code, not comments
  Source,   ///< src/, include/, tests/, tools/, bench/, fuzz/: C++ code, not comments
  Headers,  ///< headers of any of those
  All,      ///< every text, comments too
};

struct Banned {
  In in;
  std::string pattern;  ///< an ECMAScript regular expression
  std::string_view why;
};

const std::vector<Banned>& table() {
  static const std::vector<Banned> banned = {
      {In::Source, R"(\b(std::)?s?rand\s*\()", "use the named random streams of base"},
      {In::Source, R"(\bstd::(random_device|default_random_engine|\w+_distribution)\b)",
       "its numbers differ between libraries: use the random streams of base"},
      {In::Library, R"(\bstd::mt19937)", "use the named random streams of base"},
      {In::Library, R"(\btime\s*\(\s*(nullptr|NULL|0)\s*\))", "time is injected"},
      {In::Library, R"(\bsystem_clock\b)", "time is injected"},
      {In::Library, R"(\b(std::)?(printf|puts|putchar|vprintf)\s*\()", "the library never prints"},
      {In::Library, R"(\bstd::(cout|cerr|clog)\b)", "the library never prints"},
      {In::Library, R"(\bfprintf\s*\(\s*(stdout|stderr))", "the library never prints"},
      {In::Library, R"(\b(std::)?(exit|_exit|quick_exit|abort)\s*\()",
       "the library never ends the process"},
      {In::Library, R"(\b(throw\s+\w|throw;))", "errors are Result values"},
      {In::Headers, R"(\busing\s+namespace\b)", "it would reach every includer"},
      {In::Headers, R"(#include\s*<iostream>)", "it runs code before main"},
      {In::Source, R"(\b(strcpy|strcat|sprintf|gets|strtok|atoi|atof)\s*\()", "it checks nothing"},
      {In::Source, R"(\bsleep(_for|_until)?\s*\()", "tests and code wait for events, not for time"},
      {In::All, R"(\b(TO)(DO)\b|\b(FIX)(ME)\b|\b(X)(XX)\b)", "finish it, or open an issue"},
      {In::All, R"((^|[^\w.])/(work|root|home|Users)/\w)", "a path of one machine"},
      {In::All,
       R"((^|["'\s=(])/t)"
       R"(mp/\w)",
       "a path of one machine: ask for a temporary directory"},
      {In::All, R"(\b(py)(pi\.org)|\bregistry\.(npm)\w+|\b(deb)(\.debian\.org)|\bcrates\.(io)\b)",
       "a package registry's host"},
      {In::All,
       R"(artifact)"
       R"(registry|googleapis\.com)",
       "a package registry's host"},
      {In::All, R"(-march=(native)\b)", "a binary runs on every x86-64-v2 machine"},
      {In::All, R"(^(<{7}|>{7}|={7})( |$))", "a merge is not finished"},
  };
  return banned;
}

/// Where a pattern may stand although it is banned elsewhere.
bool is_exempt(const std::string& path) {
  return path == "tools/tidy/rule_banned.cpp" || path == "LICENSE" ||
         path.starts_with("tests/house/tidy_");
}

bool is_source(std::string_view path) {
  for (const std::string_view root : {"src/", "include/", "tests/", "tools/", "bench/", "fuzz/"}) {
    if (path.starts_with(root)) return is_cpp(path);
  }
  return false;
}

bool is_library(std::string_view path) {
  if (path.starts_with("src/cli/") || !is_cpp(path)) return false;
  return path.starts_with("src/") || path.starts_with("include/");
}

bool applies(In in, std::string_view path) {
  switch (in) {
    case In::Library: return is_library(path);
    case In::Source: return is_source(path);
    case In::Headers: return is_source(path) && is_header(path);
    case In::All: return true;
  }
  return true;
}

void find_in(const std::string& path, std::string_view text, In in,
             const std::vector<std::pair<std::regex, std::string_view>>& patterns,
             Findings& findings) {
  if (patterns.empty()) return;
  std::size_t number = 0;
  const std::string code =
      in == In::All ? std::string(text) : without_comments(text, Strings::Blank);
  for (const std::string_view line : lines_of(code)) {
    ++number;
    for (const auto& [pattern, why] : patterns) {
      std::match_results<std::string_view::const_iterator> match;
      if (!std::regex_search(line.begin(), line.end(), match, pattern)) continue;
      findings.push_back({path, number, "banned", "`" + match.str() + "`: " + std::string(why)});
    }
  }
}

}  // namespace

void check_banned(const SourceTree& tree, Findings& findings) {
  for (const In in : {In::Library, In::Source, In::Headers, In::All}) {
    std::vector<std::pair<std::regex, std::string_view>> patterns;
    for (const Banned& one : table()) {
      if (one.in == in) patterns.emplace_back(std::regex(one.pattern), one.why);
    }
    for (const auto& [path, text] : tree.files()) {
      if (applies(in, path) && !is_exempt(path)) find_in(path, text, in, patterns, findings);
    }
  }
}

}  // namespace heddle::tidy
