#include "gate/cosim/run_file_reader.h"

#include <algorithm>
#include <cctype>

#include "heddle/base/file.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/schedule.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

constexpr std::int64_t kPeriodPsMax = ScheduledClock::kPeriodPsMax;

void read_clocks(ConfigReader& map, RunFileReading& reading) {
  for (auto& [name, clock] : map.named_maps("clocks")) {
    ClockEntry entry;
    entry.name = name;
    reading.check_name(name, "a clock", clock.where());
    entry.port = written(clock, "port");
    entry.period_ps =
        clock.required<Picoseconds>("period_ps", {.min = 2, .max = kPeriodPsMax}).count();
    entry.phase_ps =
        clock.optional<Picoseconds>("phase_ps", Picoseconds(0), {.min = 0, .max = kPeriodPsMax})
            .count();
    entry.jitter_ps =
        clock.optional<Picoseconds>("jitter_ps", Picoseconds(0), {.min = 0, .max = kPeriodPsMax})
            .count();
    entry.is_ideal =
        clock.optional_choice("clock_tree", false, {{"rounds", false}, {"ideal", true}});
    const std::int64_t most =
        ScheduledClock::jitter_ps_max(std::max<std::int64_t>(entry.period_ps, 2));
    if (entry.period_ps >= 2 && entry.jitter_ps > most) {
      clock.report(
          diag::kBadJitter, "jitter_ps",
          {std::to_string(entry.jitter_ps), std::to_string(most), std::to_string(entry.period_ps)});
    }
    reading.run.clocks.push_back(std::move(entry));
  }
  const std::size_t count = reading.run.clocks.size();
  if (count == 0) map.report(diag::kNoClock, "clocks", {});
  if (count > ScheduleSpec::kClocksMax) {
    map.report(diag::kTooManyClocks, "clocks",
               {std::to_string(count), std::to_string(ScheduleSpec::kClocksMax)});
  }
}

void read_reset(ConfigReader& map, RunFileReading& reading) {
  std::optional<ConfigReader> reset = map.maybe_map("reset");
  if (!reset) return;
  ResetEntry entry;
  entry.port = written(*reset, "port");
  entry.active_level = reset->optional_choice("active", false, {{"low", false}, {"high", true}});
  entry.edges = reset->optional<std::uint64_t>("edges", 20);
  entry.clock = reading.clock_of(*reset);
  reading.run.reset = std::move(entry);
}

std::vector<ValueEntry> read_values(ConfigReader& map, std::string_view key) {
  std::vector<ValueEntry> entries;
  for (const auto& [net, value] : map.named<std::uint64_t>(key)) {
    entries.push_back({{net, map.node(key)->find(net)->where()}, value});
  }
  return entries;
}

void read_memories(ConfigReader& map, RunFileReading& reading) {
  for (auto& [name, memory] : map.named_maps("memories")) {
    MemoryEntry entry;
    entry.name = {name, memory.where()};
    entry.image = read_image(memory);
    entry.dump = memory.optional<std::string>("dump", "", {.min = 0});
    if (!entry.dump.empty()) reading.check_name(entry.dump, "a file", memory.where("dump"));
    reading.run.memories.push_back(std::move(entry));
  }
}

void read_waves(ConfigReader& map, RunFileReading& reading) {
  ConfigReader waves = map.optional_map("waves");
  const std::vector<std::string> nets = waves.list<std::string>("nets");
  const ConfigNode* list = waves.node("nets");
  for (std::size_t i = 0; i < nets.size(); ++i) {
    const bool whole = list != nullptr && list->items().size() == nets.size();
    reading.run.wave_nets.push_back(
        {nets[i], whole ? list->items()[i].where() : waves.where("nets")});
  }
  reading.run.wave_format = waves.optional_choice(
      "format", WaveFileFormat::Fst, {{"fst", WaveFileFormat::Fst}, {"vcd", WaveFileFormat::Vcd}});
  reading.run.wave_file = waves.optional<std::string>("file", "", {.min = 0});
  if (!reading.run.wave_file.empty()) {
    reading.check_name(reading.run.wave_file, "a file", waves.where("file"));
  }
}

std::vector<UartTextEntry> read_uart_texts(ConfigReader& map, std::string_view key) {
  std::vector<UartTextEntry> entries;
  for (auto& [uart, text] : written_members(map, key)) {
    if (text.value.empty()) continue;
    entries.push_back({{uart, text.where}, std::move(text)});
  }
  return entries;
}

void read_stop(ConfigReader& map, RunFileReading& reading) {
  ConfigReader stop = map.optional_map("stop");
  reading.run.stop_edges = stop.maybe<std::uint64_t>("edges", {.min = 1});
  if (const auto time =
          stop.maybe<Picoseconds>("time_ps", {.min = 0, .max = std::int64_t{1} << 62})) {
    reading.run.stop_time_ps = time->count();
  }
  if (stop.has("net")) reading.run.stop_net = written(stop, "net");
  if (stop.has("pass")) reading.run.pass_net = written(stop, "pass");
  if (stop.has("fail")) reading.run.fail_net = written(stop, "fail");
  reading.run.stop_texts = read_uart_texts(stop, "uart_text");
}

void read_expect(ConfigReader& map, RunFileReading& reading) {
  ConfigReader expect = map.optional_map("expect");
  reading.run.expect_uart = read_uart_texts(expect, "uart");
  for (UartTextEntry& entry : reading.run.expect_uart) {
    entry.text.value = join_path(parent_path(entry.text.where.file), entry.text.value);
  }
  if (const auto path = expect.maybe_path("events")) {
    reading.run.expect_events = {*path, expect.where("events")};
  }
}

/// The file's name without directory and ending.
std::string stem_of(const std::string& path) {
  const std::string_view name = file_name(path);
  const std::string stem(name.substr(0, name.rfind('.')));
  return stem.empty() ? "run" : stem;
}

void read_general(ConfigReader& map, RunFileReading& reading) {
  RunFile& run = reading.run;
  run.name = map.optional<std::string>("name", stem_of(run.path));
  reading.check_name(run.name, "a run", map.where("name"));
  ConfigReader design = map.required_map("design");
  run.netlist = {design.required_path("netlist"), design.where("netlist")};
  for (const std::string& cells : design.list<std::string>("cells", {.min = 1})) {
    run.cells.push_back(join_path(parent_path(run.path), cells));
  }
  run.manifest = design.maybe_path("manifest").value_or("");
  run.top = design.optional<std::string>("top", "", {.min = 0});
  run.engine = map.optional<std::string>("engine", run.engine);
  run.batch_edges = map.optional<std::uint32_t>("batch_edges", RunFile::kBatchDefault,
                                                {.min = 1, .max = EdgeWindow::kEdgesMax});
  run.seed = map.optional<std::uint64_t>("seed", 1);
}

/// Names that must refer to a peripheral of some kind.
void check_references(RunFileReading& reading) {
  const auto check = [&](const Written<std::string>& name, PeripheralKind kind,
                         std::string_view kind_name, bool scripted = false) {
    std::vector<std::string_view> known;
    for (const PeripheralEntry& peripheral : reading.run.peripherals) {
      if (peripheral.kind != kind || (scripted && peripheral.live)) continue;
      known.push_back(peripheral.name);
    }
    if (std::find(known.begin(), known.end(), name.value) != known.end()) return;
    const std::string_view nearest = nearest_name(name.value, known);
    std::string help = "it must be the name of one under `peripherals:`";
    if (!nearest.empty()) help = "did you mean '" + std::string(nearest) + "'?";
    reading.diagnostics.add(
        Diagnostic(diag::kUnknownPeripheral, name.where, {kind_name, name.value, help}));
  };
  using Wait = EventStepEntry::Wait;
  using Action = EventStepEntry::Action;
  for (const EventStepEntry& step : reading.run.events) {
    if (step.wait == Wait::UartText) check(step.source, PeripheralKind::Uart, "UART");
    if (step.wait == Wait::GpioOut) check(step.source, PeripheralKind::Gpio, "GPIO");
    if (step.action == Action::Send)
      check(step.target, PeripheralKind::Uart, "scripted UART", true);
    if (step.action == Action::Drive) {
      check(step.target, PeripheralKind::Gpio, "scripted GPIO", true);
    }
  }
  for (const auto& entry : reading.run.stop_texts) check(entry.uart, PeripheralKind::Uart, "UART");
  for (const auto& entry : reading.run.expect_uart) check(entry.uart, PeripheralKind::Uart, "UART");
}

}  // namespace

Written<std::string> RunFileReading::clock_of(ConfigReader& map) {
  Written<std::string> clock{"", map.where()};
  const bool one = run.clocks.size() == 1;
  if (map.has("clock")) {
    clock = written(map, "clock");
  } else {
    clock.value = map.optional<std::string>("clock", one ? run.clocks.front().name : "");
    if (run.clocks.size() > 1) map.report(diag::kClockNeeded, "clock", {map.what()});
    return clock;
  }
  std::vector<std::string_view> known;
  for (const ClockEntry& entry : run.clocks) known.push_back(entry.name);
  if (std::find(known.begin(), known.end(), clock.value) == known.end()) {
    const std::string_view nearest = nearest_name(clock.value, known);
    map.report(diag::kUnknownClock, "clock",
               {clock.value, nearest.empty() ? "it must be the name of one under `clocks:`"
                                             : "did you mean '" + std::string(nearest) + "'?"});
  }
  return clock;
}

void RunFileReading::check_name(const std::string& name, std::string_view of,
                                const SourcePosition& where) {
  const auto good = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  };
  const bool fine = !name.empty() && std::isalnum(static_cast<unsigned char>(name[0])) != 0 &&
                    std::all_of(name.begin(), name.end(), good);
  if (!fine) diagnostics.add(Diagnostic(diag::kBadName, where, {name, of}));
}

Written<std::string> written(ConfigReader& map, std::string_view key) {
  return {map.required<std::string>(key), map.where(key)};
}

std::vector<std::pair<std::string, Written<std::string>>> written_members(ConfigReader& map,
                                                                          std::string_view key) {
  std::vector<std::pair<std::string, Written<std::string>>> members;
  for (auto& [name, value] : map.named<std::string>(key)) {
    members.emplace_back(name, Written<std::string>{value, map.node(key)->find(name)->where()});
  }
  return members;
}

std::optional<ImageEntry> read_image(ConfigReader& map) {
  const std::optional<std::string> path = map.maybe_path("load");
  ImageEntry entry;
  entry.format = map.optional_choice("format", ImageFormat::Auto,
                                     {{"auto", ImageFormat::Auto},
                                      {"elf", ImageFormat::Elf},
                                      {"hex", ImageFormat::Hex},
                                      {"intel-hex", ImageFormat::IntelHex},
                                      {"binary", ImageFormat::Binary}});
  entry.base = map.optional<std::uint64_t>("base", 0);
  entry.offset = map.optional<std::uint64_t>("offset", 0);
  if (!path) return std::nullopt;
  entry.path = {*path, map.where("load")};
  return entry;
}

Result<RunFile> read_run_file(std::string text, const std::string& path,
                              const PeripheralKinds& kinds) {
  HEDDLE_TRY(const ConfigNode node, parse_config(text, path));
  RunFile run;
  run.path = path;
  run.text = std::move(text);
  Diagnostics diagnostics;
  RunFileReading reading{run, diagnostics, kinds};
  ConfigReader map(node, "the run file", diagnostics);
  read_general(map, reading);
  read_clocks(map, reading);
  read_reset(map, reading);
  run.inputs = read_values(map, "inputs");
  run.reg_init = read_values(map, "reg_init");
  read_memories(map, reading);
  read_peripherals(map, reading);
  read_events(map, reading);
  read_forces(map, reading);
  read_x(map, reading);
  read_waves(map, reading);
  read_stop(map, reading);
  read_expect(map, reading);
  map.done();
  check_references(reading);
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  run.resolved = map.resolved();
  return run;
}

Result<RunFile> load_run_file(const std::string& path, const PeripheralKinds& kinds) {
  constexpr std::uint64_t kRunFileBytesMax = std::uint64_t{16} << 20;
  HEDDLE_TRY(std::string text, read_file(path, kRunFileBytesMax));
  return read_run_file(std::move(text), path, kinds);
}

}  // namespace heddle::gate
