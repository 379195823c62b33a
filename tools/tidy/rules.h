// The rules, one function each in rule_*.cpp, and the list of the exceptions.
#pragma once

#include "source_tree.h"

namespace heddle::tidy {

/// The include graph keeps to the layers of the architecture; public headers
/// include std and public headers only; nothing includes itself round about.
void check_layers(const SourceTree& tree, Findings& findings);

/// Files and functions that are too long to hold one concept.
void check_sizes(const SourceTree& tree, Findings& findings);

/// Words that may not stand in certain places.
void check_banned(const SourceTree& tree, Findings& findings);

/// Loops over unordered containers: their order is not the program's.
void check_unordered(const SourceTree& tree, Findings& findings);

/// No binaries, no oversized files, no odd names.
void check_blobs(const SourceTree& tree, Findings& findings);

/// Blanks, tabs, line ends, and the opening comment of a source.
void check_text(const SourceTree& tree, Findings& findings);

/// Every diagnostic rule is listed, documented, unique, and mentioned by a test.
void check_diagnostics(const SourceTree& tree, Findings& findings);

/// Every statistic is documented.
void check_statistics(const SourceTree& tree, Findings& findings);

struct Rule {
  std::string_view name;
  void (*check)(const SourceTree&, Findings&);
};

/// All of them; a finding's `rule` starts with the name of the one it is from.
[[nodiscard]] const std::vector<Rule>& all_rules();

/// Where the exceptions stand: `rule path reason...` a line.
inline constexpr const char* kAllowPath = "tools/tidy/allow.txt";

/// Runs every rule and drops what kAllowPath allows. An exception that is not
/// needed, or that gives no reason, is a finding itself. Sorted.
[[nodiscard]] Findings check_all(const SourceTree& tree);

}  // namespace heddle::tidy
