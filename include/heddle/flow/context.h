// What a task's `process` may look at beside its inputs and its state. Outputs
// may depend on nothing else: not on the machine's clock, not on other threads.
#pragma once

#include <cstdint>
#include <string_view>

#include "heddle/base/result.h"
#include "heddle/flow/clock.h"
#include "heddle/flow/text.h"

namespace heddle::flow {

struct ContextAccess;

/// What does not change about a step: kept apart so that a step sets one pointer.
struct StepIdentity {
  std::string_view id = {};
  std::int64_t offset_ns = 0;
  std::uint32_t text_offset = 0;  ///< of its text in the list's slot
};

/// Valid during the call that got it. Threads: that call's only.
class Context {
 public:
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// The admission time of this list, plus the task's `offset_ns`.
  [[nodiscard]] FlowTime now() const { return {admission_ns_ + step_->offset_ns}; }
  /// Which list this is; the first of a new log is 0.
  [[nodiscard]] std::uint64_t clid() const { return clid_; }
  /// The id of the task in the graph file.
  [[nodiscard]] std::string_view task() const { return step_->id; }

  /// Writes a line into the log's text stream.
  template <TextLiteral kText, class... Args>
  void text(const Args&... args) {
    if (slot_ != nullptr) text_.begin = slot_ + step_->text_offset;
    text_.add<kText>(args...);
    is_noted_ = true;
  }

  /// Makes this list the last one. It is committed; lists above it are not.
  void request_stop() { wants_stop_ = is_noted_ = true; }

  /// `return ctx.fail("no answer");` ends `process` with flow.task-failed, which
  /// names the task and the clid. What happens then is the task's `on_error`.
  [[nodiscard]] Failure fail(std::string_view why) const;

  /// For who runs tasks without an executor (static_graph.h).
  void enter(std::uint64_t clid, FlowTime admission) {
    clid_ = clid;
    admission_ns_ = admission.ns;
  }
  [[nodiscard]] bool wants_stop() const { return wants_stop_; }

 private:
  static constexpr StepIdentity kNobody{};
  friend struct ContextAccess;

  std::uint64_t clid_ = 0;
  std::int64_t admission_ns_ = 0;
  const StepIdentity* step_ = &kNobody;
  std::byte* slot_ = nullptr;
  TextBuffer text_;
  bool wants_stop_ = false;
  bool is_noted_ = false;  ///< there is text, or a wish to stop, to be taken after the step
};

}  // namespace heddle::flow
