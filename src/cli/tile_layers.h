// `heddle tile run` on a list of layers: each played by itself, one table.
#pragma once

#include <string>

#include "cli/session.h"
#include "cli/tile_play.h"

namespace heddle::cli {

[[nodiscard]] bool is_layer_list(const std::string& path);

/// Plays a list on the machine of `options` into the run directory `out` (empty: the default).
ExitCode run_layers(const TilePlayOptions& options, const std::string& out, bool force,
                    Session& session);

}  // namespace heddle::cli
