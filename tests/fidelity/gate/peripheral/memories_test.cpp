// Serial memories against Verilog models written from the data sheets: the same
// transactions, cut off at any bit, with garbage where nobody should look.
#include <algorithm>

#include "fidelity/gate/peripheral/played.h"
#include "heddle/gate/peripherals/qspi_psram.h"

namespace heddle::gate {
namespace {

using test::Noise;
using test::Stimulus;

constexpr std::size_t kCs = 0;
constexpr std::size_t kSck = 1;
constexpr std::size_t kIo = 2;
constexpr std::size_t kOe = 6;

/// Bytes and the same as a `$readmemh` file.
struct Image {
  std::vector<std::uint8_t> bytes;
  std::string text;
};

Image make_image(std::uint32_t size, std::uint32_t first, std::uint32_t end, std::uint8_t fill) {
  Image image;
  Noise noise(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    const bool inside = i >= first && i < end;
    const auto byte = static_cast<std::uint8_t>(noise.next());
    if (inside) image.bytes.push_back(byte);
    const unsigned value = inside ? byte : fill;
    image.text += "0123456789abcdef"[value >> 4];
    image.text += "0123456789abcdef"[value & 15U];
    image.text += '\n';
  }
  return image;
}

/// A bus master that may break off and that leaves garbage on idle lanes.
class Master {
 public:
  Master(Stimulus& stimulus, Noise& noise) : stimulus_(stimulus), noise_(noise) {}

  void select(int clocks_until_cut) {
    left_ = clocks_until_cut;
    stimulus_.set(kCs, false);
    idle();
  }
  void deselect() {
    idle();
    stimulus_.set(kCs, true);
    stimulus_.set_word(kOe, 4, 0);
    idle();
    if (stimulus_.level(kSck)) {
      stimulus_.set(kSck, false);
      stimulus_.edge();
    }
  }
  void send(std::uint32_t bits, unsigned count, unsigned lanes) {
    for (unsigned left = count; left > 0 && left_ != 0; left -= lanes) {
      fall();
      const std::uint32_t group = bits >> (left - lanes) & ((1U << lanes) - 1);
      // Lanes beside those of the phase carry what they like.
      const std::uint32_t rest = noise_.below(16) & ~((1U << lanes) - 1);
      stimulus_.set_word(kIo, 4, group | rest);
      stimulus_.set_word(kOe, 4, ((1U << lanes) - 1) | (lanes == 1 ? 0 : 0U));
      stimulus_.edge();
      rise();
    }
  }
  void clocks(unsigned count) {
    for (unsigned i = 0; i < count && left_ != 0; ++i) {
      fall();
      stimulus_.set_word(kOe, 4, 0);
      stimulus_.set_word(kIo, 4, noise_.below(16));
      stimulus_.edge();
      rise();
    }
  }
  void idle(std::uint32_t most = 4) {
    for (std::uint32_t i = noise_.below(most) + 1; i > 0; --i) stimulus_.edge();
  }

 private:
  void fall() { stimulus_.set(kSck, false); }
  void rise() {
    if (left_ > 0) --left_;
    if (noise_.chance(10)) stimulus_.edge();
    stimulus_.set(kSck, true);
    stimulus_.edge();
    if (noise_.chance(10)) stimulus_.edge();
  }

  Stimulus& stimulus_;
  Noise& noise_;
  int left_ = -1;  ///< clocks until the transaction is cut off
};

/// What the test knows of the mode a memory is in, to ask useful things.
struct Mode {
  bool quad = false;
  bool continuous = false;
};

std::uint32_t address(Noise& noise, std::uint32_t around) {
  const std::uint32_t spread = noise.chance(70) ? 300 : 1U << 24;
  return (around + noise.below(spread) - 40) & 0xFFFFFFU;
}

void flash_transaction(Master& master, Noise& noise, Mode& mode) {
  constexpr std::uint8_t kOpcodes[] = {0x03, 0x0B, 0x3B, 0x6B, 0xEB, 0x9F, 0xAB, 0x05, 0x05,
                                       0x35, 0x06, 0x06, 0x06, 0x06, 0x04, 0x02, 0x02, 0x02,
                                       0x32, 0x32, 0x20, 0x20, 0x52, 0xD8, 0xC7, 0x01, 0x31,
                                       0x66, 0x99, 0xB9, 0x77, 0x5A, 0x38, 0xFF};
  const bool cut = noise.chance(12);
  const unsigned lanes = mode.quad ? 4 : 1;
  std::uint8_t opcode = 0xEB;
  if (!mode.continuous) {
    opcode = kOpcodes[noise.below(std::size(kOpcodes))];
    // Erasing everything, or too often, would hide what programming does.
    const bool erases = opcode == 0xC7 || opcode == 0xD8 || opcode == 0x52;
    if (erases && noise.chance(opcode == 0xC7 ? 90 : 60)) opcode = 0x02;
    constexpr std::uint8_t kWrites[] = {0x02, 0x32, 0x20, 0x52, 0xD8, 0xC7, 0x01, 0x31};
    const bool writes =
        std::find(std::begin(kWrites), std::end(kWrites), opcode) != std::end(kWrites);
    if (writes && noise.chance(70)) {
      master.select(-1);
      master.send(0x06, 8, lanes);
      master.deselect();
    }
  }
  master.select(cut ? static_cast<int>(noise.below(60)) : -1);
  if (!mode.continuous) master.send(opcode, 8, lanes);
  const std::uint32_t where = address(noise, 0x1F80);
  const unsigned read_bytes = 1 + noise.below(6);
  const auto data = [&](unsigned width) {
    for (std::uint32_t i = noise.below(20) + (noise.chance(4) ? 260 : 0); i > 0; --i) {
      master.send(static_cast<std::uint8_t>(noise.next()), 8, width);
    }
  };
  switch (opcode) {
    case 0x03:
      master.send(where, 24, lanes);
      master.clocks(8 * read_bytes);
      break;
    case 0x0B:
      master.send(where, 24, lanes);
      master.clocks((mode.quad ? 2 : 8) + 8 / lanes * read_bytes);
      break;
    case 0x3B:
    case 0x6B:
      master.send(where, 24, lanes);
      master.clocks(8 + 4 * read_bytes);
      break;
    case 0xEB: {
      const bool again = noise.chance(40);
      master.send(where, 24, 4);
      master.send(again ? 0x20 : 0xFF, 8, 4);
      master.clocks(6 + 2 * read_bytes);
      if (!cut) mode.continuous = again;
      break;
    }
    case 0x02:
      master.send(where, 24, lanes);
      data(lanes);
      break;
    case 0x32:
      master.send(where, 24, 1);
      data(4);
      break;
    case 0x20:
    case 0x52:
    case 0xD8:
      master.send(where, 24, lanes);
      if (noise.chance(20)) master.clocks(1);
      break;
    case 0x01: master.send(noise.chance(50) ? 0x0002 : 0x1C02, 16, lanes); break;
    case 0x31: master.send(noise.chance(80) ? 0x02 : 0x00, 8, lanes); break;
    case 0x38:
      if (!cut) mode.quad = true;
      break;
    case 0xFF:
      if (!cut) mode.quad = false;
      break;
    default: master.clocks(noise.below(50)); break;
  }
  master.deselect();
  if (noise.chance(10)) master.idle(60);
}

/// Back to commands on one lane, awake, and no longer busy, from any state: also
/// with quad enable set, which three of four lanes' commands need.
void recover(Master& master) {
  master.idle(200);
  for (const unsigned lanes : {1U, 4U}) {
    master.select(-1);
    master.send(0xFF, 8, lanes);
    master.deselect();
  }
  for (const std::uint32_t opcode : {0xABU, 0x06U}) {
    master.select(-1);
    master.send(opcode, 8, 1);
    master.deselect();
  }
  master.select(-1);
  master.send(0x3102, 16, 1);
  master.deselect();
}

TEST(SpiFlashModel, AgreesWithItsVerilogModelInEveryTransaction) {
  HEDDLE_NEED_TOOL("iverilog");
  constexpr std::uint32_t kBytes = 65536;
  const Image image = make_image(kBytes, 0x1000, 0x3000, 0xFF);
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Noise noise(seed);
    Stimulus stimulus(10, "1000000000");
    Master master(stimulus, noise);
    Mode mode;
    for (int i = 0; i < 500; ++i) {
      // What the test believes of the mode may be wrong after a refused command;
      // eight ones on one lane and two on four bring both back to commands.
      if (i % 10 == 9) {
        recover(master);
        mode = Mode();
      }
      flash_transaction(master, noise, mode);
    }
    SpiFlashSetup setup{
        .config = {.capacity_bytes = kBytes}, .image_first = 0x1000, .image = image.bytes};
    setup.config.program_time_ps = 400;
    setup.config.erase_time_ps = 1500;
    const BankSpec spec = test::one_peripheral(setup, test::in_order(10), test::in_order(4));
    std::size_t programs = 0;
    std::size_t erases = 0;
    const test::Played ours =
        test::play_bank(spec, stimulus, 4, [&](const Record& record) -> std::string {
          programs += record.kind == SpiFlash::kProgram ? 1 : 0;
          erases += record.kind == SpiFlash::kErase ? 1 : 0;
          return "";
        });
    EXPECT_GT(programs, 30U);
    EXPECT_GT(erases, 5U);
    const test::Played model = test::play_icarus("flash.v", stimulus, {{"image.hex", image.text}});
    test::expect_same(ours, model, stimulus);
    ASSERT_EQ(model.stored.size(), kBytes);
    if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

void psram_transaction(Master& master, Noise& noise, Mode& mode) {
  constexpr std::uint8_t kOpcodes[] = {0x03, 0x0B, 0xEB, 0x02, 0x38, 0x9F, 0x35, 0xF5,
                                       0xC0, 0x66, 0x99, 0x77, 0xEB, 0x38, 0x02, 0x0B};
  const bool cut = noise.chance(12);
  master.select(cut ? static_cast<int>(noise.below(60)) : -1);
  const unsigned lanes = mode.quad ? 4 : 1;
  const std::uint8_t opcode = kOpcodes[noise.below(std::size(kOpcodes))];
  master.send(opcode, 8, lanes);
  const std::uint32_t where = address(noise, 0x0F80);
  const unsigned bytes = 1 + noise.below(40);
  switch (opcode) {
    case 0x03:
    case 0x9F:
      master.send(where, 24, lanes);
      master.clocks(8 * bytes);
      break;
    case 0x0B:
      master.send(where, 24, lanes);
      master.clocks(8 + 8 / lanes * bytes);
      break;
    case 0xEB:
      master.send(where, 24, 4);
      master.clocks(6 + 2 * bytes);
      break;
    case 0x02:
    case 0x38: {
      const unsigned width = opcode == 0x38 ? 4 : lanes;
      master.send(where, 24, width);
      for (unsigned i = 0; i < bytes; ++i) {
        master.send(static_cast<std::uint8_t>(noise.next()), 8, width);
      }
      break;
    }
    case 0x35:
      if (!cut) mode.quad = true;
      break;
    case 0xF5:
      if (!cut) mode.quad = false;
      break;
    default: break;
  }
  master.deselect();
}

TEST(QspiPsramModel, AgreesWithItsVerilogModelInEveryTransaction) {
  HEDDLE_NEED_TOOL("iverilog");
  constexpr std::uint32_t kBytes = 4096;
  const Image image = make_image(kBytes, 0x100, 0x800, 0x00);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Noise noise(seed);
    Stimulus stimulus(10, "1000000000");
    Master master(stimulus, noise);
    Mode mode;
    for (int i = 0; i < 300; ++i) {
      if (i % 25 == 24) {
        master.select(-1);
        master.send(0xF5, 8, 4);
        master.deselect();
        mode = Mode();
      }
      psram_transaction(master, noise, mode);
    }
    StoreSpec store{.bytes = kBytes, .image_first = 0x100, .image = image.bytes};
    const auto setup = make_setup<QspiPsram>({.capacity_bytes = kBytes}, std::move(store));
    const BankSpec spec = test::one_peripheral(setup, test::in_order(10), test::in_order(4));
    const test::Played ours =
        test::play_bank(spec, stimulus, 4, [](const Record&) { return std::string(); });
    const test::Played model = test::play_icarus("psram.v", stimulus, {{"image.hex", image.text}});
    test::expect_same(ours, model, stimulus);
    ASSERT_EQ(model.stored.size(), kBytes);
    if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed;
  }
}

}  // namespace
}  // namespace heddle::gate
