// `heddle gate init`: a commented run file from the ports, clocks and resets
// that a design shows. It is a start: what it guessed, it says.
#pragma once

#include <string>

#include "heddle/gate/design_files.h"
#include "heddle/gate/summary.h"

namespace heddle::gate {

/// The text of a run file for the design summarised. `files` are the paths to
/// write into it, as seen from where the run file will be; `top` the top
/// module, or empty. Clocks and the reset are the summary's guesses; UARTs, a
/// serial flash and GPIO go by the names of ports that belong together. The
/// rest is held at 0.
/// Ensures: `read_run_file` and `plan_run` accept it where a clock was found.
/// Determinism: a function of its arguments.
[[nodiscard]] std::string initial_run_file(const NetlistSummary& summary, const DesignFiles& files,
                                           const std::string& top);

}  // namespace heddle::gate
