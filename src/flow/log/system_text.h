// What the system says about an error number.
#pragma once

#include <string>
#include <system_error>

namespace heddle::flow::log {

[[nodiscard]] inline std::string system_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace heddle::flow::log
