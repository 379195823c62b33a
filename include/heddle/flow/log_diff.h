// Where two logs part: the first list, task and field whose recorded data differ.
// Times of processing, text and keyframes are not compared.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/flow/log_data.h"

namespace heddle::flow::log {

/// The first difference.
struct LogDivergence {
  std::uint64_t clid = 0;
  std::string task;     ///< empty where a whole list differs
  std::string message;  ///< `task.port`
  std::string field;    ///< of the payload, or `presence`, `status`, `admission_ns`, ...
  std::string left;     ///< the values, as people read them
  std::string right;

  /// `list 17, task 'filter', filter.out, field 'x': 1.5 | 1.25`
  [[nodiscard]] std::string to_string() const;
};

struct DiffOptions {
  bool ignores_admission = false;  ///< for runs under the real clock
  std::uint64_t from_clid = 0;
};

/// Compares two lists of one number. Messages that only one of them records are
/// passed over. Nothing where they agree.
[[nodiscard]] std::optional<LogDivergence> diff_lists(const LogCatalog& left_catalog,
                                                      const LoggedList& left,
                                                      const LogCatalog& right_catalog,
                                                      const LoggedList& right,
                                                      const DiffOptions& options = {});

struct DiffOutcome {
  std::uint64_t equal_lists = 0;  ///< before the first difference
  std::optional<LogDivergence> divergence;
  std::vector<std::string> not_compared;  ///< messages that not both record
  std::vector<std::string> notes;         ///< other graphs, other types, cut-off logs
};

/// Reads both once, side by side. Errors: those of `LogReader`, log.bad-record,
/// log.damaged.
[[nodiscard]] Result<DiffOutcome> diff_logs(const std::string& left, const std::string& right,
                                            const DiffOptions& options = {});

}  // namespace heddle::flow::log
