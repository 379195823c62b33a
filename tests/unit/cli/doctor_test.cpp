// What `doctor` finds out about a machine, on made-up machines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/build_info.h"
#include "cli/commands.h"
#include "cli/machine.h"
#include "cli/tools.h"
#include "support/process.h"
#include "support/temp_directory.h"
#include "unit/cli/sample_tree.h"

namespace heddle::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string make_program(const test::TempDirectory& directory, const std::string& name,
                         const std::string& body) {
  const std::string path = directory.write(name, "#!/bin/sh\n" + body + "\n");
  chmod(path.c_str(), 0755);
  return path;
}

TEST(Machine, reads_processor_memory_and_gpus_from_the_files_of_the_system) {
  const test::TempDirectory root;
  root.write("etc/os-release", "NAME=\"X\"\nPRETTY_NAME=\"Loom OS 3\"\n");
  root.write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Weaver 9\nmodel name\t: other\n");
  root.write("proc/meminfo", "MemTotal:       2048 kB\nMemFree: 5 kB\nMemAvailable: 1024 kB\n");
  root.write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t Big GPU\nIRQ: 3\n");
  const Machine machine = read_machine(root.path() + "/");
  EXPECT_EQ(machine.system, "Loom OS 3");
  EXPECT_EQ(machine.processor, "Weaver 9");
  EXPECT_EQ(machine.memory_bytes, 2048U * 1024U);
  EXPECT_EQ(machine.memory_free_bytes, 1024U * 1024U);
  EXPECT_THAT(machine.gpus, ElementsAre("Big GPU"));
  EXPECT_GE(machine.core_count, 1U);
  EXPECT_EQ(machine.simd.front(), "scalar");
}

TEST(Machine, believes_the_limit_of_a_container) {
  const test::TempDirectory root;
  root.write("proc/meminfo", "MemTotal: 2048 kB\nMemAvailable: 1024 kB\n");
  root.write("sys/fs/cgroup/memory.max", "524288\n");
  EXPECT_EQ(read_machine(root.path() + "/").memory_bytes, 524288U);
  EXPECT_EQ(read_machine(root.path() + "/").memory_free_bytes, 524288U);
  root.write("sys/fs/cgroup/memory.max", "max\n");
  EXPECT_EQ(read_machine(root.path() + "/").memory_bytes, 2048U * 1024U);
}

TEST(Machine, says_nothing_of_what_it_cannot_read) {
  const test::TempDirectory root;
  const Machine machine = read_machine(root.path() + "/");
  EXPECT_EQ(machine.memory_bytes, 0U);
  EXPECT_TRUE(machine.gpus.empty());
  EXPECT_TRUE(machine.system.empty());
}

TEST(Tools, are_found_as_the_shell_finds_them) {
  const test::TempDirectory first;
  const test::TempDirectory second;
  first.write("not_executable", "");
  make_program(second, "loom", "echo loom 7");
  make_program(second, "not_executable", "true");
  const std::string path = first.path() + "::" + second.path();
  EXPECT_EQ(find_program("loom", path), second.file("loom"));
  EXPECT_EQ(find_program("not_executable", path), second.file("not_executable"));
  EXPECT_EQ(find_program("absent", path), std::nullopt);
  EXPECT_EQ(find_program("loom", ""), std::nullopt);
}

TEST(Tools, tell_their_version_by_their_first_line_and_nothing_when_they_fail) {
  const test::TempDirectory directory;
  const std::string fine = make_program(directory, "it's", "echo \"$1 one\"; echo two; cat");
  const std::string broken = make_program(directory, "broken", "echo odd; exit 3");
  EXPECT_EQ(first_line_of(fine, "--version"), "--version one");
  EXPECT_EQ(first_line_of(broken, "--version"), "");
  EXPECT_EQ(first_line_of(directory.file("absent"), "-V"), "");
}

TEST(Tools, all_say_what_they_enable_and_which_package_of_tools_deps_brings_them) {
  const test::ProcessResult deps = test::run_process(
      {"sh", HEDDLE_SOURCE_DIR "/tools/deps", "--list", "demo", "test", "bench", "dev"});
  ASSERT_EQ(deps.code, 0);
  for (const ToolRule& rule : tool_rules()) {
    EXPECT_FALSE(rule.enables.empty()) << rule.program;
    EXPECT_THAT("\n" + deps.out, HasSubstr("\n" + std::string(rule.package) + "\n"));
  }
}

TEST(Doctor, lists_what_is_missing_with_one_command_that_installs_it) {
  const test::TempDirectory empty;
  const test::ProcessResult result = test::run_process({HEDDLE_BINARY_DIR "/bin/heddle", "doctor"},
                                                       {.environment = {"PATH=" + empty.path()}});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("no   yosys"));
  EXPECT_THAT(result.out, HasSubstr("enables making gate netlists from RTL; package yosys"));
  const std::string install = result.out.substr(result.out.find("apt-get install"));
  for (const ToolRule& rule : tool_rules()) {
    EXPECT_THAT(install, HasSubstr(" " + std::string(rule.package)));
  }
}

TEST(Doctor, says_the_same_as_json) {
  const Transcript result = run_words(root_command(), {"doctor", "--json"});
  const nlohmann::json json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["schema"], "heddle.doctor");
  EXPECT_EQ(json["build"]["version"], std::string(build_info().version));
  EXPECT_GE(json["machine"]["core_count"], 1);
  ASSERT_EQ(json["tools"].size(), tool_rules().size());
  for (std::size_t i = 0; i < tool_rules().size(); ++i) {
    EXPECT_EQ(json["tools"][i]["program"], std::string(tool_rules()[i].program));
    EXPECT_EQ(json["tools"][i]["found"], !json["tools"][i]["path"].get<std::string>().empty());
  }
}

TEST(BuildInfo, tells_version_commit_compiler_preset_and_flags) {
  const std::string text = version_text(build_info());
  EXPECT_THAT(text, testing::StartsWith("heddle " + version_short(build_info())));
  for (const std::string_view fact :
       {build_info().version, build_info().commit, build_info().compiler, build_info().preset,
        build_info().flags, build_info().features}) {
    EXPECT_FALSE(fact.empty());
    EXPECT_THAT(text, HasSubstr(fact));
  }
  EXPECT_THAT(build_info().flags, HasSubstr("-std=c++20"));
}

}  // namespace
}  // namespace heddle::cli
