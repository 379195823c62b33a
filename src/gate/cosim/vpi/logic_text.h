// Bits of nets as VPI's formats, and back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gate/cosim/vpi/vpi_abi.h"

namespace heddle::gate::vpi {

/// 0, 1 or 2 for x; bit 0 first.
using Bits = std::vector<std::uint8_t>;

/// Storage of what a format points to; lives until the next value is asked for.
struct ValueStore {
  std::string text = {};
  std::vector<VectorWord> vector = {};
  Time time = {};
};

/// Fills `value` in the format it asks for; false for one that heddle does not have.
/// `kObjectFormat` becomes a scalar or a vector, by width.
[[nodiscard]] bool write_value(const Bits& bits, Value& value, ValueStore& store);
/// The bits that `value` means for a net of `width` bits; x and z are not among what
/// can be put. None for a format that heddle does not have, or a text that is none.
[[nodiscard]] std::optional<Bits> read_value(const Value& value, std::size_t width);

}  // namespace heddle::gate::vpi
