// Collectives as kernels call them: every rank of a group calls the same ones
// in the same order, and a run that ends otherwise says what each rank called.
//
//   des::Task<> step(Tl& tl, Communicator& world, Va in, Va out) {
//     Tile mine = co_await tl.load(in, {1, 4096}, Dtype::F16);
//     Tile sum = co_await world.all_reduce(tl, mine);
//     co_await tl.store(out, sum);
//   }
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "heddle/system/collective_registry.h"

namespace heddle::system {

class CallLedger;

/// The ranks of a group and the algorithms they use. Outlives the runs of its
/// simulator that use it. Threads: those of the run.
class Communicator {
 public:
  /// Errors: system.collective-size for a group without ranks, with one twice,
  /// or with one that the machine does not have.
  [[nodiscard]] static Result<std::unique_ptr<Communicator>> create(
      Simulator& simulator, Group group, CollectiveRegistry registry = standard_registry());
  ~Communicator();

  /// One collective; `call` says which, elements and type are those of the
  /// input, of any shape. Gives this rank's output, one row. The checks take no time.
  /// Errors: system.collective-mismatch, told with the calls of all ranks once
  /// they have made theirs, or a millisecond of the run later, or when nothing
  /// is left to happen; those of the choice of an algorithm.
  [[nodiscard]] des::Task<Tile> call(Tl& tl, CollectiveCall call, Tile input);
  [[nodiscard]] des::Task<Tile> all_reduce(Tl& tl, Tile input, MathOp op = MathOp::Add);
  [[nodiscard]] des::Task<Tile> broadcast(Tl& tl, Tile input, std::uint32_t root = 0);
  [[nodiscard]] des::Task<> barrier(Tl& tl);

  [[nodiscard]] const Group& group() const { return group_; }
  /// The place of a rank in the group; the number of ranks where it has none.
  [[nodiscard]] std::uint32_t index_of(PeRank rank) const;

 private:
  Communicator(Simulator& simulator, Group group, CollectiveRegistry registry);
  /// The choice for a call; none after an error, which the run has been told.
  std::optional<Choice> choose(des::Kernel& kernel, const CollectiveCall& call);

  static constexpr std::size_t kChoicesMax = 256;

  Engine& engine_;
  Group group_;
  CollectiveRegistry registry_;
  CallLedger& ledger_;
  std::vector<StepCost> costs_;  ///< by type
  std::mutex mutex_;
  std::vector<std::pair<CollectiveCall, Choice>> choices_;  ///< made last
  std::vector<std::uint32_t> indices_;                      ///< by rank
};

}  // namespace heddle::system
