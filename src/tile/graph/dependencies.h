// Which instruction of a work-item waits for which, and which scratchpad version
// it opens, fills, reads last. Pure: a function of the kernel's buffers, the
// work-item and the machine's departures; it knows no time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "heddle/tile/machine.h"
#include "heddle/tile/trace.h"

namespace heddle::tile {

/// When an edge fires. A barrier is ready by `Issue` edges and finishes by `Arrival` ones.
enum class EdgeKind : std::uint8_t {
  Issue,       ///< as the first one issues (occupancy: systolic to systolic)
  Completion,  ///< as the first one finishes; the second may issue then
  Arrival,     ///< as the first one finishes; the second may finish then
};

struct Edge {
  std::uint32_t to = 0;
  EdgeKind kind = EdgeKind::Completion;
};

inline constexpr std::uint32_t kNone = UINT32_MAX;

/// What the dependencies of a machine need to know.
struct GraphRules {
  ComputeBarrierMode compute_barrier = ComputeBarrierMode::None;
  bool shares_version = true;
  bool charges_accumulator = false;
};

/// One fill of a buffer by loads, up to the first read after it.
struct BufferVersion {
  std::uint32_t buffer = 0;
  std::uint32_t last_reader = kNone;  ///< in program order; none: freed once it is loaded
  std::uint32_t last_load = kNone;
  std::uint64_t size_bytes = 0;  ///< of all its loads
};

/// The dependencies of one work-item. Reused: `build` keeps the capacity of its lists.
class DependencyGraph {
 public:
  void build(const KernelInfo& kernel, const WorkItem& item, const GraphRules& rules);

  /// In order of the second instruction.
  [[nodiscard]] std::span<const Edge> successors(std::uint32_t instruction) const {
    return std::span(edges_).subspan(edge_first_[instruction],
                                     edge_first_[instruction + 1] - edge_first_[instruction]);
  }
  /// Edges that must fire before it may issue, and before it may finish.
  [[nodiscard]] std::uint32_t waits_to_issue(std::uint32_t i) const { return to_issue_[i]; }
  [[nodiscard]] std::uint32_t waits_to_finish(std::uint32_t i) const { return to_finish_[i]; }

  /// Of a matmul: the preload that fills its weights. None: unpinned.
  [[nodiscard]] std::uint32_t preload_of(std::uint32_t i) const { return preload_[i]; }
  /// Of a preload: how many matmuls use its weights.
  [[nodiscard]] std::uint32_t consumers_of(std::uint32_t i) const { return consumers_[i]; }

  [[nodiscard]] const std::vector<BufferVersion>& versions() const { return versions_; }
  /// Versions that this load fills, and those whose last reader this instruction is.
  [[nodiscard]] std::span<const std::uint32_t> fills(std::uint32_t i) const {
    return std::span(fills_).subspan(fill_first_[i], fill_first_[i + 1] - fill_first_[i]);
  }
  [[nodiscard]] std::span<const std::uint32_t> releases(std::uint32_t i) const {
    return std::span(releases_).subspan(release_first_[i],
                                        release_first_[i + 1] - release_first_[i]);
  }

 private:
  struct RawEdge {
    std::uint32_t from = 0;
    Edge edge;
  };
  /// What the program has done to a buffer so far.
  struct BufferState {
    std::vector<std::uint32_t> writers;   ///< of its present content, but for matmuls
    std::vector<std::uint32_t> matmuls;   ///< that add to it, or wrote it
    std::vector<std::uint32_t> versions;  ///< loaded ones, not yet written over
    bool is_read = false;                 ///< since the last write
  };
  struct Generation {
    std::vector<std::uint32_t> loads;
    std::uint32_t barrier = kNone;  ///< the last wait of it
  };

  void begin(const KernelInfo& kernel, const WorkItem& item);
  void add_edge(std::uint32_t from, std::uint32_t to, EdgeKind kind);
  void visit(std::uint32_t i);
  void visit_dma(std::uint32_t i);
  void visit_compute(std::uint32_t i);
  void visit_memory_barrier(std::uint32_t i);
  void visit_compute_barrier(std::uint32_t i);
  void read(std::uint32_t i, std::uint32_t buffer);
  void load_into(std::uint32_t i, std::uint32_t buffer);
  void accumulate_into(std::uint32_t i, std::uint32_t buffer);
  void write(std::uint32_t i, std::uint32_t buffer);
  static void replace(BufferState& state);
  void sort_edges();
  void list_releases();

  const KernelInfo* kernel_ = nullptr;
  const WorkItem* item_ = nullptr;
  GraphRules rules_;
  std::vector<BufferState> buffers_;
  std::vector<Generation> generations_;
  std::vector<std::uint32_t> gated_;       ///< computes since the last compute barrier
  std::uint32_t compute_barrier_ = kNone;  ///< the one that gates stores now
  std::vector<RawEdge> raw_edges_;
  std::vector<Edge> edges_;
  std::vector<std::size_t> edge_first_;
  std::vector<std::uint32_t> to_issue_;
  std::vector<std::uint32_t> to_finish_;
  std::vector<std::uint32_t> preload_;
  std::vector<std::uint32_t> consumers_;
  std::vector<BufferVersion> versions_;
  std::vector<std::uint32_t> fills_;
  std::vector<std::size_t> fill_first_;
  std::vector<std::uint32_t> releases_;
  std::vector<std::size_t> release_first_;
};

/// The bytes that a Dma moves.
[[nodiscard]] inline std::uint64_t bytes_of(const Instruction& dma) {
  return (static_cast<std::uint64_t>(dma.elements) * dma.element_bits + 7) / 8;
}

}  // namespace heddle::tile
