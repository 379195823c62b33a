#include "house/fake_machine.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace heddle::test {
namespace {

namespace fs = std::filesystem;

std::string find_in_path(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream directories(path == nullptr ? "" : path);
  for (std::string directory; std::getline(directories, directory, ':');) {
    const fs::path candidate = fs::path(directory) / name;
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored)) return candidate.string();
  }
  ADD_FAILURE() << name << " is not in PATH";
  return {};
}

}  // namespace

FakeMachine::FakeMachine(const std::vector<std::string>& real_programs) {
  fs::create_directories(directory_.file("bin"));
  fs::create_directories(root());
  for (const std::string& name : real_programs) {
    fs::create_symlink(find_in_path(name), directory_.file("bin/" + name));
  }
  directory_.write("calls", "");
}

void FakeMachine::add(const std::string& name, const std::string& body) {
  const std::string log = "'" + directory_.file("calls") + "'";
  const std::string path = directory_.write(
      "bin/" + name, "#!/bin/sh\necho \"" + name + " $*\" >>" + log + "\n" + body + "\n");
  chmod(path.c_str(), 0755);
}

void FakeMachine::copy_from_repository(const std::string& path) const {
  const fs::path target = fs::path(root()) / path;
  fs::create_directories(target.parent_path());
  fs::copy_file(fs::path(HEDDLE_SOURCE_DIR) / path, target);
}

ProcessResult FakeMachine::run(const std::vector<std::string>& words,
                               std::vector<std::string> environment) const {
  environment.push_back("PATH=" + directory_.file("bin"));
  environment.emplace_back("HEDDLE_JOBS=");  // the caller's number is not this machine's
  return run_process(words, {.environment = environment, .directory = root()});
}

std::string FakeMachine::calls() const {
  return text_of_file(directory_.file("calls"));
}

}  // namespace heddle::test
