// Small designs of several files, put together in the tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "heddle/gate/design_files.h"

namespace heddle::gate {

/// Netlist `n.v`, libraries as named, manifest `m.yaml`.
struct DesignTexts {
  std::string netlist;
  std::vector<std::pair<std::string, std::string>> cells = {};
  std::string manifest = {};
};

inline Result<FlatNetlist> flatten_texts(const DesignTexts& texts, std::string_view top = "") {
  DesignFiles files{"n.v", {}, texts.manifest.empty() ? "" : "m.yaml"};
  std::vector<DesignText> list{{"n.v", texts.netlist}};
  for (const auto& [name, text] : texts.cells) {
    files.cells.push_back(name);
    list.push_back({name, text});
  }
  if (!texts.manifest.empty()) list.push_back({"m.yaml", texts.manifest});
  Result<Design> design = read_design(files, std::move(list));
  if (!design) return fail(std::move(design.error()));
  return flatten(*design, top);
}

inline FlatNetlist must_flatten_texts(const DesignTexts& texts, std::string_view top = "") {
  Result<FlatNetlist> flat = flatten_texts(texts, top);
  if (!flat) {
    ADD_FAILURE() << flat.error().to_string();
    return {};
  }
  return std::move(*flat);
}

/// The nets of a top port.
inline std::vector<NetId> bits_of_port(const FlatNetlist& flat, std::string_view name) {
  for (const TopPort& port : flat.ports) {
    if (flat.names.text(port.name) == name) return port.bits;
  }
  ADD_FAILURE() << "no port " << name;
  return {};
}

/// The value of a net of gates, latches and flops apart, for values of top inputs
/// in the order of their ports and bits; x counts as 0.
class GateValues {
 public:
  GateValues(const FlatNetlist& flat, const std::vector<bool>& inputs) : flat_(flat) {
    std::size_t next = 0;
    for (const TopPort& port : flat.ports) {
      if (port.direction != PortDirection::Input) continue;
      for (const NetId net : port.bits) inputs_.emplace_back(net, inputs.at(next++));
    }
  }

  [[nodiscard]] bool operator[](NetId net) const {
    if (net == kNetOne) return true;
    for (const auto& [input, value] : inputs_) {
      if (input == net) return value;
    }
    const Driver& driver = flat_.driver(net);
    if (driver.kind != DriverKind::Gate) return false;
    const GateCell& gate = flat_.gates[driver.index];
    std::vector<bool> in;
    for (const NetId input : flat_.inputs(gate)) in.push_back((*this)[input]);
    switch (gate.op) {
      case GateOp::Buf: return in[0];
      case GateOp::Not: return !in[0];
      case GateOp::And: return in[0] && in[1];
      case GateOp::Or: return in[0] || in[1];
      case GateOp::Xor: return in[0] != in[1];
      case GateOp::Mux: return in[2] ? in[1] : in[0];
      case GateOp::Lut: {
        std::size_t index = 0;
        for (std::size_t i = 0; i < in.size(); ++i) index |= std::size_t{in[i]} << i;
        return (flat_.init_words(gate)[index / 64] >> (index % 64) & 1U) != 0;
      }
      default: ADD_FAILURE() << "a gate that no front end makes"; return false;
    }
  }

 private:
  const FlatNetlist& flat_;
  std::vector<std::pair<NetId, bool>> inputs_;
};

/// Expects that output `y` of a design with inputs `a`, `b`, `c`, `d` is the
/// function, at all sixteen combinations.
template <class Function>
void expect_function(const DesignTexts& texts, Function function) {
  const FlatNetlist flat = must_flatten_texts(texts, "top");
  if (flat.ports.empty()) return;
  const NetId y = bits_of_port(flat, "y").at(0);
  for (unsigned i = 0; i < 16; ++i) {
    const bool a = (i & 1U) != 0;
    const bool b = (i & 2U) != 0;
    const bool c = (i & 4U) != 0;
    const bool d = (i & 8U) != 0;
    EXPECT_EQ((GateValues(flat, {a, b, c, d})[y]), function(a, b, c, d)) << i << " of\n"
                                                                         << texts.netlist;
  }
}

inline std::string top_of(std::string_view body) {
  return "module top(input a, b, c, d, output y);\n" + std::string(body) + "\nendmodule\n";
}

}  // namespace heddle::gate
