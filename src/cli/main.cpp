// `heddle`: composition only. Everything it does is in the commands' files.
#include <unistd.h>

#include <cstdlib>
#include <new>

#include "cli/commands.h"
#include "cli/fd_sink.h"
#include "cli/parser.h"

namespace {

using heddle::cli::ExitCode;

bool takes_colour(int descriptor) {
  const char* const no_colour = std::getenv("NO_COLOR");
  if (no_colour != nullptr && *no_colour != '\0') return false;
  const char* const terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(descriptor) == 1 && !is_dumb;
}

int run(const std::vector<std::string>& words) {
  heddle::cli::FdSink out(STDOUT_FILENO, "standard output");
  heddle::cli::FdSink err(STDERR_FILENO, "standard error");
  const heddle::cli::SessionOptions options{.err_has_colour = takes_colour(STDERR_FILENO),
                                            .err_is_terminal = isatty(STDERR_FILENO) == 1};
  heddle::cli::SignalCatcher signals;
  heddle::cli::Session session(out, err, options, heddle::Interrupt(signals.flag()));
  ExitCode code =
      heddle::cli::run_command_line(heddle::cli::root_command(), words, session, signals);
  if (const heddle::Status written = out.status(); !written && code == ExitCode::Ok) {
    code = session.report(written.error());
  }
  return static_cast<int>(code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::bad_alloc&) {
    heddle::cli::FdSink(STDERR_FILENO, "standard error").write("error: out of memory\n");
    return static_cast<int>(ExitCode::Environment);
  }
}
