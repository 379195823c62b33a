// From files to a model: what every gate command starts with.
#pragma once

#include <string>

#include "heddle/base/result.h"
#include "heddle/gate/design_files.h"
#include "heddle/gate/model.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {

/// Reads a design and flattens it below `top` (empty: the only candidate).
/// Errors: those of `load_design` and `flatten`.
[[nodiscard]] Result<FlatNetlist> load_netlist(const DesignFiles& files, const std::string& top);

/// The same, elaborated. Warnings are added to `warnings`.
/// Errors: also those of `build_model`.
[[nodiscard]] Result<Model> load_model(const DesignFiles& files, const std::string& top,
                                       Diagnostics& warnings);

/// The same of a netlist that stands alone.
[[nodiscard]] Result<FlatNetlist> load_netlist(const std::string& path, const std::string& top);
[[nodiscard]] Result<Model> load_model(const std::string& path, const std::string& top,
                                       Diagnostics& warnings);

}  // namespace heddle::gate
