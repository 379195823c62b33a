// Two questions about UTF-8, asked by the JSON writer and the YAML reader.
#pragma once

#include <cstddef>
#include <string_view>

namespace heddle {

/// The length of the well-formed UTF-8 character that `text` starts with, or
/// zero. Overlong forms, surrogates and values past U+10FFFF are not well
/// formed. Source: Unicode 15, table 3-7.
[[nodiscard]] std::size_t utf8_length(std::string_view text);

/// Whether all of `text` is well-formed UTF-8.
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace heddle
