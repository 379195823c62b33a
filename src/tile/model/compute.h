// What an operation of a core's units costs. Pure integer functions of the machine and
// the operation's dims; docs/reference/tile-model.md derives each with its source.
#pragma once

#include <cstdint>
#include <span>

#include "heddle/tile/machine.h"
#include "heddle/tile/trace.h"

namespace heddle::tile {

/// Units: core cycles, from the start of the operation in its unit.
struct OperationCost {
  std::int64_t interval = 0;  ///< until the unit takes its next operation
  std::int64_t ready = 0;     ///< Preload: until a matmul may stream over the weights
  std::int64_t latency = 0;   ///< until the result is there; 0: the operation costs nothing
};

/// The built-in model (T10).
[[nodiscard]] OperationCost cost_of(const Machine& machine, ComputeKind kind,
                                    std::span<const std::int64_t> dims);

/// A cost that a table gives: `cycles` until the result, `overlap` of which other operations
/// of the unit may hide; a matmul that needs the result waits for all of them.
/// Requires: overlap <= cycles.
[[nodiscard]] constexpr OperationCost table_cost(std::int64_t cycles, std::int64_t overlap) {
  return OperationCost{cycles - overlap, cycles, cycles};
}

/// Multiply-accumulates of a matmul. Units: operations.
[[nodiscard]] std::uint64_t macs_of(std::span<const std::int64_t> dims);

}  // namespace heddle::tile
