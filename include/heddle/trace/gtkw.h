// A GTKWave save file: opens a wave file with chosen signals already shown.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/trace/wave_hierarchy.h"

namespace heddle::trace {

/// One group of signals, shown under its title.
struct GtkwGroup {
  std::string title;                     ///< may be empty: no heading
  std::vector<std::uint32_t> variables;  ///< indices into `hierarchy.variables()`
};

/// The text of the save file. `wave_file` is the path of the dump as GTKWave
/// shall open it (relative to where it starts).
[[nodiscard]] std::string gtkw_text(const WaveHierarchy& hierarchy, const std::string& wave_file,
                                    std::span<const GtkwGroup> groups);

/// Writes it. Errors: file.write-failed.
[[nodiscard]] Status write_gtkw(const std::string& path, const WaveHierarchy& hierarchy,
                                const std::string& wave_file, std::span<const GtkwGroup> groups);

}  // namespace heddle::trace
