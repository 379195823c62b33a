// JSON lines and CSV, and the times of a log.
#include <fmt/format.h>

#include <algorithm>

#include "flow/log/render.h"
#include "heddle/flow/log_diagnostics.h"

namespace heddle::flow::log {
namespace {

/// A cell as RFC 4180 has it.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

/// A text without the quotes and escapes that people see.
std::string cell_of(const FieldView& field) {
  const bool is_text = field.field->kind == FieldKind::Char;
  if (!is_text) return csv_cell(field_text(field));
  return csv_cell({reinterpret_cast<const char*>(field.bytes.data()), field.bytes.size()});
}

class CsvWriter {
 public:
  CsvWriter(const Schema& type, ByteSink& out) : type_(type), out_(out) {}

  void head() {
    std::string line = "clid,admission_ns,valid_begin_ns,valid_end_ns,status";
    for (const SchemaField& field : type_.fields) {
      if (field.shape != FieldShape::Array || field.kind == FieldKind::Char) {
        line += "," + csv_cell(field_name(field));
        continue;
      }
      for (std::uint32_t i = 0; i < field.count; ++i) {
        line += "," + csv_cell(fmt::format("{}[{}]", field_name(field), i));
      }
    }
    out_.write(line + "\n");
  }

  /// False where the payload does not fit its type.
  bool row(const LoggedList& list, const LoggedMessage& message) {
    std::vector<FieldView> fields;
    if (!split_fields(type_, message.payload, fields)) return false;
    std::string line = fmt::format("{},{},", list.clid, list.admission_ns);
    const Validity& validity = message.validity;
    if (validity.kind == Validity::Kind::None) {
      line += ",,";
    } else {
      line += fmt::format("{},{},", validity.begin.ns, validity.end.ns);
    }
    line += csv_cell(std::string(message.status));
    for (const FieldView& field : fields) {
      if (field.field->shape != FieldShape::Array || field.field->kind == FieldKind::Char) {
        line += "," + cell_of(field);
        continue;
      }
      for (std::uint32_t i = 0; i < field.count; ++i) line += "," + element_text(field, i);
    }
    out_.write(line + "\n");
    return true;
  }

 private:
  const Schema& type_;
  ByteSink& out_;
};

Failure bad_record(LogReader& reader, const RecordView& record, std::string_view why) {
  const std::string name = reader.source().name(record.file);
  return fail(diag::kBadRecord, {name}, {name, std::to_string(record.offset), why});
}

/// The one message that is selected. Errors: log.one-message.
Result<std::uint32_t> only_message(const LogCatalog& catalog, const SelectedMessages& selected) {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < catalog.messages.size(); ++i) {
    if (selected.has_message(i)) found.push_back(i);
  }
  if (found.size() == 1) return found.front();
  std::string names;
  for (const LogMessage& message : catalog.messages) {
    names += (names.empty() ? "" : ", ") + message.name;
  }
  return fail(diag::kOneMessage, {}, {std::to_string(found.size()), names});
}

}  // namespace

Result<ExportOutcome> export_json_lines(LogReader& reader, const LogSelection& selection,
                                        ByteSink& out) {
  HEDDLE_TRY(const SelectedMessages selected, SelectedMessages::make(reader.catalog(), selection));
  ExportOutcome outcome;
  RecordView record;
  while (true) {
    HEDDLE_TRY(const bool has_record, reader.next(record));
    if (!has_record) return outcome;
    const std::string line = record_to_json(reader.catalog(), record, selected);
    out.write(line);
    if (line.empty()) continue;
    outcome.lists += record.stream == Stream::Data ? 1 : 0;
    outcome.lines += record.stream == Stream::Text ? 1 : 0;
  }
}

Result<ExportOutcome> export_csv(LogReader& reader, const LogSelection& selection, ByteSink& out) {
  HEDDLE_TRY(const SelectedMessages selected, SelectedMessages::make(reader.catalog(), selection));
  HEDDLE_TRY(const std::uint32_t index, only_message(reader.catalog(), selected));
  CsvWriter csv(reader.catalog().types[reader.catalog().messages[index].type], out);
  csv.head();
  ExportOutcome outcome;
  RecordView record;
  LoggedList list;
  while (true) {
    HEDDLE_TRY(const bool has_record, reader.next(record));
    if (!has_record) return outcome;
    if (record.stream != Stream::Data) continue;
    const std::string why = read_list(reader.catalog(), record.payload, list);
    if (!why.empty()) return bad_record(reader, record, why);
    if (!selected.has_list(list.clid)) continue;
    ++outcome.lists;
    const LoggedMessage* message = list.find(index);
    if (message == nullptr || !message->is_present || !message->is_kept) continue;
    if (!csv.row(list, *message)) return bad_record(reader, record, "a payload does not fit");
    ++outcome.messages;
  }
}

Result<MonitorReport> measure_log(LogReader& reader) {
  const std::size_t task_count = reader.catalog().tasks.size();
  std::vector<LatencyHistogram> tasks(task_count);
  LatencyHistogram whole;
  MonitorReport report;
  std::uint64_t first_ticks = 0;
  std::uint64_t last_ticks = 0;
  std::uint64_t data_bytes = 0;
  RecordView record;
  LoggedTiming timing;
  while (true) {
    HEDDLE_TRY(const bool has_record, reader.next(record));
    if (!has_record) break;
    if (record.stream == Stream::Data) {
      ++report.lists;
      data_bytes += record.payload.size();
    }
    const std::vector<std::uint32_t>& steps = reader.catalog().steps;
    if (record.stream != Stream::Timing || !read_timing(record, timing)) continue;
    if (timing.steps.size() != steps.size() || steps.empty()) continue;
    const ClockScale& scale = reader.catalog().clock_scale;
    std::uint64_t begin = timing.steps.front().begin_ticks;
    std::uint64_t end = begin;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const StepTimes& times = timing.steps[i];
      const std::int64_t ns = scale.to_ns(times.end_ticks) - scale.to_ns(times.begin_ticks);
      tasks[steps[i]].add(static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)));
      begin = std::min(begin, times.begin_ticks);
      end = std::max(end, times.end_ticks);
    }
    const std::int64_t ns = scale.to_ns(end) - scale.to_ns(begin);
    whole.add(static_cast<std::uint64_t>(std::max<std::int64_t>(ns, 0)));
    if (whole.count() == 1) first_ticks = begin;
    last_ticks = std::max(last_ticks, end);
  }
  const auto summarise = [](std::string name, const LatencyHistogram& from) {
    return LatencyReport{.name = std::move(name),
                         .count = from.count(),
                         .mean_ns = from.mean_ns(),
                         .p50_ns = from.quantile_ns(0.5),
                         .p99_ns = from.quantile_ns(0.99),
                         .max_ns = from.max_ns(),
                         .jitter_ns = from.deviation_ns()};
  };
  for (std::size_t i = 0; i < task_count; ++i) {
    report.tasks.push_back(summarise(reader.catalog().tasks[i].id, tasks[i]));
  }
  report.end_to_end = summarise("list", whole);
  const ClockScale& scale = reader.catalog().clock_scale;
  report.seconds = static_cast<double>(scale.to_ns(last_ticks) - scale.to_ns(first_ticks)) * 1e-9;
  if (whole.count() > 0 && report.seconds > 0) {
    report.lists_per_second = static_cast<double>(report.lists) / report.seconds;
    report.data_bytes_per_second = static_cast<double>(data_bytes) / report.seconds;
  }
  return report;
}

}  // namespace heddle::flow::log
