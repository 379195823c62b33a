// The script and the stop conditions at exact edges.
#include "heddle/gate/peripherals/event_script.h"

#include <gtest/gtest.h>

#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::single_clock_edge;

/// One UART at output 0 with a bit a cycle, one four-pin GPIO at outputs 1..4.
BankSpec base_spec() {
  BankSpec spec;
  spec.peripherals.push_back(
      {.name = "uart", .setup = UartSetup{.divisor = 1}, .pins = {.outputs = {0}, .inputs = {0}}});
  PeripheralPins pins;
  pins.outputs = {1, 2, 3, 4};
  pins.inputs = {1, 2, 3, 4};
  spec.peripherals.push_back(
      {.name = "gpio", .setup = GpioSetup{{.width = 4}}, .pins = std::move(pins)});
  return spec;
}

/// The level of `text` sent from cycle 0 on, a cycle a bit, 12 cycles a byte.
bool text_level(std::uint64_t cycle, std::string_view text) {
  const std::uint64_t index = cycle / 12;
  const std::uint64_t bit = cycle % 12;
  if (index >= text.size() || bit >= 9) return true;
  if (bit == 0) return false;
  const unsigned byte = static_cast<unsigned char>(text[index]);
  return (byte >> (bit - 1) & 1U) != 0;
}

/// The edge at which byte `index` of such a text is stamped: 9 cycles after its start.
std::uint64_t byte_edge(std::uint64_t index) {
  return 2 * (12 * index + 9);
}

struct Outcome {
  StopReason stop = StopReason::None;
  std::uint64_t edge = 0;
  std::vector<Record> steps;
};

Outcome run(
    BankSpec spec, std::string_view text, std::uint64_t edges,
    const std::function<void(std::uint64_t, Pins&)>& more = [](std::uint64_t, Pins&) {},
    std::uint64_t reset_edges = 0) {
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, 5, 5);
  Outcome outcome;
  for (; outcome.edge < edges && outcome.stop == StopReason::None; ++outcome.edge) {
    const std::uint64_t edge = outcome.edge;
    outcome.stop = driver.edge(single_clock_edge(edge, reset_edges), [&](Pins& pins) {
      pins.outputs[0] = text_level(edge / 2, text) ? 1 : 0;
      more(edge, pins);
    });
  }
  if (outcome.stop != StopReason::None) --outcome.edge;
  for (const Record& record : driver.records) {
    if (record.source == 2) outcome.steps.push_back(record);
  }
  return outcome;
}

ScriptStepSpec stop_when(WaitKind wait, std::uint64_t operand, std::uint32_t source = 0,
                         std::string text = "") {
  return {.wait = wait,
          .operand = operand,
          .source = source,
          .text = std::move(text),
          .action = ActionKind::Stop};
}

TEST(EventScript, StopsAtTheEdgeGiven) {
  BankSpec spec = base_spec();
  spec.script = {stop_when(WaitKind::Edge, 123)};
  const Outcome outcome = run(spec, "", 1000);
  EXPECT_EQ(outcome.stop, StopReason::Script);
  EXPECT_EQ(outcome.edge, 123U);
}

TEST(EventScript, StopsAtTheFirstEdgeAtOrAfterATime) {
  for (const auto& [time, edge] : {std::pair{500000, 50}, {500001, 51}, {509999, 51}, {0, 0}}) {
    BankSpec spec = base_spec();
    spec.script = {stop_when(WaitKind::TimePs, static_cast<std::uint64_t>(time))};
    EXPECT_EQ(run(spec, "", 1000).edge, static_cast<std::uint64_t>(edge)) << time;
  }
}

TEST(EventScript, CountsEdgesFromTheStepBefore) {
  BankSpec spec = base_spec();
  spec.script = {{.wait = WaitKind::Edge, .operand = 40}, stop_when(WaitKind::Edges, 17)};
  EXPECT_EQ(run(spec, "", 1000).edge, 57U);
}

TEST(EventScript, FindsATextAtTheEdgeOfItsLastByteAlsoAfterAFalseStart) {
  BankSpec spec = base_spec();
  spec.script = {stop_when(WaitKind::UartText, 0, 0, "abac")};
  const Outcome outcome = run(spec, "xabababac.", 1000);
  EXPECT_EQ(outcome.stop, StopReason::Script);
  EXPECT_EQ(outcome.edge, byte_edge(8));
}

TEST(EventScript, LooksForATextOnlyInWhatComesAfterTheStepBefore) {
  BankSpec spec = base_spec();
  spec.script = {{.wait = WaitKind::UartText, .source = 0, .text = "ab"},
                 {.wait = WaitKind::UartText, .source = 0, .text = "ab"},
                 stop_when(WaitKind::UartText, 0, 0, "b")};
  const Outcome outcome = run(spec, "abab_b", 1000);
  EXPECT_EQ(outcome.edge, byte_edge(5));
  ASSERT_EQ(outcome.steps.size(), 3U);
  EXPECT_EQ(outcome.steps[0].edge, byte_edge(1));
  EXPECT_EQ(outcome.steps[1].edge, byte_edge(3));
  EXPECT_EQ(outcome.steps[1].value, 1U);
}

TEST(EventScript, WaitsForLevelsOfAGpioUnderAMask) {
  BankSpec spec = base_spec();
  spec.script = {stop_when(WaitKind::GpioOut, std::uint64_t{0b0110} << 32 | 0b0010, 1)};
  const Outcome outcome = run(spec, "", 1000, [](std::uint64_t edge, Pins& pins) {
    pins.outputs[2] = edge >= 33 ? 1 : 0;
    pins.outputs[3] = edge < 71 ? 1 : 0;
    pins.outputs[4] = 1;
  });
  EXPECT_EQ(outcome.edge, 71U);
}

TEST(EventScript, IsHeldInResetAndRelativeWaitsCountFromItsRelease) {
  BankSpec spec = base_spec();
  spec.script = {{.wait = WaitKind::Edge, .operand = 5}, stop_when(WaitKind::Edges, 10)};
  const Outcome outcome = run(spec, "", 1000, [](std::uint64_t, Pins&) {}, 30);
  ASSERT_EQ(outcome.steps.size(), 2U);
  EXPECT_EQ(outcome.steps[0].edge, 30U);
  EXPECT_EQ(outcome.edge, 40U);
}

TEST(StopConditions, ATextOnAUartEndsTheRunAtItsLastByte) {
  for (const std::string_view text : {"done", "odone", "ddone"}) {
    BankSpec spec = base_spec();
    spec.stop_texts = {{.source = 0, .text = "done"}};
    const Outcome outcome = run(spec, text, 1000);
    EXPECT_EQ(outcome.stop, StopReason::UartText);
    EXPECT_EQ(outcome.edge, byte_edge(text.size() - 1));
  }
}

TEST(StopConditions, AHighOutputEndsTheRunOutOfResetOnly) {
  BankSpec spec = base_spec();
  spec.stop_outputs = {4};
  const auto high = [](std::uint64_t edge, Pins& pins) {
    pins.outputs[4] = edge < 10 || edge >= 77 ? 1 : 0;
  };
  const Outcome outcome = run(spec, "", 1000, high, 20);
  EXPECT_EQ(outcome.stop, StopReason::Net);
  EXPECT_EQ(outcome.edge, 77U);
}

/// Whether `text` contains `pattern`, found by the streaming matcher.
bool stream_contains(const std::string& text, const std::string& pattern) {
  BankSpec spec = base_spec();
  spec.stop_texts = {{.source = 0, .text = pattern}};
  return run(spec, text, byte_edge(text.size())).stop == StopReason::UartText;
}

TEST(TextPattern, AgreesWithAPlainSearchOnEveryShortTextOfTwoLetters) {
  for (unsigned pattern_code = 2; pattern_code < 32; ++pattern_code) {
    std::string pattern;
    for (unsigned c = pattern_code; c > 1; c >>= 1) pattern += (c & 1U) != 0 ? 'a' : 'b';
    for (unsigned text_code = 128; text_code < 256; ++text_code) {
      std::string text;
      for (unsigned c = text_code; c > 1; c >>= 1) text += (c & 1U) != 0 ? 'a' : 'b';
      ASSERT_EQ(stream_contains(text, pattern), text.find(pattern) != std::string::npos)
          << text << " / " << pattern;
    }
  }
}

}  // namespace
}  // namespace heddle::gate
