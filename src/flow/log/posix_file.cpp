// Log files of the operating system: pwritev, fallocate, fdatasync. The name of
// a new file reaches the disk with the first sync, by way of its directory.
#include "flow/log/posix_file.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "flow/log/system_text.h"
#include "heddle/base/check.h"
#include "heddle/base/file.h"
#include "heddle/flow/log_diagnostics.h"

namespace heddle::flow::log {
namespace {

Failure write_failure(const std::string& path, int error) {
  return fail(diag::kWriteFailed, {path}, {path, system_text(error)});
}

class PosixFile final : public LogFile {
 public:
  PosixFile(std::string path, int descriptor) : path_(std::move(path)), descriptor_(descriptor) {}
  ~PosixFile() override { ::close(descriptor_); }
  PosixFile(const PosixFile&) = delete;
  PosixFile& operator=(const PosixFile&) = delete;

  Status write(std::uint64_t offset, ByteParts parts) override {
    HEDDLE_CHECK(parts.size() <= kPartsMax);
    std::array<iovec, kPartsMax> left{};
    std::size_t count = 0;
    for (const auto& part : parts) {
      if (part.empty()) continue;
      left[count++] = {const_cast<std::byte*>(part.data()), part.size()};
    }
    iovec* at = left.data();
    while (count > 0) {
      const ssize_t written =
          ::pwritev(descriptor_, at, static_cast<int>(count), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return write_failure(path_, written < 0 ? errno : EIO);
      offset += static_cast<std::uint64_t>(written);
      advance(at, count, static_cast<std::size_t>(written));
    }
    return {};
  }

  Status extend(std::uint64_t bytes) override {
    while (::fallocate(descriptor_, 0, 0, static_cast<off_t>(bytes)) != 0) {
      if (errno == EINTR) continue;
      constexpr std::array kTold{EOPNOTSUPP, ENOSPC, EDQUOT, EFBIG, ENOSYS};
      if (std::find(kTold.begin(), kTold.end(), errno) != kTold.end()) return {};
      return write_failure(path_, errno);
    }
    return {};
  }

  Status sync() override {
    if (::fdatasync(descriptor_) != 0) return write_failure(path_, errno);
    if (!has_synced_name_) HEDDLE_TRY_STATUS(sync_name());
    has_synced_name_ = true;
    return {};
  }

  Status truncate(std::uint64_t bytes) override {
    while (::ftruncate(descriptor_, static_cast<off_t>(bytes)) != 0) {
      if (errno != EINTR) return write_failure(path_, errno);
    }
    return {};
  }

 private:
  static constexpr std::size_t kPartsMax = 4;

  /// Leaves out the first `written` bytes.
  static void advance(iovec*& at, std::size_t& count, std::size_t written) {
    while (count > 0 && written >= at->iov_len) {
      written -= at->iov_len;
      ++at;
      --count;
    }
    if (count == 0) return;
    at->iov_base = static_cast<std::byte*>(at->iov_base) + written;
    at->iov_len -= written;
  }

  Status sync_name() {
    std::string directory(parent_path(path_));
    if (directory.empty()) directory = ".";
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return write_failure(directory, errno);
    const int outcome = ::fsync(descriptor);
    const int error = errno;
    ::close(descriptor);
    // Some file systems have nothing to sync in a directory and say so.
    if (outcome != 0 && error != EINVAL && error != EROFS) return write_failure(directory, error);
    return {};
  }

  std::string path_;
  int descriptor_ = -1;
  bool has_synced_name_ = false;
};

class PosixStorage final : public LogStorage {
 public:
  Result<std::unique_ptr<LogFile>> create(const std::string& path) override {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno == EEXIST) return fail(diag::kExists, {path}, {path});
    if (descriptor < 0) return write_failure(path, errno);
    return std::unique_ptr<LogFile>(std::make_unique<PosixFile>(path, descriptor));
  }
};

}  // namespace

Result<std::unique_ptr<LogFile>> open_log_file(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return write_failure(path, errno);
  return std::unique_ptr<LogFile>(std::make_unique<PosixFile>(path, descriptor));
}

Status remove_log_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return write_failure(path, errno);
  return {};
}

std::unique_ptr<LogStorage> make_posix_storage() {
  return std::make_unique<PosixStorage>();
}

}  // namespace heddle::flow::log
