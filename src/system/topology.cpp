// Building the graph, and the closed forms of the launch path.
#include "heddle/system/topology.h"

#include <algorithm>

#include "heddle/base/check.h"
#include "heddle/system/diagnostics.h"

namespace heddle::system {
namespace {

/// The cycle through all cells of a grid, first along row 0, then back and
/// forth through columns 1.., then up column 0. Requires: rows even or `rows`
/// swapped with `columns` by the caller; both at least 2.
std::vector<std::pair<std::uint32_t, std::uint32_t>> even_row_cycle(std::uint32_t rows,
                                                                    std::uint32_t columns) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> cells;
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t i = 1; i < columns; ++i) {
      cells.emplace_back(row, row % 2 == 0 ? i : columns - i);
    }
  }
  for (std::uint32_t row = rows; row-- > 1;) cells.emplace_back(row, 0);
  cells.insert(cells.begin(), {0, 0});
  return cells;
}

}  // namespace

std::string_view direction_name(Direction direction) {
  constexpr std::string_view kNames[] = {"east", "west", "north", "south", "parent"};
  return kNames[static_cast<std::size_t>(direction)];
}

Direction opposite(Direction direction) {
  constexpr Direction kOpposite[] = {Direction::West, Direction::East, Direction::South,
                                     Direction::North, Direction::Parent};
  return kOpposite[static_cast<std::size_t>(direction)];
}

Picoseconds Route::transfer_time(Bytes size) const {
  if (links.empty()) return Picoseconds(0);
  return latency + transfer_time_ceil(size, bandwidth_min);
}

NodeId Topology::add_node(Node node) {
  nodes_.push_back(std::move(node));
  outgoing_.emplace_back();
  return NodeId(static_cast<std::uint32_t>(nodes_.size() - 1));
}

void Topology::add_link(NodeId from, NodeId to, const LinkSpec& spec) {
  links_.push_back({from, to, spec});
  outgoing_[from.value()].push_back(LinkId(static_cast<std::uint32_t>(links_.size() - 1)));
}

void Topology::add_pair(NodeId a, NodeId b, const LinkSpec& spec) {
  add_link(a, b, spec);
  add_link(b, a, spec);
}

void Topology::build_cube(std::uint32_t sip, std::uint32_t cube) {
  const std::string prefix = "sip" + std::to_string(sip) + ".cube" + std::to_string(cube);
  const NodeId center = add_node({prefix + ".noc", NodeKind::Noc, sip, cube, 0});
  const NodeId m_cpu = add_node({prefix + ".m_cpu", NodeKind::MCpu, sip, cube, 0});
  const NodeId hbm = add_node({prefix + ".hbm", NodeKind::Hbm, sip, cube, 0});
  nocs_.push_back(center);
  m_cpus_.push_back(m_cpu);
  hbms_.push_back(hbm);
  add_pair(center, m_cpu, machine_.pe_link);
  add_pair(center, hbm, machine_.hbm);
  const auto first = pe_nodes_.size();
  const std::uint32_t count = machine_.pes_per_cube;
  for (std::uint32_t pe = 0; pe < count; ++pe) {
    const NodeId node =
        add_node({prefix + ".pe" + std::to_string(pe), NodeKind::Pe, sip, cube, pe});
    pe_nodes_.push_back(node);
    add_pair(center, node, machine_.pe_link);
  }
  for (std::uint32_t pe = 0; pe + 1 < count; ++pe) {
    add_pair(pe_nodes_[first + pe], pe_nodes_[first + pe + 1], machine_.pe_link);
  }
  if (count > 2) add_pair(pe_nodes_[first + count - 1], pe_nodes_[first], machine_.pe_link);
}

void Topology::build_hierarchy() {
  const Machine& m = machine_;
  host_ = add_node({"host", NodeKind::Host, 0, 0, 0});
  switch_ = add_node({"switch", NodeKind::Switch, 0, 0, 0});
  for (std::uint32_t sip = 0; sip < m.sip_count; ++sip) {
    const NodeId io = add_node({"sip" + std::to_string(sip) + ".io", NodeKind::IoCpu, sip, 0, 0});
    io_cpus_.push_back(io);
    add_pair(host_, io, m.host_link);
    add_pair(io, switch_, m.sip_link);
    for (std::uint32_t cube = 0; cube < m.cubes_per_sip(); ++cube) build_cube(sip, cube);
    add_pair(io, noc(sip, 0), m.die_link);
    for (std::uint32_t cube = 0; cube < m.cubes_per_sip(); ++cube) {
      if (cube % m.cube_columns + 1 < m.cube_columns) {
        add_pair(noc(sip, cube), noc(sip, cube + 1), m.die_link);
      }
      if (cube + m.cube_columns < m.cubes_per_sip()) {
        add_pair(noc(sip, cube), noc(sip, cube + m.cube_columns), m.die_link);
      }
    }
  }
  build_cube_ring();
}

void Topology::build_cube_ring() {
  const std::uint32_t rows = machine_.cube_rows;
  const std::uint32_t columns = machine_.cube_columns;
  if (rows >= 2 && columns >= 2 && rows % 2 == 0) {
    for (const auto& [row, column] : even_row_cycle(rows, columns)) {
      cube_ring_.push_back(row * columns + column);
    }
  } else if (rows >= 2 && columns >= 2 && columns % 2 == 0) {
    for (const auto& [column, row] : even_row_cycle(columns, rows)) {
      cube_ring_.push_back(row * columns + column);
    }
  } else {  // a snake: the wrap takes more than one hop
    for (std::uint32_t row = 0; row < rows; ++row) {
      for (std::uint32_t i = 0; i < columns; ++i) {
        cube_ring_.push_back(row * columns + (row % 2 == 0 ? i : columns - 1 - i));
      }
    }
  }
}

void Topology::build_fabric(const FabricSpec& fabric) {
  const std::uint32_t count = fabric.device_count;
  for (std::uint32_t pe = 0; pe < count; ++pe) {
    pe_nodes_.push_back(add_node({"pe" + std::to_string(pe), NodeKind::Pe, 0, 0, pe}));
  }
  const auto node = [&](std::uint32_t pe) { return pe_nodes_[pe]; };
  switch (fabric.shape) {
    case FabricShape::Ring:
      for (std::uint32_t i = 0; i + 1 < count; ++i) add_pair(node(i), node(i + 1), fabric.link);
      if (count > 2) add_pair(node(count - 1), node(0), fabric.link);
      break;
    case FabricShape::Torus: {
      const std::uint32_t columns = fabric.columns;
      const std::uint32_t rows = count / columns;
      for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t row = i / columns;
        const std::uint32_t column = i % columns;
        if (columns > 1 && (column + 1 < columns || columns > 2)) {
          add_pair(node(i), node(row * columns + (column + 1) % columns), fabric.link);
        }
        if (rows > 1 && (row + 1 < rows || rows > 2)) {
          add_pair(node(i), node((row + 1) % rows * columns + column), fabric.link);
        }
      }
      break;
    }
    case FabricShape::Full:
      for (std::uint32_t i = 0; i < count; ++i) {
        for (std::uint32_t j = i + 1; j < count; ++j) add_pair(node(i), node(j), fabric.link);
      }
      break;
    case FabricShape::Switch:
      switch_ = add_node({"switch", NodeKind::Switch, 0, 0, 0});
      for (std::uint32_t i = 0; i < count; ++i) add_pair(node(i), switch_, fabric.link);
      break;
    case FabricShape::Custom: build_custom(fabric); break;
  }
}

void Topology::build_custom(const FabricSpec& fabric) {
  for (const std::string& name : fabric.switches) add_node({name, NodeKind::Switch, 0, 0, 0});
  for (const FabricLink& link : fabric.links) {
    const auto from = find(link.from);
    const auto to = find(link.to);
    if (from && to) add_link(*from, *to, link.spec);  // names were checked as they were read
  }
}

Status Topology::check_reachable() const {
  const SourcePosition where = machine_.fabric ? machine_.fabric->where : SourcePosition{};
  const NodeId first = pe_nodes_.front();
  std::vector<bool> seen(nodes_.size());
  std::vector<NodeId> open = {first};
  seen[first.value()] = true;
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    for (const LinkId id : outgoing_[at.value()]) {
      const NodeId to = link(id).to;
      if (seen[to.value()]) continue;
      seen[to.value()] = true;
      open.push_back(to);
    }
  }
  Diagnostics diagnostics;  // links come in pairs, so one direction is enough
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (seen[i]) continue;
    diagnostics.add(
        Diagnostic(diag::kTopologyUnreachable, where, {node(first).name, nodes_[i].name}));
  }
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return {};
}

Result<std::unique_ptr<Topology>> Topology::build(const Machine& machine) {
  std::unique_ptr<Topology> topology(new Topology(machine));
  if (machine.fabric) {
    topology->build_fabric(*machine.fabric);
  } else {
    topology->build_hierarchy();
  }
  HEDDLE_TRY_STATUS(topology->check_reachable());
  return topology;
}

std::string Topology::link_name(LinkId id) const {
  return node(link(id).from).name + "->" + node(link(id).to).name;
}

PeRank Topology::rank_of(std::uint32_t sip, std::uint32_t cube, std::uint32_t pe) const {
  return PeRank((sip * machine_.cubes_per_sip() + cube) * machine_.pes_per_cube + pe);
}

NodeId Topology::hbm_node(std::uint32_t sip, std::uint32_t cube) const {
  if (machine_.fabric) return NodeId::none();
  return hbms_[sip * machine_.cubes_per_sip() + cube];
}

Result<NodeId> Topology::find(std::string_view name) const {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    if (nodes_[i].name == name) return NodeId(static_cast<std::uint32_t>(i));
    names.push_back(nodes_[i].name);
  }
  const std::string_view near = nearest_name(name, names);
  return fail(diag::kUnknownNode, {},
              {name, near.empty() ? "`heddle system topology` lists them"
                                  : "did you mean '" + std::string(near) + "'?"});
}

std::uint32_t Topology::cube_ring_hops(std::uint32_t position) const {
  const std::uint32_t from = cube_ring_[position];
  const std::uint32_t to = cube_ring_[(position + 1) % cube_ring_.size()];
  return static_cast<std::uint32_t>(route(noc(0, from), noc(0, to)).links.size());
}

Picoseconds Topology::cpu_overhead(NodeKind kind) const {
  switch (kind) {
    case NodeKind::IoCpu: return machine_.io_cpu_overhead;
    case NodeKind::MCpu: return machine_.m_cpu_overhead;
    case NodeKind::Pe: return machine_.pe_cpu_overhead;
    default: return Picoseconds(0);
  }
}

std::vector<NodeId> Topology::launch_stops(PeRank rank) const {
  if (machine_.fabric) return {pe_node(rank)};
  const Node& target = pe(rank);
  return {host_, io_cpus_[target.sip], m_cpus_[target.sip * machine_.cubes_per_sip() + target.cube],
          pe_node(rank)};
}

Picoseconds Topology::launch_path_latency(PeRank rank) const {
  const std::vector<NodeId> stops = launch_stops(rank);
  Picoseconds sum = cpu_overhead(node(stops.front()).kind);
  for (std::size_t i = 1; i < stops.size(); ++i) {
    sum += route(stops[i - 1], stops[i]).latency + cpu_overhead(node(stops[i]).kind);
  }
  return sum;
}

}  // namespace heddle::system
