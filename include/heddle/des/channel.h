// Channels: bounded FIFOs between processes. A put waits while the channel is
// full, a get while it is empty; both are served first come, first served.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>

#include "heddle/des/wait.h"

namespace heddle::des {

/// Requires: outlived by no process that waits on it while the kernel runs.
/// Threads: those of its kernel.
template <class T>
class Channel final : public WaitObject {
  struct GetNode : WaitNode {
    std::optional<T> value;
  };
  struct PutNode : WaitNode {
    std::optional<T> value;
  };

 public:
  /// Requires: `capacity` > 0 (checked).
  Channel(Kernel& kernel, std::string name, std::size_t capacity)
      : kernel_(kernel), name_(std::move(name)), capacity_(capacity) {
    HEDDLE_CHECK(capacity > 0);
  }

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Puts without waiting; false when full.
  bool try_put(T value) {
    if (!getters_.empty()) {
      hand_over(std::move(value));
    } else if (items_.size() < capacity_) {
      items_.push_back(std::move(value));
      kernel_.note_progress();
    } else {
      return false;
    }
    return true;
  }

  /// Gets without waiting; nothing when empty.
  std::optional<T> try_get() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> value(std::move(items_.front()));
    items_.pop_front();
    refill();
    kernel_.note_progress();
    return value;
  }

  /// `co_await channel.put(value)`
  [[nodiscard]] auto put(T value) { return Put(*this, std::move(value)); }
  /// `T value = co_await channel.get()`
  [[nodiscard]] auto get() { return Get<T>(*this, Picoseconds(-1)); }
  /// `std::optional<T> value = co_await channel.get_for(d)`: nothing after `d`.
  [[nodiscard]] auto get_for(Picoseconds timeout) { return Get<std::optional<T>>(*this, timeout); }

  [[nodiscard]] std::string wait_text() const override {
    return "channel '" + name_ + "' (" +
           (items_.empty() ? std::string("empty")
                           : std::to_string(items_.size()) + " of " + std::to_string(capacity_)) +
           ")";
  }

 private:
  /// The next getter gets `value` now.
  void hand_over(T value) {
    auto& node = static_cast<GetNode&>(getters_.front());
    node.value.emplace(std::move(value));
    grant(node);
    kernel_.note_progress();
  }

  /// A putter that waited puts into the place that has become free.
  void refill() {
    if (putters_.empty() || items_.size() >= capacity_) return;
    auto& node = static_cast<PutNode&>(putters_.front());
    items_.push_back(std::move(*node.value));
    grant(node);
  }

  /// What a cancelled getter had been given goes to the next, or back.
  void give_back(T value) {
    if (!getters_.empty()) {
      hand_over(std::move(value));
    } else {
      items_.push_front(std::move(value));
    }
  }

  class Put {
   public:
    Put(Channel& channel, T value) : channel_(channel) { node_.value.emplace(std::move(value)); }
    Put(const Put&) = delete;
    Put& operator=(const Put&) = delete;
    ~Put() { node_.unlink(); }

    bool await_ready() {
      const bool has_room =
          !channel_.getters_.empty() || channel_.items_.size() < channel_.capacity_;
      return has_room && channel_.try_put(std::move(*node_.value));
    }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) {
      wait_in(channel_.putters_, node_, channel_, self);
    }
    void await_resume() const noexcept {}

   private:
    Channel& channel_;
    PutNode node_;
  };

  template <class Returned>
  class Get {
   public:
    Get(Channel& channel, Picoseconds timeout) : channel_(channel), timeout_(timeout) {}
    Get(const Get&) = delete;
    Get& operator=(const Get&) = delete;
    ~Get() {
      node_.unlink();
      // Granted, but the process was cancelled before it went on.
      if (node_.is_granted && !node_.process->kernel->is_closing()) {
        channel_.give_back(std::move(*node_.value));
      }
    }

    bool await_ready() {
      node_.value = channel_.try_get();
      return node_.value.has_value();
    }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> self) {
      wait_in(channel_.getters_, node_, channel_, self, timeout_);
    }
    Returned await_resume() {
      node_.is_granted = false;
      if (node_.is_linked()) give_up(node_);  // the timeout came first
      if constexpr (std::same_as<Returned, T>) {
        return std::move(*node_.value);
      } else {
        return std::move(node_.value);
      }
    }

   private:
    Channel& channel_;
    Picoseconds timeout_;
    GetNode node_;
  };

  Kernel& kernel_;
  std::string name_;
  std::size_t capacity_ = 0;
  std::deque<T> items_;
  WaitList getters_;
  WaitList putters_;
};

}  // namespace heddle::des
