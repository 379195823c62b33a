// Memories of a netlist as memories of a model.
#pragma once

#include <vector>

#include "gate/model/elaborator.h"
#include "heddle/gate/model.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {

/// Makes the read data sources of every memory, turns clocked read ports into
/// an asynchronous read and a register of states (appended to `model.states`),
/// and connects all ports. A clocked port's transparency becomes logic; a
/// collision that the netlist leaves undefined reads the old word.
[[nodiscard]] std::vector<Memory> add_memories(const FlatNetlist& netlist, Elaborator& elaborator,
                                               Model& model);

}  // namespace heddle::gate
