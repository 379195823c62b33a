// What the bank itself promises: lines that several drive, stores, states that
// can be saved, restored and told in words, kinds it was not compiled with.
#include <gtest/gtest.h>

#include "heddle/gate/peripherals/qspi_psram.h"
#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::single_clock_edge;

/// Two memories on one bus. Outputs 0 and 1 are their selects, 2 is SCK, 3 to 6
/// io_o, 7 to 10 io_oe; inputs 0 to 3 are the shared io_i.
BankSpec two_memories() {
  BankSpec spec;
  SpiFlashSetup flash{.config = {.capacity_bytes = 4096}};
  flash.image = {0x5A};
  spec.peripherals.push_back(
      {.name = "flash",
       .setup = flash,
       .pins = {.outputs = {0, 2, 3, 4, 5, 6, 7, 8, 9, 10}, .inputs = {0, 1, 2, 3}}});
  spec.peripherals.push_back(
      {.name = "psram",
       .setup = make_setup<QspiPsram>({.capacity_bytes = 8192}, {.bytes = 8192, .image = {0xA5}}),
       .pins = {.outputs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, .inputs = {0, 1, 2, 3}}});
  return spec;
}

class Bus {
 public:
  explicit Bus(const BankSpec& spec) : bank(make_bank(spec)), driver(*bank, 11, 4) {
    step([](Pins& pins) { pins.outputs[0] = pins.outputs[1] = 1; });
  }

  void select(bool flash, bool psram) {
    step([&](Pins& pins) {
      pins.outputs[0] = flash ? 0 : 1;
      pins.outputs[1] = psram ? 0 : 1;
      pins.outputs[2] = 0;
    });
  }
  void send(std::uint32_t bits, unsigned count) {
    for (unsigned left = count; left-- > 0;) {
      step([&](Pins& pins) {
        pins.outputs[2] = 0;
        pins.outputs[3] = bits >> left & 1U;
        pins.outputs[7] = 1;
      });
      step([](Pins& pins) { pins.outputs[2] = 1; });
    }
    step([](Pins& pins) { pins.outputs[7] = 0; });
  }
  std::uint8_t receive() {
    unsigned byte = 0;
    for (int i = 0; i < 8; ++i) {
      step([](Pins& pins) { pins.outputs[2] = 0; });
      step([](Pins& pins) { pins.outputs[2] = 1; });
      byte = byte << 1 | driver.pins.inputs[1];
    }
    return static_cast<std::uint8_t>(byte);
  }
  std::uint8_t read(bool flash, std::uint32_t address) {
    select(flash, !flash);
    send(0x03, 8);
    send(address, 24);
    const std::uint8_t byte = receive();
    select(false, false);
    return byte;
  }
  void write(std::uint32_t address, std::uint8_t byte) {
    select(false, true);
    send(0x02, 8);
    send(address, 24);
    send(byte, 8);
    select(false, false);
  }
  template <class Change>
  void step(const Change& change) {
    driver.edge(single_clock_edge(edge_++), change);
  }

  std::unique_ptr<PeripheralBank> bank;
  BankDriver driver;

 private:
  std::uint64_t edge_ = 0;
};

TEST(SharedLines, EachMemoryAnswersWhenItIsSelectedAndNeitherOtherwise) {
  Bus bus(two_memories());
  EXPECT_EQ(bus.read(true, 0), 0x5A);
  EXPECT_EQ(bus.read(false, 0), 0xA5);
  EXPECT_EQ(bus.read(true, 1), 0xFF);
  EXPECT_EQ(bus.read(false, 1), 0x00);
  bus.step([](Pins&) {});
  EXPECT_EQ(bus.driver.pins.inputs, std::vector<std::uint8_t>(4, 0));
  EXPECT_TRUE(bus.driver.records.empty());
}

TEST(SharedLines, TwoSelectedAtOnceAreRecordedOnceAndTheLowLevelWins) {
  Bus bus(two_memories());
  bus.select(true, true);
  bus.send(0x03, 8);
  bus.send(0, 24);
  EXPECT_EQ(bus.receive(), 0x5A & 0xA5);
  bus.select(false, false);
  ASSERT_EQ(bus.driver.records.size(), 2U);
  const BankSpec spec = two_memories();
  for (std::uint16_t source = 0; source < 2; ++source) {
    const Record& record = bus.driver.records[source];
    EXPECT_EQ(record.source, source);
    EXPECT_EQ(record_kind_name(spec, record), "contention");
    EXPECT_EQ(record.value, 1U << 1) << "the line of io_i[1], as this one's roles count";
  }
  EXPECT_EQ(bus.read(true, 0), 0x5A) << "the bus works again";
}

TEST(SharedLines, ADesignThatDrivesALaneOfAMemoryIsRecorded) {
  Bus bus(two_memories());
  bus.select(true, false);
  bus.send(0x03, 8);
  bus.send(0, 24);
  bus.step([](Pins& pins) { pins.outputs[8] = 1; });  // io_oe[1]
  static_cast<void>(bus.receive());
  ASSERT_EQ(bus.driver.records.size(), 1U);
  EXPECT_EQ(record_kind_name(two_memories(), bus.driver.records[0]), "contention");
  EXPECT_EQ(bus.driver.records[0].value, 2U);
}

TEST(Stores, KeepWhatWasWrittenThroughSaveAndRestore) {
  Bus bus(two_memories());
  const std::vector<std::byte> empty = bus.bank->save();
  bus.write(5000, 0x77);
  const std::vector<std::byte> written = bus.bank->save();
  EXPECT_LT(written.size(), empty.size() + 4096 + 16) << "only the page that was written";
  EXPECT_GT(written.size(), empty.size() + 4096);
  bus.write(5000, 0x11);
  bus.write(1, 0x22);
  ASSERT_TRUE(bus.bank->restore(written));
  EXPECT_EQ(bus.bank->save(), written);
  EXPECT_EQ(bus.bank->stored(1)[5000], 0x77);
  EXPECT_EQ(bus.bank->stored(1)[1], 0x00) << "a page that was clean then is clean again";
  EXPECT_EQ(bus.bank->stored(1)[0], 0xA5);
  EXPECT_EQ(bus.read(false, 5000), 0x77);
  ASSERT_TRUE(bus.bank->restore(empty));
  EXPECT_EQ(bus.bank->stored(1)[5000], 0x00);
}

TEST(Stores, AreRefusedWhenTheirBytesAreNotOfThisBank) {
  Bus bus(two_memories());
  bus.write(5000, 0x77);
  const std::vector<std::byte> good = bus.bank->save();
  for (std::size_t cut : {std::size_t{0}, std::size_t{8}, good.size() / 2, good.size() - 1}) {
    EXPECT_FALSE(bus.bank->restore(std::span(good).first(cut))) << cut;
  }
  std::vector<std::byte> longer = good;
  longer.push_back(std::byte{0});
  EXPECT_FALSE(bus.bank->restore(longer));
  std::vector<std::byte> wrong_page = good;
  // The page number before the page's bytes, at the end of what is saved.
  wrong_page[good.size() - 4096 - 4] = std::byte{9};
  EXPECT_FALSE(bus.bank->restore(wrong_page));
  EXPECT_EQ(bus.bank->save(), good) << "a refused restore changes nothing";
}

TEST(Descriptions, TellTheStateOfEveryPeripheralInWords) {
  Bus bus(two_memories());
  bus.select(true, false);
  bus.send(0x06, 8);
  bus.select(false, false);
  bus.select(false, true);
  bus.send(0x35, 8);
  const std::vector<PeripheralDescription> states = bus.bank->describe();
  ASSERT_EQ(states.size(), 2U);
  EXPECT_EQ(states[0].name, "flash");
  EXPECT_EQ(states[0].kind, "spi_flash");
  EXPECT_EQ(states[0].find("write_enabled"), "yes");
  EXPECT_EQ(states[0].find("selected"), "no");
  EXPECT_EQ(states[1].kind, "qspi_psram");
  EXPECT_EQ(states[1].find("selected"), "yes");
  EXPECT_EQ(states[1].find("mode"), "quad");
  EXPECT_EQ(states[1].find("no such field"), "");
}

/// A kind of this test's own: counts rising edges of a pin and tells every third.
struct Counter {
  static constexpr const char* kName = "counter";
  enum Role : unsigned { kPin, kOutputRoles };
  enum InputRole : unsigned { kThird, kInputRoles };
  static constexpr const char* kRecordNames[] = {"third"};
  struct Config {
    std::uint32_t every = 3;
  };
  struct State {
    std::uint32_t count = 0;
    std::uint32_t level = 0;
  };
  template <class Out>
  static void hold(const Config&, State& state, Out& out) {
    if (state.count != 0) out.release(kThird);
    state = State{};
  }
  template <class Out>
  static void observe(const Config& config, State& state, const PinSample& in, Out& out) {
    const std::uint32_t level = in.level(kPin, false) ? 1 : 0;
    if (level > state.level && ++state.count % config.every == 0) out.record(0, state.count);
    state.level = level;
  }
  static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}
  template <class Out>
  static void drive(const Config& config, State& state, const PinSample&, Out& out) {
    out.drive(kThird, state.count % config.every == 0);
  }
  static std::uint64_t next_wake(const Config&, const State&, const PinSample&) { return kNever; }
};

TEST(AnyKind, IsSteppedAsTheBuiltInOnesAre) {
  BankSpec spec;
  spec.peripherals.push_back({.name = "mine",
                              .setup = make_setup<Counter>({.every = 3}),
                              .pins = {.outputs = {0}, .inputs = {0}}});
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, 1, 1);
  for (std::uint64_t edge = 0; edge < 30; ++edge) {
    driver.edge(single_clock_edge(edge, 4), [&](Pins& pins) { pins.outputs[0] = edge % 3 == 2; });
  }
  // High at edges 2, 5, 8, ...; out of reset from 4 on: the third is 11, the sixth 20, ...
  ASSERT_EQ(driver.records.size(), 3U);
  EXPECT_EQ(driver.records[0].edge, 11U);
  EXPECT_EQ(driver.records[1].edge, 20U);
  EXPECT_EQ(driver.records[2].value, 9U);
  EXPECT_EQ(record_kind_name(spec, driver.records[0]), "third");
}

}  // namespace
}  // namespace heddle::gate
