// The examples, the demo and the commands of the README do what they say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "source_tree.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

const char* const kHeddle = HEDDLE_BINARY_DIR "/bin/heddle";
const ProcessOptions kInTree{.directory = HEDDLE_SOURCE_DIR,
                             .time_max = std::chrono::seconds(2000)};

/// Makes what an example reads; nothing happens when it is up to date.
void build_design(const std::string& name, const std::string& part) {
  const ProcessResult built = run_process({"sh", "designs/build.sh", name, part}, kInTree);
  ASSERT_EQ(built.code, 0) << built.out << built.err;
}

TEST(Examples, uart_hello_sends_what_it_says) {
  HEDDLE_NEED_TOOL("yosys");
  build_design("uart_hello", "generic");
  const TempDirectory directory;
  const ProcessResult ran = run_process({kHeddle, "gate", "cosim", "examples/uart_hello/run.yaml",
                                         "--check", "all", "--out", directory.file("out")},
                                        kInTree);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, HasSubstr("PASS"));
  EXPECT_EQ(text_of_file(directory.file("out/uart_uart0.txt")), "heddle: hello from the gates\n");
}

TEST(Examples, wrong_baud_is_named_with_the_real_length_of_a_bit) {
  HEDDLE_NEED_TOOL("yosys");
  build_design("uart_hello", "generic");
  const TempDirectory directory;
  const ProcessResult ran = run_process(
      {kHeddle, "gate", "cosim", "examples/wrong_baud/run.yaml", "--out", directory.file("out")},
      kInTree);
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_THAT(ran.err, AllOf(HasSubstr("cosim.uart-baud"), HasSubstr("uart0"),
                             HasSubstr("last 16 cycles"), HasSubstr("cycles_per_bit is 20")));
}

TEST(Examples, are_all_listed_in_their_readme) {
  const std::string readme = text_of_file(HEDDLE_SOURCE_DIR "/examples/README.md");
  for (const auto& entry : fs::directory_iterator(HEDDLE_SOURCE_DIR "/examples")) {
    if (!entry.is_directory()) continue;
    EXPECT_THAT(readme, HasSubstr("`" + entry.path().filename().string() + "`"));
  }
}

ProcessResult demo(const TempDirectory& directory, const std::string& fault) {
  ProcessOptions options = kInTree;
  options.environment = {"OUT=" + directory.file("out"), "FAULT=" + fault};
  return run_process({"sh", "tools/demo", kHeddle}, options);
}

TEST(Demo, boots_the_firmware_and_passes) {
  HEDDLE_NEED_TOOL("yosys");
  HEDDLE_NEED_TOOL("riscv64-unknown-elf-gcc");
  const TempDirectory directory;
  const ProcessResult ran = demo(directory, "0");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("heddle soc_npu, rv32im"), HasSubstr("heddle: done"),
                             HasSubstr("edges/s"), HasSubstr("\nPASS: the netlist")));
  EXPECT_EQ(text_of_file(directory.file("out/uart_uart0.txt")),
            text_of_file(HEDDLE_SOURCE_DIR "/designs/golden/soc_npu.uart0.txt"));
  for (const std::string file : {"waves.fst", "waves.svg", "report.json", "trace.perfetto-trace"}) {
    EXPECT_GT(fs::file_size(directory.file("out/" + file)), 0U) << file;
  }
}

TEST(Demo, fails_when_one_gate_is_inverted) {
  HEDDLE_NEED_TOOL("yosys");
  HEDDLE_NEED_TOOL("riscv64-unknown-elf-gcc");
  const TempDirectory directory;
  const ProcessResult ran = demo(directory, "1");
  EXPECT_EQ(ran.code, 1) << ran.err;
  EXPECT_THAT(ran.out, AllOf(HasSubstr("\nFAIL: exit 1"), Not(HasSubstr("\nPASS:"))));
  EXPECT_THAT(ran.err, AllOf(HasSubstr("cosim.diverged"), HasSubstr("cone")));
}

/// The lines of the first `sh` block of a page that holds `marker`.
std::vector<std::string> commands_of(const std::string& page, const std::string& marker) {
  const std::size_t at = page.find(marker);
  const std::size_t begin = page.rfind("```sh\n", at);
  std::istringstream block(page.substr(begin + 6, page.find("```", at) - begin - 6));
  std::vector<std::string> lines;
  for (std::string line; std::getline(block, line);) {
    if (!line.empty()) lines.push_back(line.substr(0, line.find("  #")));
  }
  return lines;
}

/// uart_hello as somebody's own `chip.v`.
std::string chip_verilog() {
  std::istringstream files(text_of_file(HEDDLE_SOURCE_DIR "/designs/rtl/uart_hello.f"));
  std::string text;
  for (std::string file; std::getline(files, file);) {
    if (!file.empty()) text += text_of_file(HEDDLE_SOURCE_DIR "/" + file);
  }
  for (std::size_t at = 0; (at = text.find("uart_hello", at)) != std::string::npos;) {
    text.replace(at, 10, "chip");
  }
  return text;
}

TEST(Readme, leads_from_a_netlist_to_a_picture_in_five_commands) {
  HEDDLE_NEED_TOOL("yosys");
  for (const std::string page : {"README.md", "docs/guides/own-netlist.md"}) {
    const TempDirectory directory;
    directory.write("chip.v", chip_verilog());
    const std::vector<std::string> commands =
        commands_of(text_of_file(std::string(HEDDLE_SOURCE_DIR "/") + page), "heddle gate init");
    ASSERT_EQ(commands.size(), 5U) << page;
    std::string script = "set -e\nPATH=" HEDDLE_BINARY_DIR "/bin:$PATH\n";
    for (const std::string& command : commands) script += command + "\n";
    const ProcessResult ran = run_process({"sh", "-c", script}, {.directory = directory.path()});
    EXPECT_EQ(ran.code, 0) << page << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("heddle: hello from the gates")) << page;
    EXPECT_THAT(text_of_file(directory.file("chip.svg")), HasSubstr("<svg")) << page;
  }
}

/// The `sh` block of a guide that holds `marker`, run where it says.
ProcessResult run_of_guide(const std::string& guide, const std::string& marker) {
  std::string script = "PATH=" HEDDLE_BINARY_DIR "/bin:$PATH\n";
  const std::string page = text_of_file(HEDDLE_SOURCE_DIR "/docs/guides/" + guide);
  for (const std::string& command : commands_of(page, marker)) script += command + "\n";
  return run_process({"sh", "-c", script}, kInTree);
}

ProcessResult run_of_clocks_guide(const std::string& marker) {
  return run_of_guide("clocks.md", marker);
}

TEST(Examples, the_register_that_nobody_resets_is_found_by_x_propagation_alone) {
  HEDDLE_NEED_TOOL("yosys");
  const ProcessResult built = run_of_guide("unknown.md", "yosys");
  ASSERT_EQ(built.code, 0) << built.err;
  EXPECT_EQ(run_of_guide("unknown.md", "blinker/two").code, 0);
  const ProcessResult found = run_of_guide("unknown.md", "--xprop");
  EXPECT_EQ(found.code, 1) << found.err;
  EXPECT_THAT(found.err, AllOf(HasSubstr("cosim.never-x"), HasSubstr("'divider.rate")));
  const std::string guide = text_of_file(HEDDLE_SOURCE_DIR "/docs/guides/unknown.md");
  EXPECT_THAT(guide,
              AllOf(HasSubstr(found.err), HasSubstr(run_of_guide("unknown.md", "--xsources").out),
                    HasSubstr(run_of_guide("unknown.md", "gate dump").out)));
  const TempDirectory directory;
  const ProcessResult correct =
      run_process({kHeddle, "gate", "cosim", "examples/unreset_register/correct.yaml", "--xprop",
                   "--check", "all", "--out", directory.file("out")},
                  kInTree);
  EXPECT_EQ(correct.code, 0) << correct.err;
}

TEST(Examples, a_sweep_of_seeds_finds_the_missing_synchroniser_and_not_the_one_in_place) {
  HEDDLE_NEED_TOOL("yosys");
  const ProcessResult built = run_of_clocks_guide("yosys");
  ASSERT_EQ(built.code, 0) << built.err;
  const ProcessResult swept = run_of_clocks_guide("for seed in");
  EXPECT_THAT(swept.out, AllOf(HasSubstr("run: seed "), Not(HasSubstr("correct: seed "))));
  EXPECT_THAT(swept.err, AllOf(HasSubstr("cosim.assertion-failed"), HasSubstr("each_word_once")));
  const ProcessResult looked = run_of_clocks_guide("--trace-signals");
  EXPECT_EQ(looked.code, 1) << looked.err;
  const std::string guide = text_of_file(HEDDLE_SOURCE_DIR "/docs/guides/clocks.md");
  std::istringstream said(looked.err);
  std::string line;
  std::getline(said, line);
  EXPECT_THAT(line, HasSubstr("each_word_once"));
  EXPECT_THAT(guide, HasSubstr(line));  // what the page shows is what is said
}

/// A page without its fenced blocks: a lambda in one looks like a link.
std::string without_code(const std::string& page) {
  std::istringstream lines(page);
  std::string kept;
  bool is_code = false;
  for (std::string line; std::getline(lines, line);) {
    const bool is_fence = line.starts_with("```");
    if (!is_fence && !is_code) kept += line + "\n";
    is_code = is_code != is_fence;
  }
  return kept;
}

TEST(Docs, refer_to_files_that_exist) {
  const tidy::SourceTree tree = tidy::SourceTree::load(HEDDLE_SOURCE_DIR);
  for (const auto& [path, page] : tree.files()) {
    if (!path.ends_with(".md")) continue;
    const std::string text = without_code(page);
    for (std::size_t at = 0; (at = text.find("](", at)) != std::string::npos; ++at) {
      std::string target = text.substr(at + 2, text.find(')', at) - at - 2);
      target = target.substr(0, target.find('#'));
      if (target.empty() || target.find("://") != std::string::npos) continue;
      const fs::path file = fs::path(HEDDLE_SOURCE_DIR) / fs::path(path).parent_path() / target;
      EXPECT_TRUE(fs::exists(file)) << path << " refers to " << target;
    }
  }
}

}  // namespace
}  // namespace heddle::test
