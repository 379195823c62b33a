// `heddle gate`: the group of the gate-level commands.
#include "cli/commands.h"
#include "cli/gate_commands.h"

namespace heddle::cli {

std::vector<Option> design_options(gate::DesignFiles& files, std::string& top) {
  return {{"netlist", "FILE", "Yosys JSON or structural Verilog", &files.netlist, Need::Required},
          {"--cells", "FILE", "a library of its cells, Liberty or Verilog; may be repeated",
           &files.cells},
          {"--manifest", "FILE", "a cell manifest (YAML): memories, pads", &files.manifest},
          {"--top", "MODULE", "the top module; default: the only candidate", &top}};
}

Command gate_command() {
  Command gate{.name = "gate", .summary = "Simulate a synthesised netlist, gate by gate"};
  gate.examples = {{"heddle gate init netlist.json --out run.yaml", "start with a run file"},
                   {"heddle gate cosim run.yaml", "run it"}};
  gate.children.push_back(gate_init_command());
  gate.children.push_back(gate_compile_command());
  gate.children.push_back(gate_info_command());
  gate.children.push_back(gate_cosim_command());
  gate.children.push_back(gate_draw_command());
  gate.children.push_back(gate_window_command());
  gate.children.push_back(gate_dump_command());
  gate.children.push_back(gate_diff_command());
  gate.children.push_back(gate_sim_command());
  return gate;
}

}  // namespace heddle::cli
