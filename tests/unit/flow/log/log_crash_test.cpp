// Crashes at every kind of place: what is read afterwards is an exact prefix of
// what was committed, and no shorter than the policy promises.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "heddle/flow/log_recover.h"
#include "support/flow/log_fixture.h"
#include "support/flow/recording_storage.h"
#include "support/temp_directory.h"

namespace heddle::flow::log::test {
namespace {

using Kind = FileOperation::Kind;

struct Recorded {
  std::vector<FileOperation> operations;
  /// Lists readable when the first n operations were done.
  std::vector<std::uint64_t> lists_after;
};

LogWriterParams small_params(LogMode mode, SyncPolicy sync) {
  LogWriterParams params;
  params.base = "log";
  params.id = kTestId;
  params.mode = mode;
  params.sync = sync;
  params.batch_bytes = 4096;
  params.buffer_count = 3;
  params.extent_bytes = 16384;
  params.file_bytes_max = 40000;  // several files
  params.sync_interval = std::chrono::milliseconds(1);
  params.flush_interval = std::chrono::milliseconds(1);
  return params;
}

Recorded record(LogMode mode, SyncPolicy sync, std::uint64_t lists) {
  RecordingStorage storage;
  auto writer = LogWriter::create(storage, small_params(mode, sync), fixture_meta());
  EXPECT_TRUE(writer.has_value());
  for (std::uint64_t clid = 0; clid < lists; ++clid) EXPECT_TRUE(commit_fixture(**writer, clid));
  EXPECT_TRUE((*writer)->close().has_value());
  Recorded run{storage.operations(), {}};
  for (std::size_t at = 0; at <= run.operations.size(); ++at) {
    const bool is_new = at > 0 && run.operations[at - 1].kind == Kind::Write;
    if (!is_new) {
      run.lists_after.push_back(at == 0 ? 0 : run.lists_after.back());
      continue;
    }
    auto source = make_memory_source(after_kill(run.operations, at, 0));
    run.lists_after.push_back(read_fixture(std::move(source)).lists);
  }
  EXPECT_EQ(run.lists_after.back(), lists);
  return run;
}

/// Lists in the longest row of batches from the first on that are on the disk.
std::uint64_t durable_lists(const Recorded& run, std::size_t at) {
  std::size_t end = 0;
  while (end < at) {
    const bool is_write = run.operations[end].kind == Kind::Write;
    if (is_write && !is_durable(run.operations, at, end)) break;
    ++end;
  }
  return run.lists_after[end];
}

bool is_nothing_yet(const FixtureRead& read) {
  return read.error == "log.not-a-log" && read.lists == 0;
}

bool lacks_only_zeros(const Recorded& run, std::size_t at, std::size_t torn_bytes) {
  if (at >= run.operations.size()) return true;
  const auto missing = std::span(run.operations[at].bytes).subspan(torn_bytes);
  return std::ranges::all_of(missing, [](std::byte byte) { return byte == std::byte{0}; });
}

/// A kill within operation `at`, the write torn anywhere.
void check_kill(const Recorded& run, std::size_t at, std::size_t torn_bytes) {
  FileImages images = after_kill(run.operations, at, torn_bytes);
  if (images.empty()) return;
  const FixtureRead read = read_fixture(make_memory_source(std::move(images)));
  if (is_nothing_yet(read)) {
    ASSERT_LE(at, 1U) << "only the header's own write can leave no log";
    return;
  }
  ASSERT_EQ(read.error, "") << at;
  ASSERT_TRUE(read.is_exact) << at;
  ASSERT_NE(read.tail.end, LogEnd::Damaged) << at;
  const std::uint64_t before = run.lists_after[at];
  const std::uint64_t with = run.lists_after[std::min(at + 1, run.operations.size())];
  // A batch whose missing bytes are zeros is whole where the space was reserved.
  const bool is_whole = lacks_only_zeros(run, at, torn_bytes) && read.lists == with;
  ASSERT_EQ(read.lists, is_whole ? with : before) << "operation " << at << ", " << torn_bytes;
}

void check_power_cut(const Recorded& run, std::size_t at, std::uint64_t seed, SyncPolicy sync) {
  const RandomStream draw(seed, "power");
  FileImages images = after_power_cut(run.operations, at, draw);
  if (images.empty()) return;
  const FixtureRead read = read_fixture(make_memory_source(std::move(images)));
  const std::uint64_t durable = durable_lists(run, at);
  if (is_nothing_yet(read)) {
    ASSERT_EQ(durable, 0U);
    return;
  }
  ASSERT_EQ(read.error, "") << at;
  ASSERT_TRUE(read.is_exact) << at;
  ASSERT_GE(read.lists, durable) << "at operation " << at;
  // A power cut is no damage: no footer vouches for what a sync did not cover.
  if (sync != SyncPolicy::None) {
    ASSERT_NE(read.tail.end, LogEnd::Damaged) << at;
  }
}

class Crash : public testing::TestWithParam<std::tuple<LogMode, SyncPolicy>> {};

TEST_P(Crash, of_the_process_at_1000_points_leaves_every_batch_that_was_written) {
  const auto [mode, sync] = GetParam();
  const Recorded run = record(mode, sync, 3000);
  const RandomStream draw(1, "kill");
  for (std::uint64_t point = 0; point < 1000; ++point) {
    const auto at = static_cast<std::size_t>(draw.below(run.operations.size() + 1, 0, point));
    const std::size_t bytes = at < run.operations.size() ? run.operations[at].bytes.size() : 0;
    const auto torn = static_cast<std::size_t>(draw.below(bytes + 1, 1, point));
    ASSERT_NO_FATAL_FAILURE(check_kill(run, at, torn));
  }
}

TEST_P(Crash, of_the_power_at_1000_points_loses_nothing_that_was_synced) {
  const auto [mode, sync] = GetParam();
  const Recorded run = record(mode, sync, 3000);
  const RandomStream draw(2, "cut");
  for (std::uint64_t point = 0; point < 1000; ++point) {
    const auto at = static_cast<std::size_t>(draw.below(run.operations.size() + 1, 0, point));
    ASSERT_NO_FATAL_FAILURE(check_power_cut(run, at, point, sync));
  }
}

std::string name_of(const testing::TestParamInfo<Crash::ParamType>& info) {
  const auto [mode, sync] = info.param;
  const char* policy = sync == SyncPolicy::None       ? "none"
                       : sync == SyncPolicy::Interval ? "interval"
                                                      : "every_batch";
  return std::string(mode == LogMode::Sync ? "sync_" : "async_") + policy;
}

INSTANTIATE_TEST_SUITE_P(Log, Crash,
                         testing::Combine(testing::Values(LogMode::Sync, LogMode::Async),
                                          testing::Values(SyncPolicy::None, SyncPolicy::Interval,
                                                          SyncPolicy::EveryBatch)),
                         name_of);

TEST(CrashPolicies, every_batch_loses_one_batch_at_most) {
  const Recorded run = record(LogMode::Async, SyncPolicy::EveryBatch, 2000);
  // Before each batch is written, the one before it is on the disk.
  std::size_t writes = 0;
  for (std::size_t at = 0; at < run.operations.size(); ++at) {
    if (run.operations[at].kind != Kind::Write) continue;
    std::size_t unsynced = 0;
    for (std::size_t i = 0; i < at; ++i) {
      const bool is_batch = run.operations[i].kind == Kind::Write &&
                            run.operations[i].bytes.size() != kFileHeaderBytes;
      if (is_batch && !is_durable(run.operations, at, i)) ++unsynced;
    }
    ASSERT_EQ(unsynced, 0U) << at;
    ++writes;
  }
  EXPECT_GT(writes, 20U);
}

/// Writes lists until it is killed; tells through a pipe how many are committed
/// and, by `flush`, handed to the system.
[[noreturn]] void write_until_killed(const std::string& base, int told) {
  auto storage = make_posix_storage();
  LogWriterParams params = small_params(LogMode::Async, SyncPolicy::Interval);
  params.base = base;
  params.file_bytes_max = std::uint64_t{1} << 30;
  auto writer = LogWriter::create(*storage, params, fixture_meta());
  if (!writer) ::_exit(1);
  for (std::uint64_t clid = 0;; ++clid) {
    static_cast<void>(commit_fixture(**writer, clid));
    if (clid % 64 != 63) continue;
    static_cast<void>((*writer)->flush());
    const std::uint64_t committed = clid + 1;
    if (::write(told, &committed, sizeof committed) != sizeof committed) ::_exit(2);
  }
}

TEST(Kill9, fifty_times_leaves_a_prefix_that_recovers_and_is_clean_then) {
  const RandomStream draw(3, "kill -9");
  for (std::uint64_t round = 0; round < 50; ++round) {
    const heddle::test::TempDirectory directory;
    const std::string base = directory.file("log");
    int ends[2] = {-1, -1};
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) write_until_killed(base, ends[1]);
    ::close(ends[1]);
    // Some word of progress, then some more work, then the end.
    std::uint64_t committed = 0;
    const std::uint64_t words = 1 + draw.below(20, 0, round);
    for (std::uint64_t i = 0; i < words; ++i) {
      ASSERT_EQ(::read(ends[0], &committed, sizeof committed),
                static_cast<ssize_t>(sizeof committed));
    }
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    ASSERT_EQ(::waitpid(child, nullptr, 0), child);
    ::close(ends[0]);
    auto source = open_log_files(base);
    ASSERT_TRUE(source.has_value());
    const FixtureRead read = read_fixture(std::move(*source));
    EXPECT_EQ(read.error, "");
    EXPECT_TRUE(read.is_exact);
    EXPECT_EQ(read.tail.end, LogEnd::CutOff);
    EXPECT_GE(read.lists, committed) << "what was flushed is in the system's hands";
    const auto recovered = recover_log(base);
    ASSERT_TRUE(recovered.has_value()) << recovered.error().to_string();
    auto again = open_log_files(base);
    ASSERT_TRUE(again.has_value());
    const FixtureRead after = read_fixture(std::move(*again));
    EXPECT_EQ(after.tail.end, LogEnd::Clean);
    EXPECT_EQ(after.lists, read.lists);
    EXPECT_TRUE(after.is_exact);
  }
}

}  // namespace
}  // namespace heddle::flow::log::test
