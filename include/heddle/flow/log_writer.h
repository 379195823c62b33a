// Writes a log. One thread commits lists, in order; it only copies and checksums.
// Whole batches of them go to the file by one system call each: from the
// committing thread itself (`LogMode::Sync`) or from a thread of the writer
// (`Async`). A helper thread reserves space ahead and syncs, and writes what has
// waited for `flush_interval`, so that a reader can follow.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/flow/log_file.h"
#include "heddle/flow/log_format.h"

namespace heddle::flow::log {

/// Who hands a full batch to the system.
enum class LogMode : std::uint8_t { Sync, Async };

/// When data is made to survive a power cut.
enum class SyncPolicy : std::uint8_t {
  None,        ///< when the system pleases
  Interval,    ///< every `sync_interval`, and at the end
  EveryBatch,  ///< a batch is written only when the one before is on the disk
};

/// What a commit does while every buffer waits to be written.
enum class FullPolicy : std::uint8_t {
  Block,  ///< waits
  Drop,   ///< leaves the list out, and a gap record in its place
  Spill,  ///< takes more memory, up to `spill_bytes_max`, then waits
};

struct LogWriterParams {
  std::string base;  ///< files are `base.NNN.hlog`
  LogId id;          ///< of the run; the caller draws it
  LogMode mode = LogMode::Async;
  SyncPolicy sync = SyncPolicy::Interval;
  FullPolicy full = FullPolicy::Block;
  std::size_t batch_bytes = std::size_t{256} << 10;       ///< a batch is written when this is full
  std::uint32_t buffer_count = 8;                         ///< batches in memory; at least 2
  std::uint64_t extent_bytes = std::uint64_t{16} << 20;   ///< reserved at a time
  std::uint64_t file_bytes_max = std::uint64_t{1} << 30;  ///< then the next file begins
  std::uint64_t spill_bytes_max = std::uint64_t{1} << 30;
  std::chrono::milliseconds sync_interval{100};
  std::chrono::milliseconds flush_interval{10};
  /// Where to go on in a log that was ended, as `LogTail` of log_reader.h tells.
  std::uint32_t first_file_index = 0;
  std::uint64_t first_batch = 0;
  std::uint64_t commit_count = 0;
  std::array<std::uint32_t, kStreamCount> first_sequences{};
};

/// A record of Stream::Meta; log_catalog.h makes them.
struct MetaRecord {
  MetaKind kind = MetaKind::Build;
  std::vector<std::byte> payload;
};

/// What a writer did so far. Threads: a snapshot.
struct LogWriterStats {
  std::uint64_t commits = 0;  ///< lists accepted
  std::uint64_t dropped = 0;  ///< lists left out by `FullPolicy::Drop`
  std::uint64_t batches = 0;  ///< written
  std::uint64_t bytes = 0;    ///< written, footers and headers included
  std::uint64_t syncs = 0;
  std::uint64_t durable_batches = 0;  ///< known to survive a power cut
  std::uint64_t waits = 0;            ///< how often a commit had to wait for a buffer
  std::uint64_t spilled_buffers = 0;  ///< taken beyond `buffer_count`
  std::uint64_t files = 0;
};

/// Threads: `begin`, `add`, `commit`, `flush` and `close` from one thread at a
/// time; `status` and `stats` from any.
class LogWriter {
 public:
  /// Creates the first file, with `meta` as its first batch. Every buffer is
  /// touched once. Requires: `storage` outlives the writer.
  /// Errors: log.exists, log.write-failed.
  [[nodiscard]] static Result<std::unique_ptr<LogWriter>> create(LogStorage& storage,
                                                                 LogWriterParams params,
                                                                 std::span<const MetaRecord> meta);

  /// Closes; call `close` to learn how that went.
  ~LogWriter();
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Opens list `clid`, whose records will take `bytes` in all (`record_bytes` of
  /// each payload). False: it is left out (dropped, or the log has failed), and
  /// `add` and `commit` must not follow.
  [[nodiscard]] bool begin(std::uint64_t clid, std::uint64_t bytes);

  /// A record of the open list, its payload in parts.
  /// Requires: the sum of what was added keeps to what `begin` was told (checked).
  void add(Stream stream, std::uint8_t kind, ByteParts parts);
  void add(Stream stream, std::uint8_t kind, std::span<const std::byte> payload);

  /// Room for the payload of a record, to be filled before the next call;
  /// `end_record` then seals what was filled. For who encodes straight into the log.
  [[nodiscard]] std::span<std::byte> begin_record(Stream stream, std::uint8_t kind,
                                                  std::size_t payload_bytes);
  void end_record(std::size_t payload_bytes);
  /// Takes `begin_record` back instead.
  void cancel_record();

  /// The open list is committed: it will be in the log if the process lives until
  /// the batch is written.
  void commit();

  /// A record outside any list.
  [[nodiscard]] bool add_alone(Stream stream, std::uint8_t kind,
                               std::span<const std::byte> payload);

  /// Hands everything committed to the system. Errors: log.write-failed.
  Status flush();

  /// Writes the rest, the end marker, syncs as the policy has it, and gives back
  /// reserved space. Without `is_complete` there is no end marker.
  /// Errors: log.write-failed, the first that happened.
  Status close(bool is_complete = true);

  /// Errors: log.write-failed, log.too-many-files: the first that happened.
  [[nodiscard]] Status status() const;
  /// Whether `status` is a success, without its cost.
  [[nodiscard]] bool has_failed() const;

  [[nodiscard]] LogWriterStats stats() const;

  struct State;
  explicit LogWriter(std::unique_ptr<State> state);

 private:
  std::unique_ptr<State> state_;
};

}  // namespace heddle::flow::log
