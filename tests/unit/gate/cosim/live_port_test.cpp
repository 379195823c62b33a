// Live ports with real sockets: a client of our own talks to a bank that is
// stepped by hand.
#include "gate/cosim/live/live_port.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstring>
#include <fstream>

#include "heddle/gate/jtag_recording.h"
#include "support/bank_driver.h"
#include "support/process.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

using heddle::test::TempDirectory;
using test::BankDriver;
using test::Pins;
using test::single_clock_edge;

/// A blocking client; every wait has a limit.
class Client {
 public:
  explicit Client(std::uint16_t port, std::uint32_t address = INADDR_LOOPBACK)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(address);
    connected = ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  void send(std::string_view bytes) const {
    ASSERT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Up to `count` bytes; fewer when the server closes or a second passes.
  [[nodiscard]] std::string receive(std::size_t count) const {
    std::string out;
    while (out.size() < count) {
      pollfd look{.fd = socket_.get(), .events = POLLIN, .revents = 0};
      if (::poll(&look, 1, 1000) <= 0) break;
      char byte = 0;
      if (::recv(socket_.get(), &byte, 1, 0) <= 0) break;
      out += byte;
    }
    return out;
  }
  /// The server has closed the connection.
  [[nodiscard]] bool is_closed() const {
    pollfd look{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    char byte = 0;
    return ::poll(&look, 1, 1000) == 1 && ::recv(socket_.get(), &byte, 1, 0) <= 0;
  }
  void close() { socket_.reset(); }

  bool connected = false;

 private:
  OwnedDescriptor socket_;
};

/// A port, its bank, and a design whose TDO is TDI and whose line echoes.
class PortBench {
 public:
  PortBench(LivePeripheral spec, BankSpec bank, std::size_t inputs)
      : bank_(make_bank(std::move(bank))), driver_(*bank_, 1, inputs) {
    auto port = make_live_port(spec, directory.path(),
                               [this](const std::string& text) { notices.push_back(text); });
    EXPECT_TRUE(port.has_value());
    port_ = std::move(*port);
  }

  [[nodiscard]] std::uint16_t port_number() const {
    const std::string& first = notices.at(0);
    return static_cast<std::uint16_t>(std::stoi(first.substr(first.find("127.0.0.1:") + 10)));
  }
  /// One turn of a host loop; returns the edges that were wanted.
  std::uint64_t turn(std::uint64_t edges_if_idle = 4) {
    port_->poll(*bank_, edge_);
    const std::uint64_t wanted = port_->edges_wanted();
    run(wanted != 0 ? wanted : edges_if_idle);
    return wanted;
  }
  void run(std::uint64_t edges) {
    for (const std::uint64_t end = edge_ + edges; edge_ < end; ++edge_) {
      const std::size_t before = driver_.records.size();
      driver_.edge(single_clock_edge(edge_), [](Pins& pins) { pins.outputs[0] = pins.inputs[0]; });
      for (std::size_t i = before; i < driver_.records.size(); ++i) port_->take(driver_.records[i]);
    }
    port_->answer();
  }
  /// Turns until the client's bytes were seen: the kernel may take a moment.
  void turn_until(const std::function<bool()>& done) {
    for (int i = 0; i < 20'000 && !done(); ++i) {
      turn();
      ::poll(nullptr, 0, 0);
    }
    EXPECT_TRUE(done());
  }
  [[nodiscard]] bool has_notice(const std::string& part) const {
    for (const std::string& notice : notices) {
      if (notice.find(part) != std::string::npos) return true;
    }
    return false;
  }

  TempDirectory directory;
  std::vector<std::string> notices;
  [[nodiscard]] LivePort& port() { return *port_; }
  [[nodiscard]] const std::vector<Record>& records() const { return driver_.records; }
  [[nodiscard]] Pins& pins() { return driver_.pins; }

 private:
  std::unique_ptr<PeripheralBank> bank_;
  BankDriver driver_;
  std::unique_ptr<LivePort> port_;
  std::uint64_t edge_ = 0;
};

BankSpec jtag_bank(const Jtag::Config& config) {
  BankSpec spec;
  spec.peripherals.push_back({.name = "jtag",
                              .setup = make_setup<Jtag>(config),
                              .pins = {.outputs = {0}, .inputs = {0, 1, 2, 3, 4}}});
  return spec;
}

PortBench jtag_bench(LivePeripheral spec = {}, std::uint64_t hold = 3) {
  spec.name = "jtag";
  return PortBench(std::move(spec), jtag_bank({.hold = hold}), 5);
}

TEST(JtagServer, AnswersEverySampleOfManyInOneGo) {
  PortBench bench = jtag_bench();
  const Client client(bench.port_number());
  ASSERT_TRUE(client.connected);
  std::string request;
  std::string expected;
  for (int i = 0; i < 500; ++i) {
    request += i % 3 == 0 ? "1R" : "0R";
    expected += i % 3 == 0 ? "1" : "0";
  }
  client.send(request);
  bench.turn_until([&] { return bench.records().size() == 500; });
  EXPECT_EQ(client.receive(500), expected);
  EXPECT_EQ(bench.port().outcome().received_bytes, 1000U);
  EXPECT_EQ(bench.port().outcome().sent_bytes, 500U);
}

TEST(JtagServer, WantsExactlyTheEdgesThatItsOperationsTake) {
  PortBench bench = jtag_bench({}, 5);
  const Client client(bench.port_number());
  client.send("123R");
  std::uint64_t wanted = 0;
  for (int i = 0; i < 20'000 && wanted == 0; ++i) wanted = bench.turn(1);
  // Three characters of five edges each, then the sample.
  EXPECT_EQ(wanted, 16U);
  EXPECT_EQ(client.receive(1), "1");
  EXPECT_EQ(bench.turn(), 0U);
}

TEST(JtagServer, ServesTheNextClientAfterOneThatLeft) {
  PortBench bench = jtag_bench();
  for (int i = 0; i < 3; ++i) {
    Client client(bench.port_number());
    client.send("1R0R");
    bench.turn_until([&] { return bench.records().size() == 2U * static_cast<unsigned>(i + 1); });
    EXPECT_EQ(client.receive(2), "10");
    client.close();
    bench.turn_until([&] { return !bench.port().is_attached(); });
  }
  EXPECT_EQ(bench.port().outcome().clients, 3U);
  EXPECT_FALSE(bench.port().has_ended());
}

TEST(JtagServer, GivesNoClientTheAnswersOfAnother) {
  PortBench bench = jtag_bench({}, 1000);
  Client first(bench.port_number());
  first.send("1R1R1R");
  bench.turn_until([&] { return bench.port().is_attached(); });
  first.close();
  Client second(bench.port_number());
  second.send("0R");
  bench.turn_until([&] { return bench.records().size() == 4; });
  EXPECT_EQ(second.receive(1), "0");
}

TEST(JtagServer, DropsAClientThatSendsGarbageAndListensOn) {
  PortBench bench = jtag_bench();
  const Client browser(bench.port_number());
  browser.send("GET / HTTP/1.1\r\n\r\n");
  bench.turn_until([&] { return bench.has_notice("dropped the client: \"G\" is no character"); });
  EXPECT_TRUE(browser.is_closed());
  const Client client(bench.port_number());
  client.send("1R");
  bench.turn_until([&] { return !bench.records().empty(); });
  EXPECT_EQ(client.receive(1), "1");
}

TEST(JtagServer, TurnsASecondClientAway) {
  PortBench bench = jtag_bench();
  const Client first(bench.port_number());
  bench.turn_until([&] { return bench.port().is_attached(); });
  const Client second(bench.port_number());
  for (int i = 0; i < 100; ++i) bench.turn();
  EXPECT_TRUE(second.is_closed());
  first.send("1R");
  bench.turn_until([&] { return !bench.records().empty(); });
  EXPECT_EQ(first.receive(1), "1");
}

TEST(JtagServer, SurvivesAClientThatNeverReads) {
  PortBench bench = jtag_bench({}, 1);
  const Client client(bench.port_number());
  const std::string request(1U << 14, 'R');
  for (int i = 0; i < 8; ++i) {
    client.send(request);
    bench.turn_until([&] { return bench.records().size() == request.size() * unsigned(i + 1); });
  }
  EXPECT_TRUE(bench.port().is_attached());
}

TEST(JtagServer, ListensOnLoopbackAlone) {
  PortBench bench = jtag_bench();
  // 127.0.0.2 is this machine too, but not the address that was bound.
  const Client other(bench.port_number(), INADDR_LOOPBACK + 1);
  EXPECT_FALSE(other.connected);
}

TEST(JtagServer, SaysWhichPortIsTaken) {
  PortBench bench = jtag_bench();
  LivePeripheral spec;
  spec.name = "second";
  spec.port = bench.port_number();
  const auto port = make_live_port(spec, "", [](const std::string&) {});
  ASSERT_FALSE(port.has_value());
  EXPECT_EQ(port.error().list()[0].code(), "live.cannot-listen");
  EXPECT_EQ(port.error().cause(), Cause::Environment);
  EXPECT_NE(port.error().to_string().find("'second' cannot listen on 127.0.0.1:" +
                                          std::to_string(spec.port)),
            std::string::npos);
}

TEST(JtagServer, WritesARecordingThatPlaysAsTheSessionDid) {
  LivePeripheral spec;
  spec.record_file = "session.txt";
  spec.stops_with_client = true;
  PortBench bench = jtag_bench(spec, 2);
  Client client(bench.port_number());
  for (int i = 0; i < 20; ++i) {
    client.send(i % 2 == 0 ? "1R3R" : "04R0RR");
    const std::size_t before = bench.records().size();
    bench.turn_until([&] { return bench.records().size() > before; });
    bench.run(static_cast<std::uint64_t>(i) * 7);
  }
  client.close();
  bench.turn_until([&] { return bench.port().has_ended(); });
  ASSERT_TRUE(bench.port().finish().has_value());

  const std::string path = bench.directory.file("session.txt");
  const auto recording = read_jtag_recording(heddle::test::text_of_file(path), path);
  ASSERT_TRUE(recording.has_value());
  const auto bank = make_bank(jtag_bank({.operations = recording->operations.data(),
                                         .end = recording->operations.size(),
                                         .starts = recording->starts.data(),
                                         .start_count = recording->starts.size(),
                                         .hold = 2}));
  BankDriver replay(*bank, 1, 5);
  for (std::uint64_t edge = 0; edge < bench.records().back().edge + 10; ++edge) {
    replay.edge(single_clock_edge(edge), [](Pins& pins) { pins.outputs[0] = pins.inputs[0]; });
  }
  EXPECT_EQ(replay.records, bench.records());
}

PortBench uart_bench() {
  LivePeripheral spec;
  spec.name = "console";
  spec.kind = LiveKind::Uart;
  BankSpec bank;
  bank.peripherals.push_back({.name = "console",
                              .setup = UartSetup{.divisor = 4},
                              .pins = {.outputs = {0}, .inputs = {0}}});
  return PortBench(std::move(spec), std::move(bank), 1);
}

TEST(UartSocket, SendsWhatIsTypedDownTheLineAndEchoesWhatComesBack) {
  PortBench bench = uart_bench();
  const Client terminal(bench.port_number());
  std::string text;
  for (int i = 0; i < 256; ++i) text += static_cast<char>(i);
  terminal.send(text);
  bench.turn_until([&] { return bench.records().size() == text.size(); });
  EXPECT_EQ(terminal.receive(text.size()), text);
}

TEST(UartSocket, TakesNoMoreThanTheLineCanSoonSend) {
  PortBench bench = uart_bench();
  const Client terminal(bench.port_number());
  terminal.send(std::string(20'000, 'x'));
  bench.turn_until([&] { return bench.port().outcome().received_bytes >= 4096; });
  EXPECT_LT(bench.port().outcome().received_bytes, 4200U);
}

TEST(UartSocket, GivesAClientWhatWasSentBeforeItCame) {
  PortBench bench = uart_bench();
  Client early(bench.port_number());
  early.send("ready");
  bench.turn_until([&] { return bench.port().outcome().received_bytes == 5; });
  early.close();
  bench.turn_until([&] { return !bench.port().is_attached(); });
  const std::size_t seen = bench.records().size();
  bench.run(400);
  ASSERT_EQ(bench.records().size(), 5U);
  const Client late(bench.port_number());
  bench.turn_until([&] { return bench.port().is_attached(); });
  bench.turn();
  EXPECT_EQ(late.receive(5 - seen), std::string("ready").substr(seen));
}

PortBench gpio_bench() {
  LivePeripheral spec;
  spec.name = "pins";
  spec.kind = LiveKind::Gpio;
  BankSpec bank;
  bank.peripherals.push_back({.name = "pins",
                              .setup = GpioSetup{{.width = 1, .initial = 0}},
                              .pins = {.outputs = {0}, .inputs = {0}}});
  return PortBench(std::move(spec), std::move(bank), 1);
}

TEST(GpioSocket, DrivesWhatALineSaysAndTellsEveryChangeWithItsEdge) {
  PortBench bench = gpio_bench();
  const Client client(bench.port_number());
  const std::string levels = "out 0x0 edge 0\noe 0x0 edge 0\n";
  bench.turn_until([&] { return bench.port().is_attached(); });
  EXPECT_EQ(client.receive(levels.size()), levels);
  client.send("dri");
  for (int i = 0; i < 50; ++i) bench.turn();
  EXPECT_TRUE(bench.records().empty());
  client.send("ve 0x1\r\n\n");
  bench.turn_until([&] { return bench.records().size() == 1; });
  const std::string high = "out 0x1 edge " + std::to_string(bench.records()[0].edge) + "\n";
  EXPECT_EQ(client.receive(high.size()), high);
  client.send("drive 0 0\ndrive 0 1\n");
  bench.turn_until([&] { return bench.records().size() == 2; });
  EXPECT_EQ(bench.records()[1].value, 0U);
}

TEST(GpioSocket, DropsAClientThatSendsGarbageAndListensOn) {
  const std::pair<std::string, std::string> cases[] = {
      {"GET / HTTP/1.1\r\n", "is no command"},
      {"drive\n", "is no command"},
      {"drive 1 1 1\n", "is no command"},
      {"drive 99999999999\n", "is no command"},
      {"drive 2\n", "names pins that are not there: all are 0x1"},
      {std::string(200, 'x'), "a line has no end"}};
  PortBench bench = gpio_bench();
  for (const auto& [bytes, why] : cases) {
    bench.notices.resize(1);
    const Client client(bench.port_number());
    client.send(bytes);
    bench.turn_until([&] { return bench.has_notice(why); });
    bench.turn_until([&] { return !bench.port().is_attached(); });
  }
  EXPECT_TRUE(bench.records().empty());
  const Client client(bench.port_number());
  client.send("drive 1\n");
  bench.turn_until([&] { return bench.records().size() == 1; });
}

}  // namespace
}  // namespace heddle::gate
