// Names of a wave file below a scope, for matching files and designs.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/trace/wave_hierarchy.h"

namespace heddle::gate {

/// Signals by name below a scope: `cpu.pc` without range, for one bit of a bus
/// declared on its own `pc[3]`.
using NetsByName = std::map<std::string, trace::WaveSignal, std::less<>>;

/// A name without the backslash that Verilog escapes it with.
[[nodiscard]] inline std::string plain_name(const std::string& name) {
  return name.starts_with('\\') ? name.substr(1) : name;
}

/// All below `scope`, `a.b`; the whole file where it is empty.
[[nodiscard]] NetsByName nets_below(const trace::WaveHierarchy& hierarchy,
                                    const std::string& scope);

/// Every scope, the outermost first, in file order; the file itself is "".
[[nodiscard]] std::vector<std::string> scopes_of(const trace::WaveHierarchy& hierarchy);

/// Errors: look.unknown-name when a scope was chosen that `file` does not have.
[[nodiscard]] Status check_scope(const trace::WaveHierarchy& hierarchy,
                                 const std::optional<std::string>& scope, const std::string& file);

}  // namespace heddle::gate
