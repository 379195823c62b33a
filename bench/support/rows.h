// Rows of a benchmark file and their table: what was measured, how it spreads,
// what it is compared with. docs/reference/benchmarks.md describes the file.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "heddle/base/json.h"

namespace heddle::bench {

/// One figure, measured several times; the peer's measurements took turns with ours.
struct Row {
  std::string name;
  std::string unit;
  bool lower_is_better = false;
  std::optional<double> target = {};
  std::vector<double> runs = {};       ///< CPU time, or made from it
  std::vector<double> wall_runs = {};  ///< the same by wall time; may be empty
  std::string peer = {};               ///< empty: nothing to compare with
  std::vector<double> peer_runs = {};
  std::vector<double> peer_wall_runs = {};
  std::string note = {};     ///< what else belongs to the figure; may be empty
  std::string command = {};  ///< that measures it
};

struct Spread {
  double median = 0;
  double mean = 0;
  double deviation = 0;  ///< of the population
  double range = 0;      ///< largest less smallest
};

/// Requires: not empty (checked).
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// Whether the median is as good as the target. Requires: there is one.
[[nodiscard]] bool is_met(const Row& row);

/// How many times better than the peer; nothing without one.
[[nodiscard]] std::optional<double> ratio_of(const Row& row);

void write_row(JsonWriter& json, const Row& row);

/// `"machine": {...}`: processor, cores, system, compiler.
void write_machine(JsonWriter& json);

/// The whole file: machine and rows.
[[nodiscard]] std::string file_text(const std::vector<Row>& rows);

/// The table, a line a row, with its heading.
[[nodiscard]] std::string table_of(const std::vector<Row>& rows);

}  // namespace heddle::bench
