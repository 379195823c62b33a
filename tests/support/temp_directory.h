// A directory of a test's own, removed with everything in it at the end.
#pragma once

#include <string>
#include <utility>

namespace heddle::test {

class TempDirectory {
 public:
  /// Made below the system's temporary directory; its name is unique.
  TempDirectory();
  ~TempDirectory();
  TempDirectory(TempDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TempDirectory& operator=(TempDirectory&&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// `path()/name`.
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  /// Writes `path()/name`, making its directories, and tells its path.
  std::string write(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

/// The whole content of a file; a test failure when it cannot be read.
[[nodiscard]] std::string text_of_file(const std::string& path);

}  // namespace heddle::test
