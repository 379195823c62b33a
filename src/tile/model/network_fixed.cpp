// The network without contention: a line for each destination.
#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "tile/model/network.h"

namespace heddle::tile::model {
namespace {

class FixedNetwork final : public Network {
 public:
  FixedNetwork(std::uint32_t destinations, std::int64_t latency)
      : lines_(destinations), latency_(latency) {}

  bool has_room(std::uint32_t /*source*/, std::uint32_t /*flits*/,
                std::int64_t /*cycle*/) override {
    return true;
  }
  void inject(std::uint32_t /*source*/, const Packet& packet, std::int64_t cycle) override {
    lines_[packet.destination].emplace_back(cycle + latency_, packet);
  }
  [[nodiscard]] std::int64_t next() const override { return kNever; }
  void step(std::int64_t /*cycle*/) override {}
  [[nodiscard]] const Packet* head(std::uint32_t destination, std::int64_t cycle) const override {
    const auto& line = lines_[destination];
    return line.empty() || line.front().first > cycle ? nullptr : &line.front().second;
  }
  void pop(std::uint32_t destination, std::int64_t /*cycle*/) override {
    lines_[destination].pop_front();
  }
  [[nodiscard]] std::int64_t head_ready(std::uint32_t destination) const override {
    return lines_[destination].empty() ? kNever : lines_[destination].front().first;
  }

 private:
  std::vector<std::deque<std::pair<std::int64_t, Packet>>> lines_;
  std::int64_t latency_ = 0;
};

}  // namespace

std::unique_ptr<Network> make_fixed_network(std::uint32_t destinations,
                                            std::int64_t latency_cycles) {
  return std::make_unique<FixedNetwork>(destinations, latency_cycles);
}

}  // namespace heddle::tile::model
