#include "heddle/gate/x_sources.h"

#include <algorithm>
#include <array>
#include <bit>

#include "heddle/base/json.h"
#include "heddle/gate/ports.h"

namespace heddle::gate {
namespace {

constexpr std::array<std::string_view, 6> kNames{"flop",   "latch",        "loop",
                                                 "memory", "undriven net", "unknown cell's net"};
constexpr std::array<std::string_view, 6> kPlurals{
    "flops", "latches", "loops", "memories", "undriven nets", "unknown cells' nets"};

XSourceKind kind_of(const StateBit& state) {
  switch (state.kind) {
    case StateKind::Flop: return XSourceKind::Flop;
    case StateKind::Latch: return XSourceKind::Latch;
    case StateKind::Loop:
    case StateKind::Held: break;
  }
  return XSourceKind::Loop;
}

/// States of one kind as buses.
void add_states(const Model& model, XSourceKind kind, std::vector<XSource>& out) {
  std::vector<PortBit> bits;
  std::vector<std::uint8_t> is_unknown;
  for (const StateBit& state : model.states) {
    if (kind_of(state) != kind) continue;
    bits.push_back({state.name, state.output});
    is_unknown.push_back(static_cast<std::uint8_t>(state.is_unknown));
  }
  const PortTable table(bits);
  for (const PortBus& bus : table.ports()) {
    const auto count = std::count_if(bus.bits.begin(), bus.bits.end(),
                                     [&](std::uint32_t bit) { return is_unknown[bit] != 0; });
    if (count == 0) continue;
    out.push_back({kind, bus.name, static_cast<std::uint64_t>(count), bus.bits.size()});
  }
}

}  // namespace

std::string_view x_source_kind_name(XSourceKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<XSource> list_x_sources(const Model& model) {
  std::vector<XSource> out;
  for (const XSourceKind kind : {XSourceKind::Flop, XSourceKind::Latch, XSourceKind::Loop}) {
    add_states(model, kind, out);
  }
  for (const Memory& memory : model.memories) {
    std::uint64_t bits = 0;
    for (const std::uint64_t word : memory.unknown_words()) {
      bits += static_cast<std::uint64_t>(std::popcount(word));
    }
    if (bits == 0) continue;
    out.push_back({XSourceKind::Memory, memory.name, bits, memory.depth * memory.width});
  }
  for (const bool is_opaque : {false, true}) {
    std::vector<PortBit> nets;
    for (const UnknownNet& net : model.unknowns) {
      if (net.is_opaque == is_opaque) nets.push_back({net.name, net.lit});
    }
    std::sort(nets.begin(), nets.end(),
              [](const PortBit& a, const PortBit& b) { return a.name < b.name; });
    const PortTable table(nets);
    for (const PortBus& bus : table.ports()) {
      out.push_back({is_opaque ? XSourceKind::Opaque : XSourceKind::Net, bus.name, bus.bits.size(),
                     bus.bits.size()});
    }
  }
  return out;
}

std::string to_text(const std::vector<XSource>& sources) {
  std::string text;
  std::array<std::uint64_t, kNames.size()> totals{};
  for (const XSource& source : sources) {
    totals[static_cast<std::size_t>(source.kind)] += source.bits;
    text += std::string(x_source_kind_name(source.kind)) + " " + source.name;
    if (source.width > 1) {
      text += ", " + std::to_string(source.bits) + " of " + std::to_string(source.width) + " bits";
    }
    text += "\n";
  }
  text += "bits that are x at power-up:";
  const char* before = " ";
  for (std::size_t kind = 0; kind < totals.size(); ++kind) {
    if (totals[kind] == 0) continue;
    text += before + std::to_string(totals[kind]) + " of " + std::string(kPlurals[kind]);
    before = ", ";
  }
  if (sources.empty()) text += " none";
  return text + "\n";
}

void write_json(const std::vector<XSource>& sources, ByteSink& out) {
  JsonWriter json(out);
  json.begin_array();
  for (const XSource& source : sources) {
    json.begin_inline_object();
    json.member("kind", x_source_kind_name(source.kind));
    json.member("name", source.name);
    json.member("bits", source.bits);
    json.member("width", source.width);
    json.end_object();
  }
  json.end_array();
}

}  // namespace heddle::gate
