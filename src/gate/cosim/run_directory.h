// The directory that a run writes. What makes a directory one of ours is
// `run_params.json`, which is there before the first edge.
#pragma once

#include <string>

#include "heddle/base/result.h"
#include "heddle/gate/run_file.h"

namespace heddle::gate {

inline constexpr std::string_view kRunParamsFile = "run_params.json";
inline constexpr std::string_view kReportFile = "report.json";

/// Makes the directory; with `force` empties one that a run wrote.
/// Errors: cosim.run-exists, cosim.not-a-run, file.write-failed.
[[nodiscard]] Status make_run_directory(const std::string& path, bool force);

/// What reproduces a run: its file, as text, and what the command line changed.
struct RunParams {
  std::string version;  ///< of the program
  std::uint64_t netlist_digest = 0;
  std::uint64_t image_digest = 0;
  std::string fault;
  bool has_vpi = false;  ///< modules were there, which nothing here holds
};

/// Writes `run_params.json`. Errors: file.write-failed.
[[nodiscard]] Status write_run_params(const std::string& directory, const RunFile& run,
                                      const RunParams& params);

}  // namespace heddle::gate
