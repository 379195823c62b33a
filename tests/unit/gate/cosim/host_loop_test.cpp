// The host loop on one thread and on two: order, how far it runs ahead, and that
// a run leaves the same bytes however it ends.
#include "gate/cosim/host_loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <thread>

#include "support/trace/file_size_limit.h"
#include "unit/gate/cosim/cosim_fixture.h"

namespace heddle::gate {
namespace {

/// Batches that count; the last one is `simulated_last` or `committed_last`.
class Counting : public HostSteps {
 public:
  virtual ~Counting() = default;

  bool simulate(std::uint32_t batch) override {
    EXPECT_EQ(batch, simulated % kHostBatches);
    EXPECT_LT(simulated, committed + kHostBatches) << "its memory is not free yet";
    return simulated++ != simulated_last;
  }
  void look(std::uint32_t batch) override {
    EXPECT_EQ(batch, looked % kHostBatches);
    EXPECT_LT(looked, simulated);
    EXPECT_EQ(looked, committed) << "a batch is committed before the next is looked at";
    ++looked;
  }
  bool commit(std::uint32_t batch) override {
    EXPECT_EQ(batch, committed % kHostBatches);
    EXPECT_EQ(looked, committed + 1);
    return committed++ != committed_last;
  }

  static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  std::uint64_t simulated_last = kNever;
  std::uint64_t committed_last = kNever;
  std::atomic<std::uint64_t> simulated = 0;
  std::atomic<std::uint64_t> looked = 0;
  std::atomic<std::uint64_t> committed = 0;
};

TEST(HostLoop, CommitsEveryBatchOnceAndInOrderUpToTheLastOneSimulated) {
  for (const std::uint32_t threads : {1U, 2U}) {
    Counting steps;
    steps.simulated_last = 999;
    ASSERT_TRUE(run_host_loop(steps, threads).has_value());
    EXPECT_EQ(steps.simulated, 1000U);
    EXPECT_EQ(steps.committed, 1000U);
  }
}

TEST(HostLoop, EndsWithTheBatchWhoseCommitSaysSo) {
  for (const std::uint32_t threads : {1U, 2U}) {
    Counting steps;
    steps.committed_last = 99;
    ASSERT_TRUE(run_host_loop(steps, threads).has_value());
    EXPECT_EQ(steps.committed, 100U);
    EXPECT_LE(steps.simulated, 100U + threads - 1) << "one thread simulates nothing ahead";
  }
}

TEST(HostLoop, TwoThreadsSimulateTheNextBatchWhileOneIsCommitted) {
  class Waiting final : public Counting {
   public:
    bool commit(std::uint32_t batch) override {
      const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (simulated < 2 && std::chrono::steady_clock::now() < deadline) {
        std::this_thread::yield();
      }
      EXPECT_GE(simulated, 2U) << "the first commit waits for the second batch";
      return Counting::commit(batch);
    }
  } steps;
  steps.simulated_last = 1;
  ASSERT_TRUE(run_host_loop(steps, 2).has_value());
  EXPECT_EQ(steps.committed, 2U);
}

TEST(HostLoop, AStepThatThrowsEndsItWithAnError) {
  class Throwing final : public Counting {
   public:
    void look(std::uint32_t batch) override {
      if (looked == 3) throw std::runtime_error("no more");
      Counting::look(batch);
    }
  };
  for (const std::uint32_t threads : {1U, 2U}) {
    Throwing steps;
    const Status status = run_host_loop(steps, threads);
    ASSERT_FALSE(status.has_value());
    EXPECT_NE(status.error().to_string().find("no more"), std::string::npos);
    EXPECT_EQ(steps.committed, 3U);
  }
}

/// Asks for an interrupt at the n-th byte.
class Impatient final : public CosimObserver {
 public:
  void on_uart_byte(std::size_t, std::uint8_t) override { flag = true; }
  std::atomic<bool> flag = false;
};

class HostThreads : public CosimTest {
 protected:
  using Files = std::map<std::string, std::string>;

  /// What is in the run directory after a run on so many threads.
  Files files_of(const RunFile& run_file, CosimOptions options, std::uint32_t threads,
                 bool is_impatient) {
    options.force = true;
    options.host_threads = threads;
    Impatient impatient;
    const Interrupt interrupt = is_impatient ? Interrupt(impatient.flag) : Interrupt();
    const auto ran = run(run_file, "out", options, &impatient, interrupt);
    EXPECT_TRUE(ran.has_value()) << ran.error().to_string();
    if (!ran) return {};
    outcome = *ran;
    Files files;
    for (const std::string& name : outcome.files) {
      files[name] = text_of_file(directory_.file("out/" + name));
    }
    for (const std::string& path : {options.digest_file, options.output_hash_file}) {
      if (!path.empty()) files[path] = text_of_file(path);
    }
    return files;
  }

  /// Runs on one thread, then some times on two: nothing may differ.
  void expect_same(const RunFile& run_file, const CosimOptions& options = {},
                   bool is_impatient = false) {
    const Files one = files_of(run_file, options, 1, is_impatient);
    EXPECT_FALSE(one.empty());
    for (int repeat = 0; repeat < 5; ++repeat) {
      const Files two = files_of(run_file, options, 2, is_impatient);
      ASSERT_EQ(two.size(), one.size());
      for (const auto& [name, text] : one) EXPECT_TRUE(two.at(name) == text) << name;
    }
  }

  RunFile small_batches(const std::string& more, std::uint32_t batch_edges) {
    Result<RunFile> run_file = file(std::string(kScript) + more);
    EXPECT_TRUE(run_file.has_value());
    run_file->batch_edges = batch_edges;
    return *run_file;
  }

  CosimOutcome outcome;
};

TEST_F(HostThreads, WriteTheSameBytesIntoEveryFile) {
  CosimOptions options;
  options.digest_file = directory_.file("digests");
  options.output_hash_file = directory_.file("hashes");
  options.trace_signals = {"*"};
  for (const char* format : {"fst", "vcd"}) {
    for (const std::uint32_t batch : {7U, 1024U}) {
      SCOPED_TRACE(std::string(format) + " in batches of " + std::to_string(batch));
      expect_same(small_batches("stop: {edges: 2500}\nwaves: {nets: ['*'], format: " +
                                    std::string(format) + "}\n",
                                batch),
                  options);
      EXPECT_TRUE(outcome.passed());
      EXPECT_EQ(outcome.edges, 2500U);
    }
  }
}

TEST_F(HostThreads, EndAtTheSameEdgeWhenAConditionHolds) {
  expect_same(
      small_batches("stop: {edges: 3000, uart_text: {uart: c}}\nwaves: {nets: ['*']}\n", 50));
  EXPECT_EQ(outcome.stop, StopReason::UartText);
  EXPECT_LT(outcome.edges, 3000U);
}

TEST_F(HostThreads, EndAtTheSameEdgeWhenInterrupted) {
  expect_same(small_batches("stop: {edges: 1000000}\nwaves: {nets: ['*']}\n", 64), {}, true);
  EXPECT_EQ(outcome.status, RunStatus::Interrupted);
  EXPECT_LT(outcome.edges, 1000U);
}

TEST_F(HostThreads, EndAtTheSameEdgeWhenTheReferenceDiffers) {
  CosimOptions options;
  options.check = EdgeRange{0, 2500};
  options.fault = "done";
  expect_same(small_batches("stop: {edges: 2500}\n", 100), options);
  EXPECT_FALSE(outcome.check.equal);
  EXPECT_EQ(outcome.edges, 100U) << "the batch that differs is the last one committed";
}

TEST_F(HostThreads, KeepTheSameCheckpoints) {
  CosimOptions options;
  options.checkpoint_every = 500;
  const RunFile run_file = small_batches("stop: {edges: 2000}\n", 128);
  const auto checkpoints = [&](std::uint32_t threads) {
    files_of(run_file, options, threads, false);
    Files files;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_.file("out/checkpoints"))) {
      files[entry.path().filename()] = text_of_file(entry.path());
    }
    return files;
  };
  const Files one = checkpoints(1);
  // The first end of a batch at or after each multiple of 500: 512, 1024, 1536, 2000.
  EXPECT_EQ(one.size(), 4U);
  EXPECT_TRUE(checkpoints(2) == one);
}

TEST_F(HostThreads, EndAtTheSameEdgeWhenTheDiskIsFull) {
  CosimOptions options;
  options.digest_file = directory_.file("digests");
  const RunFile run_file = small_batches("stop: {edges: 4000000}\n", 256);
  const trace::test::FileSizeLimit limit(1 << 18);
  expect_same(run_file, options);
  EXPECT_EQ(outcome.status, RunStatus::Failed);
  EXPECT_EQ(outcome.problems.cause(), Cause::Environment);
  EXPECT_LT(outcome.edges, 4000000U);
}

TEST_F(HostThreads, EndWithAReadableRunWhenTheDiskOfTheWavesIsFull) {
  for (const std::uint32_t threads : {1U, 2U}) {
    const RunFile run_file =
        small_batches("stop: {edges: 4000000}\nwaves: {nets: ['*'], format: vcd}\n", 256);
    const trace::test::FileSizeLimit limit(1 << 18);
    files_of(run_file, {}, threads, false);
    EXPECT_EQ(outcome.status, RunStatus::Failed);
    EXPECT_LT(outcome.edges, 4000000U);
    EXPECT_EQ(outcome.problems.error_count(), 1U) << outcome.problems.to_string();
    EXPECT_EQ(outcome.telemetry.edges, outcome.edges);
  }
}

TEST_F(HostThreads, EndAtTheSameEdgeWhenTheDesignDoesNotSettle) {
  // An inverter on itself, gated by `done`: quiet until go is 9.
  std::string design = test::loop_design();
  const std::string cells = "\"cells\": {";
  design.insert(design.find(cells) + cells.size(),
                test::loop_cell("ring", "$_NAND_", "\"A\": [14], \"B\": [40], \"Y\": [40]") + ", ");
  const std::string ports = "\"ports\": {";
  design.insert(design.find(ports) + ports.size(), test::loop_port("ring_out", true, "40") + ", ");
  directory_.write("loop.json", design);
  expect_same(small_batches("stop: {edges: 2500}\nwaves: {nets: ['*']}\n", 100));
  EXPECT_EQ(outcome.status, RunStatus::Failed);
  EXPECT_EQ(outcome.problems.list().at(0).code(), "gate.run.no-fixpoint");
  EXPECT_EQ(outcome.edges % 100, 0U);
  EXPECT_EQ(outcome.event_count, 2U) << "what happened before is kept";
}

}  // namespace
}  // namespace heddle::gate
