// Looks at the workers now and then: tells a monitor how far the run is, and names
// the worker, the task and the list that have not moved for too long.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "flow/exec/executors.h"

namespace heddle::flow {

/// Watches while it lives; without anything to do it starts no thread.
class Watchdog {
 public:
  Watchdog(Engine& engine, const Executor& executor, const RunOptions& options);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch();
  void look_for_stalls();
  void report(std::uint32_t worker);

  Engine& engine_;
  const Executor& executor_;
  const RunOptions& options_;
  std::uint32_t limit_ms_ = 0;
  std::vector<std::uint64_t> seen_;      ///< `current` of each worker
  std::vector<std::uint32_t> still_ms_;  ///< how long it has been that
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace heddle::flow
