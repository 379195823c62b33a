// Behavioural UARTs, 8 data bits, no parity, one stop bit; time is counted in rising edges of clk.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

namespace soc_sim {

inline constexpr std::int64_t kUartDivisor = 16;

/// What the decoder found at the stop bit.
struct UartFrame {
  std::uint8_t byte = 0;
  bool framing_error = false;
};

/// Listens to a transmitter. Idle until it sees low; samples bit centres from there.
class UartDecoder {
 public:
  /// To be called at each rising edge of clk with the line after it; answers a frame at the sample
  /// of its stop bit.
  std::optional<UartFrame> step(bool line) {
    if (bit_ == kIdle) {
      if (line) return std::nullopt;
      bit_ = 0;
      since_start_ = 0;
      byte_ = 0;
      return std::nullopt;
    }
    ++since_start_;
    if (since_start_ != kUartDivisor * (2 * bit_ + 3) / 2) return std::nullopt;
    if (bit_ < 8) {
      byte_ = static_cast<std::uint8_t>(byte_ | (line ? 1U : 0U) << bit_);
      ++bit_;
      return std::nullopt;
    }
    bit_ = kIdle;
    return UartFrame{byte_, !line};
  }

 private:
  static constexpr int kIdle = -1;
  int bit_ = kIdle;
  std::int64_t since_start_ = 0;
  std::uint8_t byte_ = 0;
};

/// Talks to a receiver. A byte starts with the first rising edge of clk at which it is queued.
class UartDriver {
 public:
  void queue(std::uint8_t byte) { queue_.push_back(byte); }

  /// To be called at each rising edge of clk; answers the level from the next edge on.
  bool step() {
    if (cycles_left_ > 0) --cycles_left_;
    if (cycles_left_ > 0) return level_;
    if (bits_left_ == 0) {
      level_ = true;
      if (queue_.empty()) return level_;
      frame_ = 1U << 9 | static_cast<std::uint32_t>(queue_.front()) << 1;
      queue_.pop_front();
      bits_left_ = 10;
    }
    level_ = (frame_ & 1U) != 0;
    frame_ >>= 1;
    --bits_left_;
    cycles_left_ = kUartDivisor;
    return level_;
  }

 private:
  std::deque<std::uint8_t> queue_;
  std::uint32_t frame_ = 0;
  int bits_left_ = 0;
  std::int64_t cycles_left_ = 0;
  bool level_ = true;
};

}  // namespace soc_sim
