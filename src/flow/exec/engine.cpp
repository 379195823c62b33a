#include "flow/exec/engine.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "flow/exec/background_task.h"

namespace heddle::flow {
namespace {

std::uint64_t minor_faults() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<std::uint64_t>(usage.ru_minflt);
}

}  // namespace

Engine::Engine(const Parts& parts, std::vector<StepCode> steps, std::uint32_t worker_count)
    : parts_(parts),
      steps_(std::move(steps)),
      workers_(worker_count),
      wait_policy_(WaitPolicy::for_workers(worker_count)),
      faults_(worker_count, 0) {
  for (std::uint32_t i = 0; i < parts.layout->messages.size(); ++i) {
    if (parts.layout->messages[i].type->release != nullptr) releasing_.push_back(i);
  }
  is_tsc_ = parts.clock->is_tsc();
  if (parts.graph->runtime.has_stamps) {
    stamps_ = is_tsc_ ? Stamps::Counter : Stamps::Clock;
  }
  const std::uint64_t first = parts.options->first_clid;
  if (parts.graph->runtime.lists) lists_end_ = first + *parts.graph->runtime.lists;
  has_rate_ = parts.graph->runtime.rate_hz > 0;
  if (parts.graph->logging.is_enabled) next_keyframe_ = first;
  steady_clid_ = first + parts.options->steady_after_lists;
  committed_.store(first, std::memory_order_relaxed);
  admitted_.store(first, std::memory_order_relaxed);
}

std::uint64_t Engine::keyframe_after(std::uint64_t clid) const {
  const std::uint64_t interval = parts_.graph->logging.keyframe_interval;
  return interval == 0 ? kNoEnd : (clid / interval + 1) * interval;
}

/// Deadlines are absolute, so that rounding never adds up; periods that have passed
/// are missed and never made up for.
std::uint64_t Engine::wait_for_rate(std::uint64_t clid, std::uint64_t ticks) {
  const ClockScale scale = parts_.clock->scale();
  const double rate_hz = parts_.graph->runtime.rate_hz;
  const double period_ns = 1e9 / rate_hz;
  const auto deadline_of = [&](std::uint64_t index) {
    return rate_start_ns_ + static_cast<std::int64_t>(static_cast<double>(index) * 1e9 / rate_hz);
  };
  FlowTime now{scale.to_ns(ticks)};
  if (clid == first_clid()) {
    rate_start_ns_ = now.ns;
    rate_index_ = 0;
  }
  const std::int64_t deadline = deadline_of(rate_index_);
  while (now.ns < deadline && !wants_end(clid)) now = parts_.clock->wait_until({deadline});
  const auto late = static_cast<double>(now.ns - deadline) / period_ns;
  const auto missed = late >= 1 ? static_cast<std::uint64_t>(late) : 0;
  missed_periods_ += missed;
  rate_index_ += 1 + missed;
  return parts_.clock->ticks();
}

bool Engine::admit(std::uint32_t slot_index, std::uint64_t clid) {
  std::uint64_t ticks = is_tsc_ ? stamp<Stamps::Counter>() : parts_.clock->ticks();
  if (has_rate_) ticks = wait_for_rate(clid, ticks);
  if (wants_end(clid)) {
    end_clid_.store(clid, std::memory_order_release);
    return false;
  }
  SlotHeader& header = parts_.ring->header(slot_index);
  set_state(header, SlotState::Initialised);
  header.clid = clid;
  header.admission_ns = parts_.clock->admit(clid, ticks).ns;
  header.is_aborted.store(false, std::memory_order_relaxed);
  header.ignored_count.store(0, std::memory_order_relaxed);
  header.has_text.store(false, std::memory_order_relaxed);
  header.is_keyframe = clid == next_keyframe_;
  if (header.is_keyframe) [[unlikely]]
    next_keyframe_ = keyframe_after(clid);
  header.is_special.store(header.is_keyframe, std::memory_order_relaxed);
  header.admission_ticks = ticks;
  set_state(header, SlotState::Processing);
  admitted_.store(clid + 1, std::memory_order_relaxed);
  return true;
}

void Engine::commit(WorkerState& worker, std::uint32_t slot_index, std::uint64_t clid) {
  worker.current.store(step_key(clid, kCommitStep), std::memory_order_relaxed);
  SlotHeader& header = parts_.ring->header(slot_index);
  set_state(header, SlotState::Done);
  set_state(header, SlotState::Serialising);
  if (step_key(clid, kCommitStep) <= limit_.get()) [[likely]] {
    const ListView list(*parts_.layout, parts_.ring->slot(slot_index),
                        parts_.ring->states(slot_index));
    if (parts_.sink->commit(list)) [[likely]] {
      ++lists_;
      if (header.is_aborted.load(std::memory_order_relaxed)) ++aborted_;
      ignored_ += header.ignored_count.load(std::memory_order_relaxed);
    } else {
      Status status = parts_.sink->status();
      fail_at(step_key(clid, kSinkStep), status ? Diagnostics() : std::move(status.error()));
    }
  }
  for (const std::uint32_t message : releasing_) {
    const MessageSlot& where = parts_.layout->messages[message];
    where.type->release(parts_.ring->slot(slot_index) + where.offset);
  }
  set_state(header, SlotState::Free);
  committed_.store(clid + 1, std::memory_order_relaxed);
}

std::uint64_t Engine::wait_long(WorkerState& worker, ProgressWord& word, std::uint64_t target,
                                std::uint32_t whose) {
  worker.waits_for.store(whose + 1, std::memory_order_relaxed);
  const std::uint64_t value = word.wait(target, wait_policy_);
  worker.waits_for.store(0, std::memory_order_relaxed);
  return value;
}

void Engine::fail_at(std::uint64_t key, Diagnostics error) {
  const std::lock_guard lock(failure_mutex_);
  if (key < failure_key_) {
    failure_key_ = key;
    failure_ = std::move(error);
  }
  limit_.lower(key);
}

void Engine::note_steady(WorkerState& worker) {
  worker.is_steady = true;
  worker.steady_faults_begin = minor_faults();
}

void Engine::leave(WorkerState& worker, std::uint32_t index) {
  if (worker.is_steady) faults_[index] = minor_faults() - worker.steady_faults_begin;
}

RunSummary Engine::summary() const {
  RunSummary out{.lists = lists_,
                 .aborted = aborted_,
                 .ignored = ignored_,
                 .missed_periods = missed_periods_,
                 .steady_faults = faults_};
  out.ending.end_clid = first_clid() + lists_;
  const std::uint64_t limit = limit_.get();
  if (failure_key_ <= limit && failure_key_ != kNoEnd) {
    out.ending.kind = RunEnding::Kind::Failed;
    out.error = failure_;
    out.ending.text = failure_.to_string();
  } else if (out.ending.end_clid != lists_end_) {
    out.ending.kind = RunEnding::Kind::Stopped;
  }
  return out;
}

}  // namespace heddle::flow
