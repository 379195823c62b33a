// The text of a `$display`, from its format and the bits of its arguments.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heddle::gate {

/// What a format knows beside its arguments.
struct MessageContext {
  std::string_view name;     ///< of the cell: `%m`
  std::int64_t time_ps = 0;  ///< `%t`, and `{time}`-like parts
};

/// A format with `%` directives is that of our black boxes: `%8d` takes the next
/// eight bits in decimal, `%h`, `%o`, `%b`, `%c` likewise, one bit without a
/// number; the first directive takes the highest bits, as in a concatenation.
/// `%t`, `%m` and `%%` take none. One with `{` is that of Yosys's `$print`:
/// `{size:justify pad width base options}`, the first takes the lowest bits.
/// What is not understood stays as it is.
/// `is_print` chooses. `bits` are 0, 1, or 2 for x, bit 0 first; an x is shown as
/// IEEE 1364 has it, in a character as `?`.
[[nodiscard]] std::string message_text(std::string_view format, bool is_print,
                                       const std::vector<std::uint8_t>& bits,
                                       const MessageContext& context);

}  // namespace heddle::gate
