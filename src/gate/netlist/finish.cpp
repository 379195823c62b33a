// Renumbers wires to nets, in ascending order of the smallest wire of each net.
#include "finish.h"

#include "drivers.h"
#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist {
namespace {

/// Calls `visit` on every net that the tables hold, absent ones excepted.
template <class Visit>
void visit_nets(MemoryCell& memory, Visit visit) {
  for (MemoryCell::ReadPort& port : memory.reads) {
    for (NetId& net : port.address) visit(net);
    for (NetId& net : port.data) visit(net);
    for (NetId* net : {&port.clock, &port.enable, &port.async_reset, &port.sync_reset}) {
      visit(*net);
    }
  }
  for (MemoryCell::WritePort& port : memory.writes) {
    for (std::vector<NetId>* nets : {&port.address, &port.data, &port.enable}) {
      for (NetId& net : *nets) visit(net);
    }
    visit(port.clock);
  }
}

template <class Visit>
void visit_nets(FlatNetlist& netlist, Visit visit) {
  for (TopPort& port : netlist.ports) {
    for (NetId& net : port.bits) visit(net);
  }
  for (GateCell& gate : netlist.gates) visit(gate.output);
  for (NetId& net : netlist.gate_inputs) visit(net);
  for (NetId& net : netlist.name_bits) visit(net);
  for (NetId& net : netlist.opaque) visit(net);
  for (FlopCell& flop : netlist.flops) {
    for (NetId* net : {&flop.clock, &flop.d, &flop.q, &flop.enable.net, &flop.sync_reset.net,
                       &flop.async_reset.net, &flop.set.net, &flop.clear.net, &flop.async_load.net,
                       &flop.async_data}) {
      visit(*net);
    }
  }
  for (LatchCell& latch : netlist.latches) {
    for (NetId* net : {&latch.enable.net, &latch.d, &latch.q, &latch.async_reset.net,
                       &latch.set.net, &latch.clear.net}) {
      visit(*net);
    }
  }
  for (MemoryCell& memory : netlist.memories) visit_nets(memory, visit);
  for (CheckCell& check : netlist.checks) {
    for (CheckCell::Port& port : check.ports) {
      for (NetId& net : port.bits) visit(net);
    }
  }
}

/// The net of each wire.
std::vector<std::uint32_t> number_nets(Wires& wires, std::uint32_t& net_count) {
  std::vector<std::uint32_t> nets(wires.count());
  net_count = 0;
  for (Wire wire = 0; wire < nets.size(); ++wire) {
    const Wire root = wires.root(wire);
    nets[wire] = root == wire ? net_count++ : nets[root];
  }
  return nets;
}

char digit(Logic value) {
  return value == Logic::Zero ? '0' : '1';
}

/// The initial value of each net that a name gives one.
std::vector<Logic> net_inits(const Draft& made, const std::vector<std::uint32_t>& nets,
                             Faults& faults) {
  const FlatNetlist& netlist = made.netlist;
  std::vector<Logic> values(made.inits.empty() ? 0 : netlist.net_count, Logic::X);
  for (const InitClaim& claim : made.inits) {
    Logic& value = values[nets[claim.wire]];
    if (value != Logic::X && value != claim.value && !faults.too_many()) {
      const NetName& name = netlist.net_names[claim.name];
      faults.add(diag::kConflictingInit, claim.at,
                 {bit_name(netlist.names.full_name(name.name), name.width, name.range, claim.bit),
                  std::string(1, digit(claim.value)), std::string(1, digit(value))});
    }
    value = claim.value;
  }
  return values;
}

}  // namespace

FlatNetlist finish(Draft made, Faults& faults) {
  FlatNetlist& netlist = made.netlist;
  const std::vector<std::uint32_t> nets = number_nets(made.wires, netlist.net_count);
  visit_nets(netlist, [&](NetId& net) {
    if (!net.is_none()) net = NetId(nets[net.value()]);
  });
  const std::vector<Logic> inits = net_inits(made, nets, faults);
  if (!inits.empty()) {
    for (FlopCell& flop : netlist.flops) flop.init = inits[flop.q.value()];
    for (LatchCell& latch : netlist.latches) latch.init = inits[latch.q.value()];
  }
  DriverCheck(netlist, made.places, made.tristates, faults).run();
  return std::move(netlist);
}

}  // namespace heddle::gate::netlist
