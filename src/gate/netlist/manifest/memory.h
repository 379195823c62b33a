// Memories of a manifest as modules with one `$mem_v2`.
#pragma once

#include "gate/netlist/design_draft.h"
#include "gate/netlist/module_builder.h"
#include "heddle/base/config_reader.h"

namespace heddle::gate::netlist {

inline constexpr std::uint64_t kManifestDepthMax = std::uint64_t{1} << 30;
inline constexpr std::uint32_t kManifestWidthMax = 1U << 16;

/// A pin of the manifest: one bit or more, perhaps active low.
LocalNet add_manifest_pin(ModuleBuilder& builder, NamePool& names, std::string_view name,
                          PortDirection direction, std::uint32_t width, SourceOffset at);

/// Reads the keys of a memory and puts its contents into `builder`.
/// Errors are added to the diagnostics of `map`.
void build_memory(ConfigReader& map, ModuleBuilder& builder, NamePool& names, SourceOffset at);

}  // namespace heddle::gate::netlist
