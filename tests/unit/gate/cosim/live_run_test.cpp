// Recordings and live peripherals in whole runs of the loop design, where the
// flop `slow` inverts at every rising TCK and so tells how often it rose.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "heddle/gate/window.h"
#include "unit/gate/cosim/cosim_fixture.h"

namespace heddle::gate {
namespace {

/// A run whose only scheduled clock is clk; a JTAG peripheral has clk2 for TCK.
std::string tck_run(const std::string& jtag, const std::string& more) {
  return "design: {netlist: loop.json}\n"
         "clocks:\n"
         "  clk: {port: clk, period_ps: 20000}\n"
         "reset: {port: rst_n, active: low, edges: 20, clock: clk}\n"
         "inputs: {rx: 1, 'gi[3:2]': 0}\n"
         "peripherals:\n"
         "  jtag: {" +
         jtag + ", pins: {tck: clk2, tms: 'gi[1]', tdi: 'gi[0]', tdo: slow}}\n" + more;
}

class LiveRunTest : public CosimTest {
 protected:
  Result<RunFile> tck_file(const std::string& jtag, const std::string& more) {
    return read_run_file(tck_run(jtag, more), directory_.file("run.yaml"));
  }
  CosimOutcome run_tck(const std::string& jtag, const std::string& more, const std::string& out,
                       CosimOptions options = {}) {
    const Result<RunFile> file = tck_file(jtag, more);
    EXPECT_TRUE(file.has_value()) << file.error().to_string();
    Result<CosimOutcome> outcome = run(*file, out, std::move(options));
    EXPECT_TRUE(outcome.has_value()) << outcome.error().to_string();
    return outcome ? std::move(*outcome) : CosimOutcome();
  }
};

TEST_F(LiveRunTest, a_replayed_tck_clocks_flops_and_tdo_is_stamped_at_its_edge_for_any_batch) {
  directory_.write("session.txt", "0R4R 0R4R 04R 0RQ\n");
  std::vector<RunEvent> first;
  for (const std::string batch : {"1", "7", "4096"}) {
    for (const std::string engine : {"event", "reference"}) {
      const std::string out = "out_" + batch + engine;
      const CosimOutcome outcome =
          run_tck("kind: jtag, recording: session.txt, hold_edges: 5",
                  "stop: {edges: 200}\nbatch_edges: " + batch + "\nengine: " + engine + "\n", out);
      EXPECT_TRUE(outcome.passed());
      const std::vector<RunEvent> events = events_of(out);
      // The reset ends with edge 39; characters that set pins follow every five edges.
      const std::vector<std::uint32_t> samples{0, 1, 1, 0, 1, 1};
      const std::vector<std::uint64_t> edges{44, 49, 54, 59, 69, 74};
      ASSERT_EQ(events.size(), samples.size());
      for (std::size_t i = 0; i < events.size(); ++i) {
        EXPECT_EQ(events[i].source, "jtag");
        EXPECT_EQ(events[i].kind, "tdo");
        EXPECT_EQ(events[i].edge, edges[i]) << i;
        EXPECT_EQ(events[i].value, samples[i]) << i;
      }
      const BatchTelemetry& batches = outcome.telemetry;
      EXPECT_EQ(batches.single_by_end + batches.single_by_stop, 0U);
      EXPECT_EQ(batches.single_by_limit, batch == "1" ? 200U : 0U);
    }
  }
}

TEST_F(LiveRunTest, a_replay_takes_no_more_batches_than_its_edges_need) {
  std::string session;
  for (int i = 0; i < 20'000; ++i) session += "04R";
  directory_.write("session.txt", session);
  const CosimOutcome outcome =
      run_tck("kind: jtag, recording: session.txt", "stop: {edges: 40960}\n", "out");
  EXPECT_EQ(outcome.event_count, 20'000U);
  EXPECT_EQ(outcome.telemetry.submits, 10U);
  EXPECT_EQ(outcome.telemetry.batched_edges, 40'960U);
}

TEST_F(LiveRunTest, a_recording_that_is_absent_or_malformed_is_located) {
  const auto absent = tck_file("kind: jtag, recording: none.txt", "stop: {edges: 1}\n");
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().list()[0].code(), "file.not-found");
  directory_.write("session.txt", "01R\n09R\n");
  const auto malformed = tck_file("kind: jtag, recording: session.txt", "stop: {edges: 1}\n");
  ASSERT_FALSE(malformed.has_value());
  EXPECT_EQ(malformed.error().list()[0].code(), "live.bad-character");
  EXPECT_EQ(malformed.error().list()[0].where().to_string(),
            directory_.file("session.txt") + ":2:2");
}

TEST_F(LiveRunTest, a_script_cannot_send_to_a_uart_that_a_terminal_has) {
  const auto file =
      read_run_file(test::loop_run("events: {input_commands: [{action: {uart: term, send: x}}]}\n"
                                   "stop: {edges: 10}\n"),
                    directory_.file("loop.yaml"));
  ASSERT_FALSE(file.has_value());
  std::string text = test::loop_run(
      "stop: {edges: 10}\nevents: {input_commands: [{wait: {uart: "
      "uart, text: y}, action: {uart: uart, send: x}}]}\n");
  text.replace(text.find("kind: uart,"), 11, "kind: uart_socket,");
  const auto live = read_run_file(text, directory_.file("loop.yaml"));
  ASSERT_FALSE(live.has_value());
  ASSERT_EQ(live.error().list().size(), 1U) << live.error().to_string();
  EXPECT_EQ(live.error().list()[0].code(), "cosim.unknown-peripheral");
  EXPECT_NE(live.error().to_string().find("scripted UART"), std::string::npos);
}

TEST_F(LiveRunTest, a_live_run_is_neither_checked_nor_simulated_again) {
  const auto file = tck_file("kind: jtag_server", "stop: {edges: 50}\n");
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  CosimOptions options;
  options.check = EdgeRange{0, 10};
  const auto checked = run(*file, "checked", options);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().list()[0].code(), "live.not-repeatable");
  ASSERT_TRUE(run(*file, "out").has_value());
  SilentProgress progress;
  Diagnostics warnings;
  const auto window = run_window(directory_.file("out"), {.first_edge = 10, .end_edge = 20},
                                 warnings, progress, {});
  ASSERT_FALSE(window.has_value());
  EXPECT_EQ(window.error().list()[0].code(), "live.not-repeatable");
}

/// Talks to the first port that is announced, on a thread of its own.
class ClientThread final : public CosimObserver {
 public:
  explicit ClientThread(std::function<void(int)> talk) : talk_(std::move(talk)) {}
  ~ClientThread() override {
    if (thread_.joinable()) thread_.join();
  }
  void on_live(const std::string& text) override {
    notices.push_back(text);
    const std::size_t at = text.find("127.0.0.1:");
    if (at == std::string::npos || thread_.joinable()) return;
    const auto port = static_cast<std::uint16_t>(std::stoi(text.substr(at + 10)));
    thread_ = std::thread([this, port] {
      const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(port);
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::connect(client, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) talk_(client);
      ::close(client);
    });
  }
  std::vector<std::string> notices;

 private:
  std::function<void(int)> talk_;
  std::thread thread_;
};

std::string receive(int client, std::size_t count) {
  std::string out(count, ' ');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t got = ::recv(client, out.data() + have, count - have, 0);
    if (got <= 0) break;
    have += static_cast<std::size_t>(got);
  }
  return out.substr(0, have);
}

TEST_F(LiveRunTest, a_session_ends_the_run_and_its_recording_plays_it_again_exactly) {
  std::string answers;
  ClientThread client([&](int socket) {
    for (int i = 0; i < 30; ++i) {
      const std::string request = i % 2 == 0 ? "0R4R" : "04R04RR";
      EXPECT_EQ(::send(socket, request.data(), request.size(), 0),
                static_cast<ssize_t>(request.size()));
      answers += receive(socket, i % 2 == 0 ? 2 : 3);
    }
  });
  const auto file =
      tck_file("kind: jtag_server, hold_edges: 3, record: session.txt, stop_with_client: true", "");
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  const auto outcome = run(*file, "live", {}, &client);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(outcome->status, RunStatus::Complete);
  EXPECT_EQ(stop_reason_name(outcome->stop), "client");
  ASSERT_EQ(answers.size(), 75U);
  ASSERT_EQ(outcome->live.size(), 1U);
  EXPECT_EQ(outcome->live[0].sent_bytes, 75U);
  EXPECT_EQ(outcome->telemetry.single_by_limit + outcome->telemetry.single_by_stop, 0U);
  ASSERT_EQ(client.notices.size(), 3U);
  EXPECT_EQ(client.notices[0].find("jtag: listening on 127.0.0.1:"), 0U);

  const CosimOutcome again =
      run_tck("kind: jtag, hold_edges: 3, recording: live/session.txt",
              "stop: {edges: " + std::to_string(outcome->edges) + "}\n", "again");
  EXPECT_EQ(events_of("again"), events_of("live"));
  EXPECT_EQ(again.event_digest, outcome->event_digest);
  std::string samples;
  for (const RunEvent& event : events_of("again")) samples += event.value != 0 ? '1' : '0';
  EXPECT_EQ(samples, answers);
  const auto report = nlohmann::json::parse(text_of_file(directory_.file("live/report.json")));
  EXPECT_EQ(report["run"]["live"][0]["clients"], 1);
}

TEST_F(LiveRunTest, a_terminal_hears_what_it_types_from_a_design_that_echoes) {
  std::string echo;
  ClientThread client([&](int socket) {
    EXPECT_EQ(::send(socket, "hello\r\n", 7, 0), 7);
    echo = receive(socket, 7);
  });
  std::string text = test::loop_run("stop: {uart_text: {uart: \"never\"}}\n");
  text.replace(text.find("kind: uart,"), 11, "kind: uart_socket, stop_with_client: true,");
  const auto file = read_run_file(text, directory_.file("loop.yaml"));
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  const auto outcome = run(*file, "term", {}, &client);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_EQ(echo, "hello\r\n");
  EXPECT_EQ(text_of_file(directory_.file("term/uart_uart.txt")), "hello\r\n");
}

TEST_F(LiveRunTest, a_recorded_terminal_plays_again_at_the_same_edges) {
  ClientThread client([](int socket) {
    for (const char* line : {"one\r\n", "\xC3\xBC!\n"}) {
      const std::size_t length = std::strlen(line);
      EXPECT_EQ(::send(socket, line, length, 0), static_cast<ssize_t>(length));
      EXPECT_EQ(receive(socket, length), line);
    }
  });
  std::string text = test::loop_run("stop: {uart_text: {uart: \"never\"}}\nwaves: {nets: ['*']}\n");
  const std::size_t kind = text.find("kind: uart,");
  std::string live = text;
  live.replace(kind, 11, "kind: uart_socket, stop_with_client: true, record: typed.yaml,");
  const auto file = read_run_file(live, directory_.file("loop.yaml"));
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  CosimOptions options;
  options.digest_file = directory_.file("live.digests");
  const auto outcome = run(*file, "live", options, &client);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  text += "events: live/typed.yaml\n";
  auto again = read_run_file(text, directory_.file("loop.yaml"));
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  again->stop_edges = outcome->edges;
  options.digest_file = directory_.file("again.digests");
  const auto replayed = run(*again, "again", options);
  ASSERT_TRUE(replayed.has_value()) << replayed.error().to_string();
  EXPECT_EQ(text_of_file(directory_.file("again.digests")),
            text_of_file(directory_.file("live.digests")));
  EXPECT_EQ(text_of_file(directory_.file("again/uart_uart.txt")), "one\r\n\xC3\xBC!\n");
}

TEST_F(LiveRunTest, recorded_pins_play_again_at_the_same_edges) {
  ClientThread client([](int socket) {
    const std::string levels = "out 0x0 edge 0\noe 0x0 edge 0\n";
    EXPECT_EQ(receive(socket, levels.size()), levels);
    for (const char* line : {"drive 5\n", "drive 2 0x6\n"}) {
      const std::size_t length = std::strlen(line);
      EXPECT_EQ(::send(socket, line, length, 0), static_cast<ssize_t>(length));
      std::string answer;
      while (!answer.ends_with("\n") && answer.size() < 100) answer += receive(socket, 1);
      EXPECT_TRUE(answer.starts_with("out 0x")) << answer;
    }
  });
  std::string text = test::loop_run("stop: {uart_text: {uart: \"never\"}}\n");
  std::string live = text;
  live.replace(live.find("kind: gpio,"), 11,
               "kind: gpio_socket, stop_with_client: true, record: driven.yaml,");
  const auto file = read_run_file(live, directory_.file("loop.yaml"));
  ASSERT_TRUE(file.has_value()) << file.error().to_string();
  CosimOptions options;
  options.digest_file = directory_.file("live.digests");
  const auto outcome = run(*file, "live", options, &client);
  ASSERT_TRUE(outcome.has_value()) << outcome.error().to_string();
  EXPECT_NE(text_of_file(directory_.file("live/driven.yaml")).find("drive: 2, mask: 6"),
            std::string::npos);
  text += "events: live/driven.yaml\n";
  auto again = read_run_file(text, directory_.file("loop.yaml"));
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  again->stop_edges = outcome->edges;
  options.digest_file = directory_.file("again.digests");
  const auto replayed = run(*again, "again", options);
  ASSERT_TRUE(replayed.has_value()) << replayed.error().to_string();
  EXPECT_EQ(text_of_file(directory_.file("again.digests")),
            text_of_file(directory_.file("live.digests")));
}

}  // namespace
}  // namespace heddle::gate
