// VPI: two modules, compiled against the `vpi_user.h` of Icarus, say the same under
// `vvp` and under heddle; a third asks for what it cannot have.
#include <gtest/gtest.h>

#include <filesystem>

#include "heddle/gate/cosim.h"
#include "heddle/gate/window.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using heddle::test::run_process;
using heddle::test::TempDirectory;
using heddle::test::text_of_file;

class Vpi : public testing::Test {
 protected:
  void SetUp() override {
    HEDDLE_NEED_TOOL("iverilog");
    HEDDLE_NEED_TOOL("yosys");
    const std::string example = HEDDLE_SOURCE_DIR "/examples/vpi_modules/";
    for (const char* file : {"counter.v", "bench.v", "run.yaml", "find.h"}) {
      directory_.write(file, text_of_file(example + file));
    }
    build(example + "monitor.c", "monitor.vpi");
    build(example + "driver.c", "driver.vpi");
    must_run({"yosys", "-q", "-p",
              "read_verilog counter.v; hierarchy -top counter; proc; flatten; opt_clean; techmap; "
              "simplemap; opt_clean; write_json counter.json"});
  }

  std::string must_run(const std::vector<std::string>& words) {
    const auto result = run_process(words, {.directory = directory_.path()});
    EXPECT_EQ(result.code, 0) << words[0] << ": " << result.out << result.err;
    return result.out;
  }

  void build(const std::string& source, const std::string& module) {
    must_run({"gcc", "-std=c11", "-D_GNU_SOURCE", "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror",
              "-I/usr/include/iverilog", "-I" HEDDLE_SOURCE_DIR "/examples/vpi_modules", "-o",
              module, source});
  }

  class Printed final : public CosimObserver {
   public:
    void on_display(const std::string& text) override { text_ += text; }
    std::string text_;
  };

  Result<CosimOutcome> run(const std::vector<std::string>& modules, const std::string& out,
                           std::string& printed, const std::string& more = "",
                           const std::vector<std::string>& globs = {}) {
    HEDDLE_TRY(RunFile file, read_run_file(text_of_file(directory_.file("run.yaml")) + more,
                                           directory_.file("run.yaml")));
    for (const std::string& glob : globs) file.wave_nets.push_back({glob, {}});
    file.wave_format = WaveFileFormat::Vcd;
    CosimOptions options;
    options.directory = directory_.file(out);
    for (const std::string& module : modules) {
      options.vpi_modules.push_back(directory_.file(module));
    }
    options.vpi_arguments = {"heddle", "+odd"};
    options.digest_file = directory_.file(out + ".digests");
    Printed observer;
    SilentProgress progress;
    Result<CosimOutcome> outcome = run_cosim(file, options, observer, progress, {});
    printed = observer.text_;
    return outcome;
  }

  TempDirectory directory_;
};

TEST_F(Vpi, two_modules_say_the_same_under_vvp_and_under_heddle) {
  must_run({"iverilog", "-o", "bench", "bench.v", "counter.v"});
  const std::string expected = must_run({"vvp", "-n", "-M.", "-mmonitor", "-mdriver", "bench"});
  EXPECT_NE(expected.find("step 20"), std::string::npos) << expected;
  EXPECT_NE(expected.find("wrap = 1"), std::string::npos);
  std::string last_digests;
  for (const char* more : {"", "engine: reference\n", "batch_edges: 1\n", "batch_edges: 3\n"}) {
    std::string printed;
    const auto outcome = run({"monitor.vpi", "driver.vpi"}, "out", printed, more);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_TRUE(outcome->passed()) << outcome->problems.to_string();
    EXPECT_EQ(outcome->stop, StopReason::Bench);
    EXPECT_EQ(printed, expected) << more;
    const std::string digests = text_of_file(directory_.file("out.digests"));
    EXPECT_EQ(digests, last_digests.empty() ? digests : last_digests) << more;
    last_digests = digests;
    std::filesystem::remove_all(directory_.file("out"));
  }
}

TEST_F(Vpi, a_module_that_only_looks_changes_no_digest_and_no_wave) {
  std::string printed;
  ASSERT_TRUE(run({}, "without", printed, "", {"*"}).has_value());
  const auto outcome = run({"monitor.vpi"}, "with", printed, "", {"*"});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_TRUE(outcome->passed());
  EXPECT_EQ(text_of_file(directory_.file("with.digests")),
            text_of_file(directory_.file("without.digests")));
  EXPECT_EQ(text_of_file(directory_.file("with/waves.vcd")),
            text_of_file(directory_.file("without/waves.vcd")));
  SilentProgress progress;
  Diagnostics warnings;
  WindowOptions look;
  look.end_edge = 10;
  const auto again = run_window(directory_.file("with"), look, warnings, progress, {});
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().list()[0].code(), "vpi.not-repeated");
  // Nothing changes, and four times it asks what comes next.
  EXPECT_LE(outcome->telemetry.submits, 9U);
  EXPECT_GE(outcome->telemetry.largest, 900U);
}

TEST_F(Vpi, a_net_watched_from_the_middle_on_changes_no_digest_and_no_wave) {
  build(HEDDLE_SOURCE_DIR "/tests/contract/gate/bench/late_module.c", "late.vpi");
  const std::string counting = "inputs: {d: 100, en: 1}\n";
  std::string printed;
  ASSERT_TRUE(run({}, "without", printed, counting, {"*"}).has_value());
  const auto outcome = run({"late.vpi"}, "with", printed, counting, {"*"});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_TRUE(outcome->passed()) << outcome->problems.to_string();
  // Rising edges at 5000 + k x 10000; the two of reset give 0, then q grows by 100
  // modulo 256, and wrap says that it passes 255 with the next.
  int changes = 0;
  int q = 0;
  for (int k = 2; k < 500; ++k) {
    const bool before = q + 100 > 255;
    q = (q + 100) % 256;
    if (5000 + k * 10'000 > 777'777 && (q + 100 > 255) != before) ++changes;
  }
  EXPECT_EQ(printed, std::to_string(changes) + " changes\n");
  EXPECT_EQ(text_of_file(directory_.file("with.digests")),
            text_of_file(directory_.file("without.digests")));
  EXPECT_EQ(text_of_file(directory_.file("with/waves.vcd")),
            text_of_file(directory_.file("without/waves.vcd")));
}

TEST_F(Vpi, says_no_with_a_diagnostic_to_everything_else) {
  build(HEDDLE_SOURCE_DIR "/tests/contract/gate/bench/odd_module.c", "odd.vpi");
  std::string printed;
  const auto outcome = run({"odd.vpi"}, "out", printed);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(printed,
            "bits: 8\nbit name: 0\nbit parent: 1\nbit scope: 1\nbit by name: 1\ntype: 1\n"
            "vector: 1\npast the end: 1\ntop: 1\nno such net: 1\nno fault so far: 0\n"
            "odd property: 1\nodd type: 1\nno handle: 1\nodd reason: 1\ndriven net: 1\n"
            "not forceable: 1\nx put: 1\nreal: 1\ndeposit: 0\nremoved: 1\narguments: 1\nend: 1\n");
  EXPECT_FALSE(outcome->passed());
  EXPECT_NE(outcome->problems.to_string().find("vpi.unsupported"), std::string::npos);
}

TEST_F(Vpi, refuses_what_is_no_module) {
  const auto refusal = [this](const std::string& module, const std::string& more = "") {
    std::string printed;
    const auto outcome = run({module}, "out", printed, more);
    return outcome ? "runs" : outcome.error().to_string();
  };
  EXPECT_NE(refusal("nothing.vpi").find("vpi.no-module"), std::string::npos);
  directory_.write("empty.c", "int nothing;\n");
  build(directory_.file("empty.c"), "empty.vpi");
  EXPECT_NE(refusal("empty.vpi").find("vpi.no-startup"), std::string::npos);
  directory_.write("far.c",
                   "void vpi_far_too_much(void);\nstatic void f(void) { vpi_far_too_much(); }\n"
                   "void (*vlog_startup_routines[])(void) = {f, 0};\n");
  build(directory_.file("far.c"), "far.vpi");
  const std::string far = refusal("far.vpi");
  EXPECT_NE(far.find("vpi_far_too_much"), std::string::npos) << far;
  EXPECT_NE(
      refusal(
          "monitor.vpi",
          "peripherals: {s: {kind: uart_socket, pins: {tx: wrap, rx: en}, cycles_per_bit: 4}}\n")
          .find("vpi.not-beside"),
      std::string::npos);
}

}  // namespace
}  // namespace heddle::gate
