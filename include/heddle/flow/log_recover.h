// What was left by a run that did not end: looked at (`check_log`), and closed, so
// that it can be appended to (`recover_log`).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "heddle/flow/log_reader.h"

namespace heddle::flow::log {

/// What a whole pass over a log found.
struct LogCheck {
  LogTail tail;
  std::uint64_t bytes = 0;  ///< of all files, reserved space included
  std::uint32_t files = 0;
  std::array<std::uint64_t, kStreamCount> record_counts{};
  std::array<std::uint64_t, kStreamCount> payload_bytes{};
  std::uint64_t dropped_lists = 0;  ///< as gap records tell
  std::uint64_t keyframes = 0;      ///< lists that have one
  std::uint64_t first_clid = 0;
  std::uint64_t last_clid = 0;  ///< of the lists read
  Digest64 data_digest;         ///< of all data records, each after its length
  std::string stop_text;        ///< how the run ended, as its stop record says
  /// Records whose content makes no sense although their checksum is right, and
  /// list numbers that do not grow: log.bad-record. At most a hundred.
  Diagnostics faults;
};

/// Reads everything once. Errors: those of `LogReader`.
[[nodiscard]] Result<LogCheck> check_log(const std::string& named);
[[nodiscard]] Result<LogCheck> check_log(LogReader& reader);

struct RecoverOptions {
  bool may_cut = false;  ///< also where whole batches lie behind the damage
};

struct RecoverOutcome {
  bool was_clean = false;  ///< nothing was done
  LogTail before;
  std::uint64_t cut_bytes = 0;  ///< used bytes that are gone
  std::uint32_t removed_files = 0;
};

/// Cuts what does not belong to a whole batch and writes the end marker. What was
/// committed before stays as it is.
/// Errors: log.damaged without `may_cut`, log.write-failed, those of `LogReader`.
[[nodiscard]] Result<RecoverOutcome> recover_log(const std::string& named,
                                                 const RecoverOptions& options = {});

/// Where a log that was ended goes on.
struct LogContinuation {
  LogId id;
  std::uint64_t next_clid = 0;  ///< what the new run's `first_clid` has to be
  LogTail tail;
  std::uint32_t next_file = 0;
  LogCatalog catalog;
};

/// Reads a log to its end, so that a run can be appended to it.
/// Errors: log.unclean (run `recover_log` first), log.damaged, those of `LogReader`.
[[nodiscard]] Result<LogContinuation> continue_log(const std::string& named);

}  // namespace heddle::flow::log
