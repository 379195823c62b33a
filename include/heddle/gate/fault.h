// Breaking a design on purpose, to see that the checks see it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heddle/base/result.h"
#include "heddle/gate/program.h"

namespace heddle::gate {

/// Inverts one gate of a compiled program; its `model`, which the reference
/// engine runs, stays whole. `where` names a net that a LUT drives, or is
/// `seed:N`, which draws one among all. Returns the name of the net.
/// Errors: `gate.fault.unknown-net`.
/// Determinism: the draw is a function of N and of the netlist.
[[nodiscard]] Result<std::string> inject_fault(Program& program, std::string_view where);

}  // namespace heddle::gate
