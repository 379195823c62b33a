// The `dram` part of a machine file: what a standard says, and what the file
// says otherwise.
#pragma once

#include "heddle/base/config_reader.h"
#include "heddle/tile/machine.h"

namespace heddle::tile {

/// Reads the map. Errors, in its diagnostics: config.*, tile.machine-address-order,
/// tile.machine-power-of-two.
[[nodiscard]] DramSpec read_dram(ConfigReader map);

}  // namespace heddle::tile
