// The built program, from outside: streams and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/process.h"

namespace heddle::cli {
namespace {

using testing::HasSubstr;

const char* const kHeddle = HEDDLE_BINARY_DIR "/bin/heddle";

TEST(Program, exits_0_with_help_and_2_with_a_usage_error) {
  const test::ProcessResult help = test::run_process({kHeddle, "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("Usage: heddle"));
  EXPECT_EQ(help.err, "");
  const test::ProcessResult wrong = test::run_process({kHeddle, "docter"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_THAT(wrong.err, HasSubstr("did you mean `doctor`?"));
}

TEST(Program, prints_no_colour_into_a_pipe) {
  const test::ProcessResult wrong =
      test::run_process({kHeddle, "docter"}, {.environment = {"TERM=xterm"}});
  EXPECT_EQ(wrong.err.find('\x1b'), std::string::npos);
}

TEST(Program, exits_4_when_its_output_cannot_be_written) {
  std::string line = kHeddle;
  line += " completion bash > /dev/full";
  const test::ProcessResult full = test::run_process({"sh", "-c", line});
  EXPECT_EQ(full.code, 4);
  EXPECT_THAT(full.err, HasSubstr("file.write-failed"));
}

}  // namespace
}  // namespace heddle::cli
