// Loads go first, as computes wait for them, but after `fairness` loads a waiting store has
// its turn. Requests are made as they are sent.
#include "tile/sim/dma_engine.h"

#include <algorithm>

#include "heddle/base/check.h"

namespace heddle::tile {

void DmaEngine::enqueue(Ref dma) {
  (dma.get().direction == Direction::Store ? stores_ : loads_).push_back(dma);
}

bool DmaEngine::picks_store(bool may_load) {
  const bool has_load = may_load && !loads_.empty();
  if (stores_.empty()) {
    streak_ = 0;
    return false;
  }
  const bool is_bounded = !spec_.loads_first && spec_.fairness > 0;
  if (has_load && (!is_bounded || streak_ < spec_.fairness)) {
    ++streak_;
    return false;
  }
  streak_ = 0;
  return true;
}

Ref DmaEngine::start(std::int64_t cycle, bool may_load) {
  HEDDLE_CHECK(current_ == kNone);
  const bool is_store = picks_store(may_load);
  std::deque<Ref>& queue = is_store ? stores_ : loads_;
  if (queue.empty() || (!is_store && !may_load)) return Ref{};
  const Ref dma = queue.front();
  queue.pop_front();
  if (free_tags_.empty()) {
    free_tags_.push_back(static_cast<std::uint32_t>(transfers_.size()));
    transfers_.emplace_back();
  }
  current_ = free_tags_.back();
  free_tags_.pop_back();
  const LiveItem& live = *dma.live;
  const Instruction& instruction = dma.get();
  Transfer& transfer = transfers_[current_];
  transfer = Transfer{dma,
                      AddressWalk(live.item, instruction, live.kernel->tensors[instruction.tensor],
                                  live.dram_base, spec_.request_bytes),
                      0, is_store, false};
  started_ = cycle;
  return dma;
}

Ref DmaEngine::inject(std::int64_t cycle, SimTime now, MemorySystem& memory) {
  Transfer& transfer = transfers_[current_];
  std::uint32_t budget = spec_.requests_per_cycle;
  is_refused_ = false;
  while (budget > 0 && !transfer.walk.done() && !is_refused_) {
    const RequestRun run{transfer.walk.address(), std::min(budget, transfer.walk.count()), core_,
                         current_, transfer.is_store};
    const std::uint32_t sent = memory.send(run, now);
    HEDDLE_CHECK(sent <= run.count);
    transfer.walk.take(sent);
    transfer.outstanding += sent;
    budget -= sent;
    is_refused_ = sent < run.count;
  }
  if (!transfer.walk.done()) return Ref{};
  HEDDLE_CHECK(transfer.outstanding > 0);
  const Ref dma = transfer.dma;
  transfer.is_injected = true;
  if (transfer.is_store && spec_.stores_post) transfer.dma = Ref{};  // it is finished now
  busy_cycles_ += cycle - started_ + 1;
  current_ = kNone;
  return dma;
}

Ref DmaEngine::respond(const ResponseRun& response) {
  HEDDLE_CHECK(response.tag < transfers_.size());
  Transfer& transfer = transfers_[response.tag];
  HEDDLE_CHECK(response.count <= transfer.outstanding);
  transfer.outstanding -= response.count;
  if (transfer.dma.live != nullptr) {
    InstructionTimes& times = transfer.dma.times();
    if (times.first_response == InstructionTimes::kNotReached) times.first_response = response.at;
    times.last_response = response.at;
  }
  if (!transfer.is_injected || transfer.outstanding > 0) return Ref{};
  free_tags_.push_back(response.tag);
  return transfer.dma;
}

std::vector<Ref> DmaEngine::pending() const {
  std::vector<Ref> refs;
  for (std::uint32_t tag = 0; tag < transfers_.size(); ++tag) {
    const bool is_free = std::find(free_tags_.begin(), free_tags_.end(), tag) != free_tags_.end();
    if (!is_free && transfers_[tag].dma.live != nullptr) refs.push_back(transfers_[tag].dma);
  }
  std::sort(refs.begin(), refs.end());
  return refs;
}

}  // namespace heddle::tile
