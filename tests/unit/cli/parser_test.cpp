// Words in, options and diagnostics out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "unit/cli/sample_tree.h"

namespace heddle::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Parser, stores_every_type_of_option_and_returns_what_the_command_returned) {
  SampleTree tree;
  SessionOptions seen;
  const Transcript result =
      run_words(tree.root,
                {"deep", "run", "--form", "vcd", "--out=there", "--offset", "-7", "--edges", "0x10",
                 "--seed", "18446744073709551615", "--waves", "a.*", "--strict", "in.yaml",
                 "--waves", "b", "--quiet", "--json"},
                &seen);
  EXPECT_EQ(result.code, ExitCode::CheckFailed) << result.err;
  EXPECT_TRUE(tree.has_run);
  EXPECT_EQ(tree.options.file, "in.yaml");
  EXPECT_EQ(tree.options.form, "vcd");
  EXPECT_EQ(tree.options.out, "there");
  EXPECT_EQ(tree.options.offset, -7);
  EXPECT_EQ(tree.options.edges, 16U);
  EXPECT_EQ(tree.options.seed, 18446744073709551615U);
  EXPECT_THAT(tree.options.waves, ElementsAre("a.*", "b"));
  EXPECT_TRUE(tree.options.is_strict);
  EXPECT_TRUE(seen.is_quiet);
  EXPECT_TRUE(seen.is_json);
}

TEST(Parser, leaves_absent_options_as_they_were) {
  SampleTree tree;
  SessionOptions seen;
  run_words(tree.root, {"deep", "run", "f"}, &seen);
  EXPECT_EQ(tree.options.form, "fst");
  EXPECT_EQ(tree.options.out, std::nullopt);
  EXPECT_EQ(tree.options.offset, -5);
  EXPECT_EQ(tree.options.edges, 100U);
  EXPECT_EQ(tree.options.seed, std::nullopt);
  EXPECT_TRUE(tree.options.waves.empty());
  EXPECT_FALSE(seen.is_quiet);
}

TEST(Parser, reads_a_leading_zero_as_decimal) {
  SampleTree tree;
  run_words(tree.root, {"deep", "run", "f", "--edges", "010"});
  EXPECT_EQ(tree.options.edges, 10U);
}

TEST(Parser, refuses_numbers_that_are_not_whole_or_do_not_fit) {
  for (const std::string word :
       {"-1", "1.5", "1e6", "", "18446744073709551616", "12x", "0x", " 1"}) {
    SampleTree tree;
    const Transcript result = run_words(tree.root, {"deep", "run", "f", "--edges=" + word});
    EXPECT_EQ(result.code, ExitCode::Usage) << word;
    EXPECT_THAT(result.err, HasSubstr("cli.bad-usage")) << word;
    EXPECT_FALSE(tree.has_run) << word;
  }
}

TEST(Parser, names_the_nearest_command_for_an_unknown_one) {
  SampleTree tree;
  const Transcript top = run_words(tree.root, {"dep"});
  EXPECT_EQ(top.code, ExitCode::Usage);
  EXPECT_EQ(top.err,
            "error: `tool` has no command `dep` [cli.unknown-command]\n"
            "  help: did you mean `deep`?\n");
  const Transcript below = run_words(tree.root, {"deep", "rum", "f"});
  EXPECT_THAT(below.err, HasSubstr("`tool deep` has no command `rum` [cli.unknown-command]"));
  EXPECT_THAT(below.err, HasSubstr("did you mean `run`?"));
  const Transcript far = run_words(tree.root, {"zzzzzz"});
  EXPECT_THAT(far.err, HasSubstr("see `tool --help`"));
}

TEST(Parser, names_the_nearest_option_for_an_unknown_one) {
  SampleTree tree;
  const Transcript result = run_words(tree.root, {"deep", "run", "f", "--edge=4"});
  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_EQ(result.err,
            "error: `tool deep run` has no option `--edge` [cli.unknown-option]\n"
            "  help: did you mean `--edges`?\n");
  EXPECT_THAT(run_words(tree.root, {"deep", "run", "f", "--jsn"}).err,
              HasSubstr("did you mean `--json`?"));
}

TEST(Parser, refuses_a_word_too_many_a_missing_one_and_a_wrong_choice) {
  SampleTree tree;
  EXPECT_THAT(run_words(tree.root, {"deep", "run", "f", "g"}).err,
              HasSubstr("`tool deep run` does not expect `g` [cli.unexpected-argument]"));
  EXPECT_THAT(run_words(tree.root, {"deep", "run"}).err, HasSubstr("cli.bad-usage"));
  EXPECT_THAT(run_words(tree.root, {"deep", "run", "f", "--form", "png"}).err,
              HasSubstr("cli.bad-usage"));
  EXPECT_THAT(run_words(tree.root, {"deep", "run", "f", "--out"}).err, HasSubstr("cli.bad-usage"));
  EXPECT_THAT(run_words(tree.root, {"deep", "run", "f", "--out", "a", "--out", "b"}).err,
              HasSubstr("cli.bad-usage"));
  EXPECT_FALSE(tree.has_run);
}

TEST(Parser, lists_the_commands_of_a_group_called_without_one) {
  SampleTree tree;
  const Transcript result = run_words(tree.root, {});
  EXPECT_EQ(result.code, ExitCode::Usage);
  EXPECT_EQ(result.err,
            "error: `tool` needs a command [cli.missing-command]\n  help: one of: deep\n");
  EXPECT_THAT(run_words(tree.root, {"deep"}).err, HasSubstr("one of: run"));
}

TEST(Parser, prints_version_and_help_on_the_result_stream) {
  SampleTree tree;
  const Transcript version = run_words(tree.root, {"--version"});
  EXPECT_EQ(version.code, ExitCode::Ok);
  EXPECT_EQ(version.out, "tool 1.2.3\n");
  EXPECT_EQ(version.err, "");
  const Transcript help = run_words(tree.root, {"deep", "run", "--help"});
  EXPECT_EQ(help.code, ExitCode::Ok);
  for (const std::string_view part : {"Run it", "More about running.", "--form", "-o,--out",
                                      "Examples:", "tool deep run a.yaml"}) {
    EXPECT_THAT(help.out, HasSubstr(part));
  }
}

/// Every command of the real tree has a summary without a full stop; every leaf
/// an example that parses as far as its own name.
void expect_helpful(const Command& command, const std::string& path) {
  EXPECT_FALSE(command.summary.empty()) << path;
  EXPECT_FALSE(command.summary.ends_with('.')) << path;
  EXPECT_EQ(command.run == nullptr, !command.children.empty()) << path;
  if (command.run) {
    EXPECT_FALSE(command.examples.empty()) << path;
  }
  for (const Example& example : command.examples) {
    EXPECT_THAT(example.line, HasSubstr(path)) << path;
    EXPECT_FALSE(example.what.empty()) << path;
  }
  for (const Option& option : command.options) {
    EXPECT_FALSE(option.help.empty()) << path << " " << option.name;
    EXPECT_EQ(option.is_flag(), option.value_name.empty()) << path << " " << option.name;
  }
  for (const Command& child : command.children) expect_helpful(child, path + " " + child.name);
}

TEST(Commands, all_say_what_they_do_with_examples) {
  expect_helpful(root_command(), "heddle");
}

}  // namespace
}  // namespace heddle::cli
