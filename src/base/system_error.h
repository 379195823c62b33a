// What the system says about an error number; thread-safe, unlike strerror.
#pragma once

#include <string>
#include <system_error>

namespace heddle {

[[nodiscard]] inline std::string system_error_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace heddle
