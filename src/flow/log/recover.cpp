// A check is one pass over everything. Recovery cuts the last file behind its last
// whole batch, removes files behind it, and appends a batch of one record, the end
// marker: nothing that was readable before is written again.
#include "flow/log/posix_file.h"
#include "flow/log/wire.h"
#include "heddle/flow/log_bytes.h"
#include "heddle/flow/log_data.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_recover.h"

namespace heddle::flow::log {
namespace {

class Checker {
 public:
  explicit Checker(LogReader& reader) : reader_(reader) {}

  Result<LogCheck> run() {
    RecordView record;
    while (true) {
      HEDDLE_TRY(const bool has_record, reader_.next(record));
      if (!has_record) break;
      take(record);
    }
    check_.tail = reader_.tail();
    check_.files = reader_.source().file_count();
    for (std::uint32_t i = 0; i < check_.files; ++i) check_.bytes += reader_.source().size_bytes(i);
    check_.data_digest = digest_.digest();
    return std::move(check_);
  }

 private:
  void take(const RecordView& record) {
    const auto stream = static_cast<std::size_t>(record.stream);
    ++check_.record_counts[stream];
    check_.payload_bytes[stream] += record.payload.size();
    switch (record.stream) {
      case Stream::Data: return take_list(record);
      case Stream::Timing: return expect(record, read_timing(record, timing_), "bad times");
      case Stream::Keyframe: return take_state(record);
      case Stream::Text:
        return expect(record, read_text(reader_.catalog(), record, text_), "a bad line");
      case Stream::Lifecycle: return take_event(record);
      case Stream::Meta:
      case Stream::Footer: return;
    }
  }

  void take_list(const RecordView& record) {
    digest_.add_u64(record.payload.size());
    digest_.add(record.payload);
    const std::string why = read_list(reader_.catalog(), record.payload, list_);
    if (!why.empty()) return expect(record, false, why);
    const bool is_first = check_.record_counts[static_cast<std::size_t>(Stream::Data)] == 1;
    expect(record, is_first || list_.clid > check_.last_clid, "the numbers of lists do not grow");
    if (is_first) check_.first_clid = list_.clid;
    check_.last_clid = list_.clid;
  }

  void take_state(const RecordView& record) {
    LoggedState state;
    const bool is_sound = read_state(record, state) && state.task < reader_.catalog().tasks.size();
    expect(record, is_sound, "a bad keyframe");
    if (!is_sound || (check_.keyframes > 0 && state.clid == last_keyframe_)) return;
    last_keyframe_ = state.clid;
    ++check_.keyframes;
  }

  void take_event(const RecordView& record) {
    if (record.kind == static_cast<std::uint8_t>(LifecycleKind::Gap)) {
      LoggedGap gap;
      expect(record, read_gap(record, gap), "a bad gap");
      check_.dropped_lists += gap.count;
    }
    if (record.kind == static_cast<std::uint8_t>(LifecycleKind::Stop)) {
      LoggedStop stop;
      expect(record, read_stop(record, stop), "a bad end of the run");
      check_.stop_text = std::string(stop.text);
    }
  }

  void expect(const RecordView& record, bool is_sound, std::string_view why) {
    if (is_sound) return;
    const std::string name = reader_.source().name(record.file);
    check_.faults.add(
        Diagnostic(diag::kBadRecord, {name}, {name, std::to_string(record.offset), why}));
  }

  LogReader& reader_;
  LogCheck check_;
  DigestStream digest_;
  LoggedList list_;
  LoggedTiming timing_;
  LoggedText text_;
  std::uint64_t last_keyframe_ = 0;
};

Status append_end(LogFile& file, const LogReader& reader) {
  const LogTail& tail = reader.tail();
  const std::uint32_t seed = crc_seed(reader.id());
  std::array<std::byte, record_bytes(16) + kFooterBytes> batch{};
  ByteWriter payload({batch.data() + kRecordHeaderBytes, 16});
  payload.put(tail.commits);
  payload.put(tail.next_clid);
  const std::size_t footer_at = record_bytes(16);
  seal_record(batch.data(),
              {.length = 16,
               .stream = Stream::Lifecycle,
               .kind = static_cast<std::uint8_t>(LifecycleKind::End),
               .sequence = tail.sequences[static_cast<std::size_t>(Stream::Lifecycle)]},
              seed);
  BatchSummary summary;
  summary.add(batch.data(), read_record_header(batch.data()));
  write_footer(batch.data() + footer_at,
               {.batch = tail.batches,
                .begin = tail.offset,
                .bytes = footer_at,
                .record_count = summary.record_count,
                .records_crc = summary.records_crc,
                .durable_batches = tail.batches,
                .commit_count = tail.commits,
                .next_clid = tail.next_clid},
               seed);
  const std::array<std::span<const std::byte>, 1> parts{batch};
  return file.write(tail.offset, parts);
}

}  // namespace

Result<LogCheck> check_log(LogReader& reader) {
  return Checker(reader).run();
}

Result<LogCheck> check_log(const std::string& named) {
  HEDDLE_TRY(LogReader reader, LogReader::open(named));
  return check_log(reader);
}

Result<RecoverOutcome> recover_log(const std::string& named, const RecoverOptions& options) {
  HEDDLE_TRY(LogReader reader, LogReader::open(named));
  RecordView record;
  while (true) {
    HEDDLE_TRY(const bool has_record, reader.next(record));
    if (!has_record) break;
  }
  const LogTail& tail = reader.tail();
  RecoverOutcome outcome{.before = tail};
  if (tail.end == LogEnd::Clean) {
    outcome.was_clean = true;
    return outcome;
  }
  const std::string name = reader.source().name(tail.file);
  if (tail.end == LogEnd::Damaged && !options.may_cut) {
    return fail(tail_diagnostics(tail, name));
  }
  outcome.cut_bytes = tail.lost_bytes;
  HEDDLE_TRY(auto file, open_log_file(name));
  // The newest file goes first, so that being cut off here leaves a row of files.
  for (std::uint32_t i = reader.source().file_count(); i-- > tail.file + 1;) {
    HEDDLE_TRY_STATUS(remove_log_file(reader.source().name(i)));
    ++outcome.removed_files;
  }
  HEDDLE_TRY_STATUS(file->truncate(tail.offset));
  HEDDLE_TRY_STATUS(file->sync());
  HEDDLE_TRY_STATUS(append_end(*file, reader));
  HEDDLE_TRY_STATUS(file->sync());
  return outcome;
}

Result<LogContinuation> continue_log(const std::string& named) {
  HEDDLE_TRY(LogReader reader, LogReader::open(named));
  RecordView record;
  while (true) {
    HEDDLE_TRY(const bool has_record, reader.next(record));
    if (!has_record) break;
  }
  const LogTail& tail = reader.tail();
  const std::string name = reader.source().name(tail.file);
  if (tail.end == LogEnd::Damaged) return fail(tail_diagnostics(tail, name));
  if (tail.end != LogEnd::Clean) return fail(diag::kUnclean, {name}, {name, named});
  return LogContinuation{.id = reader.id(),
                         .next_clid = tail.next_clid,
                         .tail = tail,
                         .next_file = reader.source().file_count(),
                         .catalog = reader.catalog()};
}

}  // namespace heddle::flow::log
