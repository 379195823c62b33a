// The flash against a bus master written from the data sheet's timing diagrams:
// it toggles SCK, puts bits on before a rise and reads them at the next one.
#include "heddle/gate/peripherals/spi_flash.h"

#include <gtest/gtest.h>

#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::single_clock_edge;

constexpr std::uint32_t kImageFirst = 0x100;
constexpr std::uint32_t kImageBytes = 0x400;

std::uint8_t image_byte(std::uint32_t i) {
  return static_cast<std::uint8_t>(i * 73 + (i >> 5));
}

/// What a read at `address` has to give.
std::uint8_t expected_byte(std::uint32_t address, std::uint32_t capacity = 1U << 24) {
  address %= capacity;
  const bool inside = address >= kImageFirst && address < kImageFirst + kImageBytes;
  return inside ? image_byte(address - kImageFirst) : 0xFF;
}

BankSpec flash_spec(SpiFlash::Config config = {}) {
  SpiFlashSetup setup{.config = config, .image_first = kImageFirst, .image = {}};
  for (std::uint32_t i = 0; i < kImageBytes; ++i) setup.image.push_back(image_byte(i));
  BankSpec spec;
  spec.peripherals.push_back(
      {.name = "flash",
       .setup = std::move(setup),
       .pins = {.outputs = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, .inputs = {0, 1, 2, 3}}});
  return spec;
}

/// A bus master: outputs 0 CS, 1 SCK, 2..5 io_o, 6..9 io_oe; inputs io_i.
class Master {
 public:
  explicit Master(const BankSpec& spec) : bank_(make_bank(spec)), driver_(*bank_, 10, 4) {
    step([](Pins& pins) { pins.outputs[0] = 1; });
  }

  void select() {
    step([](Pins& pins) { pins.outputs[0] = 0; });
  }
  void deselect() {
    step([](Pins& pins) {
      pins.outputs[0] = 1;
      for (std::size_t i = 6; i < 10; ++i) pins.outputs[i] = 0;
    });
    step([](Pins&) {});
    EXPECT_EQ(lanes(), 0U) << "a deselected flash drives something";
  }

  /// Sends the `count` low bits of `bits` on `lane_count` lanes, high ones first.
  void send(std::uint32_t bits, unsigned count, unsigned lane_count = 1) {
    for (unsigned left = count; left > 0; left -= lane_count) {
      const std::uint32_t group = bits >> (left - lane_count) & ((1U << lane_count) - 1);
      step([&](Pins& pins) {
        pins.outputs[1] = 0;
        for (std::size_t i = 0; i < 4; ++i) {
          pins.outputs[2 + i] = group >> i & 1U;
          pins.outputs[6 + i] = i < lane_count ? 1 : 0;
        }
      });
      step([](Pins& pins) { pins.outputs[1] = 1; });
    }
    release();
  }

  /// Clocks with nothing on the lines.
  void clocks(unsigned count) {
    for (unsigned i = 0; i < count; ++i) {
      step([](Pins& pins) { pins.outputs[1] = 0; });
      step([](Pins& pins) { pins.outputs[1] = 1; });
    }
  }

  std::uint8_t receive(unsigned lane_count = 1) {
    unsigned byte = 0;
    for (unsigned bits = 0; bits < 8; bits += lane_count) {
      step([](Pins& pins) { pins.outputs[1] = 0; });
      step([](Pins& pins) { pins.outputs[1] = 1; });
      const unsigned seen = lane_count == 1 ? lanes() >> 1 : lanes();
      byte = byte << lane_count | (seen & ((1U << lane_count) - 1));
      if (lane_count < 4) {
        const unsigned driven = lane_count == 1 ? 0b0010 : 0b0011;
        EXPECT_EQ(lanes() & ~driven, 0U) << "a lane that is not the flash's is not 0";
      }
    }
    return static_cast<std::uint8_t>(byte);
  }

  std::uint8_t read_register(std::uint8_t opcode) {
    select();
    send(opcode, 8);
    const std::uint8_t value = receive();
    deselect();
    return value;
  }

  void one_byte_command(std::uint8_t opcode, unsigned lane_count = 1) {
    select();
    send(opcode, 8, lane_count);
    deselect();
  }

  [[nodiscard]] unsigned lanes() const {
    unsigned value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value |= static_cast<unsigned>(driver_.pins.inputs[i]) << i;
    }
    return value;
  }
  [[nodiscard]] const std::vector<Record>& records() const { return driver_.records; }

  template <class Change>
  void step(const Change& change) {
    driver_.edge(single_clock_edge(edge_++), change);
  }

 private:
  void release() {
    for (std::size_t i = 6; i < 10; ++i) driver_.pins.outputs[i] = 0;
  }

  std::unique_ptr<PeripheralBank> bank_;
  BankDriver driver_;
  std::uint64_t edge_ = 0;
};

/// How a read command is sent: lanes of its phases and its dummy clocks.
struct ReadCommand {
  std::uint8_t opcode = 0;
  unsigned address_lanes = 1;
  bool mode_byte = false;
  unsigned dummy_clocks = 0;
  unsigned data_lanes = 1;
};

constexpr ReadCommand kReads[] = {
    {0x03, 1, false, 0, 1}, {0x0B, 1, false, 8, 1}, {0x3B, 1, false, 8, 2},
    {0x6B, 1, false, 8, 4}, {0xEB, 4, true, 4, 4},
};

void start_read(Master& master, const ReadCommand& read, std::uint32_t address) {
  master.select();
  master.send(read.opcode, 8);
  master.send(address, 24, read.address_lanes);
  if (read.mode_byte) master.send(0xFF, 8, 4);
  master.clocks(read.dummy_clocks);
}

TEST(SpiFlash, EveryReadCommandGivesTheImageAndErasedBytesAroundIt) {
  for (const ReadCommand& read : kReads) {
    for (const std::uint32_t first :
         {0U, kImageFirst - 4, kImageFirst + 0x1F0, kImageFirst + kImageBytes - 8, 0xFFFFFCU}) {
      Master master(flash_spec());
      start_read(master, read, first);
      for (std::uint32_t i = 0; i < 40; ++i) {
        ASSERT_EQ(master.receive(read.data_lanes), expected_byte(first + i))
            << "opcode " << int{read.opcode} << " address " << first + i;
      }
      master.deselect();
    }
  }
}

TEST(SpiFlash, AddressesWrapAtTheCapacity) {
  SpiFlash::Config config;
  config.capacity_bytes = 0x800;
  Master master(flash_spec(config));
  start_read(master, kReads[0], 0x10000 + 0x7F0);
  for (std::uint32_t i = 0; i < 0x300; ++i) {
    ASSERT_EQ(master.receive(), expected_byte(0x7F0 + i, 0x800)) << i;
  }
}

TEST(SpiFlash, TellsItsIdentityStatusAndDevice) {
  Master master(flash_spec());
  master.select();
  master.send(0x9F, 8);
  EXPECT_EQ(master.receive(), 0xEF);
  EXPECT_EQ(master.receive(), 0x40);
  EXPECT_EQ(master.receive(), 0x18);
  master.deselect();
  master.select();
  master.send(0xAB, 8);
  master.send(0x000000, 24);
  EXPECT_EQ(master.receive(), 0x17);
  EXPECT_EQ(master.receive(), 0x17);
  master.deselect();
  EXPECT_EQ(master.read_register(0x35), 0x02);
  EXPECT_EQ(master.read_register(0x05), 0x00);
  master.one_byte_command(0x06);
  EXPECT_EQ(master.read_register(0x05), 0x02);
  master.one_byte_command(0x04);
  EXPECT_EQ(master.read_register(0x05), 0x00);
}

TEST(SpiFlash, RaisingCsAbandonsACommandAtAnyBit) {
  for (unsigned bits = 1; bits < 32; ++bits) {
    Master master(flash_spec());
    master.select();
    master.send(0x03000104U >> (32 - bits), bits);
    master.deselect();
    start_read(master, kReads[0], kImageFirst);
    EXPECT_EQ(master.receive(), image_byte(0)) << bits;
  }
}

TEST(SpiFlash, IgnoresAnUnknownCommandUntilCsRises) {
  Master master(flash_spec());
  master.select();
  master.send(0x77, 8);
  master.send(0x03000100, 32);
  EXPECT_EQ(master.receive(), 0x00);
  master.deselect();
  EXPECT_EQ(master.read_register(0x35), 0x02);
}

TEST(SpiFlash, ContinuousReadSkipsTheCommandUntilTheModeSaysOtherwise) {
  Master master(flash_spec());
  master.select();
  master.send(0xEB, 8);
  master.send(kImageFirst, 24, 4);
  master.send(0x20, 8, 4);
  master.clocks(4);
  EXPECT_EQ(master.receive(4), image_byte(0));
  master.deselect();
  master.select();  // no opcode now
  master.send(kImageFirst + 9, 24, 4);
  master.send(0xFF, 8, 4);
  master.clocks(4);
  EXPECT_EQ(master.receive(4), image_byte(9));
  master.deselect();
  EXPECT_EQ(master.read_register(0x35), 0x02);  // commands again
}

TEST(SpiFlash, EightOnesOnOneLaneEndContinuousRead) {
  Master master(flash_spec());
  master.select();
  master.send(0xEB, 8);
  master.send(kImageFirst, 24, 4);
  master.send(0x20, 8, 4);
  master.clocks(4);
  master.deselect();
  master.one_byte_command(0xFF);
  EXPECT_EQ(master.read_register(0x35), 0x02);
}

TEST(SpiFlash, QpiTakesEverythingOnFourLanes) {
  Master master(flash_spec());
  master.one_byte_command(0x38);
  master.select();
  master.send(0x9F, 8, 4);
  EXPECT_EQ(master.receive(4), 0xEF);
  EXPECT_EQ(master.receive(4), 0x40);
  master.deselect();
  for (const unsigned opcode : {0x0BU, 0xEBU}) {
    master.select();
    master.send(opcode, 8, 4);
    master.send(kImageFirst + 5, 24, 4);
    master.clocks(2);  // two dummy clocks, which EB fills with its mode bits
    EXPECT_EQ(master.receive(4), image_byte(5)) << opcode;
    EXPECT_EQ(master.receive(4), image_byte(6)) << opcode;
    master.deselect();
  }
  master.one_byte_command(0xFF, 4);
  EXPECT_EQ(master.read_register(0x35), 0x02);
}

TEST(SpiFlash, DummyClocksAreConfigurable) {
  SpiFlash::Config config;
  config.fast_dummy = 3;
  config.quad_io_dummy = 0;
  Master master(flash_spec(config));
  start_read(master, {0x0B, 1, false, 3, 1}, kImageFirst + 1);
  EXPECT_EQ(master.receive(), image_byte(1));
  master.deselect();
  start_read(master, {0xEB, 4, true, 0, 4}, kImageFirst + 2);
  EXPECT_EQ(master.receive(4), image_byte(2));
}

TEST(SpiFlash, AReplyIsSeenByTheEdgeAfterTheFallAndNeverEarlier) {
  Master master(flash_spec());
  start_read(master, kReads[0], 0);  // erased: all ones
  EXPECT_EQ(master.lanes(), 0U);
  master.step([](Pins& pins) { pins.outputs[1] = 0; });
  EXPECT_EQ(master.lanes(), 0U) << "the edge that SCK falls at must not see the bit";
  master.step([](Pins&) {});
  EXPECT_EQ(master.lanes(), 2U);
}

TEST(SpiFlash, RecordsCommandsWhenAskedTo) {
  SpiFlash::Config config;
  config.record_commands = true;
  Master master(flash_spec(config));
  master.one_byte_command(0x06);
  ASSERT_EQ(master.records().size(), 1U);
  EXPECT_EQ(master.records()[0].kind, SpiFlash::kCommand);
  EXPECT_EQ(master.records()[0].value, 6U);
}

TEST(SpiFlash, InResetItHoldsItsLanesAndForgetsWhatItWasTold) {
  const auto bank = make_bank(flash_spec());
  BankDriver driver(*bank, 10, 4);
  for (std::uint64_t edge = 0; edge < 60; ++edge) {
    driver.edge(single_clock_edge(edge, 50), [&](Pins& pins) {
      pins.outputs[0] = 0;
      pins.outputs[1] = edge % 2;
      pins.outputs[2] = 1;
      EXPECT_EQ(pins.inputs[1], 0);
    });
  }
  EXPECT_TRUE(driver.records.empty());
}

}  // namespace
}  // namespace heddle::gate
