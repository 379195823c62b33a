// How runs begin and end: refused before they start, ended by Ctrl-C, a full
// disk, a fault or a design that does not settle; and run again.
#include <gtest/gtest.h>

#include <atomic>

#include "gate/cosim/engine_run.h"
#include "heddle/base/file.h"
#include "heddle/gate/rerun.h"
#include "heddle/trace/wave_reader.h"
#include "support/trace/file_size_limit.h"
#include "unit/gate/cosim/cosim_fixture.h"

namespace heddle::gate {
namespace {

TEST_F(CosimTest, RunsAgainFromItsDirectory) {
  Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
  ASSERT_TRUE(run_file.has_value());
  run_file->stop_edges = 1500;
  run_file->wave_nets.push_back({"*", {}});
  run_file->seed = 77;
  ASSERT_TRUE(run(*run_file, "first").has_value());
  const auto rerun = load_rerun(directory_.file("first"));
  ASSERT_TRUE(rerun.has_value()) << rerun.error().to_string();
  EXPECT_EQ(rerun->run.seed, 77U);
  ASSERT_TRUE(run(rerun->run, "again").has_value());
  for (const char* name : {"events.json", "waves.fst", "trace.perfetto-trace"}) {
    EXPECT_EQ(text_of_file(directory_.file(std::string("first/") + name)),
              text_of_file(directory_.file(std::string("again/") + name)))
        << name;
  }
  const auto no_run = load_rerun(directory_.path());
  ASSERT_FALSE(no_run.has_value());
  EXPECT_EQ(no_run.error().list().at(0).code(), "cosim.not-a-run");
}

TEST_F(CosimTest, RefusesADirectoryThatExists) {
  must_run("stop: {edges: 10}\n", "out");
  const Result<RunFile> run_file = file("stop: {edges: 10}\n");
  const auto again = run(*run_file, "out");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().list().at(0).code(), "cosim.run-exists");
  CosimOptions force;
  force.force = true;
  EXPECT_TRUE(run(*run_file, "out", force).has_value());
  directory_.write("mine/precious.txt", "x");
  const auto not_ours = run(*run_file, "mine", force);
  ASSERT_FALSE(not_ours.has_value());
  EXPECT_EQ(not_ours.error().list().at(0).code(), "cosim.not-a-run");
  EXPECT_EQ(text_of_file(directory_.file("mine/precious.txt")), "x");
}

TEST_F(CosimTest, FindsAFaultAndNamesItsCone) {
  std::size_t found = 0;
  for (int seed = 0; seed < 6; ++seed) {
    Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
    ASSERT_TRUE(run_file.has_value());
    CosimOptions options;
    options.check = EdgeRange{0, 2500};
    options.fault = "seed:" + std::to_string(seed);
    const auto outcome = run(*run_file, "f" + std::to_string(seed), options);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    if (outcome->check.equal) continue;
    ++found;
    EXPECT_FALSE(outcome->passed());
    EXPECT_EQ(outcome->status, RunStatus::Failed);
    EXPECT_EQ(outcome->problems.cause(), Cause::Mismatch);
    EXPECT_EQ(outcome->problems.list().at(0).code(), "cosim.diverged");
    EXPECT_FALSE(outcome->fault.empty());
    EXPECT_FALSE(outcome->check.net.empty());
    EXPECT_GT(outcome->check.differing_count, 0U);
    const std::string report =
        text_of_file(directory_.file("f" + std::to_string(seed) + "/report.json"));
    EXPECT_NE(report.find("\"status\": \"failed\""), std::string::npos);
    EXPECT_NE(report.find("\"net\": \"" + outcome->check.net + "\""), std::string::npos);
  }
  EXPECT_GT(found, 0U);
}

TEST_F(CosimTest, NamesTheGateBehindAFaultInAnOutput) {
  Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
  ASSERT_TRUE(run_file.has_value());
  CosimOptions options;
  options.check = EdgeRange{0, 2500};
  options.fault = "done";
  const auto outcome = run(*run_file, "out", options);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_FALSE(outcome->check.equal);
  EXPECT_EQ(outcome->check.edge, 0U);
  EXPECT_EQ(outcome->check.net, "done");
  EXPECT_FALSE(outcome->check.expected);
  EXPECT_EQ(outcome->check.cone_gates, 1U);
  EXPECT_EQ(outcome->check.suspects, std::vector<std::string>{"done"});
}

TEST_F(CosimTest, ChecksOnlyItsWindowAndSaysWhenNothingIsChecked) {
  CosimOptions options;
  options.check = EdgeRange{100, 350};
  const CosimOutcome outcome =
      must_run(std::string(kScript) + "stop: {edges: 2500}\n", "a", options);
  EXPECT_TRUE(outcome.check.checked);
  EXPECT_EQ(outcome.check.compared_edges, 250U);
  Result<RunFile> reference = file("stop: {edges: 500}\n");
  reference->engine = "reference";
  const auto unchecked = run(*reference, "b", options);
  ASSERT_TRUE(unchecked.has_value());
  EXPECT_TRUE(unchecked->passed());
  EXPECT_FALSE(unchecked->check.checked);
  EXPECT_NE(text_of_file(directory_.file("b/report.json")).find("\"checked\": false"),
            std::string::npos);
  options.strict = true;
  const auto strict = run(*reference, "c", options);
  ASSERT_FALSE(strict.has_value());
  EXPECT_EQ(strict.error().list().at(0).code(), "cosim.nothing-checked");
  EXPECT_FALSE(path_exists(directory_.file("c"))) << "nothing may be left behind";
}

/// Asks for an interrupt when the first byte has come.
class Impatient final : public CosimObserver {
 public:
  void on_uart_byte(std::size_t, std::uint8_t) override { flag = true; }
  std::atomic<bool> flag = false;
};

TEST_F(CosimTest, AnInterruptedRunIsReadableAndSaysHowFarItCame) {
  Result<RunFile> run_file =
      file(std::string(kScript) + "stop: {edges: 1000000}\nwaves: {nets: ['*']}\n");
  ASSERT_TRUE(run_file.has_value());
  run_file->batch_edges = 64;
  Impatient impatient;
  const auto outcome = run(*run_file, "out", {}, &impatient, Interrupt(impatient.flag));
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->status, RunStatus::Interrupted);
  EXPECT_FALSE(outcome->passed());
  EXPECT_LT(outcome->edges, 1000U);
  EXPECT_EQ(events_of("out").size(), 2U);  // the script's step and the byte
  const std::string report = text_of_file(directory_.file("out/report.json"));
  EXPECT_NE(report.find("\"status\": \"interrupted\""), std::string::npos);
  EXPECT_NE(report.find("\"edges\": " + std::to_string(outcome->edges)), std::string::npos);
  const auto reader = trace::WaveReader::open(directory_.file("out/waves.fst"));
  ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
  EXPECT_EQ((*reader)->info().end.ps(), outcome->time_ps);
}

TEST_F(CosimTest, AFullDiskEndsTheRunWithAReportThatSaysSo) {
  Result<RunFile> run_file = file("stop: {edges: 4000000}\nwaves: {nets: ['*'], format: vcd}\n");
  ASSERT_TRUE(run_file.has_value());
  Result<CosimOutcome> outcome = CosimOutcome();
  {
    const trace::test::FileSizeLimit limit(1 << 20);
    outcome = run(*run_file, "out");
  }
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->status, RunStatus::Failed);
  EXPECT_LT(outcome->edges, 4000000U);
  EXPECT_EQ(outcome->problems.cause(), Cause::Environment);
  EXPECT_EQ(outcome->problems.error_count(), 1U) << outcome->problems.to_string();
  EXPECT_TRUE(events_of("out").empty());
  const auto reader = trace::WaveReader::open(directory_.file("out/waves.vcd"));
  EXPECT_TRUE(reader.has_value());
  const std::string report = text_of_file(directory_.file("out/report.json"));
  EXPECT_NE(report.find("\"status\": \"failed\""), std::string::npos);
}

TEST_F(CosimTest, ADesignThatDoesNotSettleEndsTheRunWithAReport) {
  // An inverter on itself, gated by `done`: quiet until go is 9.
  std::string design = test::loop_design();
  const std::string cells = "\"cells\": {";
  design.insert(design.find(cells) + cells.size(),
                test::loop_cell("ring", "$_NAND_", "\"A\": [14], \"B\": [40], \"Y\": [40]") + ", ");
  const std::string ports = "\"ports\": {";
  design.insert(design.find(ports) + ports.size(), test::loop_port("ring_out", true, "40") + ", ");
  directory_.write("loop.json", design);
  class Listener final : public CosimObserver {
   public:
    void on_warnings(const Diagnostics& warnings) override { text += warnings.to_string(); }
    std::string text;
  } listener;
  const Result<RunFile> run_file = file(std::string(kScript) + "stop: {edges: 2500}\n");
  for (const char* engine : {"reference", "event"}) {
    RunFile chosen = *run_file;
    chosen.engine = engine;
    chosen.batch_edges = 100;
    const auto outcome = run(chosen, engine, {}, &listener);
    ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
    EXPECT_EQ(outcome->status, RunStatus::Failed);
    EXPECT_EQ(outcome->problems.list().at(0).code(), "gate.run.no-fixpoint");
    EXPECT_GE(outcome->edges, 600U);
    EXPECT_LE(outcome->edges, 703U);
    EXPECT_EQ(events_of(engine).size(), 2U);
    EXPECT_NE(text_of_file(directory_.file(std::string(engine) + "/report.json"))
                  .find("\"status\": \"failed\""),
              std::string::npos);
  }
  EXPECT_NE(listener.text.find("gate.model.combinational-loop"), std::string::npos);
}

TEST(EngineCapabilities, WhatAnEngineLacksIsSaidBeforeTheRun) {
  RunPlan plan;
  plan.bank.peripherals.resize(1);
  plan.deposits.resize(1);
  const Capabilities all{.name = "some"};
  const BackendOptions options{.digests = true, .changes = true};
  EXPECT_TRUE(check_capabilities(all, plan, options).has_value());
  for (bool Capabilities::* lacking : {&Capabilities::peripherals, &Capabilities::digests,
                                       &Capabilities::changes, &Capabilities::state_write}) {
    Capabilities can = all;
    can.*lacking = false;
    const Status status = check_capabilities(can, plan, options);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().list().at(0).code(), "cosim.engine-lacks");
    EXPECT_NE(status.error().to_string().find("--engine reference"), std::string::npos);
    EXPECT_TRUE(check_capabilities(can, RunPlan(), {}).has_value());
  }
}

TEST_F(CosimTest, NothingIsLeftBehindByARunThatCannotStart) {
  const std::pair<const char*, const char*> bad[] = {
      {"inputs: {nothing: 1}\nstop: {edges: 1}\n", "cosim.unknown-port"},
      {"engine: warp\nstop: {edges: 1}\n", "gate.engine.unknown"},
      {"", "cosim.no-stop"},
  };
  for (const auto& [more, code] : bad) {
    const Result<RunFile> run_file = file(more);
    ASSERT_TRUE(run_file.has_value());
    const auto outcome = run(*run_file, "out");
    ASSERT_FALSE(outcome.has_value()) << more;
    EXPECT_EQ(outcome.error().list().at(0).code(), code);
    EXPECT_FALSE(path_exists(directory_.file("out")));
  }
  CosimOptions fault;
  fault.fault = "no such net";
  const auto outcome = run(*file("stop: {edges: 1}\n"), "out", fault);
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().list().at(0).code(), "gate.fault.unknown-net");
  EXPECT_FALSE(path_exists(directory_.file("out")));
}

TEST_F(CosimTest, WritesWhatReproducesARunBeforeItStarts) {
  const Result<RunFile> run_file = file("stop: {edges: 10}\n");
  class Watcher final : public CosimObserver {
   public:
    void on_start(const std::vector<std::string>& uarts, const std::string& directory) override {
      params = path_exists(directory + "/run_params.json");
      report = path_exists(directory + "/report.json");
      names = uarts;
    }
    bool params = false;
    bool report = true;
    std::vector<std::string> names;
  } watcher;
  ASSERT_TRUE(run(*run_file, "out", {}, &watcher).has_value());
  EXPECT_TRUE(watcher.params);
  EXPECT_FALSE(watcher.report);
  EXPECT_EQ(watcher.names, (std::vector<std::string>{"uart", ""}));
}

TEST(EdgeRangeText, IsAllOrTwoNumbersInOrder) {
  EXPECT_EQ(parse_edge_range("all")->first, 0U);
  EXPECT_EQ(parse_edge_range("3:17")->first, 3U);
  EXPECT_EQ(parse_edge_range("3:17")->end, 17U);
  for (const char* text : {"", "all:", "5", "5:", ":5", "5:5", "6:5", "1:2:3", "-1:5", "a:b"}) {
    const auto range = parse_edge_range(text);
    ASSERT_FALSE(range.has_value()) << text;
    EXPECT_EQ(range.error().list().at(0).code(), "cosim.bad-check-window");
  }
}

}  // namespace
}  // namespace heddle::gate
