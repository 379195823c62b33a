// Traces Wishbone B4. Classic: a cycle completes at a rising edge with CYC, STB
// and one of ACK, ERR and RTY high. Pipelined: a request is accepted at a rising
// edge with CYC and STB high and STALL low, and answered in order, from that
// very edge on. Waits are the edges from the first one with STB high, or from
// the one that accepted the request, to the answer.
// Source: Wishbone B4 specification, chapters 3.1 and 3.3.
#pragma once

#include "heddle/gate/peripherals/bus_tracer.h"

namespace heddle::gate {

struct WishboneTracer {
  static constexpr const char* kName = "wishbone_tracer";
  static constexpr unsigned kRequestsMax = 16;
  enum Role : unsigned {
    kClk,
    kCyc,
    kStb,
    kWe,
    kAck,
    kErr,
    kRty,
    kStall,
    kSelect,
    kAddress = kSelect + 8,
    kWriteData = kAddress + kBusBits,
    kReadData = kWriteData + kBusBits,
    kOutputRoles = kReadData + kBusBits
  };
  enum InputRole : unsigned { kInputRoles };
  static constexpr auto& kRecordNames = kBusRecordNames;

  struct Config {
    std::uint32_t data_bytes = 4;
    bool pipelined = false;
  };

  struct Request {
    std::uint64_t address = 0;
    std::uint64_t data = 0;
    std::uint64_t cycle = 0;
    std::uint32_t writes = 0;
    std::uint32_t strobe = 0;
  };

  struct State {
    BusClock clock;
    Request now;  ///< signals of a request at the last sample
    std::uint64_t read_data = 0;
    BusQueue<Request, kRequestsMax> open;  ///< requests without an answer
    std::uint8_t cyc = 0;                  ///< signals at the last sample
    std::uint8_t requests = 0;             ///< CYC and STB
    std::uint8_t stalls = 0;
    std::uint8_t answer = 0;  ///< 1 ACK, 2 ERR, 3 RTY
    std::uint8_t began = 0;   ///< classic: a rising edge with STB was seen
    std::uint8_t reserved[3] = {};
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out&) {
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (state.clock.rises(in, kClk)) {
      const std::uint64_t cycle = state.clock.now(in, kClk);
      if (config.pipelined) {
        rise_pipelined(state, cycle, out);
      } else {
        rise_classic(state, cycle, out);
      }
    }
    note(config, state, in);
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config& config,
                                                                  const State& state,
                                                                  const PinSample& in) {
    bool waits = state.answer != 0 && state.cyc != 0;
    if (config.pipelined) {
      waits |= state.requests != 0 && state.stalls == 0;
      waits |= state.cyc == 0 && !state.open.empty();
    } else {
      waits |= (state.requests != 0) != (state.began != 0);
    }
    return BusClock::wake(in, kClk, waits);
  }

  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.text("cycle", state.cyc != 0 ? "yes" : "no");
    out.number("open_requests", state.open.count);
  }

 private:
  HEDDLE_HOST_DEVICE static void note(const Config& config, State& state, const PinSample& in) {
    state.cyc = in.level(kCyc, true) ? 1 : 0;
    state.requests = state.cyc != 0 && in.level(kStb, true) ? 1 : 0;
    state.stalls = in.level(kStall, false) ? 1 : 0;
    const unsigned failed = in.level(kErr, false) ? 2 : in.level(kRty, false) ? 3 : 0;
    state.answer = static_cast<std::uint8_t>(in.level(kAck, false) ? 1U : failed);
    if (state.answer != 0) state.read_data = in.word(kReadData, kBusBits);
    if (state.requests == 0) return;
    const std::uint32_t all = (1U << config.data_bytes) - 1;
    const bool writes = in.level(kWe, false);
    state.now.address = in.word(kAddress, kBusBits);
    state.now.data = writes ? in.word(kWriteData, kBusBits) : 0;
    state.now.writes = writes ? 1 : 0;
    state.now.strobe =
        in.connected(kSelect) ? static_cast<std::uint32_t>(in.word(kSelect, 8)) : all;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void answer(State& state, const Request& request, std::uint64_t cycle,
                                        Out& out) {
    constexpr BusResponse kResponses[] = {BusResponse::Okay, BusResponse::Okay, BusResponse::Error,
                                          BusResponse::Retry};
    BusRecord::emit({.address = request.address,
                     .data = request.writes != 0 ? request.data : state.read_data,
                     .is_write = request.writes != 0,
                     .response = kResponses[state.answer],
                     .strobe = static_cast<std::uint8_t>(request.strobe),
                     .wait_cycles = static_cast<std::uint32_t>(cycle - request.cycle)},
                    out);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void rise_classic(State& state, std::uint64_t cycle, Out& out) {
    if (state.requests == 0) {
      state.began = 0;
      return;
    }
    if (state.began == 0) state.now.cycle = cycle;
    state.began = state.answer == 0 ? 1 : 0;
    if (state.answer != 0) answer(state, state.now, cycle, out);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void rise_pipelined(State& state, std::uint64_t cycle, Out& out) {
    if (state.cyc == 0) {
      state.open = {};
      return;
    }
    if (state.requests != 0 && state.stalls == 0) {
      state.now.cycle = cycle;
      if (!state.open.push(state.now)) out.record(BusRecord::kProtocolError, state.open.count);
    }
    if (state.answer == 0) return;
    if (state.open.empty()) {
      out.record(BusRecord::kProtocolError, 0);
    } else {
      answer(state, state.open.pop(), cycle, out);
    }
  }
};

static_assert(std::has_unique_object_representations_v<WishboneTracer::State>);

}  // namespace heddle::gate
