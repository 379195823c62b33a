// Nets of a flat netlist by what a user calls them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/gate/netlist.h"

namespace heddle::gate {

/// `net[5:2]` taken apart: the name before the brackets and the indices, the
/// lower first. `count` is how many indices were written; 0: `base` is all of it.
struct NetReference {
  std::string_view base;
  std::int64_t low = 0;
  std::int64_t high = 0;
  unsigned count = 0;
};
[[nodiscard]] NetReference parse_net_reference(std::string_view text);

/// `net[5:2]` as `net[2]` .. `net[5]`, at most 1024; anything else as itself.
[[nodiscard]] std::vector<std::string> bit_names(const std::string& net);

/// The nets that the patterns name, constants left out, ascending. A pattern is
/// the full name of a net, one bit of it (`bus[3]`), some (`bus[5:2]`), or a glob of
/// `*` and `?`, which means nets with a designer's name only. What it names may be
/// nothing. Cost: one pass over the names when there are patterns.
[[nodiscard]] std::vector<NetId> find_nets(const FlatNetlist& netlist,
                                           std::span<const std::string> patterns);

}  // namespace heddle::gate
