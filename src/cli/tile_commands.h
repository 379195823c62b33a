// The commands below `heddle tile`, each in its cmd_tile_*.cpp.
#pragma once

#include "cli/command.h"

namespace heddle::cli {

[[nodiscard]] Command tile_machines_command();
[[nodiscard]] Command tile_run_command();
[[nodiscard]] Command tile_timeline_command();

}  // namespace heddle::cli
