#include "system/fair_links.h"

#include <algorithm>

namespace heddle::system {

FairLinks::FairLinks(des::Kernel& kernel, const Topology& topology, des::ComponentId component,
                     std::vector<LinkUse>& uses, const Fabric::Watcher& watcher, Deliver deliver)
    : kernel_(kernel),
      topology_(topology),
      component_(component),
      uses_(uses),
      watcher_(watcher),
      deliver_(std::move(deliver)) {
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    shares_.emplace_back(*this, component, LinkId(i));
  }
}

void FairLinks::send(const Shipment& shipment) {
  if (free_messages_.empty()) {
    free_messages_.push_back(&messages_.emplace_back(*this, component_));
  }
  Message& message = *free_messages_.back();
  free_messages_.pop_back();
  message.shipment = shipment;
  message.hop = 0;
  message.left = shipment.route->links.size();
  message.rest = shipment.route->latency;
  message.end = kernel_.now();
  if (shipment.not_before != nullptr) ordered_[shipment.not_before].push_back(&message);
  enter(message);
}

void FairLinks::enter(Message& message) {
  const std::vector<LinkId>& links = message.shipment.route->links;
  const LinkId id = links[message.hop++];
  const Picoseconds latency = topology_.link(id).spec.latency;
  if (message.hop < links.size()) kernel_.schedule(message, latency);
  LinkUse& use = uses_[id.value()];
  ++use.messages;
  use.bytes += message.shipment.size_bytes;
  const Picoseconds rest = message.rest;
  message.rest = rest - latency;
  if (message.shipment.size_bytes > 0) {
    shares_[id.value()].join(message, rest);
  } else {
    pass(message, rest);
  }
}

void FairLinks::pass(Message& message, Picoseconds rest) {
  message.end = std::max(message.end, kernel_.now() + rest);
  if (--message.left == 0) complete(message);
}

/// Delivers the message, unless an earlier one of its order is still under way.
void FairLinks::complete(Message& message) {
  if (message.shipment.not_before == nullptr) {
    deliver_(message.shipment, message.end);
    free_messages_.push_back(&message);
    return;
  }
  std::deque<Message*>& queue = ordered_[message.shipment.not_before];
  while (!queue.empty() && queue.front()->left == 0) {
    Message* const first = queue.front();
    queue.pop_front();
    deliver_(first->shipment, std::max(first->end, kernel_.now()));
    free_messages_.push_back(first);
  }
}

/// Brings the service up to now.
void FairLinks::Share::settle() {
  const SimTime now = links_.kernel_.now();
  const Picoseconds passed = now - settled_;
  settled_ = now;
  if (entries_.empty()) return;
  links_.uses_[id_.value()].busy += passed;
  const auto rate = static_cast<Service>(links_.topology_.link(id_).spec.bandwidth.count());
  served_ += static_cast<Service>(passed.count()) * rate * kScale / entries_.size();
}

void FairLinks::Share::plan() {
  if (next_) links_.kernel_.cancel(*next_);
  next_.reset();
  if (entries_.empty()) {
    served_ = 0;
    return;
  }
  const Service finish = entries_.top().finish;
  const Service left = finish > served_ ? finish - served_ : 0;
  const auto rate =
      static_cast<Service>(links_.topology_.link(id_).spec.bandwidth.count()) * kScale;
  const Service wait = (left * entries_.size() + rate - 1) / rate;
  next_ = links_.kernel_.schedule(*this, Picoseconds(static_cast<std::int64_t>(wait)));
}

void FairLinks::Share::join(Message& message, Picoseconds rest) {
  settle();
  constexpr Service kPicosecondsPerSecond = 1'000'000'000'000;
  const Service work = Service{message.shipment.size_bytes} * kPicosecondsPerSecond * kScale;
  entries_.push({served_ + work, ++sequence_, &message, rest, links_.kernel_.now()});
  plan();
}

void FairLinks::Share::on_event(des::Kernel&) {
  next_.reset();
  settle();
  while (!entries_.empty() && entries_.top().finish <= served_) {
    const Entry entry = entries_.top();
    entries_.pop();
    if (links_.watcher_) links_.watcher_(id_, entry.start, links_.kernel_.now());
    links_.pass(*entry.message, entry.rest);
  }
  plan();
}

}  // namespace heddle::system
