// A serial flash at the pins of the design, read-only: SPI mode 0 in one, two
// or four lanes, and QPI. Bits are taken where SCK is seen to rise with CS low,
// lanes change where it is seen to fall; a lane that the flash does not drive
// holds 0, as all do while CS is high. Addresses have 24 bits and wrap at the
// capacity; bytes outside of the image are erased (FF).
//
// Commands: 03 read, 0B fast read, 3B dual output, 6B quad output, EB quad I/O
// (with continuous read), 9F id, 05 and 35 status, 06 and 04 write enable,
// AB device id, 38 enter QPI, FF leave QPI. Others are ignored until CS rises.
// Source: Winbond W25Q128FV data sheet, instruction set and timing chapters.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

struct SpiFlash {
  enum Role : unsigned { kCs, kSck, kIoOut, kIoOe = kIoOut + 4, kOutputRoles = kIoOe + 4 };
  enum InputRole : unsigned { kIoIn, kInputRoles = kIoIn + 4 };
  enum RecordKind : std::uint16_t { kCommand };  ///< value: the command byte

  struct Config {
    const std::uint8_t* image = nullptr;
    std::uint32_t image_bytes = 0;
    std::uint32_t image_first = 0;            ///< address of the image's first byte
    std::uint32_t capacity_bytes = 1U << 24;  ///< a power of two, at most 2^24
    std::uint32_t jedec_id = 0xEF4018;        ///< the first byte on the wire is the highest
    std::uint8_t device_id = 0x17;
    std::uint8_t status_2 = 0x02;    ///< register 35: quad enable
    std::uint8_t fast_dummy = 8;     ///< clocks of 0B, 3B, 6B after the address
    std::uint8_t quad_io_dummy = 4;  ///< clocks of EB after the mode bits
    std::uint8_t qpi_dummy = 2;      ///< clocks of 0B in QPI; EB's mode bits are two of them
    bool record_commands = false;
  };

  enum Phase : std::uint8_t { kOpcode, kAddress, kMode, kDummy, kMemory, kRegister, kIgnore };

  struct State {
    std::uint32_t address = 0;  ///< next byte to send; counts a register's bytes too
    std::uint32_t shift = 0;    ///< bits taken in this phase
    std::uint8_t taken = 0;     ///< how many bits, or dummy clocks
    std::uint8_t phase = kOpcode;
    std::uint8_t opcode = 0;
    std::uint8_t data = 0;       ///< the byte going out
    std::uint8_t bits_left = 0;  ///< of it
    std::uint8_t io = 0;         ///< lane levels that the design's inputs hold
    std::uint8_t cs = 1;
    std::uint8_t sck = 0;
    std::uint8_t write_enabled = 0;
    std::uint8_t qpi = 0;
    std::uint8_t continuous = 0;  ///< the next transaction starts with EB's address
    std::uint8_t reserved = 0;
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    set_lanes(state, 0, out);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    const std::uint8_t cs = in.level(kCs, false) ? 1 : 0;
    const std::uint8_t sck = in.level(kSck, false) ? 1 : 0;
    if (cs == state.cs && sck == state.sck) return;
    const bool rises = sck > state.sck;
    const bool falls = sck < state.sck;
    if (cs != state.cs) begin(state);
    state.cs = cs;
    state.sck = sck;
    if (cs != 0) {
      set_lanes(state, 0, out);
    } else if (rises) {
      take(config, state, in, out);
    } else if (falls) {
      give(config, state, out);
    }
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State&,
                                                                  const PinSample&) {
    return kNever;
  }

 private:
  /// CS changed: whatever was under way is over.
  HEDDLE_HOST_DEVICE static void begin(State& state) {
    state.phase = state.continuous != 0 ? kAddress : kOpcode;
    if (state.continuous != 0) state.opcode = 0xEB;
    state.shift = 0;
    state.taken = 0;
    state.bits_left = 0;
  }

  HEDDLE_HOST_DEVICE static void enter(State& state, Phase phase) {
    state.phase = phase;
    state.shift = 0;
    state.taken = 0;
    state.bits_left = 0;
  }

  /// Lanes on which the bits of the present phase come in.
  [[nodiscard]] HEDDLE_HOST_DEVICE static unsigned lanes_in(const State& state) {
    if (state.qpi != 0) return 4;
    return state.opcode == 0xEB && state.phase != kOpcode ? 4 : 1;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void take(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    if (state.phase >= kMemory) return;
    if (state.phase == kDummy) {
      if (++state.taken >= dummy_clocks(config, state)) start_output(state);
      return;
    }
    const unsigned lanes = lanes_in(state);
    const std::uint32_t levels = in.levels(kIoOut, lanes, false) & in.levels(kIoOe, lanes, true);
    state.shift = state.shift << lanes | levels;
    state.taken = static_cast<std::uint8_t>(state.taken + lanes);
    if (state.phase == kOpcode && state.taken == 8) {
      decode(config, state, out);
    } else if (state.phase == kAddress && state.taken == 24) {
      state.address = state.shift & (config.capacity_bytes - 1);
      after_address(config, state);
    } else if (state.phase == kMode && state.taken == 8) {
      state.continuous = (state.shift & 0x30U) == 0x20U ? 1 : 0;
      enter(state, kDummy);
      if (dummy_clocks(config, state) == 0) start_output(state);
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void decode(const Config& config, State& state, Out& out) {
    state.opcode = static_cast<std::uint8_t>(state.shift);
    state.address = 0;
    if (config.record_commands) out.record(kCommand, state.opcode);
    switch (state.opcode) {
      case 0x03:
      case 0x3B:
      case 0x6B: enter(state, state.qpi != 0 ? kIgnore : kAddress); return;
      case 0x0B:
      case 0xEB: enter(state, kAddress); return;
      case 0x9F:
      case 0x05:
      case 0x35: enter(state, kRegister); return;
      case 0xAB: enter(state, kDummy); return;
      case 0x06: state.write_enabled = 1; break;
      case 0x04: state.write_enabled = 0; break;
      case 0x38: state.qpi = 1; break;
      case 0xFF: state.qpi = 0; break;
      default: break;
    }
    enter(state, kIgnore);
  }

  HEDDLE_HOST_DEVICE static void after_address(const Config& config, State& state) {
    if (state.opcode == 0xEB) {
      enter(state, kMode);
      return;
    }
    enter(state, kDummy);
    if (dummy_clocks(config, state) == 0) start_output(state);
  }

  HEDDLE_HOST_DEVICE static void start_output(State& state) {
    enter(state, state.opcode == 0xAB ? kRegister : kMemory);
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static unsigned dummy_clocks(const Config& config,
                                                                const State& state) {
    switch (state.opcode) {
      case 0xAB: return state.qpi != 0 ? 6 : 24;
      case 0x03: return 0;
      case 0xEB: return state.qpi != 0 ? config.qpi_dummy - 2U : config.quad_io_dummy;
      default: return state.qpi != 0 ? config.qpi_dummy : config.fast_dummy;
    }
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static unsigned lanes_out(const State& state) {
    if (state.qpi != 0) return 4;
    switch (state.opcode) {
      case 0x3B: return 2;
      case 0x6B:
      case 0xEB: return 4;
      default: return 1;
    }
  }

  /// SCK fell: the next bits go onto the lanes, the most significant highest.
  template <class Out>
  HEDDLE_HOST_DEVICE static void give(const Config& config, State& state, Out& out) {
    if (state.phase != kMemory && state.phase != kRegister) return;
    if (state.bits_left == 0) {
      state.data = state.phase == kMemory ? memory_byte(config, state.address)
                                          : register_byte(config, state);
      state.address = (state.address + 1) & (config.capacity_bytes - 1);
      state.bits_left = 8;
    }
    const unsigned lanes = lanes_out(state);
    state.bits_left = static_cast<std::uint8_t>(state.bits_left - lanes);
    const unsigned data = state.data;
    const unsigned bits = data >> state.bits_left & ((1U << lanes) - 1);
    set_lanes(state, lanes == 1 ? bits << 1 : bits, out);
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint8_t memory_byte(const Config& config,
                                                                   std::uint32_t address) {
    const std::uint32_t index = address - config.image_first;
    return address >= config.image_first && index < config.image_bytes ? config.image[index] : 0xFF;
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint8_t register_byte(const Config& config,
                                                                     const State& state) {
    switch (state.opcode) {
      case 0x9F:
        return static_cast<std::uint8_t>(config.jedec_id >> (16 - 8 * (state.address % 3)));
      case 0x05: return state.write_enabled != 0 ? 0x02 : 0x00;
      case 0x35: return config.status_2;
      default: return config.device_id;
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void set_lanes(State& state, unsigned levels, Out& out) {
    const unsigned changed = state.io ^ levels;
    if (changed == 0) return;
    for (unsigned i = 0; i < 4; ++i) {
      if ((changed >> i & 1U) != 0) out.drive(kIoIn + i, (levels >> i & 1U) != 0);
    }
    state.io = static_cast<std::uint8_t>(levels);
  }
};

static_assert(std::is_trivially_copyable_v<SpiFlash::Config>);
static_assert(std::has_unique_object_representations_v<SpiFlash::State> &&
              sizeof(SpiFlash::State) == 20);

}  // namespace heddle::gate
