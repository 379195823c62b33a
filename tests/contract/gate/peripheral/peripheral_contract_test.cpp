// What every kind of peripheral has to keep: stepping it at every edge gives
// the bytes that stepping it when it asks for it gives; its state can be saved
// and restored at any edge; it is silent in reset. On random pin activity, so
// that protocols are broken in every way, with all kinds in one bank.
#include <gtest/gtest.h>

#include "heddle/gate/peripherals/ahb_lite_tracer.h"
#include "heddle/gate/peripherals/apb_tracer.h"
#include "heddle/gate/peripherals/axi_lite_tracer.h"
#include "heddle/gate/peripherals/i2c_slave.h"
#include "heddle/gate/peripherals/qspi_psram.h"
#include "heddle/gate/peripherals/spi_slave.h"
#include "heddle/gate/peripherals/wishbone_tracer.h"
#include "support/bank_driver.h"

namespace heddle::gate {
namespace {

using test::BankDriver;
using test::Pins;
using test::Stepping;

constexpr std::size_t kOutputs = 20;
constexpr std::size_t kInputs = 12;

/// A small generator of its own (splitmix64): the same sequence everywhere.
class Noise {
 public:
  explicit Noise(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_ = 0;
};

/// Role i on output i % 16: every signal moves.
template <class Model>
PeripheralSpec on_all_outputs(const char* name, const ModelSetup& setup, std::uint32_t clock) {
  PeripheralSpec spec{.name = name, .setup = setup, .pins = {}, .clock = clock};
  for (std::int32_t role = 0; role < std::int32_t{Model::kOutputRoles}; ++role) {
    spec.pins.outputs.push_back(role % 16);
  }
  return spec;
}

/// Those that came later; some share inputs 2 to 5, 10 and 11 with each other.
void add_more_kinds(BankSpec& spec) {
  auto psram = on_all_outputs<QspiPsram>(
      "psram",
      make_setup<QspiPsram>({.capacity_bytes = 256, .record_commands = true},
                            {.bytes = 256, .image = {9, 8, 7}}),
      0);
  psram.pins = {.outputs = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, .inputs = {2, 3, 4, 5}};
  spec.peripherals.push_back(psram);
  for (const char* name : {"i2c_a", "i2c_b"}) {
    spec.peripherals.push_back(
        {.name = name,
         .setup = make_setup<I2cSlave>({.register_count = 16, .address = 0}, {.bytes = 16}),
         .pins = {.outputs = {3, kNotConnected, 12}, .inputs = {kNotConnected, 10}}});
  }
  spec.open_drain_inputs = {10};
  spec.peripherals.push_back(
      {.name = "spi",
       .setup = make_setup<SpiSlave>({.register_count = 16, .mode = 1}, {.bytes = 16}),
       .pins = {.outputs = {2, 3, 4}, .inputs = {11}}});
  spec.peripherals.push_back(on_all_outputs<ApbTracer>("apb", make_setup<ApbTracer>({}), 0));
  spec.peripherals.back().pins.outputs[ApbTracer::kClk] = kNotConnected;
  spec.peripherals.push_back(on_all_outputs<ApbTracer>("apb_net", make_setup<ApbTracer>({}), 0));
  for (const bool pipelined : {false, true}) {
    spec.peripherals.push_back(on_all_outputs<WishboneTracer>(
        "wb", make_setup<WishboneTracer>({.pipelined = pipelined}), 1));
    spec.peripherals.back().pins.outputs[WishboneTracer::kClk] = kNotConnected;
  }
  spec.peripherals.push_back(
      on_all_outputs<AhbLiteTracer>("ahb", make_setup<AhbLiteTracer>({}), 1));
  spec.peripherals.back().pins.outputs[AhbLiteTracer::kClk] = kNotConnected;
  spec.peripherals.push_back(
      on_all_outputs<AxiLiteTracer>("axi", make_setup<AxiLiteTracer>({}), 0));
  spec.peripherals.back().pins.outputs[AxiLiteTracer::kClk] = kNotConnected;
}

BankSpec every_kind() {
  BankSpec spec;
  spec.peripherals.push_back({.name = "uart0",
                              .setup = UartSetup{.divisor = 3},
                              .pins = {.outputs = {0}, .inputs = {0}},
                              .clock = 0});
  spec.peripherals.push_back(
      {.name = "flash",
       .setup = SpiFlashSetup{.config = {.record_commands = true}, .image = {1, 2, 3, 4, 5}},
       .pins = {.outputs = {2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, .inputs = {2, 3, 4, 5}},
       .clock = 0});
  spec.peripherals.push_back({.name = "uart1",
                              .setup = UartSetup{.divisor = 2},
                              .pins = {.outputs = {1}, .inputs = {1}},
                              .clock = 1});
  PeripheralPins pins{.outputs = {12, 13, 14, 15}, .inputs = {6, 7, 8, 9}};
  spec.peripherals.push_back(
      {.name = "gpio", .setup = GpioSetup{{.width = 4, .initial = 5}}, .pins = pins, .clock = 0});
  add_more_kinds(spec);
  const auto send = [](WaitKind wait, std::uint64_t operand, std::uint32_t uart, std::string text) {
    return ScriptStepSpec{.wait = wait,
                          .operand = operand,
                          .action = ActionKind::Command,
                          .target = uart,
                          .send = std::move(text)};
  };
  spec.script = {send(WaitKind::Edge, 100, 0, "hello"),
                 send(WaitKind::Edges, 7, 2, "\x55\xAA"),
                 send(WaitKind::TimePs, 90000, 0, "more"),
                 {.wait = WaitKind::GpioOut,
                  .operand = std::uint64_t{3} << 32 | 2,
                  .source = 3,
                  .action = ActionKind::Command,
                  .target = 3,
                  .drive_mask = 6,
                  .drive_value = 10},
                 send(WaitKind::Edges, 50, 2, std::string(40, 'u')),
                 {.wait = WaitKind::UartText, .source = 0, .text = "\xFF"},
                 send(WaitKind::Edges, 3, 0, "end")};
  return spec;
}

/// Edge `edge` of two clocks, one of them rising at odd moments.
EdgeInfo edge_info(std::uint64_t edge, Noise& noise) {
  const std::uint64_t bits = noise.next();
  return {
      .edge = edge,
      .time_ps = static_cast<std::int64_t>(edge * 13),
      .rising = static_cast<std::uint32_t>((edge % 2 == 0 ? 1U : 0U) | (bits % 3 == 0 ? 2U : 0U)),
      .in_reset = edge < 37 ? 1U : 0U};
}

/// Changes a few pins now and then; chip select mostly low, SCK often.
void disturb(Pins& pins, Noise& noise, unsigned activity) {
  const std::uint64_t bits = noise.next();
  if (bits % activity != 0) return;
  pins.outputs[3] ^= 1;
  pins.outputs[bits >> 8 & 15] ^= bits >> 20 & 1;
  if ((bits >> 30) % 64 == 0) pins.outputs[2] ^= 1;
}

struct Trace {
  std::vector<Record> records;
  std::vector<std::vector<std::uint8_t>> inputs;
  std::vector<std::vector<std::byte>> states;
  std::size_t sample_count = 0;
};

Trace run(std::uint64_t seed, unsigned activity, Stepping stepping) {
  BankSpec spec = every_kind();
  spec.step_all = stepping == Stepping::EveryEdge;
  const auto bank = make_bank(spec);
  BankDriver driver(*bank, kOutputs, kInputs, stepping);
  Noise noise(seed);
  Trace trace;
  for (std::uint64_t edge = 0; edge < 3000; ++edge) {
    const EdgeInfo info = edge_info(edge, noise);
    driver.edge(info, [&](Pins& pins) {
      disturb(pins, noise, activity);
      trace.inputs.push_back(pins.inputs);
    });
    if (edge % 500 == 499 && stepping == Stepping::WhenDue) trace.states.push_back(bank->save());
  }
  trace.records = driver.records;
  trace.sample_count = driver.sample_count;
  return trace;
}

TEST(PeripheralContract, SteppingWhenDueGivesWhatSteppingAtEveryEdgeGives) {
  std::size_t records = 0;
  std::size_t skipped = 0;
  std::vector<std::size_t> heard(every_kind().peripherals.size() + 1, 0);
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const unsigned activity = 1 + static_cast<unsigned>(seed % 12);
    const Trace due = run(seed, activity, Stepping::WhenDue);
    const Trace every = run(seed, activity, Stepping::EveryEdge);
    ASSERT_EQ(due.records, every.records) << seed;
    ASSERT_EQ(due.inputs, every.inputs) << seed;
    records += due.records.size();
    for (const Record& record : due.records) ++heard[record.source];
    skipped += every.sample_count - due.sample_count;
  }
  EXPECT_GT(records, 1000U);
  for (std::size_t source = 0; source < heard.size(); ++source) {
    EXPECT_GT(heard[source], 0U) << "peripheral " << source << " never said anything";
  }
  EXPECT_GT(skipped, 50000U) << "nothing was skipped, so nothing was shown";
}

TEST(PeripheralContract, IsSilentInResetAndHoldsIdleLevels) {
  const Trace trace = run(5, 1, Stepping::EveryEdge);
  for (const Record& record : trace.records) EXPECT_GE(record.edge, 37U);
  for (std::size_t edge = 0; edge <= 37; ++edge) {
    const std::vector<std::uint8_t> idle = {1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0};
    ASSERT_EQ(trace.inputs[edge], idle) << edge;
  }
}

TEST(PeripheralContract, ARestoredBankContinuesAsIfNothingHadHappened) {
  for (const std::uint64_t cut : {10U, 36U, 37U, 101U, 140U, 1000U, 2222U}) {
    const auto whole = make_bank(every_kind());
    const auto first = make_bank(every_kind());
    const auto second = make_bank(every_kind());
    BankDriver a(*whole, kOutputs, kInputs);
    BankDriver b(*first, kOutputs, kInputs);
    Noise noise_a(cut);
    Noise noise_b(cut);
    for (std::uint64_t edge = 0; edge < 3000; ++edge) {
      a.edge(edge_info(edge, noise_a), [&](Pins& pins) { disturb(pins, noise_a, 3); });
      if (edge == cut) {
        ASSERT_TRUE(second->restore(first->save()));
        b.move_to(*second);
      }
      b.edge(edge_info(edge, noise_b), [&](Pins& pins) { disturb(pins, noise_b, 3); });
      ASSERT_EQ(a.pins.inputs, b.pins.inputs) << "cut " << cut << " edge " << edge;
    }
    EXPECT_EQ(a.records, b.records) << cut;
    EXPECT_EQ(whole->save(), second->save()) << cut;
  }
}

TEST(PeripheralContract, EverySavedStateIsAFunctionOfTheRun) {
  EXPECT_EQ(run(9, 2, Stepping::WhenDue).states, run(9, 2, Stepping::WhenDue).states);
}

}  // namespace
}  // namespace heddle::gate
