#include "heddle/tile/cycle_table.h"

#include <fmt/format.h>

#include <charconv>

#include "heddle/base/file.h"
#include "heddle/tile/diagnostics.h"

namespace heddle::tile {

namespace {

constexpr std::int64_t kCyclesMax = 1'000'000'000;
constexpr std::string_view kExpected =
    "a line a node: cycles, a tab, and how many of them the next operation may hide";

/// A whole number from 0 to kCyclesMax, nothing else.
std::optional<std::int64_t> read_cycles(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (text.empty() || !is_whole || value < 0 || value > kCyclesMax || text.front() == '-')
    return std::nullopt;
  return value;
}

Result<NodeCycles> read_line(std::string_view line, const SourcePosition& where) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos) {
    return fail(diag::kCycleTable, where, {"there is no tab in this line", kExpected});
  }
  const auto cycles = read_cycles(line.substr(0, tab));
  const auto overlap = read_cycles(line.substr(tab + 1));
  if (!cycles || !overlap) {
    return fail(diag::kCycleTable, where,
                {fmt::format("'{}' is no number of cycles from 0 to {}",
                             cycles ? line.substr(tab + 1) : line.substr(0, tab), kCyclesMax),
                 kExpected});
  }
  if (*overlap > *cycles) {
    return fail(
        diag::kCycleTable, where,
        {fmt::format("an overlap of {} is more than the {} cycles", *overlap, *cycles), kExpected});
  }
  return NodeCycles{*cycles, *overlap};
}

}  // namespace

Result<CycleTable> CycleTable::parse(std::string_view text, const std::string& name) {
  std::vector<NodeCycles> nodes;
  SourcePosition where{name, 0, 1};
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++where.line;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    HEDDLE_TRY(const NodeCycles node, read_line(line, where));
    nodes.push_back(node);
  }
  return CycleTable(std::move(nodes));
}

Result<CycleTable> CycleTable::load(const std::string& path) {
  HEDDLE_TRY(const std::string text, read_file(path));
  return parse(text, path);
}

}  // namespace heddle::tile
