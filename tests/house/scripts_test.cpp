// Every shell script of the tree: clean for shellcheck, and executable where it
// is called by its name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "source_tree.h"
#include "support/external_tool.h"
#include "support/process.h"

namespace heddle::test {
namespace {

std::vector<std::string> shell_scripts() {
  std::vector<std::string> paths;
  const tidy::SourceTree tree = tidy::SourceTree::load(HEDDLE_SOURCE_DIR);
  for (const auto& [path, text] : tree.files()) {
    if (text.starts_with("#!/bin/sh\n") || text.starts_with("#!/bin/bash\n")) {
      paths.push_back(path);
    }
  }
  return paths;
}

TEST(Scripts, are_clean_for_shellcheck) {
  HEDDLE_NEED_TOOL("shellcheck");
  std::vector<std::string> words = {"shellcheck"};
  for (const std::string& path : shell_scripts()) words.push_back(path);
  ASSERT_GT(words.size(), 4U);
  const ProcessResult result = run_process(words, {.directory = HEDDLE_SOURCE_DIR});
  EXPECT_EQ(result.code, 0) << result.out;
}

TEST(Scripts, can_be_called_by_their_name) {
  for (const std::string& path : shell_scripts()) {
    EXPECT_EQ(access((std::string(HEDDLE_SOURCE_DIR "/") + path).c_str(), X_OK), 0) << path;
  }
}

}  // namespace
}  // namespace heddle::test
