// Depth-first elaboration of gates into the AIG.
#include "gate/model/elaborator.h"

#include "heddle/base/check.h"

namespace heddle::gate {

Elaborator::Elaborator(const FlatNetlist& netlist, Aig& aig)
    : netlist_(&netlist),
      aig_(&aig),
      lits_(netlist.net_count, Lit::zero()),
      marks_(netlist.net_count, Mark::New),
      cut_lits_(netlist.net_count, Lit::zero()) {
  // Constants, ports, states and undriven nets have no gate below them. An x
  // is 0 in two-state simulation.
  lits_[kNetOne.value()] = Lit::one();
  for (std::uint32_t net = 0; net < netlist.net_count; ++net) {
    if (netlist.drivers[net].kind != DriverKind::Gate) marks_[net] = Mark::Done;
  }
}

Lit Elaborator::unknown() {
  unknowns_->push_back({"x", aig_->add_source()});
  return unknowns_->back().lit;
}

Lit Elaborator::lit(NetId net) {
  if (net == kNetX && unknowns_ != nullptr) return unknown();
  if (marks_[net.value()] != Mark::Done) visit(net);
  return lits_[net.value()];
}

Lit Elaborator::lit(const Control& control) {
  if (!control.present()) return Lit::zero();
  return lit(control.net) ^ !control.active_high;
}

std::vector<Lit> Elaborator::lits(const std::vector<NetId>& nets) {
  std::vector<Lit> out;
  out.reserve(nets.size());
  for (const NetId net : nets) out.push_back(lit(net));
  return out;
}

void Elaborator::visit(NetId first) {
  struct Frame {
    NetId net;
    std::uint32_t next_input = 0;
  };
  std::vector<Frame> stack{{first, 0}};
  marks_[first.value()] = Mark::Open;
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const GateCell& gate = netlist_->gates[netlist_->driver(frame.net).index];
    const auto inputs = netlist_->inputs(gate);
    if (frame.next_input < inputs.size()) {
      const NetId input = inputs[frame.next_input++];
      Mark& mark = marks_[input.value()];
      if (mark == Mark::New) {
        mark = Mark::Open;
        stack.push_back({input, 0});
      } else if (mark == Mark::Open) {
        // The input is being built further down the stack: a loop.
        static_cast<void>(cut(input));
      }
      continue;
    }
    lits_[frame.net.value()] = forced(frame.net, build(gate));
    marks_[frame.net.value()] = Mark::Done;
    stack.pop_back();
  }
}

void Elaborator::force(NetId net, Lit enable, Lit value) {
  HEDDLE_CHECK(!is_constant(net));
  forces_.emplace(net, Force{enable, value});
  // Of what nothing drives; another driver comes by `define` or `visit`.
  if (marks_[net.value()] == Mark::Done) define(net, lits_[net.value()]);
}

Lit Elaborator::forced(NetId net, Lit driver) {
  const auto found = forces_.find(net);
  if (found == forces_.end()) return driver;
  found->second.driver = driver;
  return aig_->make_mux(found->second.enable, found->second.value, driver);
}

Lit Elaborator::cut(NetId net) {
  Lit& source = cut_lits_[net.value()];
  if (source == Lit::zero()) {
    source = aig_->add_source();
    cuts_.push_back({net, source});
  }
  return source;
}

Lit Elaborator::build(const GateCell& gate) {
  std::vector<Lit> in;
  for (const NetId net : netlist_->inputs(gate)) {
    if (net == kNetX && unknowns_ != nullptr) {
      in.push_back(unknown());
      continue;
    }
    const bool is_done = marks_[net.value()] == Mark::Done;
    in.push_back(is_done ? lits_[net.value()] : cut_lits_[net.value()]);
  }
  Aig& g = *aig_;
  switch (gate.op) {
    case GateOp::Buf: return in[0];
    case GateOp::Not: return ~in[0];
    case GateOp::And: return g.make_and(in[0], in[1]);
    case GateOp::Nand: return ~g.make_and(in[0], in[1]);
    case GateOp::Or: return g.make_or(in[0], in[1]);
    case GateOp::Nor: return ~g.make_or(in[0], in[1]);
    case GateOp::Xor: return g.make_xor(in[0], in[1]);
    case GateOp::Xnor: return ~g.make_xor(in[0], in[1]);
    case GateOp::Andnot: return g.make_and(in[0], ~in[1]);
    case GateOp::Ornot: return g.make_or(in[0], ~in[1]);
    case GateOp::Mux: return g.make_mux(in[2], in[1], in[0]);
    case GateOp::Nmux: return ~g.make_mux(in[2], in[1], in[0]);
    case GateOp::Aoi3: return ~g.make_or(g.make_and(in[0], in[1]), in[2]);
    case GateOp::Oai3: return ~g.make_and(g.make_or(in[0], in[1]), in[2]);
    case GateOp::Aoi4: return ~g.make_or(g.make_and(in[0], in[1]), g.make_and(in[2], in[3]));
    case GateOp::Oai4: return ~g.make_and(g.make_or(in[0], in[1]), g.make_or(in[2], in[3]));
    case GateOp::Mux4:
    case GateOp::Mux8:
    case GateOp::Mux16: {
      // The select bits follow the data; each halves what is left.
      const std::size_t data_count = gate.op == GateOp::Mux4 ? 4 : gate.op == GateOp::Mux8 ? 8 : 16;
      std::vector<Lit> data(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(data_count));
      for (std::size_t s = data_count; s < in.size(); ++s) {
        for (std::size_t i = 0; i * 2 < data.size(); ++i) {
          data[i] = g.make_mux(in[s], data[2 * i + 1], data[2 * i]);
        }
        data.resize(data.size() / 2);
      }
      return data[0];
    }
    case GateOp::Lut: return build_lut(gate, in);
  }
  HEDDLE_CHECK(false);
}

Lit Elaborator::build_lut(const GateCell& gate, std::span<const Lit> in) {
  const auto words = netlist_->init_words(gate);
  std::vector<Lit> table(std::size_t{1} << in.size());
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = Lit::zero() ^ (((words[i / 64] >> (i % 64)) & 1U) != 0);
  }
  for (const Lit select : in) {
    for (std::size_t i = 0; i * 2 < table.size(); ++i) {
      table[i] = aig_->make_mux(select, table[2 * i + 1], table[2 * i]);
    }
    table.resize(table.size() / 2);
  }
  return table[0];
}

}  // namespace heddle::gate
