// A process: a top-level coroutine that a kernel runs, and what it waits for.
#pragma once

#include <coroutine>
#include <cstdint>
#include <exception>
#include <string>
#include <vector>

#include "heddle/des/event.h"

namespace heddle::des {

class Kernel;
struct Process;

/// A wait of one process, linked into the list of what it waits for.
struct WaitNode {
  WaitNode* previous = nullptr;
  WaitNode* next = nullptr;
  Process* process = nullptr;
  bool is_granted = false;  ///< what was waited for has been handed over

  WaitNode() = default;
  WaitNode(const WaitNode&) = delete;
  WaitNode& operator=(const WaitNode&) = delete;

  [[nodiscard]] bool is_linked() const { return next != nullptr; }
  void unlink() {
    if (!is_linked()) return;
    previous->next = next;
    next->previous = previous;
    next = previous = nullptr;
  }
};

/// First come, first served. Dying, it lets its nodes go.
class WaitList {
 public:
  WaitList() { head_.next = head_.previous = &head_; }
  WaitList(const WaitList&) = delete;
  WaitList& operator=(const WaitList&) = delete;
  ~WaitList() {
    while (!empty()) front().unlink();
  }

  [[nodiscard]] bool empty() const { return head_.next == &head_; }
  [[nodiscard]] WaitNode& front() { return *head_.next; }
  void push(WaitNode& node) {
    node.previous = head_.previous;
    node.next = &head_;
    head_.previous->next = &node;
    head_.previous = &node;
  }

 private:
  WaitNode head_;
};

/// What a process can wait for, as a deadlock report tells it.
class WaitObject {
 public:
  /// "channel 'results' (empty)".
  [[nodiscard]] virtual std::string wait_text() const = 0;
  /// The processes that could end the wait, as far as they are known.
  [[nodiscard]] virtual std::vector<const Process*> wait_holders() const { return {}; }

 protected:
  WaitObject() = default;
  WaitObject(const WaitObject&) = delete;
  WaitObject& operator=(const WaitObject&) = delete;
  ~WaitObject() = default;
};

/// Owned by the kernel, reused after the process ended.
struct Process final : public WaitObject {
  std::coroutine_handle<> leaf = {};       ///< the innermost suspended coroutine
  std::uint64_t pending = 0;               ///< order of the event that resumes it; 0: none
  const WaitObject* waiting_on = nullptr;  ///< of a process that waits without an end
  Kernel* kernel = nullptr;
  ComponentId component = {};
  Priority priority = Priority::Default;
  bool is_live = false;
  bool is_daemon = false;  ///< may wait for ever
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  std::coroutine_handle<> root = {};
  WaitList joiners;
  std::string name;

  [[nodiscard]] std::string wait_text() const override;
  [[nodiscard]] std::vector<const Process*> wait_holders() const override { return {this}; }
};

/// Names a process after it may be gone.
struct ProcessId {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  friend bool operator==(ProcessId, ProcessId) = default;
};

}  // namespace heddle::des
