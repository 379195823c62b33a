// Appending is measured into memory that was touched before: the files of the first
// half take bytes and forget them, so what is left is copying, checksums, footers
// and turning buffers. The sync policies write real files, in turn, beside work that
// makes about 50 MB a second: faster than that the disk is measured, not the policy.
#include "flow/log_rows.h"

#include <fmt/format.h>
#include <time.h>

#include <filesystem>

#include "heddle/flow/log_writer.h"

namespace heddle::bench {
namespace {

namespace log = flow::log;

class ForgetfulFile final : public log::LogFile {
 public:
  Status write(std::uint64_t, log::ByteParts) override { return {}; }
  Status extend(std::uint64_t) override { return {}; }
  Status sync() override { return {}; }
  Status truncate(std::uint64_t) override { return {}; }
};

class ForgetfulStorage final : public log::LogStorage {
 public:
  Result<std::unique_ptr<log::LogFile>> create(const std::string&) override {
    return std::unique_ptr<log::LogFile>(std::make_unique<ForgetfulFile>());
  }
};

double now_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Nanoseconds a record of this thread, `count` records of `bytes` each.
Result<double> append_round(std::size_t bytes, std::uint64_t count) {
  ForgetfulStorage storage;
  log::LogWriterParams params;
  params.base = "log";
  params.mode = log::LogMode::Sync;
  params.sync = log::SyncPolicy::None;
  params.file_bytes_max = std::uint64_t{1} << 50;
  HEDDLE_TRY(const auto writer, log::LogWriter::create(storage, params, {}));
  std::vector<std::byte> payload(bytes, std::byte{7});
  const double begin = now_ns(CLOCK_THREAD_CPUTIME_ID);
  for (std::uint64_t clid = 0; clid < count; ++clid) {
    if (!writer->begin(clid, log::record_bytes(bytes))) break;
    writer->add(log::Stream::Data, log::kKindOnly, std::span<const std::byte>(payload));
    writer->commit();
  }
  const double end = now_ns(CLOCK_THREAD_CPUTIME_ID);
  HEDDLE_TRY_STATUS(writer->close());
  return (end - begin) / static_cast<double>(count);
}

struct AppendCase {
  std::size_t bytes = 0;
  std::optional<double> target_ns = {};
};

Result<std::vector<Row>> append_rows(const LogBenchParams& params) {
  const std::vector<AppendCase> cases = {{16, {}},      {64, 40.0}, {256, {}},
                                         {1024, 250.0}, {4096, {}}, {65536, {}}};
  std::vector<Row> rows;
  for (const AppendCase& one : cases) {
    rows.push_back({.name = fmt::format("log append, {} B records", one.bytes),
                    .unit = "ns/record",
                    .lower_is_better = true,
                    .target = one.target_ns,
                    .note = "CPU time of the committing thread, into touched memory",
                    .command = params.command});
  }
  Row rate{.name = "log append, 64 KiB records, rate",
           .unit = "GB/s",
           .target = 2.0,
           .note = "into touched memory",
           .command = params.command};
  for (std::size_t round = 0; round < params.rounds; ++round) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const std::uint64_t count =
          std::max<std::uint64_t>(1, params.append_bytes / (cases[i].bytes + 32));
      HEDDLE_TRY(const double ns, append_round(cases[i].bytes, count));
      rows[i].runs.push_back(ns);
      if (cases[i].bytes == 65536) rate.runs.push_back(65536.0 / ns);
    }
  }
  rows.push_back(std::move(rate));
  return rows;
}

struct PolicyCase {
  const char* name = "";
  log::SyncPolicy policy = log::SyncPolicy::None;
};

/// A task's work: about 20 us, always the same instructions.
std::uint64_t work(std::uint64_t value) {
  constexpr int kTurns = 20'000;
  for (int i = 0; i < kTurns; ++i) {
    value = value * 6364136223846793005ULL + 1442695040888963407ULL;
    __asm__ volatile("" : "+r"(value));
  }
  return value;
}

/// Nanoseconds of wall time a list: work, then 1 KiB of it into the log.
Result<double> sync_round(const LogBenchParams& params, log::SyncPolicy policy) {
  const auto storage = log::make_posix_storage();
  log::LogWriterParams with;
  with.base = params.directory + "/sync_bench";
  with.sync = policy;
  const std::string path = log::log_file_path(with.base, 0);
  std::error_code error;
  std::filesystem::remove(path, error);
  HEDDLE_TRY(const auto writer, log::LogWriter::create(*storage, with, {}));
  std::vector<std::byte> payload(1024, std::byte{7});
  const double begin = now_ns(CLOCK_MONOTONIC);
  for (std::uint64_t clid = 0; clid < params.sync_lists; ++clid) {
    payload[0] = static_cast<std::byte>(work(clid));
    if (!writer->begin(clid, log::record_bytes(payload.size()))) break;
    writer->add(log::Stream::Data, log::kKindOnly, std::span<const std::byte>(payload));
    writer->commit();
  }
  HEDDLE_TRY_STATUS(writer->flush());
  const double end = now_ns(CLOCK_MONOTONIC);
  HEDDLE_TRY_STATUS(writer->close());
  std::filesystem::remove(path, error);
  return (end - begin) / static_cast<double>(params.sync_lists);
}

Result<std::vector<Row>> sync_rows(const LogBenchParams& params) {
  const std::vector<PolicyCase> cases = {{"none", log::SyncPolicy::None},
                                         {"interval_ms", log::SyncPolicy::Interval},
                                         {"every_batch", log::SyncPolicy::EveryBatch}};
  std::vector<Row> rows;
  for (const PolicyCase& one : cases) {
    rows.push_back({.name = fmt::format("log sync policy {}, 1 KiB lists", one.name),
                    .unit = "ns/list",
                    .lower_is_better = true,
                    .note = "wall time, 20 us of work a list, until the system has all",
                    .command = params.command});
  }
  HEDDLE_TRY(const double warm, sync_round(params, log::SyncPolicy::None));
  static_cast<void>(warm);
  for (std::size_t round = 0; round < params.rounds; ++round) {
    for (std::size_t i = 0; i < cases.size(); ++i) {
      HEDDLE_TRY(const double ns, sync_round(params, cases[i].policy));
      rows[i].runs.push_back(ns);
    }
  }
  const double none = spread_of(rows[0].runs).median;
  rows[1].target = 1.05 * none;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    rows[i].peer = "policy none";
    rows[i].peer_runs = rows[0].runs;
  }
  return rows;
}

}  // namespace

Result<std::vector<Row>> log_rows(const LogBenchParams& params) {
  HEDDLE_TRY(std::vector<Row> rows, append_rows(params));
  HEDDLE_TRY(const std::vector<Row> policies, sync_rows(params));
  rows.insert(rows.end(), policies.begin(), policies.end());
  return rows;
}

}  // namespace heddle::bench
