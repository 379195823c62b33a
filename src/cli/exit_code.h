// The process's exit codes, which scripts may rely on.
#pragma once

#include "heddle/base/diagnostic.h"

namespace heddle::cli {

enum class ExitCode : int {
  Ok = 0,
  CheckFailed = 1,    ///< the run worked, its check did not
  Usage = 2,          ///< usage or bad input
  Corrupt = 3,        ///< data that a program wrote is damaged
  Environment = 4,    ///< no such device, full disk, missing tool
  Interrupted = 130,  ///< Ctrl-C
};

/// Which code a cause asks for.
[[nodiscard]] constexpr ExitCode exit_code_of(Cause cause) {
  switch (cause) {
    case Cause::Input: return ExitCode::Usage;
    case Cause::Mismatch: return ExitCode::CheckFailed;
    case Cause::Corrupt: return ExitCode::Corrupt;
    case Cause::Environment: return ExitCode::Environment;
  }
  return ExitCode::Usage;
}

}  // namespace heddle::cli
