// A disk that becomes full: files may not grow beyond a size for a while.
#pragma once

#include <sys/resource.h>

#include <csignal>

namespace heddle::trace::test {

/// Lowers RLIMIT_FSIZE while it lives; writes beyond it fail with EFBIG.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, old_handler_);
  }

 private:
  rlimit before_ = {};
  void (*old_handler_)(int) = nullptr;
};

}  // namespace heddle::trace::test
