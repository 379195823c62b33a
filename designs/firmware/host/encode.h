// The instruction formats of RV32: fields in, instruction word out.
#pragma once

#include <cstdint>

namespace vectors {

/// One vector's choices: operands with the corner cases first, and registers.
struct Draw {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::int32_t immediate = 0;
  std::uint32_t rd = 0;
  std::uint32_t rs1 = 0;
  std::uint32_t rs2 = 0;
};

inline std::uint32_t r_type(std::uint32_t funct7, std::uint32_t funct3, std::uint32_t opcode,
                            const Draw& d) {
  return funct7 << 25 | d.rs2 << 20 | d.rs1 << 15 | funct3 << 12 | d.rd << 7 | opcode;
}

inline std::uint32_t i_type(std::int32_t immediate, std::uint32_t funct3, std::uint32_t opcode,
                            const Draw& d) {
  return static_cast<std::uint32_t>(immediate) << 20 | d.rs1 << 15 | funct3 << 12 | d.rd << 7 |
         opcode;
}

inline std::uint32_t s_type(std::int32_t immediate, std::uint32_t funct3, const Draw& d) {
  const auto bits = static_cast<std::uint32_t>(immediate);
  return (bits >> 5 & 0x7F) << 25 | d.rs2 << 20 | d.rs1 << 15 | funct3 << 12 | (bits & 31) << 7 |
         0x23;
}

inline std::uint32_t b_type(std::int32_t offset, std::uint32_t funct3, const Draw& d) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return (bits >> 12 & 1) << 31 | (bits >> 5 & 0x3F) << 25 | d.rs2 << 20 | d.rs1 << 15 |
         funct3 << 12 | (bits >> 1 & 15) << 8 | (bits >> 11 & 1) << 7 | 0x63;
}

inline std::uint32_t j_type(std::int32_t offset, const Draw& d) {
  const auto bits = static_cast<std::uint32_t>(offset);
  return (bits >> 20 & 1) << 31 | (bits >> 1 & 0x3FF) << 21 | (bits >> 11 & 1) << 20 |
         (bits >> 12 & 0xFF) << 12 | d.rd << 7 | 0x6F;
}

}  // namespace vectors
