// What an unquoted YAML scalar means.
#pragma once

#include <string_view>
#include <variant>

namespace heddle {

/// A number that fits neither 64-bit integers nor doubles.
struct NumberOverflow {};

/// The value of a plain scalar by the YAML 1.2 core schema, with `_` between
/// digits and `0b`. A text is the empty alternative: also `010`, which YAML 1.1
/// and 1.2 read differently, and `.inf` and `.nan`, which no key here takes.
/// Source: YAML 1.2.2, section 10.3.2.
using PlainScalar = std::variant<std::monostate, bool, __int128, double, NumberOverflow>;
[[nodiscard]] PlainScalar resolve_plain_scalar(std::string_view text);

}  // namespace heddle
