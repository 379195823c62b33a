// The commit stage's way into the log: what a list leaves becomes records.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "heddle/flow/commit_sink.h"
#include "heddle/flow/log_recover.h"
#include "heddle/flow/log_writer.h"

namespace heddle::flow::log {

struct LogSinkOptions {
  std::string base = {};   ///< files are `base.NNN.hlog`
  LogId id = {};           ///< of the run, drawn by the caller; not used with a continuation
  std::string build = {};  ///< the program, for the log's readers
  std::optional<LogContinuation> continuation = {};
  /// Beyond what the graph's `logging` says.
  std::uint32_t buffer_count = 8;
  std::uint64_t extent_bytes = std::uint64_t{16} << 20;
};

/// Writes what the graph's `logging` asks for. Threads: as `CommitSink`.
class LogSink final : public CommitSink {
 public:
  /// Requires: `storage` outlives the sink.
  LogSink(LogStorage& storage, LogSinkOptions options)
      : storage_(storage), options_(std::move(options)) {}

  /// Errors: log.exists, log.write-failed, log.append-mismatch.
  Status start(const RunDescription& run) override;
  bool commit(const ListView& list) override;
  Status status() const override;
  /// Errors: log.write-failed.
  Status finish(const RunEnding& ending) override;

  /// Of the writer; all zero before `start`.
  [[nodiscard]] LogWriterStats stats() const;

 private:
  [[nodiscard]] std::uint64_t bytes_max(const ListView& list) const;
  [[nodiscard]] std::uint64_t text_bytes(const ListView& list) const;
  void add_failures(const ListView& list);
  void add_states(const ListView& list);
  void add_timing(const ListView& list);
  void add_long_timing(const ListView& list);
  void add_text(const ListView& list);
  std::uint32_t format_id(const TextFormat& format);

  LogStorage& storage_;
  LogSinkOptions options_;
  std::unique_ptr<LogWriter> writer_;
  bool has_timing_ = false;
  std::size_t task_count_ = 0;
  std::vector<std::uint32_t> task_of_step_;
  std::map<const TextFormat*, std::uint32_t> formats_;
  std::uint32_t next_format_ = 0;
};

}  // namespace heddle::flow::log
