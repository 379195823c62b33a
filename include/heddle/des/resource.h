// What processes share and wait for: resources held by one process at a time
// a unit, counted credits, and triggers that let everybody go at once.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "heddle/des/wait.h"

namespace heddle::des {

class Resource;

/// A unit of a resource; gives it back when it dies. Moves only.
class [[nodiscard]] Lease {
 public:
  Lease() = default;
  Lease(Resource& resource, const Process& holder) : resource_(&resource), holder_(&holder) {}
  Lease(Lease&& other) noexcept
      : resource_(std::exchange(other.resource_, nullptr)), holder_(other.holder_) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      release();
      resource_ = std::exchange(other.resource_, nullptr);
      holder_ = other.holder_;
    }
    return *this;
  }
  ~Lease() { release(); }

  /// False after a timeout, and after `release`.
  [[nodiscard]] bool is_held() const { return resource_ != nullptr; }
  inline void release();

 private:
  Resource* resource_ = nullptr;
  const Process* holder_ = nullptr;
};

/// `capacity` units, first come, first served. A deadlock report names the
/// holders. Threads: those of its kernel.
class Resource final : public WaitObject {
 public:
  /// Requires: `capacity` > 0 (checked).
  Resource(std::string name, std::size_t capacity) : name_(std::move(name)), capacity_(capacity) {
    HEDDLE_CHECK(capacity > 0);
    holders_.reserve(capacity);
  }

  [[nodiscard]] std::size_t held_count() const { return holders_.size(); }

  class Acquire;
  /// `Lease lease = co_await resource.acquire()`
  [[nodiscard]] inline Acquire acquire();
  /// The lease is not held when `timeout` passed first.
  [[nodiscard]] inline Acquire acquire_for(Picoseconds timeout);

  [[nodiscard]] std::string wait_text() const override { return "resource '" + name_ + "'"; }
  [[nodiscard]] std::vector<const Process*> wait_holders() const override { return holders_; }

 private:
  friend class Lease;

  void release(const Process& holder) {
    for (const Process*& one : holders_) {
      if (one != &holder) continue;
      one = holders_.back();
      holders_.pop_back();
      break;
    }
    if (waiters_.empty()) return;
    WaitNode& next = waiters_.front();
    holders_.push_back(next.process);
    grant(next);
  }

  std::string name_;
  std::size_t capacity_ = 0;
  std::vector<const Process*> holders_;
  WaitList waiters_;
};

inline void Lease::release() {
  Resource* const resource = std::exchange(resource_, nullptr);
  // A kernel that dies takes the processes down after the resources.
  if (resource != nullptr && !holder_->kernel->is_closing()) resource->release(*holder_);
}

class Resource::Acquire {
 public:
  Acquire(Resource& resource, Picoseconds timeout) : resource_(resource), timeout_(timeout) {}
  Acquire(const Acquire&) = delete;
  Acquire& operator=(const Acquire&) = delete;
  ~Acquire() {
    node_.unlink();
    if (node_.is_granted && !node_.process->kernel->is_closing()) {
      resource_.release(*node_.process);
    }
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Promise>
  bool await_suspend(std::coroutine_handle<Promise> self) {
    node_.process = self.promise().process;
    if (resource_.holders_.size() < resource_.capacity_) {
      resource_.holders_.push_back(node_.process);
      node_.is_granted = true;
      return false;
    }
    wait_in(resource_.waiters_, node_, resource_, self, timeout_);
    return true;
  }
  Lease await_resume() {
    if (!std::exchange(node_.is_granted, false)) {
      give_up(node_);
      return {};
    }
    return {resource_, *node_.process};
  }

 private:
  Resource& resource_;
  Picoseconds timeout_;
  WaitNode node_;
};

inline Resource::Acquire Resource::acquire() {
  return {*this, Picoseconds(-1)};
}
inline Resource::Acquire Resource::acquire_for(Picoseconds timeout) {
  return {*this, timeout};
}

/// Counted permits without an owner: buffer slots, outstanding requests.
/// Served in order, however many each wants. Threads: those of its kernel.
class Credits final : public WaitObject {
  struct Node : WaitNode {
    std::uint64_t wanted = 0;
  };

 public:
  Credits(std::string name, std::uint64_t count) : name_(std::move(name)), count_(count) {}

  [[nodiscard]] std::uint64_t count() const { return count_; }

  void give(std::uint64_t count) {
    count_ += count;
    while (!waiters_.empty() && static_cast<Node&>(waiters_.front()).wanted <= count_) {
      auto& node = static_cast<Node&>(waiters_.front());
      count_ -= node.wanted;
      grant(node);
    }
  }

  bool try_take(std::uint64_t count) {
    if (!waiters_.empty() || count_ < count) return false;
    count_ -= count;
    return true;
  }

  class Take {
   public:
    Take(Credits& credits, std::uint64_t count) : credits_(credits) { node_.wanted = count; }
    Take(const Take&) = delete;
    Take& operator=(const Take&) = delete;
    ~Take() {
      node_.unlink();
      // Granted, but the process was cancelled before it went on.
      if (node_.is_granted && !node_.process->kernel->is_closing()) credits_.give(node_.wanted);
    }
    [[nodiscard]] bool await_ready() { return credits_.try_take(node_.wanted); }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) {
      wait_in(credits_.waiters_, node_, credits_, self);
    }
    void await_resume() noexcept { node_.is_granted = false; }

   private:
    Credits& credits_;
    Node node_;
  };
  /// `co_await credits.take(n)`
  [[nodiscard]] Take take(std::uint64_t count) { return {*this, count}; }

  [[nodiscard]] std::string wait_text() const override {
    return "credits '" + name_ + "' (" + std::to_string(count_) + " left)";
  }

 private:
  std::string name_;
  std::uint64_t count_ = 0;
  WaitList waiters_;
};

/// Lets everybody who waits go on, and all who come later until `reset`.
/// Threads: those of its kernel.
class Trigger final : public WaitObject {
 public:
  explicit Trigger(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] bool is_fired() const { return is_fired_; }
  void fire() {
    is_fired_ = true;
    while (!waiters_.empty()) grant(waiters_.front());
  }
  void reset() { is_fired_ = false; }

  class Wait {
   public:
    Wait(Trigger& trigger, Picoseconds timeout) : trigger_(trigger), timeout_(timeout) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() { node_.unlink(); }
    [[nodiscard]] bool await_ready() {
      node_.is_granted = trigger_.is_fired_;
      return node_.is_granted;
    }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) {
      wait_in(trigger_.waiters_, node_, trigger_, self, timeout_);
    }
    bool await_resume() {
      if (!node_.is_granted) give_up(node_);
      return node_.is_granted;
    }

   private:
    Trigger& trigger_;
    Picoseconds timeout_;
    WaitNode node_;
  };
  /// `bool fired = co_await trigger.wait()`; false after `timeout`.
  [[nodiscard]] Wait wait(Picoseconds timeout = Picoseconds(-1)) { return {*this, timeout}; }

  [[nodiscard]] std::string wait_text() const override { return "trigger '" + name_ + "'"; }

 private:
  std::string name_;
  bool is_fired_ = false;
  WaitList waiters_;
};

}  // namespace heddle::des
