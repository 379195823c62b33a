// The loop over events, and the life of processes.
#include "heddle/des/kernel.h"

#include <algorithm>
#include <utility>

#include "heddle/base/check.h"
#include "heddle/des/diagnostics.h"
#include "heddle/des/wait.h"

namespace heddle::des {
namespace {

/// A 64-bit mix of two words by one 128-bit product. Sums of these are the
/// digest: addition does not care in which order partitions executed, and the
/// keys themselves hold the order.
std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kFirst = 0x9E3779B97F4A7C15;
  constexpr std::uint64_t kSecond = 0xD1B54A32D192ED03;
  const auto product = static_cast<unsigned __int128>(a ^ kFirst) * (b ^ kSecond);
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

std::string what_of(const std::exception_ptr& exception) {
  try {
    std::rethrow_exception(exception);
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

}  // namespace

void detail::end_process(Process& process, std::exception_ptr exception) {
  process.kernel->end(process, exception);
}

Kernel::Kernel(KernelOptions options) : options_(options), queue_(options.queue) {
  // Not in a cache line of another partition's kernel.
  sequences_.reserve(256);
}

Kernel::~Kernel() {
  is_closing_ = true;
  for (Process& process : processes_) {
    if (process.is_live && process.root) process.root.destroy();
  }
}

ComponentId Kernel::add_component(std::string name) {
  HEDDLE_CHECK(names_.size() + 1 < EventOrder::kComponentsMax);
  names_.push_back(std::move(name));
  sequences_.push_back(0);
  return ComponentId(static_cast<std::uint32_t>(names_.size() - 1));
}

std::string_view Kernel::component_name(ComponentId id) const {
  return id.value() < names_.size() ? std::string_view(names_[id.value()]) : "none";
}

Process& Kernel::take_process() {
  if (free_processes_.empty()) {
    Process& process = processes_.emplace_back();
    process.index = static_cast<std::uint32_t>(processes_.size() - 1);
    process.kernel = this;
    return process;
  }
  Process& process = processes_[free_processes_.back()];
  free_processes_.pop_back();
  return process;
}

ProcessId Kernel::spawn(ComponentId component, std::string name, Task<> task,
                        SpawnOptions options) {
  HEDDLE_CHECK(!task.is_empty());
  HEDDLE_CHECK(component.value() < names_.size());
  Process& process = take_process();
  const auto handle = task.release();
  handle.promise().process = &process;
  process.root = handle;
  process.leaf = handle;
  process.component = component;
  process.priority = options.priority;
  process.is_live = true;
  process.is_daemon = options.is_daemon;
  process.waiting_on = nullptr;
  process.name = std::move(name);
  resume_after(process, options.delay);
  return {process.index, process.generation};
}

bool Kernel::is_live(ProcessId id) const {
  const Process& process = processes_[id.index];
  return process.is_live && process.generation == id.generation;
}

bool Kernel::cancel(ProcessId id) {
  if (!is_live(id)) return false;
  Process& process = processes_[id.index];
  if (&process == running_) return false;
  if (process.pending != 0) take_back(process);
  process.root.destroy();
  end(process, nullptr);
  return true;
}

void Kernel::end(Process& process, const std::exception_ptr& exception) {
  process.is_live = false;
  process.waiting_on = nullptr;
  process.root = nullptr;
  process.leaf = nullptr;
  ++process.generation;
  if (is_closing_) return;
  while (!process.joiners.empty()) grant(process.joiners.front());
  if (exception) {
    fail(Diagnostic(diag::kProcessThrew, {},
                    {process.name, component_name(process.component), std::to_string(now_.ps()),
                     what_of(exception)}));
  }
  free_processes_.push_back(process.index);
  note_progress();
}

void Kernel::fail(Diagnostics why) {
  must_stop_ = true;
  if (!failure_.has_errors()) failure_ = std::move(why);
}

void Kernel::overflow(Picoseconds delay, std::uint64_t order) {
  fail(Diagnostic(diag::kTimeOverflow, {},
                  {component_name(EventOrder::source_of(order)), std::to_string(delay.count()),
                   std::to_string(now_.ps())}));
}

void Kernel::execute(const Event& event) {
  if (event.time != now_) {
    now_ = event.time;
    instant_start_ = executed_;
  }
  ++executed_;
  order_ = event.order;
  const auto time = static_cast<std::uint64_t>(event.time.ps());
  if ((event.target & kHandlerBit) != 0) {
    auto& handler = *reinterpret_cast<Handler*>(event.target & ~kHandlerBit);
    last_component_ = handler.component();
    digest_sum_ += mix(time ^ std::uint64_t{last_component_.value()} << 44, event.order);
    handler.on_event(*this);
    return;
  }
  auto& process = *reinterpret_cast<Process*>(event.target);
  last_component_ = process.component;
  digest_sum_ += mix(time ^ std::uint64_t{last_component_.value()} << 44, event.order);
  process.pending = 0;
  running_ = &process;
  process.leaf.resume();
  running_ = nullptr;
}

void Kernel::go_on(Process& process) {
  running_ = &process;
  process.leaf.resume();
  running_ = nullptr;
}

void Kernel::execute_late(SimTime time, std::uint64_t order, Handler& handler) {
  ++executed_;
  digest_sum_ +=
      mix(static_cast<std::uint64_t>(time.ps()) ^ std::uint64_t{handler.component().value()} << 44,
          order);
  handler.on_event(*this);
}

/// Whether the next event was a cancelled one, which is gone now.
bool Kernel::drop_cancelled() {
  if (cancelled_.empty()) return false;
  const auto found = cancelled_.find(queue_.top().order);
  if (found == cancelled_.end()) return false;
  cancelled_.erase(found);
  queue_.pop();
  return true;
}

SimTime Kernel::next_time() {
  if (stalled_ != nullptr) return now_;
  while (drop_cancelled()) {
  }
  return queue_.top().time;
}

/// At most `events_max` events up to `until_`; whether there may be more to do.
bool Kernel::run_stretch(std::uint64_t events_max) {
  const std::uint64_t end = executed_ + events_max;
  while (executed_ < end) {
    if (queue_.empty()) return false;
    if (drop_cancelled()) continue;
    const Event event = queue_.top();
    if (event.time > until_) return false;
    queue_.pop();
    execute(event);
    if (must_stop_) return false;
  }
  return true;
}

void Kernel::storm() {
  fail(Diagnostic(diag::kInstantStorm, {},
                  {std::to_string(options_.instant_events_max), std::to_string(now_.ps()),
                   component_name(last_component_)}));
}

void Kernel::idle() {
  fail(Diagnostic(diag::kNoProgress, {},
                  {std::to_string(options_.idle_events_max), std::to_string(now_.ps()),
                   component_name(last_component_)}));
}

Result<RunSummary> Kernel::run_window(const RunLimits& limits) {
  if (is_running_) check_failed("Kernel::run is not called from within an event");
  is_running_ = true;
  const std::uint64_t first = executed_;
  RunSummary summary;
  progress_mark_ = std::max(progress_mark_, first);
  until_ = limits.until;
  must_stop_ = failure_.has_errors();
  if (Retry* const stalled = std::exchange(stalled_, nullptr)) stalled->retry(*this);
  while (!failure_.has_errors()) {
    const std::uint64_t left = limits.events_max - (executed_ - first);
    std::uint64_t stretch = std::min(left, kStretch);
    stretch = std::min(stretch, options_.instant_events_max + 1);
    const bool may_go_on = stretch > 0 && !must_stop_ && run_stretch(stretch);
    if (failure_.has_errors()) break;
    if (executed_ - instant_start_ > options_.instant_events_max) {
      storm();
    } else if (options_.idle_events_max != 0 &&
               executed_ - progress_mark_ > options_.idle_events_max) {
      idle();
    } else if (!may_go_on) {
      const bool is_done = pending_count() == 0;
      summary.reason = is_done ? StopReason::Finished
                       : left == stretch && executed_ - first == limits.events_max
                           ? StopReason::EventLimit
                           : StopReason::TimeLimit;
      break;
    } else if (options_.interrupt.is_requested()) {
      summary.reason = StopReason::Interrupted;
      break;
    }
  }
  is_running_ = false;
  if (failure_.has_errors()) return heddle::fail(failure_);
  summary.now = now_;
  summary.events = executed_ - first;
  return summary;
}

Result<RunSummary> Kernel::run(const RunLimits& limits) {
  HEDDLE_TRY(const RunSummary summary, run_window(limits));
  if (summary.reason == StopReason::Finished) {
    if (const std::size_t waiting = waiting_count(); waiting > 0) {
      fail(Diagnostic(diag::kDeadlock, {},
                      {std::to_string(now_.ps()), std::to_string(waiting), wait_graph()}));
      return heddle::fail(failure_);
    }
  }
  return summary;
}

Digest64 Kernel::digest() const {
  const std::uint64_t words[] = {digest_sum_, executed_};
  return digest_of(words);
}

}  // namespace heddle::des
