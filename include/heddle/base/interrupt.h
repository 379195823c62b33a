// How long work learns that the user wants it to stop.
#pragma once

#include <atomic>

namespace heddle {

/// A look at a flag that somebody else sets: the command line's signal handler,
/// a test, another thread. Whoever does long work takes one by value, asks it
/// at least every tenth of a second of work, stops at its next boundary, leaves
/// what it wrote readable, and says in its result how far it came. Being
/// interrupted is an outcome and no error.
/// Threads: any number may ask.
class Interrupt {
 public:
  /// Never requested.
  constexpr Interrupt() = default;
  /// Requires: `flag` outlives this.
  constexpr explicit Interrupt(const std::atomic<bool>& flag) : flag_(&flag) {}

  [[nodiscard]] bool is_requested() const {
    return flag_ != nullptr && flag_->load(std::memory_order_relaxed);
  }

 private:
  const std::atomic<bool>* flag_ = nullptr;
};

}  // namespace heddle
