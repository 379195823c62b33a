// .ci/run and tools/test_summary: what counts as passed, failed and skipped,
// with a real ctest over tests that pass, fail, skip, hang and never start.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "house/fake_machine.h"

namespace heddle::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

const char* const kSummary = HEDDLE_SOURCE_DIR "/tools/test_summary";

/// A tree whose `./run test` configures `tests` (CMake code) and runs them.
class CiTree {
 public:
  explicit CiTree(const std::string& tests, const std::string& skips = "") {
    directory_.write("CMakeLists.txt",
                     "cmake_minimum_required(VERSION 3.25)\n"
                     "project(tests NONE)\nenable_testing()\n" +
                         tests);
    for (const std::string path : {".ci/run", "tools/test_summary", "tools/oracles.txt"}) {
      directory_.write(path, text_of_file(std::string(HEDDLE_SOURCE_DIR "/") + path));
    }
    directory_.write("tests/expected_skips.txt", skips);
    directory_.write("run",
                     "#!/bin/sh\nset -e\necho \"required: $HEDDLE_REQUIRE\"\n"
                     "cmake -S . -B build/dev >build.log\n"
                     "ctest --test-dir build/dev -LE slow --output-junit junit.xml\n");
    (void)run_process({"chmod", "+x", directory_.file("run")});
  }

  [[nodiscard]] ProcessResult run(const std::vector<std::string>& environment = {}) const {
    return run_process({"sh", directory_.file(".ci/run")}, {.environment = environment});
  }

  [[nodiscard]] const TempDirectory& directory() const { return directory_; }

 private:
  TempDirectory directory_;
};

std::string test(const std::string& name, const std::string& command,
                 const std::string& properties = "") {
  std::string text = "add_test(NAME " + name + " COMMAND " + command + ")\n";
  if (!properties.empty())
    text += "set_tests_properties(" + name + " PROPERTIES " + properties + ")\n";
  return text;
}

TEST(Ci, sums_fast_and_slow_tests_and_demands_the_oracles) {
  const CiTree tree(test("a", "true") + test("b", "true") + test("c", "true", "LABELS slow"));
  const ProcessResult result = tree.run({"HEDDLE_REQUIRE="});
  EXPECT_EQ(result.code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, EndsWith("\n3 passed, 0 failed, 0 skipped\n"));
  for (const std::string tool :
       {"yosys", "iverilog", "verilator", "riscv64-unknown-elf-gcc", "protoc", "fst2vcd"}) {
    EXPECT_THAT(result.out, HasSubstr(tool + ","));
  }
}

TEST(Ci, fails_when_a_fast_or_a_slow_test_fails) {
  const CiTree fast(test("a", "false") + test("b", "true", "LABELS slow"));
  EXPECT_EQ(fast.run().code != 0, true);
  EXPECT_THAT(fast.run().out, EndsWith("\n1 passed, 1 failed, 0 skipped\n"));
  const CiTree slow(test("a", "true") + test("b", "false", "LABELS slow"));
  EXPECT_NE(slow.run().code, 0);
  EXPECT_THAT(slow.run().out, EndsWith("\n1 passed, 1 failed, 0 skipped\n"));
}

TEST(Ci, allows_the_skips_that_the_list_names_and_no_other) {
  const std::string tests =
      test("a", "true") + test("b", "sh -c \"exit 77\"", "SKIP_RETURN_CODE 77");
  const CiTree spaced(test("\"a  # of = 1\"", "sh -c \"exit 77\"", "") + test("c", "true") +
                          "set_tests_properties(\"a  # of = 1\" PROPERTIES SKIP_RETURN_CODE 77)\n",
                      "mpi a  # of = 1\n");
  EXPECT_THAT(spaced.run().out, EndsWith("\n1 passed, 0 failed, 1 skipped\n"));
  const CiTree listed(tests, "# comment\ngpu b\n");
  const ProcessResult allowed = listed.run();
  EXPECT_EQ(allowed.code, 0) << allowed.err;
  EXPECT_THAT(allowed.out, EndsWith("\n1 passed, 0 failed, 1 skipped\n"));
  const ProcessResult unlisted = CiTree(tests).run();
  EXPECT_NE(unlisted.code, 0);
  EXPECT_THAT(unlisted.out, EndsWith("\n1 passed, 1 failed, 0 skipped\n"));
  EXPECT_THAT(unlisted.err, HasSubstr("b skipped"));
  const ProcessResult unfit = CiTree(tests, "verilator b\n").run();
  EXPECT_NE(unfit.code, 0);
  EXPECT_THAT(unfit.err, HasSubstr("label `verilator` may not skip"));
}

TEST(Ci, counts_hangs_absent_programs_and_failed_fixtures_as_failures) {
  const CiTree tree(test("a", "true") + test("hangs", "sleep 9", "TIMEOUT 1") +
                    test("absent", "/nonexistent") + test("setup", "false", "FIXTURES_SETUP f") +
                    test("user", "true", "FIXTURES_REQUIRED f"));
  const ProcessResult result = tree.run();
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.out, EndsWith("\n1 passed, 4 failed, 0 skipped\n"));
}

TEST(Ci, counts_slow_tests_that_the_time_limit_cut_off_as_failures) {
  std::string tests = test("a", "true");
  for (const std::string name : {"s1", "s2", "s3"}) {
    tests += test(name, "sleep 3", "LABELS slow RUN_SERIAL 1");
  }
  const ProcessResult result = CiTree(tests).run({"HEDDLE_SLOW_LIMIT_S=4"});
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.out, EndsWith("\n2 passed, 2 failed, 0 skipped\n"));
}

TEST(Ci, fails_when_nothing_was_built) {
  const CiTree tree("message(FATAL_ERROR broken)\n");
  const ProcessResult result = tree.run();
  EXPECT_NE(result.code, 0);
  EXPECT_THAT(result.out, EndsWith("0 passed, 1 failed, 0 skipped\n"));
}

TEST(TestSummary, is_not_fooled_by_what_a_test_prints) {
  const CiTree tree(test("a", "echo \"<testcase name=\\\"x\\\" status=\\\"fail\\\">\""));
  EXPECT_THAT(tree.run().out, EndsWith("\n1 passed, 0 failed, 0 skipped\n"));
}

TEST(TestSummary, counts_tests_without_a_report_as_failed) {
  const TempDirectory directory;
  const std::string skips = directory.write("skips", "");
  const ProcessResult result =
      run_process({"sh", kSummary, skips, directory.file("absent.xml") + "=7"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "0 passed, 7 failed, 0 skipped\n");
}

}  // namespace
}  // namespace heddle::test
