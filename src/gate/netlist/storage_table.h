// The meaning of a table of rows, as user-defined primitives of Verilog and
// state tables of Liberty write it: a function, a latch or a flop.
//
// A table is looked at with inputs of 0 and 1 only: rows about x refine a
// four-state simulation and say nothing here. Where no row (or x) answers for
// binary inputs, the output is x.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "module_builder.h"

namespace heddle::gate::netlist {

inline constexpr std::size_t kTableInputsMax = 12;
inline constexpr std::size_t kTableRowsMax = 4096;

/// One row: what it asks of each input and of the present output, and the next.
struct TableRow {
  static constexpr std::uint8_t kZero = 1;
  static constexpr std::uint8_t kOne = 2;
  static constexpr std::uint8_t kRise = 4;  ///< changes from 0 to 1
  static constexpr std::uint8_t kFall = 8;
  enum class Next : std::uint8_t { Zero, One, X, Hold };

  std::vector<std::uint8_t> inputs;  ///< levels, or for one input edges; 0 matches nothing
  std::uint8_t state = kZero | kOne;
  Next next = Next::X;
  std::int32_t edge_input = -1;  ///< which input has edges
};

struct StorageTable {
  std::size_t input_count = 0;
  bool is_sequential = false;
  std::vector<TableRow> rows;
};

/// A function of some of the inputs; `kTableInputsMax` and above: the state.
struct ReducedTable {
  std::vector<std::size_t> support;
  std::vector<std::uint8_t> values;  ///< 0, 1 or 2 for x; bit j of the index: support[j]
};

/// What a table means.
struct TableMeaning {
  enum class Kind : std::uint8_t { Function, Latch, Flop };
  Kind kind = Kind::Function;
  ReducedTable
      data;  ///< the function; what a latch follows; what a flop takes (may read the state)
  ReducedTable open;   ///< latch: when it follows
  ReducedTable clear;  ///< flop: when it is 0
  ReducedTable set;    ///< flop: when it is 1 unless it is cleared
  std::size_t clock = 0;
  bool posedge = true;
};

/// Explains a table; or `why` it cannot be done.
/// Requires: at most `kTableInputsMax` inputs and `kTableRowsMax` rows.
[[nodiscard]] std::optional<TableMeaning> explain(const StorageTable& table, std::string& why);

/// Builds what a table means on `inputs`, and drives `output` with it.
void build_table(ModuleBuilder& builder, const TableMeaning& meaning,
                 const std::vector<Signal>& inputs, LocalNet output, SourceOffset at);

}  // namespace heddle::gate::netlist
