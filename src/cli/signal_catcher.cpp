#include "cli/signal_catcher.h"

#include <unistd.h>

#include <csignal>

#include "cli/exit_code.h"
#include "heddle/base/check.h"

namespace heddle::cli {
namespace {

// The one mutable static of the program: a signal handler has no context.
std::atomic<bool> interrupt_requested{false};
std::atomic<bool> handler_in_use{false};
static_assert(std::atomic<bool>::is_always_lock_free, "the handler may only use lock-free atomics");

extern "C" void heddle_on_interrupt(int) {
  if (interrupt_requested.exchange(true)) _exit(static_cast<int>(ExitCode::Interrupted));
}

void set_handler(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

SignalCatcher::~SignalCatcher() {
  if (!is_armed_) return;
  set_handler(SIG_DFL);
  interrupt_requested = false;
  handler_in_use = false;
}

void SignalCatcher::arm() {
  if (is_armed_) return;
  const bool was_in_use = handler_in_use.exchange(true);
  HEDDLE_CHECK(!was_in_use);
  is_armed_ = true;
  set_handler(heddle_on_interrupt);
}

const std::atomic<bool>& SignalCatcher::flag() const {
  return interrupt_requested;
}

}  // namespace heddle::cli
