// Traces AHB-Lite: an address phase is taken at a rising edge with HREADY high
// and HTRANS NONSEQ or SEQ, its data phase completes at the next rising edge
// with HREADY high. Waits are the edges of the data phase before that one. Byte
// lanes follow from HSIZE and the address.
// Source: ARM IHI 0033, AMBA 3 AHB-Lite protocol, chapters 3 and 5.
#pragma once

#include "heddle/gate/peripherals/bus_tracer.h"

namespace heddle::gate {

struct AhbLiteTracer {
  static constexpr const char* kName = "ahb_lite_tracer";
  enum Role : unsigned {
    kClk,
    kSel,
    kWriteSide,
    kReady,
    kResp,
    kTrans,
    kSize = kTrans + 2,
    kAddress = kSize + 3,
    kWriteData = kAddress + kBusBits,
    kReadData = kWriteData + kBusBits,
    kOutputRoles = kReadData + kBusBits
  };
  enum InputRole : unsigned { kInputRoles };
  static constexpr auto& kRecordNames = kBusRecordNames;

  struct Config {
    std::uint32_t data_bytes = 4;  ///< width of the data bus: 1, 2, 4 or 8
  };

  struct State {
    BusClock clock;
    std::uint64_t address = 0;  ///< signals at the last sample
    std::uint64_t write_data = 0;
    std::uint64_t read_data = 0;
    std::uint64_t data_address = 0;  ///< of the transfer in its data phase
    std::uint64_t data_cycle = 0;    ///< first rising edge of the data phase
    std::uint8_t starts = 0;         ///< HSEL and HTRANS say a transfer
    std::uint8_t ready = 0;
    std::uint8_t writes = 0;
    std::uint8_t size = 0;
    std::uint8_t error = 0;
    std::uint8_t in_data = 0;  ///< a transfer is in its data phase
    std::uint8_t data_writes = 0;
    std::uint8_t data_size = 0;
    std::uint8_t data_waits = 0;  ///< the data phase has seen a rising edge
    std::uint8_t reserved[7] = {};
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out&) {
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (state.clock.rises(in, kClk)) rise(config, state, state.clock.now(in, kClk), out);
    state.ready = in.level(kReady, true) ? 1 : 0;
    state.starts = in.level(kSel, true) && in.level(kTrans + 1, false) ? 1 : 0;
    state.error = in.level(kResp, false) ? 1 : 0;
    if (state.starts != 0) {
      state.address = in.word(kAddress, kBusBits);
      state.writes = in.level(kWriteSide, false) ? 1 : 0;
      state.size = static_cast<std::uint8_t>(in.word(kSize, 3));
    }
    if (state.in_data != 0 && state.ready != 0) {
      state.write_data = in.word(kWriteData, kBusBits);
      state.read_data = in.word(kReadData, kBusBits);
    }
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State& state,
                                                                  const PinSample& in) {
    const bool moves = state.ready != 0 && (state.starts != 0 || state.in_data != 0);
    const bool first_wait = state.in_data != 0 && state.data_waits == 0;
    return BusClock::wake(in, kClk, moves || first_wait);
  }

  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.text("phase", state.in_data != 0 ? "data" : "idle");
    out.number("address", state.data_address);
  }

 private:
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint8_t lanes(const Config& config,
                                                             const State& state) {
    const std::uint32_t bytes = state.data_size > 3 ? 8U : 1U << state.data_size;
    const std::uint32_t first =
        static_cast<std::uint32_t>(state.data_address) & (config.data_bytes - 1) & ~(bytes - 1);
    return static_cast<std::uint8_t>(((1U << bytes) - 1) << first);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void rise(const Config& config, State& state, std::uint64_t cycle,
                                      Out& out) {
    if (state.in_data != 0 && state.data_waits == 0) {
      state.data_waits = 1;
      state.data_cycle = cycle;
    }
    if (state.ready == 0) return;
    if (state.in_data != 0) {
      BusRecord::emit({.address = state.data_address,
                       .data = state.data_writes != 0 ? state.write_data : state.read_data,
                       .is_write = state.data_writes != 0,
                       .response = state.error != 0 ? BusResponse::Error : BusResponse::Okay,
                       .strobe = lanes(config, state),
                       .wait_cycles = static_cast<std::uint32_t>(cycle - state.data_cycle)},
                      out);
    }
    state.in_data = state.starts;
    state.data_waits = 0;
    state.data_address = state.address;
    state.data_writes = state.writes;
    state.data_size = state.size;
  }
};

static_assert(std::has_unique_object_representations_v<AhbLiteTracer::State>);

}  // namespace heddle::gate
