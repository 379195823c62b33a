#include "flow/exec/worker_threads.h"

#include <fmt/format.h>
#include <pthread.h>
#include <sched.h>

#include <condition_variable>
#include <cstring>
#include <system_error>
#include <thread>

#include "flow/exec/watchdog.h"
#include "heddle/flow/diagnostics.h"

namespace heddle::flow {
namespace {

constexpr std::size_t kStackTouchedBytes = std::size_t{256} << 10;

/// Writes to the stack below, so that its pages are there later.
[[gnu::noinline]] void touch_stack() {
  volatile char bytes[kStackTouchedBytes];
  for (std::size_t i = 0; i < kStackTouchedBytes; i += 4096) bytes[i] = 0;
  static_cast<void>(bytes[0]);
}

/// All workers report before any starts.
class StartGate {
 public:
  void report(Diagnostics found) {
    const std::lock_guard lock(mutex_);
    found_.add(found);
    ++reported_;
    changed_.notify_all();
  }
  Diagnostics wait_for(std::uint32_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return reported_ == count; });
    return found_;
  }
  void open(bool may_run) {
    const std::lock_guard lock(mutex_);
    is_open_ = true;
    may_run_ = may_run;
    changed_.notify_all();
  }
  bool wait_open() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_open_; });
    return may_run_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint32_t reported_ = 0;
  bool is_open_ = false;
  bool may_run_ = false;
  Diagnostics found_;
};

class Scheduling {
 public:
  Scheduling(const RuntimeOptions& options, std::uint32_t worker)
      : options_(options), worker_(worker) {}

  Diagnostics apply() {
    if (worker_ < options_.cpus.size()) pin(options_.cpus[worker_]);
    if (options_.priority > 0) prioritise();
    return std::move(found_);
  }

 private:
  void pin(std::uint32_t cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    const int error = pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    if (error != 0) report(fmt::format("core {}", cpu), error);
  }
  void prioritise() {
    sched_param param{};
    param.sched_priority = static_cast<int>(options_.priority);
    const int error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &param);
    if (error != 0) report(fmt::format("priority {}", options_.priority), error);
  }
  void report(const std::string& what, int error) {
    const bool is_strict = options_.scheduling == SchedulingPolicy::Strict;
    found_.add(Diagnostic(is_strict ? diag::kScheduling : diag::kSchedulingIgnored, {},
                          {fmt::to_string(worker_), what,
                           std::error_code(error, std::generic_category()).message()}));
  }

  const RuntimeOptions& options_;
  std::uint32_t worker_ = 0;
  Diagnostics found_;
};

}  // namespace

Status run_workers(Engine& engine, Executor& executor, const RunOptions& options,
                   Diagnostics& warnings) {
  const auto count = static_cast<std::uint32_t>(engine.workers().size());
  StartGate gate;
  std::vector<std::thread> threads;
  threads.reserve(count);
  const auto body = [&](std::uint32_t index) {
    touch_stack();
    gate.report(Scheduling(engine.graph().runtime, index).apply());
    if (!gate.wait_open()) return;
    executor.work(index);
    engine.leave(engine.workers()[index], index);
  };
  Status status;
  try {
    for (std::uint32_t index = 0; index < count; ++index) threads.emplace_back(body, index);
  } catch (const std::system_error& error) {
    status = fail(diag::kScheduling, {},
                  {fmt::to_string(threads.size()), "a thread", error.code().message()});
  }
  Diagnostics found = gate.wait_for(static_cast<std::uint32_t>(threads.size()));
  if (status && found.has_errors()) status = fail(found);
  warnings.add(found);
  {
    const Watchdog watchdog(engine, executor, options);
    gate.open(status.has_value());
    for (std::thread& thread : threads) thread.join();
  }
  return status;
}

}  // namespace heddle::flow
