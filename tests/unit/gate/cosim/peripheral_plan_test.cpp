// Kinds of peripherals in run files: what they attach to, what they may share,
// the nets inside a design that they watch, what they leave behind.
#include <gtest/gtest.h>

#include "heddle/gate/load.h"
#include "heddle/gate/peripherals/apb_tracer.h"
#include "heddle/gate/run_plan.h"
#include "unit/gate/cosim/cosim_fixture.h"

namespace heddle::gate {
namespace {

constexpr const char* kDesign =
    "design: {netlist: loop.json}\nclocks:\n  clk: {port: clk, period_ps: 20000}\n"
    "inputs: {rst_n: 1, clk2: 0, rx: 1}\nstop: {edges: 50}\nperipherals:\n";

class PeripheralPlanTest : public CosimTest {
 protected:
  PeripheralPlanTest() {
    Diagnostics warnings;
    Result<Model> model = load_model(directory_.file("loop.json"), "", warnings);
    EXPECT_TRUE(model.has_value()) << model.error().to_string();
    if (model) model_ = std::move(*model);
  }

  Result<RunPlan> plan(const std::string& peripherals) {
    const Result<RunFile> run = read_run_file(kDesign + peripherals, directory_.file("run.yaml"));
    EXPECT_TRUE(run.has_value()) << run.error().to_string();
    if (!run) return fail(run.error());
    Diagnostics warnings;
    return plan_run(*run, model_, warnings);
  }
  std::string complaint(const std::string& peripherals) {
    const Result<RunPlan> plan = this->plan(peripherals);
    EXPECT_FALSE(plan.has_value()) << peripherals;
    return plan ? "" : plan.error().to_string();
  }

  Model model_;
};

TEST_F(PeripheralPlanTest, ATracerWatchesOutputsInputsAndNetsInsideAndPartsOfThem) {
  const Result<RunPlan> plan = this->plan(
      "  t: {kind: apb_tracer, pins: {psel: inner.slow_next, penable: done, pwrite: 'gi[2]', "
      "paddr: 'go[2:1]', pwdata: data, prdata: 'gi[3:2]'}}\n");
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  const std::vector<std::int32_t>& roles = plan->bank.peripherals[0].pins.outputs;
  const auto port_count = static_cast<std::int32_t>(model_.outputs.size());
  EXPECT_EQ(roles[ApbTracer::kEnable], model_.find_output("done"));
  EXPECT_EQ(roles[ApbTracer::kAddress], model_.find_output("go[1]"));
  EXPECT_EQ(roles[ApbTracer::kAddress + 1], model_.find_output("go[2]"));
  EXPECT_EQ(roles[ApbTracer::kAddress + 2], kNotConnected);
  ASSERT_EQ(plan->probes.size(), 3U) << "slow_next, gi[2], gi[3]: a net is probed once";
  EXPECT_EQ(roles[ApbTracer::kSel], port_count);
  EXPECT_EQ(roles[ApbTracer::kWriteSide], port_count + 1);
  EXPECT_EQ(roles[ApbTracer::kReadData], port_count + 1);
  EXPECT_EQ(roles[ApbTracer::kReadData + 1], port_count + 2);
  EXPECT_EQ(plan->probes[0].lit, model_.find_bits("inner.slow_next").at(0));
  const std::size_t port_bits = model_.outputs.size();
  add_probes(model_, *plan);
  EXPECT_EQ(model_.outputs.size(), port_bits + 3);
  EXPECT_TRUE(is_probe(model_.outputs.back()));
}

TEST_F(PeripheralPlanTest, SaysWhichPinIsWrong) {
  const std::string pins = "pins: {psel: done, penable: done, pwrite: done";
  EXPECT_NE(complaint("  t: {kind: apb_tracer, " + pins + ", paddr: nothing}}\n").find("'nothing'"),
            std::string::npos);
  EXPECT_NE(complaint("  t: {kind: apb_tracer, " + pins + ", padr: go}}\n").find("paddr"),
            std::string::npos);
  EXPECT_NE(complaint("  t: {kind: apb_tracer, pins: {psel: done}}\n").find("cosim.missing-pin"),
            std::string::npos);
  EXPECT_NE(complaint("  t: {kind: ahb_lite_tracer, pins: {htrans: go, hsize: 'go[2:0]', hwrite: "
                      "done, hready: done}}\n")
                .find("cosim.port-width"),
            std::string::npos);
  EXPECT_NE(complaint("  u: {kind: uart, pins: {tx: rx}}\n").find("cosim.unknown-port"),
            std::string::npos);
}

constexpr const char* kFlash = "{kind: spi_flash, pins: {cs_n: tx, sck: slow, io_o: go, io_i: gi}";
constexpr const char* kPsram =
    "{kind: qspi_psram, pins: {cs_n: done, sck: slow, io_o: go, io_i: gi}";

TEST_F(PeripheralPlanTest, MemoriesShareABusAndNobodyElseDrivesIt) {
  const std::string both = std::string("  f: ") + kFlash + "}\n  p: " + kPsram + "}\n";
  EXPECT_TRUE(plan(both).has_value()) << plan(both).error().to_string();
  const std::string three = both + "  g: {kind: gpio, pins: {in: 'gi[1]'}}\n";
  EXPECT_NE(complaint(three).find("cosim.driven-twice"), std::string::npos);
  const std::string slave =
      both + "  i: {kind: i2c_slave, pins: {scl_o: tx, sda_o: done, sda_i: 'gi[0]'}}\n";
  EXPECT_NE(complaint(slave).find("cosim.driven-twice"), std::string::npos);
}

TEST_F(PeripheralPlanTest, I2cSlavesShareOpenDrainLines) {
  const std::string pins = "pins: {scl_o: tx, sda_o: done, scl_i: 'gi[0]', sda_i: 'gi[1]'}}\n";
  const Result<RunPlan> plan = this->plan("  a: {kind: i2c_slave, address: 0x10, " + pins +
                                          "  b: {kind: i2c_slave, address: 0x11, " + pins);
  ASSERT_TRUE(plan.has_value()) << plan.error().to_string();
  const std::vector<std::uint32_t>& lines = plan->bank.open_drain_inputs;
  const auto sda = static_cast<std::uint32_t>(model_.find_input("gi[1]"));
  EXPECT_NE(std::find(lines.begin(), lines.end(), sda), lines.end());
}

TEST_F(PeripheralPlanTest, StoresAreLoadedAndDumpedAsTextAndAsBytes) {
  directory_.write("image.bin", "heddle");
  const std::string text = std::string(kDesign) + "  f: " + kFlash +
                           ", load: image.bin, offset: 2, capacity_bytes: 256, dump: f.bin}\n" +
                           "  p: " + kPsram + ", load: image.bin, capacity_bytes: 256, " +
                           "dump: p.hex}\n";
  const Result<RunFile> run_file = read_run_file(text, directory_.file("run.yaml"));
  ASSERT_TRUE(run_file.has_value()) << run_file.error().to_string();
  const Result<CosimOutcome> outcome = run(*run_file, "out");
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  const std::string flash = text_of_file(directory_.file("out/f.bin"));
  EXPECT_EQ(flash, "\xFF\xFFheddle" + std::string(248, '\xFF'));
  const std::string psram = text_of_file(directory_.file("out/p.hex"));
  EXPECT_TRUE(psram.starts_with("68\n65\n64\n64\n6c\n65\n00\n"));
  EXPECT_EQ(psram.size(), 256U * 3);
}

TEST_F(PeripheralPlanTest, WatchingANetChangesNoDigest) {
  const std::string rest = "stop: {edges: 500}\n";
  const std::string tracer =
      "  t: {kind: apb_tracer, clock: clk, pins: {psel: inner.slow_next, penable: slow, "
      "pwrite: done}}\n  w: {kind: wishbone_tracer, clock: clk, pins: {cyc: inner.slow_next, "
      "stb: inner.slow_next, we: done, ack: inner.slow_next}}\n";
  CosimOptions options;
  options.digest_file = directory_.file("digest.txt");
  options.output_hash_file = directory_.file("hash.txt");
  const CosimOutcome plain = must_run(rest, "plain", options);
  const CosimOutcome traced = must_run(tracer + rest, "traced", options);
  ASSERT_TRUE(plain.digest.has_value());
  EXPECT_EQ(traced.digest, plain.digest);
  EXPECT_EQ(traced.output_hash, plain.output_hash);
  EXPECT_GT(traced.event_count, 0U) << "the tracer saw its net";
}

}  // namespace
}  // namespace heddle::gate
