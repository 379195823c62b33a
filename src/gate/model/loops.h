// Level-sensitive dependences between states, the loops among them, and one
// topological order of all logic that both engines' evaluation rests on.
//
// A state with a gate follows its value combinationally. A settle evaluates
// everything once in topological order (a *sweep*); on each loop of such
// states one is a *breaker*, whose new value the others see only in the next
// sweep. What a settle does is thereby one definition for every engine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/gate/model.h"

namespace heddle::gate {

/// A read port by its place.
struct ReadPortId {
  std::uint32_t memory = 0;
  std::uint32_t port = 0;
};

/// Read ports whose address depends on their data with no state in between: one
/// on each such loop. Nothing can break these; they have to be cut first.
[[nodiscard]] std::vector<ReadPortId> reads_in_loops(const Model& model);

/// Sets `StateBit::breaks_loop`. Determinism: depends on the order of states.
void mark_loop_breakers(Model& model);

/// One step of a sweep: an AND node or memory read port, or a gated state.
struct EvalStep {
  enum class Kind : std::uint8_t { And, Read, State };
  Kind kind = Kind::And;
  std::uint32_t index = 0;  ///< AIG node; or index into `read_ports`; or state
};

/// All AND nodes, read ports and gated states such that each comes after what
/// it reads, but for the outputs of breakers; breakers are not in the list.
struct EvalOrder {
  std::vector<EvalStep> steps;
  std::vector<ReadPortId> read_ports;
};
[[nodiscard]] EvalOrder evaluation_order(const Model& model);

}  // namespace heddle::gate
