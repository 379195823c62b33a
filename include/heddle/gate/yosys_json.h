// Reading of Yosys's `write_json` netlists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "heddle/base/result.h"
#include "heddle/gate/design.h"

namespace heddle::gate {

/// Largest file accepted: positions are 32 bits, and the parser looks ahead.
inline constexpr std::uint64_t kYosysJsonBytesMax = 0xFFFFFFFF - 1024;

/// Reads the text of a Yosys JSON netlist; `file` names it in diagnostics.
/// A text of more than `bytes_max` bytes is refused; the bound has itself a bound
/// of `kYosysJsonBytesMax`. Keys that mean nothing here are skipped. The order of keys does not
/// matter. Errors: `gate.netlist.syntax`, `.wrong-type`, `.missing-key`, `.bad-bit`,
/// `.duplicate-name` and others of `diagnostics.h`, several at once.
/// Cost: about 2 ns a byte of text, 1.2 us a cell; memory as much as the text again.
[[nodiscard]] Result<Design> read_yosys_json(std::string text, std::string_view file,
                                             std::uint64_t bytes_max = kYosysJsonBytesMax);

/// Loads a file and reads it.
/// Errors: `gate.netlist.unreadable`, and those of `read_yosys_json`.
[[nodiscard]] Result<Design> load_yosys_json(const std::string& path);

}  // namespace heddle::gate
