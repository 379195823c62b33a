// Routes by rule: see topology.h.
#include <algorithm>
#include <limits>

#include "heddle/base/check.h"
#include "heddle/system/topology.h"

namespace heddle::system {

LinkId Topology::link_between(NodeId from, NodeId to) const {
  for (const LinkId id : outgoing_[from.value()]) {
    if (link(id).to == to) return id;
  }
  return LinkId::none();
}

const Route& Topology::route(NodeId from, NodeId to) const {
  const std::uint64_t key = std::uint64_t{from.value()} << 32 | to.value();
  std::unique_ptr<Route>& known = routes_[key];
  if (known) return *known;
  known = std::make_unique<Route>();
  const std::vector<NodeId> nodes = path(from, to);
  for (std::size_t i = 1; i < nodes.size(); ++i) {
    const LinkId id = link_between(nodes[i - 1], nodes[i]);
    HEDDLE_CHECK(!id.is_none());
    const LinkSpec& spec = link(id).spec;
    const bool is_first = known->links.empty();
    known->links.push_back(id);
    known->latency += spec.latency;
    known->bandwidth_min =
        is_first ? spec.bandwidth : std::min(known->bandwidth_min, spec.bandwidth);
  }
  return *known;
}

std::vector<NodeId> Topology::path(NodeId from, NodeId to) const {
  if (from == to) return {from};
  if (!machine_.fabric) return hierarchy_path(from, to);
  const bool are_devices = node(from).kind == NodeKind::Pe && node(to).kind == NodeKind::Pe;
  const FabricShape shape = machine_.fabric->shape;
  if (are_devices && (shape == FabricShape::Torus || shape == FabricShape::Ring)) {
    return torus_path(from, to);
  }
  return least_latency_path(from, to);
}

/// Along the ring of a cube's PEs to `pe`, the short way.
void Topology::walk_ring(std::vector<NodeId>& path, const Node& from, std::uint32_t pe) const {
  const std::uint32_t count = machine_.pes_per_cube;
  const std::uint32_t east = (pe + count - from.pe) % count;
  const bool goes_east = east <= count - east;
  std::uint32_t at = from.pe;
  while (at != pe) {
    at = goes_east ? (at + 1) % count : (at + count - 1) % count;
    path.push_back(pe_node(rank_of(from.sip, from.cube, at)));
  }
}

/// From cube to cube, first along the row, then along the column.
void Topology::walk_mesh(std::vector<NodeId>& path, std::uint32_t sip, std::uint32_t from,
                         std::uint32_t to) const {
  const std::uint32_t columns = machine_.cube_columns;
  std::uint32_t at = from;
  while (at % columns != to % columns) {
    at = at % columns < to % columns ? at + 1 : at - 1;
    path.push_back(noc(sip, at));
  }
  while (at != to) {
    at = at < to ? at + columns : at - columns;
    path.push_back(noc(sip, at));
  }
}

/// From a node of a SIP to its IO chiplet, which sits beside cube 0.
std::vector<NodeId> Topology::path_up(NodeId from) const {
  const Node& a = node(from);
  std::vector<NodeId> path = {from};
  if (a.kind == NodeKind::IoCpu) return path;
  if (a.kind != NodeKind::Noc) path.push_back(noc(a.sip, a.cube));
  walk_mesh(path, a.sip, a.cube, 0);
  path.push_back(io_cpus_[a.sip]);
  return path;
}

std::vector<NodeId> Topology::path_down(NodeId to) const {
  const Node& b = node(to);
  std::vector<NodeId> path = {io_cpus_[b.sip]};
  if (b.kind == NodeKind::IoCpu) return path;
  path.push_back(noc(b.sip, 0));
  walk_mesh(path, b.sip, 0, b.cube);
  if (b.kind != NodeKind::Noc) path.push_back(to);
  return path;
}

std::vector<NodeId> Topology::hierarchy_path(NodeId from, NodeId to) const {
  const Node& a = node(from);
  const Node& b = node(to);
  const auto is_in_sip = [](const Node& one) {
    return one.kind != NodeKind::Host && one.kind != NodeKind::Switch;
  };
  const auto has_cube = [&](const Node& one) {
    return is_in_sip(one) && one.kind != NodeKind::IoCpu;
  };
  if (has_cube(a) && has_cube(b) && a.sip == b.sip) {
    std::vector<NodeId> path = {from};
    if (a.cube == b.cube && a.kind == NodeKind::Pe && b.kind == NodeKind::Pe) {
      walk_ring(path, a, b.pe);
      return path;
    }
    if (a.kind != NodeKind::Noc) path.push_back(noc(a.sip, a.cube));
    walk_mesh(path, a.sip, a.cube, b.cube);
    if (b.kind != NodeKind::Noc) path.push_back(to);
    return path;
  }
  std::vector<NodeId> path = is_in_sip(a) ? path_up(from) : std::vector<NodeId>{from};
  if (is_in_sip(a) && is_in_sip(b) && a.sip != b.sip) path.push_back(switch_);
  if (!is_in_sip(a) && !is_in_sip(b)) path.push_back(io_cpus_.front());
  const std::vector<NodeId> down = is_in_sip(b) ? path_down(to) : std::vector<NodeId>{to};
  for (const NodeId one : down) {
    if (path.back() != one) path.push_back(one);
  }
  return path;
}

std::vector<NodeId> Topology::torus_path(NodeId from, NodeId to) const {
  const FabricSpec& fabric = *machine_.fabric;
  const std::uint32_t columns =
      fabric.shape == FabricShape::Torus ? fabric.columns : fabric.device_count;
  const std::uint32_t rows = fabric.device_count / columns;
  std::uint32_t row = node(from).pe / columns;
  std::uint32_t column = node(from).pe % columns;
  std::vector<NodeId> path = {from};
  const auto walk = [&](std::uint32_t& at, std::uint32_t target, std::uint32_t size) {
    const std::uint32_t forward = (target + size - at) % size;
    const bool goes_forward = forward <= size - forward;
    while (at != target) {
      at = goes_forward ? (at + 1) % size : (at + size - 1) % size;
      path.push_back(pe_nodes_[row * columns + column]);
    }
  };
  walk(column, node(to).pe % columns, columns);
  walk(row, node(to).pe / columns, rows);
  return path;
}

/// Bellman and Ford over a few hundred links at most a query: the least sum of
/// latencies, then the fewest links, then the lowest link.
std::vector<NodeId> Topology::least_latency_path(NodeId from, NodeId to) const {
  using Cost = std::pair<std::int64_t, std::uint32_t>;
  constexpr Cost kFar{std::numeric_limits<std::int64_t>::max(), 0};
  std::vector<Cost> cost(nodes_.size(), kFar);
  std::vector<NodeId> previous(nodes_.size());
  cost[from.value()] = {0, 0};
  std::vector<NodeId> open = {from};
  while (!open.empty()) {
    std::vector<NodeId> next;
    for (const NodeId at : open) {
      const Cost here = cost[at.value()];
      for (const LinkId id : outgoing_[at.value()]) {
        const Link& one = link(id);
        const Cost through{here.first + one.spec.latency.count(), here.second + 1};
        if (through >= cost[one.to.value()]) continue;
        cost[one.to.value()] = through;
        previous[one.to.value()] = at;
        next.push_back(one.to);
      }
    }
    open = std::move(next);
  }
  std::vector<NodeId> path = {to};
  while (path.back() != from) path.push_back(previous[path.back().value()]);
  std::reverse(path.begin(), path.end());
  return path;
}

}  // namespace heddle::system
