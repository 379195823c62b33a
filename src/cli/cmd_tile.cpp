// `heddle tile`: the group of the commands on NPU cores.
#include "cli/commands.h"
#include "cli/tile_commands.h"

namespace heddle::cli {

Command tile_command() {
  Command tile{.name = "tile", .summary = "Time kernels on NPU cores with arrays, DMA and DRAM"};
  tile.examples = {{"heddle tile run gemm --shape 1024,1024,1024", "a matrix product on a TPUv3"},
                   {"heddle tile timeline gemm --shape 256,256,256", "see what ran when"},
                   {"heddle tile machines", "the machines that are known by name"}};
  tile.children.push_back(tile_run_command());
  tile.children.push_back(tile_timeline_command());
  tile.children.push_back(tile_machines_command());
  return tile;
}

}  // namespace heddle::cli
