// GPIO at its pins: what it records, and what it drives from which edge on.
#include "heddle/gate/peripherals/gpio.h"

#include <gtest/gtest.h>

#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::single_clock_edge;

/// Four pins: outputs 0..3 levels, 4..7 enables, inputs 0..3.
BankSpec gpio_spec(std::uint32_t initial) {
  PeripheralPins pins;
  pins.outputs.assign(Gpio::kOutputRoles, kNotConnected);
  for (std::uint32_t i = 0; i < 4; ++i) {
    pins.outputs[Gpio::kOut + i] = static_cast<std::int32_t>(i);
    pins.outputs[Gpio::kOe + i] = static_cast<std::int32_t>(4 + i);
  }
  pins.inputs = {0, 1, 2, 3};
  BankSpec spec;
  spec.peripherals.push_back({.name = "gpio",
                              .setup = GpioSetup{{.width = 4, .initial = initial}},
                              .pins = std::move(pins)});
  return spec;
}

std::uint32_t inputs_of(const Pins& pins) {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < 4; ++i) value |= static_cast<std::uint32_t>(pins.inputs[i]) << i;
  return value;
}

TEST(Gpio, RecordsEveryChangeAtItsEdgeWhateverTheClock) {
  const auto bank = make_bank(gpio_spec(0));
  BankDriver driver(*bank, 8, 4);
  std::vector<Record> expected;
  std::uint32_t levels = 0;
  for (std::uint64_t edge = 0; edge < 500; ++edge) {
    const auto next = static_cast<std::uint32_t>((edge / 3) * 7 % 16);
    if (next != levels) {
      expected.push_back(
          {edge, static_cast<std::int64_t>(edge) * 10000, 0, Gpio::kOutChange, next});
    }
    levels = next;
    driver.edge(single_clock_edge(edge), [&](Pins& pins) {
      for (std::size_t i = 0; i < 4; ++i) pins.outputs[i] = next >> i & 1U;
    });
  }
  EXPECT_EQ(driver.records, expected);
}

TEST(Gpio, RecordsEnablesApartFromLevels) {
  const auto bank = make_bank(gpio_spec(0));
  BankDriver driver(*bank, 8, 4);
  for (std::uint64_t edge = 0; edge < 10; ++edge) {
    driver.edge(single_clock_edge(edge), [&](Pins& pins) { pins.outputs[6] = edge >= 5 ? 1 : 0; });
  }
  ASSERT_EQ(driver.records.size(), 1U);
  EXPECT_EQ(driver.records[0], (Record{5, 50000, 0, Gpio::kOeChange, 4}));
}

TEST(Gpio, DrivesOnlyTheSelectedPinsAndIsSeenByTheNextEdge) {
  BankSpec spec = gpio_spec(0b0110);
  spec.script = {{.wait = WaitKind::Edge,
                  .operand = 10,
                  .action = ActionKind::Command,
                  .target = 0,
                  .drive_mask = 0b0011,
                  .drive_value = 0b1001},
                 {.wait = WaitKind::Edge,
                  .operand = 20,
                  .action = ActionKind::Command,
                  .target = 0,
                  .drive_mask = 0b1111,
                  .drive_value = 0b1000}};
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, 8, 4);
  for (std::uint64_t edge = 0; edge < 30; ++edge) {
    driver.edge(single_clock_edge(edge), [&](Pins& pins) {
      const std::uint32_t expected = edge <= 10 ? 0b0110 : edge <= 20 ? 0b0101 : 0b1000;
      EXPECT_EQ(inputs_of(pins), expected) << edge;
    });
  }
}

TEST(Gpio, HoldsItsInitialLevelsAndRecordsNothingInReset) {
  BankSpec spec = gpio_spec(0b0001);
  spec.script = {{.action = ActionKind::Command, .target = 0, .drive_mask = 15, .drive_value = 14}};
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, 8, 4);
  for (std::uint64_t edge = 0; edge < 30; ++edge) {
    driver.edge(single_clock_edge(edge, 12), [&](Pins& pins) {
      pins.outputs[1] = 1;
      EXPECT_EQ(inputs_of(pins), edge <= 12 ? 0b0001U : 0b1110U) << edge;
    });
  }
  ASSERT_EQ(driver.records.size(), 2U);
  EXPECT_EQ(driver.records[0], (Record{12, 120000, 0, Gpio::kOutChange, 2}));
  EXPECT_EQ(driver.records[1], (Record{12, 120000, 1, EventScript::kStepDone, 0}));
}

}  // namespace
}  // namespace heddle::gate
