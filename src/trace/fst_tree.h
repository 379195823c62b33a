// Geometry and hierarchy of an FST file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace::fst {

/// What the file stores for a signal: characters of a frame, and how chains
/// are read.
struct StoredSignal {
  std::uint32_t width = 0;  ///< characters in a frame; 8 for a real, 0 for a string
  bool is_real = false;
};

struct Tree {
  WaveHierarchy hierarchy;
  std::vector<StoredSignal> signals;  ///< by handle - 1, which is the signal's number
};

/// The tree from the unpacked hierarchy stream; what was wrong, if anything.
[[nodiscard]] std::optional<std::string_view> parse_tree(std::string_view stream, Tree& tree);

/// Compares with the widths of the unpacked geometry, `count` of them.
[[nodiscard]] std::optional<std::string_view> check_geometry(std::string_view widths,
                                                             std::uint64_t count, const Tree& tree);

}  // namespace heddle::trace::fst
