// A serial flash at the pins of the design: SPI mode 0 in one, two or four
// lanes, and QPI. Bits are taken where SCK is seen to rise with CS low, lanes
// change where it is seen to fall. Addresses have 24 bits and wrap at the
// capacity; bytes that nothing wrote are erased (FF).
//
// Reads: 03, 0B, 3B, 6B, EB (with continuous read), 9F id, AB device id, 05 and
// 35 status. Writes, after 06 and until 04: 02 and 32 program a page, 20, 52,
// D8 and C7/60 erase 4, 32, 64 KiB and all, 01 and 31 write status. 38 enters
// QPI, FF leaves it; B9 sleeps until AB; 66 then 99 resets. A write starts when
// CS rises behind its last whole byte, and until its time has passed only 05
// and 35 are heard. Anything else is ignored until CS rises.
// Source: Winbond W25Q128FV data sheet, instruction set and timing chapters.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"
#include "heddle/gate/peripherals/quad_lanes.h"

namespace heddle::gate {

struct SpiFlash {
  static constexpr const char* kName = "spi_flash";
  static constexpr std::uint32_t kPageBytes = 256;  ///< of a program operation
  enum Role : unsigned { kCs, kSck, kIoOut, kIoOe = kIoOut + 4, kOutputRoles = kIoOe + 4 };
  enum InputRole : unsigned { kIoIn, kInputRoles = kIoIn + 4 };
  /// Values: the command byte; the address of a program or erase; the lanes
  /// that the design and the flash drive at once.
  enum RecordKind : std::uint16_t { kCommand, kProgram, kErase, kClash };
  static constexpr const char* kRecordNames[] = {"command", "program", "erase", "contention"};

  struct Config {
    std::uint32_t capacity_bytes = 1U << 24;  ///< a power of two, at most 2^24; of the store too
    std::uint32_t jedec_id = 0xEF4018;        ///< the first byte on the wire is the highest
    std::int64_t program_time_ps = 0;         ///< how long a page program is busy
    std::int64_t erase_time_ps = 0;           ///< how long an erase is busy
    std::uint8_t device_id = 0x17;
    std::uint8_t status_2 = 0x02;    ///< register 35: quad enable
    std::uint8_t fast_dummy = 8;     ///< clocks of 0B, 3B, 6B after the address
    std::uint8_t quad_io_dummy = 4;  ///< clocks of EB after the mode bits
    std::uint8_t qpi_dummy = 2;      ///< clocks of 0B in QPI; EB's mode bits are two of them
    bool record_commands = false;
  };

  enum Phase : std::uint8_t {
    kOpcode,
    kAddress,
    kMode,
    kDummy,
    kData,
    kArmed,
    kMemory,
    kRegister,
    kIgnore
  };

  struct State {
    std::int64_t busy_until_ps = 0;
    std::uint32_t address = 0;   ///< next byte to send; counts a register's bytes too
    std::uint32_t shift = 0;     ///< bits taken in this phase
    std::uint32_t received = 0;  ///< bytes of `kData`
    std::uint8_t taken = 0;      ///< how many bits, or dummy clocks
    std::uint8_t phase = kOpcode;
    std::uint8_t opcode = 0;
    std::uint8_t data = 0;       ///< the byte going out
    std::uint8_t bits_left = 0;  ///< of it
    std::uint8_t io = 0;         ///< lane levels that the design's inputs hold
    std::uint8_t io_driven = 0;  ///< lanes that the flash drives
    std::uint8_t clash = 0;      ///< of them, those that the design drives too
    std::uint8_t cs = 1;
    std::uint8_t sck = 0;
    std::uint8_t write_enabled = 0;
    std::uint8_t qpi = 0;
    std::uint8_t continuous = 0;  ///< the next transaction starts with EB's address
    std::uint8_t asleep = 0;
    std::uint8_t reset_enabled = 0;  ///< 66 came; 99 resets
    std::uint8_t status_1 = 0;       ///< protection bits, kept and not enforced
    std::uint8_t status_2 = 0;       ///< as a difference to `Config::status_2`
    std::uint8_t reserved[11] = {};
    std::uint8_t page[kPageBytes] = {};  ///< of a program, as a difference to FF
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    set_quad_lanes<SpiFlash>(state, 0, 0, out);
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
      if (cs > state.cs) finish(config, state, in, out);
      if (cs != state.cs) begin(state);
      state.cs = cs;
      state.sck = sck;
      if (cs != 0) {
        set_quad_lanes<SpiFlash>(state, 0, 0, out);
      } else if (rises) {
        take(config, state, in, out);
      } else if (falls) {
        give(config, state, in, out);
      }
    }
    watch_quad_lanes<SpiFlash>(state, in, out);
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State&,
                                                                  const PinSample&) {
    return kNever;
  }

  template <class Description>
  static void describe(const Config& config, const State& state, Description& out) {
    out.text("selected", state.cs == 0 ? "yes" : "no");
    out.text("mode", state.qpi != 0 ? "qpi" : "spi");
    out.number("opcode", state.opcode);
    out.number("address", state.address);
    out.text("write_enabled", state.write_enabled != 0 ? "yes" : "no");
    out.text("continuous_read", state.continuous != 0 ? "yes" : "no");
    out.text("asleep", state.asleep != 0 ? "yes" : "no");
    out.number("status_2", std::uint64_t{state.status_2} ^ config.status_2);
    out.number("busy_until_ps", static_cast<std::uint64_t>(state.busy_until_ps));
  }

 private:
  /// CS changed: whatever was under way is over.
  HEDDLE_HOST_DEVICE static void begin(State& state) {
    enter(state, state.continuous != 0 ? kAddress : kOpcode);
    if (state.continuous != 0) state.opcode = 0xEB;
  }

  HEDDLE_HOST_DEVICE static void enter(State& state, Phase phase) {
    state.phase = phase;
    state.shift = 0;
    state.taken = 0;
    state.bits_left = 0;
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static bool busy(const State& state, const PinSample& in) {
    return in.time_ps < state.busy_until_ps;
  }

  /// Lanes on which the bits of the present phase come in.
  [[nodiscard]] HEDDLE_HOST_DEVICE static unsigned lanes_in(const State& state) {
    if (state.qpi != 0) return 4;
    if (state.opcode == 0x32 && state.phase == kData) return 4;
    return state.opcode == 0xEB && state.phase != kOpcode ? 4 : 1;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void take(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    if (state.phase >= kArmed) {
      // A clock behind the last byte of a write: it will not be carried out.
      if (state.phase == kArmed) enter(state, kIgnore);
      return;
    }
    if (state.phase == kDummy) {
      if (++state.taken >= dummy_clocks(config, state)) start_output(state);
      return;
    }
    const unsigned lanes = lanes_in(state);
    const std::uint32_t levels = in.levels(kIoOut, lanes, false) & in.levels(kIoOe, lanes, true);
    state.shift = state.shift << lanes | levels;
    state.taken = static_cast<std::uint8_t>(state.taken + lanes);
    if (state.phase == kOpcode && state.taken == 8) {
      decode(config, state, in, out);
    } else if (state.phase == kAddress && state.taken == 24) {
      state.address = state.shift & (config.capacity_bytes - 1);
      after_address(config, state);
    } else if (state.phase == kMode && state.taken == 8) {
      state.continuous = (state.shift & 0x30U) == 0x20U ? 1 : 0;
      enter(state, kDummy);
      if (dummy_clocks(config, state) == 0) start_output(state);
    } else if (state.phase == kData && state.taken == 8) {
      const std::uint32_t at = (state.address + state.received) % kPageBytes;
      state.page[at] = static_cast<std::uint8_t>(~state.shift);
      ++state.received;
      state.shift = 0;
      state.taken = 0;
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void decode(const Config& config, State& state, const PinSample& in,
                                        Out& out) {
    state.opcode = static_cast<std::uint8_t>(state.shift);
    state.address = 0;
    state.received = 0;
    if (config.record_commands) out.record(kCommand, state.opcode);
    const bool may_reset = state.reset_enabled != 0;
    state.reset_enabled = 0;
    enter(state, phase_after(config, state, busy(state, in)));
    if (state.phase == kData) {
      for (std::uint32_t i = 0; i < kPageBytes; ++i) state.page[i] = 0;
    }
    if (state.phase != kIgnore || busy(state, in)) return;
    switch (state.asleep != 0 ? 0 : state.opcode) {
      case 0x06: state.write_enabled = 1; break;
      case 0x04: state.write_enabled = 0; break;
      case 0x38: state.qpi = quad_enabled(config, state) ? 1 : 0; break;
      case 0xFF: state.qpi = 0; break;
      case 0xB9: state.asleep = 1; break;
      case 0x66: state.reset_enabled = 1; break;
      case 0x99:
        if (!may_reset) break;
        state.write_enabled = 0;
        state.qpi = 0;
        break;
      default: break;
    }
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static bool quad_enabled(const Config& config,
                                                            const State& state) {
    return ((state.status_2 ^ config.status_2) & 2U) != 0;
  }

  /// What follows the opcode.
  [[nodiscard]] HEDDLE_HOST_DEVICE static Phase phase_after(const Config& config,
                                                            const State& state, bool is_busy) {
    const bool quad = quad_enabled(config, state);
    const bool spi = state.qpi == 0;
    const bool writes = state.write_enabled != 0;
    if (state.asleep != 0) return state.opcode == 0xAB ? kDummy : kIgnore;
    if (is_busy && state.opcode != 0x05 && state.opcode != 0x35) return kIgnore;
    switch (state.opcode) {
      case 0x03:
      case 0x3B: return spi ? kAddress : kIgnore;
      case 0x6B: return spi && quad ? kAddress : kIgnore;
      case 0x0B: return kAddress;
      case 0xEB: return quad ? kAddress : kIgnore;
      case 0x9F:
      case 0x05:
      case 0x35: return kRegister;
      case 0xAB: return kDummy;
      case 0x02:
      case 0x20:
      case 0x52:
      case 0xD8: return writes ? kAddress : kIgnore;
      case 0x32: return writes && spi && quad ? kAddress : kIgnore;
      case 0x01:
      case 0x31: return writes ? kData : kIgnore;
      case 0xC7:
      case 0x60: return writes ? kArmed : kIgnore;
      default: return kIgnore;
    }
  }

  HEDDLE_HOST_DEVICE static void after_address(const Config& config, State& state) {
    switch (state.opcode) {
      case 0xEB: enter(state, kMode); return;
      case 0x02:
      case 0x32:
        enter(state, kData);
        for (std::uint32_t i = 0; i < kPageBytes; ++i) state.page[i] = 0;
        return;
      case 0x20:
      case 0x52:
      case 0xD8: enter(state, kArmed); return;
      default: break;
    }
    enter(state, kDummy);
    if (dummy_clocks(config, state) == 0) start_output(state);
  }

  HEDDLE_HOST_DEVICE static void start_output(State& state) {
    if (state.opcode == 0xAB) state.asleep = 0;
    enter(state, state.opcode == 0xAB ? kRegister : kMemory);
  }

  /// CS rose: a write that is complete is carried out.
  template <class Out>
  HEDDLE_HOST_DEVICE static void finish(const Config& config, State& state, const PinSample& in,
                                        Out& out) {
    if (state.opcode == 0xAB && state.phase == kDummy) state.asleep = 0;
    if (state.phase == kArmed) {
      erase(config, state, in, out);
    } else if (state.phase == kData && state.taken == 0 && state.received > 0) {
      if (state.opcode == 0x02 || state.opcode == 0x32) {
        program(config, state, in, out);
      } else {
        write_status(config, state);
      }
    } else {
      return;
    }
    state.write_enabled = 0;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void program(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    const std::uint32_t first = state.address & ~(kPageBytes - 1);
    for (std::uint32_t i = 0; i < kPageBytes; ++i) {
      if (state.page[i] == 0) continue;
      const std::uint8_t old = in.store.read(first + i);
      in.store.write(first + i, static_cast<std::uint8_t>(old & ~state.page[i]));
    }
    state.busy_until_ps = in.time_ps + config.program_time_ps;
    out.record(kProgram, state.address);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void erase(const Config& config, State& state, const PinSample& in,
                                       Out& out) {
    std::uint32_t bytes = config.capacity_bytes;
    if (state.opcode == 0x20) bytes = 4U << 10;
    if (state.opcode == 0x52) bytes = 32U << 10;
    if (state.opcode == 0xD8) bytes = 64U << 10;
    if (bytes > config.capacity_bytes) bytes = config.capacity_bytes;
    const std::uint32_t first = state.address & ~(bytes - 1);
    for (std::uint32_t i = 0; i < bytes; ++i) {
      if (in.store.read(first + i) != 0xFF) in.store.write(first + i, 0xFF);
    }
    state.busy_until_ps = in.time_ps + config.erase_time_ps;
    out.record(kErase, first);
  }

  HEDDLE_HOST_DEVICE static void write_status(const Config& config, State& state) {
    const auto byte = [&](std::uint32_t i) { return static_cast<std::uint8_t>(~state.page[i]); };
    if (state.opcode == 0x31) {
      state.status_2 = byte(0) ^ config.status_2;
      return;
    }
    state.status_1 = byte(0) & 0xFCU;
    if (state.received > 1) state.status_2 = byte(1) ^ config.status_2;
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
  HEDDLE_HOST_DEVICE static void give(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    if (state.phase != kMemory && state.phase != kRegister) return;
    if (state.bits_left == 0) {
      state.data =
          state.phase == kMemory ? in.store.read(state.address) : register_byte(config, state, in);
      state.address = (state.address + 1) & (config.capacity_bytes - 1);
      state.bits_left = 8;
    }
    const unsigned lanes = lanes_out(state);
    state.bits_left = static_cast<std::uint8_t>(state.bits_left - lanes);
    const unsigned data = state.data;
    const unsigned mask = (1U << lanes) - 1;
    const unsigned bits = data >> state.bits_left & mask;
    const unsigned shift = lanes == 1 ? 1 : 0;
    set_quad_lanes<SpiFlash>(state, bits << shift, mask << shift, out);
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint8_t register_byte(const Config& config,
                                                                     const State& state,
                                                                     const PinSample& in) {
    switch (state.opcode) {
      case 0x9F:
        return static_cast<std::uint8_t>(config.jedec_id >> (16 - 8 * (state.address % 3)));
      case 0x05:
        if (busy(state, in)) return state.status_1 | 0x03;
        return static_cast<std::uint8_t>(state.status_1 | (state.write_enabled != 0 ? 0x02 : 0));
      case 0x35: return state.status_2 ^ config.status_2;
      default: return config.device_id;
    }
  }
};

static_assert(std::is_trivially_copyable_v<SpiFlash::Config>);
static_assert(std::has_unique_object_representations_v<SpiFlash::State> &&
              sizeof(SpiFlash::State) == 304);

}  // namespace heddle::gate
