// A task that processes beside the flow. List n hands it its inputs and takes the
// result of list n - lag, waiting for it if need be, so that the outputs are those
// of a task in the flow, `lag` lists later. A list whose inputs are all absent
// hands over nothing, and nothing comes out `lag` lists later.
//
// `sampled` mode takes a result in whichever list it happens to be ready, and drops
// inputs that come while the task is busy: that is not deterministic.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "flow/exec/progress_word.h"
#include "heddle/flow/graph.h"
#include "heddle/flow/layout.h"

namespace heddle::flow {

class BackgroundTask {
 public:
  /// `instance` and `task` outlive it. `port_offsets`: of the task's messages in a slot.
  BackgroundTask(const GraphTask& task, void* instance,
                 const std::vector<std::uint32_t>& port_offsets);
  ~BackgroundTask();
  BackgroundTask(const BackgroundTask&) = delete;
  BackgroundTask& operator=(const BackgroundTask&) = delete;

  void start();
  /// Lets the job that runs end, forgets those that wait.
  void stop(const WaitPolicy& policy);

  /// The step of list `clid`: takes a result, hands over a job. A job that failed
  /// fails the step that takes its result.
  StepOutcome step(std::byte* slot, std::uint64_t clid, FlowTime now, Diagnostics& failure,
                   const WaitPolicy& policy);

  /// State and results not yet taken, once all jobs handed over are done. Appends.
  void freeze(std::vector<std::byte>& to, const WaitPolicy& policy);
  /// False when the bytes do not fit.
  [[nodiscard]] bool thaw(std::span<const std::byte> from);

 private:
  struct Job {
    std::unique_ptr<std::byte[]> memory;  ///< a message a port
    std::byte* base = nullptr;            ///< aligned
    std::uint64_t clid = 0;
    std::int64_t now_ns = 0;
    bool is_launched = false;
    StepOutcome outcome = StepOutcome::Ok;
    Diagnostics failure;
  };

  [[nodiscard]] const MessageType& type_of(std::size_t port) const;
  [[nodiscard]] bool is_output(std::size_t port) const;
  void take(Job& job, std::byte* slot, std::uint64_t clid);
  void clear_outputs(std::byte* slot) const;
  void launch(Job& job, const std::byte* slot, std::uint64_t clid, FlowTime now);
  StepOutcome step_sampled(std::byte* slot, std::uint64_t clid, FlowTime now, Diagnostics& failure);
  void serve();

  const GraphTask& task_;
  void* instance_ = nullptr;
  std::vector<std::uint32_t> slot_offsets_;
  std::vector<std::uint32_t> job_offsets_;
  std::vector<Job> jobs_;  ///< a ring of lag + 1
  // Jobs handed over and done so far; job k is the k-th handed over.
  std::vector<std::uint32_t> queue_;  ///< ring index of job k, at k % size
  std::uint64_t launched_count_ = 0;
  std::vector<std::uint64_t> sequence_;  ///< of each ring entry
  ProgressWord launched_;
  ProgressWord done_;
  WaitPolicy policy_;
  std::atomic<bool> is_stopping_ = false;
  std::thread thread_;
};

}  // namespace heddle::flow
