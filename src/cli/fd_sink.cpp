#include "cli/fd_sink.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "heddle/base/diagnostics.h"

namespace heddle::cli {

void FdSink::write(std::string_view bytes) {
  while (!bytes.empty() && failure_ == 0) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      failure_ = errno;
    }
  }
}

Status FdSink::status() const {
  if (failure_ == 0) return {};
  return fail(heddle::diag::kFileWriteFailed, {},
              {name_, std::generic_category().message(failure_)});
}

}  // namespace heddle::cli
