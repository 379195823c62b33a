// How a value of several bits is written for people.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "heddle/trace/logic.h"

namespace heddle::trace {

/// `01xz` characters, left-most bit first, of bits that come bit 0 first.
[[nodiscard]] std::string bit_text(std::span<const Logic> bits);

/// Hexadecimal digits of such characters. A digit whose bits are all x or all
/// z is that letter; one that mixes known and unknown bits is `?`.
[[nodiscard]] std::string hex_text(std::string_view bits);

/// An unsigned decimal number, or `hex_text` when a bit is unknown.
[[nodiscard]] std::string decimal_text(std::string_view bits);

}  // namespace heddle::trace
