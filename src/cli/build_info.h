// How this program was built. Only the command line holds it, so that a commit
// relinks one program and recompiles one small file.
#pragma once

#include <string>
#include <string_view>

namespace heddle::cli {

struct BuildInfo {
  std::string_view version;   ///< of the release: `0.1.0`
  std::string_view commit;    ///< `git describe --always --dirty`, or `unknown` outside a clone
  std::string_view compiler;  ///< name and version
  std::string_view preset;    ///< of CMake, or `none`
  std::string_view flags;     ///< of the C++ compiler, warnings left out
  std::string_view features;  ///< optional parts in this build, or `none`
};

[[nodiscard]] const BuildInfo& build_info();

/// The text of `heddle --version`: the version on the first line, one fact a line after it.
[[nodiscard]] std::string version_text(const BuildInfo& info);

/// `0.1.0 (abc1234)`: what a report records.
[[nodiscard]] std::string version_short(const BuildInfo& info);

}  // namespace heddle::cli
