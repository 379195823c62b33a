#include "heddle/flow/context.h"

#include <fmt/format.h>

#include "heddle/flow/diagnostics.h"
#include "heddle/flow/task.h"

namespace heddle::flow {

Failure Context::fail(std::string_view why) const {
  return heddle::fail(diag::kTaskFailed, {}, {step_->id, fmt::to_string(clid_), why});
}

namespace task_detail {

Diagnostics threw(const Context& context, const char* what) {
  return Diagnostic(diag::kTaskThrew, {}, {context.task(), fmt::to_string(context.clid()), what});
}

}  // namespace task_detail
}  // namespace heddle::flow
