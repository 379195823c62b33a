// `heddle completion bash`.
#include <memory>

#include "cli/commands.h"
#include "cli/completion.h"
#include "cli/session.h"

namespace heddle::cli {

Command completion_command() {
  auto shell = std::make_shared<std::string>();
  Command command{.name = "completion", .summary = "Print a completion script for a shell"};
  command.options = {
      {"shell", "SHELL", "the shell to print for", shell.get(), Need::Required, {"bash"}}};
  command.examples = {{"source <(heddle completion bash)", "complete in this shell"}};
  command.run = [shell](Session& session) {
    session.out().write(bash_completion(root_command()));
    return ExitCode::Ok;
  };
  return command;
}

}  // namespace heddle::cli
