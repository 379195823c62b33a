#include "flow/exec/progress_word.h"

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <thread>

namespace heddle::flow {
namespace {

constexpr std::uint32_t kSpins = 4000;  // about 50 us
constexpr std::uint32_t kSpinsCrowded = 20;
constexpr std::uint32_t kYieldsCrowded = 50;

void relax() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

long futex(void* word, int operation, std::uint32_t value) {
  return syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

/// A futex looks at 32 bits; the low half changes with every publication.
void* low_half(std::atomic<std::uint64_t>& word) {
  return &word;
}

}  // namespace

WaitPolicy WaitPolicy::for_workers(std::uint32_t workers) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const bool is_known = sched_getaffinity(0, sizeof cores, &cores) == 0;
  const auto count = is_known ? static_cast<std::uint32_t>(CPU_COUNT(&cores))
                              : std::thread::hardware_concurrency();
  WaitPolicy policy;
  policy.spins = workers <= count ? kSpins : kSpinsCrowded;
  policy.yields = workers <= count ? 0 : kYieldsCrowded;
  policy.has_membarrier =
      syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
  return policy;
}

std::uint64_t ProgressWord::wait_long(std::uint64_t target, const WaitPolicy& policy) {
  for (std::uint32_t i = 0; i < policy.spins; ++i) {
    relax();
    if (const std::uint64_t value = get(); value >= target) return value;
  }
  for (std::uint32_t i = 0; i < policy.yields; ++i) {
    sched_yield();
    if (const std::uint64_t value = get(); value >= target) return value;
  }
  return park(target, policy);
}

std::uint64_t ProgressWord::park(std::uint64_t target, const WaitPolicy& policy) {
  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  if (policy.has_membarrier) syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
  std::uint64_t value = value_.load(std::memory_order_seq_cst);
  while (value < target) {
    futex(low_half(value_), FUTEX_WAIT, static_cast<std::uint32_t>(value));
    value = value_.load(std::memory_order_seq_cst);
  }
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  return value;
}

void ProgressWord::wake() {
  futex(low_half(value_), FUTEX_WAKE, INT_MAX);
}

void ProgressWord::mutation_delay() {
  for (std::uint32_t i = 0; i < 2000; ++i) relax();
}

}  // namespace heddle::flow
