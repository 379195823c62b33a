// The UART against line levels computed from the definition of the frame, not
// from the model: a level is a function of the clock cycle alone.
#include "heddle/gate/peripherals/uart.h"

#include <gtest/gtest.h>

#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::single_clock_edge;

BankSpec uart_spec(std::uint32_t divisor) {
  BankSpec spec;
  spec.peripherals.push_back({.name = "uart",
                              .setup = UartSetup{.divisor = divisor},
                              .pins = {.outputs = {0}, .inputs = {0}}});
  return spec;
}

/// The level of a line at a cycle, where bytes start at the cycles given.
bool line_level(std::uint64_t cycle, std::uint32_t divisor,
                const std::vector<std::pair<std::uint64_t, unsigned>>& frames) {
  for (const auto& [start, byte] : frames) {
    if (cycle < start || cycle >= start + std::uint64_t{divisor} * 10) continue;
    const std::uint64_t bit = (cycle - start) / divisor;
    if (bit == 0) return false;
    return bit == 9 || (byte >> (bit - 1) & 1U) != 0;
  }
  return true;
}

/// Runs `edges` edges of one clock; the line is a function of the rising edge's number.
template <class Line>
std::vector<Record> decode(std::uint32_t divisor, std::uint64_t edges, const Line& line,
                           std::uint64_t reset_edges = 0) {
  const auto bank = make_bank(uart_spec(divisor));
  BankDriver driver(*bank, 1, 1);
  for (std::uint64_t edge = 0; edge < edges; ++edge) {
    driver.edge(single_clock_edge(edge, reset_edges),
                [&](Pins& pins) { pins.outputs[0] = line(edge) ? 1 : 0; });
  }
  return driver.records;
}

TEST(UartDecoder, DecodesEveryByteAtEveryDivisorAtTheCentreOfItsStopBit) {
  for (const std::uint32_t divisor : {1U, 2U, 3U, 4U, 7U, 8U, 16U, 33U}) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const std::uint64_t start = 5;
      const auto records = decode(divisor, 2 * (start + 12 * divisor), [&](std::uint64_t edge) {
        return line_level(edge / 2, divisor, {{start, byte}});
      });
      const std::uint64_t stop_cycle = start + 19 * divisor / 2;
      const Record expected{2 * stop_cycle, static_cast<std::int64_t>(2 * stop_cycle) * 10000, 0,
                            Uart::kByte, byte};
      ASSERT_EQ(records.size(), 1U) << "divisor " << divisor << " byte " << byte;
      EXPECT_EQ(records[0], expected) << "divisor " << divisor << " byte " << byte;
    }
  }
}

TEST(UartDecoder, DecodesBytesThatFollowWithoutAGap) {
  std::vector<std::pair<std::uint64_t, unsigned>> frames;
  for (unsigned i = 0; i < 50; ++i) frames.emplace_back(10 + 160 * i, i * 37 % 256);
  const auto records = decode(16, 2 * (10 + 160 * 51),
                              [&](std::uint64_t edge) { return line_level(edge / 2, 16, frames); });
  ASSERT_EQ(records.size(), frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    EXPECT_EQ(records[i].value, frames[i].second);
    EXPECT_EQ(records[i].edge, 2 * (frames[i].first + 152));
  }
}

TEST(UartDecoder, SamplesEachBitAtTheExactEdgeOfItsCentre) {
  // The line is high at the one sample of data bit 3 and low around it.
  const std::uint64_t centre = 4 + 16 * (2 * 3 + 3) / 2;
  for (const std::int64_t off : {-1, 0, 1}) {
    const auto pulse = static_cast<std::uint64_t>(static_cast<std::int64_t>(centre) + off);
    const auto records = decode(16, 400, [&](std::uint64_t edge) {
      const std::uint64_t cycle = edge / 2;
      return cycle < 4 || cycle == pulse || cycle >= 4 + 9 * 16;
    });
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].value, off == 0 ? 8U : 0U) << off;
  }
}

TEST(UartDecoder, RecordsALowStopBitAsAFramingError) {
  const auto records =
      decode(16, 2 * 170, [](std::uint64_t edge) { return edge / 2 < 4 || edge / 2 > 4 + 152; });
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].kind, Uart::kFramingError);
  EXPECT_EQ(records[0].value, 0U);
}

TEST(UartDecoder, StartsAFrameOnlyAtARisingEdgeOfItsClock) {
  // Low from the falling edge 7 on: the frame starts at the rising edge 8, cycle 4.
  const auto records =
      decode(4, 200, [](std::uint64_t edge) { return edge < 7 || edge >= 2 * (4 + 36); });
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].edge, 2U * (4 + 19 * 4 / 2));
}

TEST(UartDecoder, IgnoresALowPulseBetweenRisingEdges) {
  EXPECT_TRUE(decode(4, 400, [](std::uint64_t edge) { return edge != 9; }).empty());
}

TEST(UartDecoder, DecodesNothingInResetAndStartsAtTheReleaseEdgeItself) {
  // The line is low from the beginning; reset is released at edge 40, cycle 20.
  const auto records = decode(4, 200, [](std::uint64_t edge) { return edge >= 40 + 2 * 36; }, 40);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].edge, 40U + 2 * 38);
}

TEST(UartDecoder, CountsCyclesOfItsOwnClockOnly) {
  // Clock 1 rises at every third edge; clock 0 rises between and must not count.
  BankSpec spec = uart_spec(2);
  spec.peripherals[0].clock = 1;
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, 1, 1);
  for (std::uint64_t edge = 0; edge < 200; ++edge) {
    const EdgeInfo info{.edge = edge,
                        .time_ps = static_cast<std::int64_t>(edge) * 7,
                        .rising = edge % 3 == 0 ? 2U : 1U};
    driver.edge(
        info, [&](Pins& pins) { pins.outputs[0] = line_level(edge / 3, 2, {{10, 0xA5}}) ? 1 : 0; });
  }
  ASSERT_EQ(driver.records.size(), 1U);
  EXPECT_EQ(driver.records[0].value, 0xA5U);
  EXPECT_EQ(driver.records[0].edge, 3U * (10 + 19));
}

/// Levels that the design sees at its input, one an edge, when a script sends.
std::vector<bool> driven_levels(std::uint32_t divisor, std::vector<ScriptStepSpec> script,
                                std::uint64_t edges, std::uint64_t reset_edges = 0) {
  BankSpec spec = uart_spec(divisor);
  spec.script = std::move(script);
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, 1, 1);
  std::vector<bool> levels;
  for (std::uint64_t edge = 0; edge < edges; ++edge) {
    driver.edge(single_clock_edge(edge, reset_edges), [&](Pins& pins) {
      pins.outputs[0] = 1;
      EXPECT_LE(pins.inputs[0], 1) << "no idle drive";
      levels.push_back(pins.inputs[0] != 0);
    });
  }
  return levels;
}

ScriptStepSpec send_at(std::uint64_t edge, std::string text) {
  return {.wait = WaitKind::Edge,
          .operand = edge,
          .action = ActionKind::Command,
          .target = 0,
          .send = std::move(text)};
}

TEST(UartDriver, SendsEveryByteBitByBitOneEdgeAfterItsDecision) {
  for (const std::uint32_t divisor : {1U, 2U, 5U, 16U}) {
    for (unsigned byte = 0; byte < 256; ++byte) {
      const std::uint64_t edges = 40 + 2 * 11 * divisor;
      const auto levels =
          driven_levels(divisor, {send_at(30, std::string(1, static_cast<char>(byte)))}, edges);
      for (std::uint64_t edge = 0; edge < edges; ++edge) {
        // What an edge sees was computed at the sample of the edge before.
        const bool expected = edge == 0 || line_level((edge - 1) / 2, divisor, {{15, byte}});
        ASSERT_EQ(levels[edge], expected) << divisor << " " << byte << " edge " << edge;
      }
    }
  }
}

TEST(UartDriver, StartsAtTheFirstRisingEdgeAtOrAfterTheCommand) {
  for (const std::uint64_t at : {20U, 21U, 22U, 23U}) {
    const auto levels = driven_levels(4, {send_at(at, "x")}, 60);
    const auto first_low = std::find(levels.begin(), levels.end(), false) - levels.begin();
    EXPECT_EQ(static_cast<std::uint64_t>(first_low), (at + 1) / 2 * 2 + 1) << at;
  }
}

TEST(UartDriver, DropsNoByteThatArrivesWhileOneIsInFlight) {
  // The second and third are queued during the first; they follow without a gap.
  const auto levels = driven_levels(4, {send_at(20, "A"), send_at(25, "B"), send_at(60, "C")}, 400);
  for (std::uint64_t edge = 1; edge < levels.size(); ++edge) {
    EXPECT_EQ(levels[edge], line_level((edge - 1) / 2, 4, {{10, 'A'}, {50, 'B'}, {90, 'C'}}))
        << edge;
  }
}

TEST(UartDriver, HoldsIdleInResetAndSendsFromTheReleaseEdgeOn) {
  const auto levels = driven_levels(4, {send_at(3, "A")}, 300, 50);
  for (std::uint64_t edge = 1; edge < levels.size(); ++edge) {
    EXPECT_EQ(levels[edge], line_level((edge - 1) / 2, 4, {{25, 'A'}})) << edge;
  }
}

}  // namespace
}  // namespace heddle::gate
