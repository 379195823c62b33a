// A UART at the pins of the design: decodes what the design sends, and sends
// bytes to it. 5 to 8 data bits, least significant first, a parity bit or none,
// 1, 1.5 or 2 stop bits.
//
// The decoder idles until a rising edge of its clock at which `tx` is sampled
// low; with that edge as r0 and D clock cycles a bit it samples bit k of the
// frame (0 the start bit) at r0 + floor(D(2k+1)/2). A byte is stamped where its
// first stop bit is sampled: r0 + floor(19D/2) with 8 data bits. D may have a
// fraction, in 1/65536 of a cycle. The driver sends from a stream that is
// constant data of the run; commands release bytes of it, so nothing can
// overflow or be dropped. A byte released at edge e starts at the first rising
// edge at or after e.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

enum class UartParity : std::uint8_t { None, Even, Odd, Mark, Space };

struct Uart {
  static constexpr const char* kName = "uart";
  enum Role : unsigned { kTx, kOutputRoles };      ///< outputs of the design
  enum InputRole : unsigned { kRx, kInputRoles };  ///< inputs of the design
  enum RecordKind : std::uint16_t { kByte, kFramingError, kParityError };  ///< value: the data
  static constexpr const char* kRecordNames[] = {"byte", "framing_error", "parity_error"};
  enum CommandKind : std::uint16_t { kRelease };  ///< value: how many more bytes to send

  struct Config {
    std::uint32_t divisor = 16;  ///< clock cycles a bit, at least 1
    std::uint32_t stream_bytes = 0;
    const std::uint8_t* stream = nullptr;  ///< everything the run may ever send
    std::uint16_t fraction = 0;            ///< added to `divisor`, in 1/65536
    std::uint8_t data_bits = 8;            ///< 5 .. 8
    UartParity parity = UartParity::None;
    std::uint8_t stop_half_bits = 2;  ///< 2, 3 or 4
  };

  struct State {
    std::uint64_t frame_cycle = 0;   ///< r0 of the byte being received from the design
    std::uint64_t send_cycle = 0;    ///< cycle at which the byte in flight started
    std::uint64_t change_cycle = 0;  ///< when `seen` changed last; 0: never
    std::uint32_t released = 0;      ///< bytes of the stream that may go
    std::uint32_t sent = 0;          ///< bytes of the stream that have started
    std::uint32_t shortest = 0;      ///< cycles that `tx` held a level, the fewest; 0: unknown
    std::uint16_t frame_data = 0;    ///< data and parity bits so far
    std::uint8_t frame_bit = 0;      ///< 0 idle, else the bit of the frame that is awaited
    std::uint8_t send_bit = 0;       ///< 0 idle, k + 1 while bit k is on the line
    std::uint8_t rx_level = 1;       ///< what the design's input holds
    std::uint8_t seen = 1;           ///< `tx` at the last rising edge
    std::uint8_t reserved[6] = {};   ///< keeps the layout free of padding
  };

  [[nodiscard]] static bool idle_level(const Config&, unsigned) { return true; }

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    if (state.rx_level == 0) out.drive(kRx, true);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (!in.rises) return;
    const bool level = in.level(kTx, true);
    if (level != (state.seen != 0)) see_change(state, in.cycle);
    if (state.frame_bit == 0) {
      if (level) return;
      state.frame_cycle = in.cycle;
      state.frame_bit = 1;
      state.frame_data = 0;
      return;
    }
    if (in.cycle != sample_cycle(config, state)) return;
    const unsigned stop_bit = first_stop_bit(config);
    if (state.frame_bit < stop_bit) {
      const unsigned data = state.frame_data | (unsigned{level} << (state.frame_bit - 1));
      state.frame_data = static_cast<std::uint16_t>(data);
      ++state.frame_bit;
      return;
    }
    state.frame_bit = 0;
    const std::uint32_t data = unsigned{state.frame_data} & ((1U << config.data_bits) - 1);
    const bool parity = (unsigned{state.frame_data} >> config.data_bits & 1U) != 0;
    const bool wrong = config.parity != UartParity::None && parity != parity_of(config, data);
    out.record(!level ? kFramingError : wrong ? kParityError : kByte, data);
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
      const bool was_last = state.send_bit == first_stop_bit(config) + 1;
      state.send_bit = static_cast<std::uint8_t>(was_last ? 0 : state.send_bit + 1);
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
    if (in.level(kTx, true) != (state.seen != 0)) {
      wake = in.cycle + 1;
    } else if (state.frame_bit != 0) {
      wake = sample_cycle(config, state);
    } else if (state.seen == 0) {
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

  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.text("receiving", state.frame_bit == 0 ? "no" : "yes");
    out.number("received_bits", state.frame_bit == 0 ? 0U : state.frame_bit - 1U);
    out.number("received_data", state.frame_data);
    out.text("sending", state.send_bit == 0 ? "no" : "yes");
    out.number("bytes_released", state.released);
    out.number("bytes_started", state.sent);
    out.number("shortest_pulse_cycles", state.shortest);
  }

 private:
  HEDDLE_HOST_DEVICE static void see_change(State& state, std::uint64_t cycle) {
    if (state.change_cycle != 0) {
      const std::uint64_t pulse = cycle - state.change_cycle;
      const bool shorter = state.shortest == 0 || pulse < state.shortest;
      if (shorter && pulse < 0xFFFFFFFFU) state.shortest = static_cast<std::uint32_t>(pulse);
    }
    state.change_cycle = cycle;
    state.seen ^= 1U;
  }
  /// Length of a bit in 1/65536 of a cycle.
  HEDDLE_HOST_DEVICE static std::uint64_t bit_length(const Config& config) {
    return std::uint64_t{config.divisor} << 16 | config.fraction;
  }
  /// Number of the stop bit in the frame, the start bit being 0.
  HEDDLE_HOST_DEVICE static unsigned first_stop_bit(const Config& config) {
    return config.data_bits + (config.parity != UartParity::None ? 2U : 1U);
  }
  HEDDLE_HOST_DEVICE static bool parity_of(const Config& config, std::uint32_t data) {
    if (config.parity == UartParity::Mark) return true;
    if (config.parity == UartParity::Space) return false;
    data ^= data >> 4;
    data ^= data >> 2;
    data ^= data >> 1;
    return (data & 1U) != (config.parity == UartParity::Odd ? 1U : 0U);
  }
  HEDDLE_HOST_DEVICE static std::uint64_t sample_cycle(const Config& config, const State& state) {
    const std::uint64_t half_bits = 2U * state.frame_bit + 1U;
    return state.frame_cycle + (bit_length(config) * half_bits >> 17);
  }
  HEDDLE_HOST_DEVICE static std::uint64_t bit_end_cycle(const Config& config, const State& state) {
    const bool is_last = state.send_bit == first_stop_bit(config) + 1;
    const std::uint64_t half_bits =
        is_last ? 2U * (state.send_bit - 1U) + config.stop_half_bits : 2U * state.send_bit;
    const std::uint64_t length = bit_length(config) * half_bits >> 17;
    return state.send_cycle + (length == 0 ? 1 : length);
  }
  HEDDLE_HOST_DEVICE static bool line_level(const Config& config, const State& state) {
    const unsigned bit = state.send_bit - 1U;
    if (bit == 0) return false;
    if (bit == first_stop_bit(config)) return true;
    const std::uint32_t data = config.stream[state.sent - 1] & ((1U << config.data_bits) - 1);
    return bit > config.data_bits ? parity_of(config, data) : (data >> (bit - 1) & 1U) != 0;
  }
};

static_assert(std::is_trivially_copyable_v<Uart::Config>);
static_assert(std::has_unique_object_representations_v<Uart::State> && sizeof(Uart::State) == 48);

}  // namespace heddle::gate
