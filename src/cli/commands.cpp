#include "cli/commands.h"

#include "cli/build_info.h"

namespace heddle::cli {

Command root_command() {
  Command root{.name = "heddle", .summary = "Simulate an accelerator before it exists"};
  root.version = version_text(build_info());
  root.examples = {{"heddle doctor", "say what this machine has and lacks"},
                   {"heddle --version", "say how this program was built"}};
  root.children.push_back(gate_command());
  root.children.push_back(flow_command());
  root.children.push_back(log_command());
  root.children.push_back(system_command());
  root.children.push_back(tile_command());
  root.children.push_back(doctor_command());
  root.children.push_back(completion_command());
  return root;
}

}  // namespace heddle::cli
