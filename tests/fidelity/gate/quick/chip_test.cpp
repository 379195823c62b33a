// Both chips in both netlist styles boot their firmware on the event engine. What they do at every
// edge of the whole run is what the RTL does under Verilator, run afresh; that Icarus sees the same
// in the netlists is tested with the designs.
#include <algorithm>

#include "fidelity/gate/chip_run.h"

namespace heddle::test {
namespace {

class ChipTest : public testing::TestWithParam<ChipStyle> {
 protected:
  void SetUp() override { ASSERT_NO_FATAL_FAILURE(build_chip(GetParam())); }
};

TEST_P(ChipTest, drives_the_outputs_of_its_rtl_at_every_edge_and_stamps_every_byte_alike) {
  const TempDirectory directory;
  const ProcessResult run =
      run_chip(GetParam(), directory,
               {"--waves", "none", "--output-hash", directory.file("outputs.txt"),
                "--output-hash-every", "10000"});
  ASSERT_EQ(run.code, 0) << run.err;
  const std::string expected = design_file(GetParam().chip, "reference/");
  EXPECT_EQ(text_of_file(directory.file("outputs.txt")), text_of_file(expected + "outputs.txt"));
  EXPECT_EQ(uart_stamps(text_of_file(directory.file("run/events.json"))),
            text_of_file(expected + "stamps.txt"));
}

TEST_P(ChipTest, gives_the_digests_of_the_reference_engine_for_100000_edges) {
  const TempDirectory directory;
  const ProcessResult run =
      run_chip(GetParam(), directory, {"--waves", "none", "--edges", "100000", "--check", "all"});
  // The transcripts are incomplete by then, which is exit code 1; the check itself must pass.
  const auto report = nlohmann::json::parse(text_of_file(directory.file("run/report.json")));
  EXPECT_EQ(report["run"]["check"]["compared_edges"], 100000) << run.err;
  EXPECT_EQ(report["run"]["check"]["equal"], true) << run.err;
}

INSTANTIATE_TEST_SUITE_P(Chips, ChipTest, testing::ValuesIn(all_chip_styles()), chip_style_name);

/// The same chip read from Verilog and Liberty instead of Yosys's JSON.
TEST(ChipVerilog, drives_the_outputs_of_its_json_at_each_of_100000_edges) {
  std::vector<std::string> hashes;
  for (const char* style : {"osu018", "osu018_verilog"}) {
    const ChipStyle chip{"soc_npu", style};
    ASSERT_NO_FATAL_FAILURE(build_chip(chip));
    const TempDirectory directory;
    const ProcessResult run =
        run_chip(chip, directory,
                 {"--waves", "none", "--edges", "100000", "--output-hash",
                  directory.file("outputs.txt"), "--output-hash-every", "1000"});
    hashes.push_back(text_of_file(directory.file("outputs.txt")));
    EXPECT_EQ(std::count(hashes.back().begin(), hashes.back().end(), '\n'), 100) << run.err;
  }
  EXPECT_EQ(hashes[0], hashes[1]);
}

/// The digest of every edge does not depend on batching or on who watches.
TEST(ChipDeterminism, digests_are_alike_for_any_batch_and_with_waves) {
  const ChipStyle chip{"soc_mcu", "generic"};
  ASSERT_NO_FATAL_FAILURE(build_chip(chip));
  std::vector<std::string> digests;
  const std::vector<std::vector<std::string>> variants{{"--batch", "1024", "--waves", "none"},
                                                       {"--batch", "1024", "--waves", "none"},
                                                       {"--batch", "1", "--waves", "none"},
                                                       {"--batch", "1024", "--waves", "*"}};
  for (const auto& variant : variants) {
    const TempDirectory directory;
    std::vector<std::string> options{
        "--edges", "300000", "--digest", directory.file("digest.txt"), "--digest-every", "1000"};
    options.insert(options.end(), variant.begin(), variant.end());
    static_cast<void>(run_chip(chip, directory, options));
    digests.push_back(text_of_file(directory.file("digest.txt")));
    ASSERT_FALSE(digests.back().empty());
    EXPECT_EQ(digests.back(), digests.front());
  }
}

TEST(ChipFault, a_seeded_fault_is_found_by_the_check_and_named_with_its_cone) {
  const ChipStyle chip{"soc_mcu", "generic"};
  ASSERT_NO_FATAL_FAILURE(build_chip(chip));
  const TempDirectory directory;
  const ProcessResult run = run_chip(
      chip, directory,
      {"--waves", "none", "--edges", "20000", "--check", "all", "--inject-fault", "seed:5"});
  EXPECT_EQ(run.code, 1) << run.err;
  const auto report = nlohmann::json::parse(text_of_file(directory.file("run/report.json")));
  EXPECT_EQ(report["run"]["check"]["equal"], false);
  EXPECT_NE((run.out + run.err).find("cone"), std::string::npos) << run.out << run.err;
}

}  // namespace
}  // namespace heddle::test
