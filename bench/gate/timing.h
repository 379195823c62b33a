// Clocks of the machine, and keeping to one core.
#pragma once

#include <cstdint>
#include <string>

namespace heddle::bench {

/// What one run of a window took, and what the UARTs sent up to its end.
struct Timing {
  std::uint64_t edges = 0;
  double cpu_seconds = 0;
  double wall_seconds = 0;
  /// `edge time_ps uartN byte-hex`, a line a byte, from edge 0 on.
  std::string stamps = {};

  [[nodiscard]] double edges_per_cpu_second() const {
    return static_cast<double>(edges) / cpu_seconds;
  }
  [[nodiscard]] double edges_per_wall_second() const {
    return static_cast<double>(edges) / wall_seconds;
  }
};

/// CPU time of this process, all its threads; wall time from any start.
[[nodiscard]] double cpu_now();
[[nodiscard]] double wall_now();

/// Keeps this process and those that it starts on the core it is on. False
/// where the system does not allow it.
bool keep_to_one_core();

}  // namespace heddle::bench
