#include "tile/producer/child.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "tile/producer/frames.h"
#include "tile/producer/kernel_run.h"
#include "tile/producer/shared_object.h"

namespace heddle::tile {
namespace {

/// Handlers of the parent would say that the parent crashed, or swallow it.
void reset_signals() {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGPIPE, SIGCHLD}) {
    (void)std::signal(signal, SIG_DFL);
  }
  (void)std::signal(SIGINT, SIG_IGN);  // of the terminal: the parent decides
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
  const rlimit no_core{0, 0};
  (void)setrlimit(RLIMIT_CORE, &no_core);
}

/// Keeps standard error, which standard output now is too, and the doorbell.
void close_files(int kept) {
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) (void)dup2(null, STDIN_FILENO);
  (void)dup2(STDERR_FILENO, STDOUT_FILENO);
  const auto bell = static_cast<unsigned>(kept);
  if (bell > 3) (void)close_range(3, bell - 1, 0);
  (void)close_range(bell + 1, ~0U, 0);
}

void run_producer(const std::string& path, const std::vector<std::int64_t>& shape_args,
                  SharedRing& ring) {
  FrameWriter writer(ring);
  SharedObject object;
  const LoadProblem problem = object.open(path);
  if (!writer.loaded(problem) || problem.kind != LoadProblem::Kind::None) return;
  KernelRun run(writer);
  if (!run.start(object.kernel(), shape_args)) return;
  while (run.next()) {
  }
  (void)writer.finished();
}

}  // namespace

int Child::start(const std::string& path, const std::vector<std::int64_t>& shape_args,
                 SharedRing& ring) {
  const pid_t parent = getpid();
  process_ = fork();
  if (process_ < 0) return errno;
  if (process_ > 0) {
    ring.become_reader();
    return 0;
  }
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  reset_signals();
  ring.become_writer();
  close_files(ring.writer_descriptor());
  if (getppid() == parent) run_producer(path, shape_args, ring);
  _exit(0);
}

void Child::end() {
  if (process_ < 0) return;
  (void)kill(process_, SIGKILL);
  (void)epitaph();
}

std::string Child::epitaph() {
  if (process_ < 0) return "is gone";
  int status = 0;
  pid_t found = -1;
  do {
    found = waitpid(process_, &status, 0);
  } while (found < 0 && errno == EINTR);
  process_ = -1;
  if (found < 0) return "is gone";
  if (WIFSIGNALED(status)) {
    const char* const name = sigdescr_np(WTERMSIG(status));
    return fmt::format("was ended by signal {} ({})", WTERMSIG(status),
                       name == nullptr ? "unknown" : name);
  }
  return fmt::format("ended its process with code {}", WEXITSTATUS(status));
}

}  // namespace heddle::tile
