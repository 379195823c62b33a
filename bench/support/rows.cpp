#include "support/rows.h"

#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <string_view>
#include <thread>

#include "heddle/base/check.h"
#include "heddle/base/file.h"

namespace heddle::bench {
namespace {

void write_runs(JsonWriter& json, std::string_view key, const std::vector<double>& runs) {
  if (runs.empty()) return;
  json.key(key);
  json.begin_inline_array();
  for (const double run : runs) json.value(run);
  json.end_array();
}

void write_peer(JsonWriter& json, const Row& row) {
  json.member("peer", row.peer);
  json.member("peer_value", spread_of(row.peer_runs).median);
  json.member("ratio", *ratio_of(row));
  if (!row.peer_wall_runs.empty())
    json.member("peer_wall_value", spread_of(row.peer_wall_runs).median);
  write_runs(json, "peer_runs", row.peer_runs);
}

/// What follows `key` and a colon in a file of `key : value` lines.
std::string line_value(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return "unknown";
  const std::size_t begin = text.find_first_not_of(": \t", at + key.size());
  const std::size_t end = text.find('\n', at);
  if (begin == std::string_view::npos || begin > end) return "unknown";
  return std::string(text.substr(begin, end - begin));
}

/// Three significant digits or whole numbers, so that columns stay narrow.
std::string figure(double value) {
  char text[32];
  const double size = std::fabs(value);
  const int digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string padded(std::string text, std::size_t width, bool right) {
  // Never cut: a long name moves its line, and says all of itself.
  if (text.size() < width) text.insert(right ? 0 : text.size(), width - text.size(), ' ');
  return text;
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  HEDDLE_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const double count = static_cast<double>(values.size());
  const std::size_t middle = values.size() / 2;
  Spread spread;
  spread.median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  spread.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double variance = 0;
  for (const double value : values) variance += (value - spread.mean) * (value - spread.mean);
  spread.deviation = std::sqrt(variance / count);
  spread.range = values.back() - values.front();
  return spread;
}

bool is_met(const Row& row) {
  const double value = spread_of(row.runs).median;
  return row.lower_is_better ? value <= *row.target : value >= *row.target;
}

std::optional<double> ratio_of(const Row& row) {
  if (row.peer_runs.empty()) return std::nullopt;
  const double ratio = spread_of(row.runs).median / spread_of(row.peer_runs).median;
  return row.lower_is_better ? 1 / ratio : ratio;
}

void write_row(JsonWriter& json, const Row& row) {
  const Spread spread = spread_of(row.runs);
  json.begin_object();
  json.member("name", row.name);
  json.member("unit", row.unit);
  json.member("value", spread.median);
  json.member("lower_is_better", row.lower_is_better);
  if (row.target) {
    json.member("target", *row.target);
    json.member("met", is_met(row));
  }
  json.member("mean", spread.mean);
  json.member("deviation", spread.deviation);
  json.member("range", spread.range);
  if (!row.wall_runs.empty()) json.member("wall_value", spread_of(row.wall_runs).median);
  write_runs(json, "runs", row.runs);
  if (!row.peer_runs.empty()) write_peer(json, row);
  if (!row.note.empty()) json.member("note", row.note);
  json.member("command", row.command);
  json.end_object();
}

void write_machine(JsonWriter& json) {
  const Result<std::string> processors = read_file("/proc/cpuinfo");
  utsname system = {};
  ::uname(&system);
  json.key("machine");
  json.begin_object();
  json.member("processor", processors ? line_value(*processors, "model name") : "unknown");
  json.member("core_count", std::thread::hardware_concurrency());
  json.member("system", std::string(system.sysname) + " " + system.release);
  json.member("compiler", __VERSION__);
  json.end_object();
}

std::string file_text(const std::vector<Row>& rows) {
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  write_machine(json);
  json.key("rows");
  json.begin_array();
  for (const Row& row : rows) write_row(json, row);
  json.end_array();
  json.end_object();
  return text.take();
}

std::string table_of(const std::vector<Row>& rows) {
  constexpr std::size_t kNameWidth = 58;
  constexpr std::size_t kWidth = 11;
  const auto line = [](const std::string& name, const std::vector<std::string>& cells) {
    std::string text = padded(name, kNameWidth, false);
    for (const std::string& cell : cells) text += padded(cell, kWidth, true);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::string text =
      line("median, CPU time", {"value", "unit", "deviation", "target", "met", "peer", "ratio"});
  for (const Row& row : rows) {
    const Spread spread = spread_of(row.runs);
    const std::optional<double> ratio = ratio_of(row);
    text += line(
        row.name,
        {figure(spread.median), row.unit, figure(spread.deviation),
         row.target ? figure(*row.target) : "", row.target ? (is_met(row) ? "yes" : "no") : "",
         ratio ? figure(spread_of(row.peer_runs).median) : "", ratio ? figure(*ratio) + "x" : ""});
  }
  return text;
}

}  // namespace heddle::bench
