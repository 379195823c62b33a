// What happens at an edge from outside: the operations on input ports, the
// time, and which clocks rise. A window holds the edges of one batch.
//
// An *edge* is one scheduler step: an instant at which at least one clock
// input changes. Its steps: (1) data operations are applied and settle;
// (2) clock operations are applied and the clock rounds run; (3) settle;
// (4) sample: peripherals step, waves, records and digest are taken.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace heddle::gate {

/// Sets one input bit of the model.
struct EdgeOp {
  std::uint32_t input = 0;  ///< index into `Model::inputs`
  std::uint32_t value = 0;  ///< 0 or 1

  friend bool operator==(const EdgeOp&, const EdgeOp&) = default;
};

/// When an edge is and what its clocks do.
struct EdgeInfo {
  std::uint64_t edge = 0;      ///< counted from 0 at the start of the run
  std::int64_t time_ps = 0;    ///< simulated time
  std::uint32_t rising = 0;    ///< bit `c` set: clock `c` of the run rises here
  std::uint32_t in_reset = 0;  ///< 1 while the run's reset is asserted at the sample
};

/// The edges of one batch and their operations, in flat storage that is reused.
/// Threads: one at a time; a running batch owns its window.
class EdgeWindow {
 public:
  /// Upper bound of the edges a window holds.
  static constexpr std::uint32_t kEdgesMax = 1U << 16;

  /// Empties the window; the next `append` is edge `first_edge`.
  void begin(std::uint64_t first_edge);
  /// Adds the next edge. Requires: `info.edge` follows on; room is left.
  void append(const EdgeInfo& info, std::span<const EdgeOp> data_ops,
              std::span<const EdgeOp> clock_ops);

  [[nodiscard]] std::uint64_t first_edge() const { return first_edge_; }
  [[nodiscard]] std::uint32_t edge_count() const {
    return static_cast<std::uint32_t>(infos_.size());
  }
  [[nodiscard]] bool contains(std::uint64_t edge) const {
    return edge >= first_edge_ && edge - first_edge_ < infos_.size();
  }

  [[nodiscard]] const EdgeInfo& info(std::uint64_t edge) const {
    return infos_[edge - first_edge_];
  }
  /// All operations of an edge, step (1)'s first; to be patched in place.
  [[nodiscard]] std::span<EdgeOp> ops(std::uint64_t edge);
  /// Operations of step (1), and of step (2).
  [[nodiscard]] std::span<EdgeOp> data_ops(std::uint64_t edge);
  [[nodiscard]] std::span<EdgeOp> clock_ops(std::uint64_t edge);
  [[nodiscard]] std::span<const EdgeOp> data_ops(std::uint64_t edge) const;
  [[nodiscard]] std::span<const EdgeOp> clock_ops(std::uint64_t edge) const;

 private:
  struct Extent {
    std::uint32_t first = 0;
    std::uint32_t data_count = 0;
    std::uint32_t clock_count = 0;
  };
  std::uint64_t first_edge_ = 0;
  std::vector<EdgeInfo> infos_;
  std::vector<Extent> extents_;
  std::vector<EdgeOp> ops_;
};

}  // namespace heddle::gate
