// A UART at the pins of the design: decodes what the design sends, and sends
// bytes to it. 8 data bits, no parity, one stop bit, least significant first.
//
// The decoder idles until a rising edge of its clock at which `tx` is sampled
// low; with that edge as r0 and D clock cycles a bit it samples bit i at
// r0 + floor(D(2i+3)/2) and the stop bit at r0 + floor(19D/2), where the byte
// is stamped. The driver sends from a stream that is constant data of the run;
// commands release bytes of it, so nothing can overflow or be dropped. A byte
// released at edge e starts at the first rising edge at or after e.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

struct Uart {
  enum Role : unsigned { kTx, kOutputRoles };      ///< outputs of the design
  enum InputRole : unsigned { kRx, kInputRoles };  ///< inputs of the design
  enum RecordKind : std::uint16_t { kByte, kFramingError };
  enum CommandKind : std::uint16_t { kRelease };  ///< value: how many more bytes to send

  struct Config {
    std::uint32_t divisor = 16;  ///< clock cycles a bit, at least 1
    std::uint32_t stream_bytes = 0;
    const std::uint8_t* stream = nullptr;  ///< everything the run may ever send
  };

  struct State {
    std::uint64_t frame_cycle = 0;  ///< r0 of the byte being received from the design
    std::uint64_t send_cycle = 0;   ///< cycle at which the byte in flight started
    std::uint32_t released = 0;     ///< bytes of the stream that may go
    std::uint32_t sent = 0;         ///< bytes of the stream that have started
    std::uint8_t frame_bit = 0;     ///< 0 idle, 1..8 awaiting data bit n-1, 9 the stop bit
    std::uint8_t frame_data = 0;
    std::uint8_t send_bit = 0;   ///< 0 idle, 1 start bit on the line, 2..9 data, 10 stop
    std::uint8_t rx_level = 1;   ///< what the design's input holds
    std::uint32_t reserved = 0;  ///< keeps the layout free of padding
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    if (state.rx_level == 0) out.drive(kRx, true);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (!in.rises) return;
    if (state.frame_bit == 0) {
      if (in.level(kTx, true)) return;
      state.frame_cycle = in.cycle;
      state.frame_bit = 1;
      state.frame_data = 0;
      return;
    }
    if (in.cycle != sample_cycle(config, state)) return;
    const bool level = in.level(kTx, true);
    if (state.frame_bit <= 8) {
      state.frame_data =
          static_cast<std::uint8_t>(state.frame_data | (unsigned{level} << (state.frame_bit - 1)));
      ++state.frame_bit;
      return;
    }
    state.frame_bit = 0;
    out.record(level ? kByte : kFramingError, state.frame_data);
  }

  HEDDLE_HOST_DEVICE static void command(const Config& config, State& state, std::uint16_t,
                                         std::uint32_t value) {
    const std::uint32_t room = config.stream_bytes - state.released;
    state.released += value < room ? value : room;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config& config, State& state, const PinSample& in,
                                       Out& out) {
    if (!in.rises) return;
    if (state.send_bit != 0) {
      if (in.cycle != bit_end_cycle(config, state)) return;
      state.send_bit = static_cast<std::uint8_t>(state.send_bit == 10 ? 0 : state.send_bit + 1);
    }
    if (state.send_bit == 0) {
      if (state.sent == state.released) return;
      ++state.sent;
      state.send_cycle = in.cycle;
      state.send_bit = 1;
    }
    const bool level = line_level(config, state);
    if (level == (state.rx_level != 0)) return;
    state.rx_level = level ? 1 : 0;
    out.drive(kRx, level);
  }

  /// The next cycle of its clock at which it has something to do.
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config& config,
                                                                  const State& state,
                                                                  const PinSample& in) {
    std::uint64_t wake = kNever;
    if (state.frame_bit != 0) {
      wake = sample_cycle(config, state);
    } else if (!in.level(kTx, true)) {
      wake = in.cycle + 1;
    }
    std::uint64_t send = kNever;
    if (state.send_bit != 0) {
      send = bit_end_cycle(config, state);
    } else if (state.sent != state.released) {
      send = in.cycle + 1;
    }
    return wake < send ? wake : send;
  }

 private:
  HEDDLE_HOST_DEVICE static std::uint64_t sample_cycle(const Config& config, const State& state) {
    const std::uint64_t half_bits = 2U * state.frame_bit + 1U;
    return state.frame_cycle + config.divisor * half_bits / 2;
  }
  HEDDLE_HOST_DEVICE static std::uint64_t bit_end_cycle(const Config& config, const State& state) {
    return state.send_cycle + std::uint64_t{config.divisor} * state.send_bit;
  }
  HEDDLE_HOST_DEVICE static bool line_level(const Config& config, const State& state) {
    if (state.send_bit == 1) return false;
    if (state.send_bit == 10) return true;
    return (config.stream[state.sent - 1] >> (state.send_bit - 2) & 1U) != 0;
  }
};

static_assert(std::is_trivially_copyable_v<Uart::Config>);
static_assert(std::has_unique_object_representations_v<Uart::State> && sizeof(Uart::State) == 32);

}  // namespace heddle::gate
