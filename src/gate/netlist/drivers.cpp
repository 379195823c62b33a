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

DriverCheck::DriverCheck(FlatNetlist& netlist, FlatPlaces& places,
                         const std::vector<std::uint32_t>& tristates, Faults& faults)
    : netlist_(netlist), places_(places), tristates_(tristates), faults_(faults) {}

void DriverCheck::run() {
  join_tristates();
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

/// Where several three-state drivers share a net, each but the first shows the
/// one before it while it is released. All released, the net is x.
void DriverCheck::join_tristates() {
  std::vector<std::uint32_t> gates = tristates_;
  std::stable_sort(gates.begin(), gates.end(), [this](std::uint32_t a, std::uint32_t b) {
    return netlist_.gates[a].output < netlist_.gates[b].output;
  });
  for (const std::uint32_t index : gates) {
    GateCell& gate = netlist_.gates[index];
    if (chains_.empty() || chains_.back().net != gate.output) {
      chains_.push_back({gate.output, {index}});
      continue;
    }
    const NetId between(netlist_.net_count++);
    netlist_.gates[chains_.back().gates.back()].output = between;
    netlist_.gate_inputs[gate.first_input] = between;
    chains_.back().gates.push_back(index);
  }
}

NetId DriverCheck::add_net(Driver driver) {
  const NetId net(netlist_.net_count++);
  netlist_.drivers.push_back(driver);
  return net;
}

/// 1 while something inside drives the net of a bidirectional port.
NetId DriverCheck::enable_of(NetId net, SourceOffset at) {
  const auto chain = std::find_if(chains_.begin(), chains_.end(),
                                  [&](const Chain& one) { return one.net == net; });
  if (chain == chains_.end()) {
    return netlist_.drivers[net.value()].kind == DriverKind::TopInput ? kNetZero : kNetOne;
  }
  const auto enable = [this](std::uint32_t gate) {
    return netlist_.inputs(netlist_.gates[gate])[2];
  };
  NetId out = enable(chain->gates.front());
  for (std::size_t i = 1; i < chain->gates.size(); ++i) {
    GateCell either;
    either.op = GateOp::Or;
    either.input_count = 2;
    either.first_input = static_cast<std::uint32_t>(netlist_.gate_inputs.size());
    either.name = netlist_.gates[chain->gates[i]].name;
    netlist_.gate_inputs.push_back(out);
    netlist_.gate_inputs.push_back(enable(chain->gates[i]));
    out = add_net({DriverKind::Gate, static_cast<std::uint32_t>(netlist_.gates.size()), 0});
    either.output = out;
    netlist_.gates.push_back(either);
    places_.gates.push_back(at);
  }
  return out;
}

/// A port with three-state drivers becomes an input of its name, what the world
/// drives; an output of its name, what its wire carries; and an output `NAME$oe`.
void DriverCheck::split_port(std::uint32_t index) {
  const TopPort port = netlist_.ports[index];
  const SourceOffset at = places_.ports[index];
  auto pool = std::make_shared<NamePool>(*netlist_.names.pool);
  const NameId enable_name = pool->intern(std::string(pool->text(port.name)) + "$oe");
  netlist_.names.pool = std::move(pool);
  TopPort enables{enable_name, PortDirection::Output, port.range, {}};
  TopPort inputs{port.name, PortDirection::Input, port.range, port.bits};
  for (std::uint32_t bit = 0; bit < port.bits.size(); ++bit) {
    const NetId net = port.bits[bit];
    enables.bits.push_back(enable_of(net, at));
    const auto chain = std::find_if(chains_.begin(), chains_.end(),
                                    [&](const Chain& one) { return one.net == net; });
    if (chain == chains_.end()) continue;
    inputs.bits[bit] = add_net({DriverKind::TopInput, index, bit});
    netlist_.gate_inputs[netlist_.gates[chain->gates.front()].first_input] = inputs.bits[bit];
  }
  netlist_.ports[index] = std::move(inputs);
  netlist_.ports.push_back(port);
  netlist_.ports.push_back(std::move(enables));
  places_.ports.insert(places_.ports.end(), 2, at);
}

/// A bidirectional port that nothing inside drives is an input; one that
/// something drives all the time is an output.
void DriverCheck::find_inouts() {
  const auto port_count = static_cast<std::uint32_t>(netlist_.ports.size());
  for (std::uint32_t i = 0; i < port_count; ++i) {
    const TopPort& port = netlist_.ports[i];
    if (port.direction != PortDirection::Inout) continue;
    bool is_split = false;
    for (std::uint32_t bit = 0; bit < port.bits.size(); ++bit) {
      Driver& driver = netlist_.drivers[port.bits[bit].value()];
      if (driver.kind == DriverKind::None) driver = {DriverKind::TopInput, i, bit};
      is_split = is_split || is_tristate(driver);
    }
    if (is_split) split_port(i);
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
