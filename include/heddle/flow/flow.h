// A graph made runnable: task instances, slots, and executors that run lists of
// a plan. One object, one run; a second run needs a second object.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/interrupt.h"
#include "heddle/flow/clock.h"
#include "heddle/flow/commit_sink.h"
#include "heddle/flow/plan.h"

namespace heddle::flow {

/// Replaces the bodies of some steps: replay gives a source's recorded outputs.
class StepInjector {
 public:
  virtual ~StepInjector() = default;
  StepInjector(const StepInjector&) = delete;
  StepInjector& operator=(const StepInjector&) = delete;

  /// Whether task `task` (index in the graph) is injected and never processes.
  [[nodiscard]] virtual bool injects(std::uint32_t task) const = 0;
  /// Fills the outputs of `task` for list `clid`; `outputs[i]` is the `Message<T>` of
  /// its i-th output, which is clear. Errors end the run.
  /// Threads: one at a time a task, several tasks at once; in order of clid for
  /// tasks with state and for sources.
  [[nodiscard]] virtual Status inject(std::uint32_t task, std::uint64_t clid,
                                      std::span<void* const> outputs) = 0;

 protected:
  StepInjector() = default;
};

/// A worker that has not moved for the watchdog's time.
struct StallReport {
  std::uint32_t worker = 0;
  std::string task = {};  ///< it is in, or waits to run
  std::uint64_t clid = 0;
  bool is_waiting = false;     ///< for another worker, else in the task itself
  std::string waits_for = {};  ///< the task, or `commit`, that it waits for
};

/// What a monitor sees of a run, a moment ago.
struct FlowProgress {
  std::uint64_t admitted = 0;   ///< lists
  std::uint64_t committed = 0;  ///< lists
  std::uint32_t slots = 0;
};

/// All of it outlives the run.
struct RunOptions {
  std::uint64_t first_clid = 0;
  Interrupt interrupt = {};
  StepInjector* injector = nullptr;
  /// Called by the watchdog's thread for every worker that hangs, once a stall.
  std::function<void(const StallReport&)> on_stall = nullptr;
  /// Called ten times a second by the watchdog's thread; null: never.
  std::function<void(const FlowProgress&)> on_progress = nullptr;
  /// Minor page faults are counted from this many lists after the first.
  std::uint64_t steady_after_lists = 100;
};

/// What a run did.
struct RunSummary {
  RunEnding ending = {};
  std::uint64_t lists = 0;           ///< committed
  std::uint64_t aborted = 0;         ///< committed lists in which a step failed, `on_error: abort`
  std::uint64_t ignored = 0;         ///< failures with `on_error: ignore` in committed lists
  std::uint64_t missed_periods = 0;  ///< of the rate target
  std::vector<std::uint64_t> steady_faults = {};  ///< minor page faults, a worker
  Diagnostics warnings = {};                      ///< scheduling calls that failed
  Diagnostics error = {};                         ///< why it failed; empty otherwise
};

/// Threads: `build` and `run` from one; `request_stop` from any.
class Flow {
 public:
  /// Makes tasks and slots. Requires: `clock` and `sink` outlive the flow; the graph's
  /// registry too. Errors: those of task constructors, flow.out-of-memory,
  /// those of `check_plan`.
  [[nodiscard]] static Result<std::unique_ptr<Flow>> build(Graph graph, Plan plan, Clock& clock,
                                                           CommitSink& sink);
  ~Flow();
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  [[nodiscard]] const Graph& graph() const;
  [[nodiscard]] const Plan& plan() const;

  /// Gives a task the state that a keyframe holds. Before `run`.
  /// Errors: flow.state-misfit.
  [[nodiscard]] Status thaw(std::uint32_t task, std::span<const std::byte> state);
  /// The frozen state of a task, and the same for people. Not while it runs.
  [[nodiscard]] std::vector<std::byte> freeze(std::uint32_t task) const;
  void inspect(std::uint32_t task, JsonWriter& json) const;

  /// Runs until the graph's `lists` are done, a task or the user asks to stop, or
  /// something fails. Every list below the end is committed, in order.
  /// Errors: none; the summary tells. Requires: called once (checked).
  [[nodiscard]] RunSummary run(const RunOptions& options = {});

  /// Admits no further list; those in flight are committed.
  void request_stop();

  struct Impl;

 private:
  explicit Flow(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::flow
