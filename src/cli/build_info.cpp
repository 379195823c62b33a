#include "cli/build_info.h"

#include "heddle_build_commit.h"
#include "heddle_build_info.h"

namespace heddle::cli {

const BuildInfo& build_info() {
  static constexpr BuildInfo info{HEDDLE_BUILD_VERSION, HEDDLE_BUILD_COMMIT, HEDDLE_BUILD_COMPILER,
                                  HEDDLE_BUILD_PRESET,  HEDDLE_BUILD_FLAGS,  HEDDLE_BUILD_FEATURES};
  return info;
}

std::string version_short(const BuildInfo& info) {
  return std::string(info.version) + " (" + std::string(info.commit) + ")";
}

std::string version_text(const BuildInfo& info) {
  std::string text = "heddle " + version_short(info);
  const auto line = [&text](std::string_view name, std::string_view value) {
    text.append("\n  ").append(name).append(value);
  };
  line("compiler  ", info.compiler);
  line("preset    ", info.preset);
  line("flags     ", info.flags);
  line("features  ", info.features);
  return text;
}

}  // namespace heddle::cli
