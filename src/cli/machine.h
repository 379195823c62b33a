// What this machine is: processor, memory, disk, GPU. Read from the files that
// Linux shows, below a root that a test may replace.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heddle::cli {

/// Facts for people and for the `machine` part of reports; no result depends on them.
struct Machine {
  std::string system;                   ///< the distribution's own name
  std::string kernel;                   ///< `Linux 6.1.0`
  std::string processor;                ///< the model name, or the architecture
  std::uint32_t core_count = 0;         ///< that this process may run on
  std::uint64_t memory_bytes = 0;       ///< installed, or the container's limit
  std::uint64_t memory_free_bytes = 0;  ///< available without swapping
  std::uint64_t disk_free_bytes = 0;    ///< where the working directory is
  std::vector<std::string> simd;        ///< the levels this processor runs, lowest first
  std::vector<std::string> gpus;        ///< one line each; empty: none seen
};

/// Looks below `root` (`/` but in tests) for proc/ and sys/; what cannot be
/// read stays empty or zero.
[[nodiscard]] Machine read_machine(const std::string& root);

/// The path of a program, found as the shell finds it; none when absent.
[[nodiscard]] std::optional<std::string> find_program(const std::string& name,
                                                      const std::string& search_path);

/// The first line that `program argument` prints, without its stdin and for at
/// most five seconds; empty when it fails.
[[nodiscard]] std::string first_line_of(const std::string& program, const std::string& argument);

}  // namespace heddle::cli
