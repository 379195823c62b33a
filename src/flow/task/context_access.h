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
  static void set_step(Context& context, std::string_view task_id, std::int64_t offset_ns,
                       std::byte* text, std::uint32_t text_bytes) {
    context.task_id_ = task_id;
    context.offset_ns_ = offset_ns;
    context.text_.begin = text;
    context.text_.capacity_bytes = text_bytes;
    context.text_.used_bytes = 0;
    context.text_.lost_count = 0;
  }
  static const TextBuffer& text(const Context& context) { return context.text_; }
  static bool wants_stop(const Context& context) { return context.wants_stop_; }
  static bool take_stop(Context& context) { return std::exchange(context.wants_stop_, false); }
};

}  // namespace heddle::flow
