// Links that share their bandwidth equally among what crosses them at the same
// time (processor sharing), in integers.
//
// A link keeps the service V that each message on it has had so far, in units
// of 1 / (bandwidth * kScale) ps, so V grows by dt * bandwidth * kScale / n
// while n messages share it; a message ends when V has grown by its bytes.
// Growth is rounded down to a unit, ends are rounded up to a picosecond. A
// message's head goes on after a link's latency, and it has arrived when the
// last of its links has passed all of it, later latencies added.
#pragma once

#include <deque>
#include <optional>
#include <queue>
#include <unordered_map>
#include <vector>

#include "heddle/system/fabric.h"

namespace heddle::system {

class FairLinks {
 public:
  using Deliver = std::function<void(const Shipment&, SimTime)>;

  /// `deliver` gets each shipment with the instant of its last byte.
  FairLinks(des::Kernel& kernel, const Topology& topology, des::ComponentId component,
            std::vector<LinkUse>& uses, const Fabric::Watcher& watcher, Deliver deliver);
  FairLinks(const FairLinks&) = delete;
  FairLinks& operator=(const FairLinks&) = delete;

  /// Requires: the route has links.
  void send(const Shipment& shipment);

 private:
  using Service = unsigned __int128;
  static constexpr Service kScale = 1 << 16;

  /// A message; as a handler, its head at the next link.
  class Message final : public des::Handler {
   public:
    Message(FairLinks& links, des::ComponentId component) : Handler(component), links_(links) {}
    void on_event(des::Kernel&) override { links_.enter(*this); }

    Shipment shipment;
    std::size_t hop = 0;
    std::size_t left = 0;  ///< links that have not passed all of it
    Picoseconds rest;      ///< latency from the next link on
    SimTime end;

   private:
    FairLinks& links_;
  };

  struct Entry {
    Service finish = 0;
    std::uint64_t sequence = 0;
    Message* message = nullptr;
    Picoseconds rest;
    SimTime start;
    friend bool operator>(const Entry& a, const Entry& b) {
      return a.finish != b.finish ? a.finish > b.finish : a.sequence > b.sequence;
    }
  };

  /// One link; as a handler, the end of the message that ends next.
  class Share final : public des::Handler {
   public:
    Share(FairLinks& links, des::ComponentId component, LinkId id)
        : Handler(component), links_(links), id_(id) {}
    void join(Message& message, Picoseconds rest);
    void on_event(des::Kernel&) override;

   private:
    void settle();
    void plan();

    FairLinks& links_;
    LinkId id_;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> entries_;
    Service served_ = 0;
    std::uint64_t sequence_ = 0;
    SimTime settled_;
    std::optional<des::EventId> next_;
  };

  void enter(Message& message);
  /// A link has passed all of a message.
  void pass(Message& message, Picoseconds rest);
  void complete(Message& message);

  des::Kernel& kernel_;
  const Topology& topology_;
  des::ComponentId component_;
  std::vector<LinkUse>& uses_;
  const Fabric::Watcher& watcher_;
  Deliver deliver_;
  std::deque<Share> shares_;  ///< by link
  std::deque<Message> messages_;
  std::vector<Message*> free_messages_;
  /// Messages that keep their order, by what they share. Only looked up.
  std::unordered_map<const SimTime*, std::deque<Message*>> ordered_;
};

}  // namespace heddle::system
