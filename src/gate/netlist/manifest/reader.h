// The cell manifest: what no library says about memories, pads and others.
// docs/guides/own-netlist.md describes its keys.
#pragma once

#include <string>
#include <vector>

#include "gate/netlist/design_draft.h"

namespace heddle::gate::netlist {

/// What the manifest says to the other readers.
struct Manifest {
  std::vector<std::string> defines;  ///< macros that Verilog files see as defined
};

/// Reads file `file` of the draft and adds the modules it describes.
/// Errors go to the draft: `config.*`, `gate.netlist.manifest`.
[[nodiscard]] Manifest read_manifest(DesignDraft& draft, std::size_t file);

}  // namespace heddle::gate::netlist
