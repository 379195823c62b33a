// Networks between cores and memory: packets of flits from sources to
// destinations, with back-pressure. Two of them carry requests and responses,
// so that neither can wait for the other.
#pragma once

#include <cstdint>
#include <memory>

#include "heddle/tile/machine.h"

namespace heddle::tile::model {

struct Packet {
  std::uint32_t id = 0;
  std::uint32_t flits = 1;
  std::uint32_t destination = 0;
};

/// Counts cycles of its own clock. What happens in a cycle is seen in the next one at the
/// earliest, so that the order of routers does not matter. Threads: one at a time.
class Network {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  virtual ~Network() = default;

  /// Whether a source's queue has room, by what has happened up to and including `cycle`.
  [[nodiscard]] virtual bool has_room(std::uint32_t source, std::uint32_t flits,
                                      std::int64_t cycle) = 0;
  /// Requires: room. The packet can move from `cycle` on, which has not been stepped yet.
  virtual void inject(std::uint32_t source, const Packet& packet, std::int64_t cycle) = 0;
  /// No earlier `step` does anything.
  [[nodiscard]] virtual std::int64_t next() const = 0;
  /// Requires: cycles do not go back.
  virtual void step(std::int64_t cycle) = 0;
  /// The packet that has come to a destination completely by `cycle`; null when none has.
  [[nodiscard]] virtual const Packet* head(std::uint32_t destination, std::int64_t cycle) const = 0;
  /// Takes the head; its room is free from the next cycle on.
  virtual void pop(std::uint32_t destination, std::int64_t cycle) = 0;
  /// When the first packet of a destination is there; `kNever` when none is on its last hop.
  [[nodiscard]] virtual std::int64_t head_ready(std::uint32_t destination) const = 0;
};

/// A latency and no contention.
[[nodiscard]] std::unique_ptr<Network> make_fixed_network(std::uint32_t destinations,
                                                          std::int64_t latency_cycles);

/// A crossbar (one router) or a mesh (a router a terminal, sources first, row by row; first
/// along the row, then along the column). A hop takes `latency_cycles`, the last one into the
/// terminal included; an output sends a flit a cycle and serves its inputs in turn; a packet
/// goes when the next queue has room for all of it, and is cut through.
/// `is_reversed` numbers the terminals of a mesh destinations first: the way back.
[[nodiscard]] std::unique_ptr<Network> make_routed_network(const NocSpec& spec,
                                                           std::uint32_t sources,
                                                           std::uint32_t destinations,
                                                           bool is_reversed);

/// Hops between two terminals of a mesh of `terminals`. For tests and reports.
[[nodiscard]] std::uint32_t mesh_hops(const NocSpec& spec, std::uint32_t terminals,
                                      std::uint32_t from, std::uint32_t to);

}  // namespace heddle::tile::model
