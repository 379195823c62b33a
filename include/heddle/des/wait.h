// What processes wait with: a delay, the end of another process, and the base
// of every wait that somebody else ends.
#pragma once

#include "heddle/des/kernel.h"

namespace heddle::des {

class Delay {
 public:
  explicit Delay(Picoseconds duration) : duration_(duration) {}
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) const {
    Process& process = *self.promise().process;
    process.leaf = self;
    process.kernel->resume_after(process, duration_);
  }
  void await_resume() const noexcept {}

 private:
  Picoseconds duration_;
};

/// `co_await delay(d)`: the process goes on `d` later.
[[nodiscard]] inline Delay delay(Picoseconds duration) {
  return Delay(duration);
}

class ThisProcess {
 public:
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    process_ = self.promise().process;
    return false;
  }
  [[nodiscard]] Process& await_resume() const noexcept { return *process_; }

 private:
  Process* process_ = nullptr;
};

/// `Process& process = co_await this_process()`
[[nodiscard]] inline ThisProcess this_process() {
  return {};
}

/// Suspends the process of `self` in `list`, at most for `timeout` unless that
/// is negative.
template <class Promise>
void wait_in(WaitList& list, WaitNode& node, const WaitObject& object,
             std::coroutine_handle<Promise> self, Picoseconds timeout = Picoseconds(-1)) {
  Process& process = *self.promise().process;
  process.leaf = self;
  process.waiting_on = &object;
  node.process = &process;
  list.push(node);
  if (timeout >= Picoseconds(0)) process.kernel->resume_after(process, timeout);
}

/// Hands over what `node` waits for: the process goes on at this instant, and
/// a running timeout is taken back.
inline void grant(WaitNode& node) {
  Process& process = *node.process;
  node.unlink();
  node.is_granted = true;
  process.waiting_on = nullptr;
  if (process.pending != 0) process.kernel->take_back(process);
  process.kernel->resume_after(process, Picoseconds(0));
}

/// A wait ended by its timeout: out of the list again.
inline void give_up(WaitNode& node) {
  node.unlink();
  node.process->waiting_on = nullptr;
}

class Join {
 public:
  Join(Kernel& kernel, ProcessId id) : kernel_(kernel), id_(id) {}
  Join(const Join&) = delete;
  Join& operator=(const Join&) = delete;
  ~Join() { node_.unlink(); }

  [[nodiscard]] bool await_ready() const { return !kernel_.is_live(id_); }
  template <class Promise>
  void await_suspend(std::coroutine_handle<Promise> self) {
    Process& process = kernel_.process_at(id_);
    wait_in(process.joiners, node_, process, self);
  }
  void await_resume() const noexcept {}

 private:
  Kernel& kernel_;
  ProcessId id_;
  WaitNode node_;
};

/// `co_await join(kernel, id)`: the process goes on when the other has ended.
[[nodiscard]] inline Join join(Kernel& kernel, ProcessId id) {
  return {kernel, id};
}

}  // namespace heddle::des
