// The links at work: what moves where, what waits behind what.
//
// A message takes the links of its route one after another, each at the instant
// its head gets there; a link is busy for bytes / bandwidth and serves in order
// of arrival. In mode `cut_through` the head goes on after the link's latency
// and the drain, at the narrowest link, is paid once at the end; in mode
// `store_and_forward` every link takes the whole message before the next; in
// mode `fair` messages that cross a link at the same time share its bandwidth
// equally instead of waiting; in mode `ideal` nothing waits for anything.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "heddle/des/federation.h"
#include "heddle/system/topology.h"

namespace heddle::system {

class FairLinks;
struct Cut;

/// What one link did.
struct LinkUse {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  Picoseconds busy;
  SimTime free_at;  ///< when what it has accepted will have passed
};

/// Sums over all messages. At the end of a run all three are equal.
struct FabricTotals {
  std::uint64_t messages = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t drained_bytes = 0;
};

/// A message on its way, as `Fabric::send` takes it.
struct Shipment {
  const Route* route = nullptr;
  std::uint64_t size_bytes = 0;
  Picoseconds tail;                 ///< after the drain, before `arrival` runs
  des::Handler* arrival = nullptr;  ///< runs once, when all is there
  SimTime* not_before = nullptr;    ///< arrivals that share it keep their order
  des::Handler* receipt = nullptr;  ///< runs at the same instant, at the sender
};

/// Threads: within a run, each part of a machine by the thread that runs it;
/// `watch`ers too. Determinism: all of it.
class Fabric {
 public:
  /// Told of each use of a link: which, from when to when.
  using Watcher = std::function<void(LinkId, SimTime, SimTime)>;

  Fabric(des::Federation& federation, const Topology& topology, const Cut& cut);
  ~Fabric();
  Fabric(const Fabric&) = delete;
  Fabric& operator=(const Fabric&) = delete;

  /// Sends now.
  void send(const Shipment& shipment);

  /// How much longer than an idle route this one would take a message of no
  /// bytes that starts now, as far as what was accepted tells.
  [[nodiscard]] Picoseconds backlog(const Route& route) const;

  [[nodiscard]] const std::vector<LinkUse>& uses() const { return uses_; }
  [[nodiscard]] FabricTotals totals() const;
  void watch(Watcher watcher) { watcher_ = std::move(watcher); }

 private:
  class Flight;
  class Gate;

  /// What one partition has of the fabric.
  struct alignas(128) Lane {
    FabricTotals totals;
    std::deque<Flight> flights;
    std::vector<Flight*> free_flights;
  };
  /// A part of the machine that is never divided: the source of what its links do.
  struct Unit {
    des::Kernel* kernel = nullptr;
    Lane* lane = nullptr;
    des::ComponentId component;
    des::ReceiverId gate;
  };

  [[nodiscard]] Unit& unit_at(const Shipment& shipment, std::size_t hop) {
    return units_[unit_of_link_[shipment.route->links[hop].value()]];
  }
  /// Passes link `hop`; tells when the message is at its far end.
  SimTime pass(const Unit& unit, const Shipment& shipment, std::size_t hop);
  void advance(const Shipment& shipment, std::size_t hop);
  void arrive(Unit& unit, const Shipment& shipment, SimTime head);
  /// The last byte is there at `end`, the tail not counted.
  void deliver(Unit& unit, const Shipment& shipment, SimTime end);
  void post(const Unit& unit, des::Handler& handler, SimTime time, des::Notice notice);

  des::Federation& federation_;
  const Topology& topology_;
  LinkMode mode_ = LinkMode::CutThrough;
  std::vector<std::uint32_t> unit_of_link_;  ///< of where it starts
  std::vector<Unit> units_;
  std::deque<Lane> lanes_;  ///< by partition
  std::unique_ptr<Gate> gate_;
  std::vector<LinkUse> uses_;
  Watcher watcher_;
  std::unique_ptr<FairLinks> fair_;  ///< in mode `fair`
};

}  // namespace heddle::system
