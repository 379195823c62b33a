#include "gate/cosim/divergence.h"

#include <algorithm>
#include <bit>

namespace heddle::gate {
namespace {

constexpr std::uint32_t kOutside = 0xFFFFFFFF;

/// The distance of every node from some literals, along fan-ins and up to sources.
std::vector<std::uint32_t> distances(const Aig& aig, const std::vector<Lit>& roots) {
  std::vector<std::uint32_t> distance(aig.node_count(), kOutside);
  std::vector<std::uint32_t> frontier;
  const auto reach = [&](Lit lit, std::uint32_t steps) {
    if (lit.is_constant() || distance[lit.node()] != kOutside) return;
    distance[lit.node()] = steps;
    frontier.push_back(lit.node());
  };
  for (const Lit root : roots) reach(root, 0);
  for (std::size_t i = 0; i < frontier.size(); ++i) {
    const std::uint32_t node = frontier[i];
    if (aig.is_source(node)) continue;
    const std::uint32_t steps = distance[node] + 1;
    reach(aig.node(node).a, steps);
    reach(aig.node(node).b, steps);
  }
  return distance;
}

std::string bit_text(const NamedNet& net, std::uint32_t bit) {
  if (net.width == 1 && net.lsb_index == 0) return net.name;
  const auto offset = static_cast<std::int32_t>(bit);
  return net.name + "[" + std::to_string(net.lsb_index + (net.is_upto ? -offset : offset)) + "]";
}

/// The name of each node of a set: a designer's before a tool's, the first of these.
std::vector<std::string> name_nodes(const Model& model, const std::vector<std::uint32_t>& nodes) {
  std::vector<std::string> names(model.aig.node_count());
  std::vector<bool> wanted(model.aig.node_count(), false);
  for (const std::uint32_t node : nodes) wanted[node] = true;
  for (const bool hidden : {false, true}) {
    for (const NamedNet& net : model.names) {
      if (net.is_hidden != hidden) continue;
      for (std::uint32_t bit = 0; bit < net.width; ++bit) {
        const Lit lit = model.name_bits[net.first_bit + bit];
        if (wanted[lit.node()] && names[lit.node()].empty()) names[lit.node()] = bit_text(net, bit);
      }
    }
  }
  return names;
}

void add_memory(const Model& model, std::uint32_t index, const Backend& reference,
                const Backend& tested, std::vector<Difference>& out) {
  const Memory& memory = model.memories[index];
  const auto good = reference.memory(index);
  const auto found = tested.memory(index);
  const std::size_t row_words = memory.words_per_row();
  for (std::size_t word = 0; word < good.size(); ++word) {
    if (good[word] == found[word]) continue;
    const std::size_t row = word / row_words;
    const auto bit = static_cast<std::size_t>(std::countr_zero(good[word] ^ found[word]));
    const std::size_t column = word % row_words * 64 + bit;
    Difference difference{memory.name + "[" + std::to_string(row + memory.start_offset) + "][" +
                              std::to_string(column) + "]",
                          (good[word] >> bit & 1U) != 0,
                          {}};
    for (const MemoryWritePort& port : memory.writes) {
      difference.roots.insert(difference.roots.end(), port.address.begin(), port.address.end());
      difference.roots.push_back(port.enable[column]);
      difference.roots.push_back(port.data[column]);
      difference.roots.push_back(port.clock);
    }
    out.push_back(std::move(difference));
  }
}

}  // namespace

std::vector<Difference> find_differences(const Model& model, const Backend& reference,
                                         const Backend& tested) {
  std::vector<Difference> out;
  for (std::uint32_t i = 0; i < model.states.size(); ++i) {
    const StateBit& state = model.states[i];
    const bool same =
        reference.state(i) == tested.state(i) && reference.is_x_state(i) == tested.is_x_state(i);
    if (!is_in_netlist(state.kind) || same) continue;
    out.push_back(
        {state.name, reference.state(i), {state.next, state.gate, state.value, state.clock}});
  }
  for (std::uint32_t i = 0; i < model.outputs.size(); ++i) {
    const bool same = reference.output(i) == tested.output(i) &&
                      reference.is_x_output(i) == tested.is_x_output(i);
    if (same) continue;
    out.push_back({model.outputs[i].name, reference.output(i), {model.outputs[i].lit}});
  }
  for (std::uint32_t i = 0; i < model.memories.size(); ++i) {
    add_memory(model, i, reference, tested, out);
  }
  return out;
}

Cone common_cone(const Model& model, const std::vector<Difference>& differences) {
  Cone cone;
  if (differences.empty()) return cone;
  const std::vector<std::uint32_t> first = distances(model.aig, differences[0].roots);
  std::vector<std::uint32_t> common;
  for (std::uint32_t node = 0; node < first.size(); ++node) {
    if (first[node] != kOutside && !model.aig.is_source(node)) common.push_back(node);
  }
  cone.gates = common.size();
  for (std::size_t i = 1; i < std::min(differences.size(), kConesMax); ++i) {
    const std::vector<std::uint32_t> other = distances(model.aig, differences[i].roots);
    std::vector<std::uint32_t> both;
    std::copy_if(common.begin(), common.end(), std::back_inserter(both),
                 [&](std::uint32_t node) { return other[node] != kOutside; });
    if (both.empty()) break;  // several causes: keep what most have in common
    common = std::move(both);
  }
  std::sort(common.begin(), common.end(), [&](std::uint32_t a, std::uint32_t b) {
    return first[a] != first[b] ? first[a] < first[b] : a < b;
  });
  const std::vector<std::string> names = name_nodes(model, common);
  for (const std::uint32_t node : common) {
    if (cone.suspects.size() == kSuspectsMax) break;
    if (!names[node].empty()) cone.suspects.push_back(names[node]);
  }
  return cone;
}

}  // namespace heddle::gate
