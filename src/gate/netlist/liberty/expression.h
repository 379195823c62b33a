// Functions as Liberty writes them: `(A B') + !C ^ D`.
//
// From tightest to loosest: `'` and `!`, `^`, `&` or `*` or nothing, `|` or
// `+`. Source: Liberty reference manual, "function simple attribute".
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gate/netlist/module_builder.h"

namespace heddle::gate::netlist::liberty {

/// What a name stands for; nothing for one that is not known.
using Resolver = std::function<std::optional<Signal>(std::string_view)>;

/// Builds the function. After a fault: nothing, and `why`.
[[nodiscard]] std::optional<Signal> build_function(ModuleBuilder& builder, std::string_view text,
                                                   const Resolver& resolve, SourceOffset at,
                                                   std::string& why);

}  // namespace heddle::gate::netlist::liberty
