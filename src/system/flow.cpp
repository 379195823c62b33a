// Message queues between PEs: slots of the receiver's ring as credits, order
// within a flow, and the waits at both ends.
#include <algorithm>

#include "heddle/system/diagnostics.h"
#include "system/engine.h"

namespace heddle::system {

Flow::Flow(Engine& engine, Pe& from, Pe& to, Direction direction)
    : Handler(to.component),
      engine_(engine),
      from_(from),
      to_(to),
      direction_(direction),
      route_(&engine.topology->route(from.node, to.node)),
      is_remote_(from.unit != to.unit),
      is_bounded_(engine.topology->machine().link_mode != LinkMode::Ideal),
      credits_(engine.topology->machine().ipcq.slot_count),
      credit_return_(*this, from.component) {}

/// A message longer than the ring takes all of it, and is charged once.
std::uint32_t Flow::slots_for(std::uint64_t size_bytes) const {
  const IpcqSpec& spec = engine_.topology->machine().ipcq;
  const std::uint64_t slots = (size_bytes + spec.slot_bytes - 1) / spec.slot_bytes;
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(slots, 1, spec.slot_count));
}

void Flow::collect_credits() {
  while (!returning_.empty() && returning_.front().first <= from_.kernel().now()) {
    credits_ += returning_.front().second;
    returning_.pop_front();
  }
}

void Flow::give_back(std::uint32_t slots) {
  if (!is_bounded_) return;
  const Picoseconds travel = engine_.topology->machine().ipcq.credit;
  const SimTime arrival = to_.kernel().now() + travel;
  {
    const auto guard = lock();
    returning_.emplace_back(arrival, slots);
  }
  if (is_remote_) {
    engine_.federation.post(to_.component, from_.component, arrival, credit_return_,
                            des::Notice::Late);
  } else if (!senders_.empty()) {
    from_.kernel().schedule(credit_return_, travel);
  }
}

bool Flow::try_send(Packet& packet) {
  if (is_bounded_) {
    if (!is_remote_) collect_credits();
    if (!senders_.empty() || credits_ < packet.slots) return false;
    credits_ -= packet.slots;
  }
  ship(std::move(packet));
  return true;
}

void Flow::ship(Packet packet) {
  const Picoseconds slot_write = engine_.topology->machine().ipcq.slot_write;
  const Shipment shipment{route_, packet.size_bytes, slot_write,
                          this,   &last_arrival_,    packet.receipt};
  {
    const auto guard = lock();
    in_flight_.push_back(std::move(packet));
  }
  ++from_.use.messages_sent;
  engine_.fabric.send(shipment);
}

void Flow::wait_to_send(SendWait& wait, des::Process& process, std::coroutine_handle<> self) {
  des::Federation& federation = engine_.federation;
  process.leaf = self;
  process.waiting_on = this;
  wait.node_.process = &process;
  wait.node_.wait = &wait;
  if (is_crossing() && !federation.is_informed(from_.plane->index)) {
    from_.kernel().stall(wait);
    return;
  }
  if (is_crossing() && senders_.empty()) federation.wait(from_.plane->index);
  senders_.push(wait.node_);
  if (is_remote_) return;
  // Credits that travel already: look again when each arrives.
  for (const auto& [time, slots] : returning_) {
    from_.kernel().schedule(credit_return_, time - from_.kernel().now());
  }
}

void SendWait::retry(des::Kernel& kernel) {
  des::Process& process = *node_.process;
  if (!flow_->try_send(packet_)) {
    flow_->wait_to_send(*this, process, process.leaf);
    return;
  }
  process.waiting_on = nullptr;
  kernel.go_on(process);
}

void Flow::CreditReturn::on_event(des::Kernel&) {
  if (flow_.is_remote_) {
    const auto guard = flow_.lock();
    flow_.credits_ += flow_.returning_.front().second;
    flow_.returning_.pop_front();
  } else {
    flow_.collect_credits();
  }
  flow_.serve_senders();
}

void Flow::serve_senders() {
  if (senders_.empty()) return;
  while (!senders_.empty()) {
    auto& node = static_cast<SendWait::Node&>(senders_.front());
    if (credits_ < node.wait->packet_.slots) return;
    credits_ -= node.wait->packet_.slots;
    ship(std::move(node.wait->packet_));
    des::grant(node);
  }
  if (is_crossing()) engine_.federation.end_wait(from_.plane->index);
}

void Flow::on_event(des::Kernel& kernel) {
  {
    const auto guard = lock();
    inbox_.push_back(std::move(in_flight_.front()));
    in_flight_.pop_front();
  }
  ++to_.use.messages_received;
  kernel.note_progress();
  // Several kernels of a PE may wait, each for a tag of its own.
  std::vector<RecvWait::Node*> others;
  while (!receivers_.empty()) {
    auto& node = static_cast<RecvWait::Node&>(receivers_.front());
    if (std::optional<Packet> packet = try_receive(node.wait->tag_)) {
      node.wait->packet_ = std::move(*packet);
      des::grant(node);
    } else {
      node.unlink();
      others.push_back(&node);
    }
  }
  for (RecvWait::Node* node : others) receivers_.push(*node);
}

std::optional<Packet> Flow::try_receive(std::uint32_t tag) {
  const auto found = std::find_if(inbox_.begin(), inbox_.end(),
                                  [&](const Packet& one) { return tag == 0 || one.tag == tag; });
  if (found == inbox_.end()) return std::nullopt;
  Packet packet = std::move(*found);
  inbox_.erase(found);
  give_back(packet.slots);
  return packet;
}

void Flow::wait_to_receive(RecvWait& wait, des::Process& process, std::coroutine_handle<> self) {
  process.leaf = self;
  process.waiting_on = this;
  wait.node_.process = &process;
  wait.node_.wait = &wait;
  receivers_.push(wait.node_);
}

std::string Flow::wait_text() const {
  const std::string way = " (" + std::string(direction_name(direction_)) + ")";
  const std::string receiver_op = engine_.operation_name(to_, "recv");
  const std::string sender_op = engine_.operation_name(from_, "send");
  std::string text;
  if (receivers_.empty()) {
    text = "room in the inbox of " + to_.name + way + " for " + sender_op;
  } else {
    text = "a message from " + from_.name + way + " in " + receiver_op;
  }
  return text + ", " + std::to_string(inbox_.size()) + " in the inbox";
}

void DmaRequest::on_event(des::Kernel& kernel) {
  if (port != nullptr) port->outstanding.give(1);
  if (--left > 0 || process == nullptr) return;
  process->waiting_on = nullptr;
  kernel.resume_after(*process, Picoseconds(0));
}

bool SendWait::await_ready() {
  return flow_ != nullptr && flow_->try_send(packet_);
}

void SendWait::suspend(des::Process& process, std::coroutine_handle<> self) {
  process.leaf = self;
  if (flow_ != nullptr) flow_->wait_to_send(*this, process, self);
}

bool RecvWait::await_ready() {
  if (flow_ == nullptr) return false;
  std::optional<Packet> packet = flow_->try_receive(tag_);
  if (!packet) return false;
  packet_ = std::move(*packet);
  accept();
  return !has_failed_;
}

void RecvWait::suspend(des::Process& process, std::coroutine_handle<> self) {
  process.leaf = self;
  if (flow_ != nullptr && !has_failed_) flow_->wait_to_receive(*this, process, self);
}

/// Checks what came, and takes the sender's order over.
void RecvWait::accept() {
  const std::uint64_t expected = shape_.count() * dtype_bytes(dtype_);
  if (packet_.size_bytes != expected) {
    has_failed_ = true;
    engine_.fail(
        pe_, diag::kBadMessage,
        {pe_.name, engine_.operation_name(pe_, "recv"), std::to_string(pe_.kernel().now().ps()),
         std::to_string(packet_.size_bytes), flow_->from().name, std::to_string(expected)});
    return;
  }
  if (packet_.clock == nullptr) return;
  for (std::size_t i = 0; i < pe_.clock.size(); ++i) {
    pe_.clock[i] = std::max(pe_.clock[i], (*packet_.clock)[i]);
  }
}

Tile RecvWait::await_resume() {
  if (node_.is_granted) accept();
  if (has_failed_) return {};
  return engine_.receive(pe_, packet_, shape_, dtype_);
}

}  // namespace heddle::system
