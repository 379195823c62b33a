// Checkpoints of a run: what goes on from an edge, on any engine, as a file
// each in `checkpoints/` of the run directory. The schedule and the event
// script's text are not in it: the run file says them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/model.h"
#include "heddle/gate/snapshot.h"

namespace heddle::gate {

/// A run between two edges.
struct Checkpoint {
  std::uint64_t netlist_digest = 0;  ///< of the model that it belongs to
  Snapshot engine;
  std::vector<std::uint8_t> bank;  ///< as `PeripheralBank::save` gives it
};

/// Writes `checkpoints/<edge>.ckpt` of a run directory; the edge is the one
/// that would run next. Errors: file.write-failed.
[[nodiscard]] Status write_checkpoint(const std::string& run_directory,
                                      const Checkpoint& checkpoint);

/// Reads one. Errors: look.bad-checkpoint for a file that is damaged, from
/// another version or of another design; file.read-failed.
[[nodiscard]] Result<Checkpoint> read_checkpoint(const std::string& path, const Model& model);

/// The last checkpoint of a run directory at or before `edge`; none where the
/// run starts sooner.
[[nodiscard]] std::optional<std::string> nearest_checkpoint(const std::string& run_directory,
                                                            std::uint64_t edge);

}  // namespace heddle::gate
