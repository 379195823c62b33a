// Pieces of the run file's reader: each reads one part into the run file.
#pragma once

#include "heddle/base/config_reader.h"
#include "heddle/gate/run_file.h"

namespace heddle::gate {

/// What every part of the reader works on.
struct RunFileReading {
  RunFile& run;
  Diagnostics& diagnostics;
  const PeripheralKinds& kinds;  ///< beside the built-in ones

  /// The clock that a part counts in: what it says, or the only one there is.
  [[nodiscard]] Written<std::string> clock_of(ConfigReader& map);
  /// Whether a name may become part of a file name; says so when not.
  void check_name(const std::string& name, std::string_view of, const SourcePosition& where);
};

/// A text of the map with its place.
[[nodiscard]] Written<std::string> written(ConfigReader& map, std::string_view key);
/// The members of a map of texts, with the place of each.
[[nodiscard]] std::vector<std::pair<std::string, Written<std::string>>> written_members(
    ConfigReader& map, std::string_view key);

[[nodiscard]] std::optional<ImageEntry> read_image(ConfigReader& map);
void read_peripherals(ConfigReader& map, RunFileReading& reading);
/// The key `events`: the path of a file, or what such a file holds.
void read_events(ConfigReader& map, RunFileReading& reading);
/// The keys `force` and `forceable`.
void read_forces(ConfigReader& map, RunFileReading& reading);

/// The keys `xprop` and `never_x`.
void read_x(ConfigReader& map, RunFileReading& reading);

}  // namespace heddle::gate
