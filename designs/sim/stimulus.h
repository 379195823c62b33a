// What the benches do to the chip besides clocks and flash: reset, a GPIO change, bytes to UART1.
#pragma once

#include <cstdint>
#include <string_view>

namespace soc_sim {

inline constexpr int kResetRisingEdges = 20;  // of clk; rst_n goes high with the edge after them
inline constexpr std::int64_t kGpioEdge = 1'500'000;
inline constexpr std::uint8_t kGpioValue = 0xA5;
inline constexpr std::int64_t kUart1Edge = 1'800'000;
inline constexpr std::int64_t kUart1EdgesBetween = 4000;
inline constexpr std::string_view kUart1Bytes = "heddle?";

}  // namespace soc_sim
