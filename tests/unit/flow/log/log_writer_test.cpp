// Writer and reader together: what goes in comes out, whatever the buffers, the
// files and the disk do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <thread>

#include "heddle/base/file.h"
#include "heddle/flow/log_data.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_recover.h"
#include "support/flow/log_fixture.h"
#include "support/flow/recording_storage.h"
#include "support/temp_directory.h"

namespace heddle::flow::log::test {
namespace {

using heddle::test::TempDirectory;
using Kind = FileOperation::Kind;

LogWriterParams params_with(LogMode mode) {
  LogWriterParams params;
  params.base = "log";
  params.id = kTestId;
  params.mode = mode;
  params.sync = SyncPolicy::None;
  params.batch_bytes = 4096;
  params.buffer_count = 2;
  params.extent_bytes = 8192;
  params.flush_interval = std::chrono::milliseconds(1);
  return params;
}

std::string code_of(const Status& status) {
  return status ? "" : std::string(status.error().list().front().code());
}
template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : std::string(result.error().list().front().code());
}

class Modes : public testing::TestWithParam<LogMode> {};
INSTANTIATE_TEST_SUITE_P(Log, Modes, testing::Values(LogMode::Sync, LogMode::Async),
                         [](const auto& with) {
                           return with.param == LogMode::Sync ? "sync" : "async";
                         });

TEST_P(Modes, give_back_every_list_over_many_files) {
  RecordingStorage storage;
  LogWriterParams params = params_with(GetParam());
  params.file_bytes_max = 20000;
  auto writer = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  for (std::uint64_t clid = 0; clid < 2000; ++clid) ASSERT_TRUE(commit_fixture(**writer, clid));
  ASSERT_TRUE((*writer)->close().has_value());
  EXPECT_GT((*writer)->stats().files, 5U);
  EXPECT_EQ((*writer)->stats().commits, 2000U);
  const FixtureRead read = read_fixture(make_memory_source(storage.files()));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.lists, 2000U);
  EXPECT_TRUE(read.is_exact);
  EXPECT_EQ(read.tail.end, LogEnd::Clean);
  EXPECT_EQ(read.tail.commits, 2000U);
  EXPECT_EQ(read.tail.next_clid, 2000U);
}

TEST_P(Modes, take_a_record_larger_than_a_batch_an_extent_and_a_file) {
  RecordingStorage storage;
  LogWriterParams params = params_with(GetParam());
  params.file_bytes_max = 30000;
  auto writer = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  ASSERT_TRUE(commit_fixture(**writer, 0));
  ASSERT_TRUE(commit_fixture(**writer, 1, 100'000));
  ASSERT_TRUE(commit_fixture(**writer, 2));
  ASSERT_TRUE((*writer)->close().has_value());
  auto reader = LogReader::open(make_memory_source(storage.files()));
  ASSERT_TRUE(reader.has_value());
  RecordView record;
  std::vector<std::size_t> sizes;
  while (reader->next(record).value()) {
    if (record.stream != Stream::Data) continue;
    sizes.push_back(record.payload.size());
    if (sizes.size() == 2) {
      EXPECT_TRUE(std::ranges::equal(record.payload, fixture_list(1, 100'000)));
    }
  }
  EXPECT_THAT(sizes, testing::ElementsAre(fixture_list(0, fixture_bytes(0)).size(),
                                          fixture_list(1, 100'000).size(),
                                          fixture_list(2, fixture_bytes(2)).size()));
  EXPECT_EQ(reader->tail().end, LogEnd::Clean);
}

TEST_P(Modes, end_with_the_error_when_the_disk_fails_and_lose_nothing_written) {
  RecordingStorage storage;
  std::size_t writes = 0;
  storage.on_write = [&](const FileOperation&) -> Status {
    if (++writes <= 10) return {};
    return fail(diag::kWriteFailed, {"log"}, {"log", "Input/output error"});
  };
  auto writer = LogWriter::create(storage, params_with(GetParam()), fixture_meta());
  ASSERT_TRUE(writer.has_value());
  std::uint64_t accepted = 0;
  // Ends by itself: neither a dead flusher nor a full row of buffers holds it up.
  while (commit_fixture(**writer, accepted)) ++accepted;
  EXPECT_TRUE((*writer)->has_failed());
  EXPECT_EQ(code_of((*writer)->close()), "log.write-failed");
  EXPECT_FALSE(commit_fixture(**writer, accepted));
  const FixtureRead read = read_fixture(make_memory_source(storage.files()));
  EXPECT_EQ(read.tail.end, LogEnd::CutOff);
  EXPECT_EQ(read.tail.lost_bytes, 0U) << "half a batch was taken back";
  EXPECT_TRUE(read.is_exact);
  EXPECT_GT(read.lists, 0U);
  EXPECT_EQ(read.tail.batches, 9U) << "ten writes, one of them the header's";
}

/// Holds the flusher in its write until it is let go.
struct Gate {
  std::mutex mutex;
  std::condition_variable opened;
  bool is_open = true;

  void set(bool open) {
    {
      const std::lock_guard lock(mutex);
      is_open = open;
    }
    opened.notify_all();
  }
  Status pass(const FileOperation&) {
    std::unique_lock lock(mutex);
    opened.wait(lock, [this] { return is_open; });
    return {};
  }
};

TEST(FullLog, drops_lists_counts_them_and_writes_a_gap) {
  RecordingStorage storage;
  Gate gate;
  storage.on_write = [&](const FileOperation& write) { return gate.pass(write); };
  LogWriterParams params = params_with(LogMode::Async);
  params.full = FullPolicy::Drop;
  auto writer = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  gate.set(false);
  std::uint64_t clid = 0;
  while ((*writer)->stats().dropped < 100) static_cast<void>(commit_fixture(**writer, clid++));
  gate.set(true);
  ASSERT_TRUE((*writer)->flush().has_value());
  ASSERT_TRUE(commit_fixture(**writer, clid));
  ASSERT_TRUE((*writer)->close().has_value());
  auto reader = LogReader::open(make_memory_source(storage.files()));
  ASSERT_TRUE(reader.has_value());
  RecordView record;
  LoggedGap gap;
  std::uint64_t dropped = 0;
  std::uint64_t lists = 0;
  while (reader->next(record).value()) {
    lists += record.stream == Stream::Data ? 1 : 0;
    if (record.stream != Stream::Lifecycle ||
        record.kind != static_cast<std::uint8_t>(LifecycleKind::Gap)) {
      continue;
    }
    ASSERT_TRUE(read_gap(record, gap));
    dropped += gap.count;
  }
  EXPECT_EQ(dropped, (*writer)->stats().dropped);
  EXPECT_EQ(lists + dropped, clid + 1) << "every list is there or counted";
  EXPECT_EQ(gap.last_clid, clid - 1);
}

TEST(FullLog, spills_into_memory_and_loses_nothing) {
  RecordingStorage storage;
  Gate gate;
  storage.on_write = [&](const FileOperation& write) { return gate.pass(write); };
  LogWriterParams params = params_with(LogMode::Async);
  params.full = FullPolicy::Spill;
  auto writer = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  gate.set(false);
  for (std::uint64_t clid = 0; clid < 1000; ++clid) ASSERT_TRUE(commit_fixture(**writer, clid));
  EXPECT_GT((*writer)->stats().spilled_buffers, 10U);
  EXPECT_EQ((*writer)->stats().waits, 0U);
  gate.set(true);
  ASSERT_TRUE((*writer)->close().has_value());
  EXPECT_EQ(read_fixture(make_memory_source(storage.files())).lists, 1000U);
}

TEST(FullLog, blocks_until_there_is_room_and_loses_nothing) {
  RecordingStorage storage;
  Gate gate;
  storage.on_write = [&](const FileOperation& write) { return gate.pass(write); };
  auto writer = LogWriter::create(storage, params_with(LogMode::Async), fixture_meta());
  ASSERT_TRUE(writer.has_value());
  gate.set(false);
  std::thread opener([&] {
    while ((*writer)->stats().waits == 0) std::this_thread::yield();
    gate.set(true);
  });
  for (std::uint64_t clid = 0; clid < 1000; ++clid) ASSERT_TRUE(commit_fixture(**writer, clid));
  opener.join();
  ASSERT_TRUE((*writer)->close().has_value());
  EXPECT_EQ(read_fixture(make_memory_source(storage.files())).lists, 1000U);
}

TEST(LogWriter, keeps_syncs_and_extensions_off_the_committing_thread) {
  RecordingStorage storage;
  LogWriterParams params = params_with(LogMode::Sync);
  params.sync = SyncPolicy::EveryBatch;
  auto writer = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  for (std::uint64_t clid = 0; clid < 500; ++clid) ASSERT_TRUE(commit_fixture(**writer, clid));
  ASSERT_TRUE((*writer)->flush().has_value());
  const LogWriterStats stats = (*writer)->stats();
  EXPECT_GE(stats.durable_batches + 1, stats.batches);
  ASSERT_TRUE((*writer)->close().has_value());
}

/// One data batch in the middle: bytes of it.
std::vector<std::byte> written_log(std::uint64_t lists, SyncPolicy sync = SyncPolicy::EveryBatch) {
  RecordingStorage storage;
  LogWriterParams params = params_with(LogMode::Sync);
  params.sync = sync;
  params.flush_interval = std::chrono::milliseconds(10'000);
  auto writer = LogWriter::create(storage, params, fixture_meta());
  for (std::uint64_t clid = 0; clid < lists; ++clid) commit_fixture(**writer, clid);
  EXPECT_TRUE((*writer)->close().has_value());
  return storage.files().front();
}

TEST(LogReader, detects_every_flipped_bit_and_never_hands_it_out) {
  const std::vector<std::byte> file = written_log(200);
  const FixtureRead whole = read_fixture(make_memory_source({file}));
  ASSERT_EQ(whole.tail.end, LogEnd::Clean);
  const RandomStream draw(5, "flip");
  for (std::uint64_t i = 0; i < 3000; ++i) {
    std::vector<std::byte> flipped = file;
    const auto bit = static_cast<std::size_t>(draw.below(file.size() * 8, 0, i));
    flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    const FixtureRead read = read_fixture(make_memory_source({flipped}));
    if (!read.error.empty()) {
      EXPECT_LT(bit / 8, kFileHeaderBytes) << read.error;
      continue;
    }
    ASSERT_TRUE(read.is_exact) << bit;
    ASSERT_NE(read.tail.end, LogEnd::Clean) << bit;
    if (read.lists < 200) {
      ASSERT_EQ(read.tail.end, LogEnd::Damaged) << bit << ": the end marker is behind";
    }
  }
}

TEST(LogReader, reads_an_exact_prefix_of_a_log_that_is_truncated_anywhere) {
  const std::vector<std::byte> file = written_log(100);
  std::uint64_t lists = 0;
  for (std::size_t size = 0; size < file.size(); ++size) {
    const FixtureRead read =
        read_fixture(make_memory_source({{file.begin(), file.begin() + static_cast<long>(size)}}));
    if (size < kFileHeaderBytes) {
      ASSERT_EQ(read.error, "log.not-a-log");
      continue;
    }
    ASSERT_EQ(read.error, "");
    ASSERT_EQ(read.tail.end, LogEnd::CutOff);
    ASSERT_TRUE(read.is_exact);
    ASSERT_GE(read.lists, lists);
    lists = read.lists;
  }
  EXPECT_EQ(lists, 100U);
}

TEST(LogReader, hands_out_nothing_of_a_first_batch_that_is_not_whole) {
  const std::vector<std::byte> file = written_log(10);
  for (std::size_t size = kFileHeaderBytes; size < kFileHeaderBytes + 400; ++size) {
    auto reader = LogReader::open(
        make_memory_source({{file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)}}));
    ASSERT_TRUE(reader.has_value());
    RecordView record;
    if (reader->tail().batches > 0) break;
    EXPECT_FALSE(reader->next(record).value()) << size;
    EXPECT_TRUE(reader->catalog().tasks.empty());
  }
}

TEST(LogReader, refuses_tables_that_come_after_the_first_batch) {
  RecordingStorage storage;
  auto writer = LogWriter::create(storage, params_with(LogMode::Sync), fixture_meta());
  const std::vector<MetaRecord> meta = fixture_meta();
  ASSERT_TRUE(
      (*writer)->add_alone(Stream::Meta, static_cast<std::uint8_t>(meta[3].kind), meta[3].payload));
  ASSERT_TRUE((*writer)->close().has_value());
  EXPECT_EQ(read_fixture(make_memory_source(storage.files())).error, "log.bad-meta");
}

TEST(LogReader, says_what_a_cut_off_log_lacks) {
  std::vector<std::byte> file = written_log(100);
  file.resize(file.size() - 3);
  const FixtureRead read = read_fixture(make_memory_source({file}));
  const Diagnostics told = tail_diagnostics(read.tail, "log.000.hlog");
  ASSERT_EQ(told.list().size(), 1U);
  EXPECT_EQ(told.list().front().code(), "log.cut-off");
  EXPECT_EQ(told.list().front().severity(), Severity::Warning);
  EXPECT_THAT(told.list().front().text(), testing::HasSubstr("after 100 lists"));
  EXPECT_TRUE(tail_diagnostics({.end = LogEnd::Clean, .why = ""}, "log").empty());
}

TEST(LogReader, refuses_what_is_no_log_other_versions_and_other_runs) {
  std::vector<std::byte> file = written_log(10);
  std::vector<std::byte> text(100, std::byte{'x'});
  EXPECT_EQ(read_fixture(make_memory_source({text})).error, "log.not-a-log");
  std::vector<std::byte> later = file;
  later[8] = std::byte{9};
  later[60] = later[61] = later[62] = later[63] = std::byte{0};
  EXPECT_EQ(read_fixture(make_memory_source({later})).error, "log.not-a-log")
      << "the checksum covers the version";

  RecordingStorage storage;
  LogWriterParams params = params_with(LogMode::Sync);
  params.id.low ^= 1;
  params.first_file_index = 1;
  auto other = LogWriter::create(storage, params, fixture_meta());
  ASSERT_TRUE((*other)->close().has_value());
  const FixtureRead mixed = read_fixture(make_memory_source({file, storage.files().front()}));
  EXPECT_EQ(mixed.error, "log.mixed-runs");
  EXPECT_EQ(mixed.lists, 10U);
}

TEST(LogReader, says_which_version_wrote_a_log_that_it_cannot_read) {
  std::vector<std::byte> file = written_log(1);
  file[8] = std::byte{9};
  // Sealed again as a writer of version 9 would.
  const std::uint32_t crc = [&] {
    std::uint32_t value = 0xFFFF'FFFFU;
    for (std::size_t i = 0; i < 60; ++i) {
      value ^= static_cast<std::uint8_t>(file[i]);
      for (int bit = 0; bit < 8; ++bit) {
        value = (value >> 1) ^ ((value & 1) != 0 ? 0x82F6'3B78U : 0U);
      }
    }
    return ~value;
  }();
  for (std::size_t i = 0; i < 4; ++i) file[60 + i] = static_cast<std::byte>(crc >> 8 * i);
  auto reader = LogReader::open(make_memory_source({file}));
  ASSERT_FALSE(reader.has_value());
  EXPECT_EQ(code_of(reader), "log.other-version");
  EXPECT_THAT(reader.error().to_string(), testing::HasSubstr("format version 9"));
}

TEST(LogReader, refuses_a_description_that_makes_no_sense) {
  RecordingStorage storage;
  std::vector<MetaRecord> meta = fixture_meta();
  std::swap(meta[1], meta[3]);  // a message before its type and task
  auto writer = LogWriter::create(storage, params_with(LogMode::Sync), meta);
  ASSERT_TRUE((*writer)->close().has_value());
  EXPECT_EQ(read_fixture(make_memory_source(storage.files())).error, "log.bad-meta");
}

TEST(LogReader, follows_a_log_that_grows) {
  const TempDirectory directory;
  auto storage = make_posix_storage();
  LogWriterParams params = params_with(LogMode::Async);
  params.base = directory.file("log");
  params.file_bytes_max = 20000;
  auto writer = LogWriter::create(*storage, params, fixture_meta());
  ASSERT_TRUE(writer.has_value());
  auto reader = LogReader::open(directory.path());
  ASSERT_TRUE(reader.has_value()) << reader.error().to_string();
  reader->follow();
  std::uint64_t seen = 0;
  const auto read_up_to = [&](std::uint64_t lists) {
    RecordView record;
    while (seen < lists) {
      const Result<bool> has_record = reader->next(record);
      ASSERT_TRUE(has_record.has_value()) << has_record.error().to_string();
      if (!*has_record) {
        std::this_thread::yield();
        continue;
      }
      if (record.stream != Stream::Data) continue;
      ASSERT_TRUE(std::ranges::equal(record.payload, fixture_list(seen, fixture_bytes(seen))));
      ++seen;
    }
  };
  // Each list is seen although no batch is full and nobody calls `flush`.
  for (std::uint64_t clid = 0; clid < 20; ++clid) {
    ASSERT_TRUE(commit_fixture(**writer, clid));
    ASSERT_NO_FATAL_FAILURE(read_up_to(clid + 1));
  }
  for (std::uint64_t clid = 20; clid < 1000; ++clid) ASSERT_TRUE(commit_fixture(**writer, clid));
  ASSERT_NO_FATAL_FAILURE(read_up_to(1000));
  EXPECT_EQ(reader->tail().end, LogEnd::Open);
  ASSERT_TRUE((*writer)->close().has_value());
  RecordView record;
  while (reader->tail().end == LogEnd::Open) static_cast<void>(reader->next(record));
  EXPECT_EQ(reader->tail().end, LogEnd::Clean);
}

TEST(LogFiles, are_found_by_base_file_and_directory) {
  const TempDirectory directory;
  EXPECT_EQ(code_of(find_log(directory.path())), "log.not-found");
  EXPECT_EQ(code_of(find_log(directory.file("log"))), "log.not-found");
  directory.write("log.000.hlog", "");
  EXPECT_EQ(find_log(directory.path()).value(), directory.file("log"));
  EXPECT_EQ(find_log(directory.file("log")).value(), directory.file("log"));
  EXPECT_EQ(find_log(directory.file("log.000.hlog")).value(), directory.file("log"));
  directory.write("other.000.hlog", "");
  EXPECT_EQ(code_of(find_log(directory.path())), "log.ambiguous");
  directory.write("log.002.hlog", "");
  EXPECT_EQ(code_of(open_log_files(directory.file("log"))), "log.not-found")
      << "file 001 is missing in the row";
  EXPECT_EQ(code_of(open_log_files(directory.file("none"))), "log.not-found");
}

TEST(LogFiles, cannot_be_made_twice_or_in_a_place_that_is_not_there) {
  const TempDirectory directory;
  auto storage = make_posix_storage();
  LogWriterParams params = params_with(LogMode::Sync);
  params.base = directory.file("log");
  auto first = LogWriter::create(*storage, params, fixture_meta());
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(code_of(LogWriter::create(*storage, params, fixture_meta())), "log.exists");
  params.base = directory.file("missing/log");
  EXPECT_EQ(code_of(LogWriter::create(*storage, params, fixture_meta())), "log.write-failed");
  params.base = directory.file("many");
  params.first_file_index = kFileCountMax;
  EXPECT_EQ(code_of(LogWriter::create(*storage, params, fixture_meta())), "log.too-many-files");
  directory.write("bad.000.hlog/inner", "");
  EXPECT_EQ(code_of(open_log_files(directory.file("bad"))), "log.read-failed")
      << "a directory in a file's place";
}

TEST(LogFiles, keep_what_was_committed_when_a_file_may_not_grow) {
  const TempDirectory directory;
  auto storage = make_posix_storage();
  LogWriterParams params = params_with(LogMode::Sync);
  params.base = directory.file("log");
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const rlimit bound{50'000, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &bound);
  auto writer = LogWriter::create(*storage, params, fixture_meta());
  std::uint64_t accepted = 0;
  if (writer) {
    while (accepted < 100'000 && commit_fixture(**writer, accepted)) ++accepted;
  }
  const std::string code = writer ? code_of((*writer)->close()) : "";
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(code, "log.write-failed");
  auto source = open_log_files(params.base);
  ASSERT_TRUE(source.has_value());
  const FixtureRead read = read_fixture(std::move(*source));
  EXPECT_EQ(read.error, "");
  EXPECT_TRUE(read.is_exact);
  EXPECT_EQ(read.tail.end, LogEnd::CutOff);
  EXPECT_GT(read.lists, 300U) << "nearly 50 kB of them";
  ASSERT_TRUE(recover_log(params.base).has_value());
  EXPECT_EQ(check_log(params.base).value().tail.end, LogEnd::Clean);
}

TEST(Recover, refuses_damage_unless_told_to_cut) {
  const TempDirectory directory;
  std::vector<std::byte> file = written_log(200);
  file[file.size() / 2] ^= std::byte{4};
  directory.write("log.000.hlog", {reinterpret_cast<const char*>(file.data()), file.size()});
  const Result<RecoverOutcome> refused = recover_log(directory.path());
  EXPECT_EQ(code_of(refused), "log.damaged");
  EXPECT_EQ(code_of(continue_log(directory.path())), "log.damaged");
  const Result<RecoverOutcome> cut = recover_log(directory.path(), {.may_cut = true});
  ASSERT_TRUE(cut.has_value());
  EXPECT_GT(cut->cut_bytes, 0U);
  auto source = open_log_files(directory.file("log"));
  const FixtureRead read = read_fixture(std::move(*source));
  EXPECT_EQ(read.tail.end, LogEnd::Clean);
  EXPECT_GT(read.lists, 0U);
  EXPECT_LT(read.lists, 200U);
  EXPECT_TRUE(read.is_exact);
  EXPECT_TRUE(recover_log(directory.path()).value().was_clean);
}

TEST(Append, goes_on_in_a_clean_log_and_is_refused_after_a_crash) {
  RecordingStorage before;
  const TempDirectory directory;
  auto storage = make_posix_storage();
  LogWriterParams params = params_with(LogMode::Sync);
  params.base = directory.file("log");
  {
    auto writer = LogWriter::create(*storage, params, fixture_meta());
    for (std::uint64_t clid = 0; clid < 50; ++clid) commit_fixture(**writer, clid);
    ASSERT_TRUE((*writer)->close(false).has_value()) << "as a crash leaves it, no end marker";
  }
  EXPECT_EQ(code_of(continue_log(directory.path())), "log.unclean");
  ASSERT_TRUE(recover_log(directory.path()).has_value());
  const Result<LogContinuation> next = continue_log(directory.path());
  ASSERT_TRUE(next.has_value());
  EXPECT_EQ(next->next_clid, 50U);
  params.first_file_index = next->next_file;
  params.first_batch = next->tail.batches;
  params.commit_count = next->tail.commits;
  params.first_sequences = next->tail.sequences;
  {
    auto writer = LogWriter::create(*storage, params, {});
    ASSERT_TRUE(writer.has_value());
    for (std::uint64_t clid = 50; clid < 120; ++clid) commit_fixture(**writer, clid);
    ASSERT_TRUE((*writer)->close().has_value());
  }
  auto source = open_log_files(params.base);
  const FixtureRead read = read_fixture(std::move(*source));
  EXPECT_EQ(read.error, "");
  EXPECT_EQ(read.lists, 120U);
  EXPECT_TRUE(read.is_exact);
  EXPECT_EQ(read.tail.end, LogEnd::Clean);
}

TEST(LogWriter, refuses_a_list_that_no_record_can_hold) {
  RecordingStorage storage;
  auto writer = LogWriter::create(storage, params_with(LogMode::Sync), fixture_meta());
  ASSERT_TRUE(writer.has_value());
  EXPECT_FALSE((*writer)->begin(7, kPayloadBytesMax + 1));
  EXPECT_EQ(code_of((*writer)->status()), "log.record-too-large");
}

TEST(Check, finds_records_whose_content_makes_no_sense) {
  RecordingStorage storage;
  auto writer = LogWriter::create(storage, params_with(LogMode::Sync), fixture_meta());
  ASSERT_TRUE(commit_fixture(**writer, 5));
  ASSERT_TRUE(commit_fixture(**writer, 5));  // its number does not grow
  std::vector<std::byte> list = fixture_list(6, 8);
  list.pop_back();
  ASSERT_TRUE((*writer)->add_alone(Stream::Data, kKindOnly, list));
  ASSERT_TRUE((*writer)->close().has_value());
  auto reader = LogReader::open(make_memory_source(storage.files()));
  const Result<LogCheck> check = check_log(*reader);
  ASSERT_TRUE(check.has_value());
  ASSERT_EQ(check->faults.list().size(), 2U) << check->faults.to_string();
  EXPECT_EQ(check->faults.list()[0].code(), "log.bad-record");
  EXPECT_THAT(check->faults.list()[1].text(), testing::HasSubstr("ends within a message"));
}

}  // namespace
}  // namespace heddle::flow::log::test
