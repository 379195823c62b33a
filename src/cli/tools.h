// The programs outside heddle that something here can use: what each enables
// and which Debian package brings it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::cli {

struct ToolRule {
  std::string_view program;
  std::string_view version_argument;  ///< empty: it cannot say its version without a display
  std::string_view package;           ///< of Debian 12
  std::string_view enables;           ///< what one cannot do without it
};

/// Every tool that `doctor` looks for, in the order it shows them.
[[nodiscard]] std::span<const ToolRule> tool_rules();

struct ToolState {
  ToolRule rule;
  std::string path;     ///< empty: absent
  std::string version;  ///< its own first line

  [[nodiscard]] bool is_there() const { return !path.empty(); }
};

/// Looks each tool up in `search_path` and asks it for its version.
[[nodiscard]] std::vector<ToolState> find_tools(const std::string& search_path);

}  // namespace heddle::cli
