// The pins of both chips as plain values, and how they are packed for hashes and recordings.
#pragma once

#include <xxhash.h>

#include <array>
#include <cstdint>

namespace soc_sim {

/// Inputs but the clocks. The initial values are those before edge 0.
struct Inputs {
  std::uint8_t gpio_i = 0;
  std::uint8_t flash_io_i = 0;
  bool uart1_rx = true;
  bool uart0_rx = true;
  bool rst_n = false;

  bool operator==(const Inputs&) const = default;
};

/// One recorded edge: clk_slow, clk, gpio_i, flash_io_i, uart1_rx, uart0_rx, rst_n, highest first.
inline std::uint32_t pack(const Inputs& in, bool clk, bool clk_slow) {
  const auto bit = [](bool value, int at) { return (value ? 1U : 0U) << at; };
  return bit(clk_slow, 16) | bit(clk, 15) | static_cast<std::uint32_t>(in.gpio_i) << 7 |
         static_cast<std::uint32_t>(in.flash_io_i) << 3 | bit(in.uart1_rx, 2) |
         bit(in.uart0_rx, 1) | bit(in.rst_n, 0);
}

/// The outputs of an edge, in order of port name, lowest bit first.
struct PackedOutputs {
  std::uint64_t bits = 0;
  unsigned count = 0;

  void add(std::uint64_t value, unsigned width) {
    bits |= value << count;
    count += width;
  }
};

/// Chain over the outputs of all edges: h = XXH3-64(previous h, 8 bytes; outputs, as many bytes as
/// they fill), both little endian.
class OutputHash {
 public:
  void add(const PackedOutputs& outputs) {
    std::array<std::uint8_t, 16> bytes{};
    const std::size_t output_bytes = (outputs.count + 7) / 8;
    for (std::size_t i = 0; i < 8; ++i) {
      bytes[i] = static_cast<std::uint8_t>(value_ >> (8 * i));
      bytes[8 + i] = static_cast<std::uint8_t>(outputs.bits >> (8 * i));
    }
    value_ = XXH3_64bits(bytes.data(), 8 + output_bytes);
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace soc_sim
