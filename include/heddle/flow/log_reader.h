// Reads any log without the program that wrote it. Batches are checked whole
// before the first of their records is handed out, so what comes out is an exact
// prefix of what was committed, and why it ends is told.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/flow/log_catalog.h"
#include "heddle/flow/log_format.h"

namespace heddle::flow::log {

/// Where a reader's bytes come from: the files of a set, by index.
class LogSource {
 public:
  virtual ~LogSource() = default;

  [[nodiscard]] virtual std::uint32_t file_count() const = 0;
  [[nodiscard]] virtual std::uint64_t size_bytes(std::uint32_t file) const = 0;
  [[nodiscard]] virtual std::string name(std::uint32_t file) const = 0;
  /// Fills `out` from `offset`; fewer bytes than asked for become zeros.
  /// Errors: log.read-failed.
  virtual Status read(std::uint32_t file, std::uint64_t offset, std::span<std::byte> out) = 0;
  /// Looks again for files and sizes, in a log that grows.
  virtual Status refresh() { return {}; }

 protected:
  LogSource() = default;
  LogSource(const LogSource&) = default;
  LogSource& operator=(const LogSource&) = default;
};

/// The files `base.000.hlog`, `base.001.hlog`, ...
/// Errors: log.not-found (also of a file within the row), log.read-failed.
[[nodiscard]] Result<std::unique_ptr<LogSource>> open_log_files(const std::string& base);

/// Files in memory.
[[nodiscard]] std::unique_ptr<LogSource> make_memory_source(
    std::vector<std::vector<std::byte>> files);

/// One record. Lives until the reader is asked for the next one.
struct RecordView {
  Stream stream = Stream::Meta;
  std::uint8_t kind = 0;
  std::uint16_t flags = 0;
  std::uint64_t sequence = 0;  ///< within its stream
  std::span<const std::byte> payload;
  std::uint32_t file = 0;
  std::uint64_t offset = 0;
};

enum class LogEnd : std::uint8_t {
  Open,     ///< there may be more: not at the end yet, or the log is followed
  Clean,    ///< the end marker was read
  CutOff,   ///< no end marker: the writer died; what is missing was not on the disk yet
  Damaged,  ///< what is missing was on the disk: bits flipped, or a piece is gone
};

/// Where reading has come to, and what is behind.
struct LogTail {
  LogEnd end = LogEnd::Open;
  std::uint32_t file = 0;
  std::uint64_t offset = 0;  ///< just past the last whole batch
  std::uint64_t batches = 0;
  std::uint64_t commits = 0;  ///< lists read
  std::uint64_t next_clid = 0;
  std::uint64_t lost_bytes = 0;     ///< behind, from the first to the last that is not zero
  std::uint64_t later_batches = 0;  ///< whole ones behind, out of reach
  std::array<std::uint32_t, kStreamCount> sequences{};
  std::string why;  ///< what was found at `offset`; empty where the log just ends
};

/// Threads: one at a time. Cost: one pass; memory for the largest batch.
class LogReader {
 public:
  /// Reads the header and the first batch.
  /// Errors: log.not-a-log, log.other-version, log.mixed-runs, log.bad-meta, log.read-failed.
  [[nodiscard]] static Result<LogReader> open(std::unique_ptr<LogSource> source);
  /// `find_log`, then `open_log_files`, then `open`.
  [[nodiscard]] static Result<LogReader> open(const std::string& named);

  LogReader(LogReader&&) noexcept;
  LogReader& operator=(LogReader&&) noexcept;
  ~LogReader();

  /// The next record, or false at the end, which `tail` explains. Meta records are
  /// handed out too, after the catalog has taken them.
  /// Errors: log.read-failed, log.mixed-runs, log.other-version, log.bad-meta.
  [[nodiscard]] Result<bool> next(RecordView& record);

  /// From now on the end of a log without end marker is no end: `next` says false
  /// with `LogEnd::Open`, and may be asked again.
  void follow();

  [[nodiscard]] const LogCatalog& catalog() const;
  [[nodiscard]] const LogTail& tail() const;
  [[nodiscard]] const LogId& id() const;
  [[nodiscard]] std::uint64_t extent_bytes() const;
  [[nodiscard]] LogSource& source();

  struct State;

 private:
  explicit LogReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// What a user is told of a log that did not end with its end marker: log.damaged
/// (an error), log.cut-off (a warning); nothing after a clean end.
[[nodiscard]] Diagnostics tail_diagnostics(const LogTail& tail, const std::string& file_name);

}  // namespace heddle::flow::log
