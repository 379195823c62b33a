// `heddle tile run` on a list of layers: each played by itself, one table.
#pragma once

#include <string>

#include "cli/session.h"
#include "cli/tile_play.h"

namespace heddle::cli {

/// A shipped model, or a file that ends like a list.
[[nodiscard]] bool is_layer_list(const std::string& path_or_name);

/// Plays a list of layers into a run directory: report.json, run_params.json, a timeline a layer.
ExitCode run_layers(const TileRunOptions& options, Session& session);

}  // namespace heddle::cli
