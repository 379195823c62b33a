#include "heddle/system/fabric.h"

#include <algorithm>

#include "system/fair_links.h"

namespace heddle::system {

/// The head of a message, due at the next link of its route.
class Fabric::Flight final : public des::Handler {
 public:
  Flight(Fabric& fabric, des::ComponentId component) : Handler(component), fabric_(fabric) {}

  void start(const Shipment& shipment, std::size_t hop) {
    shipment_ = shipment;
    hop_ = hop;
  }
  void on_event(des::Kernel&) override {
    const Shipment shipment = shipment_;
    const std::size_t hop = hop_;
    fabric_.free_flights_.push_back(this);
    fabric_.advance(shipment, hop);
  }

 private:
  Fabric& fabric_;
  Shipment shipment_;
  std::size_t hop_ = 0;
};

Fabric::Fabric(des::Kernel& kernel, const Topology& topology)
    : kernel_(kernel),
      topology_(topology),
      mode_(topology.machine().link_mode),
      component_(kernel.add_component("fabric")),
      uses_(topology.links().size()) {
  if (mode_ != LinkMode::Fair) return;
  fair_ = std::make_unique<FairLinks>(
      kernel, topology, component_, uses_, watcher_,
      [this](const Shipment& shipment, SimTime end) { deliver(shipment, end); });
}

Fabric::~Fabric() = default;

SimTime Fabric::pass(const Shipment& shipment, std::size_t hop) {
  const LinkId id = shipment.route->links[hop];
  const LinkSpec& spec = topology_.link(id).spec;
  LinkUse& use = uses_[id.value()];
  const auto size = Bytes(static_cast<std::int64_t>(shipment.size_bytes));
  const Picoseconds drain = transfer_time_ceil(size, spec.bandwidth);
  SimTime start = kernel_.now();
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
  ++totals_.messages;
  totals_.sent_bytes += shipment.size_bytes;
  if (shipment.route->links.empty()) {
    arrive(shipment, kernel_.now());
    return;
  }
  if (fair_) {
    fair_->send(shipment);
    return;
  }
  advance(shipment, 0);
}

void Fabric::advance(const Shipment& shipment, std::size_t hop) {
  const SimTime head = pass(shipment, hop);
  if (hop + 1 == shipment.route->links.size()) {
    arrive(shipment, head);
    return;
  }
  if (free_flights_.empty()) free_flights_.push_back(&flights_.emplace_back(*this, component_));
  Flight& flight = *free_flights_.back();
  free_flights_.pop_back();
  flight.start(shipment, hop + 1);
  kernel_.schedule(flight, head - kernel_.now());
}

/// The head is at the end of the last link.
void Fabric::arrive(const Shipment& shipment, SimTime head) {
  SimTime end = head;
  const bool has_drain = !shipment.route->links.empty() && mode_ != LinkMode::StoreAndForward;
  if (has_drain) {
    end += transfer_time_ceil(Bytes(static_cast<std::int64_t>(shipment.size_bytes)),
                              shipment.route->bandwidth_min);
  }
  deliver(shipment, end);
}

void Fabric::deliver(const Shipment& shipment, SimTime end) {
  totals_.received_bytes += shipment.size_bytes;
  end += shipment.tail;
  if (shipment.not_before != nullptr) {
    end = std::max(end, *shipment.not_before);
    *shipment.not_before = end;
  }
  totals_.drained_bytes += shipment.size_bytes;
  kernel_.schedule(*shipment.arrival, end - kernel_.now());
}

Picoseconds Fabric::backlog(const Route& route) const {
  SimTime head = kernel_.now();
  for (const LinkId id : route.links) {
    if (mode_ != LinkMode::Ideal) head = std::max(head, uses_[id.value()].free_at);
    head += topology_.link(id).spec.latency;
  }
  return head - kernel_.now() - route.latency;
}

}  // namespace heddle::system
