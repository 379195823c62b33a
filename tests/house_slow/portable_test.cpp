// The preset `portable`: one binary that needs nothing but glibc.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "support/external_tool.h"
#include "support/process.h"

namespace heddle::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Portable, program_needs_no_shared_library_but_those_of_glibc) {
  HEDDLE_NEED_TOOL("ldd");
  const ProcessOptions options{.directory = HEDDLE_SOURCE_DIR,
                               .time_max = std::chrono::seconds(1500)};
  const ProcessResult configured = run_process({"cmake", "--preset", "portable"}, options);
  ASSERT_EQ(configured.code, 0) << configured.out << configured.err;
  const ProcessResult built =
      run_process({"cmake", "--build", "build/portable", "--target", "heddle"}, options);
  ASSERT_EQ(built.code, 0) << built.out;

  const ProcessResult needs = run_process({"ldd", "build/portable/bin/heddle"}, options);
  ASSERT_EQ(needs.code, 0) << needs.err;
  std::istringstream lines(needs.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_THAT(line, AnyOf(HasSubstr("linux-vdso.so"), HasSubstr("libc.so.6"),
                            HasSubstr("libm.so.6"), HasSubstr("ld-linux")));
  }
  const ProcessResult version = run_process({"build/portable/bin/heddle", "--version"}, options);
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, StartsWith("heddle "));
  EXPECT_THAT(version.out, HasSubstr("features  portable"));
}

}  // namespace
}  // namespace heddle::test
