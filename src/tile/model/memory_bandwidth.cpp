// A channel is the instant at which it is free next, as picoseconds and a
// fraction of one. A core's share of a queue is a ring of the instants at which
// its last requests began: a new one fits when the oldest of them has begun.
#include "tile/model/memory_bandwidth.h"

#include <numeric>

#include "heddle/tile/machine.h"
#include "tile/model/fixed_noc.h"
#include "tile/model/response_queue.h"

namespace heddle::tile::model {
namespace {

/// An instant between two picoseconds: `ps` + `part` / the denominator of the service time.
struct FineTime {
  std::int64_t ps = 0;
  std::int64_t part = 0;
};

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
        channels_(machine.dram.channels) {
    const std::int64_t bytes_ps = std::int64_t{request_bytes_} * 1'000'000'000'000;
    const std::int64_t divisor = std::gcd(bytes_ps, machine.dram.channel_bandwidth.count());
    numerator_ = bytes_ps / divisor;
    denominator_ = machine.dram.channel_bandwidth.count() / divisor;
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
      if (channel.free.ps < arrival.ps()) channel.free = {arrival.ps(), 0};
      oldest = channel.free.ps;
      channel.oldest[run.core] = (channel.oldest[run.core] + 1) % share_;
      const SimTime done = serve(channel);
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
    const __int128 busy = static_cast<__int128>(reads_ + writes_) * numerator_ / denominator_;
    use.data_busy = Picoseconds(static_cast<std::int64_t>(busy));
    return use;
  }

 private:
  /// The end of the service of one request.
  [[nodiscard]] SimTime serve(Channel& channel) const {
    channel.free.ps += numerator_ / denominator_;
    channel.free.part += numerator_ % denominator_;
    if (channel.free.part >= denominator_) {
      channel.free.part -= denominator_;
      ++channel.free.ps;
    }
    return SimTime(channel.free.ps);
  }

  FixedNoc noc_;
  std::uint32_t request_bytes_ = 0;
  Picoseconds latency_;
  std::uint32_t share_ = 1;
  std::int64_t numerator_ = 1;  ///< picoseconds of a request, over the denominator
  std::int64_t denominator_ = 1;
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
