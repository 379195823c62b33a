// The discrete-event kernel: simulated time, processes, handlers, and the one
// loop that executes events. A run is a function of the model alone: its digest
// over executed events is the same for every queue, thread count and partition.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/base/interrupt.h"
#include "heddle/base/result.h"
#include "heddle/des/event.h"
#include "heddle/des/event_queue.h"
#include "heddle/des/frame_pool.h"
#include "heddle/des/process.h"
#include "heddle/des/task.h"

namespace heddle::des {

struct KernelOptions {
  QueueKind queue = QueueKind::Heap;
  /// Events at one instant before that is an error.
  std::uint64_t instant_events_max = 16'000'000;
  /// Events without progress before that is an error; 0 never.
  std::uint64_t idle_events_max = 0;
  Interrupt interrupt = {};
};

/// Why a run ended without an error.
enum class StopReason : std::uint8_t {
  Finished,     ///< nothing is left to happen, every process that must end has ended
  TimeLimit,    ///< the next event is past `RunLimits::until`
  EventLimit,   ///< `RunLimits::events_max` were executed
  Interrupted,  ///< the user asked
};

struct RunLimits {
  SimTime until = SimTime(std::int64_t{1} << 62);  ///< executed: events up to and at this
  std::uint64_t events_max = ~std::uint64_t{0};
};

struct RunSummary {
  StopReason reason = StopReason::Finished;
  SimTime now;
  std::uint64_t events = 0;  ///< executed by this call
};

/// How a process starts.
struct SpawnOptions {
  Picoseconds delay = Picoseconds(0);
  Priority priority = Priority::Default;
  bool is_daemon = false;  ///< may be left waiting at the end
};

/// Something that an event could not decide before the other partitions have
/// come as far. See `Kernel::stall`.
class Retry {
 public:
  /// Decides, or stalls again.
  virtual void retry(Kernel& kernel) = 0;

 protected:
  Retry() = default;
  Retry(const Retry&) = default;
  Retry& operator=(const Retry&) = default;
  ~Retry() = default;
};

/// Names a pending event of a handler.
struct EventId {
  std::uint64_t order = 0;
};

/// One logical process: a queue, a clock, and what they drive. Ends every
/// process that is still there when it dies.
/// Threads: one at a time. Determinism: all of it.
class Kernel {
 public:
  static constexpr SimTime kTimeMax = SimTime(std::int64_t{1} << 62);

  explicit Kernel(KernelOptions options = {});
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  /// Declares the next component. Requires: fewer than 2^20 - 1 (checked).
  ComponentId add_component(std::string name);
  [[nodiscard]] std::string_view component_name(ComponentId id) const;

  [[nodiscard]] SimTime now() const { return now_; }
  [[nodiscard]] FramePool& frame_pool() { return frames_; }

  /// Makes `task` a process of `component`; its first event comes after `delay`.
  ProcessId spawn(ComponentId component, std::string name, Task<> task, SpawnOptions options = {});
  [[nodiscard]] bool is_live(ProcessId id) const;
  /// Ends a process where it stands: its frames are destroyed, what they hold
  /// is given back. False when it has ended, or is the one that runs.
  bool cancel(ProcessId id);

  /// Runs `handler` after `delay`. Errors: des.time-overflow, told by `run`.
  EventId schedule(Handler& handler, Picoseconds delay, Priority priority = Priority::Default) {
    const std::uint64_t order = next_order(handler.component(), priority);
    push(delay, order, reinterpret_cast<std::uintptr_t>(&handler) | kHandlerBit);
    return {order};
  }
  /// The event will not happen. Requires: it is still pending.
  void cancel(EventId id) { cancelled_.insert(id.order); }

  /// Executes events in order of their keys until one of the reasons to stop.
  /// It is a bug to call it from within an event: it aborts, saying so.
  /// Errors: des.deadlock, des.instant-storm, des.no-progress,
  /// des.process-threw, des.time-overflow, and what was given to `fail`.
  Result<RunSummary> run(const RunLimits& limits = {});

  /// Ends the run with an error after the present event. The first one counts.
  void fail(Diagnostics why);
  [[nodiscard]] bool has_failed() const { return failure_.has_errors(); }

  /// Tells the watchdog that something was achieved: a put, a get, a process
  /// that ended; models add their own.
  void note_progress() { progress_mark_ = executed_; }

  /// Over the keys and components of the events executed so far.
  [[nodiscard]] Digest64 digest() const;
  [[nodiscard]] std::uint64_t executed_count() const { return executed_; }
  [[nodiscard]] std::size_t pending_count() const { return queue_.size() - cancelled_.size(); }
  /// The time of the next event. Requires: `pending_count` is not zero.
  [[nodiscard]] SimTime next_time();

  /// A line a process that waits for what may never come, by component; empty
  /// when there is none. Daemons are left out. A cycle of waits has a line of
  /// its own.
  [[nodiscard]] std::string wait_graph() const;
  [[nodiscard]] std::size_t waiting_count() const;

  // What awaitables and partitions are made of.

  /// Resumes a suspended process after `delay`.
  void resume_after(Process& process, Picoseconds delay) {
    const std::uint64_t order = next_order(process.component, process.priority);
    process.pending = order;
    push(delay, order, reinterpret_cast<std::uintptr_t>(&process));
  }
  /// Takes a pending resumption back. Requires: there is one.
  void take_back(Process& process) {
    cancelled_.insert(process.pending);
    process.pending = 0;
  }
  /// A key that the component has not used yet.
  [[nodiscard]] std::uint64_t next_order(ComponentId source, Priority priority) {
    return EventOrder::pack(priority, source, ++sequences_[source.value()]);
  }
  /// The same with a key that `next_order` gave, of whatever component.
  void schedule(Handler& handler, Picoseconds delay, std::uint64_t order) {
    push(delay, order, reinterpret_cast<std::uintptr_t>(&handler) | kHandlerBit);
  }
  /// An event whose key was made elsewhere. Requires: not before `now`.
  void accept(SimTime time, std::uint64_t order, Handler& handler) {
    queue_.push({time, order, reinterpret_cast<std::uintptr_t>(&handler) | kHandlerBit});
  }
  void end(Process& process, const std::exception_ptr& exception);
  [[nodiscard]] Process& process_at(ProcessId id) { return processes_[id.index]; }
  [[nodiscard]] bool is_closing() const { return is_closing_; }
  /// The process that runs; null within a handler and outside of `run`.
  [[nodiscard]] const Process* running() const { return running_; }
  [[nodiscard]] std::uint64_t digest_sum() const { return digest_sum_; }
  /// `run` without the check for processes that are left waiting.
  Result<RunSummary> run_window(const RunLimits& limits);
  /// Ends the present window before the first event past `until`.
  void limit_window(SimTime until) { until_ = std::min(until_, until); }
  /// Ends the present window with the present event; the next window goes on
  /// within that event, with `retry`, before anything else happens here.
  /// Requires: `retry` lives until then.
  void stall(Retry& retry) {
    stalled_ = &retry;
    must_stop_ = true;
  }
  [[nodiscard]] bool is_stalled() const { return stalled_ != nullptr; }
  /// Resumes a process as a part of the present event.
  void go_on(Process& process);
  /// Whether an event with this key would come after the present one.
  [[nodiscard]] bool is_ahead(SimTime time, std::uint64_t order) const {
    return time != now_ ? time > now_ : order > order_;
  }
  [[nodiscard]] std::uint64_t position_order() const { return order_; }
  /// Executes an event whose time has passed, where that makes no difference.
  void execute_late(SimTime time, std::uint64_t order, Handler& handler);
  /// The processes that `wait_graph` tells of, and its text for any of them.
  void add_waiting(std::vector<const Process*>& waiting) const;
  [[nodiscard]] static std::string wait_graph_of(std::vector<const Process*> waiting);

 private:
  static constexpr std::uintptr_t kHandlerBit = 1;
  /// Events between two looks at what changes seldom.
  static constexpr std::uint64_t kStretch = 4096;

  void push(Picoseconds delay, std::uint64_t order, std::uintptr_t target) {
    const std::int64_t time = now_.ps() + delay.count();
    if (delay.count() < 0 || delay.count() > kTimeMax.ps() || time > kTimeMax.ps()) [[unlikely]] {
      overflow(delay, order);
      return;
    }
    queue_.push({SimTime(time), order, target});
  }
  void overflow(Picoseconds delay, std::uint64_t order);
  bool run_stretch(std::uint64_t events_max);
  void execute(const Event& event);
  bool drop_cancelled();
  void storm();
  void idle();
  Process& take_process();

  KernelOptions options_;
  SimTime now_;
  EventQueue queue_;
  std::vector<std::uint64_t> sequences_;
  SimTime until_ = kTimeMax;  ///< of the present window
  std::uint64_t order_ = 0;   ///< of the event that was executed last
  std::uint64_t executed_ = 0;
  std::uint64_t digest_sum_ = 0;
  std::uint64_t instant_start_ = 0;  ///< `executed_` when `now_` was reached
  std::uint64_t progress_mark_ = 0;  ///< `executed_` at the last progress
  Process* running_ = nullptr;
  bool is_running_ = false;
  bool is_closing_ = false;
  bool must_stop_ = false;  ///< after the present event
  Retry* stalled_ = nullptr;
  ComponentId last_component_ = {};
  std::set<std::uint64_t> cancelled_;  ///< orders of pending events that will not happen
  Diagnostics failure_;
  std::vector<std::string> names_;
  FramePool frames_;
  std::deque<Process> processes_;
  std::vector<std::uint32_t> free_processes_;
};

}  // namespace heddle::des
