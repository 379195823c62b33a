// Logs for other tools: JSON lines, CSV, MCAP (which Foxglove and the mcap tools
// open), text for people, and the times of tasks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/byte_sink.h"
#include "heddle/flow/log_data.h"
#include "heddle/flow/monitor.h"

namespace heddle::flow::log {

/// Which part of a log.
struct LogSelection {
  std::uint64_t from_clid = 0;
  std::optional<std::uint64_t> to_clid = {};  ///< included; default: the last
  /// Tasks (`filter`) or messages (`filter.out`); empty: all.
  std::vector<std::string> names = {};
};

/// A selection as indices. Errors: log.unknown-task with the nearest name.
class SelectedMessages {
 public:
  [[nodiscard]] static Result<SelectedMessages> make(const LogCatalog& catalog,
                                                     const LogSelection& selection);

  [[nodiscard]] bool has_list(std::uint64_t clid) const { return clid >= from_ && clid <= to_; }
  [[nodiscard]] bool has_message(std::uint32_t message) const {
    return message < messages_.size() ? messages_[message] : takes_all_;
  }
  [[nodiscard]] bool has_task(std::uint32_t task) const {
    return task < tasks_.size() ? tasks_[task] : takes_all_;
  }

 private:
  std::uint64_t from_ = 0;
  std::uint64_t to_ = 0;
  bool takes_all_ = true;  ///< also what a followed log describes later
  std::vector<bool> messages_;
  std::vector<bool> tasks_;
};

/// What an export did.
struct ExportOutcome {
  std::uint64_t lists = 0;
  std::uint64_t messages = 0;
  std::uint64_t lines = 0;  ///< of text
};

/// One record as people read it, or as one JSON value on one line. Empty: the
/// selection or the form leaves it out (meta, keyframes and timing as text).
[[nodiscard]] std::string record_to_text(const LogCatalog& catalog, const RecordView& record,
                                         const SelectedMessages& selected);
[[nodiscard]] std::string record_to_json(const LogCatalog& catalog, const RecordView& record,
                                         const SelectedMessages& selected);

/// The payload of a message as one JSON object: a member a field, under the field's
/// name (`pose.x`; `value` where the payload is a bare scalar). Texts are strings,
/// integers exact; reals that are not finite are null.
void write_payload(JsonWriter& json, const Schema& type, std::span<const std::byte> payload);

/// Each reads the log to its end; what is behind damage is left out (`tail` tells).
/// Errors of all: those of `LogReader`, log.unknown-task, log.bad-record; what `out`
/// lost is told by it.
/// A list a line, then its text lines.
[[nodiscard]] Result<ExportOutcome> export_json_lines(LogReader& reader,
                                                      const LogSelection& selection, ByteSink& out);
/// One message: clid, times, status, then a column a field; a sequence is one cell.
/// Requires: `selection` names just one message. Errors: also log.one-message.
[[nodiscard]] Result<ExportOutcome> export_csv(LogReader& reader, const LogSelection& selection,
                                               ByteSink& out);
/// MCAP 0: a channel a message, JSON with JSON Schema, chunks with an index.
/// Source: the MCAP specification, version 0.
[[nodiscard]] Result<ExportOutcome> export_mcap(LogReader& reader, const LogSelection& selection,
                                                ByteSink& out);

/// Latencies, rate and bandwidth from the timing stream, as a monitor of the run
/// would have them. Errors: those of `LogReader`.
[[nodiscard]] Result<MonitorReport> measure_log(LogReader& reader);

}  // namespace heddle::flow::log
