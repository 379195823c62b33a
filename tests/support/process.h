// Running another program from a test, with its output and exit code.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace heddle::test {

struct ProcessResult {
  int code = -1;  ///< the exit code, or 128 + the signal that ended it
  std::string out;
  std::string err;
};

struct ProcessOptions {
  std::vector<std::string> environment = {};  ///< NAME=VALUE, over what this process has
  std::string directory = {};                 ///< working directory; empty: this one
  std::string input = {};                     ///< its standard input
  std::chrono::seconds time_max{100};         ///< killed with SIGKILL after that
  /// Sends this signal once `signal_after` has been seen on its standard output.
  int signal = 0;
  std::string signal_after = {};
};

/// Runs `words[0]` (looked up in PATH) with the rest as arguments, to its end.
/// A program that cannot be started has the code 127.
[[nodiscard]] ProcessResult run_process(const std::vector<std::string>& words,
                                        const ProcessOptions& options = {});

}  // namespace heddle::test
