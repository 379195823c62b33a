// The cells of a hierarchical design that an SDF file names, with the nets at
// their pins, across the boundaries of modules.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gate/timing/graph.h"
#include "heddle/gate/design.h"

namespace heddle::gate::timing {

/// A cell and the nets at its pins.
struct FoundCell {
  std::string path;
  std::vector<std::pair<std::string, std::uint32_t>> pins;
};

struct FoundDesign {
  std::vector<FoundCell> cells;
  std::vector<Net> nets;  ///< those at some pin; constants among them have a constant literal
};

/// Walks from `model.top` down. `is_cell` tells by its path whether an instance
/// is a cell of the SDF; others are descended into.
[[nodiscard]] FoundDesign walk_design(const Design& design, const Model& model,
                                      const std::function<bool(const std::string&)>& is_cell);

}  // namespace heddle::gate::timing
