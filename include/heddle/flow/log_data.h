// The content of records, taken apart: lists, timing, keyframes, text. Views into
// a record's payload that live as long as it does; nothing is believed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/flow/log_catalog.h"
#include "heddle/flow/log_reader.h"

namespace heddle::flow::log {

/// One message of a list.
struct LoggedMessage {
  std::uint32_t message = 0;  ///< index into `LogCatalog::messages`
  bool is_present = false;
  bool is_kept = true;  ///< the content is in the log
  Validity validity;
  std::string_view status;
  std::uint64_t origin_clid = 0;  ///< the list's own where nothing else was recorded
  std::span<const std::byte> payload;
};

/// A list: every recorded message, in order of the catalog.
struct LoggedList {
  std::uint64_t clid = 0;
  std::int64_t admission_ns = 0;
  bool is_aborted = false;
  std::vector<LoggedMessage> messages;

  /// Null where the message is not recorded.
  [[nodiscard]] const LoggedMessage* find(std::uint32_t message) const;
};

/// Reads a record of Stream::Data. Empty, or what is wrong with it.
[[nodiscard]] std::string read_list(const LogCatalog& catalog, std::span<const std::byte> payload,
                                    LoggedList& list);

/// When each step of a list ran, in ticks; in order of `LogCatalog::steps`.
struct LoggedTiming {
  std::uint64_t clid = 0;
  std::vector<StepTimes> steps;
};
/// Reads a record of Stream::Timing; false when it makes no sense.
[[nodiscard]] bool read_timing(const RecordView& record, LoggedTiming& timing);

/// The state of a task before list `clid`.
struct LoggedState {
  std::uint64_t clid = 0;
  std::uint32_t task = 0;
  std::span<const std::byte> state;
};
[[nodiscard]] bool read_state(const RecordView& record, LoggedState& state);

struct LoggedText {
  std::uint64_t clid = 0;
  std::uint32_t task = 0;
  std::uint64_t lost = 0;  ///< instead of a line: so many did not fit
  std::string text;
};
/// Reads a record of Stream::Text; a format that is not known shows as such.
[[nodiscard]] bool read_text(const LogCatalog& catalog, const RecordView& record, LoggedText& text);

/// Lists that were dropped.
struct LoggedGap {
  std::uint64_t first_clid = 0;
  std::uint64_t last_clid = 0;
  std::uint64_t count = 0;
};
[[nodiscard]] bool read_gap(const RecordView& record, LoggedGap& gap);

struct LoggedStop {
  RunEnding::Kind kind = RunEnding::Kind::Finished;
  std::uint64_t end_clid = 0;
  std::string_view text;
};
[[nodiscard]] bool read_stop(const RecordView& record, LoggedStop& stop);

/// A task that failed in a list, with `on_error: abort`; stands before the list.
struct LoggedFailure {
  std::uint64_t clid = 0;
  std::uint32_t task = 0;
};
[[nodiscard]] bool read_failure(const RecordView& record, LoggedFailure& failed);

}  // namespace heddle::flow::log
