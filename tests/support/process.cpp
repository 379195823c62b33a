#include "support/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "support/temp_directory.h"

namespace heddle::test {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends = {-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) ADD_FAILURE() << "pipe2 failed";
  return {ends[0], ends[1]};
}

[[noreturn]] void become(const std::vector<std::string>& words, const ProcessOptions& options,
                         int in, int out, int err) {
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  setpgid(0, 0);
  for (const std::string& pair : options.environment) {
    const std::size_t equals = pair.find('=');
    setenv(pair.substr(0, equals).c_str(), pair.substr(equals + 1).c_str(), 1);
  }
  if (!options.directory.empty() && chdir(options.directory.c_str()) != 0) _exit(127);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

/// Appends what is there to read; false at the end of the stream.
bool drain(int descriptor, std::string& text) {
  std::array<char, 65536> buffer = {};
  const ssize_t size = read(descriptor, buffer.data(), buffer.size());
  if (size <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

/// Reads both streams until both end, sending the wanted signal on the way.
void collect(pid_t child, int out, int err, const ProcessOptions& options, ProcessResult& result) {
  const Clock::time_point end = Clock::now() + options.time_max;
  std::array<pollfd, 2> polled = {pollfd{out, POLLIN, 0}, pollfd{err, POLLIN, 0}};
  bool has_signalled = options.signal == 0;
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0 ||
        poll(polled.data(), polled.size(), static_cast<int>(left.count())) <= 0) {
      ADD_FAILURE() << "the process took longer than " << options.time_max.count() << " s";
      kill(-child, SIGKILL);
      return;
    }
    if (polled[0].revents != 0 && !drain(out, result.out)) polled[0].fd = -1;
    if (polled[1].revents != 0 && !drain(err, result.err)) polled[1].fd = -1;
    if (!has_signalled && result.out.find(options.signal_after) != std::string::npos) {
      kill(child, options.signal);
      has_signalled = true;
    }
  }
}

}  // namespace

ProcessResult run_process(const std::vector<std::string>& words, const ProcessOptions& options) {
  const TempDirectory directory;
  const std::string input = directory.write("input", options.input);
  const int in = open(input.c_str(), O_RDONLY | O_CLOEXEC);
  const Pipe out = make_pipe();
  const Pipe err = make_pipe();
  const pid_t child = fork();
  if (child == 0) become(words, options, in, out.write_end, err.write_end);
  for (const int end : {in, out.write_end, err.write_end}) close(end);
  ProcessResult result;
  if (child < 0) {
    ADD_FAILURE() << "fork failed";
  } else {
    collect(child, out.read_end, err.read_end, options, result);
    int status = 0;
    waitpid(child, &status, 0);
    result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  close(out.read_end);
  close(err.read_end);
  return result;
}

}  // namespace heddle::test
