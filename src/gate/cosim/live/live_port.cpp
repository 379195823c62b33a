#include "gate/cosim/live/live_port.h"

namespace heddle::gate {

Status LivePort::listen() {
  HEDDLE_TRY(server_, LoopbackServer::listen(spec_.port, spec_.name));
  constexpr const char* kProtocols[] = {"remote_bitbang", "a terminal",
                                        "lines `drive VALUE [MASK]`"};
  notice_(spec_.name + ": listening on 127.0.0.1:" + std::to_string(server_->port()) + " for " +
          kProtocols[static_cast<std::size_t>(spec_.kind)]);
  return {};
}

void LivePort::poll(PeripheralBank& bank, std::uint64_t next_edge) {
  has_answered_ = false;
  take_bytes(bank, next_edge);  // first: a client that has left makes room for the next
  if (server_->accept()) {
    ++client_count_;
    notice_(spec_.name + ": a client attached at edge " + std::to_string(next_edge));
    attached();
    answer();
    take_bytes(bank, next_edge);
  }
  edges_wanted_ = wanted(bank, next_edge);
}

void LivePort::take_bytes(PeripheralBank& bank, std::uint64_t next_edge) {
  if (!is_attached()) return;
  std::string bytes;
  const bool is_there = server_->receive(bytes, room(bank));
  received_bytes_ += bytes.size();
  if (!bytes.empty() && !give(bank, bytes, next_edge)) {
    leave("dropped the client: " + fault_);
  } else if (!is_there) {
    leave("the client left");
  }
}

void LivePort::wait_for_more() const {
  // A client on this machine asks again within some tens of microseconds.
  constexpr std::chrono::microseconds kPatience{300};
  if (has_answered_ && is_attached()) server_->wait(kPatience);
}

void LivePort::answer() {
  if (replies_.empty()) return;
  if (is_attached()) {
    sent_bytes_ += replies_.size();
    has_answered_ = true;
    if (!server_->send(replies_)) leave("the client left");
  }
  replies_.clear();
}

void LivePort::leave(const std::string& why) {
  server_->drop();
  replies_.clear();
  notice_(spec_.name + ": " + why);
  has_ended_ |= spec_.stops_with_client;
  left();
}

LivePortOutcome LivePort::outcome() const {
  return {.name = spec_.name,
          .clients = client_count_,
          .received_bytes = received_bytes_,
          .sent_bytes = sent_bytes_,
          .lost_bytes = server_->lost_bytes()};
}

}  // namespace heddle::gate
