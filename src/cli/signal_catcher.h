// Ctrl-C. The first asks the running command to stop at the next batch, so that
// waves, events and the report are closed; the second ends the process at once.
#pragma once

#include <atomic>

namespace heddle::cli {

/// Catches SIGINT and SIGTERM while it lives and is armed. One at a time in a
/// process: a signal handler can reach static storage only (checked).
class SignalCatcher {
 public:
  SignalCatcher() = default;
  ~SignalCatcher();
  SignalCatcher(const SignalCatcher&) = delete;
  SignalCatcher& operator=(const SignalCatcher&) = delete;

  /// Installs the handlers. Without it the system's own reaction stays: the
  /// process ends, which is right for a command that leaves nothing half done.
  void arm();

  /// What a `heddle::Interrupt` looks at: true from the first signal on.
  /// Lives as long as the process. Threads: any.
  [[nodiscard]] const std::atomic<bool>& flag() const;

 private:
  bool is_armed_ = false;
};

}  // namespace heddle::cli
