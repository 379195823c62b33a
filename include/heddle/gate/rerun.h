// `--from RUN_DIR`: a run again, from what its directory says.
#pragma once

#include <string>

#include "heddle/base/result.h"
#include "heddle/gate/run_file.h"

namespace heddle::gate {

/// A run file with everything that the command line had changed.
struct Rerun {
  RunFile run;
  std::string fault;     ///< gate that was inverted; empty: none
  bool has_vpi = false;  ///< VPI modules were there; `gate cosim` may be given them again
  std::uint64_t netlist_digest = 0;  ///< of the netlist and of the memory images that ran
  std::uint64_t image_digest = 0;
};

/// Reads `run_params.json` of a run directory.
/// Errors: cosim.not-a-run, and those of reading the run file in it.
[[nodiscard]] Result<Rerun> load_rerun(const std::string& directory);

}  // namespace heddle::gate
