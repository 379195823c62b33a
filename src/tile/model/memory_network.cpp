// One step is one cycle of the network: what DRAM has done, requests one hop
// on, channels take what has come, responses leave, responses one hop on, cores
// take what has come. Nothing is refused for ever: cores always take, so
// responses drain, so channels drain, so requests do.
#include "tile/model/memory_network.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <vector>

#include "heddle/tile/machine.h"
#include "tile/model/dram_backend.h"
#include "tile/model/l2_slice.h"
#include "tile/model/network.h"
#include "tile/model/response_queue.h"

namespace heddle::tile::model {
namespace {

enum class TokenKind : std::uint8_t { Read, Write, Fetch, WriteBack };

/// Something under way.
struct Token {
  TokenKind kind = TokenKind::Read;
  std::uint32_t core = 0;
  std::uint32_t tag = 0;
  std::uint32_t port = 0;  ///< the terminal that it came from
  BackendPlace place;
};

struct Channel {
  struct Ready {
    std::int64_t cycle = 0;
    std::uint32_t token = 0;
  };
  std::deque<std::uint32_t> to_dram;  ///< misses and lines written back
  std::deque<Ready> responses;
  std::optional<L2Slice> l2;
};

class NetworkMemory final : public MemorySystem {
 public:
  explicit NetworkMemory(const Machine& machine)
      : clock_(machine.noc.clock),
        request_bytes_(machine.dma.request_bytes),
        ports_(machine.noc.kind == NocKind::Fixed ? 1 : machine.noc.ports_per_core),
        data_flits_((machine.dma.request_bytes + machine.noc.flit_bytes - 1) /
                    machine.noc.flit_bytes),
        response_depth_(machine.dram.queue_depth),
        backend_(make_dram_backend(machine)),
        channels_(machine.dram.channels) {
    const std::uint32_t terminals = machine.cores * ports_;
    const NocSpec& noc = machine.noc;
    if (noc.kind == NocKind::Fixed) {
      const std::int64_t there = noc.latency_cycles / 2;
      requests_ = make_fixed_network(machine.dram.channels, there);
      responses_net_ = make_fixed_network(terminals, noc.latency_cycles - there);
    } else {
      requests_ = make_routed_network(noc, terminals, machine.dram.channels, false);
      responses_net_ = make_routed_network(noc, machine.dram.channels, terminals, true);
    }
    terminal_count_ = terminals;
    if (!machine.l2) return;
    hit_cycles_ = machine.l2->hit_cycles;
    to_dram_max_ = std::size_t{2} * machine.l2->mshrs;
    for (Channel& channel : channels_) {
      channel.l2.emplace(*machine.l2, machine.dram.channels, machine.dma.request_bytes);
    }
  }

  std::uint32_t send(const RequestRun& run, SimTime now) override {
    run_until(now);
    const std::int64_t cycle = clock_.cycle_at_or_after(now + Picoseconds(1)) - 1;
    const std::uint32_t flits = run.is_write ? data_flits_ : 1;
    for (std::uint32_t sent = 0; sent < run.count; ++sent) {
      const std::uint64_t address = run.address + std::uint64_t{sent} * request_bytes_;
      const auto port = static_cast<std::uint32_t>(run.core * std::uint64_t{ports_} +
                                                   address / request_bytes_ % ports_);
      if (!requests_->has_room(port, flits, cycle)) return sent;
      const std::uint32_t id = new_token({.kind = run.is_write ? TokenKind::Write : TokenKind::Read,
                                          .core = run.core,
                                          .tag = run.tag,
                                          .port = port,
                                          .place = backend_->place(address)});
      requests_->inject(port, {id, flits, tokens_[id].place.channel}, cycle + 1);
      next_ = std::min(next_, cycle + 1);
    }
    return run.count;
  }

  [[nodiscard]] SimTime next_change() const override {
    const SimTime step = next_ == Network::kNever ? kNever : clock_.edge(next_);
    return std::min(responses_.first(), step);
  }

  void advance(SimTime now, std::vector<ResponseRun>& responses) override {
    run_until(now);
    responses_.take(now, responses);
  }

  [[nodiscard]] MemoryUse use() const override {
    MemoryUse use = backend_->use();
    for (const Channel& channel : channels_) {
      if (!channel.l2) continue;
      use.l2_hits += channel.l2->hits();
      use.l2_misses += channel.l2->misses();
    }
    return use;
  }

 private:
  std::uint32_t new_token(const Token& token) {
    if (free_.empty()) {
      tokens_.push_back(token);
      return static_cast<std::uint32_t>(tokens_.size() - 1);
    }
    const std::uint32_t id = free_.back();
    free_.pop_back();
    tokens_[id] = token;
    return id;
  }

  void run_until(SimTime now) {
    if (next_ == Network::kNever) return;
    const std::int64_t limit = clock_.cycle_at_or_after(now + Picoseconds(1)) - 1;
    while (next_ <= limit) step(next_);
  }

  void step(std::int64_t cycle) {
    const SimTime now = clock_.edge(cycle);
    done_.clear();
    backend_->advance(now, done_);
    for (const BackendDone& done : done_) finish(done.id, cycle);
    requests_->step(cycle);
    for (std::uint32_t index = 0; index < channels_.size(); ++index) serve(index, cycle, now);
    responses_net_->step(cycle);
    for (std::uint32_t terminal = 0; terminal < terminal_count_; ++terminal) {
      while (const Packet* packet = responses_net_->head(terminal, cycle)) {
        respond(packet->id, now);
        responses_net_->pop(terminal, cycle);
      }
    }
    set_next(cycle);
  }

  void respond(std::uint32_t id, SimTime at) {
    responses_.add({.at = at, .tag = tokens_[id].tag, .core = tokens_[id].core, .count = 1});
    free_.push_back(id);
  }

  /// DRAM is done with a token.
  void finish(std::uint32_t id, std::int64_t cycle) {
    const Token token = tokens_[id];
    Channel& channel = channels_[token.place.channel];
    switch (token.kind) {
      case TokenKind::Read: channel.responses.push_back({cycle, id}); return;
      case TokenKind::Write: respond(id, clock_.edge(cycle)); return;
      case TokenKind::Fetch:
        waiting_.clear();
        channel.l2->fill(token.place.local, waiting_, written_back_);
        for (const std::uint32_t each : waiting_) channel.responses.push_back({cycle, each});
        write_back(token.place.channel);
        break;
      case TokenKind::WriteBack: break;
    }
    free_.push_back(id);
  }

  void write_back(std::uint32_t channel) {
    for (const std::uint64_t local : written_back_) {
      channels_[channel].to_dram.push_back(
          new_token({.kind = TokenKind::WriteBack, .place = {channel, local}}));
    }
    written_back_.clear();
  }

  void serve(std::uint32_t index, std::int64_t cycle, SimTime now) {
    Channel& channel = channels_[index];
    while (const Packet* packet = requests_->head(index, cycle)) {
      if (!accept(channel, packet->id, cycle, now)) break;
      requests_->pop(index, cycle);
    }
    while (!channel.to_dram.empty()) {
      const std::uint32_t id = channel.to_dram.front();
      const bool is_write = tokens_[id].kind == TokenKind::WriteBack;
      if (!backend_->push(tokens_[id].place, is_write, id, now)) break;
      channel.to_dram.pop_front();
    }
    while (!channel.responses.empty() && channel.responses.front().cycle <= cycle &&
           responses_net_->has_room(index, data_flits_, cycle)) {
      const std::uint32_t id = channel.responses.front().token;
      responses_net_->inject(index, {id, data_flits_, tokens_[id].port}, cycle);
      channel.responses.pop_front();
    }
  }

  /// Whether a channel takes a request that has come out of the network.
  bool accept(Channel& channel, std::uint32_t id, std::int64_t cycle, SimTime now) {
    const Token token = tokens_[id];
    if (channel.responses.size() >= response_depth_) return false;
    if (!channel.l2) {
      return backend_->push(token.place, token.kind == TokenKind::Write, id, now);
    }
    if (channel.to_dram.size() >= to_dram_max_) return false;
    if (token.kind == TokenKind::Write) {
      channel.l2->write(token.place.local, written_back_);
      write_back(token.place.channel);
      respond(id, clock_.edge(cycle + hit_cycles_));
      return true;
    }
    switch (channel.l2->read(token.place.local, id)) {
      case L2Answer::Hit:
        // A fill may have put earlier cycles behind this one: they leave in order.
        channel.responses.push_back({cycle + hit_cycles_, id});
        return true;
      case L2Answer::Miss:
        channel.to_dram.push_back(new_token({.kind = TokenKind::Fetch, .place = token.place}));
        return true;
      case L2Answer::Joined: return true;
      case L2Answer::Full: return false;
    }
    return false;
  }

  void set_next(std::int64_t cycle) {
    std::int64_t next = std::min(requests_->next(), responses_net_->next());
    const SimTime dram = backend_->next();
    if (dram != kNever) next = std::min(next, clock_.cycle_at_or_after(dram));
    for (std::uint32_t index = 0; index < channels_.size(); ++index) {
      const Channel& channel = channels_[index];
      next = std::min(next, requests_->head_ready(index));
      if (!channel.to_dram.empty()) next = cycle + 1;
      if (!channel.responses.empty()) next = std::min(next, channel.responses.front().cycle);
    }
    for (std::uint32_t terminal = 0; terminal < terminal_count_; ++terminal) {
      next = std::min(next, responses_net_->head_ready(terminal));
    }
    next_ = std::max(next, cycle + 1);
  }

  ClockRate clock_;
  std::uint32_t request_bytes_ = 0;
  std::uint32_t ports_ = 1;
  std::uint32_t data_flits_ = 1;
  std::size_t response_depth_ = 1;
  std::uint32_t terminal_count_ = 0;
  std::int64_t hit_cycles_ = 0;
  std::size_t to_dram_max_ = 0;
  std::unique_ptr<DramBackend> backend_;
  std::unique_ptr<Network> requests_;
  std::unique_ptr<Network> responses_net_;
  std::vector<Channel> channels_;
  std::vector<Token> tokens_;
  std::vector<std::uint32_t> free_;
  std::int64_t next_ = Network::kNever;
  ResponseQueue responses_;
  std::vector<BackendDone> done_;
  std::vector<std::uint32_t> waiting_;
  std::vector<std::uint64_t> written_back_;
};

}  // namespace

std::unique_ptr<MemorySystem> make_network_memory(const Machine& machine) {
  return std::make_unique<NetworkMemory>(machine);
}

}  // namespace heddle::tile::model
