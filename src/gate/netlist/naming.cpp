// Chooses one name for every net: the lowest rank wins, then the earliest name.
#include <algorithm>

#include "heddle/gate/netlist.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kDepthMax = 0xFFFF;
constexpr std::uint32_t kHiddenRank = 1U << 16;
constexpr std::uint32_t kLibraryRank = 1U << 17;

/// Depth of every scope; parents come before their children.
std::vector<std::uint32_t> scope_depths(const std::vector<Scope>& scopes) {
  std::vector<std::uint32_t> depths(scopes.size(), 0);
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const ScopeId parent = scopes[i].parent;
    if (!parent.is_none()) depths[i] = std::min(depths[parent.value()] + 1, kDepthMax);
  }
  return depths;
}

}  // namespace

NetNaming::NetNaming(const FlatNetlist& netlist) : netlist_(&netlist), choices_(netlist.net_count) {
  const std::vector<std::uint32_t> depths = scope_depths(netlist.names.scopes);
  for (std::uint32_t index = 0; index < netlist.net_names.size(); ++index) {
    const NetName& name = netlist.net_names[index];
    const std::uint32_t rank = depths[name.name.scope.value()] + (name.hidden ? kHiddenRank : 0) +
                               (name.library ? kLibraryRank : 0);
    const std::span<const NetId> bits = netlist.bits(name);
    for (std::uint32_t bit = 0; bit < bits.size(); ++bit) {
      Choice& choice = choices_[bits[bit].value()];
      if (rank < choice.rank) choice = {index, bit, rank};
    }
  }
}

std::string NetNaming::name_of(NetId net) const {
  if (net == kNetZero) return "0";
  if (net == kNetOne) return "1";
  if (net == kNetX) return "x";
  const Choice& choice = choices_[net.value()];
  if (choice.rank == kUnnamed) return "net#" + std::to_string(net.value());
  const NetName& name = netlist_->net_names[choice.name];
  return bit_name(netlist_->names.full_name(name.name), name.width, name.range, choice.bit);
}

}  // namespace heddle::gate
