// What a `ConfigNode` points to, shared by the files that make nodes.
#pragma once

#include <cstdint>
#include <limits>
#include <variant>

#include "heddle/base/config.h"

namespace heddle {

/// The members of a map, and their indices in order of key to find one fast.
struct ConfigMembers {
  std::vector<ConfigEntry> entries;
  std::vector<std::uint32_t> by_key;
};

struct ConfigNode::Data {
  /// The alternatives stand in the order of `ConfigKind`.
  using Value = std::variant<std::monostate, bool, __int128, double, std::string,
                             std::vector<ConfigNode>, ConfigMembers>;

  Value value;
  std::shared_ptr<const std::string> file = nullptr;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

/// Fills `by_key`. Requires: no key twice (checked).
[[nodiscard]] ConfigMembers index_members(std::vector<ConfigEntry> entries);

inline constexpr __int128 kConfigIntegerMin = std::numeric_limits<std::int64_t>::min();
inline constexpr __int128 kConfigIntegerMax = std::numeric_limits<std::uint64_t>::max();

/// Decimal digits of an integer that fits a configuration.
[[nodiscard]] std::string wide_to_text(__int128 value);

}  // namespace heddle
