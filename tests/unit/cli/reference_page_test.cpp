// The page of the command line, and that the one in the documentation is it.
#include "cli/reference_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "cli/commands.h"
#include "support/temp_directory.h"
#include "unit/cli/sample_tree.h"

namespace heddle::cli {
namespace {

using testing::HasSubstr;

TEST(CommandReference, shows_each_option_with_its_choices_and_default) {
  const SampleTree tree;
  const std::string page = command_reference(tree.root);
  EXPECT_THAT(page, HasSubstr("\n## `tool deep run`\n\nRun it.\n\nMore about running.\n"));
  EXPECT_THAT(page, HasSubstr("\n| `file` | what to run | required |\n"));
  EXPECT_THAT(page, HasSubstr("\n| `--form FORM` | how One of: `fst`, `vcd`. | `fst` |\n"));
  EXPECT_THAT(page, HasSubstr("\n| `-o, --out DIR` | where to |  |\n"));
  EXPECT_THAT(page, HasSubstr("\n| `--edges N` | unsigned | `100` |\n"));
  EXPECT_THAT(page, HasSubstr("\ntool deep run a.yaml  # runs a.yaml\n"));
}

TEST(CommandReference, is_the_page_of_the_documentation) {
  const std::string path = HEDDLE_SOURCE_DIR "/docs/reference/command-line.md";
  const std::string page = command_reference(root_command());
  if (std::getenv("HEDDLE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << page;
  EXPECT_EQ(test::text_of_file(path), page)
      << "after a change of a command, run this test with HEDDLE_UPDATE_GOLDEN=1";
}

}  // namespace
}  // namespace heddle::cli
