// The commands below `heddle gate`, each in its cmd_gate_*.cpp.
#pragma once

#include "cli/command.h"
#include "heddle/gate/design_files.h"

namespace heddle::cli {

/// The options that name a design: netlist, `--cells`, `--manifest`, `--top`.
[[nodiscard]] std::vector<Option> design_options(gate::DesignFiles& files, std::string& top);

[[nodiscard]] Command gate_init_command();
[[nodiscard]] Command gate_info_command();
[[nodiscard]] Command gate_compile_command();
[[nodiscard]] Command gate_cosim_command();
[[nodiscard]] Command gate_draw_command();
[[nodiscard]] Command gate_window_command();
[[nodiscard]] Command gate_dump_command();
[[nodiscard]] Command gate_diff_command();
[[nodiscard]] Command gate_sim_command();

}  // namespace heddle::cli
