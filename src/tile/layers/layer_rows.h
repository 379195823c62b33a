// One layer as a file has it, whichever form the file has: keys and values with
// their places.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"

namespace heddle::tile {

/// Reads the keys of one layer, and says what is wrong with them.
class LayerRow {
 public:
  LayerRow() = default;
  LayerRow(const LayerRow&) = delete;
  LayerRow& operator=(const LayerRow&) = delete;
  virtual ~LayerRow() = default;

  /// A text that must be there; empty after an error.
  virtual std::string text(std::string_view key) = 0;
  virtual std::size_t choice(std::string_view key, const std::vector<std::string_view>& names) = 0;
  /// An integer from `least` to `most`; without a `fallback` it must be there.
  virtual std::int64_t number(std::string_view key, std::optional<std::int64_t> fallback,
                              std::int64_t least, std::int64_t most) = 0;
  /// No more keys will be asked for.
  virtual void done() = 0;
};

/// The table of a CSV text: its first line names the columns; `#` begins a line of comment,
/// an empty cell is an absent key.
struct CsvTable {
  struct Cell {
    std::string text;
    SourcePosition where;
  };
  std::vector<Cell> columns;
  std::vector<std::vector<Cell>> rows;  ///< each of as many cells as there are columns
};

/// Errors: tile.layer-csv, at its line and column.
[[nodiscard]] Result<CsvTable> parse_csv(std::string_view text, const std::string& file);

/// A row of a table. Requires: both outlive it.
[[nodiscard]] std::unique_ptr<LayerRow> csv_row(const CsvTable& table, std::size_t row,
                                                Diagnostics& diagnostics);

}  // namespace heddle::tile
