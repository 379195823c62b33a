// What a test bench does to a run between two batches: it reads any net, changes
// inputs, states and memories, forces nets, and watches nets whose changes end a
// batch. The C interface and the VPI stand on it.
//
// A net that is watched for the first time becomes an output of the program: the
// engine is made anew from a snapshot, with the same digests and change lists. One
// that was watched once stays, so that watching it again costs nothing.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gate/cosim/bench/net_values.h"
#include "gate/cosim/engine_run.h"

namespace heddle::gate {

/// Threads: that of the engine. Requires: `run` and `program` outlive it.
class Bench {
 public:
  using Compile = std::function<Result<Program>(Model)>;

  /// `compile` makes the run's program from its model with other probes.
  Bench(EngineRun& run, const Program& program, Compile compile);

  [[nodiscard]] const Model& model() const { return *model_; }
  /// Of the run as it stands, after `changed` calls of its own or of the engine.
  [[nodiscard]] bool value(Lit lit);
  [[nodiscard]] bool is_x(Lit lit) const { return run_.backend().is_x(lit); }
  /// The engine has moved: values are to be read anew.
  void engine_moved() { values_.forget(); }

  /// What can be written: an input bit of the design, a state bit, or neither.
  [[nodiscard]] std::int32_t input_of(Lit lit) const;
  [[nodiscard]] std::int32_t state_of(Lit lit) const;
  /// At once; see `Backend::apply`. Errors: `gate.run.no-fixpoint`.
  [[nodiscard]] Status set_inputs(std::span<const EdgeOp> ops);
  void set_state(std::uint32_t state, bool value);
  void set_memory(std::uint32_t memory, std::span<const std::uint64_t> rows);
  /// Requires: `model().find_force(lit)`. Errors: `gate.run.no-fixpoint`.
  [[nodiscard]] Status force(Lit lit, bool value);
  [[nodiscard]] Status release(Lit lit);

  /// From the next batch on, a change of any of these bits ends it. What they
  /// are now is what they change from.
  using WatchId = std::uint64_t;
  WatchId watch(std::vector<Lit> bits);
  void unwatch(WatchId id);
  /// The watches whose bits are not what they were when this was asked last, in
  /// order of id.
  [[nodiscard]] std::vector<WatchId> take_changed();
  /// Whether `load_watches` has to be called before the next batch.
  [[nodiscard]] bool has_new_watches() const { return has_new_; }
  /// Gives the engine what it needs to stop at new watches. Requires: no batch of
  /// the engine's is held any more. Errors: those of compiling.
  [[nodiscard]] Status load_watches();
  /// To be called before every batch: what ends it.
  void arm();

 private:
  struct Watch {
    std::vector<Lit> bits;
    std::vector<std::uint8_t> seen;  ///< 0, 1, or 2 for x
  };
  [[nodiscard]] std::uint8_t bit(Lit lit) { return is_x(lit) ? 2 : value(lit) ? 1 : 0; }

  EngineRun& run_;
  const Model* model_ = nullptr;  ///< of the program that runs
  Compile compile_;
  std::unique_ptr<Program> program_;  ///< with the watched nets; none: the run's own
  NetValues values_;
  std::map<WatchId, Watch> watches_;
  WatchId next_id_ = 1;
  std::map<Lit, std::uint32_t> pins_;    ///< of watched bits: which pin
  std::vector<Lit> pin_lits_;            ///< by pin
  std::vector<std::uint32_t> in_use_;    ///< by pin: watches that have it
  std::map<Lit, std::uint32_t> inputs_;  ///< ports only
  std::map<Lit, std::uint32_t> states_;
  bool has_new_ = false;
};

}  // namespace heddle::gate
