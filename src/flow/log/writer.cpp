// The committing thread's side of the log writer: records are put into the
// current buffer, sealed in place, and published list by list.
#include <algorithm>
#include <cstring>

#include "flow/log/writer_state.h"
#include "heddle/base/check.h"
#include "heddle/flow/log_bytes.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_writer.h"

namespace heddle::flow::log {
namespace {

/// A gap record and its header.
constexpr std::uint64_t kGapBytes = record_bytes(24);

}  // namespace

Result<std::unique_ptr<LogWriter>> LogWriter::create(LogStorage& storage, LogWriterParams params,
                                                     std::span<const MetaRecord> meta) {
  auto state = std::make_unique<State>();
  params.buffer_count = std::max<std::uint32_t>(params.buffer_count, 2);
  params.batch_bytes = static_cast<std::size_t>(
      std::clamp<std::uint64_t>(aligned(params.batch_bytes), 4096, kPayloadBytesMax));
  params.extent_bytes = std::max<std::uint64_t>(params.extent_bytes, 4096);
  state->storage = &storage;
  state->params = params;
  state->seed = crc_seed(params.id);
  state->file_index = params.first_file_index;
  state->batches = params.first_batch;
  state->durable = params.first_batch;
  state->commit_count = params.commit_count;
  HEDDLE_TRY_STATUS(state->open_file());
  state->sequences = params.first_sequences;
  state->write_meta(meta);
  if (state->has_failed) return fail(state->failure);
  for (std::uint32_t i = 0; i < params.buffer_count; ++i) {
    state->buffers.push_back(std::make_unique<Buffer>(params.batch_bytes));
    if (i > 0) state->free.push_back(state->buffers.back().get());
  }
  state->current = state->buffers.front().get();
  state->current_shared = state->current;
  state->start_threads();
  return std::unique_ptr<LogWriter>(std::make_unique<LogWriter>(std::move(state)));
}

LogWriter::LogWriter(std::unique_ptr<State> state) : state_(std::move(state)) {}

LogWriter::~LogWriter() {
  static_cast<void>(close());
}

void LogWriter::State::write_meta(std::span<const MetaRecord> meta) {
  std::uint64_t bytes = 0;
  for (const MetaRecord& one : meta) bytes += record_bytes(one.payload.size());
  std::vector<std::byte> records(static_cast<std::size_t>(bytes));
  std::byte* at = records.data();
  for (const MetaRecord& one : meta) {
    if (!one.payload.empty()) {
      std::memcpy(at + kRecordHeaderBytes, one.payload.data(), one.payload.size());
    }
    seal_record(at,
                {.length = static_cast<std::uint32_t>(one.payload.size()),
                 .stream = Stream::Meta,
                 .kind = static_cast<std::uint8_t>(one.kind),
                 .sequence = sequences[0]++},
                seed);
    at += record_bytes(one.payload.size());
  }
  write_batch(records);
}

bool LogWriter::begin(std::uint64_t clid, std::uint64_t bytes) {
  State& s = *state_;
  const std::uint64_t gap_bytes = s.gap_count == 0 ? 0 : kGapBytes;
  const bool has_room = s.current->used + bytes + gap_bytes <= s.current->bytes.size();
  if (!has_room || s.has_failed.load(std::memory_order_relaxed)) [[unlikely]] {
    if (s.has_failed.load(std::memory_order_relaxed)) return false;
    if (bytes > kPayloadBytesMax) {
      s.fail_with(Diagnostic(
          diag::kTooLarge, {},
          {std::to_string(clid), std::to_string(bytes), std::to_string(kPayloadBytesMax)}));
      return false;
    }
    if (!s.make_room(bytes + gap_bytes, s.params.full != FullPolicy::Drop)) {
      if (s.has_failed.load(std::memory_order_relaxed)) return false;
      if (s.gap_count++ == 0) s.gap_first = clid;
      s.gap_last = clid;
      s.dropped.fetch_add(1, std::memory_order_relaxed);
      return false;
    }
  }
  s.open_limit = s.current->used + bytes + gap_bytes;
  if (gap_bytes != 0) [[unlikely]] {
    std::array<std::byte, 24> gap{};
    ByteWriter writer(gap);
    writer.put(s.gap_first);
    writer.put(s.gap_last);
    writer.put(std::exchange(s.gap_count, 0));
    add(Stream::Lifecycle, static_cast<std::uint8_t>(LifecycleKind::Gap), gap);
  }
  return true;
}

std::span<std::byte> LogWriter::begin_record(Stream stream, std::uint8_t kind,
                                             std::size_t payload_bytes) {
  State& s = *state_;
  const std::uint64_t end = s.current->used + record_bytes(payload_bytes);
  HEDDLE_CHECK(end <= s.open_limit);
  s.record = s.current->bytes.data() + s.current->used;
  s.record_header = {.length = static_cast<std::uint32_t>(payload_bytes),
                     .stream = stream,
                     .kind = kind,
                     .sequence = s.sequences[static_cast<std::size_t>(stream)]++};
  s.current->used = end;
  return {s.record + kRecordHeaderBytes, payload_bytes};
}

void LogWriter::end_record(std::size_t payload_bytes) {
  State& s = *state_;
  HEDDLE_CHECK(payload_bytes <= s.record_header.length);
  s.record_header.length = static_cast<std::uint32_t>(payload_bytes);
  seal_record(s.record, s.record_header, s.seed);
  const auto at = static_cast<std::uint64_t>(s.record - s.current->bytes.data());
  s.current->used = at + record_bytes(payload_bytes);
}

void LogWriter::cancel_record() {
  State& s = *state_;
  s.current->used = static_cast<std::uint64_t>(s.record - s.current->bytes.data());
  --s.sequences[static_cast<std::size_t>(s.record_header.stream)];
}

void LogWriter::add(Stream stream, std::uint8_t kind, std::span<const std::byte> payload) {
  const std::span<std::byte> room = begin_record(stream, kind, payload.size());
  if (!payload.empty()) std::memcpy(room.data(), payload.data(), payload.size());
  end_record(payload.size());
}

void LogWriter::add(Stream stream, std::uint8_t kind, ByteParts parts) {
  std::size_t bytes = 0;
  for (const auto& part : parts) bytes += part.size();
  std::byte* at = begin_record(stream, kind, bytes).data();
  for (const auto& part : parts) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  end_record(bytes);
}

void LogWriter::commit() {
  State& s = *state_;
  s.current->committed.store(s.current->used, std::memory_order_release);
  s.commits.store(s.commits.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

bool LogWriter::add_alone(Stream stream, std::uint8_t kind, std::span<const std::byte> payload) {
  State& s = *state_;
  if (s.has_failed.load(std::memory_order_relaxed)) return false;
  const std::uint64_t bytes = record_bytes(payload.size());
  if (s.current->used + bytes > s.current->bytes.size() && !s.make_room(bytes, true)) return false;
  s.open_limit = s.current->used + bytes;
  add(stream, kind, payload);
  s.current->committed.store(s.current->used, std::memory_order_release);
  return true;
}

Status LogWriter::flush() {
  state_->drain(State::Reach::All);
  return status();
}

Status LogWriter::close(bool is_complete) {
  State& s = *state_;
  if (s.is_closed) return status();
  if (s.gap_count > 0) {
    std::array<std::byte, 24> gap{};
    ByteWriter writer(gap);
    writer.put(s.gap_first);
    writer.put(s.gap_last);
    writer.put(std::exchange(s.gap_count, 0));
    static_cast<void>(
        add_alone(Stream::Lifecycle, static_cast<std::uint8_t>(LifecycleKind::Gap), gap));
  }
  s.drain(State::Reach::All);
  s.stop_threads();
  // The end marker must not reach the disk before what it vouches for.
  s.settle_files();
  if (is_complete && !s.has_failed) {
    std::array<std::byte, 16> end{};
    ByteWriter writer(end);
    writer.put(s.commit_count);
    writer.put(s.next_clid);
    static_cast<void>(
        add_alone(Stream::Lifecycle, static_cast<std::uint8_t>(LifecycleKind::End), end));
    s.drain(State::Reach::All);
  }
  if (!s.has_failed) {
    if (Status cut = s.file->truncate(s.offset); !cut) s.fail_with(std::move(cut.error()));
  }
  s.settle_files();
  s.is_closed = true;
  return status();
}

Status LogWriter::status() const {
  if (!has_failed()) return {};
  const std::lock_guard lock(state_->mutex);
  return fail(state_->failure);
}

bool LogWriter::has_failed() const {
  return state_->has_failed.load(std::memory_order_acquire);
}

LogWriterStats LogWriter::stats() const {
  const State& s = *state_;
  const std::lock_guard lock(s.mutex);
  return {.commits = s.commits.load(),
          .dropped = s.dropped.load(),
          .batches = s.batches.load() - s.params.first_batch,
          .bytes = s.bytes_written.load(),
          .syncs = s.syncs.load(),
          .durable_batches = s.durable.load(),
          .waits = s.waits.load(),
          .spilled_buffers = s.spilled,
          .files = s.file_index - s.params.first_file_index + std::uint64_t{1}};
}

}  // namespace heddle::flow::log
