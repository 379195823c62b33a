#include "flow/exec/watchdog.h"

#include <algorithm>
#include <chrono>

namespace heddle::flow {
namespace {

constexpr std::uint32_t kLookMsMax = 100;

}  // namespace

Watchdog::Watchdog(Engine& engine, const Executor& executor, const RunOptions& options)
    : engine_(engine),
      executor_(executor),
      options_(options),
      limit_ms_(options.on_stall == nullptr ? 0 : engine.graph().runtime.watchdog_ms),
      seen_(engine.workers().size(), Engine::kNoEnd),
      still_ms_(engine.workers().size(), 0) {
  if (limit_ms_ == 0 && options.on_progress == nullptr) return;
  thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::watch() {
  const std::uint32_t look_ms =
      limit_ms_ == 0 ? kLookMsMax : std::clamp(limit_ms_ / 4, 1U, kLookMsMax);
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, std::chrono::milliseconds(look_ms), [&] { return is_over_; })) {
    if (options_.on_progress != nullptr) {
      options_.on_progress({engine_.admitted() - engine_.first_clid(),
                            engine_.committed() - engine_.first_clid(), engine_.plan().slot_count});
    }
    if (limit_ms_ == 0) continue;
    for (std::uint32_t& still : still_ms_) still += look_ms;
    look_for_stalls();
  }
}

void Watchdog::look_for_stalls() {
  for (std::uint32_t i = 0; i < seen_.size(); ++i) {
    const std::uint64_t current = engine_.workers()[i].current.load(std::memory_order_relaxed);
    if (current != seen_[i]) {
      seen_[i] = current;
      still_ms_[i] = 0;
    } else if (still_ms_[i] >= limit_ms_) {
      report(i);
      still_ms_[i] = 0;
      seen_[i] = Engine::kNoEnd;  // once a stall, and again after as long
    }
  }
}

void Watchdog::report(std::uint32_t worker) {
  const WorkerState& state = engine_.workers()[worker];
  const std::uint64_t current = state.current.load(std::memory_order_relaxed);
  const std::uint64_t step = current & kCommitStep;
  StallReport report{.worker = worker, .task = "commit", .clid = current >> 13};
  if (step < engine_.steps().size()) report.task = engine_.steps()[step].identity.id;
  if (const std::uint32_t whose = state.waits_for.load(std::memory_order_relaxed); whose > 0) {
    report.is_waiting = true;
    report.waits_for = executor_.name_of(whose - 1);
  }
  options_.on_stall(report);
}

}  // namespace heddle::flow
