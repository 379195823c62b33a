#include "flow/log/render.h"

#include <fmt/format.h>

#include <cstring>

#include "heddle/flow/log_bytes.h"

namespace heddle::flow::log {
namespace {

template <class T>
T element(const FieldView& field, std::uint32_t index) {
  T value{};
  std::memcpy(&value, field.bytes.data() + std::size_t{index} * sizeof value, sizeof value);
  return value;
}

void write_element(JsonWriter& json, const FieldView& field, std::uint32_t index) {
  switch (field.field->kind) {
    case FieldKind::Bool: return json.value(element<std::uint8_t>(field, index) != 0);
    case FieldKind::Char: {
      const char one = element<char>(field, index);
      return json.value(std::string_view(&one, 1));
    }
    case FieldKind::U8: return json.value(element<std::uint8_t>(field, index));
    case FieldKind::I8: return json.value(element<std::int8_t>(field, index));
    case FieldKind::U16: return json.value(element<std::uint16_t>(field, index));
    case FieldKind::I16: return json.value(element<std::int16_t>(field, index));
    case FieldKind::U32: return json.value(element<std::uint32_t>(field, index));
    case FieldKind::I32: return json.value(element<std::int32_t>(field, index));
    case FieldKind::U64: return json.value(element<std::uint64_t>(field, index));
    case FieldKind::I64: return json.value(element<std::int64_t>(field, index));
    case FieldKind::F32: return json.value(static_cast<double>(element<float>(field, index)));
    case FieldKind::F64: return json.value(element<double>(field, index));
  }
}

const char* json_type_of(FieldKind kind) {
  switch (kind) {
    case FieldKind::Bool: return "boolean";
    case FieldKind::Char: return "string";
    case FieldKind::F32:
    case FieldKind::F64: return "number";
    default: return "integer";
  }
}

void write_validity(JsonWriter& json, const Validity& validity) {
  if (validity.kind == Validity::Kind::None) return;
  json.key("valid_ns");
  if (validity.kind == Validity::Kind::Instant) return json.value(validity.begin.ns);
  json.begin_inline_array();
  json.value(validity.begin.ns);
  json.value(validity.end.ns);
  json.end_array();
}

void write_message(JsonWriter& json, const LogCatalog& catalog, const LoggedList& list,
                   const LoggedMessage& message) {
  json.key(catalog.messages[message.message].name);
  json.begin_inline_object();
  json.member("present", message.is_present);
  write_validity(json, message.validity);
  if (!message.status.empty()) json.member("status", message.status);
  if (message.origin_clid != list.clid) json.member("origin", message.origin_clid);
  if (message.is_present && !message.is_kept) json.member("kept", false);
  if (message.is_present && message.is_kept) {
    json.key("payload");
    write_payload(json, catalog.types[catalog.messages[message.message].type], message.payload);
  }
  json.end_object();
}

std::string validity_text(const Validity& validity) {
  switch (validity.kind) {
    case Validity::Kind::None: return "";
    case Validity::Kind::Instant: return fmt::format("  valid {} ns", validity.begin.ns);
    case Validity::Kind::Range:
      return fmt::format("  valid {}..{} ns", validity.begin.ns, validity.end.ns);
  }
  return "";
}

std::string payload_text(const Schema& type, std::span<const std::byte> payload) {
  std::vector<FieldView> fields;
  if (!split_fields(type, payload, fields)) return " (does not fit its type)";
  std::string out;
  for (const FieldView& field : fields) {
    out += fmt::format("  {}={}", field_name(*field.field), field_text(field));
  }
  return out;
}

std::string list_text(const LogCatalog& catalog, const LoggedList& list,
                      const SelectedMessages& selected) {
  std::string out = fmt::format("list {} at {} ns{}\n", list.clid, list.admission_ns,
                                list.is_aborted ? ", aborted" : "");
  for (const LoggedMessage& message : list.messages) {
    if (!selected.has_message(message.message)) continue;
    const LogMessage& info = catalog.messages[message.message];
    out += fmt::format("  {}", info.name);
    if (!message.is_present) {
      out += "  absent";
    } else if (!message.is_kept) {
      out += "  present, content not recorded";
    } else {
      out += payload_text(catalog.types[info.type], message.payload);
    }
    out += validity_text(message.validity);
    if (!message.status.empty()) out += fmt::format("  status {}", json_quote(message.status));
    if (message.origin_clid != list.clid) out += fmt::format("  of list {}", message.origin_clid);
    out += '\n';
  }
  return out;
}

std::string_view ending_text(RunEnding::Kind kind) {
  switch (kind) {
    case RunEnding::Kind::Finished: return "finished";
    case RunEnding::Kind::Stopped: return "stopped";
    case RunEnding::Kind::Failed: return "failed";
  }
  return "";
}

/// What happened to the run, in words; empty for what is no event for people.
std::string event_text(const LogCatalog& catalog, const RecordView& record) {
  LoggedGap gap;
  LoggedStop stop;
  LoggedFailure failed;
  switch (static_cast<LifecycleKind>(record.kind)) {
    case LifecycleKind::Start:
      return fmt::format("run begins with list {}",
                         ByteReader(record.payload).get<std::uint64_t>());
    case LifecycleKind::Stop:
      if (!read_stop(record, stop)) return {};
      return fmt::format("run {} before list {}{}{}", ending_text(stop.kind), stop.end_clid,
                         stop.text.empty() ? "" : ": ", stop.text);
    case LifecycleKind::Gap:
      if (!read_gap(record, gap)) return {};
      return fmt::format("{} lists were dropped, from {} to {}", gap.count, gap.first_clid,
                         gap.last_clid);
    case LifecycleKind::TaskFailed:
      if (!read_failure(record, failed) || failed.task >= catalog.tasks.size()) return {};
      return fmt::format("task '{}' failed in list {}", catalog.tasks[failed.task].id, failed.clid);
    case LifecycleKind::End: return "end";
  }
  return {};
}

bool takes_text(const LoggedText& text, const SelectedMessages& selected) {
  return selected.has_list(text.clid) && (text.task == kNoIndex || selected.has_task(text.task));
}

}  // namespace

void write_field(JsonWriter& json, const FieldView& field) {
  if (field.field->shape == FieldShape::Scalar) return write_element(json, field, 0);
  if (field.field->kind == FieldKind::Char) {
    return json.value(
        std::string_view(reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size()));
  }
  json.begin_inline_array();
  for (std::uint32_t i = 0; i < field.count; ++i) write_element(json, field, i);
  json.end_array();
}

void write_payload(JsonWriter& json, const Schema& type, std::span<const std::byte> payload) {
  std::vector<FieldView> fields;
  json.begin_inline_object();
  if (split_fields(type, payload, fields)) {
    for (const FieldView& field : fields) {
      json.key(field_name(*field.field));
      write_field(json, field);
    }
  }
  json.end_object();
}

void write_list(JsonWriter& json, const LogCatalog& catalog, const LoggedList& list,
                const SelectedMessages& selected) {
  json.begin_inline_object();
  json.member("clid", list.clid);
  json.member("admission_ns", list.admission_ns);
  if (list.is_aborted) json.member("aborted", true);
  json.key("messages");
  json.begin_inline_object();
  for (const LoggedMessage& message : list.messages) {
    if (selected.has_message(message.message)) write_message(json, catalog, list, message);
  }
  json.end_object();
  json.end_object();
}

std::string json_schema_of(const Schema& type) {
  StringSink sink;
  JsonWriter json(sink, JsonStyle::Compact);
  json.begin_object();
  json.member("type", "object");
  json.key("properties");
  json.begin_object();
  for (const SchemaField& field : type.fields) {
    json.key(field_name(field));
    json.begin_object();
    const bool is_one = field.shape == FieldShape::Scalar || field.kind == FieldKind::Char;
    if (is_one) {
      json.member("type", json_type_of(field.kind));
    } else {
      json.member("type", "array");
      json.key("items");
      json.begin_object();
      json.member("type", json_type_of(field.kind));
      json.end_object();
    }
    json.end_object();
  }
  json.end_object();
  json.end_object();
  return sink.take();
}

std::string record_to_text(const LogCatalog& catalog, const RecordView& record,
                           const SelectedMessages& selected) {
  LoggedList list;
  LoggedText text;
  if (record.stream == Stream::Data && read_list(catalog, record.payload, list).empty()) {
    return selected.has_list(list.clid) ? list_text(catalog, list, selected) : std::string();
  }
  if (record.stream == Stream::Text && read_text(catalog, record, text)) {
    if (!takes_text(text, selected)) return {};
    if (text.task == kNoIndex) return fmt::format("    ({} lines did not fit)\n", text.lost);
    return fmt::format("    {}: {}\n", catalog.tasks[text.task].id, text.text);
  }
  if (record.stream != Stream::Lifecycle) return {};
  const std::string event = event_text(catalog, record);
  return event.empty() ? event : "-- " + event + "\n";
}

std::string record_to_json(const LogCatalog& catalog, const RecordView& record,
                           const SelectedMessages& selected) {
  StringSink sink;
  JsonWriter json(sink, JsonStyle::Compact);
  LoggedList list;
  LoggedText text;
  if (record.stream == Stream::Data && read_list(catalog, record.payload, list).empty()) {
    if (!selected.has_list(list.clid)) return {};
    write_list(json, catalog, list, selected);
    return sink.take() + "\n";
  }
  if (record.stream == Stream::Text && read_text(catalog, record, text)) {
    if (!takes_text(text, selected)) return {};
    json.begin_object();
    json.member("clid", text.clid);
    if (text.task == kNoIndex) {
      json.member("lost_lines", text.lost);
    } else {
      json.member("task", catalog.tasks[text.task].id);
      json.member("text", text.text);
    }
    json.end_object();
    return sink.take() + "\n";
  }
  if (record.stream != Stream::Lifecycle) return {};
  const std::string event = event_text(catalog, record);
  if (event.empty()) return {};
  json.begin_object();
  json.member("event", event);
  json.end_object();
  return sink.take() + "\n";
}

}  // namespace heddle::flow::log
