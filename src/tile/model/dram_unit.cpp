#include "tile/model/dram_unit.h"

#include <bit>

namespace heddle::tile::model {

DramUnit::DramUnit(const DramSpec& spec, std::uint32_t cores, std::vector<DramEvent>* log)
    : timing_(spec),
      t_(spec.timings),
      share_(std::max(1U, spec.queue_depth / cores)),
      write_high_(spec.write_high),
      write_low_(spec.write_low),
      has_split_commands_(spec.has_split_commands),
      shortest_(std::min(t_.cl, t_.cwl) + t_.burst),
      patience_(std::int64_t{t_.rtw} + t_.cwl + t_.burst + t_.wtr_s),
      last_read_(-patience_),
      log_(log) {
  const std::uint32_t bank_count = spec.banks * spec.bank_groups;
  HEDDLE_CHECK(bank_count <= 64);
  for (Queue& queue : queues_) {
    const std::uint32_t capacity = share_ * cores;
    HEDDLE_CHECK(capacity < kNone);
    queue.entries.resize(capacity);
    for (std::uint32_t slot = capacity; slot > 0; --slot) {
      queue.free.push_back(static_cast<Slot>(slot - 1));
    }
    queue.banks.resize(bank_count);
    queue.held.assign(cores, 0);
  }
  if (spec.has_refresh) next_ = refresh_at_ = t_.refi;
}

void DramUnit::push(const DramRequest& request, std::int64_t arrival) {
  HEDDLE_CHECK(has_room(request.is_write, request.core));
  ++queues_[request.is_write].held[request.core];
  ++held_;
  arrivals_.push_back({request, arrival});
  next_ = std::min(next_, arrival);
}

void DramUnit::admit(std::int64_t cycle) {
  for (; arrived_ < arrivals_.size() && arrivals_[arrived_].cycle <= cycle; ++arrived_) {
    const DramRequest& request = arrivals_[arrived_].request;
    Queue& queue = queues_[request.is_write];
    const Slot slot = queue.free.back();
    queue.free.pop_back();
    BankList& list = queue.banks[request.bank];
    queue.entries[slot] = {.sequence = sequence_++,
                           .row = request.row,
                           .tag = request.tag,
                           .core = static_cast<std::uint16_t>(request.core),
                           .bank = static_cast<std::uint8_t>(request.bank),
                           .before = list.tail};
    (list.tail == kNone ? list.head : queue.entries[list.tail].after) = slot;
    list.tail = slot;
    ++queue.count;
    queue.waiting |= std::uint64_t{1} << request.bank;
    if (list.hit == kNone && timing_.open_row(request.bank) == request.row) {
      list.hit = slot;
      update_hit(queue, request.bank);
    }
  }
  if (arrived_ == arrivals_.size()) {
    arrivals_.clear();
    arrived_ = 0;
  } else if (arrived_ > 256) {
    arrivals_.erase(arrivals_.begin(), arrivals_.begin() + static_cast<std::ptrdiff_t>(arrived_));
    arrived_ = 0;
  }
}

/// While both directions have work they take turns of `write_high` commands, or until the
/// writes are down to `write_low`. Without reads, writes go once they are worth it, or when
/// no read has come for as long as going there and back costs.
bool DramUnit::wants_writes(std::int64_t cycle) const {
  const std::uint32_t reads = queues_[0].count;
  const std::uint32_t writes = queues_[1].count;
  if (is_writing_) return reads == 0 || (writes > write_low_ && batch_ < write_high_);
  if (reads > 0) return writes >= write_high_ && batch_ >= write_high_;
  return writes > 0 &&
         (writes >= (write_high_ + write_low_) / 2 || cycle >= last_read_ + patience_);
}

void DramUnit::step(std::int64_t cycle, std::vector<DramDone>& done) {
  admit(cycle);
  if (cycle >= refresh_at_) {
    refresh(cycle);
    return;
  }
  const bool is_writing = wants_writes(cycle);
  if (is_writing != is_writing_) {
    ++use_.turnarounds;
    batch_ = 0;
    is_writing_ = is_writing;
  }
  bool has_issued = false;
  std::int64_t next = issue_column(cycle, has_issued, done);
  next = std::min(next, issue_row(cycle, !has_issued || has_split_commands_));
  if (wants_writes(cycle + 1) != is_writing_) {
    next = cycle + 1;
  } else if (!is_writing_ && queues_[0].count == 0 && queues_[1].count > 0) {
    next = std::min(next, last_read_ + patience_);
  }
  if (arrived_ < arrivals_.size()) next = std::min(next, arrivals_[arrived_].cycle);
  next_ = std::min(next, refresh_at_);
}

void DramUnit::refresh(std::int64_t cycle) {
  bool is_open = false;
  for (std::uint32_t bank = 0; bank < queues_[0].banks.size(); ++bank) {
    is_open = is_open || timing_.open_row(bank) != DramTiming::kClosed;
    for (Queue& queue : queues_) {
      queue.banks[bank].hit = kNone;
      update_hit(queue, bank);
    }
  }
  if (is_open) {
    const std::int64_t at = std::max(cycle, timing_.earliest(DramCommand::PrechargeAll, 0));
    issue(DramCommand::PrechargeAll, 0, 0, at);
    cycle = at + 1;
  }
  const std::int64_t at = std::max(cycle, timing_.earliest(DramCommand::Refresh, 0));
  issue(DramCommand::Refresh, 0, 0, at);
  ++use_.refreshes;
  refresh_at_ += t_.refi;
  next_ = at + 1;
}

std::int64_t DramUnit::issue_column(std::int64_t cycle, bool& has_issued,
                                    std::vector<DramDone>& done) {
  Queue& queue = queues_[is_writing_];
  if (queue.hits == 0) return kNever;
  const std::int64_t floor = timing_.column_floor(is_writing_);
  if (floor > cycle) return floor;
  std::int64_t next = kNever;
  Slot best = kNone;
  for (std::uint64_t left = queue.hits; left != 0; left &= left - 1) {
    const auto bank = static_cast<std::uint32_t>(std::countr_zero(left));
    const std::int64_t at = timing_.earliest_column(is_writing_, bank);
    if (at > cycle) {
      next = std::min(next, at);
      continue;
    }
    const Slot slot = queue.banks[bank].hit;
    if (best == kNone || is_older(queue.entries[slot], queue.entries[best])) best = slot;
  }
  if (best == kNone) return next;
  const Entry& entry = queue.entries[best];
  issue(is_writing_ ? DramCommand::Write : DramCommand::Read, entry.bank, entry.row, cycle);
  ++batch_;
  if (!is_writing_) last_read_ = cycle;
  finish(queue, best, cycle, done);
  has_issued = true;
  return queue.hits == 0 ? kNever : timing_.column_floor(is_writing_);
}

DramUnit::RowChoice DramUnit::choose_row(const Queue& queue, std::uint64_t banks,
                                         std::int64_t cycle) const {
  RowChoice choice;
  for (; banks != 0; banks &= banks - 1) {
    const auto bank = static_cast<std::uint32_t>(std::countr_zero(banks));
    const DramCommand command = timing_.open_row(bank) == DramTiming::kClosed
                                    ? DramCommand::Activate
                                    : DramCommand::Precharge;
    const std::int64_t at = timing_.earliest(command, bank);
    choice.next = std::min(choice.next, std::max(at, cycle + 1));
    if (at > cycle) continue;
    const Slot slot = queue.banks[bank].head;
    if (choice.slot == kNone || is_older(queue.entries[slot], queue.entries[choice.slot])) {
      choice.slot = slot;
    }
  }
  return choice;
}

/// For the direction that has the bus, else for the other one where that harms nobody.
std::int64_t DramUnit::issue_row(std::int64_t cycle, bool may_issue) {
  Queue* queue = &queues_[is_writing_];
  Queue& other = queues_[!is_writing_];
  RowChoice choice = choose_row(*queue, queue->waiting & ~queue->hits, cycle);
  const std::uint64_t ahead = other.waiting & ~other.hits & ~queue->waiting;
  if (choice.slot == kNone && ahead != 0) {
    const std::int64_t next = choice.next;
    queue = &other;
    choice = choose_row(other, ahead, cycle);
    choice.next = std::min(choice.next, next);
  }
  if (choice.slot == kNone || !may_issue) return choice.next;
  Entry& entry = queue->entries[choice.slot];
  const std::uint32_t bank = entry.bank;
  if (timing_.open_row(bank) == DramTiming::kClosed) {
    entry.has_activated = true;
    issue(DramCommand::Activate, bank, entry.row, cycle);
  } else {
    entry.has_precharged = true;
    issue(DramCommand::Precharge, bank, entry.row, cycle);
  }
  for (Queue& each : queues_) find_hit(each, bank);
  return cycle + 1;
}

/// Takes a request off its list; its data is there after latency and burst.
void DramUnit::finish(Queue& queue, Slot slot, std::int64_t cycle, std::vector<DramDone>& done) {
  const Entry entry = queue.entries[slot];
  BankList& list = queue.banks[entry.bank];
  list.passed = slot == list.head ? 0 : list.passed + 1;
  (entry.before == kNone ? list.head : queue.entries[entry.before].after) = entry.after;
  (entry.after == kNone ? list.tail : queue.entries[entry.after].before) = entry.before;
  list.hit = entry.after;
  while (list.hit != kNone && queue.entries[list.hit].row != entry.row) {
    list.hit = queue.entries[list.hit].after;
  }
  if (list.head == kNone) queue.waiting &= ~(std::uint64_t{1} << entry.bank);
  update_hit(queue, entry.bank);
  queue.free.push_back(slot);
  --queue.count;
  --queue.held[entry.core];
  --held_;
  ++(is_writing_ ? use_.writes : use_.reads);
  ++(entry.has_precharged ? use_.conflicts : entry.has_activated ? use_.misses : use_.hits);
  const std::int64_t latency = is_writing_ ? t_.cwl : t_.cl;
  done.push_back({cycle + latency + t_.burst, entry.core, entry.tag, is_writing_});
}

void DramUnit::find_hit(Queue& queue, std::uint32_t bank) {
  BankList& list = queue.banks[bank];
  const std::int64_t row = timing_.open_row(bank);
  list.hit = row == DramTiming::kClosed ? kNone : list.head;
  list.passed = 0;
  while (list.hit != kNone && queue.entries[list.hit].row != row) {
    list.hit = queue.entries[list.hit].after;
  }
  update_hit(queue, bank);
}

void DramUnit::update_hit(Queue& queue, std::uint32_t bank) {
  const BankList& list = queue.banks[bank];
  const bool may_go = list.hit != kNone && list.passed < kPassedMax;
  const std::uint64_t bit = std::uint64_t{1} << bank;
  queue.hits = may_go ? queue.hits | bit : queue.hits & ~bit;
}

void DramUnit::issue(DramCommand command, std::uint32_t bank, std::uint32_t row,
                     std::int64_t cycle) {
  timing_.issue(command, bank, row, cycle);
  if (log_ != nullptr) log_->push_back({cycle, command, bank, row});
}

MemoryUse use_of_units(const std::vector<DramUnit>& units, std::uint32_t channels,
                       std::uint32_t burst, ClockRate clock) {
  MemoryUse use;
  for (const DramUnit& unit : units) {
    const DramUse& u = unit.use();
    use.reads += u.reads;
    use.writes += u.writes;
    use.row_hits += u.hits;
    use.row_misses += u.misses;
    use.row_conflicts += u.conflicts;
    use.refreshes += u.refreshes;
    use.turnarounds += u.turnarounds;
  }
  use.channels = channels;
  const std::uint64_t cycles = (use.reads + use.writes) * burst * channels / units.size();
  use.data_busy = clock.edge(static_cast<std::int64_t>(cycles)) - SimTime(0);
  return use;
}

}  // namespace heddle::tile::model
