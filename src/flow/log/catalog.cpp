// Meta records: made from a run's description, read into a catalog. Reading
// believes nothing: indices are checked against what came before.
#include <algorithm>

#include "heddle/base/check.h"
#include "heddle/flow/log_bytes.h"
#include "heddle/flow/log_catalog.h"

namespace heddle::flow::log {
namespace {

constexpr std::size_t kTypesMax = 65536;
constexpr std::size_t kFieldsMax = 65536;

/// Packs into memory of its own: first to learn the size, then for good.
template <class Fill>
std::vector<std::byte> packed(Fill fill) {
  ByteWriter counter({});
  fill(counter);
  std::vector<std::byte> bytes(counter.size());
  ByteWriter writer(bytes);
  fill(writer);
  HEDDLE_CHECK(writer.fits());
  return bytes;
}

std::vector<std::byte> packed_text(std::string_view text) {
  return packed([&](ByteWriter& out) { out.put_text(text); });
}

std::vector<std::byte> packed_type(const Schema& type) {
  return packed([&](ByteWriter& out) {
    out.put_text(type.name);
    out.put(type.encoded_bytes_max);
    out.put(static_cast<std::uint32_t>(type.fields.size()));
    for (const SchemaField& field : type.fields) {
      out.put_text(field.name);
      out.put(static_cast<std::uint8_t>(field.kind));
      out.put(static_cast<std::uint8_t>(field.shape));
      out.put(field.count);
    }
  });
}

std::vector<std::byte> packed_task(const GraphTask& task) {
  return packed([&](ByteWriter& out) {
    out.put_text(task.id);
    out.put_text(task.type->name);
    out.put(static_cast<std::uint8_t>(task.type->kind));
    out.put(task.type->has_state);
    out.put(task.is_logged);
    out.put(task.background.has_value());
  });
}

std::vector<std::byte> packed_message(const GraphMessage& message, bool is_logged,
                                      std::uint32_t type) {
  return packed([&](ByteWriter& out) {
    out.put_text(message.name);
    out.put(message.task);
    out.put(type);
    out.put(is_logged);
    out.put(static_cast<std::uint8_t>(message.content));
  });
}

/// The types of the messages, each once, in order of first use.
class TypeTable {
 public:
  std::uint32_t index_of(const Schema& type) {
    const Digest64 digest = type.digest();
    const auto at = std::find(digests_.begin(), digests_.end(), digest);
    if (at != digests_.end()) return static_cast<std::uint32_t>(at - digests_.begin());
    digests_.push_back(digest);
    types.push_back(&type);
    return static_cast<std::uint32_t>(types.size() - 1);
  }

  std::vector<const Schema*> types;

 private:
  std::vector<Digest64> digests_;
};

bool is_sound(const Schema& type) {
  return std::all_of(type.fields.begin(), type.fields.end(), [](const SchemaField& field) {
    return field.kind <= FieldKind::F64 && field.shape <= FieldShape::Sequence;
  });
}

bool read_type(ByteReader& in, LogCatalog& catalog) {
  Schema type;
  type.name = in.get_text();
  type.encoded_bytes_max = in.get<std::uint32_t>();
  const auto count = in.get<std::uint32_t>();
  if (!in.ok() || count > kFieldsMax || catalog.types.size() >= kTypesMax) return false;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    SchemaField field;
    field.name = in.get_text();
    field.kind = static_cast<FieldKind>(in.get<std::uint8_t>());
    field.shape = static_cast<FieldShape>(in.get<std::uint8_t>());
    field.count = in.get<std::uint32_t>();
    if (field.count == SchemaField::kUnbounded) type.has_unbounded = true;
    type.fields.push_back(std::move(field));
  }
  if (!in.is_done() || !is_sound(type)) return false;
  catalog.types.push_back(std::move(type));
  return true;
}

bool read_task(ByteReader& in, LogCatalog& catalog) {
  LogTask task;
  task.id = in.get_text();
  task.type = in.get_text();
  const auto kind = in.get<std::uint8_t>();
  task.has_state = in.get<std::uint8_t>() != 0;
  task.is_logged = in.get<std::uint8_t>() != 0;
  task.is_background = in.get<std::uint8_t>() != 0;
  if (!in.is_done() || kind > static_cast<std::uint8_t>(TaskKind::Sink)) return false;
  if (catalog.tasks.size() >= Graph::kTasksMax) return false;
  task.kind = static_cast<TaskKind>(kind);
  catalog.tasks.push_back(std::move(task));
  return true;
}

bool read_message(ByteReader& in, LogCatalog& catalog) {
  LogMessage message;
  message.name = in.get_text();
  message.task = in.get<std::uint32_t>();
  message.type = in.get<std::uint32_t>();
  message.is_logged = in.get<std::uint8_t>() != 0;
  const auto content = in.get<std::uint8_t>();
  if (!in.is_done() || content > static_cast<std::uint8_t>(ContentPolicy::None)) return false;
  if (message.task >= catalog.tasks.size() || message.type >= catalog.types.size()) return false;
  message.content = static_cast<ContentPolicy>(content);
  catalog.messages.push_back(std::move(message));
  return true;
}

bool read_format(ByteReader& in, LogCatalog& catalog) {
  const auto id = in.get<std::uint32_t>();
  LogFormat format;
  format.text = in.get_text();
  for (const std::byte kind : in.take(in.get<std::uint8_t>())) {
    if (kind > static_cast<std::byte>(FieldKind::F64)) return false;
    format.argument_kinds.push_back(static_cast<FieldKind>(kind));
  }
  if (!in.is_done() || format.argument_kinds.size() > TextFormat::kArgumentsMax) return false;
  return catalog.formats.emplace(id, std::move(format)).second;
}

bool read_config(ByteReader& in, LogCatalog& catalog) {
  catalog.graph_name = in.get_text();
  catalog.mission = in.get_text();
  catalog.graph_digest = Digest64(in.get<std::uint64_t>());
  catalog.config_text = in.get_text();
  return in.is_done();
}

bool read_clock(ByteReader& in, LogCatalog& catalog) {
  catalog.clock_name = in.get_text();
  catalog.clock_scale.origin_ticks = in.get<std::uint64_t>();
  catalog.clock_scale.multiplier = in.get<std::uint64_t>();
  catalog.clock_scale.unix_origin_ns = in.get<std::int64_t>();
  return in.is_done();
}

bool read_text(ByteReader& in, std::string& text) {
  text = in.get_text();
  return in.is_done();
}

bool read_step(ByteReader& in, LogCatalog& catalog) {
  catalog.steps.push_back(in.get<std::uint32_t>());
  return in.is_done() && catalog.steps.back() < catalog.tasks.size();
}

template <class Rows, class Name>
std::uint32_t find(const Rows& rows, Name name) {
  const auto at = std::find_if(rows.begin(), rows.end(), name);
  return at == rows.end() ? kNoIndex : static_cast<std::uint32_t>(at - rows.begin());
}

}  // namespace

std::uint32_t LogCatalog::find_task(std::string_view id) const {
  return find(tasks, [&](const LogTask& task) { return task.id == id; });
}

std::uint32_t LogCatalog::find_message(std::string_view name) const {
  return find(messages, [&](const LogMessage& message) { return message.name == name; });
}

bool LogCatalog::add(MetaKind kind, std::span<const std::byte> payload) {
  ByteReader in(payload);
  switch (kind) {
    case MetaKind::Build: return read_text(in, build);
    case MetaKind::Type: return read_type(in, *this);
    case MetaKind::Task: return read_task(in, *this);
    case MetaKind::Message: return read_message(in, *this);
    case MetaKind::Format: return read_format(in, *this);
    case MetaKind::Config: return read_config(in, *this);
    case MetaKind::Plan: return read_text(in, plan_text);
    case MetaKind::Clock: return read_clock(in, *this);
    case MetaKind::Step: return read_step(in, *this);
  }
  return true;  // of a later minor version: nothing that this reader needs
}

std::vector<MetaRecord> meta_of(const RunDescription& run, std::string_view build) {
  std::vector<MetaRecord> out;
  const Graph& graph = *run.graph;
  out.push_back({MetaKind::Build, packed_text(build)});
  out.push_back({MetaKind::Config, packed([&](ByteWriter& bytes) {
                   bytes.put_text(graph.name);
                   bytes.put_text(graph.mission);
                   bytes.put(graph.digest().value());
                   bytes.put_text(graph.config_text);
                 })});
  out.push_back({MetaKind::Plan, packed_text(plan_to_yaml(*run.plan, graph))});
  out.push_back({MetaKind::Clock, packed([&](ByteWriter& bytes) {
                   bytes.put_text(run.clock_name);
                   bytes.put(run.clock_scale.origin_ticks);
                   bytes.put(run.clock_scale.multiplier);
                   bytes.put(run.clock_scale.unix_origin_ns);
                 })});
  TypeTable table;
  std::vector<std::uint32_t> type_of;
  for (const GraphMessage& message : graph.messages) {
    type_of.push_back(table.index_of(message.type->schema));
  }
  for (const Schema* type : table.types) out.push_back({MetaKind::Type, packed_type(*type)});
  for (const GraphTask& task : graph.tasks) out.push_back({MetaKind::Task, packed_task(task)});
  for (std::size_t i = 0; i < graph.messages.size(); ++i) {
    const bool is_logged = run.layout->messages[i].is_logged;
    out.push_back({MetaKind::Message, packed_message(graph.messages[i], is_logged, type_of[i])});
  }
  for (const StepSlot& step : run.layout->steps) {
    out.push_back({MetaKind::Step, packed([&](ByteWriter& bytes) { bytes.put(step.task); })});
  }
  return out;
}

std::vector<std::byte> meta_of(std::uint32_t id, const TextFormat& format) {
  return packed([&](ByteWriter& out) {
    out.put(id);
    out.put_text(format.text);
    out.put(format.argument_count);
    for (std::size_t i = 0; i < format.argument_count; ++i) {
      out.put(static_cast<std::uint8_t>(format.argument_kinds[i]));
    }
  });
}

}  // namespace heddle::flow::log
