// Layer lists as CSV: no quotes, no escapes; a layer a line.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "heddle/base/diagnostics.h"
#include "heddle/tile/diagnostics.h"
#include "heddle/tile/layers.h"
#include "tile/layers/layer_rows.h"

namespace heddle::tile {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::vector<CsvTable::Cell> cells_of(std::string_view line, const std::string& file,
                                     std::uint32_t number) {
  std::vector<CsvTable::Cell> cells;
  for (std::size_t at = 0; at <= line.size();) {
    const std::size_t end = std::min(line.find(',', at), line.size());
    const std::string_view cell = trimmed(line.substr(at, end - at));
    const std::size_t begin =
        cell.empty() ? at : static_cast<std::size_t>(cell.data() - line.data());
    cells.push_back({std::string(cell), {file, number, static_cast<std::uint32_t>(begin + 1)}});
    at = end + 1;
  }
  return cells;
}

class CsvRow final : public LayerRow {
 public:
  CsvRow(const CsvTable& table, std::size_t row, Diagnostics& diagnostics)
      : table_(table),
        cells_(table.rows[row]),
        diagnostics_(diagnostics),
        is_asked_(cells_.size(), false) {}

  std::string text(std::string_view key) override {
    const CsvTable::Cell* const cell = find(key);
    if (cell == nullptr) missing(key, "a text");
    return cell == nullptr ? std::string() : cell->text;
  }

  std::size_t choice(std::string_view key, const std::vector<std::string_view>& names) override {
    const CsvTable::Cell* const cell = find(key);
    if (cell == nullptr) return missing(key, "a kind of layer"), 0;
    const auto found = std::find(names.begin(), names.end(), cell->text);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    const std::string_view near = nearest_name(cell->text, names);
    diagnostics_.add(
        Diagnostic(heddle::diag::kConfigBadChoice, cell->where,
                   {fmt::format("'{}'", key), cell->text, fmt::format("{}", fmt::join(names, ", ")),
                    near.empty() ? std::string() : fmt::format("did you mean '{}'?", near)}));
    return 0;
  }

  std::int64_t number(std::string_view key, std::optional<std::int64_t> fallback,
                      std::int64_t least, std::int64_t most) override {
    const std::string expected = fmt::format("an integer from {} to {}", least, most);
    const CsvTable::Cell* const cell = find(key);
    if (cell == nullptr) {
      if (!fallback) missing(key, expected);
      return fallback.value_or(least);
    }
    std::int64_t value = 0;
    const char* const end = cell->text.data() + cell->text.size();
    const auto read = std::from_chars(cell->text.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end && value >= least && value <= most) return value;
    diagnostics_.add(Diagnostic(heddle::diag::kConfigOutOfRange, cell->where,
                                {fmt::format("'{}'", key), cell->text, expected}));
    return fallback.value_or(least);
  }

  void done() override {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (is_asked_[i] || cells_[i].text.empty()) continue;
      diagnostics_.add(
          Diagnostic(heddle::diag::kConfigUnknownKey, cells_[i].where,
                     {table_.columns[i].text, "this kind of layer", "leave the cell empty"}));
    }
  }

 private:
  const CsvTable::Cell* find(std::string_view key) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (table_.columns[i].text != key) continue;
      is_asked_[i] = true;
      return cells_[i].text.empty() ? nullptr : &cells_[i];
    }
    return nullptr;
  }
  void missing(std::string_view key, std::string_view expected) {
    diagnostics_.add(Diagnostic(heddle::diag::kConfigMissingKey, cells_.front().where,
                                {"this line", key, expected}));
  }

  const CsvTable& table_;
  const std::vector<CsvTable::Cell>& cells_;
  Diagnostics& diagnostics_;
  std::vector<bool> is_asked_;
};

}  // namespace

Result<CsvTable> parse_csv(std::string_view text, const std::string& file) {
  CsvTable table;
  std::uint32_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (trimmed(line).empty() || trimmed(line).front() == '#') continue;
    std::vector<CsvTable::Cell> cells = cells_of(line, file, number);
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      continue;
    }
    if (cells.size() != table.columns.size()) {
      return fail(diag::kLayerCsv, {file, number, 1},
                  {fmt::format("{} cells", cells.size()),
                   fmt::format("{}, as the first line has", table.columns.size())});
    }
    if (table.rows.size() == kLayersMax) {
      return fail(diag::kLayerCsv, {file, number, 1},
                  {"another layer", fmt::format("at most {}", kLayersMax)});
    }
    table.rows.push_back(std::move(cells));
  }
  if (table.rows.empty()) {
    return fail(diag::kLayerCsv, {file, std::max(number, 1U), 1},
                {"no layer", "a line of column names, then a line a layer"});
  }
  return table;
}

std::unique_ptr<LayerRow> csv_row(const CsvTable& table, std::size_t row,
                                  Diagnostics& diagnostics) {
  return std::make_unique<CsvRow>(table, row, diagnostics);
}

}  // namespace heddle::tile
