// The commands below `heddle system`, each in its cmd_system_*.cpp.
#pragma once

#include "cli/command.h"

namespace heddle::cli {

[[nodiscard]] Command system_collectives_command();
[[nodiscard]] Command system_run_command();
[[nodiscard]] Command system_topology_command();

}  // namespace heddle::cli
