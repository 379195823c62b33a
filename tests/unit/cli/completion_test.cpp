// The completion script, run by bash itself.
#include "cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "cli/commands.h"
#include "support/process.h"
#include "support/temp_directory.h"
#include "unit/cli/sample_tree.h"

namespace heddle::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;

/// What bash offers for the last of `words` after sourcing the script of `root`.
std::vector<std::string> complete(const Command& root, const std::vector<std::string>& words) {
  const test::TempDirectory directory;
  std::string line;
  for (const std::string& word : words) line += " '" + word + "'";
  const std::string script = directory.write(
      "complete.sh", bash_completion(root) + "COMP_WORDS=(" + line +
                         ")\nCOMP_CWORD=" + std::to_string(words.size() - 1) + "\n_" + root.name +
                         "\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  const test::ProcessResult result = test::run_process({"bash", script});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  std::istringstream lines(result.out);
  std::vector<std::string> offered;
  for (std::string offer; std::getline(lines, offer);) {
    if (!offer.empty()) offered.push_back(offer);
  }
  return offered;
}

TEST(Completion, offers_commands_options_and_choices_where_each_may_stand) {
  const SampleTree tree;
  EXPECT_THAT(complete(tree.root, {"tool", ""}), ElementsAre("deep", "--help", "--version"));
  EXPECT_THAT(complete(tree.root, {"tool", "de"}), ElementsAre("deep"));
  EXPECT_THAT(complete(tree.root, {"tool", "deep", ""}), ElementsAre("run", "--help"));
  EXPECT_THAT(complete(tree.root, {"tool", "deep", "run", "--o"}),
              ElementsAre("--out", "--offset"));
  EXPECT_THAT(complete(tree.root, {"tool", "deep", "run", "x", "--form", ""}),
              ElementsAre("fst", "vcd"));
}

TEST(Completion, leaves_free_values_to_file_names) {
  const SampleTree tree;
  EXPECT_THAT(complete(tree.root, {"tool", "deep", "run", "--out", ""}), IsEmpty());
  EXPECT_THAT(complete(tree.root, {"tool", "deep", "run", "-o", ""}), IsEmpty());
}

/// Collects `path` and each word that must be offered after it.
void expect_complete(const Command& root, const Command& command,
                     const std::vector<std::string>& path) {
  std::vector<std::string> wanted = {"--help"};
  for (const Command& child : command.children) wanted.push_back(child.name);
  for (const Option& option : command.options) {
    if (option.is_positional()) continue;
    wanted.push_back(option.name.substr(option.name.find("--")));
  }
  std::vector<std::string> words = path;
  words.emplace_back();
  EXPECT_THAT(complete(root, words), IsSupersetOf(wanted)) << path.back();
  for (const Command& child : command.children) {
    std::vector<std::string> below = path;
    below.push_back(child.name);
    expect_complete(root, child, below);
  }
}

TEST(Completion, knows_every_command_and_option_of_heddle) {
  const Command root = root_command();
  expect_complete(root, root, {"heddle"});
}

}  // namespace
}  // namespace heddle::cli
