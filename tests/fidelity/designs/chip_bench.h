// The designs' benches as tests use them: scripts of designs/ run as processes, their files read.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::test {

/// A file of the source tree.
inline std::string source_file(const std::string& path) {
  return std::string(HEDDLE_SOURCE_DIR) + "/" + path;
}

/// Runs `sh script argument...` in the source tree; a test failure unless it answers 0.
inline void run_script(const std::string& script, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"sh", source_file(script)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  ProcessOptions options;
  options.time_max = std::chrono::seconds(1500);
  const ProcessResult result = run_process(words, options);
  ASSERT_EQ(result.code, 0) << script << "\n" << result.out << result.err;
}

/// Where designs/build.sh and designs/sim/reference.sh leave the files of a chip.
inline std::string design_file(const std::string& chip, const std::string& file) {
  return source_file("build/designs/" + chip + "/" + file);
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

/// Replays the first 20,000 edges of a chip's main image into one of its forms under Icarus and
/// compares the hashes of its outputs with those of the RTL under Verilator.
inline void expect_icarus_agrees(const std::string& style, const std::string& chip) {
  const TempDirectory directory;
  ASSERT_NO_FATAL_FAILURE(run_script("designs/sim/icarus_replay.sh",
                                     {style, chip, design_file(chip, "reference/inputs_start.hex"),
                                      "20000", directory.path(), "1000"}));
  EXPECT_EQ(text_of_file(directory.file("outputs.hash")),
            text_of_file(design_file(chip, "reference/outputs_start.txt")));
}

}  // namespace heddle::test
