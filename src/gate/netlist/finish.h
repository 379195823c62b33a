// From wires to nets: renumbering, initial values and the checks of drivers.
#pragma once

#include "faults.h"
#include "flattener.h"

namespace heddle::gate::netlist {

/// Turns the wires of an draft into dense nets, gives flops and latches
/// their initial values and finds what drives each net.
/// Faults: multiple drivers, undriven nets and clocks, conflicting initial
/// values, three-state cells that do not stand alone.
[[nodiscard]] FlatNetlist finish(Draft draft, Faults& faults);

}  // namespace heddle::gate::netlist
