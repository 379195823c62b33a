// The script `run`: which tools it calls for each subcommand, from anywhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "house/fake_machine.h"

namespace heddle::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// A tree with `run`, where every tool it calls only writes that down.
FakeMachine make_machine() {
  FakeMachine machine({"sh", "cat", "setarch", "true", "dirname", "grep", "mkdir", "chmod"});
  machine.copy_from_repository("run");
  for (const std::string tool : {"cmake", "ctest", "clang-format-22", "git", "mkdocs"}) {
    machine.add(tool, "exit 0");
  }
  machine.add("nproc", "echo 3");
  for (const std::string tool : {"deps", "demo", "bench", "lint", "fuzz"}) {
    machine.directory().write("tree/tools/" + tool, "#!/bin/sh\necho \"tools/" + tool +
                                                        " $*\" >>'" +
                                                        machine.directory().file("calls") + "'\n");
  }
  machine.directory().write("tree/designs/build.sh", "echo design \"$@\"\n");
  (void)machine.run({"sh", "-c", "chmod +x tools/*"});
  return machine;
}

TEST(Run, demo_installs_its_own_set_and_builds_only_the_program) {
  const FakeMachine machine = make_machine();
  const ProcessResult result = machine.run({"sh", "run", "demo"});
  EXPECT_EQ(result.code, 0) << result.err;
  const std::string calls = machine.calls();
  EXPECT_THAT(calls, HasSubstr("tools/deps demo\n"));
  EXPECT_THAT(calls, HasSubstr("cmake --preset release\n"));
  EXPECT_THAT(calls, HasSubstr("cmake --build build/release -j 3 --target heddle\n"));
  EXPECT_THAT(calls, HasSubstr("tools/demo "));
  EXPECT_THAT(calls, Not(HasSubstr("tools/deps test")));
}

TEST(Run, test_builds_dev_and_leaves_slow_tests_to_test_full) {
  const FakeMachine fast = make_machine();
  EXPECT_EQ(fast.run({"sh", "run", "test"}).code, 0);
  EXPECT_THAT(fast.calls(), AllOf(HasSubstr("tools/deps test\n"), HasSubstr("cmake --preset dev\n"),
                                  HasSubstr("-LE slow|full\n"), Not(HasSubstr("-L slow"))));
  const FakeMachine full = make_machine();
  EXPECT_EQ(full.run({"sh", "run", "test-full"}).code, 0);
  EXPECT_THAT(full.calls(), AllOf(HasSubstr("-LE slow|full\n"), HasSubstr("-L slow|full\n")));
}

TEST(Run, each_sanitiser_is_the_preset_of_its_name) {
  for (const std::string preset : {"asan", "tsan", "uninit"}) {
    const FakeMachine machine = make_machine();
    EXPECT_EQ(machine.run({"sh", "run", preset}).code, 0);
    EXPECT_THAT(machine.calls(), HasSubstr("cmake --preset " + preset + "\n"));
    EXPECT_THAT(machine.calls(), HasSubstr("ctest --preset " + preset + " "));
  }
}

TEST(Run, bare_checks_format_and_lint_before_it_builds_and_tests) {
  FakeMachine machine = make_machine();
  machine.add("git", "echo src/a.cpp");
  EXPECT_EQ(machine.run({"sh", "run"}).code, 0);
  const std::string calls = machine.calls();
  const std::size_t format = calls.find("clang-format-22 --dry-run --Werror src/a.cpp");
  const std::size_t lint = calls.find("tools/lint");
  const std::size_t test = calls.find("ctest");
  EXPECT_LT(format, lint);
  EXPECT_LT(lint, test);
  EXPECT_NE(test, std::string::npos);
}

TEST(Run, hands_words_with_an_equals_sign_on_as_environment) {
  const FakeMachine machine = make_machine();
  machine.directory().write("tree/tools/demo", "#!/bin/sh\necho \"fault is $FAULT\"\n");
  (void)machine.run({"sh", "-c", "chmod +x tools/demo"});
  EXPECT_THAT(machine.run({"sh", "run", "demo", "FAULT=1"}).out, HasSubstr("fault is 1\n"));
}

TEST(Run, bench_takes_its_module_in_either_spelling) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"bench", "gate"}, std::vector<std::string>{"bench-gate"}}) {
    const FakeMachine machine = make_machine();
    std::vector<std::string> line = {"./run"};
    line.insert(line.end(), words.begin(), words.end());
    EXPECT_EQ(machine.run(line).code, 0);
    EXPECT_THAT(machine.calls(),
                AllOf(HasSubstr("tools/deps bench\n"), HasSubstr("tools/bench gate\n")));
  }
}

TEST(Run, works_from_any_directory_without_a_home) {
  const FakeMachine machine = make_machine();
  const ProcessResult result =
      machine.run({"sh", "-c", "cd /; exec \"$0\" demo", machine.root() + "/run"},
                  {"HOME=/nonexistent", "CI=true"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(machine.calls(), HasSubstr("cmake --preset release\n"));
}

TEST(Run, stops_with_the_code_of_what_failed) {
  const FakeMachine lacking = make_machine();
  lacking.directory().write("tree/tools/deps", "#!/bin/sh\nexit 4\n");
  (void)lacking.run({"sh", "-c", "chmod +x tools/deps"});
  EXPECT_EQ(lacking.run({"sh", "run", "demo"}).code, 4);
  EXPECT_EQ(lacking.run({"sh", "run", "test"}).code, 4);

  FakeMachine broken = make_machine();
  broken.add("cmake", "echo what went wrong; exit 1");
  const ProcessResult result = broken.run({"sh", "run", "test"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("what went wrong"));
  EXPECT_THAT(broken.calls(), Not(HasSubstr("ctest")));
}

TEST(Run, exits_2_with_its_usage_for_an_unknown_command_and_0_for_help) {
  const FakeMachine machine = make_machine();
  const ProcessResult unknown = machine.run({"sh", "run", "dmeo"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no command `dmeo`"));
  const ProcessResult help = machine.run({"sh", "run", "help"});
  EXPECT_EQ(help.code, 0);
  for (const std::string command : {"demo", "test-full", "asan", "tsan", "uninit", "fuzz", "bench",
                                    "install PREFIX", "dev", "docs"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
  }
  EXPECT_EQ(machine.calls().find("cmake"), std::string::npos);
}

}  // namespace
}  // namespace heddle::test
