// What is timed: a chip, its firmware, and the edges of the run that count.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heddle::bench {

/// The edges from just after `begin_text` was seen on UART0 (empty: from edge 0)
/// on; `edges` of them (0: until the firmware has sent `kDoneText`).
struct Workload {
  std::string name;
  std::string chip;
  std::string image;  ///< file of the chip's design directory
  std::string begin_text = {};
  std::uint64_t edges = 0;
  /// Rounds of the image's loop in the run that compares results to the end;
  /// nothing: the window reaches the end itself, or sends text all along.
  std::optional<std::uint32_t> proof_rounds = {};
  double speed_target = 0;  ///< edges/s; 0: none
  double ratio_target = 0;  ///< times Verilator; 0: none
};

inline constexpr const char* kDoneText = "heddle: done\n";

/// The rows that the design asks for.
[[nodiscard]] std::vector<Workload> headline_workloads();
/// One that takes a second.
[[nodiscard]] Workload quick_workload();

/// A run file for a chip with what every bench of it does (designs/sim/stimulus.h).
/// `edges` is where the run ends, `stop_text` a text on UART0 that ends it
/// sooner (empty: none). All named nets are its waves.
struct RunFileParams {
  std::string chip;
  std::string netlist;
  std::string image;
  std::uint64_t edges = 0;
  std::string stop_text = {};
};
[[nodiscard]] std::string run_file_text(const RunFileParams& params);

}  // namespace heddle::bench
