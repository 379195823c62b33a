// From words to a command that runs. The one place where usage errors are made.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/session.h"
#include "cli/signal_catcher.h"

namespace heddle::cli {

/// Parses `words` (without the program's name) by the tree `root` and runs the
/// leaf they name. `--help` prints on `session.out()`. Every leaf also takes
/// the common options of `common_options`.
/// Errors: cli.unknown-command, cli.unknown-option, cli.unexpected-argument,
/// cli.missing-command, cli.bad-usage: printed, and the code is `Usage`.
[[nodiscard]] ExitCode run_command_line(const Command& root, const std::vector<std::string>& words,
                                        Session& session, SignalCatcher& signals);

/// What every leaf takes: `--quiet`, `--json`.
[[nodiscard]] std::vector<Option> common_options(SessionOptions& options);

}  // namespace heddle::cli
