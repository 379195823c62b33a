// The machine files of designs/machines/tile and the layer lists of
// designs/tile/models as text within the program, so that each can be named
// wherever it runs. The build writes the tables.
#pragma once

#include <span>
#include <string_view>

namespace heddle::tile {

struct ShippedFile {
  std::string_view name;
  std::string_view file;  ///< its name with the ending that tells its form
  std::string_view text;
};

/// In order of the alphabet.
[[nodiscard]] std::span<const ShippedFile> shipped_machines();
[[nodiscard]] std::span<const ShippedFile> shipped_models();

}  // namespace heddle::tile
