// `heddle gate` from outside: five commands from a netlist to a picture, what
// goes to which stream, exit codes, Ctrl-C.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "support/gate_cosim/loop_design.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::cli {
namespace {

using heddle::test::ProcessResult;
using heddle::test::text_of_file;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class GateProgram : public testing::Test {
 protected:
  GateProgram() { directory_.write("loop.json", gate::test::loop_design()); }

  ProcessResult run(std::vector<std::string> words, heddle::test::ProcessOptions options = {}) {
    words.insert(words.begin(), {HEDDLE_BINARY_DIR "/bin/heddle", "gate"});
    options.directory = directory_.path();
    options.environment.push_back("HEDDLE_CACHE=" + directory_.file("cache"));
    return heddle::test::run_process(words, options);
  }
  void write_run(const std::string& more) {
    directory_.write("run.yaml", gate::test::loop_run(more));
  }
  std::string text(const std::string& name) { return text_of_file(directory_.file(name)); }

  heddle::test::TempDirectory directory_;
};

constexpr const char* kHello =
    "events: {input_commands: [{action: {uart: uart, send: \"hello\\nyou\"}}]}\n"
    "stop: {edges: 5000}\n";

TEST_F(GateProgram, goes_from_a_netlist_to_a_picture_in_five_commands) {
  const ProcessResult info = run({"info", "loop.json"});
  EXPECT_EQ(info.code, 0) << info.err;
  EXPECT_THAT(info.out, HasSubstr("clk2"));
  EXPECT_EQ(run({"init", "loop.json", "-o", "chip.yaml"}).code, 0);
  const ProcessResult compile = run({"compile", "loop.json"});
  EXPECT_EQ(compile.code, 0) << compile.err;
  EXPECT_THAT(compile.out, HasSubstr("LUTs"));
  const ProcessResult cosim =
      run({"cosim", "chip.yaml", "--waves", "*", "--edges", "500", "--out", "out"});
  EXPECT_EQ(cosim.code, 0) << cosim.err;
  EXPECT_THAT(cosim.out, AllOf(HasSubstr("complete: 500 edges"), HasSubstr("out/waves.fst")));
  const ProcessResult draw =
      run({"draw", "out/waves.fst", "--nets", "*.clk*", "--to", "200000", "-o", "chip.svg"});
  EXPECT_EQ(draw.code, 0) << draw.err;
  EXPECT_THAT(text("chip.svg"), HasSubstr("<svg"));
  EXPECT_THAT(text("out/report.html"), HasSubstr("<svg"));
}

TEST_F(GateProgram, compiles_a_netlist_once) {
  EXPECT_THAT(run({"compile", "loop.json"}).out, Not(HasSubstr("from the cache")));
  EXPECT_THAT(run({"compile", "loop.json"}).out, HasSubstr("from the cache"));
  EXPECT_THAT(run({"compile", "loop.json", "--json"}).out, HasSubstr("\"cached\": true"));
  write_run("stop: {edges: 900}\nwaves: {nets: ['*']}\n");
  EXPECT_EQ(run({"cosim", "run.yaml", "--out", "first"}).code, 0);
  EXPECT_EQ(run({"cosim", "run.yaml", "--out", "cached"}).code, 0);
  EXPECT_EQ(text("first/waves.fst"), text("cached/waves.fst"));
}

TEST_F(GateProgram, shows_what_a_uart_sends_and_says_the_rest_apart) {
  write_run(kHello);
  const ProcessResult result = run({"cosim", "run.yaml", "--out", "out"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("hello\nyou\ncomplete: ")) << result.out;
  EXPECT_THAT(result.err, HasSubstr("run directory: out"));
  const ProcessResult quiet = run({"cosim", "run.yaml", "--out", "quiet", "--quiet"});
  EXPECT_EQ(quiet.out, "hello\nyou\n");
  EXPECT_EQ(quiet.err, "");
}

TEST_F(GateProgram, prefixes_lines_when_there_are_several_uarts) {
  write_run(std::string("  second: {kind: uart, clock: clk, pins: {tx: tx}}\n") + kHello);
  const ProcessResult result = run({"cosim", "run.yaml", "--out", "out", "--quiet"});
  EXPECT_EQ(result.out, "uart  | hello\nsecond| hello\nuart  | you\nsecond| you\n") << result.err;
}

TEST_F(GateProgram, gives_its_report_as_json) {
  write_run(kHello);
  const ProcessResult result = run({"cosim", "run.yaml", "--out", "out", "--json"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, text("out/report.json"));
}

TEST_F(GateProgram, exits_1_with_what_differs_from_what_was_expected) {
  directory_.write("expected.txt", "hello\nme");
  write_run(std::string(kHello) + "expect: {uart: {uart: expected.txt}}\n");
  const ProcessResult result = run({"cosim", "run.yaml", "--out", "out"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("FAIL uart byte 6 (line 2): expected \"hello\\nme\""));
  EXPECT_THAT(result.err, HasSubstr("cosim.unexpected"));
  directory_.write("expected.txt", "hello\nyou");
  const ProcessResult good = run({"cosim", "run.yaml", "--out", "good"});
  EXPECT_EQ(good.code, 0);
  EXPECT_THAT(good.out, HasSubstr("PASS uart is byte for byte as expected"));
}

TEST_F(GateProgram, exits_1_when_a_check_finds_a_fault) {
  write_run(kHello);
  const ProcessResult result =
      run({"cosim", "run.yaml", "--out", "out", "--check", "all", "--inject-fault", "done"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("FAIL edge 0 differs from the reference at done"));
  EXPECT_THAT(result.err, HasSubstr("cosim.diverged"));
  const ProcessResult good = run({"cosim", "run.yaml", "--out", "good", "--check", "10:300"});
  EXPECT_EQ(good.code, 0);
  EXPECT_THAT(good.out, HasSubstr("PASS 290 edges are equal to the reference"));
}

TEST_F(GateProgram, exits_2_with_the_place_of_a_mistake_and_leaves_nothing) {
  write_run("stopp: {edges: 10}\n");
  const ProcessResult result = run({"cosim", "run.yaml", "--out", "out"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("run.yaml:9:1: error: unknown key 'stopp'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'stop'?"));
  EXPECT_EQ(run({"cosim", "absent.yaml"}).code, 2);
  EXPECT_EQ(run({"info", "absent.json"}).code, 2);
  EXPECT_EQ(run({"draw", "absent.fst", "-o", "x.svg"}).code, 2);
  EXPECT_EQ(run({"ls"}).code, 2);
  write_run(kHello);
  EXPECT_EQ(run({"cosim"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--from", "out"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--edges", "0"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--batch", "65537"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--host-threads", "0"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--host-threads", "3"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--seed", "x"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--check", "5:5"}).code, 2);
  EXPECT_EQ(run({"cosim", "run.yaml", "--digest", "d", "--digest-every", "0"}).code, 2);
  EXPECT_EQ(run({"init", "loop.json", "-o", "run.yaml"}).code, 2);
}

TEST_F(GateProgram, runs_again_from_a_run_directory_and_records_a_random_seed) {
  write_run(kHello);
  EXPECT_EQ(run({"cosim", "run.yaml", "--out", "a", "--seed", "random", "--edges", "900"}).code, 0);
  const ProcessResult again = run({"cosim", "--from", "a", "--out", "b"});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(text("a/events.json"), text("b/events.json"));
  const auto seed_of = [&](const std::string& name) {
    const std::string params = text(name + "/run_params.json");
    const std::size_t at = params.find("\"seed\": ");
    return params.substr(at, params.find('\n', at) - at);
  };
  EXPECT_EQ(seed_of("a"), seed_of("b"));
  EXPECT_THAT(seed_of("a"), Not(HasSubstr("\"seed\": 1,")));
}

TEST_F(GateProgram, names_a_run_directory_by_its_inputs) {
  write_run(kHello);
  const auto directory_of = [&](std::vector<std::string> more) {
    std::vector<std::string> words = {"cosim", "run.yaml", "--force"};
    words.insert(words.end(), more.begin(), more.end());
    const std::string err = run(words).err;
    const std::size_t at = err.find("runs/run-");
    EXPECT_NE(at, std::string::npos) << err;
    return err.substr(at, std::string("runs/run-01234567").size());
  };
  const std::string plain = directory_of({});
  EXPECT_EQ(directory_of({"--batch", "7", "--engine", "reference"}), plain);
  EXPECT_EQ(directory_of({"--host-threads", "1"}), plain);
  EXPECT_NE(directory_of({"--edges", "77"}), plain);
  EXPECT_NE(directory_of({"--seed", "77"}), plain);
}

TEST_F(GateProgram, ends_readably_with_130_after_ctrl_c) {
  write_run(
      "events: {input_commands: [{action: {uart: uart, send: \"hello\\n\"}}]}\n"
      "stop: {edges: 4000000000}\n");
  const ProcessResult result = run({"cosim", "run.yaml", "--out", "out", "--engine", "reference"},
                                   {.signal = SIGINT, .signal_after = "hello"});
  EXPECT_EQ(result.code, 130);
  EXPECT_THAT(result.out, HasSubstr("interrupted: "));
  EXPECT_THAT(text("out/report.json"), HasSubstr("\"status\": \"interrupted\""));
  EXPECT_THAT(text("out/events.json"), HasSubstr("\n]\n"));
}

}  // namespace
}  // namespace heddle::cli
