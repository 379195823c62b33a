// The part `peripherals:` of the run file. Which roles a kind has is checked
// when the run is attached to a design.
#include <bit>

#include "gate/cosim/builtin_kinds.h"
#include "gate/cosim/jtag_kinds.h"
#include "gate/cosim/run_file_reader.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

constexpr std::string_view kUartSocket = "uart_socket";
constexpr std::string_view kGpioSocket = "gpio_socket";

/// Kinds that are read here; the others read themselves.
constexpr std::pair<std::string_view, PeripheralKind> kOwnKinds[] = {
    {"uart", PeripheralKind::Uart},          {kUartSocket, PeripheralKind::Uart},
    {"spi_flash", PeripheralKind::SpiFlash}, {"gpio", PeripheralKind::Gpio},
    {kGpioSocket, PeripheralKind::Gpio},
};

/// `baud` as cycles of the peripheral's clock.
void read_baud(ConfigReader& map, const RunFile& run, PeripheralEntry& entry) {
  const auto baud = map.maybe<std::uint32_t>("baud", {.min = 1});
  if (!baud) return;
  if (map.has("cycles_per_bit")) {
    map.report(diag::kBadUart, "baud",
               {"both cycles_per_bit and baud are given", "leave one of them out"});
    return;
  }
  const ClockEntry* clock = nullptr;
  for (const ClockEntry& known : run.clocks) {
    if (known.name == entry.clock.value) clock = &known;
  }
  if (clock == nullptr || clock->period_ps <= 0) return;  // said already
  constexpr auto kSecondPs = static_cast<unsigned __int128>(1'000'000'000'000);
  const auto divisor =
      static_cast<unsigned __int128>(*baud) * static_cast<std::uint64_t>(clock->period_ps);
  const unsigned __int128 length = ((kSecondPs << 16) + divisor / 2) / divisor;
  if (length >> 16 == 0 || length >> 40 != 0) {
    map.report(diag::kBadUart, "baud",
               {std::to_string(*baud) + " baud are no whole cycle of clock '" + clock->name +
                    "' a bit, or too many",
                "a bit has 1 to 16777215 cycles"});
    return;
  }
  entry.cycles_per_bit = static_cast<std::uint32_t>(length >> 16);
  entry.cycle_fraction = static_cast<std::uint16_t>(length);
}

void read_uart(ConfigReader& map, const RunFile& run, PeripheralEntry& entry) {
  if (map.has("baud")) {
    read_baud(map, run, entry);
  } else {
    entry.cycles_per_bit = map.optional<std::uint32_t>("cycles_per_bit", entry.cycles_per_bit,
                                                       {.min = 1, .max = (1U << 24) - 1});
  }
  entry.data_bits =
      static_cast<std::uint8_t>(map.optional<std::uint32_t>("data_bits", 8, {.min = 5, .max = 8}));
  entry.parity = map.optional_choice("parity", UartParity::None,
                                     {{"none", UartParity::None},
                                      {"even", UartParity::Even},
                                      {"odd", UartParity::Odd},
                                      {"mark", UartParity::Mark},
                                      {"space", UartParity::Space}});
  const double stop_bits = map.optional<double>("stop_bits", 1.0, {.min = 1.0, .max = 2.0});
  entry.stop_half_bits = static_cast<std::uint8_t>(stop_bits * 2);
  if (stop_bits * 2 != entry.stop_half_bits) {
    map.report(diag::kBadUart, "stop_bits",
               {std::to_string(stop_bits) + " stop bits are not possible", "use 1, 1.5 or 2"});
  }
}

void read_flash(ConfigReader& map, PeripheralEntry& entry) {
  const auto number = [&](std::string_view key, std::uint32_t fallback, std::uint32_t min,
                          std::uint32_t max) {
    return map.optional<std::uint32_t>(key, fallback, {.min = min, .max = max});
  };
  const auto time = [&](std::string_view key, std::int64_t fallback) {
    return map
        .optional<Picoseconds>(key, Picoseconds(fallback), {.min = 0, .max = std::int64_t{1} << 60})
        .count();
  };
  entry.image = read_image(map);
  entry.capacity_bytes = number("capacity_bytes", entry.capacity_bytes, 256, 1U << 24);
  if (!std::has_single_bit(entry.capacity_bytes)) {
    map.report(diag::kBadCapacity, "capacity_bytes",
               {"capacity_bytes", std::to_string(entry.capacity_bytes)});
  }
  entry.jedec_id = number("jedec_id", entry.jedec_id, 0, 0xFFFFFF);
  entry.device_id = number("device_id", entry.device_id, 0, 0xFF);
  entry.fast_dummy_cycles = number("fast_dummy_cycles", entry.fast_dummy_cycles, 0, 64);
  entry.quad_io_dummy_cycles = number("quad_io_dummy_cycles", entry.quad_io_dummy_cycles, 0, 64);
  entry.qpi_dummy_cycles = number("qpi_dummy_cycles", entry.qpi_dummy_cycles, 2, 64);
  entry.program_time_ps = time("program_time_ps", entry.program_time_ps);
  entry.erase_time_ps = time("erase_time_ps", entry.erase_time_ps);
  entry.record_commands = map.optional<bool>("record_commands", false);
}

void read_gpio(ConfigReader& map, PeripheralEntry& entry) {
  entry.initial = {map.optional<std::uint64_t>("initial", 0, {.max = 0xFFFFFFFF}),
                   map.where("initial")};
}

/// Finds the kind by its name among ours, the built-in ones and the user's.
void read_kind(ConfigReader& map, const PeripheralKinds& users, PeripheralEntry& entry) {
  std::vector<std::string_view> names;
  for (const auto& [name, kind] : kOwnKinds) names.push_back(name);
  std::vector<const PeripheralKindInfo*> infos(names.size(), nullptr);
  for (const PeripheralKinds* kinds : {&builtin_kinds(), &users}) {
    for (const PeripheralKindInfo& info : *kinds) {
      names.push_back(info.type->name);
      infos.push_back(&info);
    }
  }
  const std::size_t index = map.required_name("kind", names);
  entry.kind = index < std::size(kOwnKinds) ? kOwnKinds[index].second : PeripheralKind::Other;
  if (names[index] == kUartSocket) entry.live = LivePeripheral{.kind = LiveKind::Uart};
  if (names[index] == kGpioSocket) entry.live = LivePeripheral{.kind = LiveKind::Gpio};
  if (infos[index] != nullptr) {
    entry.info = std::make_shared<const PeripheralKindInfo>(*infos[index]);
  }
}

/// Where a live one of our own kinds listens, and where it records.
void read_socket(ConfigReader& map, RunFileReading& reading, PeripheralEntry& entry) {
  if (!entry.live) return;
  read_live(map, *entry.live);
  std::string& file = entry.live->record_file;
  file = map.optional<std::string>("record", "", {.min = 0});
  if (!file.empty()) reading.check_name(file, "a file", map.where("record"));
}

void read_other(ConfigReader& map, RunFileReading& reading, PeripheralEntry& entry) {
  PeripheralSettings settings{.map = map, .diagnostics = &reading.diagnostics};
  entry.setup = entry.info->read(settings);
  entry.live = settings.live;
  if (!settings.loads_image) return;
  entry.image = read_image(map);
  entry.dump = map.optional<std::string>("dump", "", {.min = 0});
  if (!entry.dump.empty()) reading.check_name(entry.dump, "a file", map.where("dump"));
}

}  // namespace

void read_peripherals(ConfigReader& map, RunFileReading& reading) {
  for (auto& [name, peripheral] : map.named_maps("peripherals")) {
    PeripheralEntry entry;
    entry.name = name;
    entry.where = peripheral.where();
    reading.check_name(name, "a peripheral", entry.where);
    read_kind(peripheral, reading.kinds, entry);
    const bool counts = entry.info ? entry.info->counts_cycles : entry.kind == PeripheralKind::Uart;
    if (counts) entry.clock = reading.clock_of(peripheral);
    for (auto& [role, port] : written_members(peripheral, "pins")) {
      entry.pins.push_back({role, std::move(port)});
    }
    switch (entry.kind) {
      case PeripheralKind::Uart:
        read_uart(peripheral, reading.run, entry);
        read_socket(peripheral, reading, entry);
        break;
      case PeripheralKind::SpiFlash:
        read_flash(peripheral, entry);
        entry.dump = peripheral.optional<std::string>("dump", "", {.min = 0});
        if (!entry.dump.empty()) reading.check_name(entry.dump, "a file", peripheral.where("dump"));
        break;
      case PeripheralKind::Gpio:
        read_gpio(peripheral, entry);
        read_socket(peripheral, reading, entry);
        break;
      case PeripheralKind::Other: read_other(peripheral, reading, entry); break;
    }
    reading.run.peripherals.push_back(std::move(entry));
  }
}

}  // namespace heddle::gate
