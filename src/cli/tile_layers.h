// `heddle tile run` on a list of layers: each played by itself, one table.
#pragma once

#include <string>

#include "cli/session.h"
#include "cli/tile_play.h"

namespace heddle::cli {

[[nodiscard]] bool is_layer_list(const std::string& path);

/// Plays a list of layers into a run directory: report.json, run_params.json, a timeline a layer.
ExitCode run_layers(const TileRunOptions& options, Session& session);

}  // namespace heddle::cli
