// The bash completion script, made from the command tree.
#pragma once

#include <string>

#include "cli/command.h"

namespace heddle::cli {

/// A script that completes every command, option and listed choice of `root`;
/// where a word is free it falls back on file names.
[[nodiscard]] std::string bash_completion(const Command& root);

}  // namespace heddle::cli
