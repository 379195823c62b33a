// Routers with a queue an input. An output that is free takes, in turn, the
// head packet of an input that goes its way, if the queue at its other end has
// room. Credits come back when the last flit has left a queue. A router is
// looked at only in cycles in which one of its packets may move.
#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "heddle/base/check.h"
#include "tile/model/network.h"

namespace heddle::tile::model {
namespace {

constexpr std::uint32_t kNoRouter = UINT32_MAX;

struct Queue {
  struct Slot {
    Packet packet;
    std::int64_t ready = 0;
  };
  std::deque<Slot> slots;
  std::deque<std::pair<std::int64_t, std::uint32_t>> credits;  ///< flits free from a cycle on
  std::uint32_t used = 0;
  std::uint32_t upstream = kNoRouter;  ///< the router that fills it

  [[nodiscard]] bool has_room(std::uint32_t flits, std::uint32_t capacity, std::int64_t cycle) {
    for (; !credits.empty() && credits.front().first <= cycle; credits.pop_front()) {
      used -= credits.front().second;
    }
    return used + flits <= capacity;
  }
};

struct Output {
  std::uint32_t queue = 0;       ///< at its other end
  std::uint32_t last_input = 0;  ///< served last
  std::int64_t free_at = 0;
  bool is_terminal = false;
};

struct Router {
  std::vector<std::uint32_t> inputs;
  std::vector<Output> outputs;
  std::vector<std::uint16_t> route;  ///< the output for each destination
  std::int64_t wake = Network::kNever;
};

/// Terminals of a mesh: where they are.
struct Grid {
  std::uint32_t columns = 1;
  explicit Grid(const NocSpec& spec, std::uint32_t terminals) : columns(spec.columns) {
    while (spec.columns == 0 && columns * columns < terminals) ++columns;
    columns = std::min(columns, terminals);
  }
  [[nodiscard]] std::uint32_t x(std::uint32_t node) const { return node % columns; }
  [[nodiscard]] std::uint32_t y(std::uint32_t node) const { return node / columns; }
};

class RoutedNetwork final : public Network {
 public:
  RoutedNetwork(const NocSpec& spec, std::uint32_t sources, std::uint32_t destinations)
      : capacity_(spec.queue_flits), latency_(spec.latency_cycles) {
    queues_.resize(std::size_t{sources} + destinations);
    sources_ = sources;
  }

  void build_crossbar(std::uint32_t destinations) {
    Router& router = routers_.emplace_back();
    for (std::uint32_t source = 0; source < sources_; ++source) {
      router.inputs.push_back(source);
      router_of_.push_back(0);
    }
    for (std::uint32_t d = 0; d < destinations; ++d) {
      add_terminal(0, d);
      router.route.push_back(static_cast<std::uint16_t>(d));
    }
  }

  /// `first_source` and `first_destination`: the nodes at which they begin.
  void build_mesh(const NocSpec& spec, std::uint32_t destinations, std::uint32_t first_source,
                  std::uint32_t first_destination) {
    const std::uint32_t nodes = sources_ + destinations;
    const Grid grid(spec, nodes);
    routers_.resize(nodes);
    for (std::uint32_t source = 0; source < sources_; ++source) {
      routers_[first_source + source].inputs.push_back(source);
      router_of_.push_back(first_source + source);
    }
    // A node's neighbours in the order left, right, up, down, as far as they exist.
    std::vector<std::vector<std::pair<std::uint32_t, std::uint16_t>>> ways(nodes);
    for (std::uint32_t node = 0; node < nodes; ++node) {
      for (const std::uint32_t to : neighbours(grid, node, nodes)) {
        ways[node].emplace_back(to, static_cast<std::uint16_t>(routers_[node].outputs.size()));
        link(node, to);
      }
    }
    for (std::uint32_t d = 0; d < destinations; ++d) {
      const std::uint32_t home = first_destination + d;
      for (std::uint32_t node = 0; node < nodes; ++node) {
        const std::uint32_t to = next_node(grid, node, home, nodes);
        const auto way = std::find_if(ways[node].begin(), ways[node].end(),
                                      [&](const auto& each) { return each.first == to; });
        routers_[node].route.push_back(way == ways[node].end() ? std::uint16_t{0} : way->second);
      }
      routers_[home].route.back() = static_cast<std::uint16_t>(routers_[home].outputs.size());
      add_terminal(home, d);
    }
  }

  bool has_room(std::uint32_t source, std::uint32_t flits, std::int64_t cycle) override {
    return queues_[source].has_room(flits, capacity_, cycle);
  }

  void inject(std::uint32_t source, const Packet& packet, std::int64_t cycle) override {
    queues_[source].used += packet.flits;
    queues_[source].slots.push_back({packet, cycle});
    wake(router_of_[source], cycle);
  }

  [[nodiscard]] std::int64_t next() const override {
    std::int64_t at = kNever;
    for (const Router& router : routers_) at = std::min(at, router.wake);
    return at;
  }

  void step(std::int64_t cycle) override {
    for (std::uint32_t index = 0; index < routers_.size(); ++index) {
      if (routers_[index].wake > cycle) continue;
      routers_[index].wake = kNever;
      for (Output& output : routers_[index].outputs) serve(routers_[index], output, cycle);
      set_wake(index, cycle);
    }
  }

  [[nodiscard]] const Packet* head(std::uint32_t destination, std::int64_t cycle) const override {
    return head_ready(destination) <= cycle ? &terminal(destination).slots.front().packet : nullptr;
  }
  void pop(std::uint32_t destination, std::int64_t cycle) override {
    Queue& queue = queues_[sources_ + destination];
    return_credit(queue, queue.slots.front().packet.flits, cycle + 1);
    queue.slots.pop_front();
  }
  [[nodiscard]] std::int64_t head_ready(std::uint32_t destination) const override {
    const Queue& queue = terminal(destination);
    return queue.slots.empty() ? kNever : queue.slots.front().ready;
  }

 private:
  [[nodiscard]] const Queue& terminal(std::uint32_t destination) const {
    return queues_[sources_ + destination];
  }

  static std::vector<std::uint32_t> neighbours(const Grid& grid, std::uint32_t node,
                                               std::uint32_t nodes) {
    std::vector<std::uint32_t> out;
    if (grid.x(node) > 0) out.push_back(node - 1);
    if (grid.x(node) + 1 < grid.columns && node + 1 < nodes) out.push_back(node + 1);
    if (grid.y(node) > 0) out.push_back(node - grid.columns);
    if (node + grid.columns < nodes) out.push_back(node + grid.columns);
    return out;
  }

  /// Along the row first, but from a last row that is short up first: no node lies that way.
  static std::uint32_t next_node(const Grid& grid, std::uint32_t node, std::uint32_t home,
                                 std::uint32_t nodes) {
    if (grid.x(node) < grid.x(home)) {
      if (grid.y(node) * grid.columns + grid.x(home) >= nodes) return node - grid.columns;
      return node + 1;
    }
    if (grid.x(node) > grid.x(home)) return node - 1;
    if (grid.y(node) < grid.y(home)) return node + grid.columns;
    return grid.y(node) > grid.y(home) ? node - grid.columns : node;
  }

  void link(std::uint32_t from, std::uint32_t to) {
    const auto queue = static_cast<std::uint32_t>(queues_.size());
    queues_.emplace_back().upstream = from;
    routers_[from].outputs.push_back({.queue = queue});
    routers_[to].inputs.push_back(queue);
  }

  void add_terminal(std::uint32_t router, std::uint32_t destination) {
    const std::uint32_t queue = sources_ + destination;
    queues_[queue].upstream = router;
    routers_[router].outputs.push_back({.queue = queue, .is_terminal = true});
  }

  void wake(std::uint32_t router, std::int64_t cycle) {
    routers_[router].wake = std::min(routers_[router].wake, cycle);
  }

  void return_credit(Queue& queue, std::uint32_t flits, std::int64_t cycle) {
    queue.credits.emplace_back(cycle, flits);
    if (queue.upstream != kNoRouter) wake(queue.upstream, cycle);
  }

  void serve(Router& router, Output& output, std::int64_t cycle) {
    if (output.free_at > cycle) return;
    const auto count = static_cast<std::uint32_t>(router.inputs.size());
    const auto own = static_cast<std::uint16_t>(&output - router.outputs.data());
    for (std::uint32_t turn = 1; turn <= count; ++turn) {
      const std::uint32_t input = (output.last_input + turn) % count;
      Queue& from = queues_[router.inputs[input]];
      if (from.slots.empty() || from.slots.front().ready > cycle) continue;
      const Packet packet = from.slots.front().packet;
      if (router.route[packet.destination] != own) continue;
      Queue& to = queues_[output.queue];
      if (!to.has_room(packet.flits, capacity_, cycle)) return;
      to.used += packet.flits;
      // A terminal has a packet when its last flit is there.
      to.slots.push_back({packet, cycle + latency_ + (output.is_terminal ? packet.flits - 1 : 0)});
      if (!output.is_terminal) wake_reader(output.queue, cycle + latency_);
      from.slots.pop_front();
      return_credit(from, packet.flits, cycle + packet.flits);
      if (!from.slots.empty()) {
        std::int64_t& ready = from.slots.front().ready;
        ready = std::max(ready, cycle + packet.flits);
      }
      output.free_at = cycle + packet.flits;
      output.last_input = input;
      return;
    }
  }

  void wake_reader(std::uint32_t queue, std::int64_t cycle) {
    if (readers_.empty()) {
      readers_.assign(queues_.size(), kNoRouter);
      for (std::uint32_t router = 0; router < routers_.size(); ++router) {
        for (const std::uint32_t input : routers_[router].inputs) readers_[input] = router;
      }
    }
    wake(readers_[queue], cycle);
  }

  void set_wake(std::uint32_t index, std::int64_t cycle) {
    const Router& router = routers_[index];
    for (const std::uint32_t input : router.inputs) {
      if (queues_[input].slots.empty()) continue;
      const Queue::Slot& slot = queues_[input].slots.front();
      const Output& output = router.outputs[router.route[slot.packet.destination]];
      const std::int64_t at = std::max(slot.ready, output.free_at);
      if (at > cycle) {
        wake(index, at);
        continue;
      }
      Queue& to = queues_[output.queue];
      if (to.has_room(slot.packet.flits, capacity_, cycle)) {
        wake(index, cycle + 1);
      } else if (!to.credits.empty()) {
        wake(index, to.credits.front().first);  // else its next credit wakes the router
      }
    }
  }

  std::uint32_t capacity_ = 1;
  std::int64_t latency_ = 1;
  std::uint32_t sources_ = 0;
  std::vector<Queue> queues_;  ///< of sources, destinations, then links
  std::vector<Router> routers_;
  std::vector<std::uint32_t> router_of_;  ///< each source's
  std::vector<std::uint32_t> readers_;    ///< each queue's router
};

}  // namespace

std::unique_ptr<Network> make_routed_network(const NocSpec& spec, std::uint32_t sources,
                                             std::uint32_t destinations, bool is_reversed) {
  auto network = std::make_unique<RoutedNetwork>(spec, sources, destinations);
  if (spec.kind == NocKind::Mesh) {
    network->build_mesh(spec, destinations, is_reversed ? destinations : 0,
                        is_reversed ? 0 : sources);
  } else {
    network->build_crossbar(destinations);
  }
  return network;
}

std::uint32_t mesh_hops(const NocSpec& spec, std::uint32_t terminals, std::uint32_t from,
                        std::uint32_t to) {
  const Grid grid(spec, terminals);
  const auto apart = [](std::uint32_t a, std::uint32_t b) { return a > b ? a - b : b - a; };
  return apart(grid.x(from), grid.x(to)) + apart(grid.y(from), grid.y(to));
}

}  // namespace heddle::tile::model
