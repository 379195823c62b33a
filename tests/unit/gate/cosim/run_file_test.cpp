// Reading run files: every key, and every mistake with its place and its help.
#include "heddle/gate/run_file.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

constexpr std::string_view kMinimal =
    "design: {netlist: n.json}\n"
    "clocks: {clk: {port: clk, period_ps: 20000}}\n"
    "peripherals:\n"
    "  uart0: {kind: uart, pins: {tx: tx}}\n"
    "  gpio: {kind: gpio, pins: {out: go}}\n";

constexpr std::string_view kEveryKey =
    "name: one\n"
    "engine: reference\n"
    "batch_edges: 7\n"
    "seed: 9\n"
    "design: {netlist: /abs/n.json, top: chip}\n"
    "clocks:\n"
    "  clk: {port: clk, period_ps: 20000, phase_ps: 5, jitter_ps: 100, clock_tree: ideal}\n"
    "  slow: {port: clk2, period_ps: 61034}\n"
    "reset: {port: rst, active: high, edges: 3, clock: slow}\n"
    "inputs: {mode: 1, bus: 0xA5}\n"
    "reg_init: {'core.r[3]': 1}\n"
    "memories: {sram: {load: s.hex, format: hex, base: 4, offset: 8, dump: end.hex}}\n"
    "peripherals:\n"
    "  u: {kind: uart, clock: slow, pins: {tx: t, rx: r}, cycles_per_bit: 5}\n"
    "  f: {kind: spi_flash, load: f.bin, offset: 16, capacity_bytes: 4096, jedec_id: 0x123456,\n"
    "      device_id: 3, fast_dummy_cycles: 1, quad_io_dummy_cycles: 2, qpi_dummy_cycles: 3,\n"
    "      record_commands: true, pins: {cs_n: c}}\n"
    "  g: {kind: gpio, initial: 6, pins: {in: i}}\n"
    "events:\n"
    "  input_commands:\n"
    "    - {wait: {edge: 1}, action: {uart: u, send: \"a\\n\"}}\n"
    "    - {wait: {edges: 2}, action: {gpio: g, drive: 3, mask: 7}}\n"
    "    - {wait: {time_ps: 3}}\n"
    "    - {wait: {uart: u, text: ok}}\n"
    "    - {wait: {gpio: g, value: 1, mask: 3}, action: {stop: true}}\n"
    "waves: {nets: ['*', 'core.?'], format: vcd, file: w.vcd}\n"
    "stop: {edges: 10, time_ps: 20, net: done, uart_text: {u: \"end\"}}\n"
    "expect: {uart: {u: u.txt}, events: e.json}\n";

/// `kMinimal` and more.
std::string minimal_with(std::string_view more) {
  std::ostringstream text;
  text << kMinimal << more;
  return text.str();
}

TEST(RunFile, GivesEveryKeyItsDefault) {
  const Result<RunFile> run = read_run_file(minimal_with(""), "dir/chip.yaml");
  ASSERT_TRUE(run.has_value()) << run.error().to_string();
  EXPECT_EQ(run->name, "chip");
  EXPECT_EQ(run->netlist.value, "dir/n.json");
  EXPECT_EQ(run->clocks.at(0).phase_ps, 0);
  EXPECT_FALSE(run->reset.has_value());
  EXPECT_EQ(run->peripherals.at(0).cycles_per_bit, 16U);
  EXPECT_EQ(run->peripherals.at(0).clock.value, "clk");
  EXPECT_EQ(run->engine, "event");
  EXPECT_EQ(run->batch_edges, 4096U);
  EXPECT_EQ(run->seed, 1U);
  EXPECT_EQ(run->wave_format, WaveFileFormat::Fst);
  EXPECT_FALSE(run->stop_edges.has_value());
}

TEST(RunFile, ReadsEveryKey) {
  const Result<RunFile> run = read_run_file(std::string(kEveryKey), "d/run.yaml");
  ASSERT_TRUE(run.has_value()) << run.error().to_string();
  EXPECT_EQ(run->name, "one");
  EXPECT_EQ(run->engine, "reference");
  EXPECT_EQ(run->batch_edges, 7U);
  EXPECT_EQ(run->seed, 9U);
  EXPECT_EQ(run->netlist.value, "/abs/n.json");
  EXPECT_EQ(run->top, "chip");
  EXPECT_EQ(run->clocks.at(0).phase_ps, 5);
  EXPECT_EQ(run->clocks.at(0).jitter_ps, 100);
  EXPECT_EQ(run->clocks.at(1).jitter_ps, 0);
  EXPECT_TRUE(run->clocks.at(0).is_ideal);
  EXPECT_FALSE(run->clocks.at(1).is_ideal);
  EXPECT_EQ(run->design().ideal_clocks, std::vector<std::string>{"clk"});
  EXPECT_TRUE(run->reset->active_level);
  EXPECT_EQ(run->reset->edges, 3U);
  EXPECT_EQ(run->reset->clock.value, "slow");
  EXPECT_EQ(run->inputs.at(1).value, 0xA5U);
  EXPECT_EQ(run->reg_init.at(0).net.value, "core.r[3]");
  const MemoryEntry& memory = run->memories.at(0);
  EXPECT_EQ(memory.image->path.value, "d/s.hex");
  EXPECT_EQ(memory.image->format, ImageFormat::Hex);
  EXPECT_EQ(memory.image->base, 4U);
  EXPECT_EQ(memory.image->offset, 8U);
  EXPECT_EQ(memory.dump, "end.hex");
  EXPECT_EQ(run->peripherals.at(0).cycles_per_bit, 5U);
  const PeripheralEntry& flash = run->peripherals.at(1);
  EXPECT_EQ(flash.image->path.value, "d/f.bin");
  EXPECT_EQ(flash.capacity_bytes, 4096U);
  EXPECT_EQ(flash.jedec_id, 0x123456U);
  EXPECT_EQ(flash.device_id, 3U);
  EXPECT_EQ(flash.fast_dummy_cycles, 1U);
  EXPECT_EQ(flash.quad_io_dummy_cycles, 2U);
  EXPECT_EQ(flash.qpi_dummy_cycles, 3U);
  EXPECT_TRUE(flash.record_commands);
  EXPECT_EQ(run->peripherals.at(2).initial.value, 6U);
  ASSERT_EQ(run->events.size(), 5U);
  EXPECT_EQ(run->events[0].send, "a\n");
  EXPECT_EQ(run->events[1].operand, 2U);
  EXPECT_EQ(run->events[1].drive_mask, 7U);
  EXPECT_EQ(run->events[2].wait, EventStepEntry::Wait::TimePs);
  EXPECT_EQ(run->events[3].text, "ok");
  EXPECT_EQ(run->events[4].action, EventStepEntry::Action::Stop);
  EXPECT_EQ(run->wave_nets.size(), 2U);
  EXPECT_EQ(run->wave_format, WaveFileFormat::Vcd);
  EXPECT_EQ(run->stop_edges, 10U);
  EXPECT_EQ(run->stop_time_ps, 20);
  EXPECT_EQ(run->stop_net.value, "done");
  EXPECT_EQ(run->stop_texts.at(0).text.value, "end");
  EXPECT_EQ(run->expect_uart.at(0).text.value, "d/u.txt");
  EXPECT_EQ(run->expect_events.value, "d/e.json");
}

TEST(RunFile, ReadsItsEventsFromAnotherFile) {
  const heddle::test::TempDirectory directory;
  directory.write(
      "more/events.json",
      "{\"input_commands\": [{\"wait\": {\"edge\": 5}, \"action\": {\"stop\": true}}]}");
  const std::string path = directory.write("run.yaml", minimal_with("events: more/events.json\n"));
  const Result<RunFile> run = load_run_file(path);
  ASSERT_TRUE(run.has_value()) << run.error().to_string();
  ASSERT_EQ(run->events.size(), 1U);
  EXPECT_EQ(run->events[0].operand, 5U);
}

/// Every key of a tree, names that a user chose left out.
void collect_keys(const ConfigNode& node, std::set<std::string>& keys, bool names_are_free) {
  static const std::set<std::string> kFree = {"clocks",      "inputs", "reg_init", "memories",
                                              "peripherals", "pins",   "uart",     "uart_text"};
  if (node.kind() == ConfigKind::List) {
    for (const ConfigNode& item : node.items()) collect_keys(item, keys, false);
  }
  if (node.kind() != ConfigKind::Map) return;
  for (const ConfigEntry& entry : node.entries()) {
    if (!names_are_free) keys.insert(entry.key);
    collect_keys(entry.value, keys, !names_are_free && kFree.contains(entry.key));
  }
}

TEST(RunFileGuide, ItsExampleIsARunFileAndEveryKeyIsInIt) {
  const std::string guide =
      heddle::test::text_of_file(HEDDLE_SOURCE_DIR "/docs/guides/gate-run-file.md");
  const std::size_t begin = guide.find("```yaml\n") + 8;
  const std::string example = guide.substr(begin, guide.find("```", begin) - begin);
  const Result<RunFile> run = read_run_file(example, "run.yaml");
  ASSERT_TRUE(run.has_value()) << run.error().to_string();

  const Result<RunFile> all = read_run_file(std::string(kEveryKey), "run.yaml");
  ASSERT_TRUE(all.has_value());
  std::set<std::string> keys;
  collect_keys(all->resolved, keys, false);
  EXPECT_GT(keys.size(), 50U);
  for (const std::string& key : keys) {
    const bool listed = guide.find("`" + key + "`") != std::string::npos ||
                        guide.find("." + key + "`") != std::string::npos ||
                        guide.find(key + ": ") != std::string::npos;
    EXPECT_TRUE(listed) << key;
  }
}

/// A text with one mistake, and what is said of it: `line:column code`, and a
/// piece of the help or of the text.
struct Mistake {
  const char* more;
  const char* said;
  const char* with;
};

// Lines count from the end of `kMinimal`, which has five.
constexpr Mistake kMistakes[] = {
    {"clokcs: {}\n", "6:1 config.unknown-key", "did you mean 'clocks'?"},
    {"reset: {port: r, activ: low}\n", "6:18 config.unknown-key", "did you mean 'active'?"},
    {"reset: {active: low}\n", "6:8 config.missing-key", "port"},
    {"reset: {port: r, active: yes}\n", "6:26 config.bad-choice", "low, high"},
    {"reset: {port: r, edges: -1}\n", "6:25 config.out-of-range", "-1"},
    {"reset: {port: r, clock: clx}\n", "6:25 cosim.unknown-clock", "did you mean 'clk'?"},
    {"reset: [1]\n", "6:8 config.wrong-type", "a map"},
    {"seed: x\n", "6:7 config.wrong-type", "an integer"},
    {"batch_edges: 0\n", "6:14 config.out-of-range", "from 1 to 65536"},
    {"batch_edges: 65537\n", "6:14 config.out-of-range", "from 1 to 65536"},
    {"name: 'a/b'\n", "6:7 cosim.bad-name", "a/b"},
    {"name: '../x'\n", "6:7 cosim.bad-name", "start with a letter or digit"},
    {"inputs: {mode: high}\n", "6:16 config.wrong-type", "an integer"},
    {"inputs: {mode: 1, mode: 1}\n", "6:19 config.duplicate-key", "mode"},
    {"stop: {edges: 0}\n", "6:15 config.out-of-range", "0"},
    {"stop: {uart_text: {uart1: x}}\n", "6:27 cosim.unknown-peripheral", "did you mean 'uart0'?"},
    {"stop: {uart_text: {gpio: x}}\n", "6:26 cosim.unknown-peripheral", "there is no UART 'gpio'"},
    {"expect: {uart: {uart9: x}}\n", "6:24 cosim.unknown-peripheral", "did you mean 'uart0'?"},
    {"events: 3\n", "6:9 config.wrong-type", "put it in quotes"},
    {"events: absent.yaml\n", "file.not-found", "absent.yaml"},
    {"events: {input_commands: [{}]}\n", "6:27 cosim.bad-event-step",
     "neither `wait` nor `action`"},
    {"events: {input_commands: [{wait: {}}]}\n", "6:34 cosim.bad-event-step", "neither of edge"},
    {"events: {input_commands: [{wait: {edge: 1, edges: 2}}]}\n", "6:34 cosim.bad-event-step",
     "more than one"},
    {"events: {input_commands: [{action: {uart: uart0}}]}\n", "6:36 config.missing-key", "send"},
    {"events: {input_commands: [{action: {gpio: uart0, drive: 1}}]}\n",
     "6:43 cosim.unknown-peripheral", "there is no scripted GPIO 'uart0'"},
    {"events: {input_commands: [{wait: {uart: uart0}}]}\n", "6:34 config.missing-key", "text"},
    {"events: {input_comands: []}\n", "6:10 config.unknown-key", "did you mean 'input_commands'?"},
    {"waves: {nets: '*'}\n", "6:15 config.wrong-type", "a list"},
    {"waves: {nets: [1]}\n", "6:16 config.wrong-type", "put it in quotes"},
    {"waves: {format: fsdb}\n", "6:17 config.bad-choice", "fst, vcd"},
    {"waves: {file: a/b.fst}\n", "6:15 cosim.bad-name", "a/b.fst"},
    {"memories: {m: {load: 3}}\n", "6:22 config.wrong-type", "put it in quotes"},
    {"memories: {m: {format: bin}}\n", "6:24 config.bad-choice", "binary"},
    {"memories: {m: {dump: ../x}}\n", "6:22 cosim.bad-name", "../x"},
    {"name: &a [*a]\n", "6:", "is not"},
    {"name: !!str x\n", "6:7 config.unsupported", ""},
    {"\tname: x\n", "6:", "not YAML"},
};

TEST(RunFile, PutsAFingerOnEveryMistake) {
  for (const Mistake& mistake : kMistakes) {
    const Result<RunFile> run = read_run_file(minimal_with(mistake.more), "run.yaml");
    ASSERT_FALSE(run.has_value()) << mistake.more;
    const Diagnostic& first = run.error().list().at(0);
    const SourcePosition& where = first.where();
    std::ostringstream place;
    if (where.line > 0) place << where.line << ':' << where.column << ' ';
    place << first.code();
    const std::string said = place.str();
    EXPECT_TRUE(said.starts_with(mistake.said)) << mistake.more << said << " " << first.to_string();
    EXPECT_NE((first.text() + first.help()).find(mistake.with), std::string::npos)
        << mistake.more << first.to_string();
  }
}

struct Whole {
  const char* text;
  const char* said;
};

constexpr Whole kWholes[] = {
    {"", "config.wrong-type"},
    {"[]", "config.wrong-type"},
    {"{}", "config.missing-key"},
    {"design: {netlist: n.json}\n", "cosim.no-clock"},
    {"design: {netlist: n.json}\nclocks: {}\n", "cosim.no-clock"},
    {"design: n.json\nclocks: {c: {port: c, period_ps: 2}}\n", "config.wrong-type"},
    {"design: {}\nclocks: {c: {port: c, period_ps: 2}}\n", "config.missing-key"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 1}}\n", "config.out-of-range"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period: 20}}\n", "config.missing-key"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 20.5}}\n", "config.wrong-type"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 20ns}}\n", "config.wrong-type"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 20, phase_ps: -1}}\n",
     "config.out-of-range"},
    {"design: {netlist: n}\nclocks: {c: {period_ps: 20}}\n", "config.missing-key"},
    {"design: {netlist: n}\nclocks: {c d: {port: c, period_ps: 20}}\n", "cosim.bad-name"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\nperipherals: {u: {}}\n",
     "config.missing-key"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\n"
     "peripherals: {u: {kind: usart}}\n",
     "config.bad-choice"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\n"
     "peripherals: {u: {kind: uart, cycles_per_bit: 0}}\n",
     "config.out-of-range"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\n"
     "peripherals: {f: {kind: spi_flash, capacity_bytes: 1000}}\n",
     "cosim.bad-capacity"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\n"
     "peripherals: {s: {kind: spi_slave, registers: 100}}\n",
     "cosim.bad-capacity"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\n"
     "peripherals: {u: {kind: uart, baud: 9600, cycles_per_bit: 3}}\n",
     "cosim.bad-uart"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 20000}}\n"
     "peripherals: {u: {kind: uart, baud: 60000000}}\n",
     "cosim.bad-uart"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 20000}}\n"
     "peripherals: {u: {kind: uart, stop_bits: 1.25}}\n",
     "cosim.bad-uart"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 20000}}\n"
     "peripherals: {u: {kind: uart, data_bits: 9}}\n",
     "config.out-of-range"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\n"
     "peripherals: {s: {kind: i2c_slave, dump: a/b}}\n",
     "cosim.bad-name"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}, d: {port: d, period_ps: 2}}\n"
     "peripherals: {u: {kind: uart, pins: {tx: t}}}\n",
     "cosim.clock-needed"},
    {"design: {netlist: n}\nclocks: {c: {port: c, period_ps: 2}}\nreset: {port: r}\nreset: {}\n",
     "config.duplicate-key"},
    {"design: {netlist: n}\n--- \nclocks: {}\n", "config.unsupported"},
    {"design: {netlist: n", "config.syntax"},
};

TEST(RunFile, TurnsABaudRateIntoCyclesOfTheUartsOwnClock) {
  const Result<RunFile> run = read_run_file(
      "design: {netlist: n}\nclocks: {fast: {port: f, period_ps: 20000}, slow: {port: s, "
      "period_ps: 61035}}\nperipherals:\n"
      "  a: {kind: uart, clock: fast, baud: 115200, data_bits: 7, parity: even, stop_bits: 2}\n"
      "  b: {kind: uart, clock: slow, baud: 4096, stop_bits: 1.5}\n",
      "run.yaml");
  ASSERT_TRUE(run.has_value()) << run.error().to_string();
  const PeripheralEntry& fast = run->peripherals[0];
  // 50 MHz / 115200 = 434.02777; in 1/65536 of a cycle, rounded to the nearest.
  EXPECT_EQ(fast.cycles_per_bit, 434U);
  EXPECT_EQ(fast.cycle_fraction, 1820U);
  EXPECT_EQ(fast.data_bits, 7);
  EXPECT_EQ(fast.parity, UartParity::Even);
  EXPECT_EQ(fast.stop_half_bits, 4);
  // 10^12 / (4096 * 61035) = 4000.01024
  EXPECT_EQ(run->peripherals[1].cycles_per_bit, 4000U);
  EXPECT_EQ(run->peripherals[1].cycle_fraction, 671U);
  EXPECT_EQ(run->peripherals[1].stop_half_bits, 3);
}

TEST(RunFile, RefusesWhatIsNoRunFile) {
  for (const Whole& whole : kWholes) {
    const Result<RunFile> run = read_run_file(whole.text, "run.yaml");
    ASSERT_FALSE(run.has_value()) << whole.text;
    const auto& list = run.error().list();
    const bool said = std::any_of(list.begin(), list.end(), [&](const Diagnostic& diagnostic) {
      return diagnostic.code() == whole.said;
    });
    EXPECT_TRUE(said) << whole.text << run.error().to_string();
    for (const Diagnostic& diagnostic : list) {
      const bool has_place = diagnostic.where().line >= 1 || std::string_view(whole.text).empty();
      EXPECT_TRUE(has_place) << diagnostic.to_string();
    }
  }
}

TEST(RunFile, ToleratesNoMoreClocksThanAnEdgeCanName) {
  std::string text = "design: {netlist: n}\nclocks:\n";
  for (int i = 0; i < 33; ++i) {
    text += "  c" + std::to_string(i) + ": {port: p, period_ps: 2}\n";
  }
  const Result<RunFile> run = read_run_file(text, "run.yaml");
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().list().at(0).code(), "cosim.too-many-clocks");
}

TEST(RunFile, TellsSeveralMistakesAtOnce) {
  const Result<RunFile> run =
      read_run_file("desing: {}\nclocks: {c: {port: 3, period_ps: 0}}\nseed: []\n", "run.yaml");
  ASSERT_FALSE(run.has_value());
  EXPECT_GE(run.error().error_count(), 5U);
}

}  // namespace
}  // namespace heddle::gate
