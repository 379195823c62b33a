// The whole command tree: one function a command, each in its cmd_*.cpp.
#pragma once

#include "cli/command.h"

namespace heddle::cli {

[[nodiscard]] Command gate_command();
[[nodiscard]] Command flow_command();
[[nodiscard]] Command log_command();
[[nodiscard]] Command system_command();
[[nodiscard]] Command tile_command();
[[nodiscard]] Command doctor_command();
[[nodiscard]] Command completion_command();

/// `heddle` with all of the above.
[[nodiscard]] Command root_command();

}  // namespace heddle::cli
