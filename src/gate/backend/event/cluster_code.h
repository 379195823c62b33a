// The clusters of a plan as machine code of this processor.
//
// One function holds all clusters outside of the clock cone and the loop that
// runs those whose bits are set. A cluster loads its inputs, computes in
// registers, compares what it stores with what was there and sets the bits of
// the fan-out, with no branch on data; then it jumps straight to the next.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "gate/backend/event/event_memory.h"
#include "gate/backend/event/event_plan.h"

namespace heddle::gate {

class ClusterCode {
 public:
  /// Translates. `is_watched`, by node or empty: whose toggles are logged.
  /// Returns null where the processor or the system does not let code be made.
  [[nodiscard]] static std::unique_ptr<ClusterCode> make(const EventPlan& plan,
                                                         const EventMemory& memory,
                                                         std::span<const std::uint8_t> is_watched);
  virtual ~ClusterCode() = default;

  static constexpr std::uint64_t kDone = ~std::uint64_t{0};
  /// Runs clusters from word `first_word` on until none is left (`kDone`) or a
  /// place is reached that is no cluster, whose bit it has cleared.
  /// `log_tail`: where nodes are logged; moved on.
  [[nodiscard]] virtual std::uint64_t run(std::uint8_t* memory, std::uint32_t first_word,
                                          std::uint32_t*& log_tail) const = 0;
  /// Bytes of code.
  [[nodiscard]] virtual std::size_t size() const = 0;
};

}  // namespace heddle::gate
