#include "heddle/gate/event_list.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "heddle/base/config_reader.h"
#include "heddle/base/json.h"
#include "heddle/gate/cosim_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

RunEvent to_event(const BankSpec& spec, const Record& record) {
  const bool from_script = record.source == spec.peripherals.size();
  return {.edge = record.edge,
          .time_ps = record.time_ps,
          .source = from_script ? "script" : spec.peripherals[record.source].name,
          .kind = std::string(record_kind_name(spec, record)),
          .value = record.value};
}

namespace {

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_event(std::string& out, const RunEvent& event) {
  out += "{\"edge\": ";
  append_number(out, event.edge);
  out += ", \"time_ps\": ";
  append_number(out, event.time_ps);
  out += ", \"source\": ";
  out += json_quote(event.source);
  out += ", \"kind\": ";
  out += json_quote(event.kind);
  out += ", \"value\": ";
  append_number(out, event.value);
  out += '}';
}

}  // namespace

std::string event_text(const RunEvent& event) {
  std::string text;
  append_event(text, event);
  return text;
}

void EventListWriter::add(const RunEvent& event) {
  line_ = count_ > 0 ? ",\n" : "\n";
  append_event(line_, event);
  sink_.write(line_);
  ++count_;
}

Result<std::vector<RunEvent>> read_event_list(std::string_view text, const std::string& file) {
  const ConfigLimits limits{.size_bytes_max = std::size_t{1} << 30,
                            .value_count_max = std::size_t{1} << 28};
  HEDDLE_TRY(const ConfigNode root, parse_config(text, file, limits));
  if (root.kind() != ConfigKind::List) {
    return fail(diag::kNoEvents, root.where(), {"it is " + root.describe() + " and not an array"});
  }
  Diagnostics diagnostics;
  std::vector<RunEvent> events;
  for (const ConfigNode& item : root.items()) {
    ConfigReader map(item, "an event", diagnostics);
    RunEvent event;
    event.edge = map.required<std::uint64_t>("edge");
    event.time_ps = map.required<Picoseconds>("time_ps").count();
    event.source = map.required<std::string>("source");
    event.kind = map.required<std::string>("kind");
    event.value = map.required<std::uint32_t>("value");
    map.done();
    events.push_back(std::move(event));
    if (diagnostics.error_count() >= Diagnostics::kKeptMax) break;
  }
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return events;
}

std::optional<EventDifference> first_difference(const std::vector<RunEvent>& expected,
                                                const std::vector<RunEvent>& found) {
  const std::size_t count = std::min(expected.size(), found.size());
  for (std::size_t i = 0; i < count; ++i) {
    if (expected[i] != found[i]) return EventDifference{i, expected[i], found[i]};
  }
  if (expected.size() > count) return EventDifference{count, expected[count], std::nullopt};
  if (found.size() > count) return EventDifference{count, std::nullopt, found[count]};
  return std::nullopt;
}

}  // namespace heddle::gate
