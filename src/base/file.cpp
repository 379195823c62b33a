// Whole files over POSIX descriptors: every error number is looked at.
#include "heddle/base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/system_error.h"
#include "heddle/base/diagnostics.h"
#include "heddle/base/output_file.h"

namespace heddle {
namespace {

/// Closes on the way out.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_ = -1;
};

Failure read_failure(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) return fail(diag::kFileNotFound, {path}, {path});
  return fail(diag::kFileReadFailed, {path}, {path, system_error_text(error)});
}

Failure write_failure(const std::string& path, int error) {
  return fail(diag::kFileWriteFailed, {path}, {path, system_error_text(error)});
}

/// Makes the rename itself survive a power cut. Some file systems refuse; then
/// there is nothing more to do.
void sync_directory(const std::string& path) {
  const std::string parent(parent_path(path));
  const Descriptor directory(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

/// Writes all of `bytes` and waits for the disk. Zero, or the error number.
int write_and_sync(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

Result<std::string> read_file(const std::string& path, std::uint64_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return read_failure(path, errno);
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return read_failure(path, errno);
  const auto expected = static_cast<std::uint64_t>(info.st_size);
  const auto too_large = [&] {
    return fail(diag::kFileTooLarge, {path}, {path, std::to_string(bytes_max)});
  };
  if (S_ISREG(info.st_mode) && expected > bytes_max) return too_large();

  constexpr std::size_t kChunkBytes = std::size_t{64} << 10;
  std::string out;
  std::size_t used = 0;
  // One byte more than the size, so that the last read meets the end.
  if (S_ISREG(info.st_mode)) out.resize(static_cast<std::size_t>(expected) + 1);
  while (true) {
    if (used == out.size()) out.resize(out.size() + std::max(kChunkBytes, out.size() / 2));
    const ssize_t got = ::read(file.get(), out.data() + used, out.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return read_failure(path, errno);
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > bytes_max) return too_large();
  }
  out.resize(used);
  return out;
}

Status write_file_atomic(const std::string& path, std::string_view bytes) {
  // One process writes a path once at a time; what a crash left is replaced.
  const std::string temporary = path + ".partial-" + std::to_string(::getpid());
  int error = 0;
  {
    const Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) return write_failure(path, errno);
    error = write_and_sync(file.get(), bytes);
  }
  if (error == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error != 0) {
    ::unlink(temporary.c_str());
    return write_failure(path, error);
  }
  sync_directory(path);
  return {};
}

Status make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return write_failure(path, error.value());
  if (!is_directory(path)) return write_failure(path, ENOTDIR);
  return {};
}

bool path_exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty() || name.starts_with('/')) return std::string(name);
  std::string out(directory);
  if (!name.empty() && !out.ends_with('/')) out += '/';
  out += name;
  return out;
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view file_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

}  // namespace heddle
