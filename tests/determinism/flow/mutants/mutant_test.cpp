// The suite can fail: executors built with a seeded bug are caught by it. This
// program is linked with such executors instead of the library's.
//   HEDDLE_FLOW_MUTATE_REORDER: a step takes the list before's, or overtakes it.
//   HEDDLE_FLOW_MUTATE_LOST_WAKE: a publisher looks for sleepers before it stores.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "flow/exec/progress_word.h"
#include "support/flow/dag_matrix.h"

namespace heddle::flow::test {
namespace {

#ifdef HEDDLE_FLOW_MUTATE_REORDER

/// Runs until a result differs; in a child, since a mutant may also break a check
/// or hang. True when the bug was noticed. A machine whose cores are taken seldom runs
/// two workers at once, hence many graphs: the first ones do where cores are free.
bool is_noticed(Strategy strategy) {
  const pid_t child = fork();
  if (child == 0) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(25);
    for (std::uint64_t seed = 0; std::chrono::steady_clock::now() < deadline; ++seed) {
      const std::string yaml = random_dag_yaml(seed, {.has_delays = true});
      const DagResult serial = run_dag(yaml, {.lists = 60});
      for (const std::uint32_t workers : {2U, 4U}) {
        const DagResult other =
            run_dag(yaml, {.workers = workers, .slots = 8, .strategy = strategy, .lists = 60});
        if (other.digest != serial.digest || other.lists != serial.lists) _exit(1);
      }
    }
    _exit(0);
  }
  int status = 0;
  for (int tenths = 0; tenths < 600; ++tenths) {
    if (waitpid(child, &status, WNOHANG) == child) {
      return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    }
    usleep(100'000);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return true;
}

TEST(Mutant, a_seeded_reorder_is_noticed_under_every_strategy) {
  EXPECT_TRUE(is_noticed(Strategy::Groups));
  EXPECT_TRUE(is_noticed(Strategy::Pool));
  EXPECT_TRUE(is_noticed(Strategy::Checkpoint));
}

#else

/// Two threads hand a word back and forth. One parks each time, after a pause of a
/// length that varies, so that it parks before, after and while the other publishes,
/// which is when a wake-up can be lost. True when they came to the end.
bool ping_pong_ends(int rounds) {
  const pid_t child = fork();
  if (child == 0) {
    WaitPolicy policy = WaitPolicy::for_workers(2);
    policy.spins = 0;  // park at once
    policy.yields = 0;
    ProgressWord ping;
    ProgressWord pong;
    ping.reset(0);
    pong.reset(0);
    std::thread other([&] {
      for (int i = 1; i <= rounds; ++i) {
        ping.wait(static_cast<std::uint64_t>(i), policy);
        pong.publish(static_cast<std::uint64_t>(i), policy);
        for (int pause = 0; pause < i % 16 * 500; ++pause) static_cast<void>(ping.get());
      }
    });
    for (int i = 1; i <= rounds; ++i) {
      ping.publish(static_cast<std::uint64_t>(i), policy);
      while (pong.get() < static_cast<std::uint64_t>(i)) std::this_thread::yield();
    }
    other.join();
    _exit(0);
  }
  int status = 0;
  for (int tenths = 0; tenths < 200; ++tenths) {
    if (waitpid(child, &status, WNOHANG) == child) return WIFEXITED(status);
    usleep(100'000);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
  return false;
}

#ifdef HEDDLE_FLOW_MUTATE_LOST_WAKE
TEST(Mutant, a_seeded_lost_wake_up_is_noticed) {
  // A run in which the two threads share a core loses none.
  bool is_noticed = false;
  for (int run = 0; run < 20 && !is_noticed; ++run) is_noticed = !ping_pong_ends(5'000);
  EXPECT_TRUE(is_noticed);
}
#else
TEST(ProgressWord, loses_no_wake_up_when_both_sides_park_every_time) {
  EXPECT_TRUE(ping_pong_ends(5'000));
}
#endif
#endif

}  // namespace
}  // namespace heddle::flow::test
