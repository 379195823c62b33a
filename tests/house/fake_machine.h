// A machine made of scripts: a PATH with a few real tools by link and others
// that only write down how they were called.
#pragma once

#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::test {

class FakeMachine {
 public:
  /// With these programs of the real machine, and nothing else, in its PATH.
  explicit FakeMachine(const std::vector<std::string>& real_programs);

  /// Adds a program: the call goes into the log, then `body` runs.
  void add(const std::string& name, const std::string& body);

  /// A copy of a file of the repository, at the same place below `root()`.
  void copy_from_repository(const std::string& path) const;

  [[nodiscard]] std::string root() const { return directory_.file("tree"); }
  [[nodiscard]] const TempDirectory& directory() const { return directory_; }

  /// Runs words on it, in `root()`, without a standard input.
  [[nodiscard]] ProcessResult run(const std::vector<std::string>& words,
                                  std::vector<std::string> environment = {}) const;

  /// `name argument...` of each call of an added program so far, a line each.
  [[nodiscard]] std::string calls() const;

 private:
  TempDirectory directory_;
};

}  // namespace heddle::test
