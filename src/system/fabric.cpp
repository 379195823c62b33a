#include "heddle/system/fabric.h"

#include <algorithm>

#include "system/cut.h"
#include "system/fair_links.h"

namespace heddle::system {

/// The head of a message, due at the next link of its route.
class Fabric::Flight final : public des::Handler {
 public:
  explicit Flight(Fabric& fabric) : Handler(des::ComponentId()), fabric_(fabric) {}

  void start(const Unit& unit, const Shipment& shipment, std::size_t hop) {
    component_ = unit.component;
    lane_ = unit.lane;
    shipment_ = shipment;
    hop_ = hop;
  }
  void on_event(des::Kernel&) override {
    const Shipment shipment = shipment_;
    const std::size_t hop = hop_;
    lane_->free_flights.push_back(this);
    fabric_.advance(shipment, hop);
  }

 private:
  Fabric& fabric_;
  Lane* lane_ = nullptr;
  Shipment shipment_;
  std::size_t hop_ = 0;
};

/// Where heads come in from other partitions.
class Fabric::Gate final : public des::Receiver {
 public:
  using Words = std::array<std::uint64_t, 7>;

  explicit Gate(Fabric& fabric) : fabric_(fabric) {}

  static Words pack(const Shipment& shipment, std::size_t hop) {
    return {reinterpret_cast<std::uintptr_t>(shipment.route),
            shipment.size_bytes,
            static_cast<std::uint64_t>(shipment.tail.count()),
            reinterpret_cast<std::uintptr_t>(shipment.arrival),
            reinterpret_cast<std::uintptr_t>(shipment.not_before),
            reinterpret_cast<std::uintptr_t>(shipment.receipt),
            hop};
  }
  void on_message(des::Kernel&, const des::Message& message) override {
    const Words& words = message.words;
    Shipment shipment;
    shipment.route = reinterpret_cast<const Route*>(words[0]);
    shipment.size_bytes = words[1];
    shipment.tail = Picoseconds(static_cast<std::int64_t>(words[2]));
    shipment.arrival = reinterpret_cast<des::Handler*>(words[3]);
    shipment.not_before = reinterpret_cast<SimTime*>(words[4]);
    shipment.receipt = reinterpret_cast<des::Handler*>(words[5]);
    fabric_.advance(shipment, words[6]);
  }

 private:
  Fabric& fabric_;
};

Fabric::Fabric(des::Federation& federation, const Topology& topology, const Cut& cut)
    : federation_(federation),
      topology_(topology),
      mode_(topology.machine().link_mode),
      lanes_(cut.partition_count),
      gate_(std::make_unique<Gate>(*this)),
      uses_(topology.links().size()) {
  for (std::size_t i = 0; i < cut.unit_names.size(); ++i) {
    const std::uint32_t partition = cut.partition_of_unit[i];
    const des::ComponentId component = federation.add_component(cut.unit_names[i], partition);
    units_.push_back({&federation.kernel(partition), &lanes_[partition], component,
                      federation.add_receiver(component, *gate_)});
  }
  for (const Link& link : topology.links()) {
    unit_of_link_.push_back(cut.unit_of_node[link.from.value()]);
  }
  if (mode_ != LinkMode::Fair) return;
  fair_ = std::make_unique<FairLinks>(
      *units_.front().kernel, topology, units_.front().component, uses_, watcher_,
      [this](const Shipment& shipment, SimTime end) { deliver(units_.front(), shipment, end); });
}

Fabric::~Fabric() = default;

FabricTotals Fabric::totals() const {
  FabricTotals sum;
  for (const Lane& lane : lanes_) {
    sum.messages += lane.totals.messages;
    sum.sent_bytes += lane.totals.sent_bytes;
    sum.received_bytes += lane.totals.received_bytes;
    sum.drained_bytes += lane.totals.drained_bytes;
  }
  return sum;
}

SimTime Fabric::pass(const Unit& unit, const Shipment& shipment, std::size_t hop) {
  const LinkId id = shipment.route->links[hop];
  const LinkSpec& spec = topology_.link(id).spec;
  LinkUse& use = uses_[id.value()];
  const auto size = Bytes(static_cast<std::int64_t>(shipment.size_bytes));
  const Picoseconds drain = transfer_time_ceil(size, spec.bandwidth);
  SimTime start = unit.kernel->now();
  if (mode_ != LinkMode::Ideal) start = std::max(start, use.free_at);
  use.free_at = std::max(use.free_at, start + drain);
  ++use.messages;
  use.bytes += shipment.size_bytes;
  use.busy += drain;
  if (watcher_) watcher_(id, start, start + drain);
  const bool takes_all = mode_ == LinkMode::StoreAndForward;
  return start + spec.latency + (takes_all ? drain : Picoseconds(0));
}

void Fabric::send(const Shipment& shipment) {
  if (shipment.route->links.empty()) {
    // Nothing of the fabric takes part: the receiver is the sender.
    const des::ComponentId self = shipment.arrival->component();
    const std::uint32_t partition = federation_.partition_of(self);
    Unit unit{&federation_.kernel(partition), &lanes_[partition], self, {}};
    ++unit.lane->totals.messages;
    unit.lane->totals.sent_bytes += shipment.size_bytes;
    deliver(unit, shipment, unit.kernel->now());
    return;
  }
  FabricTotals& totals = unit_at(shipment, 0).lane->totals;
  ++totals.messages;
  totals.sent_bytes += shipment.size_bytes;
  if (fair_) {
    fair_->send(shipment);
  } else {
    advance(shipment, 0);
  }
}

void Fabric::advance(const Shipment& shipment, std::size_t hop) {
  Unit& unit = unit_at(shipment, hop);
  des::Kernel& kernel = *unit.kernel;
  const SimTime head = pass(unit, shipment, hop);
  if (hop + 1 == shipment.route->links.size()) {
    arrive(unit, shipment, head);
    return;
  }
  const Unit& next = unit_at(shipment, hop + 1);
  if (next.lane != unit.lane) {
    federation_.send(unit.component, next.gate, head - kernel.now(), Gate::pack(shipment, hop + 1));
    return;
  }
  std::vector<Flight*>& free = unit.lane->free_flights;
  if (free.empty()) free.push_back(&unit.lane->flights.emplace_back(*this));
  Flight& flight = *free.back();
  free.pop_back();
  flight.start(next, shipment, hop + 1);
  kernel.schedule(flight, head - kernel.now(),
                  kernel.next_order(unit.component, des::Priority::Default));
}

/// The head is at the end of the last link.
void Fabric::arrive(Unit& unit, const Shipment& shipment, SimTime head) {
  SimTime end = head;
  const bool has_drain = mode_ != LinkMode::StoreAndForward;
  if (has_drain) {
    end += transfer_time_ceil(Bytes(static_cast<std::int64_t>(shipment.size_bytes)),
                              shipment.route->bandwidth_min);
  }
  deliver(unit, shipment, end);
}

void Fabric::deliver(Unit& unit, const Shipment& shipment, SimTime end) {
  FabricTotals& totals = unit.lane->totals;
  totals.received_bytes += shipment.size_bytes;
  end += shipment.tail;
  if (shipment.not_before != nullptr) {
    end = std::max(end, *shipment.not_before);
    *shipment.not_before = end;
  }
  totals.drained_bytes += shipment.size_bytes;
  post(unit, *shipment.arrival, end, des::Notice::Long);
  if (shipment.receipt != nullptr) post(unit, *shipment.receipt, end, des::Notice::Short);
}

void Fabric::post(const Unit& unit, des::Handler& handler, SimTime time, des::Notice notice) {
  if (lanes_.size() > 1) {
    federation_.post(unit.component, handler.component(), time, handler, notice);
    return;
  }
  des::Kernel& kernel = *unit.kernel;
  kernel.schedule(handler, time - kernel.now(),
                  kernel.next_order(unit.component, des::Priority::Default));
}

Picoseconds Fabric::backlog(const Route& route) const {
  if (route.links.empty()) return Picoseconds(0);
  const SimTime now = units_[unit_of_link_[route.links.front().value()]].kernel->now();
  SimTime head = now;
  for (const LinkId id : route.links) {
    if (mode_ != LinkMode::Ideal) head = std::max(head, uses_[id.value()].free_at);
    head += topology_.link(id).spec.latency;
  }
  return head - now - route.latency;
}

}  // namespace heddle::system
