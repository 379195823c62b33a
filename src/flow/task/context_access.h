// How executors set a task's context to a list and a step.
#pragma once

#include <utility>

#include "heddle/flow/context.h"

namespace heddle::flow {

struct ContextAccess {
  /// `slot` is where text goes; null: nowhere.
  static void set_list(Context& context, std::uint64_t clid, std::int64_t admission_ns,
                       std::byte* slot) {
    context.clid_ = clid;
    context.admission_ns_ = admission_ns;
    context.slot_ = slot;
  }
  /// `identity` outlives the step.
  static void set_step(Context& context, const StepIdentity& identity) {
    context.step_ = &identity;
  }
  static void set_text_bytes(Context& context, std::uint32_t bytes) {
    context.text_.capacity_bytes = bytes;
  }
  /// Whether the step left anything for `take_text` or `take_stop`.
  static bool is_noted(const Context& context) { return context.is_noted_; }
  /// What the step wrote; the next one begins with nothing.
  static TextBuffer take_text(Context& context) {
    context.is_noted_ = false;
    const TextBuffer text = context.text_;
    context.text_.used_bytes = 0;
    context.text_.lost_count = 0;
    return text;
  }
  static bool take_stop(Context& context) { return std::exchange(context.wants_stop_, false); }
};

}  // namespace heddle::flow
