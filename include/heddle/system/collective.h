// Collectives as kernels: the algorithms, their closed forms as a cost model,
// and a report a call. Which is used for what is in collective_registry.h;
// kernels call them through communicator.h.
//
// Sequential orders (for bit-equality; `x + y` is the operation on x and y):
// ring: chunk c starts at rank c + 1 and goes round to c. Bidirectional ring:
// the first half of the elements like that, the second half mirrored, from rank
// c - 1 down to c. Levels: a ring on each level, innermost first, on what the
// one before left. Hierarchical chain: the representative adds its left half,
// then its right half, each accumulated from its far end. Recursive doubling and
// halving: the lower rank's operand first, partner distance doubling or halving.
// Trees and binomial: a node, plus its lower child, plus its higher child.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/system/simulator.h"

namespace heddle::system {

enum class CollectiveKind : std::uint8_t {
  AllReduce,
  ReduceScatter,
  AllGather,
  AllToAll,
  Broadcast,
  Reduce,
  Gather,
  Scatter,
  Barrier,
};
[[nodiscard]] std::string_view collective_name(CollectiveKind kind);

/// What every rank of a call must agree on.
struct CollectiveCall {
  CollectiveKind kind = CollectiveKind::AllReduce;
  std::string algorithm = "auto";
  std::uint64_t elements = 0;  ///< of each rank's input
  Dtype dtype = Dtype::F16;
  MathOp op = MathOp::Add;
  std::uint32_t root = 0;
  std::uint32_t pipeline_chunks = 0;  ///< of a pipelined chain; 0: as the registry says

  friend bool operator==(const CollectiveCall&, const CollectiveCall&) = default;
};

/// Who takes part, and how they are nested: level 0 is the innermost ring.
struct Group {
  std::vector<PeRank> ranks;
  std::vector<std::uint32_t> levels;  ///< their product is the number of ranks
};

/// Elements [begin, end) of chunk `index` of `count`: the first ones get one
/// more where it does not divide.
struct ChunkRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};
[[nodiscard]] ChunkRange chunk_range(std::uint64_t elements, std::uint64_t count,
                                     std::uint64_t index);

/// The first `world` PEs of a machine: pes_per_cube x cubes x SIPs, cubes in the
/// order of the N/S ring. Errors: system.collective-size, by name.
[[nodiscard]] Result<Group> world_group(const Topology& topology, std::uint32_t world);

/// One step between neighbours, for the closed forms.
struct StepCost {
  double latency_ns = 0;
  double bytes_per_ns = 1;
  double reduce_ns_per_byte = 0;
  /// Between the farthest neighbours of the ring; 0: all are alike. A message
  /// that goes round pays the mean, ranks that wait for each other pay this.
  double slowest_latency_ns = 0;

  [[nodiscard]] double coupled_latency_ns() const {
    return slowest_latency_ns > latency_ns ? slowest_latency_ns : latency_ns;
  }
};

/// A kernel that does one kind of collective. `run` gets the call with its
/// parameters filled in, this rank's place in the group, and its input as a row.
struct Algorithm {
  std::string_view name = {};
  CollectiveKind kind = CollectiveKind::AllReduce;
  bool needs_power_of_two = false;
  std::string_view closed_form = {};  ///< as text; empty where there is none
  des::Task<Tile> (*run)(Tl& tl, const Group& group, std::uint32_t index,
                         const CollectiveCall& call, Tile input) = nullptr;
  /// Nanoseconds by the closed form.
  double (*estimate)(const Group& group, std::uint64_t size_bytes, const StepCost& step,
                     std::uint32_t pipeline_chunks) = nullptr;
};

/// Those of the library, in order of kind.
[[nodiscard]] const std::vector<Algorithm>& builtin_algorithms();

class CollectiveRegistry;
/// What `designs/collectives/default.yaml` says.
[[nodiscard]] const CollectiveRegistry& standard_registry();

/// Checks that every rank calls the same. Errors: system.collective-mismatch,
/// which lists every rank, missing ones too; `number` says which call of each it
/// is, 0 nothing.
[[nodiscard]] Status check_calls(const Group& group,
                                 const std::vector<std::pair<PeRank, CollectiveCall>>& calls,
                                 std::uint64_t number = 0);

/// The lower bound of an all-reduce: 2 (N-1)/N S over all that leaves a rank,
/// and ceil(log2 N) latencies.
[[nodiscard]] double all_reduce_bound_ns(std::uint32_t ranks, std::uint64_t size_bytes,
                                         double latency_ns, double node_bytes_per_ns);

/// The same for any kind: what must leave or reach one rank over all its links,
/// and the latencies that one after another tell every rank. `size_bytes` are
/// those of a rank's input.
[[nodiscard]] double collective_bound_ns(CollectiveKind kind, std::uint32_t ranks,
                                         std::uint64_t size_bytes, double latency_ns,
                                         double node_bytes_per_ns);

/// What one call took.
struct CollectiveReport {
  std::string algorithm;
  std::uint32_t ranks = 0;
  std::uint64_t size_bytes = 0;
  Picoseconds time;
  std::uint64_t messages = 0;
  double algorithm_gb_per_s = 0;  ///< bytes of a rank over time
  double bus_gb_per_s = 0;        ///< times the factor of the kind
  double bound_ns = 0;            ///< the lower bound; 0 for one rank
  double bound_ratio = 0;         ///< time over the lower bound; 0 where there is none
  Digest64 timing_digest;
};

/// The cost of a step between neighbours of a group, as its machine has it.
[[nodiscard]] StepCost step_cost(const Topology& topology, const Group& group, Dtype dtype);

/// Runs one call on every rank, inputs in the TCM. Errors: those of the choice
/// and of the run.
[[nodiscard]] Result<CollectiveReport> run_collective(
    Simulator& simulator, const Group& group, const CollectiveCall& call,
    const CollectiveRegistry& registry = standard_registry());

/// The same with data, which is in the TCM from the start: rank i's input is
/// `inputs[i]` (its elements as bytes). Times are those without data.
/// Requires: data moves.
struct CollectiveOutcome {
  CollectiveReport report;
  std::vector<std::vector<std::byte>> outputs;  ///< of every rank
};
[[nodiscard]] Result<CollectiveOutcome> run_collective_with(
    Simulator& simulator, const Group& group, const CollectiveCall& call,
    const std::vector<std::vector<std::byte>>& inputs,
    const CollectiveRegistry& registry = standard_registry());

/// The same with data that is loaded and stored: rank i's input is `inputs[i]` (its elements as
/// bytes); gives every rank's output. Requires: data moves.
[[nodiscard]] Result<std::vector<std::vector<std::byte>>> run_collective_on(
    Simulator& simulator, const Group& group, const CollectiveCall& call,
    const std::vector<std::vector<std::byte>>& inputs,
    const CollectiveRegistry& registry = standard_registry());

}  // namespace heddle::system
