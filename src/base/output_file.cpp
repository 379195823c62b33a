// Bytes gather in a buffer and go to the system in large writes. The first
// error number is kept; after it nothing is written, so the file on disk is a
// prefix of what was meant.
#include "heddle/base/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/system_error.h"
#include "heddle/base/check.h"
#include "heddle/base/diagnostics.h"

namespace heddle {

Result<std::unique_ptr<OutputFile>> OutputFile::create(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) {
    return fail(diag::kFileWriteFailed, {path}, {path, system_error_text(errno)});
  }
  return std::unique_ptr<OutputFile>(new OutputFile(path, descriptor));
}

OutputFile::OutputFile(std::string path, int descriptor)
    : path_(std::move(path)), descriptor_(descriptor) {
  buffer_.reserve(kBufferBytes);
}

OutputFile::~OutputFile() {
  static_cast<void>(close());
}

void OutputFile::write(std::string_view bytes) {
  HEDDLE_CHECK(descriptor_ >= 0);
  size_bytes_ += bytes.size();
  if (failure_ != 0) return;
  while (buffer_.size() + bytes.size() >= kBufferBytes) {
    const std::size_t room = kBufferBytes - buffer_.size();
    buffer_.append(bytes.substr(0, room));
    bytes.remove_prefix(room);
    drain();
    if (failure_ != 0) return;
  }
  buffer_.append(bytes);
}

void OutputFile::overwrite(std::uint64_t offset, std::string_view bytes) {
  HEDDLE_CHECK(descriptor_ >= 0);
  HEDDLE_CHECK(offset + bytes.size() <= size_bytes_);
  drain();
  while (failure_ == 0 && !bytes.empty()) {
    const ssize_t written =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      set_failure(errno);
      return;
    }
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

Status OutputFile::flush() {
  drain();
  return status();
}

Status OutputFile::close() {
  if (descriptor_ < 0) return status();
  drain();
  // On Linux the descriptor is gone even after EINTR; a retry could hit another file.
  if (::close(descriptor_) != 0 && errno != EINTR) set_failure(errno);
  descriptor_ = -1;
  return status();
}

Status OutputFile::status() const {
  if (failure_ == 0) return {};
  return fail(diag::kFileWriteFailed, {path_}, {path_, system_error_text(failure_)});
}

void OutputFile::drain() {
  std::string_view rest = buffer_;
  while (failure_ == 0 && !rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      set_failure(errno);
      break;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void OutputFile::set_failure(int error) {
  if (failure_ == 0) failure_ = error;
}

}  // namespace heddle
