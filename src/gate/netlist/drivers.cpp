// One pass over everything that drives, one over everything that reads.
#include "drivers.h"

#include <algorithm>
#include <array>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist {
namespace {

std::string quoted(std::string_view kind, std::string_view name) {
  return std::string(kind) + " '" + std::string(name) + "'";
}

}  // namespace

DriverCheck::DriverCheck(FlatNetlist& netlist, const FlatPlaces& places,
                         const std::vector<std::uint32_t>& tristates, Faults& faults)
    : netlist_(netlist), places_(places), tristates_(tristates), faults_(faults) {}

void DriverCheck::run() {
  netlist_.drivers.assign(netlist_.net_count, {});
  for (std::uint32_t net = 0; net < kConstantNetCount; ++net) {
    netlist_.drivers[net] = {DriverKind::Constant, net, 0};
  }
  find_drivers();
  find_inouts();
  find_readers();
  report_undriven();
  check_clocks();
}

std::string DriverCheck::net_name(NetId net) {
  if (!naming_) naming_ = std::make_unique<NetNaming>(netlist_);
  return naming_->name_of(net);
}

bool DriverCheck::is_tristate(const Driver& driver) const {
  return driver.kind == DriverKind::Gate &&
         std::binary_search(tristates_.begin(), tristates_.end(), driver.index);
}

std::string DriverCheck::describe(DriverKind kind, std::uint32_t index) const {
  static constexpr std::array<std::string_view, kConstantNetCount> kConstants{
      "constant 0", "constant 1", "constant x"};
  const NameSpace& names = netlist_.names;
  switch (kind) {
    case DriverKind::Constant: return std::string(kConstants[index]);
    case DriverKind::TopInput: return quoted("port", names.text(netlist_.ports[index].name));
    case DriverKind::Gate: return quoted("gate", names.full_name(netlist_.gates[index].name));
    case DriverKind::Flop: return quoted("flop", names.full_name(netlist_.flops[index].name));
    case DriverKind::Latch: return quoted("latch", names.full_name(netlist_.latches[index].name));
    case DriverKind::MemoryRead:
      return quoted("memory", names.full_name(netlist_.memories[index].name));
    case DriverKind::None: break;
  }
  return quoted("cell", names.full_name(netlist_.checks[index].name));
}

SourceOffset DriverCheck::place(DriverKind kind, std::uint32_t index) const {
  switch (kind) {
    case DriverKind::TopInput: return places_.ports[index];
    case DriverKind::Gate: return places_.gates[index];
    case DriverKind::Flop: return places_.flops[index];
    case DriverKind::Latch: return places_.latches[index];
    case DriverKind::MemoryRead: return places_.memories[index];
    case DriverKind::Constant: return 0;
    case DriverKind::None: break;
  }
  return places_.checks[index];
}

void DriverCheck::unsupported_tristate(std::uint32_t gate, std::string_view why) {
  faults_.add(diag::kUnsupportedCell, places_.gates[gate],
              {netlist_.names.full_name(netlist_.gates[gate].name), "$_TBUF_", why,
               "run Yosys's `tribuf -logic`, or split the pad into input, output and enable"});
}

void DriverCheck::clash(NetId net, const Driver& second, SourceOffset at) {
  const Driver& first = netlist_.drivers[net.value()];
  if (is_tristate(first)) return unsupported_tristate(first.index, "its net has other drivers");
  if (is_tristate(second)) return unsupported_tristate(second.index, "its net has other drivers");
  faults_.add(
      diag::kMultipleDrivers, at,
      {describe(second.kind, second.index), net_name(net), describe(first.kind, first.index)});
}

void DriverCheck::drive(NetId net, Driver driver, SourceOffset at) {
  Driver& known = netlist_.drivers[net.value()];
  if (known.kind == DriverKind::None) {
    known = driver;
  } else if (!faults_.too_many()) {
    clash(net, driver, at);
  }
}

void DriverCheck::find_drivers() {
  const FlatNetlist& flat = netlist_;
  for (std::uint32_t i = 0; i < flat.ports.size(); ++i) {
    if (flat.ports[i].direction != PortDirection::Input) continue;
    for (std::uint32_t bit = 0; bit < flat.ports[i].bits.size(); ++bit) {
      drive(flat.ports[i].bits[bit], {DriverKind::TopInput, i, bit}, places_.ports[i]);
    }
  }
  for (std::uint32_t i = 0; i < flat.gates.size(); ++i) {
    drive(flat.gates[i].output, {DriverKind::Gate, i, 0}, places_.gates[i]);
  }
  for (std::uint32_t i = 0; i < flat.flops.size(); ++i) {
    drive(flat.flops[i].q, {DriverKind::Flop, i, 0}, places_.flops[i]);
  }
  for (std::uint32_t i = 0; i < flat.latches.size(); ++i) {
    drive(flat.latches[i].q, {DriverKind::Latch, i, 0}, places_.latches[i]);
  }
  for (std::uint32_t i = 0; i < flat.memories.size(); ++i) {
    std::uint32_t bit = 0;
    for (const MemoryCell::ReadPort& port : flat.memories[i].reads) {
      for (const NetId net : port.data) {
        drive(net, {DriverKind::MemoryRead, i, bit++}, places_.memories[i]);
      }
    }
  }
}

/// A bidirectional port that nothing inside drives is an input; one that
/// something drives all the time is an output.
void DriverCheck::find_inouts() {
  for (std::uint32_t i = 0; i < netlist_.ports.size(); ++i) {
    const TopPort& port = netlist_.ports[i];
    if (port.direction != PortDirection::Inout) continue;
    for (std::uint32_t bit = 0; bit < port.bits.size(); ++bit) {
      Driver& driver = netlist_.drivers[port.bits[bit].value()];
      if (driver.kind == DriverKind::None) driver = {DriverKind::TopInput, i, bit};
      if (!is_tristate(driver)) continue;
      unsupported_tristate(driver.index,
                           "it drives the bidirectional " + describe(DriverKind::TopInput, i));
    }
  }
}

void DriverCheck::read(NetId net, DriverKind kind, std::uint32_t index) {
  if (net.is_none() || netlist_.drivers[net.value()].kind != DriverKind::None) return;
  if (has_reader_[net.value()]) return;
  has_reader_[net.value()] = true;
  readers_.push_back({net, kind, index});
}

void DriverCheck::read_memory(std::uint32_t index) {
  const auto read_all = [&](const std::vector<NetId>& nets) {
    for (const NetId net : nets) read(net, DriverKind::MemoryRead, index);
  };
  for (const MemoryCell::ReadPort& port : netlist_.memories[index].reads) {
    read_all(port.address);
    read_all({port.enable, port.async_reset, port.sync_reset});
  }
  for (const MemoryCell::WritePort& port : netlist_.memories[index].writes) {
    read_all(port.address);
    read_all(port.data);
    read_all(port.enable);
  }
}

void DriverCheck::find_readers() {
  has_reader_.assign(netlist_.net_count, false);
  for (std::uint32_t i = 0; i < netlist_.gates.size(); ++i) {
    for (const NetId net : netlist_.inputs(netlist_.gates[i])) read(net, DriverKind::Gate, i);
  }
  for (std::uint32_t i = 0; i < netlist_.flops.size(); ++i) {
    const FlopCell& flop = netlist_.flops[i];
    for (const NetId net : {flop.d, flop.enable.net, flop.sync_reset.net, flop.async_reset.net,
                            flop.set.net, flop.clear.net, flop.async_load.net, flop.async_data}) {
      read(net, DriverKind::Flop, i);
    }
  }
  for (std::uint32_t i = 0; i < netlist_.latches.size(); ++i) {
    const LatchCell& latch = netlist_.latches[i];
    for (const NetId net :
         {latch.d, latch.enable.net, latch.async_reset.net, latch.set.net, latch.clear.net}) {
      read(net, DriverKind::Latch, i);
    }
  }
  for (std::uint32_t i = 0; i < netlist_.memories.size(); ++i) read_memory(i);
  for (std::uint32_t i = 0; i < netlist_.checks.size(); ++i) {
    for (const CheckCell::Port& port : netlist_.checks[i].ports) {
      for (const NetId net : port.bits) read(net, DriverKind::None, i);
    }
  }
  for (std::uint32_t i = 0; i < netlist_.ports.size(); ++i) {
    for (const NetId net : netlist_.ports[i].bits) read(net, DriverKind::TopInput, i);
  }
}

void DriverCheck::report_undriven() {
  std::sort(readers_.begin(), readers_.end(),
            [](const Reader& a, const Reader& b) { return a.net < b.net; });
  for (const Reader& reader : readers_) {
    netlist_.undriven.push_back(reader.net);
    if (netlist_.undriven.size() > kFaultsMax) continue;
    faults_.add(diag::kUndrivenNet, place(reader.kind, reader.index),
                {net_name(reader.net), describe(reader.kind, reader.index)});
  }
}

void DriverCheck::check_clock(NetId clock, const std::string& cell, SourceOffset at) {
  const Driver& driver = netlist_.drivers[clock.value()];
  if (driver.kind == DriverKind::None) {
    faults_.add(diag::kUndrivenClock, at, {net_name(clock), cell});
  } else if (driver.kind == DriverKind::Constant) {
    faults_.add(diag::kConstantClock, at, {cell, net_name(clock)});
  }
}

void DriverCheck::check_clocks() {
  const auto suspect = [&](NetId clock) {
    if (clock.is_none() || faults_.too_many()) return false;
    const DriverKind kind = netlist_.drivers[clock.value()].kind;
    return kind == DriverKind::None || kind == DriverKind::Constant;
  };
  for (std::uint32_t i = 0; i < netlist_.flops.size(); ++i) {
    if (!suspect(netlist_.flops[i].clock)) continue;
    check_clock(netlist_.flops[i].clock, describe(DriverKind::Flop, i), places_.flops[i]);
  }
  for (std::uint32_t i = 0; i < netlist_.memories.size(); ++i) {
    const MemoryCell& memory = netlist_.memories[i];
    const std::string name = describe(DriverKind::MemoryRead, i);
    for (const MemoryCell::ReadPort& port : memory.reads) {
      if (suspect(port.clock)) check_clock(port.clock, name, places_.memories[i]);
    }
    for (const MemoryCell::WritePort& port : memory.writes) {
      if (suspect(port.clock)) check_clock(port.clock, name, places_.memories[i]);
    }
  }
}

}  // namespace heddle::gate::netlist
