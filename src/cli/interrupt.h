// Ctrl-C. The first asks the running command to stop at the next batch, so that
// waves, events and the report are closed; the second ends the process at once.
#pragma once

#include <atomic>

namespace heddle::cli {

/// Catches SIGINT and SIGTERM while it lives and is armed. One at a time in a
/// process: a signal handler can reach static storage only (checked).
class Interrupt {
 public:
  Interrupt() = default;
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  /// Installs the handlers. Without it the system's own reaction stays: the
  /// process ends, which is right for a command that leaves nothing half done.
  void arm();

  /// Threads: any.
  [[nodiscard]] bool is_requested() const { return flag().load(std::memory_order_relaxed); }

  /// What an engine polls: becomes true once, and stays. Lives as long as the process.
  [[nodiscard]] const std::atomic<bool>& flag() const;

 private:
  bool is_armed_ = false;
};

}  // namespace heddle::cli
