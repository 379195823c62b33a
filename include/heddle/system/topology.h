// The machine as a graph: nodes, directed links, routes, closed-form
// latencies. Routes follow fixed rules: XY on the mesh of cubes, the short way
// round rings (ties go east), dimension by dimension on a torus, least latency
// elsewhere (ties go to the lower link).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "heddle/base/ids.h"
#include "heddle/system/machine.h"

namespace heddle::system {

using NodeId = StrongId<struct NodeTag>;
using LinkId = StrongId<struct LinkTag>;
/// What a collective kernel sees: the PEs, dense, SIP by SIP, cube by cube.
using PeRank = StrongId<struct PeRankTag>;
/// What torch sees: one a SIP.
using DeviceRank = StrongId<struct DeviceRankTag>;

enum class NodeKind : std::uint8_t { Host, IoCpu, Switch, Noc, MCpu, Hbm, Pe };

struct Node {
  std::string name;
  NodeKind kind = NodeKind::Pe;
  std::uint32_t sip = 0;
  std::uint32_t cube = 0;
  std::uint32_t pe = 0;
};

struct Link {
  NodeId from;
  NodeId to;
  LinkSpec spec;
};

/// A path. Empty from a node to itself.
struct Route {
  std::vector<LinkId> links;
  Picoseconds latency;  ///< of the links together
  BytesPerSecond bandwidth_min{0};

  /// What crossing it takes when nothing else does: latency, and the drain of
  /// the bytes at the narrowest link, rounded up, once.
  [[nodiscard]] Picoseconds transfer_time(Bytes size) const;
};

enum class Direction : std::uint8_t { East, West, North, South, Parent };
inline constexpr std::size_t kDirectionCount = 5;
[[nodiscard]] std::string_view direction_name(Direction direction);
/// Where what is sent this way comes from, as the receiver sees it.
[[nodiscard]] Direction opposite(Direction direction);

/// Threads: `route` remembers what it found: one thread at a time.
class Topology {
 public:
  /// Errors: system.unreachable.
  [[nodiscard]] static Result<std::unique_ptr<Topology>> build(const Machine& machine);

  [[nodiscard]] const Machine& machine() const { return machine_; }
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const std::vector<Link>& links() const { return links_; }
  [[nodiscard]] const Node& node(NodeId id) const { return nodes_[id.value()]; }
  [[nodiscard]] const Link& link(LinkId id) const { return links_[id.value()]; }
  [[nodiscard]] std::string link_name(LinkId id) const;

  [[nodiscard]] std::uint32_t pe_count() const {
    return static_cast<std::uint32_t>(pe_nodes_.size());
  }
  [[nodiscard]] NodeId pe_node(PeRank rank) const { return pe_nodes_[rank.value()]; }
  [[nodiscard]] PeRank rank_of(std::uint32_t sip, std::uint32_t cube, std::uint32_t pe) const;
  /// The HBM of a cube; none in a generic fabric.
  [[nodiscard]] NodeId hbm_node(std::uint32_t sip, std::uint32_t cube) const;
  [[nodiscard]] const Node& pe(PeRank rank) const { return node(pe_node(rank)); }

  /// The node of a name. Errors: system.unknown-node.
  [[nodiscard]] Result<NodeId> find(std::string_view name) const;

  /// Stays where it is as long as this object.
  [[nodiscard]] const Route& route(NodeId from, NodeId to) const;

  /// The order in which the N/S ring visits the cubes of a SIP: a Hamiltonian
  /// cycle of the mesh where there is one.
  [[nodiscard]] const std::vector<std::uint32_t>& cube_ring() const { return cube_ring_; }
  /// Links from one cube to the next of the ring, at its `position`.
  [[nodiscard]] std::uint32_t cube_ring_hops(std::uint32_t position) const;

  /// The closed form of a launch: host to PE, links and CPU overheads.
  [[nodiscard]] Picoseconds launch_path_latency(PeRank rank) const;
  /// The launch path in parts, CPU to CPU: host, IO_CPU, M_CPU, PE.
  [[nodiscard]] std::vector<NodeId> launch_stops(PeRank rank) const;
  /// What a CPU adds before it passes a launch on.
  [[nodiscard]] Picoseconds cpu_overhead(NodeKind kind) const;

  /// Graphviz text, and a drawing of our own.
  [[nodiscard]] std::string to_dot() const;
  /// `shares`: how busy each link was, 0 to 1; then links are as wide and as
  /// red as the busier of their two directions.
  [[nodiscard]] std::string to_svg(const std::vector<double>& shares = {}) const;

 private:
  explicit Topology(const Machine& machine) : machine_(machine) {}

  NodeId add_node(Node node);
  void add_pair(NodeId a, NodeId b, const LinkSpec& spec);
  void add_link(NodeId from, NodeId to, const LinkSpec& spec);
  void build_hierarchy();
  void build_cube(std::uint32_t sip, std::uint32_t cube);
  void build_fabric(const FabricSpec& fabric);
  void build_custom(const FabricSpec& fabric);
  void build_cube_ring();
  Status check_reachable() const;
  [[nodiscard]] LinkId link_between(NodeId from, NodeId to) const;
  [[nodiscard]] std::vector<NodeId> path(NodeId from, NodeId to) const;
  [[nodiscard]] std::vector<NodeId> hierarchy_path(NodeId from, NodeId to) const;
  [[nodiscard]] std::vector<NodeId> torus_path(NodeId from, NodeId to) const;
  [[nodiscard]] std::vector<NodeId> least_latency_path(NodeId from, NodeId to) const;
  [[nodiscard]] std::vector<NodeId> path_up(NodeId from) const;
  [[nodiscard]] std::vector<NodeId> path_down(NodeId to) const;
  void walk_ring(std::vector<NodeId>& path, const Node& from, std::uint32_t pe) const;
  void walk_mesh(std::vector<NodeId>& path, std::uint32_t sip, std::uint32_t from,
                 std::uint32_t to) const;
  [[nodiscard]] NodeId noc(std::uint32_t sip, std::uint32_t cube) const {
    return nocs_[sip * machine_.cubes_per_sip() + cube];
  }

  Machine machine_;
  std::vector<Node> nodes_;
  std::vector<Link> links_;
  std::vector<std::vector<LinkId>> outgoing_;  ///< by node
  std::vector<NodeId> pe_nodes_;
  std::vector<NodeId> io_cpus_;
  std::vector<NodeId> nocs_;
  std::vector<NodeId> m_cpus_;
  std::vector<NodeId> hbms_;
  NodeId host_;
  NodeId switch_;
  std::vector<std::uint32_t> cube_ring_;
  mutable std::unordered_map<std::uint64_t, std::unique_ptr<Route>> routes_;
};

}  // namespace heddle::system
