// Where a text that is not JSON at all goes wrong: the parser's first stage
// says only that it does.
#pragma once

#include <cstddef>
#include <string_view>

namespace heddle::gate::netlist {

/// Offset of the first byte that is not UTF-8; the size of `text` if there is none.
[[nodiscard]] std::size_t find_bad_utf8(std::string_view text);

/// Offset of the first control character inside of a string, or of the opening
/// quote of a string without an end; the size of `text` if there is neither.
[[nodiscard]] std::size_t find_bad_string(std::string_view text);

}  // namespace heddle::gate::netlist
