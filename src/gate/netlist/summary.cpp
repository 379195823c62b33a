// Counts over the tables of a flat netlist, and their text.
#include "heddle/gate/summary.h"

#include <sstream>

#include "derived_paths.h"
#include "guesses.h"

namespace heddle::gate {
namespace {

void count_flop(const FlopCell& flop, NetlistSummary& out) {
  ++out.flops;
  if (!flop.posedge) ++out.falling_flops;
  if (flop.enable.present()) ++out.enabled_flops;
  if (flop.sync_reset.present()) ++out.sync_reset_flops;
  if (flop.async_reset.present() || flop.set.present() || flop.async_load.present()) {
    ++out.async_reset_flops;
  }
  if (flop.init != Logic::X) ++out.initialised_flops;
}

MemorySummary describe(const FlatNetlist& netlist, const MemoryCell& memory) {
  MemorySummary out;
  const NameId local = memory.id.is_none() ? memory.name.local : memory.id;
  out.name = netlist.names.full_name({memory.name.scope, local});
  out.depth = memory.depth;
  out.width = memory.width;
  out.start_offset = memory.start_offset;
  out.reads = memory.reads.size();
  for (const MemoryCell::ReadPort& port : memory.reads) {
    if (port.clocked()) ++out.clocked_reads;
  }
  out.writes = memory.writes.size();
  out.initialised = !memory.init_known.empty();
  return out;
}

std::string_view word(PortDirection direction) {
  switch (direction) {
    case PortDirection::Input: return "input";
    case PortDirection::Output: return "output";
    case PortDirection::Inout: return "inout";
  }
  return "input";
}

void write_cells(const NetlistSummary& summary, std::ostream& out) {
  out << "top " << summary.top << "\n";
  out << "nets " << summary.nets << " (" << summary.undriven
      << " read but not driven), public names " << summary.public_names << "\n";
  out << "instances " << summary.instances << ", library cells " << summary.library_cells << "\n";
  out << "gates " << summary.gate_count << "\n";
  for (std::size_t op = 0; op < kGateOpCount; ++op) {
    if (summary.gates[op] == 0) continue;
    out << "  " << yosys_type(static_cast<GateOp>(op)) << " " << summary.gates[op] << "\n";
  }
  out << "flops " << summary.flops << " (" << summary.falling_flops << " falling edge, "
      << summary.enabled_flops << " with enable, " << summary.sync_reset_flops
      << " with synchronous reset, " << summary.async_reset_flops << " with asynchronous control, "
      << summary.initialised_flops << " with initial value)\n";
  out << "latches " << summary.latches << "\n";
  if (summary.checks != 0) out << "checks and prints " << summary.checks << "\n";
}

void write_memories(const NetlistSummary& summary, std::ostream& out) {
  out << "memories " << summary.memories.size() << "\n";
  for (const MemorySummary& memory : summary.memories) {
    out << "  " << memory.name << ": " << memory.depth << " x " << memory.width << " bits";
    if (memory.start_offset != 0) out << " from address " << memory.start_offset;
    out << ", " << memory.reads << " read ports (" << memory.clocked_reads << " clocked), "
        << memory.writes << " write ports" << (memory.initialised ? ", initialised" : "") << "\n";
  }
}

}  // namespace

NetlistSummary summarise(const FlatNetlist& netlist) {
  NetlistSummary out;
  out.top = netlist.names.text(netlist.top);
  for (const GateCell& gate : netlist.gates) ++out.gates[static_cast<std::size_t>(gate.op)];
  out.gate_count = netlist.gates.size();
  for (const FlopCell& flop : netlist.flops) count_flop(flop, out);
  out.latches = netlist.latches.size();
  out.checks = netlist.checks.size();
  out.nets = netlist.net_count - kConstantNetCount;
  out.undriven = netlist.undriven.size();
  for (const NetName& name : netlist.net_names) {
    if (!name.hidden && !name.library) ++out.public_names;
  }
  for (std::size_t i = 1; i < netlist.names.scopes.size(); ++i) {
    ++(netlist.names.scopes[i].library ? out.library_cells : out.instances);
  }
  for (const MemoryCell& memory : netlist.memories) {
    out.memories.push_back(describe(netlist, memory));
  }
  for (const TopPort& port : netlist.ports) {
    out.ports.push_back(
        {std::string(netlist.names.text(port.name)), port.direction, port.bits.size()});
  }
  out.clocks = netlist::guess_clocks(netlist);
  out.resets = netlist::guess_resets(netlist);
  out.derived_paths = netlist::find_derived_paths(netlist, out.derived_path_count);
  return out;
}

std::string to_text(const NetlistSummary& summary) {
  std::ostringstream out;
  write_cells(summary, out);
  write_memories(summary, out);
  out << "ports " << summary.ports.size() << "\n";
  for (const PortSummary& port : summary.ports) {
    out << "  " << word(port.direction) << " " << port.name;
    if (port.width != 1) out << ", " << port.width << " bits";
    out << "\n";
  }
  for (const ClockGuess& clock : summary.clocks) {
    out << "clock " << clock.port << ": rising edge " << clock.rising << ", falling edge "
        << clock.falling << ", gated " << clock.gated << ", divided " << clock.divided << "\n";
  }
  for (const ResetGuess& reset : summary.resets) {
    out << "reset " << reset.port << ": active " << (reset.active_high ? "high" : "low") << ", ";
    if (reset.by_name) {
      out << "by its name only\n";
    } else {
      out << reset.asynchronous << " asynchronous, " << reset.synchronous << " synchronous\n";
    }
  }
  if (summary.derived_path_count != 0) {
    out << "paths into derived clocks that take new data at one instant "
        << summary.derived_path_count << "\n";
    for (const DerivedPath& path : summary.derived_paths) {
      out << "  " << path.from << " -> " << path.to << ", clocked by " << path.clock << "\n";
    }
  }
  return out.str();
}

}  // namespace heddle::gate
