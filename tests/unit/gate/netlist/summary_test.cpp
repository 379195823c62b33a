// Counts of a netlist, and guesses of its clocks and resets.
#include "heddle/gate/summary.h"

#include <gtest/gtest.h>

#include "netlist_text.h"

namespace heddle::gate {
namespace {

NetlistSummary summary_of(const std::string& ports, const std::string& cells) {
  const auto flat = flatten_text(netlist_of(top_module(ports, cells)));
  EXPECT_TRUE(flat.has_value()) << flat.error().to_string();
  return flat ? summarise(*flat) : NetlistSummary();
}

/// A flop with clock, data and output nets.
std::string flop(const std::string& name, const std::string& type, int clock, int q,
                 const std::string& more = "") {
  return cell(name, type,
              "\"C\": [" + std::to_string(clock) + "], \"D\": [2], \"Q\": [" + std::to_string(q) +
                  "]" + more);
}

TEST(Summary, clocks_are_traced_through_inverters_gates_and_dividers) {
  const NetlistSummary summary =
      summary_of(port("d", "input", "2") + "," + port("clk", "input", "3") + "," +
                     port("en", "input", "4") + "," + port("ck2", "input", "5"),
                 flop("r0", "$_DFF_P_", 3, 10) + "," + flop("r1", "$_DFF_P_", 3, 11) + "," +
                     flop("f0", "$_DFF_N_", 3, 12) + "," +
                     // An inverted clock: a rising edge there is a falling one of clk.
                     cell("i", "$_NOT_", R"("A": [3], "Y": [20])") + "," +
                     flop("f1", "$_DFF_P_", 20, 13) + "," +
                     // A gated clock: clk is known, en is no clock.
                     cell("g", "$_AND_", R"("A": [3], "B": [4], "Y": [21])") + "," +
                     flop("g0", "$_DFF_P_", 21, 14) + "," +
                     // A divided one.
                     flop("d0", "$_DFF_P_", 10, 15) + "," + flop("c2", "$_DFF_P_", 5, 16));
  ASSERT_EQ(summary.clocks.size(), 2U);
  EXPECT_EQ(summary.clocks[0].port, "clk");
  EXPECT_EQ(summary.clocks[0].rising, 2U);
  EXPECT_EQ(summary.clocks[0].falling, 2U);
  EXPECT_EQ(summary.clocks[0].gated, 1U);
  EXPECT_EQ(summary.clocks[0].divided, 1U);
  EXPECT_EQ(summary.clocks[1].port, "ck2");
  EXPECT_EQ(summary.clocks[1].rising, 1U);
  EXPECT_EQ(summary.flops, 7U);
  EXPECT_EQ(summary.falling_flops, 1U);
}

TEST(Summary, a_clock_found_only_behind_a_gate_names_all_its_inputs) {
  const NetlistSummary summary =
      summary_of(port("d", "input", "2") + "," + port("c", "input", "3, 4"),
                 cell("g", "$_AND_", R"("A": [3], "B": [4], "Y": [21])") + "," +
                     flop("f", "$_DFF_P_", 21, 10));
  ASSERT_EQ(summary.clocks.size(), 2U);
  EXPECT_EQ(summary.clocks[0].port, "c[0]");
  EXPECT_EQ(summary.clocks[1].port, "c[1]");
  EXPECT_EQ(summary.clocks[1].gated, 1U);
}

TEST(Summary, rings_of_inverters_and_of_flops_are_no_clock_and_no_trap) {
  const NetlistSummary summary = summary_of(
      port("d", "input", "2"),
      cell("i", "$_NOT_", R"("A": [9], "Y": [8])") + "," +
          cell("j", "$_BUF_", R"("A": [8], "Y": [9])") + "," + flop("f", "$_DFF_P_", 8, 10) + "," +
          flop("a", "$_DFF_P_", 12, 11) + "," + flop("b", "$_DFF_P_", 11, 12));
  EXPECT_TRUE(summary.clocks.empty());
}

TEST(Summary, resets_have_the_polarity_that_the_input_has) {
  const NetlistSummary summary =
      summary_of(port("d", "input", "2") + "," + port("clk", "input", "3") + "," +
                     port("r_n", "input", "4") + "," + port("clear", "input", "5"),
                 flop("a", "$_DFF_PN0_", 3, 10, R"(, "R": [4])") + "," +
                     // Active high behind an inverter: active low outside.
                     cell("i", "$_NOT_", R"("A": [4], "Y": [20])") + "," +
                     flop("b", "$_DFF_PP1_", 3, 11, R"(, "R": [20])") + "," +
                     flop("c", "$_SDFF_PP0_", 3, 12, R"(, "R": [5])") + "," +
                     cell("l", "$_DLATCH_PN0_", R"("E": [3], "D": [2], "R": [4], "Q": [13])"));
  ASSERT_EQ(summary.resets.size(), 2U);
  EXPECT_EQ(summary.resets[0].port, "r_n");
  EXPECT_FALSE(summary.resets[0].active_high);
  EXPECT_EQ(summary.resets[0].asynchronous, 3U);
  EXPECT_EQ(summary.resets[1].port, "clear");
  EXPECT_TRUE(summary.resets[1].active_high);
  EXPECT_EQ(summary.resets[1].synchronous, 1U);
  EXPECT_EQ(summary.async_reset_flops, 2U);
  EXPECT_EQ(summary.sync_reset_flops, 1U);
}

TEST(Summary, a_reset_that_became_logic_is_guessed_by_its_name) {
  const auto polarity = [](const std::string& name) {
    const NetlistSummary summary = summary_of(port(name, "input", "2"), "");
    if (summary.resets.empty()) return std::string("none");
    EXPECT_TRUE(summary.resets[0].by_name);
    return std::string(summary.resets[0].active_high ? "high" : "low");
  };
  EXPECT_EQ(polarity("rst"), "high");
  EXPECT_EQ(polarity("RESET"), "high");
  EXPECT_EQ(polarity("rst_n"), "low");
  EXPECT_EQ(polarity("nrst"), "low");
  EXPECT_EQ(polarity("resetn"), "low");
  EXPECT_EQ(polarity("rst_ni"), "low");
  EXPECT_EQ(polarity("start"), "none");
}

TEST(Summary, text_lists_what_is_there) {
  const NetlistSummary summary = summary_of(
      port("d", "input", "2") + "," + port("clk", "input", "3") + "," + port("q", "output", "4, 5"),
      flop("a", "$_DFF_P_", 3, 4) + "," + cell("n", "$_NOT_", R"("A": [2], "Y": [5])"));
  EXPECT_EQ(to_text(summary),
            "top top\n"
            "nets 4 (0 read but not driven), public names 3\n"
            "instances 0, library cells 0\n"
            "gates 1\n"
            "  $_NOT_ 1\n"
            "flops 1 (0 falling edge, 0 with enable, 0 with synchronous reset, 0 with asynchronous "
            "control, 0 with initial value)\n"
            "latches 0\n"
            "memories 0\n"
            "ports 3\n"
            "  input d\n"
            "  input clk\n"
            "  output q, 2 bits\n"
            "clock clk: rising edge 1, falling edge 0, gated 0, divided 0\n");
}

}  // namespace
}  // namespace heddle::gate
