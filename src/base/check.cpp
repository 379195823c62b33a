// The end of a process that found a bug of ours.
#include "heddle/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace heddle {

void check_failed(const char* condition, const std::source_location& where) noexcept {
  std::fprintf(stderr, "%s:%u: check failed: %s (this is a bug in heddle)\n", where.file_name(),
               where.line(), condition);
  std::abort();
}

}  // namespace heddle
