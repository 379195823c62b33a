#include "gate/timing.h"

#include <sched.h>

#include <ctime>

namespace heddle::bench {
namespace {

double seconds_of(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

double cpu_now() {
  return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

double wall_now() {
  return seconds_of(CLOCK_MONOTONIC);
}

bool keep_to_one_core() {
  const int core = ::sched_getcpu();
  if (core < 0) return false;
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  return ::sched_setaffinity(0, sizeof cores, &cores) == 0;
}

}  // namespace heddle::bench
