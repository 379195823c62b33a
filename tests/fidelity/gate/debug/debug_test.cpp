// JTAG on netlists against outside tools: a replay beside Icarus on the RTL, and
// OpenOCD with GDB on the gates of a running microcontroller.
#include <gtest/gtest.h>
#include <poll.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <regex>
#include <thread>

#include "fidelity/designs/chip_bench.h"
#include "support/external_tool.h"

namespace heddle::test {
namespace {

const std::string kHeddle = HEDDLE_BINARY_DIR "/bin/heddle";

/// A session as a client would have it: scans of both registers with data drawn
/// from a fixed seed, and now and then noise and a test reset.
class Session {
 public:
  std::string characters;

  void scan(bool instruction, unsigned bits, std::uint32_t value) {
    clock(true, false);
    if (instruction) clock(true, false);
    clock(false, false);
    clock(false, false);
    for (unsigned i = 0; i < bits; ++i) clock(i + 1 == bits, (value >> i & 1U) != 0);
    clock(true, false);
    clock(false, false);
  }
  void clock(bool tms, bool tdi) {
    const char low = static_cast<char>('0' + 2 * int{tms} + int{tdi});
    characters += low;
    characters += static_cast<char>(low + 4);
  }
};

std::string make_session() {
  std::mt19937 random(20240607);
  Session session;
  session.characters = "tr";  // synthesis codes the states its own way: power-up is no reset
  for (int i = 0; i < 5; ++i) session.clock(true, false);
  session.clock(false, false);
  for (int i = 0; i < 150; ++i) {
    session.scan(true, 5, i % 10 == 9 ? 1 : 8 + random() % 4);
    for (unsigned k = 0; k <= random() % 3; ++k) {
      session.scan(false, 32, static_cast<std::uint32_t>(random()));
    }
    if (i % 25 == 24) {
      for (int k = 0; k < 60; ++k) session.characters += static_cast<char>('0' + random() % 8);
      session.characters += "tr";
      for (int k = 0; k < 5; ++k) session.clock(true, false);
      session.clock(false, false);
    }
  }
  return session.characters;
}

TEST(JtagReplayTest, GivesTheTdoAndTheCrossingsOfIcarusOnTheRtlOfJtagMin) {
  for (const char* tool : {"yosys", "iverilog"}) HEDDLE_NEED_TOOL(tool);
  ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {"jtag_min", "generic"}));
  const TempDirectory directory;
  const std::string session = make_session();
  std::ofstream hex(directory.file("session.hex"));
  std::ofstream recording(directory.file("session.txt"));
  for (const char c : session) {
    hex << std::hex << int{c} << '\n';
    recording << c << 'R';
  }
  hex.close();
  recording.close();

  std::vector<std::string> compile{"iverilog",
                                   "-g2005",
                                   "-s",
                                   "jtag_replay",
                                   "-o",
                                   directory.file("tb"),
                                   "-DCHARACTERS=" + std::to_string(session.size()),
                                   "-DRECORDING=\"" + directory.file("session.hex") + "\"",
                                   source_file("tests/fidelity/gate/debug/jtag_replay.v")};
  for (const std::string& file : lines_of(text_of_file(source_file("designs/rtl/jtag_min.f")))) {
    compile.push_back(source_file(file));
  }
  const ProcessResult compiled = run_process(compile, {});
  ASSERT_EQ(compiled.code, 0) << compiled.err;
  const ProcessResult expected = run_process({"vvp", "-n", directory.file("tb")}, {});
  ASSERT_EQ(expected.code, 0) << expected.err;

  std::ofstream(directory.file("run.yaml"))
      << "design: {netlist: " << design_file("jtag_min", "generic.json") << "}\n"
      << "clocks: {clk: {port: clk, period_ps: 20000}}\n"
      << "reset: {port: rst_n, active: low, edges: 20}\n"
      << "peripherals:\n"
      << "  jtag: {kind: jtag, recording: session.txt,\n"
      << "         pins: {tck: tck, tms: tms, tdi: tdi, tdo: tdo, trst_n: trst_n}}\n"
      << "  count: {kind: gpio, pins: {out: updates}}\n"
      << "stop: {edges: " << 40 + session.size() << "}\n";
  for (const std::string engine : {"event", "reference"}) {
    const ProcessResult run =
        run_process({kHeddle, "gate", "cosim", directory.file("run.yaml"), "--engine", engine,
                     "--quiet", "--out", directory.file(engine)},
                    {});
    ASSERT_EQ(run.code, 0) << run.err;
    std::string found;
    int updates = 0;
    const std::string events = text_of_file(directory.file(engine + "/events.json"));
    for (const auto& event : nlohmann::json::parse(events)) {
      if (event["source"] == "jtag") found += event["value"] == 1 ? '1' : '0';
      if (event["source"] == "count" && event["kind"] == "out") updates = event["value"];
    }
    const std::string all = found + " " + std::to_string(updates) + "\n";
    const auto parts =
        std::mismatch(all.begin(), all.end(), expected.out.begin(), expected.out.end());
    EXPECT_TRUE(all == expected.out) << engine << ": differs at character "
                                     << parts.first - all.begin() << " of " << session.size();
    EXPECT_GT(updates, 50);
    const auto report =
        nlohmann::json::parse(text_of_file(directory.file(engine + "/report.json")));
    EXPECT_EQ(report["run"]["batching"]["single_edge_commits"], 0);
  }
}

/// The example in a directory of its own, its ports chosen by the system.
class DebugSessionTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"yosys", "riscv64-unknown-elf-gcc", "openocd", "gdb-multiarch"}) {
      HEDDLE_NEED_TOOL(tool);
    }
    ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {"soc_mcu", "generic"}));
    ASSERT_NO_FATAL_FAILURE(run_script("designs/build.sh", {"soc_mcu", "firmware"}));
    std::string run = text_of_file(source_file("examples/soc_mcu_debug/run.yaml"));
    run = std::regex_replace(run, std::regex("port: 333[56]"), "port: 0");
    run = std::regex_replace(run, std::regex("\\.\\./\\.\\./"), source_file(""));
    std::ofstream(directory_.file("run.yaml")) << run;
    for (const std::string file : {"openocd.cfg", "session.gdb"}) {
      std::ofstream(directory_.file(file))
          << text_of_file(source_file("examples/soc_mcu_debug/" + file));
    }
  }

  /// The port on which heddle says that a peripheral listens.
  std::string wait_for_port(const std::string& name) const {
    const std::regex listening(name + ": listening on 127\\.0\\.0\\.1:([0-9]+)");
    for (int i = 0; i < 1200; ++i) {
      std::ifstream log(directory_.file("heddle.log"));
      const std::string text(std::istreambuf_iterator<char>(log), {});
      std::smatch match;
      if (std::regex_search(text, match, listening)) return match[1];
      ::poll(nullptr, 0, 50);
    }
    return "";
  }

  /// Plays the start of the recorded session with no client: the events are alike.
  void replay() const {
    const auto live = nlohmann::json::parse(text_of_file(directory_.file("out/events.json")));
    const auto first = std::find_if(live.begin(), live.end(),
                                    [](const auto& event) { return event["kind"] == "tdo"; });
    ASSERT_NE(first, live.end());
    const std::uint64_t edges = (*first)["edge"].get<std::uint64_t>() + 500'000;
    std::string run = text_of_file(directory_.file("run.yaml"));
    const std::vector<std::pair<std::string, std::string>> changes{
        {"kind: uart_socket", "kind: uart"},
        {"kind: jtag_server", "kind: jtag"},
        {"record: session.txt", "recording: out/session.txt"},
        {" +port: 0\n", ""},
        {" +stop_with_client: true\n", ""}};
    for (const auto& [from, to] : changes) run = std::regex_replace(run, std::regex(from), to);
    std::ofstream(directory_.file("replay.yaml")) << run;
    const ProcessResult replayed =
        run_process({kHeddle, "gate", "cosim", directory_.file("replay.yaml"), "--quiet", "--edges",
                     std::to_string(edges), "--out", directory_.file("replay")},
                    {});
    ASSERT_EQ(replayed.code, 0) << replayed.err;
    const auto again = nlohmann::json::parse(text_of_file(directory_.file("replay/events.json")));
    ASSERT_GT(again.size(), 1000U);
    ASSERT_GE(live.size(), again.size());
    for (std::size_t i = 0; i < again.size(); ++i) ASSERT_EQ(again[i], live[i]) << i;
    EXPECT_GE(live[again.size()]["edge"], edges);
  }

  TempDirectory directory_;
};

TEST_F(DebugSessionTest, OpenOcdAndGdbStopStepReadAndWriteOnTheGates) {
  ProcessOptions options;
  options.time_max = std::chrono::seconds(500);
  // `--edges` ends the run even if no debugger ever comes.
  const std::string command = kHeddle + " gate cosim " + directory_.file("run.yaml") +
                              " --edges 400000000 --out " + directory_.file("out") + " > " +
                              directory_.file("heddle.log") + " 2>&1";
  ProcessResult heddle;
  std::thread simulation([&] { heddle = run_process({"sh", "-c", command}, options); });
  const std::string port = wait_for_port("jtag");
  // A terminal that only shows: the shell opens the socket, cat copies it until the run ends.
  ProcessResult terminal;
  const std::string console = "/dev/tcp/127.0.0.1/" + wait_for_port("uart0");
  std::thread user([&] { terminal = run_process({"bash", "-c", "cat < " + console}, options); });
  ProcessResult gdb;
  if (!port.empty()) {
    gdb = run_process(
        {"sh", "-c",
         "cd " + directory_.path() + " && gdb-multiarch -nx -batch -ex 'set osabi none' " +
             "-ex 'set $JTAG_PORT = " + port + "' -ex 'set $LOG = \"openocd.log\"' " +
             "-x session.gdb " + design_file("soc_mcu", "fw.elf")},
        options);
  }
  simulation.join();
  user.join();
  ASSERT_NE(port, "") << text_of_file(directory_.file("heddle.log"));
  const std::string log = gdb.out + gdb.err + text_of_file(directory_.file("openocd.log"));
  EXPECT_EQ(gdb.code, 0) << log;
  // Addresses are those of the firmware's symbols; what is printed follows from session.gdb.
  const ProcessResult symbols =
      run_process({"riscv64-unknown-elf-nm", design_file("soc_mcu", "fw.elf")}, {});
  std::smatch at;
  ASSERT_TRUE(std::regex_search(symbols.out, at, std::regex("1000([0-9a-f]{4}) . uart_put\n")));
  const std::string uart_put = "0x1000" + at[1].str();
  for (const std::string& line :
       {std::string("reset: pc 0\n"), std::string("Breakpoint 1, "),
        " in check_flash_id ()\n" + std::string(), "break in SRAM: pc " + uart_put + ",",
        std::string("stepped 4 bytes\n"), std::string("stepped on: 1\n"),
        std::string("t3 0x12345678\n"), std::string("mscratch 0xcafe\n"),
        std::string("memory 0xbeef3355\n"), std::string("chip id 0x48444c31\n"),
        std::string("second trigger: pc "), std::string(" in check_flash_data ()\n")}) {
    EXPECT_NE(gdb.out.find(line), std::string::npos) << line << "\n" << log;
  }
  EXPECT_NE(log.find("Found 2 triggers"), std::string::npos) << log;
  EXPECT_NE(terminal.out.find("heddle soc_mcu, rv32im, 16 KiB sram"), std::string::npos)
      << terminal.out << terminal.err;
  EXPECT_EQ(terminal.out, text_of_file(directory_.file("out/uart_uart0.txt")));
  EXPECT_EQ(heddle.code, 0) << text_of_file(directory_.file("heddle.log"));
  const auto report = nlohmann::json::parse(text_of_file(directory_.file("out/report.json")));
  EXPECT_EQ(report["result"]["stop"], "client");
  EXPECT_EQ(report["run"]["batching"]["single_edge_commits"], 0);
  EXPECT_EQ(report["run"]["live"][1]["lost_bytes"], 0);
  replay();
}

}  // namespace
}  // namespace heddle::test
