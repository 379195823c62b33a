// A log as replay needs it: where its runs, keyframes and gaps are, and its lists
// in a window that follows the replay.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "heddle/flow/log_data.h"

namespace heddle::flow::replay {

/// Lists without a gap, of one run.
struct Stretch {
  std::uint64_t first_clid = 0;
  std::uint64_t end_clid = 0;
  bool begins_run = false;  ///< tasks were as new before its first list
  std::vector<std::uint64_t> keyframes;
};

struct RecordedRun {
  log::LogCatalog catalog;
  std::vector<Stretch> stretches;
  log::LogTail tail;
};

/// One pass. Errors: those of `LogReader`, log.damaged, log.bad-record.
[[nodiscard]] Result<RecordedRun> index_run(const std::string& named);

/// The states of a keyframe, by task. Errors: those of `LogReader`.
[[nodiscard]] Result<std::map<std::uint32_t, std::vector<std::byte>>> load_keyframe(
    const std::string& named, std::uint64_t clid);

struct RecordedList {
  std::vector<std::byte> payload;
  log::LoggedList list;  ///< views into `payload`
  std::vector<std::uint32_t> failed_tasks;
};

/// Threads: any; lists are read from the log as they are asked for, and forgotten
/// when the commit stage has passed them.
class RecordedLists {
 public:
  /// Lists from `first_clid` on. Errors: those of `LogReader`.
  [[nodiscard]] static Result<std::unique_ptr<RecordedLists>> open(const std::string& named,
                                                                   std::uint64_t first_clid);

  /// The list, or null where the log lacks it or it was released.
  [[nodiscard]] std::shared_ptr<const RecordedList> get(std::uint64_t clid);
  void release_below(std::uint64_t clid);

  /// The first failure to read.
  [[nodiscard]] Status status() const;
  [[nodiscard]] const log::LogCatalog& catalog() const { return reader_.catalog(); }

 private:
  explicit RecordedLists(log::LogReader reader) : reader_(std::move(reader)) {}
  /// Appends the next list to the window; false at the end.
  bool read_one();

  mutable std::mutex mutex_;
  log::LogReader reader_;
  std::deque<std::shared_ptr<const RecordedList>> window_;
  std::vector<std::uint32_t> failed_tasks_;  ///< of the list to come
  Diagnostics failure_;
  bool is_at_end_ = false;
};

}  // namespace heddle::flow::replay
