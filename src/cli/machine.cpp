#include "cli/machine.h"

#include <sched.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <filesystem>

#include "heddle/base/file.h"

namespace heddle::cli {
namespace {

constexpr std::uint64_t kSmallFileBytesMax = std::uint64_t{16} << 20;

std::string text_of(const std::string& path) {
  Result<std::string> text = read_file(path, kSmallFileBytesMax);
  return text ? std::move(*text) : std::string();
}

/// The rest of the first line that starts with `key`, without blanks, quotes
/// and the separator.
std::string value_of(const std::string& text, std::string_view key) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    if (line.starts_with(key)) {
      constexpr std::string_view kTrim = " \t:=\"";
      std::string_view value = line.substr(key.size());
      value.remove_prefix(std::min(value.find_first_not_of(kTrim), value.size()));
      value = value.substr(0, value.find_last_not_of(kTrim) + 1);
      return std::string(value);
    }
    at = end + 1;
  }
  return {};
}

/// The number that `text` starts with; zero when there is none.
std::uint64_t leading_number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint32_t usable_core_count() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::uint32_t>(CPU_COUNT(&set));
}

std::vector<std::string> simd_levels() {
  std::vector<std::string> levels = {"scalar"};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) levels.emplace_back("avx2");
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  if (has_avx512) levels.emplace_back("avx512");
#endif
  return levels;
}

/// The driver lists its GPUs as directories, each with a file `information`.
std::vector<std::string> nvidia_gpus(const std::string& root) {
  const std::filesystem::path directory = root + "proc/driver/nvidia/gpus";
  std::vector<std::string> gpus;
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    const std::string model = value_of(text_of((at->path() / "information").string()), "Model");
    gpus.push_back(model.empty() ? at->path().filename().string() : model);
  }
  std::sort(gpus.begin(), gpus.end());
  return gpus;
}

}  // namespace

Machine read_machine(const std::string& root) {
  Machine machine;
  machine.system = value_of(text_of(root + "etc/os-release"), "PRETTY_NAME");
  utsname name = {};
  if (uname(&name) == 0) {
    machine.kernel = std::string(name.sysname) + " " + name.release;
    machine.processor = name.machine;
  }
  const std::string model = value_of(text_of(root + "proc/cpuinfo"), "model name");
  if (!model.empty()) machine.processor = model;
  machine.core_count = usable_core_count();
  const std::string memory = text_of(root + "proc/meminfo");
  machine.memory_bytes = leading_number(value_of(memory, "MemTotal")) * 1024;
  machine.memory_free_bytes = leading_number(value_of(memory, "MemAvailable")) * 1024;
  const std::uint64_t limit = leading_number(text_of(root + "sys/fs/cgroup/memory.max"));
  if (limit != 0 && limit < machine.memory_bytes) machine.memory_bytes = limit;
  machine.memory_free_bytes = std::min(machine.memory_free_bytes, machine.memory_bytes);
  struct statvfs disk = {};
  if (statvfs(".", &disk) == 0) {
    machine.disk_free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
  }
  machine.simd = simd_levels();
  machine.gpus = nvidia_gpus(root);
  return machine;
}

std::optional<std::string> find_program(const std::string& name, const std::string& search_path) {
  for (std::size_t begin = 0; begin <= search_path.size();) {
    const std::size_t end = std::min(search_path.find(':', begin), search_path.size());
    const std::string directory = search_path.substr(begin, end - begin);
    const std::string path = (directory.empty() ? "." : directory) + "/" + name;
    if (access(path.c_str(), X_OK) == 0 && !is_directory(path)) return path;
    begin = end + 1;
  }
  return std::nullopt;
}

std::string first_line_of(const std::string& program, const std::string& argument) {
  std::string quoted = "'";
  for (const char c : program) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  quoted += "'";
  const std::string line = "timeout 5 " + quoted + " " + argument + " </dev/null 2>&1";
  std::FILE* const pipe = popen(line.c_str(), "re");
  if (pipe == nullptr) return {};
  std::array<char, 4096> buffer = {};
  std::string text;
  while (std::fgets(buffer.data(), static_cast<int>(buffer.size()), pipe) != nullptr) {
    if (text.empty()) text = buffer.data();
  }
  if (pclose(pipe) != 0) return {};
  return text.substr(0, text.find_first_of("\r\n"));
}

}  // namespace heddle::cli
