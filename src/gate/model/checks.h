// The checks and messages of a netlist: assertions, `$display`, `$finish`.
#pragma once

#include "gate/model/elaborator.h"
#include "heddle/gate/model.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {

/// Adds them to the model. One at a clock gets flops of its own, which hold what
/// it saw there, and one more that changes whenever it happens.
/// Warns: gate.model.unknown-check.
void add_checks(const FlatNetlist& netlist, Elaborator& elaborator, Model& model,
                Diagnostics& warnings);

}  // namespace heddle::gate
