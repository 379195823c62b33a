// A side-car table of what each node of a kernel costs: measured elsewhere, used in place
// of the built-in model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"

namespace heddle::tile {

/// Units: core cycles.
struct NodeCycles {
  std::int64_t cycles = 0;   ///< until the result; 0: the node costs nothing, not even a slot
  std::int64_t overlap = 0;  ///< of which the unit's next operation may hide
};

/// One cost a node; the first line is node 0.
/// Threads: a value.
class CycleTable {
 public:
  CycleTable() = default;
  explicit CycleTable(std::vector<NodeCycles> nodes) : nodes_(std::move(nodes)) {}

  /// Reads `cycles<TAB>overlap` lines; empty ones and those that begin with `#` do not count.
  /// `name` is the file's, for messages. Errors: tile.cycle-table, with its line.
  [[nodiscard]] static Result<CycleTable> parse(std::string_view text, const std::string& name);
  /// Reads a file. Errors: also those of reading it.
  [[nodiscard]] static Result<CycleTable> load(const std::string& path);

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  [[nodiscard]] std::optional<NodeCycles> find(std::uint32_t node) const {
    if (node >= nodes_.size()) return std::nullopt;
    return nodes_[node];
  }

 private:
  std::vector<NodeCycles> nodes_;
};

}  // namespace heddle::tile
