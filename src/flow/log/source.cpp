// Bytes for the reader: files of the system, and files in memory. Files are read
// and never mapped, for one that shrinks under a map ends the process.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "flow/log/system_text.h"
#include "heddle/base/check.h"
#include "heddle/base/file.h"
#include "heddle/flow/log_diagnostics.h"
#include "heddle/flow/log_file.h"
#include "heddle/flow/log_reader.h"

namespace heddle::flow::log {
namespace {

class FilesSource final : public LogSource {
 public:
  explicit FilesSource(std::string base) : base_(std::move(base)) {}
  ~FilesSource() override {
    for (const File& file : files_) ::close(file.descriptor);
  }
  FilesSource(const FilesSource&) = delete;
  FilesSource& operator=(const FilesSource&) = delete;

  std::uint32_t file_count() const override { return static_cast<std::uint32_t>(files_.size()); }
  std::uint64_t size_bytes(std::uint32_t file) const override { return files_[file].size; }
  std::string name(std::uint32_t file) const override { return log_file_path(base_, file); }

  Status read(std::uint32_t file, std::uint64_t offset, std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got = ::pread(files_[file].descriptor, out.data() + done, out.size() - done,
                                  static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return read_failure(name(file), errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    if (done < out.size()) std::memset(out.data() + done, 0, out.size() - done);
    return {};
  }

  Status refresh() override {
    for (std::uint32_t i = 0; i < file_count(); ++i) HEDDLE_TRY_STATUS(measure(i));
    while (file_count() < kFileCountMax) {
      const std::string path = name(file_count());
      const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
      if (descriptor < 0 && errno == ENOENT) break;
      if (descriptor < 0) return read_failure(path, errno);
      files_.push_back({descriptor, 0});
      HEDDLE_TRY_STATUS(measure(file_count() - 1));
    }
    return {};
  }

  /// A file of a higher number without the ones before it is a lost file.
  Status check_row() const {
    const std::uint32_t first = file_count();
    for (std::uint32_t i = first + 1; i < std::min(first + kLookAhead, kFileCountMax); ++i) {
      if (path_exists(name(i))) return fail(diag::kNotFound, {name(first)}, {name(first)});
    }
    if (first == 0) return fail(diag::kNotFound, {name(0)}, {base_});
    return {};
  }

 private:
  static constexpr std::uint32_t kLookAhead = 8;
  struct File {
    int descriptor = -1;
    std::uint64_t size = 0;
  };

  static Failure read_failure(const std::string& path, int error) {
    return fail(diag::kReadFailed, {path}, {path, system_text(error)});
  }

  Status measure(std::uint32_t file) {
    struct stat info{};
    if (::fstat(files_[file].descriptor, &info) != 0) return read_failure(name(file), errno);
    if (!S_ISREG(info.st_mode)) return read_failure(name(file), EINVAL);
    files_[file].size = static_cast<std::uint64_t>(info.st_size);
    return {};
  }

  std::string base_;
  std::vector<File> files_;
};

class MemorySource final : public LogSource {
 public:
  explicit MemorySource(std::vector<std::vector<std::byte>> files) : files_(std::move(files)) {}

  std::uint32_t file_count() const override { return static_cast<std::uint32_t>(files_.size()); }
  std::uint64_t size_bytes(std::uint32_t file) const override { return files_[file].size(); }
  std::string name(std::uint32_t file) const override { return log_file_path("memory", file); }

  Status read(std::uint32_t file, std::uint64_t offset, std::span<std::byte> out) override {
    const std::vector<std::byte>& bytes = files_[file];
    const std::size_t begin =
        static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes.size()));
    const std::size_t count = std::min(out.size(), bytes.size() - begin);
    if (count > 0) std::memcpy(out.data(), bytes.data() + begin, count);
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(count), out.end(), std::byte{0});
    return {};
  }

 private:
  std::vector<std::vector<std::byte>> files_;
};

}  // namespace

Result<std::unique_ptr<LogSource>> open_log_files(const std::string& base) {
  auto source = std::make_unique<FilesSource>(base);
  HEDDLE_TRY_STATUS(source->refresh());
  HEDDLE_TRY_STATUS(source->check_row());
  return std::unique_ptr<LogSource>(std::move(source));
}

std::unique_ptr<LogSource> make_memory_source(std::vector<std::vector<std::byte>> files) {
  return std::make_unique<MemorySource>(std::move(files));
}

}  // namespace heddle::flow::log
