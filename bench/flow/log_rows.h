// The log's rows of the flow benchmark: what appending a record costs, by its
// size, and what the three sync policies cost a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "support/rows.h"

namespace heddle::bench {

struct LogBenchParams {
  std::size_t rounds = 5;
  std::uint64_t append_bytes = std::uint64_t{64} << 20;  ///< a round and record size
  std::uint64_t sync_lists = 20'000;                     ///< a round and policy
  std::string directory;                                 ///< for files; has to exist
  std::string command;                                   ///< that runs this
};

/// Errors: those of the log writer, of removing files.
[[nodiscard]] Result<std::vector<Row>> log_rows(const LogBenchParams& params);

}  // namespace heddle::bench
