// UARTs, slaves and bus tracers against their Verilog models.
#include "fidelity/gate/peripheral/played.h"
#include "heddle/gate/peripherals/ahb_lite_tracer.h"
#include "heddle/gate/peripherals/apb_tracer.h"
#include "heddle/gate/peripherals/axi_lite_tracer.h"
#include "heddle/gate/peripherals/i2c_slave.h"
#include "heddle/gate/peripherals/spi_slave.h"
#include "heddle/gate/peripherals/wishbone_tracer.h"

namespace heddle::gate {
namespace {

using test::Noise;
using test::Played;
using test::Stimulus;

/// Bytes of a register file and the same as a `$readmemh` file.
std::pair<std::vector<std::uint8_t>, std::string> registers(std::uint32_t count) {
  std::vector<std::uint8_t> bytes;
  std::string text;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto byte = static_cast<std::uint8_t>(i * 37 + 11);
    bytes.push_back(byte);
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15U];
    text += '\n';
  }
  return {bytes, text};
}

struct Format {
  std::uint32_t divisor = 16;
  std::uint16_t fraction = 0;
  std::uint8_t data_bits = 8;
  UartParity parity = UartParity::None;
  std::uint8_t stop_half_bits = 2;
};

constexpr Format kFormats[] = {
    {},
    {.divisor = 1},
    {.divisor = 3, .fraction = 0x5555, .parity = UartParity::Even, .stop_half_bits = 4},
    {.divisor = 5,
     .fraction = 0x8000,
     .data_bits = 7,
     .parity = UartParity::Odd,
     .stop_half_bits = 3},
    {.divisor = 4, .data_bits = 5, .parity = UartParity::Mark, .stop_half_bits = 3},
    {.divisor = 7, .fraction = 0xFFFF, .data_bits = 6, .parity = UartParity::Space},
};

/// A line that sends frames of about the right length, some of them wrong, and breaks.
void talk(Stimulus& stimulus, Noise& noise, const Format& format) {
  const auto hold = [&](bool level, std::uint32_t cycles) {
    stimulus.set(0, level);
    for (std::uint32_t i = 0; i < 2 * cycles; ++i) stimulus.edge();
  };
  hold(true, 5);
  for (int frame = 0; frame < 60; ++frame) {
    const std::uint32_t bit = format.divisor + (noise.chance(20) ? noise.below(3) : 0);
    hold(false, bit);
    for (int i = 0; i < 9; ++i) hold(noise.chance(50), bit);
    hold(!noise.chance(15), bit);
    if (noise.chance(50)) hold(true, noise.below(3 * format.divisor) + 1);
    if (noise.chance(10)) stimulus.edge();  // from here on it changes between rising edges
  }
}

TEST(UartModel, AgreesWithItsVerilogModelInEveryFrameFormatBothWays) {
  HEDDLE_NEED_TOOL("iverilog");
  constexpr const char* kNames[] = {"byte", "framing_error", "parity_error"};
  for (const Format& format : kFormats) {
    Noise noise(format.divisor);
    Stimulus stimulus(2, "10");
    talk(stimulus, noise, format);
    BankSpec spec =
        test::one_peripheral(UartSetup{format.divisor, format.fraction, format.data_bits,
                                       format.parity, format.stop_half_bits},
                             {0}, {0});
    // Cycles are the rising edges so far; a byte starts at the first one at or after its edge.
    std::string sends;
    std::uint64_t edge = 0;
    for (int i = 0; i < 12; ++i) {
      edge += noise.below(60 * format.divisor) + 1;
      const std::string text(1 + noise.below(3), static_cast<char>(noise.next()));
      spec.script.push_back({.wait = WaitKind::Edge,
                             .operand = edge,
                             .action = ActionKind::Command,
                             .target = 0,
                             .send = text});
      std::uint64_t cycle = 0;
      bool found = false;
      for (std::uint64_t e = 0; e < stimulus.edges().size() && !found; ++e) {
        cycle += stimulus.edges()[e].rises ? 1U : 0U;
        found = e >= edge && stimulus.edges()[e].rises;
      }
      if (!found) continue;
      for (const char c : text) {
        sends += std::to_string(cycle) + " " + std::to_string(static_cast<unsigned char>(c)) + "\n";
      }
    }
    std::size_t errors = 0;
    const Played ours = test::play_bank(spec, stimulus, 1, [&](const Record& record) {
      if (record.source != 0) return std::string();
      errors += record.kind != Uart::kByte ? 1U : 0U;
      return std::to_string(record.edge) + " " + kNames[record.kind] + " " +
             std::to_string(record.value);
    });
    EXPECT_GT(ours.reports.size(), 20U);
    EXPECT_GT(errors, 0U);
    const std::uint64_t length = std::uint64_t{format.divisor} << 16 | format.fraction;
    const Played model = test::play_icarus(
        "uart.v", stimulus,
        {{"send.txt", sends},
         {"frame.vh", "localparam [63:0] DIVISOR_Q16 = " + std::to_string(length) +
                          "; localparam DATA_BITS = " + std::to_string(format.data_bits) +
                          ", PARITY = " + std::to_string(static_cast<int>(format.parity)) +
                          ", STOP_HALF_BITS = " + std::to_string(format.stop_half_bits) + ";\n"}});
    test::expect_same(ours, model, stimulus);
    if (testing::Test::HasFatalFailure()) FAIL() << "divisor " << format.divisor;
  }
}

/// An I2C master: pin 0 SCL, pin 1 SDA, high when released.
class I2cMaster {
 public:
  I2cMaster(Stimulus& stimulus, Noise& noise) : stimulus_(stimulus), noise_(noise) {}

  void start() {
    put(1, true);
    put(0, true);
    put(1, false);
    put(0, false);
  }
  void stop() {
    put(1, false);
    put(0, true);
    put(1, true);
  }
  void bit(bool level) {
    put(1, level);
    put(0, true);
    put(0, false);
  }
  void byte(unsigned value, bool acknowledge = true) {
    for (int i = 7; i >= 0; --i) bit((value >> i & 1U) != 0);
    bit(acknowledge);
  }

 private:
  void put(std::size_t pin, bool level) {
    stimulus_.set(pin, level);
    // Two edges at least: what the slave answers is seen one edge later.
    for (std::uint32_t i = noise_.below(3) + 2; i > 0; --i) stimulus_.edge();
  }
  Stimulus& stimulus_;
  Noise& noise_;
};

TEST(I2cSlaveModel, AgreesWithItsVerilogModelInEveryTransaction) {
  HEDDLE_NEED_TOOL("iverilog");
  constexpr const char* kNames[] = {"select", "write", "read", "stop"};
  const auto [bytes, text] = registers(64);
  Noise noise(3);
  Stimulus stimulus(2, "11");
  I2cMaster master(stimulus, noise);
  for (int i = 0; i < 120; ++i) {
    const bool reads = noise.chance(50);
    const unsigned address = noise.chance(80) ? 0x2A : noise.below(128);
    master.start();
    master.byte(address << 1 | (reads ? 1U : 0U));
    const std::uint32_t count = noise.below(5);
    for (std::uint32_t k = 0; k < count; ++k) {
      if (reads) {
        master.byte(0xFF, k + 1 == count);  // released; the last one is not acknowledged
      } else {
        master.byte(noise.below(256));
      }
    }
    // Broken off in the middle of a byte now and then, but never while it is being read.
    if (!reads && noise.chance(15)) {
      for (std::uint32_t k = noise.below(8); k > 0; --k) master.bit(noise.chance(50));
    }
    if (reads && (count == 0 || address != 0x2A)) master.byte(0xFF, true);
    if (noise.chance(70)) master.stop();
  }
  StoreSpec store{.bytes = 64, .image = bytes};
  const auto setup =
      make_setup<I2cSlave>({.register_count = 64, .address = 0x2A}, std::move(store));
  std::vector<std::int32_t> outputs(I2cSlave::kOutputRoles, kNotConnected);
  outputs[I2cSlave::kScl] = 0;
  outputs[I2cSlave::kSda] = 1;
  BankSpec spec = test::one_peripheral(setup, outputs, {0, 1});
  const Played ours = test::play_bank(spec, stimulus, 2, [&](const Record& record) {
    std::string report = kNames[record.kind];
    const std::uint32_t value = record.value;
    if (record.kind == I2cSlave::kSelected) report += " " + std::to_string(value);
    if (record.kind == I2cSlave::kWritten || record.kind == I2cSlave::kReadOut) {
      report += " " + std::to_string(value >> 8) + " " + std::to_string(value & 255U);
    }
    return report;
  });
  EXPECT_GT(ours.reports.size(), 200U);
  const Played model = test::play_icarus("i2c.v", stimulus, {{"image.hex", text}});
  test::expect_same(ours, model, stimulus);
}

TEST(SpiSlaveModel, AgreesWithItsVerilogModelInEveryMode) {
  HEDDLE_NEED_TOOL("iverilog");
  const auto [bytes, text] = registers(32);
  for (std::uint8_t mode = 0; mode < 4; ++mode) {
    Noise noise(mode);
    const bool idle = mode >= 2;
    Stimulus stimulus(3, idle ? "110" : "100");
    for (int i = 0; i < 80; ++i) {
      stimulus.set(0, false);
      stimulus.edge();
      for (std::uint32_t bits = noise.below(60); bits > 0; --bits) {
        stimulus.set(2, noise.chance(50));
        stimulus.edge();
        stimulus.set(1, !idle);
        stimulus.edge();
        stimulus.set(2, noise.chance(50));
        stimulus.edge();
        stimulus.set(1, idle);
        stimulus.edge();
      }
      stimulus.set(0, true);
      stimulus.edge();
      stimulus.edge();
    }
    StoreSpec store{.bytes = 32, .image = bytes};
    const auto setup = make_setup<SpiSlave>({.register_count = 32, .mode = mode}, std::move(store));
    const BankSpec spec = test::one_peripheral(setup, {0, 1, 2}, {0});
    const Played ours = test::play_bank(spec, stimulus, 1, [&](const Record& record) {
      return std::string(record.kind == SpiSlave::kWritten ? "write " : "read ") +
             std::to_string(record.value >> 8) + " " + std::to_string(record.value & 255U);
    });
    EXPECT_GT(ours.reports.size(), 100U);
    const Played model = test::play_icarus(
        "spi_slave.v", stimulus,
        {{"image.hex", text}, {"mode.vh", "localparam MODE = " + std::to_string(mode) + ";\n"}});
    test::expect_same(ours, model, stimulus);
    if (testing::Test::HasFatalFailure()) FAIL() << "mode " << int{mode};
  }
}

// Buses: pins as `models/buses.v` numbers them.

constexpr std::int32_t kAddressPin = 16;
constexpr std::int32_t kWritePin = 48;
constexpr std::int32_t kReadPin = 80;

struct Bus {
  const char* name = "";
  ModelSetup setup;
  std::vector<std::int32_t> roles = {};
  std::size_t control_pins = 0;
  std::vector<std::uint32_t> likely;  ///< percent of edges at which each of them is high
};

void connect(std::vector<std::int32_t>& roles, unsigned role, std::int32_t pin, unsigned count) {
  for (unsigned i = 0; i < count; ++i) roles[role + i] = pin + static_cast<std::int32_t>(i);
}

template <class Tracer>
Bus make_bus(const char* name, const typename Tracer::Config& config,
             const std::vector<unsigned>& signals, std::vector<std::uint32_t> likely) {
  Bus bus{.name = name, .setup = make_setup<Tracer>(config), .likely = std::move(likely)};
  bus.roles.assign(Tracer::kOutputRoles, kNotConnected);
  for (const unsigned role : signals) {
    bus.roles[role] = static_cast<std::int32_t>(bus.control_pins++);
  }
  bus.control_pins = bus.likely.size();
  return bus;
}

std::vector<Bus> all_buses() {
  std::vector<Bus> buses;
  {
    using T = ApbTracer;
    buses.push_back(make_bus<T>("apb", {},
                                {T::kSel, T::kEnable, T::kWriteSide, T::kReady, T::kSlaveError},
                                {70, 70, 50, 50, 20}));
    connect(buses.back().roles, T::kStrobe, 8, 4);
    connect(buses.back().roles, T::kAddress, kAddressPin, 32);
    connect(buses.back().roles, T::kWriteData, kWritePin, 32);
    connect(buses.back().roles, T::kReadData, kReadPin, 32);
  }
  for (const bool pipelined : {false, true}) {
    using T = WishboneTracer;
    buses.push_back(
        make_bus<T>(pipelined ? "pipelined wishbone" : "wishbone", {.pipelined = pipelined},
                    {T::kCyc, T::kStb, T::kWe, T::kAck, T::kErr, T::kRty, T::kStall},
                    pipelined ? std::vector<std::uint32_t>{97, 50, 50, 35, 5, 5, 40}
                              : std::vector<std::uint32_t>{80, 70, 50, 30, 10, 10, 50}));
    connect(buses.back().roles, T::kSelect, 8, 4);
    connect(buses.back().roles, T::kAddress, kAddressPin, 32);
    connect(buses.back().roles, T::kWriteData, kWritePin, 32);
    connect(buses.back().roles, T::kReadData, kReadPin, 32);
  }
  {
    using T = AhbLiteTracer;
    // HSIZE is 0, 1 or 2: its upper bit stays low, and the lower ones are seldom both high.
    buses.push_back(make_bus<T>("ahb-lite", {},
                                {T::kWriteSide, T::kReady, T::kResp, T::kTrans, T::kTrans + 1,
                                 T::kSize, T::kSize + 1, T::kSize + 2},
                                {50, 60, 20, 50, 60, 50, 30, 0}));
    connect(buses.back().roles, T::kAddress, kAddressPin, 32);
    connect(buses.back().roles, T::kWriteData, kWritePin, 32);
    connect(buses.back().roles, T::kReadData, kReadPin, 32);
  }
  {
    using T = AxiLiteTracer;
    buses.push_back(make_bus<T>(
        "axi4-lite", {},
        {T::kAwValid, T::kAwReady, T::kWValid, T::kWReady, T::kBValid, T::kBReady, T::kArValid,
         T::kArReady, T::kRValid, T::kRReady, T::kBResp, T::kBResp + 1, T::kRResp, T::kRResp + 1},
        {50, 60, 50, 60, 50, 50, 50, 60, 50, 50, 30, 30, 30, 30}));
    connect(buses.back().roles, T::kWStrobe, 112, 4);
    connect(buses.back().roles, T::kAwAddress, kAddressPin, 32);
    connect(buses.back().roles, T::kArAddress, kAddressPin, 32);
    connect(buses.back().roles, T::kWData, kWritePin, 32);
    connect(buses.back().roles, T::kRData, kReadPin, 32);
  }
  return buses;
}

std::string hex(std::uint64_t value, int digits) {
  std::string text(static_cast<std::size_t>(digits), '0');
  for (std::size_t i = text.size(); i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

TEST(BusTracerModels, AgreeWithTheirVerilogMonitorsOnAnySignals) {
  HEDDLE_NEED_TOOL("iverilog");
  int number = 0;
  for (const Bus& bus : all_buses()) {
    Noise noise(static_cast<std::uint64_t>(number) + 7);
    Stimulus stimulus(120);
    for (int i = 0; i < 6000; ++i) {
      // Long stretches without a change, and changes between rising edges.
      if (!noise.chance(25)) {
        for (std::size_t pin = 0; pin < bus.likely.size(); ++pin) {
          if (noise.chance(50)) stimulus.set(pin, noise.chance(bus.likely[pin]));
        }
        if (noise.chance(40)) stimulus.set_word(8, 4, noise.next());
        for (const std::size_t first : {16U, 48U, 80U}) {
          if (noise.chance(40)) stimulus.set_word(first, 32, noise.next());
        }
        if (noise.chance(40)) stimulus.set_word(112, 4, noise.next());
        for (std::size_t pin = 0; pin < bus.likely.size(); ++pin) {
          if (pin >= 8 && noise.chance(50)) stimulus.set(pin, noise.chance(bus.likely[pin]));
        }
      }
      // HSIZE 3 is wider than the bus.
      if (number == 3 && stimulus.level(5) && stimulus.level(6)) stimulus.set(5, false);
      stimulus.edge(noise.chance(60) && !stimulus.edges().back().rises);
      for (std::uint32_t k = noise.chance(5) ? 20 : 0; k > 0; --k) stimulus.edge(k % 2 == 0);
    }
    BusTransaction transaction;
    const BankSpec spec = test::one_peripheral(bus.setup, bus.roles, {});
    const Played ours = test::play_bank(spec, stimulus, 1, [&](const Record& record) {
      const std::string edge = std::to_string(record.edge);
      if (record.kind == BusRecord::kProtocolError) return edge + " protocol_error";
      if (!BusRecord::collect(record.kind, record.value, transaction)) return std::string();
      return edge + (transaction.is_write ? " write " : " read ") + hex(transaction.address, 8) +
             " " + hex(transaction.data, 8) + " " + hex(transaction.strobe, 2) + " " +
             std::to_string(static_cast<int>(transaction.response)) + " " +
             std::to_string(transaction.wait_cycles);
    });
    EXPECT_GT(ours.reports.size(), 150U) << bus.name;
    Played model = test::play_icarus(
        "buses.v", stimulus, {{"bus.vh", "localparam BUS = " + std::to_string(number) + ";\n"}});
    model.driven = ours.driven;  // a tracer drives nothing
    test::expect_same(ours, model, stimulus);
    if (testing::Test::HasFatalFailure()) FAIL() << bus.name;
    ++number;
  }
}

}  // namespace
}  // namespace heddle::gate
