// An I2C slave with a register file: 7-bit address, a register pointer of one
// or two bytes after it, then data with the pointer counting up. A pointer
// stays between transactions, so that a read goes where the last write pointed.
//
// SDA and SCL are wires: what the design drives and what the slave pulls low,
// high otherwise. The slave sees the wires at each edge and answers where SCL
// falls, so its bit is on the wire one edge later. It does not stretch the clock.
// Source: NXP UM10204, I2C-bus specification, chapter 3.1.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

struct I2cSlave {
  static constexpr const char* kName = "i2c_slave";
  enum Role : unsigned { kScl, kSclOe, kSda, kSdaOe, kOutputRoles };
  enum InputRole : unsigned { kSclIn, kSdaIn, kInputRoles };
  /// Values: address byte with its read bit; register * 256 + data; the same; 0.
  enum RecordKind : std::uint16_t { kSelected, kWritten, kReadOut, kStopped };
  static constexpr const char* kRecordNames[] = {"select", "write", "read", "stop"};

  struct Config {
    std::uint32_t register_count = 256;  ///< a power of two, 1 .. 65536; of the store too
    std::uint8_t address = 0x50;         ///< seven bits
    std::uint8_t pointer_bytes = 1;      ///< 1 or 2
    bool oe_active_low = false;          ///< the design drives where its enable is low
  };

  enum Phase : std::uint8_t { kIdle, kAddress, kPointer, kWrite, kRead };

  struct State {
    std::uint32_t pointer = 0;
    std::uint8_t scl = 1;  ///< the wires, as last seen
    std::uint8_t sda = 1;
    std::uint8_t released = 1;  ///< the slave does not pull SDA
    std::uint8_t scl_in = 1;    ///< what the design's inputs hold
    std::uint8_t sda_in = 1;
    std::uint8_t phase = kIdle;
    std::uint8_t bit = 0;  ///< bits of the byte so far; 8: its acknowledge is next
    std::uint8_t shift = 0;
    std::uint8_t pointer_left = 0;  ///< bytes of the pointer to come
    std::uint8_t selected = 0;      ///< it has acknowledged its address
    std::uint8_t reading = 0;
    std::uint8_t reserved = 0;
  };

  [[nodiscard]] static bool idle_level(const Config&, unsigned) { return true; }

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    if (state.scl_in == 0) out.release(kSclIn);
    if (state.sda_in == 0) out.release(kSdaIn);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    const bool scl = wire(config, in, kScl, kSclOe);
    const bool sda = wire(config, in, kSda, kSdaOe) && state.released != 0;
    const bool scl_was = state.scl != 0;
    const bool sda_was = state.sda != 0;
    state.scl = scl ? 1 : 0;
    state.sda = sda ? 1 : 0;
    if (scl && scl_was) {
      if (sda_was && !sda) start(state);
      if (!sda_was && sda) stop(state, out);
    } else if (scl) {
      rise(state, sda);
    } else if (scl_was) {
      fall(config, state, in, out);
    }
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config& config, State& state, const PinSample& in,
                                       Out& out) {
    put(kSclIn, wire(config, in, kScl, kSclOe), state.scl_in, out);
    put(kSdaIn, wire(config, in, kSda, kSdaOe) && state.released != 0, state.sda_in, out);
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State&,
                                                                  const PinSample&) {
    return kNever;
  }

  template <class Description>
  static void describe(const Config& config, const State& state, Description& out) {
    out.number("bus_address", config.address);
    out.text("selected", state.selected != 0 ? "yes" : "no");
    out.number("pointer", state.pointer);
    out.number("bits", state.bit);
    out.text("sda", state.released != 0 ? "released" : "pulled low");
  }

 private:
  /// What the design makes of a wire: an output without an enable is open-drain
  /// by itself, an enable without an output pulls low.
  [[nodiscard]] HEDDLE_HOST_DEVICE static bool wire(const Config& config, const PinSample& in,
                                                    unsigned level, unsigned oe) {
    if (!in.connected(oe)) return in.level(level, true);
    const bool drives = in.level(oe, false) != config.oe_active_low;
    return !drives || in.level(level, false);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void put(unsigned role, bool level, std::uint8_t& held, Out& out) {
    if (level == (held != 0)) return;
    held = level ? 1 : 0;
    if (level) {
      out.release(role);
    } else {
      out.drive(role, false);
    }
  }

  HEDDLE_HOST_DEVICE static void start(State& state) {
    state.phase = kAddress;
    state.bit = 0;
    state.shift = 0;
    state.reading = 0;
    state.released = 1;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void stop(State& state, Out& out) {
    if (state.selected != 0) out.record(kStopped, 0);
    state.phase = kIdle;
    state.selected = 0;
    state.released = 1;
  }

  /// SCL rose: a bit is valid.
  HEDDLE_HOST_DEVICE static void rise(State& state, bool sda) {
    if (state.phase == kIdle) return;
    if (state.bit < 8) {
      state.shift = static_cast<std::uint8_t>(unsigned{state.shift} << 1U | (sda ? 1U : 0U));
    } else if (state.phase == kRead && sda) {
      state.phase = kIdle;  // not acknowledged: the master has enough
    }
    ++state.bit;
  }

  /// SCL fell: SDA may change.
  template <class Out>
  HEDDLE_HOST_DEVICE static void fall(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    if (state.phase == kIdle) {
      state.released = 1;
      return;
    }
    if (state.bit == 9) {
      state.bit = 0;
      state.shift = 0;
      state.released = 1;
      if (state.phase == kAddress) after_address(config, state);
    } else if (state.bit == 8 && state.phase != kRead) {
      state.released = acknowledges(config, state, in, out) ? 0 : 1;
      if (state.released != 0) state.phase = kIdle;
      return;
    }
    if (state.phase == kRead) send_bit(config, state, in, out);
  }

  HEDDLE_HOST_DEVICE static void after_address(const Config& config, State& state) {
    state.phase = state.reading != 0 ? kRead : kPointer;
    state.pointer_left = config.pointer_bytes;
  }

  /// Takes a whole byte; whether it is for this slave.
  template <class Out>
  HEDDLE_HOST_DEVICE static bool acknowledges(const Config& config, State& state,
                                              const PinSample& in, Out& out) {
    const std::uint32_t mask = config.register_count - 1;
    switch (state.phase) {
      case kAddress:
        state.selected = state.shift >> 1U == config.address ? 1 : 0;
        if (state.selected == 0) return false;
        state.reading = state.shift & 1U;
        out.record(kSelected, state.shift);
        return true;
      case kPointer: {
        const bool is_first = state.pointer_left == config.pointer_bytes;
        const std::uint32_t high = is_first ? 0 : state.pointer << 8;
        state.pointer = high | state.shift;
        if (--state.pointer_left == 0) {
          state.pointer &= mask;
          state.phase = kWrite;
        }
        return true;
      }
      default:
        in.store.write(state.pointer, state.shift);
        out.record(kWritten, state.pointer << 8 | state.shift);
        state.pointer = (state.pointer + 1) & mask;
        return true;
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void send_bit(const Config& config, State& state, const PinSample& in,
                                          Out& out) {
    state.pointer &= config.register_count - 1;
    const std::uint8_t data = in.store.read(state.pointer);
    if (state.bit == 8) {
      state.released = 1;  // for the master's acknowledge
      out.record(kReadOut, state.pointer << 8 | data);
      state.pointer = (state.pointer + 1) & (config.register_count - 1);
      return;
    }
    state.released = data >> (7U - state.bit) & 1U;
  }
};

static_assert(std::is_trivially_copyable_v<I2cSlave::Config>);
static_assert(std::has_unique_object_representations_v<I2cSlave::State> &&
              sizeof(I2cSlave::State) == 16);

}  // namespace heddle::gate
