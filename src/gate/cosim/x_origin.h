// Where an x comes from: back through the logic and the flops that are x, and back
// in time, to a bit that nothing has made x.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "heddle/gate/run_plan.h"

namespace heddle::gate {

/// The nearest origin of an x.
struct XOrigin {
  std::string source;  ///< in words: "flop 'ctrl.mode', which has no value at power-up"
  std::vector<std::string> through;  ///< bits that hand it on, the origin's neighbour first
};

/// Follows what made `net` x at `edge`, in runs of its own. A loop of flops that
/// only make each other x is one origin, named by its nearest member. Where a flop
/// keeps its x although nothing feeds it any more, it goes on at the edge where the
/// flop became x. An empty source: the run could not be repeated.
/// Requires: the net is x there, and no peripheral of the plan is live.
/// Cost: up to twice the run for each such flop, at most `kXOriginStepsMax`.
[[nodiscard]] XOrigin find_x_origin(std::string_view engine, const Program& program,
                                    const RunPlan& plan, Lit net, std::uint64_t edge);

inline constexpr std::size_t kXOriginStepsMax = 8;
/// Bits that are looked at at one edge.
inline constexpr std::size_t kXOriginBitsMax = 4096;

}  // namespace heddle::gate
