// The writing side of the log writer: batches, files, the flusher and the helper
// thread. Locks are taken in the order io_mutex, mutex. No lock is held while
// the helper syncs, so a slow disk holds up nobody but who must wait for it.
#include <algorithm>
#include <array>

#include "flow/log/writer_state.h"
#include "heddle/base/check.h"
#include "heddle/flow/log_diagnostics.h"

namespace heddle::flow::log {

void LogWriter::State::start_threads() {
  if (params.mode == LogMode::Async) flusher = std::thread([this] { run_flusher(); });
  helper = std::thread([this] { run_helper(); });
}

void LogWriter::State::stop_threads() {
  // The flusher first: what it still writes may wait for the helper's sync.
  {
    const std::lock_guard lock(mutex);
    is_flusher_stopping = true;
  }
  wake_flusher.notify_all();
  if (flusher.joinable()) flusher.join();
  {
    const std::lock_guard lock(mutex);
    is_helper_stopping = true;
  }
  wake_helper.notify_all();
  if (helper.joinable()) helper.join();
}

void LogWriter::State::fail_with(Diagnostics why) {
  {
    const std::lock_guard lock(mutex);
    if (!has_failed.load(std::memory_order_relaxed)) failure = std::move(why);
    has_failed.store(true, std::memory_order_release);
  }
  wake_committer.notify_all();
  wake_durable.notify_all();
}

bool LogWriter::State::make_room(std::uint64_t bytes, bool may_wait) {
  if (params.mode == LogMode::Sync) {
    // Nobody else frees buffers: write what there is.
    if (!take_buffer(bytes, true)) return false;
    drain(Reach::Queue);
    return !has_failed.load(std::memory_order_acquire);
  }
  return take_buffer(bytes, may_wait);
}

bool LogWriter::State::take_buffer(std::uint64_t bytes, bool may_wait) {
  std::unique_lock lock(mutex);
  const bool may_spill =
      params.full == FullPolicy::Spill && spilled * params.batch_bytes < params.spill_bytes_max;
  if (free.empty() && may_spill) {
    buffers.push_back(std::make_unique<Buffer>(params.batch_bytes));
    free.push_back(buffers.back().get());
    ++spilled;
  }
  if (free.empty() && params.mode == LogMode::Sync) {
    lock.unlock();
    drain(Reach::Queue);
    lock.lock();
  }
  if (free.empty()) {
    if (!may_wait) return false;
    waits.fetch_add(1, std::memory_order_relaxed);
    wake_flusher.notify_one();
    wake_committer.wait(lock, [this] { return !free.empty() || has_failed.load(); });
  }
  if (has_failed.load()) return false;
  Buffer* const next = free.back();
  free.pop_back();
  // A list larger than a batch gets a buffer of its size, which stays.
  if (bytes > next->bytes.size()) next->bytes.resize(static_cast<std::size_t>(aligned(bytes)));
  next->used = 0;
  next->written = 0;
  next->committed.store(0, std::memory_order_relaxed);
  queue.push_back(current);
  current = next;
  current_shared = next;
  wake_flusher.notify_one();
  return true;
}

void LogWriter::State::drain(Reach reach) {
  const std::lock_guard io(io_mutex);
  drain_locked(reach);
}

void LogWriter::State::drain_locked(Reach reach) {
  while (true) {
    Buffer* buffer = nullptr;
    bool is_queued = false;
    std::uint64_t end = 0;
    {
      const std::lock_guard lock(mutex);
      is_queued = !queue.empty();
      if (!is_queued && reach == Reach::Queue) return;
      buffer = is_queued ? queue.front() : current_shared;
      end = buffer->committed.load(std::memory_order_acquire);
    }
    write_buffer(*buffer, end);
    if (!is_queued) return;
    {
      const std::lock_guard lock(mutex);
      queue.pop_front();
      free.push_back(buffer);
    }
    wake_committer.notify_one();
  }
}

void LogWriter::State::write_buffer(Buffer& buffer, std::uint64_t end) {
  if (end == buffer.written) return;
  write_batch(
      {buffer.bytes.data() + buffer.written, static_cast<std::size_t>(end - buffer.written)});
  buffer.written = end;
}

void LogWriter::State::write_batch(std::span<const std::byte> records) {
  if (has_failed.load(std::memory_order_acquire)) return;
  if (params.sync == SyncPolicy::EveryBatch) wait_durable();
  if (Status turned = rotate_for(records.size() + kFooterBytes); !turned) {
    return fail_with(std::move(turned.error()));
  }
  BatchSummary summary;
  for (std::size_t at = 0; at < records.size();) {
    const RecordHeader header = read_record_header(records.data() + at);
    summary.add(records.data() + at, header);
    at += static_cast<std::size_t>(record_bytes(header.length));
  }
  commit_count += summary.commit_count;
  if (summary.next_clid != 0) next_clid = summary.next_clid;
  std::array<std::byte, kFooterBytes> footer{};
  write_footer(footer.data(),
               {.batch = batches.load(std::memory_order_relaxed),
                .begin = offset,
                .bytes = records.size(),
                .record_count = summary.record_count,
                .records_crc = summary.records_crc,
                .durable_batches = durable.load(std::memory_order_acquire),
                .commit_count = commit_count,
                .next_clid = next_clid},
               seed);
  const std::array<std::span<const std::byte>, 2> parts{records, footer};
  Status wrote = file->write(offset, parts);
  if (!wrote) {
    // Half a batch is of no use, and its space may be what a full disk lacks.
    static_cast<void>(file->truncate(offset));
    return fail_with(std::move(wrote.error()));
  }
  offset += records.size() + kFooterBytes;
  bytes_written.fetch_add(records.size() + kFooterBytes, std::memory_order_relaxed);
  batches.fetch_add(1, std::memory_order_release);
  const bool is_near_end = offset + params.extent_bytes / 2 > extended.load();
  if (params.sync == SyncPolicy::EveryBatch || is_near_end) {
    {
      const std::lock_guard lock(mutex);
      wants_extend = wants_extend || is_near_end;
    }
    wake_helper.notify_one();
  }
}

Status LogWriter::State::open_file() {
  if (file_index >= kFileCountMax) {
    return fail(diag::kTooManyFiles, {params.base}, {params.base, std::to_string(kFileCountMax)});
  }
  HEDDLE_TRY(std::shared_ptr<LogFile> made,
             storage->create(log_file_path(params.base, file_index)));
  std::array<std::byte, kFileHeaderBytes> header{};
  write_file_header(header.data(), {.id = params.id,
                                    .file_index = file_index,
                                    .first_batch = batches.load(),
                                    .extent_bytes = params.extent_bytes});
  const std::array<std::span<const std::byte>, 1> parts{header};
  HEDDLE_TRY_STATUS(made->write(0, parts));
  const std::lock_guard lock(mutex);
  file = std::move(made);
  offset = kFileHeaderBytes;
  extended = 0;
  bytes_written.fetch_add(kFileHeaderBytes, std::memory_order_relaxed);
  return {};
}

Status LogWriter::State::rotate_for(std::uint64_t bytes) {
  const bool fits = offset + bytes <= params.file_bytes_max;
  if (fits || offset == kFileHeaderBytes) return {};
  {
    const std::lock_guard lock(mutex);
    retired.push_back({file, offset});
  }
  ++file_index;
  return open_file();
}

void LogWriter::State::wait_durable() {
  std::unique_lock lock(mutex);
  const auto is_durable = [this] { return durable.load() >= batches.load() || has_failed.load(); };
  if (is_durable()) return;
  const bool has_helper = helper_id != std::thread::id() && !is_helper_stopping;
  if (!has_helper || helper_id == std::this_thread::get_id()) {
    lock.unlock();
    return settle_files();
  }
  wake_helper.notify_one();
  wake_durable.wait(lock, is_durable);
}

void LogWriter::State::run_flusher() {
  while (true) {
    bool is_last = false;
    bool is_timed = false;
    {
      std::unique_lock lock(mutex);
      is_timed = !wake_flusher.wait_for(lock, params.flush_interval,
                                        [this] { return is_flusher_stopping || !queue.empty(); });
      is_last = is_flusher_stopping;
    }
    drain(is_timed ? Reach::All : Reach::Queue);
    if (is_last) return;
  }
}

void LogWriter::State::run_helper() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point synced = Clock::now();
  while (true) {
    {
      std::unique_lock lock(mutex);
      helper_id = std::this_thread::get_id();
      const auto has_work = [this] {
        const bool wants_sync =
            params.sync == SyncPolicy::EveryBatch && durable.load() < batches.load();
        return is_helper_stopping || wants_extend || (wants_sync && !has_failed.load());
      };
      wake_helper.wait_for(lock, std::min(params.flush_interval, params.sync_interval), has_work);
      if (is_helper_stopping) return;
    }
    extend_if_due();
    // Who writes at this moment may be waiting for the sync below, so no waiting for it.
    if (params.mode == LogMode::Sync) {
      if (const std::unique_lock io(io_mutex, std::try_to_lock); io) drain_locked(Reach::All);
    }
    const bool is_due =
        params.sync != SyncPolicy::Interval || Clock::now() - synced >= params.sync_interval;
    if (is_due) {
      settle_files();
      synced = Clock::now();
    }
  }
}

void LogWriter::State::extend_if_due() {
  std::shared_ptr<LogFile> target;
  std::uint64_t end = 0;
  {
    const std::lock_guard lock(mutex);
    if (!std::exchange(wants_extend, false)) return;
    target = file;
    end = (offset / params.extent_bytes + 2) * params.extent_bytes;
    extended = end;
  }
  if (Status got = target->extend(end); !got) fail_with(std::move(got.error()));
}

void LogWriter::State::settle_files() {
  std::vector<RetiredFile> finished;
  std::shared_ptr<LogFile> open;
  std::uint64_t reached = 0;
  {
    const std::lock_guard lock(mutex);
    reached = batches.load(std::memory_order_acquire);
    finished.swap(retired);
    open = file;
  }
  const bool syncs_files = params.sync != SyncPolicy::None;
  Status status;
  for (const RetiredFile& one : finished) {
    if (status) status = one.file->truncate(one.bytes);
    if (status && syncs_files) status = one.file->sync();
  }
  if (syncs_files && reached > durable.load()) {
    if (status) status = open->sync();
    syncs.fetch_add(1, std::memory_order_relaxed);
  }
  if (!status) return fail_with(std::move(status.error()));
  {
    const std::lock_guard lock(mutex);
    if (syncs_files) durable.store(reached, std::memory_order_release);
  }
  wake_durable.notify_all();
}

}  // namespace heddle::flow::log
