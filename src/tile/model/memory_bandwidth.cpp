// A channel is the instant at which it is free next, as picoseconds and a
// fraction of one. A core's share of a queue is a ring of the instants at which
// its last requests began: a new one fits when the oldest of them has begun.
#include "tile/model/memory_bandwidth.h"

#include <algorithm>

#include "heddle/tile/machine.h"
#include "tile/model/fixed_noc.h"
#include "tile/model/response_queue.h"
#include "tile/model/service.h"

namespace heddle::tile::model {
namespace {

struct Channel {
  FineTime free;
  std::vector<std::int64_t> begins;   ///< rings of all cores, one after the other
  std::vector<std::uint32_t> oldest;  ///< in each ring
};

class BandwidthMemory final : public MemorySystem {
 public:
  explicit BandwidthMemory(const Machine& machine)
      : noc_(machine.noc),
        request_bytes_(machine.dma.request_bytes),
        latency_(machine.dram.latency),
        share_(std::max(1U, machine.dram.queue_depth / machine.cores)),
        service_(machine),
        channels_(machine.dram.channels) {
    for (Channel& channel : channels_) {
      channel.begins.assign(std::size_t{share_} * machine.cores, -1);
      channel.oldest.assign(machine.cores, 0);
    }
  }

  std::uint32_t send(const RequestRun& run, SimTime now) override {
    const SimTime arrival = noc_.arrival(now);
    const std::size_t first = run.address / request_bytes_ % channels_.size();
    ResponseRun group{.at = {}, .tag = run.tag, .core = run.core, .count = 0};
    std::uint32_t sent = 0;
    for (; sent < run.count; ++sent) {
      Channel& channel = channels_[(first + sent) % channels_.size()];
      std::int64_t& oldest =
          channel.begins[std::size_t{run.core} * share_ + channel.oldest[run.core]];
      if (oldest > arrival.ps()) {
        // As much later as the oldest begins after this arrival.
        retry_ = std::min(retry_, now + Picoseconds(oldest - arrival.ps()));
        break;
      }
      oldest = Service::begin(channel.free, arrival);
      channel.oldest[run.core] = (channel.oldest[run.core] + 1) % share_;
      const SimTime done = service_.serve(channel.free);
      const SimTime at = run.is_write ? done : noc_.response(done + latency_);
      if (at != group.at && group.count > 0) {
        responses_.add(group);
        group.count = 0;
      }
      group.at = at;
      ++group.count;
    }
    if (group.count > 0) responses_.add(group);
    (run.is_write ? writes_ : reads_) += sent;
    return sent;
  }

  [[nodiscard]] SimTime next_change() const override {
    return std::min(responses_.first(), retry_);
  }

  void advance(SimTime now, std::vector<ResponseRun>& responses) override {
    if (retry_ <= now) retry_ = kNever;
    responses_.take(now, responses);
  }

  [[nodiscard]] MemoryUse use() const override {
    MemoryUse use;
    use.reads = reads_;
    use.writes = writes_;
    use.channels = static_cast<std::uint32_t>(channels_.size());
    use.data_busy = service_.total(reads_ + writes_);
    return use;
  }

 private:
  FixedNoc noc_;
  std::uint32_t request_bytes_ = 0;
  Picoseconds latency_;
  std::uint32_t share_ = 1;
  Service service_;
  std::vector<Channel> channels_;
  ResponseQueue responses_;
  SimTime retry_ = kNever;
  std::uint64_t reads_ = 0;
  std::uint64_t writes_ = 0;
};

}  // namespace

std::unique_ptr<MemorySystem> make_bandwidth_memory(const Machine& machine) {
  return std::make_unique<BandwidthMemory>(machine);
}

}  // namespace heddle::tile::model
