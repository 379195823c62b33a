// Peripherals and the event script of a run file, attached to ports.
#include <algorithm>

#include "gate/cosim/image.h"
#include "gate/cosim/run_planner.h"
#include "heddle/base/digest.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

void put(std::vector<std::int32_t>& roles, std::size_t first,
         const std::vector<std::uint32_t>& bits) {
  if (roles.size() < first + bits.size()) roles.resize(first + bits.size(), kNotConnected);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    roles[first + i] = static_cast<std::int32_t>(bits[i]);
  }
}

std::string title(const PeripheralEntry& entry) {
  return "peripheral '" + entry.name + "'";
}

}  // namespace

void RunPlanner::plan_peripherals() {
  for (const PeripheralEntry& entry : run_.peripherals) {
    switch (entry.kind) {
      case PeripheralKind::Uart: plan_.bank.peripherals.push_back(plan_uart(entry)); break;
      case PeripheralKind::SpiFlash: plan_.bank.peripherals.push_back(plan_flash(entry)); break;
      case PeripheralKind::Gpio: plan_.bank.peripherals.push_back(plan_gpio(entry)); break;
      case PeripheralKind::Other: plan_.bank.peripherals.push_back(plan_other(entry)); break;
    }
    if (!entry.dump.empty()) {
      const auto source = static_cast<std::uint32_t>(plan_.bank.peripherals.size() - 1);
      plan_.store_dumps.push_back({source, entry.dump});
    }
    if (entry.live) {
      plan_.live.push_back(*entry.live);
      plan_.live.back().name = entry.name;
      plan_.live.back().source = static_cast<std::uint16_t>(plan_.bank.peripherals.size() - 1);
    }
    plan_.bank.peripherals.back().name = entry.name;
    plan_.bank.peripherals.back().clock = clock_index(entry.clock.value);
  }
}

void RunPlanner::check_roles(const PeripheralEntry& entry,
                             const std::vector<std::string_view>& roles) {
  std::string all;
  for (const std::string_view role : roles) all += (all.empty() ? "" : ", ") + std::string(role);
  for (const PeripheralEntry::Pin& pin : entry.pins) {
    if (std::find(roles.begin(), roles.end(), pin.role) != roles.end()) continue;
    add(diag::kUnknownRole, pin.port.where,
        {title(entry), pin.role, did_you_mean(nearest_name(pin.role, roles), "its pins: " + all)});
  }
}

const PeripheralEntry::Pin* RunPlanner::find_pin(const PeripheralEntry& entry,
                                                 std::string_view role) {
  for (const PeripheralEntry::Pin& pin : entry.pins) {
    if (pin.role == role) return &pin;
  }
  return nullptr;
}

void RunPlanner::require_pin(const PeripheralEntry& entry, std::string_view role) {
  if (find_pin(entry, role) != nullptr) return;
  add(diag::kMissingPin, entry.where,
      {title(entry), role, "add `" + std::string(role) + ": PORT` under `pins:`"});
}

RunPlanner::Bits RunPlanner::output_pin(const PeripheralEntry& entry, std::string_view role,
                                        std::size_t width, std::size_t width_max) {
  const PeripheralEntry::Pin* pin = find_pin(entry, role);
  if (pin == nullptr) return {};
  // A kind that only looks may look at inputs too.
  const bool any_net = entry.kind == PeripheralKind::Other || inputs_.find(pin->port.value).empty();
  Bits bits = any_net ? find_watched(pin->port) : Bits();
  if (bits.empty()) bits = find_output(pin->port);
  return has_width(bits, width, width_max, pin->port) ? bits : Bits{};
}

RunPlanner::Bits RunPlanner::input_pin(const PeripheralEntry& entry, std::string_view role,
                                       std::size_t width, std::size_t width_max,
                                       PinSharing sharing) {
  const PeripheralEntry::Pin* pin = find_pin(entry, role);
  if (pin == nullptr) return {};
  Bits bits = find_input(pin->port);
  if (!has_width(bits, width, width_max, pin->port)) return {};
  own(bits, title(entry), pin->port.where, sharing);
  if (sharing == PinSharing::OpenDrain) {
    std::vector<std::uint32_t>& lines = plan_.bank.open_drain_inputs;
    lines.insert(lines.end(), bits.begin(), bits.end());
  }
  return bits;
}

PeripheralSpec RunPlanner::plan_uart(const PeripheralEntry& entry) {
  check_roles(entry, {"tx", "rx"});
  if (entry.pins.empty()) require_pin(entry, "tx");
  PeripheralSpec spec;
  spec.setup = UartSetup{.divisor = entry.cycles_per_bit,
                         .fraction = entry.cycle_fraction,
                         .data_bits = entry.data_bits,
                         .parity = entry.parity,
                         .stop_half_bits = entry.stop_half_bits};
  put(spec.pins.outputs, Uart::kTx, output_pin(entry, "tx", 1));
  put(spec.pins.inputs, Uart::kRx, input_pin(entry, "rx", 1));
  return spec;
}

PeripheralSpec RunPlanner::plan_flash(const PeripheralEntry& entry) {
  check_roles(entry, {"cs_n", "sck", "io_o", "io_oe", "io_i", "mosi", "miso"});
  require_pin(entry, "cs_n");
  require_pin(entry, "sck");
  const bool plain = find_pin(entry, "mosi") != nullptr || find_pin(entry, "miso") != nullptr;
  require_pin(entry, plain ? "mosi" : "io_o");
  require_pin(entry, plain ? "miso" : "io_i");
  SpiFlashSetup setup;
  setup.config.capacity_bytes = entry.capacity_bytes;
  setup.config.jedec_id = entry.jedec_id;
  setup.config.device_id = static_cast<std::uint8_t>(entry.device_id);
  setup.config.fast_dummy = static_cast<std::uint8_t>(entry.fast_dummy_cycles);
  setup.config.quad_io_dummy = static_cast<std::uint8_t>(entry.quad_io_dummy_cycles);
  setup.config.qpi_dummy = static_cast<std::uint8_t>(entry.qpi_dummy_cycles);
  setup.config.record_commands = entry.record_commands;
  setup.config.program_time_ps = entry.program_time_ps;
  setup.config.erase_time_ps = entry.erase_time_ps;
  StoreSpec store{.bytes = entry.capacity_bytes};
  plan_image(entry, store);
  setup.image_first = store.image_first;
  setup.image = std::move(store.image);
  PeripheralSpec spec;
  spec.setup = std::move(setup);
  put(spec.pins.outputs, SpiFlash::kCs, output_pin(entry, "cs_n", 1));
  put(spec.pins.outputs, SpiFlash::kSck, output_pin(entry, "sck", 1));
  put(spec.pins.outputs, SpiFlash::kIoOut, output_pin(entry, "io_o", 4));
  put(spec.pins.outputs, SpiFlash::kIoOe, output_pin(entry, "io_oe", 4));
  put(spec.pins.outputs, SpiFlash::kIoOut, output_pin(entry, "mosi", 1));
  put(spec.pins.inputs, SpiFlash::kIoIn, input_pin(entry, "io_i", 4, 4, PinSharing::Bus));
  put(spec.pins.inputs, SpiFlash::kIoIn + 1, input_pin(entry, "miso", 1, 1, PinSharing::Bus));
  return spec;
}

void RunPlanner::plan_image(const PeripheralEntry& entry, StoreSpec& store) {
  if (!entry.image) return;
  Result<FlashImage> image = load_flash(*entry.image, entry.name, store.bytes, warnings_);
  if (!image) {
    diagnostics_.add(image.error());
    return;
  }
  store.image_first = image->first;
  store.image = std::move(image->bytes);
  const Digest64 digest = digest_of(
      std::string_view(reinterpret_cast<const char*>(store.image.data()), store.image.size()));
  plan_.image_digest = chain(Digest64(plan_.image_digest), digest).value();
}

PeripheralSpec RunPlanner::plan_other(const PeripheralEntry& entry) {
  const std::vector<PeripheralRole>& roles = entry.info->roles;
  std::vector<std::string_view> names;
  for (const PeripheralRole& role : roles) names.push_back(role.name);
  check_roles(entry, names);
  PeripheralSpec spec;
  std::vector<unsigned> widths;
  for (const PeripheralRole& role : roles) {
    if (role.is_required) require_pin(entry, role.name);
    const Bits bits = role.is_input
                          ? input_pin(entry, role.name, role.width, role.width_max, role.sharing)
                          : output_pin(entry, role.name, role.width, role.width_max);
    put(role.is_input ? spec.pins.inputs : spec.pins.outputs, role.first, bits);
    widths.push_back(static_cast<unsigned>(bits.size()));
  }
  ModelSetup setup = entry.setup;
  if (entry.info->attach) entry.info->attach(setup, widths);
  if (setup.data_digest != 0) {
    plan_.image_digest = chain(Digest64(plan_.image_digest), Digest64(setup.data_digest)).value();
  }
  plan_image(entry, setup.store);
  spec.setup = std::move(setup);
  return spec;
}

PeripheralSpec RunPlanner::plan_gpio(const PeripheralEntry& entry) {
  check_roles(entry, {"out", "oe", "in"});
  if (entry.pins.empty()) require_pin(entry, "out");
  const Bits out = output_pin(entry, "out", 0, Gpio::kWidthMax);
  const Bits oe = output_pin(entry, "oe", 0, Gpio::kWidthMax);
  const Bits in = input_pin(entry, "in", 0, Gpio::kWidthMax);
  const std::size_t width = std::max({out.size(), oe.size(), in.size()});
  if (entry.initial.value >> in.size() != 0) {
    add(diag::kValueTooWide, entry.initial.where,
        {std::to_string(entry.initial.value), std::to_string(in.size()), "in"});
  }
  PeripheralSpec spec;
  spec.setup = GpioSetup{{.width = static_cast<std::uint32_t>(width),
                          .initial = static_cast<std::uint32_t>(entry.initial.value)}};
  put(spec.pins.outputs, Gpio::kOut, out);
  put(spec.pins.outputs, Gpio::kOe, oe);
  put(spec.pins.inputs, Gpio::kIn, in);
  return spec;
}

void RunPlanner::plan_script() {
  using Wait = EventStepEntry::Wait;
  using Action = EventStepEntry::Action;
  for (const EventStepEntry& entry : run_.events) {
    ScriptStepSpec step;
    step.operand = entry.operand;
    step.source = source_index(entry.source.value);
    step.text = entry.text;
    switch (entry.wait) {
      case Wait::None: step.wait = WaitKind::None; break;
      case Wait::Edge: step.wait = WaitKind::Edge; break;
      case Wait::Edges: step.wait = WaitKind::Edges; break;
      case Wait::TimePs: step.wait = WaitKind::TimePs; break;
      case Wait::UartText: step.wait = WaitKind::UartText; break;
      case Wait::GpioOut:
        step.wait = WaitKind::GpioOut;
        step.operand = std::uint64_t{entry.mask} << 32 | entry.operand;
        break;
    }
    step.target = source_index(entry.target.value);
    step.send = entry.send;
    step.drive_mask = entry.drive_mask;
    step.drive_value = entry.drive_value;
    switch (entry.action) {
      case Action::None: step.action = ActionKind::None; break;
      case Action::Send:
      case Action::Drive: step.action = ActionKind::Command; break;
      case Action::Force:
      case Action::Release:
        step.action = ActionKind::Drive;
        step.ops =
            force_ops(entry.net, entry.action == Action::Force ? std::optional(entry.force_value)
                                                               : std::nullopt);
        break;
      case Action::Stop: step.action = ActionKind::Stop; break;
    }
    plan_.bank.script.push_back(std::move(step));
  }
}

}  // namespace heddle::gate
