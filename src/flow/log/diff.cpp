// Messages are matched by name and fields by position of equal schemas, so that two
// logs of different graphs can be compared as far as they share messages.
#include <fmt/format.h>

#include <algorithm>

#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_diff.h"

namespace heddle::flow::log {
namespace {

std::string validity_text(const Validity& validity) {
  switch (validity.kind) {
    case Validity::Kind::None: return "none";
    case Validity::Kind::Instant: return fmt::format("{} ns", validity.begin.ns);
    case Validity::Kind::Range: return fmt::format("{}..{} ns", validity.begin.ns, validity.end.ns);
  }
  return {};
}

std::string presence_text(const LoggedMessage& message) {
  if (!message.is_present) return "absent";
  return message.is_kept ? "present" : "present, content not recorded";
}

std::string hex_text(std::span<const std::byte> bytes) {
  std::string out = fmt::format("{} bytes:", bytes.size());
  for (const std::byte byte : bytes.first(std::min<std::size_t>(bytes.size(), 16))) {
    out += fmt::format(" {:02x}", static_cast<unsigned>(byte));
  }
  return bytes.size() > 16 ? out + " ..." : out;
}

struct Difference {
  std::string field;
  std::string left;
  std::string right;
};

/// The first element in which two fields of one schema differ.
Difference field_difference(const FieldView& left, const FieldView& right) {
  const std::string& name = left.field->name.empty() ? "value" : left.field->name;
  if (left.field->shape == FieldShape::Scalar || left.field->kind == FieldKind::Char) {
    return {name, field_text(left), field_text(right)};
  }
  if (left.count != right.count) {
    return {name + ".size", std::to_string(left.count), std::to_string(right.count)};
  }
  const std::size_t bytes = field_kind_bytes(left.field->kind);
  const auto [at, ignored] =
      std::mismatch(left.bytes.begin(), left.bytes.end(), right.bytes.begin());
  const auto index =
      static_cast<std::uint32_t>(static_cast<std::size_t>(at - left.bytes.begin()) / bytes);
  return {fmt::format("{}[{}]", name, index), element_text(left, index),
          element_text(right, index)};
}

std::optional<Difference> payload_difference(const Schema& left_type, const Schema& right_type,
                                             std::span<const std::byte> left,
                                             std::span<const std::byte> right) {
  if (std::ranges::equal(left, right) && left_type.fields == right_type.fields) return {};
  std::vector<FieldView> left_fields;
  std::vector<FieldView> right_fields;
  const bool are_alike = left_type.digest() == right_type.digest();
  if (!are_alike || !split_fields(left_type, left, left_fields) ||
      !split_fields(right_type, right, right_fields)) {
    if (std::ranges::equal(left, right)) return {};
    return Difference{"payload", hex_text(left), hex_text(right)};
  }
  for (std::size_t i = 0; i < left_fields.size(); ++i) {
    if (std::ranges::equal(left_fields[i].bytes, right_fields[i].bytes)) continue;
    return field_difference(left_fields[i], right_fields[i]);
  }
  return {};
}

std::optional<Difference> message_difference(const Schema& left_type, const LoggedMessage& left,
                                             const Schema& right_type, const LoggedMessage& right) {
  if (left.is_present != right.is_present || left.is_kept != right.is_kept) {
    return Difference{"presence", presence_text(left), presence_text(right)};
  }
  if (auto payload = payload_difference(left_type, right_type, left.payload, right.payload)) {
    return payload;
  }
  if (left.validity != right.validity) {
    return Difference{"time of validity", validity_text(left.validity),
                      validity_text(right.validity)};
  }
  if (left.status != right.status) {
    return Difference{"status", json_quote(left.status), json_quote(right.status)};
  }
  if (left.origin_clid != right.origin_clid) {
    return Difference{"origin", std::to_string(left.origin_clid),
                      std::to_string(right.origin_clid)};
  }
  return {};
}

std::optional<LogDivergence> list_difference(const LoggedList& left, const LoggedList& right,
                                             const DiffOptions& options) {
  if (left.is_aborted != right.is_aborted) {
    return LogDivergence{left.clid,
                         "",
                         "",
                         "outcome",
                         left.is_aborted ? "aborted" : "complete",
                         right.is_aborted ? "aborted" : "complete"};
  }
  if (!options.ignores_admission && left.admission_ns != right.admission_ns) {
    return LogDivergence{left.clid,
                         "",
                         "",
                         "admission_ns",
                         std::to_string(left.admission_ns),
                         std::to_string(right.admission_ns)};
  }
  return {};
}

/// One log, list by list.
class Lists {
 public:
  explicit Lists(LogReader reader) : reader_(std::move(reader)) {}

  /// Turns to the next list. Errors: log.bad-record, those of the reader.
  Status advance() {
    RecordView record;
    while (true) {
      HEDDLE_TRY(has_list, reader_.next(record));
      if (!has_list) return {};
      if (record.stream != Stream::Data) continue;
      const std::string why = read_list(reader_.catalog(), record.payload, list);
      if (why.empty()) return {};
      const std::string name = reader_.source().name(record.file);
      return fail(diag::kBadRecord, {name}, {name, std::to_string(record.offset), why});
    }
  }
  Status advance_to(std::uint64_t clid) {
    HEDDLE_TRY_STATUS(advance());
    while (has_list && list.clid < clid) HEDDLE_TRY_STATUS(advance());
    return {};
  }
  [[nodiscard]] const LogCatalog& catalog() const { return reader_.catalog(); }
  /// Damage is an error; a cut-off end a note.
  Status finish(DiffOutcome& outcome) {
    const Diagnostics told =
        tail_diagnostics(reader_.tail(), reader_.source().name(reader_.tail().file));
    if (told.has_errors()) return fail(told);
    for (const Diagnostic& one : told.list()) outcome.notes.push_back(one.text());
    return {};
  }

  bool has_list = false;
  LoggedList list;

 private:
  LogReader reader_;
};

LogDivergence missing_list(std::uint64_t clid, bool is_left) {
  return {clid, "", "", "list", is_left ? "not there" : "there", is_left ? "there" : "not there"};
}

void compare_catalogs(const LogCatalog& left, const LogCatalog& right, DiffOutcome& outcome) {
  if (left.graph_digest != right.graph_digest) {
    outcome.notes.push_back("the graphs differ in tasks, parameters or connections");
  }
  const auto lacks = [&](const LogCatalog& one, const LogCatalog& other) {
    for (const LogMessage& message : one.messages) {
      const std::uint32_t index = other.find_message(message.name);
      const bool is_shared =
          index != kNoIndex && other.messages[index].is_logged && message.is_logged;
      const bool is_listed =
          std::ranges::find(outcome.not_compared, message.name) != outcome.not_compared.end();
      if (!is_shared && !is_listed) outcome.not_compared.push_back(message.name);
    }
  };
  lacks(left, right);
  lacks(right, left);
}

}  // namespace

std::string LogDivergence::to_string() const {
  std::string out = fmt::format("list {}", clid);
  if (!task.empty()) out += fmt::format(", task '{}', {}", task, message);
  return out + fmt::format(", {}: {} | {}", field, left, right);
}

std::optional<LogDivergence> diff_lists(const LogCatalog& left_catalog, const LoggedList& left,
                                        const LogCatalog& right_catalog, const LoggedList& right,
                                        const DiffOptions& options) {
  for (const LoggedMessage& message : left.messages) {
    const LogMessage& info = left_catalog.messages[message.message];
    const bool is_same = &left_catalog == &right_catalog;
    const std::uint32_t index = is_same ? message.message : right_catalog.find_message(info.name);
    const LoggedMessage* other = index == kNoIndex ? nullptr : right.find(index);
    if (other == nullptr) continue;
    const Schema& other_type = right_catalog.types[right_catalog.messages[index].type];
    if (auto found =
            message_difference(left_catalog.types[info.type], message, other_type, *other)) {
      return LogDivergence{left.clid,
                           left_catalog.tasks[info.task].id,
                           info.name,
                           std::move(found->field),
                           std::move(found->left),
                           std::move(found->right)};
    }
  }
  return list_difference(left, right, options);
}

Result<DiffOutcome> diff_logs(const std::string& left, const std::string& right,
                              const DiffOptions& options) {
  HEDDLE_TRY(LogReader left_reader, LogReader::open(left));
  HEDDLE_TRY(LogReader right_reader, LogReader::open(right));
  Lists a(std::move(left_reader));
  Lists b(std::move(right_reader));
  DiffOutcome outcome;
  compare_catalogs(a.catalog(), b.catalog(), outcome);
  HEDDLE_TRY_STATUS(a.advance_to(options.from_clid));
  HEDDLE_TRY_STATUS(b.advance_to(options.from_clid));
  while (a.has_list && b.has_list && a.list.clid == b.list.clid) {
    outcome.divergence = diff_lists(a.catalog(), a.list, b.catalog(), b.list, options);
    if (outcome.divergence) return outcome;
    ++outcome.equal_lists;
    HEDDLE_TRY_STATUS(a.advance());
    HEDDLE_TRY_STATUS(b.advance());
  }
  if (a.has_list || b.has_list) {
    const bool lacks_left = !a.has_list || (b.has_list && b.list.clid < a.list.clid);
    outcome.divergence = missing_list(lacks_left ? b.list.clid : a.list.clid, lacks_left);
  }
  // A reader that ran to its end knows what kind of end it is.
  if (!a.has_list) HEDDLE_TRY_STATUS(a.finish(outcome));
  if (!b.has_list) HEDDLE_TRY_STATUS(b.finish(outcome));
  return outcome;
}

}  // namespace heddle::flow::log
