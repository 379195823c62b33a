// The files that tidy looks at, in memory, so that a test can plant some.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::tidy {

/// A broken rule. Ordered by place, so that the report does not depend on the rules' order.
struct Finding {
  std::string path;
  std::size_t line = 0;  ///< from 1; 0: the whole file
  std::string rule;
  std::string message;

  [[nodiscard]] std::string to_string() const;
  friend auto operator<=>(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

/// Paths relative to the root, with `/`, and what is in them.
class SourceTree {
 public:
  void add(std::string path, std::string text) { files_[std::move(path)] = std::move(text); }

  [[nodiscard]] const std::map<std::string, std::string>& files() const { return files_; }
  [[nodiscard]] bool has(const std::string& path) const { return files_.contains(path); }
  /// The text of a file, empty when there is none.
  [[nodiscard]] std::string_view text(const std::string& path) const;

  /// Everything that git tracks below `root`; without git, every file outside
  /// build outputs. Empty when `root` cannot be read.
  [[nodiscard]] static SourceTree load(const std::string& root);

 private:
  std::map<std::string, std::string> files_;
};

/// `text` cut at line ends; a last line without one counts.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

/// Whether a path is C++ (or CUDA), C, or a header of either.
[[nodiscard]] bool is_cpp(std::string_view path);
[[nodiscard]] bool is_header(std::string_view path);

/// `text` with comments, and on wish the insides of strings, blanked: line and
/// column of what is left stay.
enum class Strings { Keep, Blank };
[[nodiscard]] std::string without_comments(std::string_view text, Strings strings);

}  // namespace heddle::tidy
