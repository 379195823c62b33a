// The command line as a page of the documentation, made from the command tree.
#pragma once

#include <string>

#include "cli/command.h"

namespace heddle::cli {

/// Markdown: a section a command, with its options and examples.
[[nodiscard]] std::string command_reference(const Command& root);

}  // namespace heddle::cli
