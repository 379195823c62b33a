// Data records as commit_sink.h has them, and the small records beside them.
#include <algorithm>

#include "heddle/flow/log_bytes.h"
#include "heddle/flow/log_data.h"

namespace heddle::flow::log {
namespace {

constexpr std::uint8_t kKnownFlags = kMessagePresent | kMessageInstant | kMessageRange |
                                     kMessageStatus | kMessageOrigin | kMessageNotKept;

/// The payload's bytes: as the schema has them, or after their count.
std::span<const std::byte> take_payload(ByteReader& in, const Schema& type) {
  const bool has_sequence =
      std::any_of(type.fields.begin(), type.fields.end(),
                  [](const SchemaField& field) { return field.shape == FieldShape::Sequence; });
  return in.take(has_sequence ? in.get<std::uint32_t>() : type.encoded_bytes_max);
}

/// What is wrong with it; null: nothing.
const char* read_message(ByteReader& in, const LogCatalog& catalog, std::uint64_t clid,
                         LoggedMessage& out) {
  const auto flags = in.get<std::uint8_t>();
  if ((flags & ~kKnownFlags) != 0) return "a message has unknown flags";
  const bool is_instant = (flags & kMessageInstant) != 0;
  const bool is_range = (flags & kMessageRange) != 0;
  if (is_instant && is_range) return "a message has two times";
  out.is_present = (flags & kMessagePresent) != 0;
  out.is_kept = (flags & kMessageNotKept) == 0;
  out.origin_clid = clid;
  if ((flags & kMessageStatus) != 0) {
    const auto status = in.take(in.get<std::uint8_t>());
    out.status = {reinterpret_cast<const char*>(status.data()), status.size()};
  }
  if (is_instant || is_range) {
    out.validity.kind = is_range ? Validity::Kind::Range : Validity::Kind::Instant;
    out.validity.begin.ns = in.get<std::int64_t>();
    out.validity.end.ns = is_range ? in.get<std::int64_t>() : out.validity.begin.ns;
  }
  if ((flags & kMessageOrigin) != 0) out.origin_clid = in.get<std::uint64_t>();
  if (!out.is_present || !out.is_kept) return nullptr;
  const Schema& type = catalog.types[catalog.messages[out.message].type];
  out.payload = take_payload(in, type);
  return nullptr;
}

}  // namespace

const LoggedMessage* LoggedList::find(std::uint32_t message) const {
  const auto at = std::lower_bound(
      messages.begin(), messages.end(), message,
      [](const LoggedMessage& one, std::uint32_t wanted) { return one.message < wanted; });
  return at != messages.end() && at->message == message ? &*at : nullptr;
}

std::string read_list(const LogCatalog& catalog, std::span<const std::byte> payload,
                      LoggedList& list) {
  ByteReader in(payload);
  list.clid = in.get<std::uint64_t>();
  list.admission_ns = in.get<std::int64_t>();
  const auto flags = in.get<std::uint8_t>();
  list.is_aborted = (flags & kListAborted) != 0;
  list.messages.clear();
  if ((flags & ~kListAborted) != 0) return "a list has unknown flags";
  for (std::uint32_t i = 0; i < catalog.messages.size(); ++i) {
    if (!catalog.messages[i].is_logged) continue;
    LoggedMessage message;
    message.message = i;
    if (const char* why = read_message(in, catalog, list.clid, message)) return why;
    list.messages.push_back(message);
  }
  if (!in.ok()) return "the record ends within a message";
  if (in.remaining() > 0) return "bytes are left over behind the last message";
  return {};
}

bool read_timing(const RecordView& record, LoggedTiming& timing) {
  ByteReader in(record.payload);
  timing.clid = in.get<std::uint64_t>();
  timing.steps.clear();
  const bool is_long = record.kind == static_cast<std::uint8_t>(TimingKind::Long);
  if (!is_long && record.kind != static_cast<std::uint8_t>(TimingKind::Short)) return false;
  const std::uint64_t base = is_long ? 0 : in.get<std::uint64_t>();
  while (in.ok() && in.remaining() > 0) {
    StepTimes times;
    times.begin_ticks = is_long ? in.get<std::uint64_t>() : base + in.get<std::uint32_t>();
    times.end_ticks = is_long ? in.get<std::uint64_t>() : base + in.get<std::uint32_t>();
    timing.steps.push_back(times);
  }
  return in.ok();
}

bool read_state(const RecordView& record, LoggedState& state) {
  ByteReader in(record.payload);
  state.clid = in.get<std::uint64_t>();
  state.task = in.get<std::uint32_t>();
  state.state = in.take(in.remaining());
  return in.ok();
}

bool read_text(const LogCatalog& catalog, const RecordView& record, LoggedText& text) {
  ByteReader in(record.payload);
  text.clid = in.get<std::uint64_t>();
  text.text.clear();
  text.lost = 0;
  if (record.kind == static_cast<std::uint8_t>(TextKind::Lost)) {
    text.task = kNoIndex;
    text.lost = in.get<std::uint64_t>();
    return in.is_done();
  }
  text.task = in.get<std::uint32_t>();
  const auto format = catalog.formats.find(in.get<std::uint32_t>());
  const auto arguments = in.take(in.remaining());
  if (!in.ok() || text.task >= catalog.tasks.size()) return false;
  text.text = format == catalog.formats.end()
                  ? "(unknown format)"
                  : render_text(format->second.text, format->second.argument_kinds, arguments);
  return true;
}

bool read_gap(const RecordView& record, LoggedGap& gap) {
  ByteReader in(record.payload);
  gap.first_clid = in.get<std::uint64_t>();
  gap.last_clid = in.get<std::uint64_t>();
  gap.count = in.get<std::uint64_t>();
  return in.is_done();
}

bool read_stop(const RecordView& record, LoggedStop& stop) {
  ByteReader in(record.payload);
  const auto kind = in.get<std::uint8_t>();
  stop.end_clid = in.get<std::uint64_t>();
  stop.text = in.get_text();
  if (!in.is_done() || kind > static_cast<std::uint8_t>(RunEnding::Kind::Failed)) return false;
  stop.kind = static_cast<RunEnding::Kind>(kind);
  return true;
}

bool read_failure(const RecordView& record, LoggedFailure& failed) {
  if (record.stream != Stream::Lifecycle ||
      record.kind != static_cast<std::uint8_t>(LifecycleKind::TaskFailed)) {
    return false;
  }
  ByteReader in(record.payload);
  failed.clid = in.get<std::uint64_t>();
  failed.task = in.get<std::uint32_t>();
  return in.is_done();
}

}  // namespace heddle::flow::log
