// The reader walks batch by batch. Where there is no whole batch it goes on in
// the next file if that begins with the batch wanted; else the log ends here, and
// what lies behind decides between an interrupted run and damage: a footer says
// how many batches were on the disk when it was written, so a batch that a later
// footer vouches for, or that a closed log lacks, was lost after it was stored.
#include <algorithm>

#include "flow/log/batch_scan.h"
#include "heddle/base/check.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_file.h"
#include "heddle/flow/log_reader.h"

namespace heddle::flow::log {

struct LogReader::State {
  std::unique_ptr<LogSource> source;
  FileHeader header;
  std::uint32_t seed = 0;
  std::unique_ptr<BatchScanner> scanner;
  std::size_t next_record = 0;  ///< of the scanner's records
  bool is_following = false;
  bool is_over = false;
  bool has_taken_first = false;  ///< the first batch's meta records, by `open`
  LogCatalog catalog;
  LogTail tail;

  Result<FileHeader> header_of(std::uint32_t file);
  void begin_file(std::uint32_t file);
  /// Loads the batch at the tail. False: there is none.
  Result<bool> load_batch();
  /// The batch's first record that does not follow the ones before; empty: none.
  std::string misfit() const;
  void take_batch();
  /// Whether the next file begins with the batch that is due, and turns to it.
  Result<bool> turn_to_next_file();
  Status classify();
  Status look_behind(std::uint32_t file, std::uint64_t offset, bool& was_stored);
  Result<bool> holds_end_marker(std::uint32_t file, const Footer& footer);
  Status take_meta(const RecordView& record);
};

namespace {

bool is_end_marker(const RecordHeader& header) {
  return header.stream == Stream::Lifecycle &&
         header.kind == static_cast<std::uint8_t>(LifecycleKind::End);
}

}  // namespace

Result<FileHeader> LogReader::State::header_of(std::uint32_t file) {
  const std::uint64_t size = source->size_bytes(file);
  std::vector<std::byte> bytes(
      static_cast<std::size_t>(std::min<std::uint64_t>(size, kFileHeaderBytes)));
  HEDDLE_TRY_STATUS(source->read(file, 0, bytes));
  FileHeader found;
  const HeaderFault fault = read_file_header(bytes, found);
  const std::string name = source->name(file);
  if (fault == HeaderFault::Version) {
    return fail(diag::kOtherVersion, {name},
                {name, std::to_string(found.version), std::to_string(kVersion)});
  }
  if (fault != HeaderFault::None) {
    return fail(diag::kNotALog, {name}, {name, header_fault_text(fault)});
  }
  return found;
}

void LogReader::State::begin_file(std::uint32_t file) {
  tail.file = file;
  tail.offset = kFileHeaderBytes;
  tail.end = LogEnd::Open;
  scanner = std::make_unique<BatchScanner>(*source, file, seed);
  next_record = 0;
}

std::string LogReader::State::misfit() const {
  if (scanner->footer().batch != tail.batches) return "a batch is missing before this one";
  std::array<std::uint32_t, kStreamCount> expected = tail.sequences;
  for (const ScannedRecord& record : scanner->records()) {
    if (record.header.sequence != expected[static_cast<std::size_t>(record.header.stream)]++) {
      return "a record is missing before this batch";
    }
  }
  return {};
}

void LogReader::State::take_batch() {
  tail.offset = scanner->next_offset();
  ++tail.batches;
  tail.commits = scanner->footer().commit_count;
  tail.next_clid = scanner->footer().next_clid;
  for (const ScannedRecord& record : scanner->records()) {
    ++tail.sequences[static_cast<std::size_t>(record.header.stream)];
    // A later run may have been appended after an end marker.
    tail.end = is_end_marker(record.header) ? LogEnd::Clean : LogEnd::Open;
  }
  next_record = 0;
}

Result<bool> LogReader::State::load_batch() {
  while (true) {
    HEDDLE_TRY(const BatchScanner::Outcome outcome, scanner->read(tail.offset));
    std::string why = scanner->why();
    if (outcome == BatchScanner::Outcome::Whole) {
      why = misfit();
      if (why.empty()) {
        take_batch();
        return true;
      }
    }
    HEDDLE_TRY(const bool has_turned, turn_to_next_file());
    if (has_turned) continue;
    // What was read of a batch that does not count is not handed out.
    scanner = std::make_unique<BatchScanner>(*source, tail.file, seed);
    next_record = 0;
    tail.why = std::move(why);
    return false;
  }
}

Result<bool> LogReader::State::turn_to_next_file() {
  const std::uint32_t next = tail.file + 1;
  if (next >= source->file_count()) return false;
  const Result<FileHeader> found = header_of(next);
  if (!found) return false;  // `classify` looks at it again
  if (found->id != header.id || found->file_index != next) {
    return fail(diag::kMixedRuns, {source->name(next)}, {source->name(next), source->name(0)});
  }
  if (found->first_batch != tail.batches) return false;
  begin_file(next);
  return true;
}

Result<bool> LogReader::State::holds_end_marker(std::uint32_t file, const Footer& footer) {
  BatchScanner other(*source, file, seed);
  HEDDLE_TRY(const BatchScanner::Outcome outcome, other.read(footer.begin));
  if (outcome != BatchScanner::Outcome::Whole) return false;
  return std::any_of(other.records().begin(), other.records().end(),
                     [](const ScannedRecord& record) { return is_end_marker(record.header); });
}

Status LogReader::State::look_behind(std::uint32_t file, std::uint64_t offset, bool& was_stored) {
  BatchScanner scan(*source, file, seed);
  std::vector<Footer> later;
  HEDDLE_TRY(const std::uint64_t used, scan.find_footers(offset, [&](const Footer& footer) {
    if (footer.batch >= tail.batches) later.push_back(footer);
  }));
  tail.lost_bytes += used;
  tail.later_batches += later.size();
  for (const Footer& footer : later) {
    if (footer.durable_batches > tail.batches) was_stored = true;
  }
  if (!later.empty()) {
    HEDDLE_TRY(const bool was_closed, holds_end_marker(file, later.back()));
    if (was_closed) was_stored = true;
  }
  return {};
}

Status LogReader::State::classify() {
  bool was_stored = false;
  HEDDLE_TRY_STATUS(look_behind(tail.file, tail.offset, was_stored));
  for (std::uint32_t file = tail.file + 1; file < source->file_count(); ++file) {
    HEDDLE_TRY_STATUS(look_behind(file, 0, was_stored));
  }
  const bool is_at_end = tail.lost_bytes == 0 && tail.file + 1 == source->file_count();
  if (was_stored) {
    tail.end = LogEnd::Damaged;
  } else if (tail.end != LogEnd::Clean || !is_at_end) {
    tail.end = LogEnd::CutOff;
  }
  return {};
}

Status LogReader::State::take_meta(const RecordView& record) {
  // Indices that a reader made from the first batch stay right.
  const auto kind = static_cast<MetaKind>(record.kind);
  const bool is_table = kind == MetaKind::Type || kind == MetaKind::Task ||
                        kind == MetaKind::Message || kind == MetaKind::Step ||
                        kind == MetaKind::Config;
  const bool is_late = is_table && tail.batches > 1;
  if (!is_late && catalog.add(kind, record.payload)) return {};
  const std::string name = source->name(record.file);
  return fail(diag::kBadMeta, {name},
              {name, "record " + std::to_string(record.sequence) + " of kind " +
                         std::to_string(record.kind)});
}

LogReader::LogReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LogReader::LogReader(LogReader&&) noexcept = default;
LogReader& LogReader::operator=(LogReader&&) noexcept = default;
LogReader::~LogReader() = default;

Result<LogReader> LogReader::open(std::unique_ptr<LogSource> source) {
  auto state = std::make_unique<State>();
  state->source = std::move(source);
  HEDDLE_CHECK(state->source->file_count() > 0);
  HEDDLE_TRY(state->header, state->header_of(0));
  if (state->header.file_index != 0) {
    const std::string name = state->source->name(0);
    return fail(diag::kMixedRuns, {name}, {name, name});
  }
  state->seed = crc_seed(state->header.id);
  state->begin_file(0);
  // The first batch is read at once so that the catalog is there; its records
  // are handed out all the same.
  HEDDLE_TRY(state->has_taken_first, state->load_batch());
  if (state->has_taken_first) {
    for (const ScannedRecord& record : state->scanner->records()) {
      if (record.header.stream != Stream::Meta) continue;
      const std::span<const std::byte> bytes(state->scanner->bytes());
      RecordView view;
      view.kind = record.header.kind;
      view.sequence = record.header.sequence;
      view.payload = bytes.subspan(record.at + kRecordHeaderBytes, record.header.length);
      HEDDLE_TRY_STATUS(state->take_meta(view));
    }
  }
  return LogReader(std::move(state));
}

Result<LogReader> LogReader::open(const std::string& named) {
  HEDDLE_TRY(const std::string base, find_log(named));
  HEDDLE_TRY(auto source, open_log_files(base));
  return open(std::move(source));
}

Result<bool> LogReader::next(RecordView& record) {
  State& s = *state_;
  while (s.next_record >= s.scanner->records().size()) {
    if (s.is_over) return false;
    HEDDLE_TRY(const bool has_batch, s.load_batch());
    if (has_batch) continue;
    if (s.is_following && s.tail.end != LogEnd::Clean) {
      HEDDLE_TRY_STATUS(s.source->refresh());
      return false;
    }
    s.is_over = true;
    HEDDLE_TRY_STATUS(s.classify());
    return false;
  }
  const ScannedRecord& at = s.scanner->records()[s.next_record++];
  const std::uint64_t base = s.scanner->footer().begin;
  record = {.stream = at.header.stream,
            .kind = at.header.kind,
            .flags = at.header.flags,
            .sequence = at.header.sequence,
            .payload = std::span<const std::byte>(s.scanner->bytes())
                           .subspan(at.at + kRecordHeaderBytes, at.header.length),
            .file = s.tail.file,
            .offset = base + at.at};
  const bool is_taken = s.has_taken_first && s.tail.batches == 1;
  if (record.stream == Stream::Meta && !is_taken) HEDDLE_TRY_STATUS(s.take_meta(record));
  return true;
}

void LogReader::follow() {
  state_->is_following = true;
}

const LogCatalog& LogReader::catalog() const {
  return state_->catalog;
}
const LogTail& LogReader::tail() const {
  return state_->tail;
}
const LogId& LogReader::id() const {
  return state_->header.id;
}
std::uint64_t LogReader::extent_bytes() const {
  return state_->header.extent_bytes;
}
LogSource& LogReader::source() {
  return *state_->source;
}

Diagnostics tail_diagnostics(const LogTail& tail, const std::string& file_name) {
  Diagnostics out;
  if (tail.end == LogEnd::Damaged) {
    out.add(Diagnostic(diag::kDamaged, {file_name},
                       {file_name, std::to_string(tail.offset), std::to_string(tail.commits),
                        std::to_string(tail.later_batches)}));
  }
  if (tail.end == LogEnd::CutOff) {
    const std::string behind =
        tail.lost_bytes == 0 ? "nothing half-written is behind them"
                             : std::to_string(tail.lost_bytes) + " bytes behind them are of no use";
    out.add(
        Diagnostic(diag::kCutOff, {file_name}, {file_name, std::to_string(tail.commits), behind}));
  }
  return out;
}

}  // namespace heddle::flow::log
