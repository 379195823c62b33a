// tools/fuzz with made-up targets: how the time is shared, and that a target
// that breaks is a failure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "house/fake_machine.h"

namespace heddle::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A tree with these fuzz targets: a name, and the script it runs.
FakeMachine make_tree(const std::vector<std::pair<std::string, std::string>>& targets) {
  FakeMachine machine({"sh", "basename", "dirname", "mkdir", "sed", "tail", "chmod"});
  machine.copy_from_repository("tools/fuzz");
  for (const auto& [name, body] : targets) {
    const std::string path = "tree/build/fuzz/bin/" + name + "_fuzz";
    machine.directory().write(path, "#!/bin/sh\necho \"" + name + " $*\" >>'" +
                                        machine.directory().file("calls") + "'\n" + body + "\n");
    (void)machine.run({"chmod", "+x", machine.directory().file(path)});
  }
  return machine;
}

TEST(FuzzDriver, gives_each_target_its_share_its_seeds_and_its_words) {
  const FakeMachine machine =
      make_tree({{"json", "echo 'stat::number_of_executed_units: 42' >&2"}, {"vcd", ""}});
  machine.directory().write("tree/fuzz/corpus/json/seed", "x");
  machine.directory().write("tree/fuzz/json.dict", "\"x\"\n");
  const ProcessResult result = machine.run({"sh", "tools/fuzz", "10"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("fuzz json for 5 s"), HasSubstr("inputs tried: 42"),
                                HasSubstr("fuzz vcd for 5 s")));
  EXPECT_THAT(machine.calls(), AllOf(HasSubstr("json -dict=fuzz/json.dict -max_total_time=5"),
                                     HasSubstr(" build/fuzz/corpus/json fuzz/corpus/json\n"),
                                     HasSubstr(" build/fuzz/corpus/vcd\n")));
}

TEST(FuzzDriver, runs_the_others_when_one_breaks_and_fails) {
  const FakeMachine machine = make_tree({{"json", "echo broken by this; exit 77"}, {"vcd", ""}});
  const ProcessResult result = machine.run({"sh", "tools/fuzz", "2"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("broken by this"));
  EXPECT_THAT(machine.calls(), HasSubstr("vcd "));
}

TEST(FuzzDriver, refuses_what_is_no_number_and_a_tree_without_targets) {
  EXPECT_EQ(make_tree({{"json", ""}}).run({"sh", "tools/fuzz", "soon"}).code, 2);
  EXPECT_EQ(make_tree({}).run({"sh", "tools/fuzz", "5"}).code, 2);
}

}  // namespace
}  // namespace heddle::test
