// The machine files of designs/machines/tile as text within the program, so that
// one can be named wherever it runs. The build writes the table.
#pragma once

#include <span>
#include <string_view>

namespace heddle::tile {

struct ShippedMachine {
  std::string_view name;
  std::string_view text;
};

/// In order of the alphabet.
[[nodiscard]] std::span<const ShippedMachine> shipped_machines();

}  // namespace heddle::tile
