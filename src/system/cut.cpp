#include "system/cut.h"

#include <algorithm>

namespace heddle::system {
namespace {

/// More would not fit the numbers of values in the operation log.
constexpr std::uint32_t kPartitionsMax = 64;

void add_units(const Topology& topology, Cut& cut) {
  const Machine& machine = topology.machine();
  cut.unit_names.emplace_back("fabric");
  if (machine.fabric) {
    for (std::uint32_t i = 0; i < machine.fabric->device_count; ++i) {
      cut.unit_names.push_back("pe" + std::to_string(i) + ".fabric");
    }
  } else {
    for (std::uint32_t i = 0; i < machine.sip_count * machine.cubes_per_sip(); ++i) {
      cut.unit_names.push_back("sip" + std::to_string(i / machine.cubes_per_sip()) + ".cube" +
                               std::to_string(i % machine.cubes_per_sip()) + ".fabric");
    }
  }
  for (const Node& node : topology.nodes()) {
    const bool is_outside = node.kind == NodeKind::Host || node.kind == NodeKind::Switch;
    const std::uint32_t place =
        machine.fabric ? node.pe : node.sip * machine.cubes_per_sip() + node.cube;
    cut.unit_of_node.push_back(is_outside ? 0 : 1 + place);
  }
}

void divide(Cut& cut, std::uint32_t partitions) {
  const auto count = static_cast<std::uint32_t>(cut.unit_names.size() - 1);
  cut.partition_count = std::clamp(partitions, 1U, std::min(count, kPartitionsMax));
  cut.partition_of_unit = {0};
  for (std::uint32_t unit = 0; unit < count; ++unit) {
    const std::uint64_t part = std::uint64_t{unit} * cut.partition_count / count;
    cut.partition_of_unit.push_back(static_cast<std::uint32_t>(part));
  }
}

}  // namespace

Cut cut_machine(const Topology& topology, std::uint32_t wanted) {
  const Machine& machine = topology.machine();
  Cut cut;
  add_units(topology, cut);
  const bool is_one = machine.link_mode == LinkMode::Fair || machine.launch.shares_links;
  divide(cut, is_one ? 1 : wanted);
  if (cut.partition_count == 1) return cut;
  Picoseconds least(std::numeric_limits<std::int64_t>::max());
  Picoseconds lookahead = least;
  for (const Link& link : topology.links()) {
    least = std::min(least, link.spec.latency);
    if (cut.partition_of(link.from) == cut.partition_of(link.to)) continue;
    lookahead = std::min(lookahead, link.spec.latency);
  }
  cut.lookahead = lookahead;
  // A receipt is on its way as soon as the message starts over its last link.
  cut.short_notice = std::min(machine.ipcq.credit, least + machine.ipcq.slot_write);
  if (machine.link_mode == LinkMode::Ideal) cut.short_notice = least + machine.ipcq.slot_write;
  cut.short_notice = std::min(cut.short_notice, lookahead);
  if (cut.short_notice <= Picoseconds(0)) {
    divide(cut, 1);
    cut.lookahead = cut.short_notice = Picoseconds(1);
  }
  return cut;
}

}  // namespace heddle::system
