// What the log writer asks of a file, and no more, so that a test can take the
// file's place, remember every write and sync, and show what a crash leaves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "heddle/base/result.h"

namespace heddle::flow::log {

/// Pieces that are written as one.
using ByteParts = std::span<const std::span<const std::byte>>;

/// One file of a log. Threads: `write` and `truncate` are called by one thread
/// at a time; `extend` and `sync` may run beside them on another.
/// Errors of all: log.write-failed.
class LogFile {
 public:
  virtual ~LogFile() = default;

  /// Puts the parts at `offset`, one after the other, by one system call unless
  /// that took only a part of them.
  virtual Status write(std::uint64_t offset, ByteParts parts) = 0;
  /// Asks for space up to `bytes`, which reads as zeros. A file system that
  /// cannot reserve, or is full, is no error: the write to come will tell.
  virtual Status extend(std::uint64_t bytes) = 0;
  /// What was written before the call survives a power cut once this returns.
  virtual Status sync() = 0;
  /// Cuts everything from `bytes` on.
  virtual Status truncate(std::uint64_t bytes) = 0;

 protected:
  LogFile() = default;
  LogFile(const LogFile&) = default;
  LogFile& operator=(const LogFile&) = default;
};

/// Makes the files of a log.
class LogStorage {
 public:
  virtual ~LogStorage() = default;

  /// A new file. Errors: log.exists where there is one, log.write-failed.
  virtual Result<std::unique_ptr<LogFile>> create(const std::string& path) = 0;

 protected:
  LogStorage() = default;
  LogStorage(const LogStorage&) = default;
  LogStorage& operator=(const LogStorage&) = default;
};

/// Files of the operating system.
[[nodiscard]] std::unique_ptr<LogStorage> make_posix_storage();

/// `base.NNN.hlog`.
[[nodiscard]] std::string log_file_path(const std::string& base, std::uint32_t file_index);

/// The base of what a user names: `run/log` for itself, `run/log.000.hlog`, and
/// for the directory `run` where it holds just one log.
/// Errors: log.not-found, log.ambiguous.
[[nodiscard]] Result<std::string> find_log(const std::string& named);

}  // namespace heddle::flow::log
