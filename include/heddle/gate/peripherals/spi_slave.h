// An SPI slave with a register file, in any of the four modes. The first byte
// after CS falls (or the first two) is a register number with a read flag on
// top; then data bytes follow, the register counting up. While it is not asked
// to read, MISO is low; while CS is high it is let go.
//
// Mode is CPOL * 2 + CPHA. Bits are taken at the leading clock edge with CPHA 0
// and at the trailing one with CPHA 1, and put out at the other; with CPHA 0
// the first bit of a byte is put out at the trailing edge before it.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

struct SpiSlave {
  static constexpr const char* kName = "spi_slave";
  enum Role : unsigned { kCs, kSck, kMosi, kOutputRoles };
  enum InputRole : unsigned { kMiso, kInputRoles };
  enum RecordKind : std::uint16_t { kWritten, kReadOut };  ///< register * 256 + data
  static constexpr const char* kRecordNames[] = {"write", "read"};

  struct Config {
    std::uint32_t register_count = 128;  ///< a power of two, 1 .. 32768; of the store too
    std::uint8_t mode = 0;               ///< 0 .. 3
    std::uint8_t header_bytes = 1;       ///< 1 or 2
    bool read_flag = true;               ///< level of the header's top bit that means a read
  };

  struct State {
    std::uint32_t address = 0;
    std::uint16_t shift = 0;
    std::uint8_t bits = 0;  ///< taken of the header or of a byte
    std::uint8_t has_header = 0;
    std::uint8_t reading = 0;
    std::uint8_t out_left = 0;  ///< bits of `data` still to go out
    std::uint8_t data = 0;
    std::uint8_t cs = 1;
    std::uint8_t sck = 0;
    std::uint8_t miso = 0;  ///< what the design's input holds
    std::uint8_t driven = 0;
    std::uint8_t reserved = 0;
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    if (state.driven != 0) out.release(kMiso);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    const bool cs = in.level(kCs, false);
    const bool idle_high = config.mode >= 2;
    const std::uint8_t sck = in.level(kSck, idle_high) != idle_high ? 1 : 0;  // 1: active
    if (cs != (state.cs != 0)) select(state, cs, out);
    const bool leads = sck > state.sck;
    const bool trails = sck < state.sck;
    state.sck = sck;
    if (cs || (!leads && !trails)) return;
    const bool takes = leads == ((config.mode & 1U) == 0);
    if (takes) {
      take(config, state, in, out);
    } else {
      give(config, state, in, out);
    }
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
    out.text("direction", state.reading != 0 ? "read" : "write");
    out.number("register", state.address);
    out.number("bits", state.bits);
  }

 private:
  template <class Out>
  HEDDLE_HOST_DEVICE static void select(State& state, bool cs, Out& out) {
    const std::uint8_t sck = state.sck;
    state = State{};
    state.sck = sck;
    state.cs = cs ? 1 : 0;
    state.driven = cs ? 0 : 1;
    if (cs) {
      out.release(kMiso);
    } else {
      out.drive(kMiso, false);
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void put(State& state, bool level, Out& out) {
    if (level == (state.miso != 0)) return;
    state.miso = level ? 1 : 0;
    out.drive(kMiso, level);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void take(const Config& config, State& state, const PinSample& in,
                                      Out& out) {
    state.shift = static_cast<std::uint16_t>(state.shift << 1U | (in.level(kMosi, false) ? 1 : 0));
    ++state.bits;
    const std::uint32_t mask = config.register_count - 1;
    if (state.has_header == 0) {
      if (state.bits < 8 * config.header_bytes) return;
      const unsigned top = 8U * config.header_bytes - 1;
      state.has_header = 1;
      state.reading = ((unsigned{state.shift} >> top & 1U) != 0) == config.read_flag ? 1 : 0;
      state.address = state.shift & ((1U << top) - 1) & mask;
    } else {
      if (state.bits < 8) return;
      const std::uint32_t data = state.shift & 0xFFU;
      if (state.reading != 0) {
        out.record(kReadOut, state.address << 8 | in.store.read(state.address));
      } else {
        in.store.write(state.address, static_cast<std::uint8_t>(data));
        out.record(kWritten, state.address << 8 | data);
      }
      state.address = (state.address + 1) & mask;
    }
    state.bits = 0;
    state.shift = 0;
    state.out_left = 8;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void give(const Config&, State& state, const PinSample& in, Out& out) {
    if (state.reading == 0) return;
    if (state.out_left == 8) state.data = in.store.read(state.address);
    if (state.out_left == 0) return;
    --state.out_left;
    put(state, (unsigned{state.data} >> state.out_left & 1U) != 0, out);
  }
};

static_assert(std::is_trivially_copyable_v<SpiSlave::Config>);
static_assert(std::has_unique_object_representations_v<SpiSlave::State> &&
              sizeof(SpiSlave::State) == 16);

}  // namespace heddle::gate
