// The inside of the log writer: buffers that travel between the committing thread
// and whoever writes, the file that is being written, and the threads.
//
// The committing thread fills `current`; at the end of each list it publishes how
// many bytes of it are committed. A full buffer goes to `queue`, and comes back to
// `free` once it is written. Writing (`io_mutex`) takes everything from `queue`
// and then, on request, what is committed of `current`; the footer comes from
// other memory, so that the buffer stays as it is.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "flow/log/wire.h"
#include "heddle/flow/log_writer.h"

namespace heddle::flow::log {

struct Buffer {
  explicit Buffer(std::size_t capacity) : bytes(capacity) {}

  std::vector<std::byte> bytes;  ///< touched by its constructor
  std::uint64_t used = 0;        ///< committing thread
  std::atomic<std::uint64_t> committed = 0;
  std::uint64_t written = 0;  ///< under io_mutex
};

/// A file that is no longer written but not yet on the disk.
struct RetiredFile {
  std::shared_ptr<LogFile> file;
  std::uint64_t bytes = 0;
};

struct LogWriter::State {
  LogStorage* storage = nullptr;
  LogWriterParams params;
  std::uint32_t seed = 0;

  // Committing thread.
  std::vector<std::unique_ptr<Buffer>> buffers;
  Buffer* current = nullptr;
  std::byte* record = nullptr;  ///< of the open record
  RecordHeader record_header;
  std::array<std::uint32_t, kStreamCount> sequences{};
  std::uint64_t open_limit = 0;  ///< `used` may grow to this
  std::uint64_t gap_first = 0;
  std::uint64_t gap_last = 0;
  std::uint64_t gap_count = 0;
  std::atomic<std::uint64_t> commits = 0;
  std::atomic<std::uint64_t> dropped = 0;
  std::atomic<std::uint64_t> waits = 0;

  // Buffers on their way. `current_shared` is `current` for the writing side.
  mutable std::mutex mutex;
  std::condition_variable wake_committer;
  std::condition_variable wake_flusher;
  std::condition_variable wake_helper;
  std::condition_variable wake_durable;
  std::deque<Buffer*> queue;
  std::vector<Buffer*> free;
  Buffer* current_shared = nullptr;
  bool is_flusher_stopping = false;
  bool is_helper_stopping = false;
  std::thread::id helper_id;  ///< none while there is no helper
  bool wants_extend = false;
  std::uint64_t spilled = 0;

  // Writing side.
  std::mutex io_mutex;
  std::shared_ptr<LogFile> file;     ///< changed under `mutex` too
  std::vector<RetiredFile> retired;  ///< under `mutex`
  std::atomic<std::uint32_t> file_index = 0;
  std::atomic<std::uint64_t> offset = 0;
  std::atomic<std::uint64_t> extended = 0;
  std::atomic<std::uint64_t> batches = 0;  ///< written, those of earlier runs included
  std::atomic<std::uint64_t> durable = 0;
  std::atomic<std::uint64_t> bytes_written = 0;
  std::atomic<std::uint64_t> syncs = 0;
  std::uint64_t commit_count = 0;
  std::uint64_t next_clid = 0;

  std::atomic<bool> has_failed = false;
  Diagnostics failure;  ///< under `mutex`
  bool is_closed = false;
  std::thread flusher;
  std::thread helper;

  void write_meta(std::span<const MetaRecord> meta);
  void start_threads();
  void stop_threads();

  /// Makes room for `bytes` in `current`. False: there is none and the policy does
  /// not wait, or the log has failed.
  bool make_room(std::uint64_t bytes, bool may_wait);
  /// Gives `current` to the writing side and takes a free buffer.
  bool take_buffer(std::uint64_t bytes, bool may_wait);

  /// Writes what is queued, then what is committed of the current buffer.
  enum class Reach : std::uint8_t { Queue, All };
  void drain(Reach reach);
  void drain_locked(Reach reach);  ///< Requires: io_mutex
  void write_buffer(Buffer& buffer, std::uint64_t end);
  void write_batch(std::span<const std::byte> records);
  /// Opens file `file_index` and writes its header. Requires: io_mutex.
  Status open_file();
  /// Turns to the next file where a batch of `bytes` does not fit any more.
  Status rotate_for(std::uint64_t bytes);
  /// Waits until all that was written is on the disk, or sees to it where nobody
  /// else would.
  void wait_durable();

  void run_flusher();
  void run_helper();
  void extend_if_due();
  /// Gives back the reserved space of finished files, and syncs where the policy does.
  void settle_files();
  void fail_with(Diagnostics why);
};

}  // namespace heddle::flow::log
