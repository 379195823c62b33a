// A serial PSRAM at the pins of the design, in SPI mode 0 or in quad mode. Bits
// are taken where SCK is seen to rise with CS low, lanes change where it is
// seen to fall. Addresses have 24 bits; bursts of any length wrap at the
// capacity, or within 32 bytes after C0.
//
// 03 read, 0B fast read, EB quad read, 02 write, 38 quad write, 9F id (SPI
// only), 35 quad mode, F5 back to SPI, 66 then 99 reset, C0 toggles the wrap. A
// byte is written when its last bit is taken. Others are ignored until CS rises.
// Source: AP Memory APS6404L-3SQR data sheet, command table and timing chapters.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"
#include "heddle/gate/peripherals/quad_lanes.h"

namespace heddle::gate {

struct QspiPsram {
  static constexpr const char* kName = "qspi_psram";
  enum Role : unsigned { kCs, kSck, kIoOut, kIoOe = kIoOut + 4, kOutputRoles = kIoOe + 4 };
  enum InputRole : unsigned { kIoIn, kInputRoles = kIoIn + 4 };
  /// Values: the command byte; the lanes that the design and the memory drive at once.
  enum RecordKind : std::uint16_t { kCommand, kClash };
  static constexpr const char* kRecordNames[] = {"command", "contention"};

  struct Config {
    std::uint32_t capacity_bytes = 8U << 20;  ///< a power of two, at most 2^24; of the store too
    std::uint64_t id = 0x0D5D000000000000;    ///< answer to 9F, highest byte first
    std::uint8_t fast_wait = 8;               ///< clocks of 0B after the address, in SPI mode
    std::uint8_t quad_wait = 6;               ///< clocks of EB after the address
    std::uint8_t quad_fast_wait = 4;          ///< clocks of 0B after the address, in quad mode
    bool record_commands = false;
  };

  enum Phase : std::uint8_t { kOpcode, kAddress, kWait, kWrite, kRead, kId, kIgnore };

  struct State {
    std::uint32_t address = 0;  ///< of the next byte
    std::uint32_t shift = 0;    ///< bits taken in this phase
    std::uint8_t taken = 0;     ///< how many bits, or wait clocks
    std::uint8_t phase = kOpcode;
    std::uint8_t opcode = 0;
    std::uint8_t data = 0;       ///< the byte going out
    std::uint8_t bits_left = 0;  ///< of it
    std::uint8_t io = 0;         ///< lane levels that the design's inputs hold
    std::uint8_t io_driven = 0;  ///< lanes that the memory drives
    std::uint8_t clash = 0;      ///< of them, those that the design drives too
    std::uint8_t cs = 1;
    std::uint8_t sck = 0;
    std::uint8_t quad = 0;
    std::uint8_t wraps_at_32 = 0;
    std::uint8_t reset_enabled = 0;
    std::uint8_t reserved[3] = {};
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    set_quad_lanes<QspiPsram>(state, 0, 0, out);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    const std::uint8_t cs = in.level(kCs, false) ? 1 : 0;
    const std::uint8_t sck = in.level(kSck, false) ? 1 : 0;
    if (cs != state.cs || sck != state.sck) {
      const bool rises = sck > state.sck;
      const bool falls = sck < state.sck;
      if (cs != state.cs) enter(state, kOpcode);
      state.cs = cs;
      state.sck = sck;
      if (cs != 0) {
        set_quad_lanes<QspiPsram>(state, 0, 0, out);
      } else if (rises) {
        take(config, state, in, out);
      } else if (falls) {
        give(config, state, in, out);
      }
    }
    watch_quad_lanes<QspiPsram>(state, in, out);
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State&,
                                                                  const PinSample&) {
    return kNever;
  }

  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.text("selected", state.cs == 0 ? "yes" : "no");
    out.text("mode", state.quad != 0 ? "quad" : "spi");
    out.text("wrap", state.wraps_at_32 != 0 ? "32 bytes" : "none");
    out.number("opcode", state.opcode);
    out.number("address", state.address);
  }

 private:
  HEDDLE_HOST_DEVICE static void enter(State& state, Phase phase) {
    state.phase = phase;
    state.shift = 0;
    state.taken = 0;
    state.bits_left = 0;
  }

  /// Lanes of the present phase, in either direction.
  [[nodiscard]] HEDDLE_HOST_DEVICE static unsigned lanes(const State& state) {
    if (state.quad != 0) return 4;
    const bool quad_command = state.opcode == 0xEB || state.opcode == 0x38;
    return quad_command && state.phase != kOpcode ? 4 : 1;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void take(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    if (state.phase > kWrite) return;
    if (state.phase == kWait) {
      if (++state.taken >= wait_clocks(config, state)) enter(state, kRead);
      return;
    }
    const unsigned count = lanes(state);
    const std::uint32_t levels = in.levels(kIoOut, count, false) & in.levels(kIoOe, count, true);
    state.shift = state.shift << count | levels;
    state.taken = static_cast<std::uint8_t>(state.taken + count);
    if (state.phase == kOpcode && state.taken == 8) {
      decode(config, state, out);
    } else if (state.phase == kAddress && state.taken == 24) {
      state.address = state.shift & (config.capacity_bytes - 1);
      after_address(config, state);
    } else if (state.phase == kWrite && state.taken == 8) {
      in.store.write(state.address, static_cast<std::uint8_t>(state.shift));
      advance(config, state);
      state.shift = 0;
      state.taken = 0;
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void decode(const Config& config, State& state, Out& out) {
    state.opcode = static_cast<std::uint8_t>(state.shift);
    if (config.record_commands) out.record(kCommand, state.opcode);
    const bool may_reset = state.reset_enabled != 0;
    state.reset_enabled = 0;
    switch (state.opcode) {
      case 0x03: enter(state, state.quad != 0 ? kIgnore : kAddress); return;
      case 0x9F: enter(state, state.quad != 0 ? kIgnore : kAddress); return;
      case 0x0B:
      case 0xEB:
      case 0x02:
      case 0x38: enter(state, kAddress); return;
      case 0x35: state.quad = 1; break;
      case 0xF5: state.quad = 0; break;
      case 0xC0: state.wraps_at_32 ^= 1U; break;
      case 0x66: state.reset_enabled = 1; break;
      case 0x99:
        if (may_reset) state.quad = state.wraps_at_32 = 0;
        break;
      default: break;
    }
    enter(state, kIgnore);
  }

  HEDDLE_HOST_DEVICE static void after_address(const Config& config, State& state) {
    if (state.opcode == 0x9F) {
      state.address = 0;  // counts the bytes of the id
      enter(state, kId);
    } else if (state.opcode == 0x02 || state.opcode == 0x38) {
      enter(state, kWrite);
    } else {
      enter(state, wait_clocks(config, state) == 0 ? kRead : kWait);
    }
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static unsigned wait_clocks(const Config& config,
                                                               const State& state) {
    switch (state.opcode) {
      case 0x0B: return state.quad != 0 ? config.quad_fast_wait : config.fast_wait;
      case 0xEB: return config.quad_wait;
      default: return 0;
    }
  }

  HEDDLE_HOST_DEVICE static void advance(const Config& config, State& state) {
    const std::uint32_t mask = state.wraps_at_32 != 0 ? 31U : config.capacity_bytes - 1;
    state.address = (state.address & ~mask) | ((state.address + 1) & mask);
  }

  /// SCK fell: the next bits go onto the lanes, the most significant highest.
  template <class Out>
  HEDDLE_HOST_DEVICE static void give(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    if (state.phase != kRead && state.phase != kId) return;
    if (state.bits_left == 0) {
      if (state.phase == kId) {
        state.data = static_cast<std::uint8_t>(config.id >> (56 - 8 * (state.address % 8)));
        ++state.address;
      } else {
        state.data = in.store.read(state.address);
        advance(config, state);
      }
      state.bits_left = 8;
    }
    const unsigned count = lanes(state);
    state.bits_left = static_cast<std::uint8_t>(state.bits_left - count);
    const unsigned data = state.data;
    const unsigned mask = (1U << count) - 1;
    const unsigned shift = count == 1 ? 1 : 0;
    set_quad_lanes<QspiPsram>(state, (data >> state.bits_left & mask) << shift, mask << shift, out);
  }
};

static_assert(std::is_trivially_copyable_v<QspiPsram::Config>);
static_assert(std::has_unique_object_representations_v<QspiPsram::State> &&
              sizeof(QspiPsram::State) == 24);

}  // namespace heddle::gate
