// Files by pread; strings as they are.
#include "trace/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "heddle/base/check.h"
#include "heddle/base/diagnostics.h"

namespace heddle::trace {
namespace {

class FileSource final : public ByteSource {
 public:
  FileSource(std::string path, int descriptor, std::uint64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}
  ~FileSource() override { ::close(descriptor_); }

  std::uint64_t size() const override { return size_; }
  const std::string& name() const override { return path_; }
  Result<std::string> read(std::uint64_t at, std::size_t size) override;

 private:
  std::string path_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

Result<std::string> FileSource::read(std::uint64_t at, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const ssize_t got =
        ::pread(descriptor_, bytes.data() + done, size - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      return fail(heddle::diag::kFileReadFailed, {path_},
                  {path_, got < 0 ? std::strerror(errno) : "it became shorter"});
    }
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

class StringSource final : public ByteSource {
 public:
  StringSource(std::string bytes, std::string name)
      : bytes_(std::move(bytes)), name_(std::move(name)) {}

  std::uint64_t size() const override { return bytes_.size(); }
  const std::string& name() const override { return name_; }
  Result<std::string> read(std::uint64_t at, std::size_t size) override {
    HEDDLE_CHECK(at + size <= bytes_.size());
    return bytes_.substr(static_cast<std::size_t>(at), size);
  }

 private:
  std::string bytes_;
  std::string name_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> open_file_source(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return fail(heddle::diag::kFileNotFound, {path}, {path});
  if (descriptor < 0)
    return fail(heddle::diag::kFileReadFailed, {path}, {path, std::strerror(errno)});
  struct stat info = {};
  const bool is_file = ::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode);
  if (!is_file) {
    ::close(descriptor);
    return fail(heddle::diag::kFileReadFailed, {path}, {path, "it is not a regular file"});
  }
  return std::make_unique<FileSource>(path, descriptor, static_cast<std::uint64_t>(info.st_size));
}

std::unique_ptr<ByteSource> make_string_source(std::string bytes, std::string name) {
  return std::make_unique<StringSource>(std::move(bytes), std::move(name));
}

}  // namespace heddle::trace
