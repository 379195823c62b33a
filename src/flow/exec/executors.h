// The ways to run a plan. Each runs lists from the engine's first one until there
// are no more, and returns when all threads have ended; results differ in nothing.
#pragma once

#include <functional>
#include <vector>

#include "flow/exec/engine.h"

namespace heddle::flow {

/// One worker, one list at a time, always in the first slot.
void run_serial(Engine& engine, WorkerState& worker);

/// An executor of several workers. `work` is called once by each worker's thread.
class Executor {
 public:
  virtual ~Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  virtual void work(std::uint32_t worker) = 0;
  /// The task that a worker's number stands for in `WorkerState::waits_for`: what to
  /// call it in a stall report.
  [[nodiscard]] virtual std::string name_of(std::uint32_t waited_for) const = 0;

 protected:
  Executor() = default;
};

/// The plan's: each worker runs its steps of every list. See groups.cpp.
[[nodiscard]] std::unique_ptr<Executor> make_groups(Engine& engine);
/// Any free worker claims any step whose turn it is. See pool.cpp.
[[nodiscard]] std::unique_ptr<Executor> make_pool(Engine& engine, std::uint32_t workers);
/// Each worker carries a list through all steps. See checkpoint.cpp.
[[nodiscard]] std::unique_ptr<Executor> make_checkpoint(Engine& engine, std::uint32_t workers);
/// One worker by `run_serial`.
[[nodiscard]] std::unique_ptr<Executor> make_single(Engine& engine);

/// Which step must have finished list n - 1 before a step runs list n: the last of
/// its component; `kNoIndex` for a stateless step, and for one whose component has
/// an earlier step in the same list.
[[nodiscard]] std::vector<std::uint32_t> serial_after(const Engine& engine);
/// The step of the same component before it in plan order; `kNoIndex`: none.
[[nodiscard]] std::vector<std::uint32_t> component_before(const Engine& engine);

/// Calls `call.template operator()<Stamps>()` for the engine's kind of stamps.
template <class Call>
void with_stamps(Stamps stamps, Call call) {
  switch (stamps) {
    case Stamps::Off: call.template operator()<Stamps::Off>(); break;
    case Stamps::Counter: call.template operator()<Stamps::Counter>(); break;
    case Stamps::Clock: call.template operator()<Stamps::Clock>(); break;
  }
}

}  // namespace heddle::flow
