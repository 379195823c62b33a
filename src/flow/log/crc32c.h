// CRC-32C (Castagnoli), the checksum of every record: by the processor's
// instruction where there is one, by a table elsewhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace heddle::flow::log {

/// The CRC-32C of what has the CRC `before` followed by `bytes`; start at 0.
/// Source: RFC 3720 appendix B.4 (polynomial 0x1EDC6F41, reflected, inverted).
/// Cost: at 0.05 to 0.4 ns a byte with the instruction.
[[nodiscard]] std::uint32_t crc32c(std::uint32_t before, std::span<const std::byte> bytes);

/// The same by a table, one byte a step.
[[nodiscard]] std::uint32_t crc32c_software(std::uint32_t before, std::span<const std::byte> bytes);

/// The same by the instruction. Requires: `has_crc32c_instruction`.
[[nodiscard]] std::uint32_t crc32c_hardware(std::uint32_t before, std::span<const std::byte> bytes);

/// Whether this processor has the instruction.
[[nodiscard]] bool has_crc32c_instruction();

}  // namespace heddle::flow::log
