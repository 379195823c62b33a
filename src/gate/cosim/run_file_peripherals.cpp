// The part `peripherals:` of the run file. Which roles a kind has is checked
// when the run is attached to a design.
#include <bit>

#include "gate/cosim/run_file_reader.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

void read_uart(ConfigReader& map, PeripheralEntry& entry) {
  entry.cycles_per_bit = map.optional<std::uint32_t>("cycles_per_bit", entry.cycles_per_bit,
                                                     {.min = 1, .max = 1U << 24});
}

void read_flash(ConfigReader& map, PeripheralEntry& entry) {
  const auto number = [&](std::string_view key, std::uint32_t fallback, std::uint32_t min,
                          std::uint32_t max) {
    return map.optional<std::uint32_t>(key, fallback, {.min = min, .max = max});
  };
  entry.image = read_image(map);
  entry.capacity_bytes = number("capacity_bytes", entry.capacity_bytes, 256, 1U << 24);
  if (!std::has_single_bit(entry.capacity_bytes)) {
    map.report(diag::kBadCapacity, "capacity_bytes", {std::to_string(entry.capacity_bytes)});
  }
  entry.jedec_id = number("jedec_id", entry.jedec_id, 0, 0xFFFFFF);
  entry.device_id = number("device_id", entry.device_id, 0, 0xFF);
  entry.fast_dummy_cycles = number("fast_dummy_cycles", entry.fast_dummy_cycles, 0, 64);
  entry.quad_io_dummy_cycles = number("quad_io_dummy_cycles", entry.quad_io_dummy_cycles, 0, 64);
  entry.qpi_dummy_cycles = number("qpi_dummy_cycles", entry.qpi_dummy_cycles, 2, 64);
  entry.record_commands = map.optional<bool>("record_commands", false);
}

void read_gpio(ConfigReader& map, PeripheralEntry& entry) {
  entry.initial = {map.optional<std::uint64_t>("initial", 0, {.max = 0xFFFFFFFF}),
                   map.where("initial")};
}

}  // namespace

void read_peripherals(ConfigReader& map, RunFileReading& reading) {
  for (auto& [name, peripheral] : map.named_maps("peripherals")) {
    PeripheralEntry entry;
    entry.name = name;
    entry.where = peripheral.where();
    reading.check_name(name, "a peripheral", entry.where);
    entry.kind =
        peripheral.required_choice<PeripheralKind>("kind", {{"uart", PeripheralKind::Uart},
                                                            {"spi_flash", PeripheralKind::SpiFlash},
                                                            {"gpio", PeripheralKind::Gpio}});
    if (entry.kind == PeripheralKind::Uart) entry.clock = reading.clock_of(peripheral);
    for (auto& [role, port] : written_members(peripheral, "pins")) {
      entry.pins.push_back({role, std::move(port)});
    }
    switch (entry.kind) {
      case PeripheralKind::Uart: read_uart(peripheral, entry); break;
      case PeripheralKind::SpiFlash: read_flash(peripheral, entry); break;
      case PeripheralKind::Gpio: read_gpio(peripheral, entry); break;
    }
    reading.run.peripherals.push_back(std::move(entry));
  }
}

}  // namespace heddle::gate
