// The kinds that come with heddle and need nothing that a user's kind does not
// have: memories, slaves and bus tracers.
#pragma once

#include "heddle/gate/peripheral_kinds.h"

namespace heddle::gate {

[[nodiscard]] const PeripheralKinds& builtin_kinds();

/// Whether a peripheral of this type records bus transactions.
[[nodiscard]] bool traces_bus(const PeripheralType& type);

}  // namespace heddle::gate
