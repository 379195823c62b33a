// `heddle system`: the group of the commands on multi-device machines.
#include "cli/commands.h"
#include "cli/system_commands.h"

namespace heddle::cli {

Command system_command() {
  Command system{.name = "system", .summary = "Simulate a machine of many processing elements"};
  system.examples = {{"heddle system run bench.yaml", "run the benches of a file"},
                     {"heddle system topology machine.yaml", "check a machine and describe it"}};
  system.children.push_back(system_run_command());
  system.children.push_back(system_topology_command());
  system.children.push_back(system_collectives_command());
  return system;
}

}  // namespace heddle::cli
