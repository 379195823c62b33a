// The declarations of a VCD file: everything up to `$enddefinitions`.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "heddle/trace/wave_reader.h"
#include "trace/vcd_tokens.h"

namespace heddle::trace {

/// Identifier codes are up to eight printable characters; they are kept as
/// numbers, and only ever looked up.
struct VcdDeclarations {
  WaveInfo info;
  WaveHierarchy hierarchy;
  std::vector<bool> is_real;                                 // by signal
  std::unordered_map<std::uint64_t, std::uint32_t> signals;  // by packed code

  /// A code as a number; nothing if it is too long to be one.
  [[nodiscard]] static std::optional<std::uint64_t> pack(std::string_view code);
};

/// Reads from the file's beginning; `tokens` then stands at the values.
/// Errors: trace.vcd-syntax, file.read-failed.
[[nodiscard]] Result<VcdDeclarations> read_vcd_declarations(VcdTokens& tokens);

/// Skips a `$...` section up to and with `$end`, gathering its words.
[[nodiscard]] Result<std::vector<std::string>> vcd_section(VcdTokens& tokens);

}  // namespace heddle::trace
