// Names that a user gives, as indices of the catalog.
#include <algorithm>
#include <limits>

#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_export.h"

namespace heddle::flow::log {

Result<SelectedMessages> SelectedMessages::make(const LogCatalog& catalog,
                                                const LogSelection& selection) {
  SelectedMessages out;
  out.from_ = selection.from_clid;
  out.to_ = selection.to_clid.value_or(std::numeric_limits<std::uint64_t>::max());
  out.takes_all_ = selection.names.empty();
  out.messages_.assign(catalog.messages.size(), out.takes_all_);
  out.tasks_.assign(catalog.tasks.size(), out.takes_all_);
  for (const std::string& name : selection.names) {
    const std::uint32_t task = catalog.find_task(name);
    const std::uint32_t message = catalog.find_message(name);
    if (task == kNoIndex && message == kNoIndex) {
      std::vector<std::string_view> known;
      for (const LogTask& one : catalog.tasks) known.push_back(one.id);
      for (const LogMessage& one : catalog.messages) known.push_back(one.name);
      const std::string_view nearest = nearest_name(name, known);
      const std::string help = nearest.empty() ? "`heddle log info` lists them"
                                               : "did you mean '" + std::string(nearest) + "'?";
      return fail(diag::kUnknownTask, {}, {name, help});
    }
    if (message != kNoIndex) out.messages_[message] = true;
    if (task == kNoIndex) continue;
    out.tasks_[task] = true;
    for (std::size_t i = 0; i < catalog.messages.size(); ++i) {
      if (catalog.messages[i].task == task) out.messages_[i] = true;
    }
  }
  return out;
}

}  // namespace heddle::flow::log
