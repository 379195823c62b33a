// tools/deps on machines of every kind, none of them real: root or not, with
// sudo or not, with packages or not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "house/fake_machine.h"

namespace heddle::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Knows tools/deps; `installed` is what dpkg-query says.
FakeMachine make_machine(const std::string& user_id, const std::string& installed_script) {
  FakeMachine machine({"sh", "env", "sed", "sort", "tr"});
  machine.copy_from_repository("tools/deps");
  machine.add("id", "echo " + user_id);
  machine.add("dpkg-query", installed_script);
  machine.add("apt-get", "exit 0");
  return machine;
}

const char* const kNothing = "exit 1";
/// Every package that was asked for.
const char* const kEverything = "shift 3; for package; do echo \"installed $package\"; done";

ProcessResult deps(const FakeMachine& machine, const std::vector<std::string>& words) {
  std::vector<std::string> line = {"sh", "tools/deps"};
  line.insert(line.end(), words.begin(), words.end());
  return machine.run(line);
}

TEST(Deps, asks_dpkg_once_and_apt_never_when_everything_is_there) {
  const FakeMachine machine = make_machine("0", kEverything);
  const ProcessResult result = deps(machine, {"test", "dev"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(machine.calls(), Not(HasSubstr("apt-get")));
  EXPECT_EQ(machine.calls().find("dpkg-query"), machine.calls().rfind("dpkg-query"));
}

TEST(Deps, installs_as_root_without_asking_anything) {
  const FakeMachine machine = make_machine("0", kNothing);
  EXPECT_EQ(deps(machine, {"demo"}).code, 0);
  EXPECT_THAT(machine.calls(), AllOf(HasSubstr("apt-get install -y --no-install-recommends"),
                                     HasSubstr(" yosys"), Not(HasSubstr("apt-get update"))));
}

TEST(Deps, updates_the_lists_once_when_a_package_cannot_be_found) {
  FakeMachine machine = make_machine("0", kNothing);
  const std::string updated = machine.directory().file("updated");
  machine.add("apt-get",
              "case $1 in update) : >'" + updated + "' ;; *) [ -f '" + updated + "' ] ;; esac");
  EXPECT_EQ(deps(machine, {"demo"}).code, 0);
  EXPECT_THAT(machine.calls(), HasSubstr("apt-get update"));
}

TEST(Deps, exits_4_with_the_command_when_apt_fails_for_good) {
  FakeMachine machine = make_machine("0", kNothing);
  machine.add("apt-get", "exit 100");
  const ProcessResult result = deps(machine, {"demo"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("apt-get install -y --no-install-recommends"));
}

TEST(Deps, uses_sudo_where_the_user_is_not_root) {
  FakeMachine machine = make_machine("1000", kNothing);
  machine.add("sudo", "case $1 in -n) exit 0 ;; esac; \"$@\"");
  EXPECT_EQ(deps(machine, {"demo"}).code, 0);
  EXPECT_THAT(machine.calls(),
              HasSubstr("sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y"));
}

TEST(Deps, exits_4_with_the_exact_command_without_root_and_sudo) {
  const FakeMachine machine = make_machine("1000", "echo 'installed yosys'");
  const ProcessResult result = deps(machine, {"demo"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("  apt-get update && apt-get install -y "
                                    "--no-install-recommends cmake g++ gcc-riscv64-unknown-elf"));
  EXPECT_THAT(result.err, Not(HasSubstr("yosys")));
  EXPECT_THAT(machine.calls(), Not(HasSubstr("apt-get")));
}

TEST(Deps, exits_4_where_there_is_no_dpkg) {
  FakeMachine machine({"sh", "sed", "sort", "tr"});
  machine.copy_from_repository("tools/deps");
  const ProcessResult result = deps(machine, {"demo"});
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("yosys"));
}

TEST(Deps, refuses_an_unknown_set) {
  const FakeMachine machine = make_machine("0", kNothing);
  EXPECT_EQ(deps(machine, {"demos"}).code, 2);
  EXPECT_EQ(deps(machine, {}).code, 2);
  EXPECT_THAT(machine.calls(), Not(HasSubstr("apt-get")));
}

TEST(Deps, lists_each_package_of_a_set_once_and_the_demo_in_every_set) {
  const FakeMachine machine = make_machine("0", kNothing);
  const std::string demo = deps(machine, {"--list", "demo"}).out;
  for (const std::string set : {"test", "bench", "dev"}) {
    const std::string all = "\n" + deps(machine, {"--list", set}).out;
    std::istringstream packages(demo);
    for (std::string package; std::getline(packages, package);) {
      const std::size_t first = all.find("\n" + package + "\n");
      EXPECT_NE(first, std::string::npos) << set << " lacks " << package;
      EXPECT_EQ(first, all.rfind("\n" + package + "\n")) << package << " twice in " << set;
    }
  }
}

}  // namespace
}  // namespace heddle::test
