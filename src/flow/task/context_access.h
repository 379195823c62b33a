// How executors set a task's context to a list and a step.
#pragma once

#include <utility>

#include "heddle/flow/context.h"

namespace heddle::flow {

struct ContextAccess {
  static void set_list(Context& context, std::uint64_t clid, std::int64_t admission_ns) {
    context.clid_ = clid;
    context.admission_ns_ = admission_ns;
  }
  /// `identity` outlives the step.
  static void set_step(Context& context, const StepIdentity& identity, std::byte* text) {
    context.step_ = &identity;
    context.text_.begin = text;
    context.text_.used_bytes = 0;
    context.text_.lost_count = 0;
  }
  static void set_text_bytes(Context& context, std::uint32_t bytes) {
    context.text_.capacity_bytes = bytes;
  }
  static const TextBuffer& text(const Context& context) { return context.text_; }
  static bool wants_stop(const Context& context) { return context.wants_stop_; }
  static bool take_stop(Context& context) { return std::exchange(context.wants_stop_, false); }
};

}  // namespace heddle::flow
