// A list takes one opening of the writer: its keyframes, its data, encoded straight
// into the batch, its times and its text. Room is asked for by the most it can take.
#include <array>
#include <cstring>
#include <limits>

#include "heddle/flow/log_bytes.h"
#include "heddle/flow/log_data.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_sink.h"

namespace heddle::flow::log {
namespace {

constexpr std::size_t kStateHeadBytes = 12;  // clid, task
constexpr std::size_t kLineHeadBytes = 16;   // clid, task, format
constexpr std::size_t kShortStepBytes = 8;
constexpr std::size_t kLongStepBytes = 16;

SyncPolicy policy_of(flow::SyncPolicy policy) {
  switch (policy) {
    case flow::SyncPolicy::None: return SyncPolicy::None;
    case flow::SyncPolicy::Interval: return SyncPolicy::Interval;
    case flow::SyncPolicy::EveryBatch: return SyncPolicy::EveryBatch;
  }
  return SyncPolicy::Interval;
}

FullPolicy policy_of(OnLogFull policy) {
  switch (policy) {
    case OnLogFull::Block: return FullPolicy::Block;
    case OnLogFull::Drop: return FullPolicy::Drop;
    case OnLogFull::Spill: return FullPolicy::Spill;
  }
  return FullPolicy::Block;
}

LogWriterParams params_of(const LoggingOptions& logging, const LogSinkOptions& options) {
  LogWriterParams params;
  params.base = options.base;
  params.id = options.id;
  params.mode = logging.is_async ? LogMode::Async : LogMode::Sync;
  params.sync = policy_of(logging.sync);
  params.full = policy_of(logging.on_full);
  params.batch_bytes = static_cast<std::size_t>(logging.batch_bytes);
  params.buffer_count = options.buffer_count;
  params.extent_bytes = options.extent_bytes;
  params.file_bytes_max = logging.file_bytes;
  params.sync_interval = std::chrono::milliseconds(logging.sync_interval_ms);
  return params;
}

/// Why a run cannot be appended; empty: it can.
std::string mismatch(const LogCatalog& before, const LogCatalog& now) {
  if (before.graph_digest != now.graph_digest) return "tasks, parameters or connections differ";
  if (before.tasks != now.tasks) return "its tasks differ";
  if (before.messages != now.messages) return "it records other messages";
  if (before.types.size() != now.types.size()) return "it has other types";
  for (std::size_t i = 0; i < now.types.size(); ++i) {
    if (before.types[i].digest() != now.types[i].digest()) {
      return "the type '" + now.types[i].name + "' differs";
    }
  }
  return before.steps == now.steps ? "" : "the plan's steps differ";
}

/// What differs from run to run and is written again.
std::vector<MetaRecord> only_of_this_run(std::vector<MetaRecord> all) {
  std::erase_if(all, [](const MetaRecord& one) {
    return one.kind != MetaKind::Build && one.kind != MetaKind::Clock && one.kind != MetaKind::Plan;
  });
  return all;
}

}  // namespace

Status LogSink::start(const RunDescription& run) {
  const LoggingOptions& logging = run.graph->logging;
  LogWriterParams params = params_of(logging, options_);
  std::vector<MetaRecord> meta = meta_of(run, options_.build);
  if (options_.continuation) {
    const LogContinuation& before = *options_.continuation;
    LogCatalog now;
    for (const MetaRecord& one : meta) static_cast<void>(now.add(one.kind, one.payload));
    const std::string why = run.first_clid < before.next_clid
                                ? "its lists go on from " + std::to_string(before.next_clid)
                                : mismatch(before.catalog, now);
    if (!why.empty()) return fail(diag::kAppendMismatch, {options_.base}, {options_.base, why});
    params.id = before.id;
    params.first_file_index = before.next_file;
    params.first_batch = before.tail.batches;
    params.commit_count = before.tail.commits;
    params.first_sequences = before.tail.sequences;
    meta = only_of_this_run(std::move(meta));
    if (!before.catalog.formats.empty()) next_format_ = before.catalog.formats.rbegin()->first + 1;
  }
  has_timing_ = logging.has_timing && run.graph->runtime.has_stamps;
  task_count_ = run.graph->tasks.size();
  task_of_step_.clear();
  for (const StepSlot& step : run.layout->steps) task_of_step_.push_back(step.task);
  HEDDLE_TRY(writer_, LogWriter::create(storage_, params, meta));
  std::array<std::byte, 8> first{};
  ByteWriter(first).put(run.first_clid);
  static_cast<void>(writer_->add_alone(Stream::Lifecycle,
                                       static_cast<std::uint8_t>(LifecycleKind::Start), first));
  return writer_->status();
}

std::uint64_t LogSink::text_bytes(const ListView& list) const {
  std::uint64_t bytes = record_bytes(16);  // lines that were lost
  list.for_each_text([&](const TextLine& line) {
    bytes += record_bytes(kLineHeadBytes + line.arguments.size());
    if (!formats_.contains(line.format)) {
      bytes += record_bytes(9 + line.format->text.size() + TextFormat::kArgumentsMax);
    }
  });
  return bytes;
}

std::uint64_t LogSink::bytes_max(const ListView& list) const {
  std::uint64_t bytes = record_bytes(list.data_bytes_max());
  if (has_timing_) bytes += record_bytes(8 + kLongStepBytes * list.step_count());
  if (list.is_keyframe()) {
    for (std::size_t task = 0; task < task_count_; ++task) {
      bytes += record_bytes(kStateHeadBytes + list.state(task).size());
    }
  }
  if (list.has_text()) bytes += text_bytes(list);
  if (list.is_aborted()) bytes += list.step_count() * record_bytes(kStateHeadBytes);
  return bytes;
}

bool LogSink::commit(const ListView& list) {
  if (!writer_->begin(list.clid(), bytes_max(list))) return !writer_->has_failed();
  if (list.is_keyframe()) add_states(list);
  if (list.is_aborted()) add_failures(list);
  const std::span<std::byte> room =
      writer_->begin_record(Stream::Data, kKindOnly, list.data_bytes_max());
  writer_->end_record(list.encode_data(room.data()));
  if (has_timing_) add_timing(list);
  if (list.has_text()) add_text(list);
  writer_->commit();
  return true;
}

void LogSink::add_failures(const ListView& list) {
  for (std::size_t step = 0; step < list.step_count(); ++step) {
    if (list.step_header(step).state != StepState::Aborted) continue;
    std::array<std::byte, kStateHeadBytes> bytes{};
    ByteWriter out(bytes);
    out.put(list.clid());
    out.put(task_of_step_[step]);
    writer_->add(Stream::Lifecycle, static_cast<std::uint8_t>(LifecycleKind::TaskFailed),
                 std::span<const std::byte>(bytes));
  }
}

void LogSink::add_states(const ListView& list) {
  for (std::uint32_t task = 0; task < task_count_; ++task) {
    const std::span<const std::byte> state = list.state(task);
    if (state.empty()) continue;
    const std::span<std::byte> room =
        writer_->begin_record(Stream::Keyframe, kKindOnly, kStateHeadBytes + state.size());
    ByteWriter out(room);
    out.put(list.clid());
    out.put(task);
    out.put(state);
    writer_->end_record(out.size());
  }
}

/// In the short form; where a list took too long for it, in the long one instead.
void LogSink::add_timing(const ListView& list) {
  const std::size_t steps = list.step_count();
  const std::uint64_t base = list.times(0).begin_ticks;
  std::byte* at = writer_
                      ->begin_record(Stream::Timing, static_cast<std::uint8_t>(TimingKind::Short),
                                     16 + kShortStepBytes * steps)
                      .data();
  const std::uint64_t head[2] = {list.clid(), base};
  std::memcpy(at, head, sizeof head);
  at += sizeof head;
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < steps; ++i) {
    const StepTimes times = list.times(i);
    const std::uint64_t begin = times.begin_ticks - base;
    const std::uint64_t end = times.end_ticks - base;
    all |= begin | end;
    const std::uint64_t both = begin | end << 32;
    std::memcpy(at, &both, sizeof both);
    at += sizeof both;
  }
  if (all <= std::numeric_limits<std::uint32_t>::max()) {
    writer_->end_record(16 + kShortStepBytes * steps);
  } else {
    writer_->cancel_record();
    add_long_timing(list);
  }
}

void LogSink::add_long_timing(const ListView& list) {
  ByteWriter out(writer_->begin_record(Stream::Timing, static_cast<std::uint8_t>(TimingKind::Long),
                                       8 + kLongStepBytes * list.step_count()));
  out.put(list.clid());
  for (std::size_t i = 0; i < list.step_count(); ++i) {
    const StepTimes times = list.times(i);
    out.put(times.begin_ticks);
    out.put(times.end_ticks);
  }
  writer_->end_record(out.size());
}

std::uint32_t LogSink::format_id(const TextFormat& format) {
  const auto [at, is_new] = formats_.emplace(&format, next_format_);
  if (is_new) {
    ++next_format_;
    writer_->add(Stream::Meta, static_cast<std::uint8_t>(MetaKind::Format),
                 std::span<const std::byte>(meta_of(at->second, format)));
  }
  return at->second;
}

void LogSink::add_text(const ListView& list) {
  list.for_each_text([&](const TextLine& line) {
    const std::uint32_t format = format_id(*line.format);
    ByteWriter out(writer_->begin_record(Stream::Text, static_cast<std::uint8_t>(TextKind::Line),
                                         kLineHeadBytes + line.arguments.size()));
    out.put(list.clid());
    out.put(line.task);
    out.put(format);
    out.put(line.arguments);
    writer_->end_record(out.size());
  });
  const std::uint64_t lost = list.lost_text_count();
  if (lost == 0) return;
  std::array<std::byte, 16> bytes{};
  ByteWriter out(bytes);
  out.put(list.clid());
  out.put(lost);
  writer_->add(Stream::Text, static_cast<std::uint8_t>(TextKind::Lost),
               std::span<const std::byte>(bytes));
}

Status LogSink::status() const {
  return writer_ == nullptr ? Status() : writer_->status();
}

Status LogSink::finish(const RunEnding& ending) {
  if (writer_ == nullptr) return {};
  std::vector<std::byte> stop(13 + ending.text.size());
  ByteWriter out(stop);
  out.put(static_cast<std::uint8_t>(ending.kind));
  out.put(ending.end_clid);
  out.put_text(ending.text);
  static_cast<void>(
      writer_->add_alone(Stream::Lifecycle, static_cast<std::uint8_t>(LifecycleKind::Stop), stop));
  return writer_->close();
}

LogWriterStats LogSink::stats() const {
  return writer_ == nullptr ? LogWriterStats() : writer_->stats();
}

}  // namespace heddle::flow::log
