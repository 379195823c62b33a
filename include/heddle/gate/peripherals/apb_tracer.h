// Traces APB3: a transfer completes at a rising edge with PSEL, PENABLE and
// PREADY high. Waits are the edges of its access phase before that one.
// Source: ARM IHI 0024, AMBA APB protocol, chapter 3.
#pragma once

#include "heddle/gate/peripherals/bus_tracer.h"

namespace heddle::gate {

struct ApbTracer {
  static constexpr const char* kName = "apb_tracer";
  enum Role : unsigned {
    kClk,
    kSel,
    kEnable,
    kWriteSide,
    kReady,
    kSlaveError,
    kStrobe,
    kAddress = kStrobe + 8,
    kWriteData = kAddress + kBusBits,
    kReadData = kWriteData + kBusBits,
    kOutputRoles = kReadData + kBusBits
  };
  enum InputRole : unsigned { kInputRoles };
  static constexpr auto& kRecordNames = kBusRecordNames;

  struct Config {
    std::uint32_t data_bytes = 4;
  };

  struct State {
    BusClock clock;
    std::uint64_t address = 0;  ///< signals at the last sample, as far as they matter
    std::uint64_t data = 0;
    std::uint64_t access_cycle = 0;  ///< first rising edge of the access phase
    std::uint8_t accesses = 0;       ///< PSEL and PENABLE
    std::uint8_t ready = 0;
    std::uint8_t writes = 0;
    std::uint8_t error = 0;
    std::uint8_t strobe = 0;
    std::uint8_t in_access = 0;  ///< a rising edge was seen in the access phase
    std::uint8_t reserved[2] = {};
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out&) {
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (state.clock.rises(in, kClk)) rise(state, state.clock.now(in, kClk), out);
    state.accesses = in.level(kSel, true) && in.level(kEnable, false) ? 1 : 0;
    state.ready = in.level(kReady, true) ? 1 : 0;
    if (state.accesses == 0 || state.ready == 0) return;
    state.writes = in.level(kWriteSide, false) ? 1 : 0;
    state.error = in.level(kSlaveError, false) ? 1 : 0;
    const std::uint32_t all = (1U << config.data_bytes) - 1;
    const bool strobed = state.writes != 0 && in.connected(kStrobe);
    state.strobe = static_cast<std::uint8_t>(strobed ? in.word(kStrobe, 8) : all);
    state.address = in.word(kAddress, kBusBits);
    state.data = in.word(state.writes != 0 ? kWriteData : kReadData, kBusBits);
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State& state,
                                                                  const PinSample& in) {
    const bool waits =
        state.accesses != 0 ? state.ready != 0 || state.in_access == 0 : state.in_access != 0;
    return BusClock::wake(in, kClk, waits);
  }

  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.text("phase", state.accesses != 0 ? "access" : "idle");
  }

 private:
  template <class Out>
  HEDDLE_HOST_DEVICE static void rise(State& state, std::uint64_t cycle, Out& out) {
    if (state.accesses == 0) {
      state.in_access = 0;
      return;
    }
    if (state.in_access == 0) state.access_cycle = cycle;
    state.in_access = state.ready != 0 ? 0 : 1;
    if (state.ready == 0) return;
    BusRecord::emit({.address = state.address,
                     .data = state.data,
                     .is_write = state.writes != 0,
                     .response = state.error != 0 ? BusResponse::Error : BusResponse::Okay,
                     .strobe = state.strobe,
                     .wait_cycles = static_cast<std::uint32_t>(cycle - state.access_cycle)},
                    out);
  }
};

static_assert(std::has_unique_object_representations_v<ApbTracer::State>);

}  // namespace heddle::gate
