// The reference engine beside the event engine for the whole run of the main image.
#include "fidelity/gate/chip_run.h"

namespace heddle::test {
namespace {

class WholeRunTest : public testing::TestWithParam<ChipStyle> {};

TEST_P(WholeRunTest, gives_the_digests_of_the_reference_engine) {
  ASSERT_NO_FATAL_FAILURE(build_chip(GetParam()));
  const TempDirectory directory;
  const ProcessResult run = run_chip(GetParam(), directory, {"--waves", "none", "--check", "all"});
  EXPECT_EQ(run.code, 0) << run.err;
  const auto report = nlohmann::json::parse(text_of_file(directory.file("run/report.json")));
  EXPECT_EQ(report["run"]["check"]["compared_edges"], report["result"]["edges"]);
  EXPECT_EQ(report["run"]["check"]["equal"], true) << run.err;
}

TEST(WholeRunFromVerilog, boots_with_the_transcript_and_the_outputs_of_the_rtl) {
  for (const char* name : {"soc_mcu", "soc_npu"}) {
    const ChipStyle chip{name, "osu018_verilog"};
    ASSERT_NO_FATAL_FAILURE(build_chip(chip));
    const TempDirectory directory;
    const ProcessResult run =
        run_chip(chip, directory,
                 {"--waves", "none", "--output-hash", directory.file("outputs.txt"),
                  "--output-hash-every", "10000"});
    EXPECT_EQ(run.code, 0) << run.err;
    const std::string expected = design_file(name, "reference/");
    EXPECT_EQ(text_of_file(directory.file("outputs.txt")), text_of_file(expected + "outputs.txt"));
    EXPECT_EQ(uart_stamps(text_of_file(directory.file("run/events.json"))),
              text_of_file(expected + "stamps.txt"));
  }
}

INSTANTIATE_TEST_SUITE_P(Chips, WholeRunTest, testing::ValuesIn(all_chip_styles()),
                         chip_style_name);

}  // namespace
}  // namespace heddle::test
