// Traces AXI4-Lite: on each of its five channels a transfer happens at a rising
// edge with VALID and READY high. A write is complete with its response, a read
// with its data; both come in the order of their addresses. Waits are the edges
// from the address (of a write: from its address or data, whichever was later)
// to the response, the next edge being 0.
// Source: ARM IHI 0022, AMBA AXI protocol, chapters A3 and B1.
#pragma once

#include "heddle/gate/peripherals/bus_tracer.h"

namespace heddle::gate {

struct AxiLiteTracer {
  static constexpr const char* kName = "axi_lite_tracer";
  static constexpr unsigned kOpenMax = 16;  ///< transactions in flight, each way
  enum Role : unsigned {
    kClk,
    kAwValid,
    kAwReady,
    kWValid,
    kWReady,
    kBValid,
    kBReady,
    kArValid,
    kArReady,
    kRValid,
    kRReady,
    kBResp,
    kRResp = kBResp + 2,
    kWStrobe = kRResp + 2,
    kAwAddress = kWStrobe + 8,
    kWData = kAwAddress + kBusBits,
    kArAddress = kWData + kBusBits,
    kRData = kArAddress + kBusBits,
    kOutputRoles = kRData + kBusBits
  };
  enum InputRole : unsigned { kInputRoles };
  static constexpr auto& kRecordNames = kBusRecordNames;

  struct Config {
    std::uint32_t data_bytes = 4;  ///< 4 or 8
  };

  struct Beat {
    std::uint64_t word = 0;  ///< address or data
    std::uint64_t cycle = 0;
    std::uint64_t strobe = 0;
  };

  enum Channel : std::uint8_t { kAw = 1, kW = 2, kB = 4, kAr = 8, kR = 16 };

  struct State {
    BusClock clock;
    Beat aw, w, ar, r;  ///< signals at the last sample of the channels that transfer
    BusQueue<Beat, kOpenMax> addresses;
    BusQueue<Beat, kOpenMax> words;
    BusQueue<Beat, kOpenMax> reads;
    std::uint8_t transfers = 0;  ///< channels with VALID and READY, a set of `Channel`
    std::uint8_t b_response = 0;
    std::uint8_t r_response = 0;
    std::uint8_t reserved[5] = {};
  };

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out&) {
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (state.clock.rises(in, kClk)) rise(config, state, state.clock.now(in, kClk), out);
    const auto transfers = [&](unsigned valid, Channel channel) {
      return in.level(valid, false) && in.level(valid + 1, true) ? unsigned{channel} : 0U;
    };
    state.transfers = static_cast<std::uint8_t>(transfers(kAwValid, kAw) | transfers(kWValid, kW) |
                                                transfers(kBValid, kB) | transfers(kArValid, kAr) |
                                                transfers(kRValid, kR));
    if ((state.transfers & kAw) != 0) state.aw.word = in.word(kAwAddress, kBusBits);
    if ((state.transfers & kAr) != 0) state.ar.word = in.word(kArAddress, kBusBits);
    if ((state.transfers & kB) != 0) state.b_response = response(in, kBResp);
    if ((state.transfers & kR) != 0) {
      state.r.word = in.word(kRData, kBusBits);
      state.r_response = response(in, kRResp);
    }
    if ((state.transfers & kW) == 0) return;
    state.w.word = in.word(kWData, kBusBits);
    const std::uint64_t all = (1U << config.data_bytes) - 1;
    state.w.strobe = in.connected(kWStrobe) ? in.word(kWStrobe, 8) : all;
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config&, State&, const PinSample&, Out&) {}

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State& state,
                                                                  const PinSample& in) {
    return BusClock::wake(in, kClk, state.transfers != 0);
  }

  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.number("open_writes", state.addresses.count);
    out.number("open_reads", state.reads.count);
  }

 private:
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint8_t response(const PinSample& in,
                                                                unsigned role) {
    constexpr BusResponse kResponses[] = {BusResponse::Okay, BusResponse::ExclusiveOkay,
                                          BusResponse::SlaveError, BusResponse::DecodeError};
    return static_cast<std::uint8_t>(kResponses[in.word(role, 2)]);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void rise(const Config& config, State& state, std::uint64_t cycle,
                                      Out& out) {
    // A response cannot be for what is accepted at this same edge.
    if ((state.transfers & kB) != 0) end_write(state, cycle, out);
    if ((state.transfers & kR) != 0) end_read(config, state, cycle, out);
    const auto accept = [&](auto& queue, Beat& beat) {
      beat.cycle = cycle;
      if (!queue.push(beat)) out.record(BusRecord::kProtocolError, queue.count);
    };
    if ((state.transfers & kAw) != 0) accept(state.addresses, state.aw);
    if ((state.transfers & kW) != 0) accept(state.words, state.w);
    if ((state.transfers & kAr) != 0) accept(state.reads, state.ar);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void end_write(State& state, std::uint64_t cycle, Out& out) {
    if (state.addresses.empty() || state.words.empty()) {
      out.record(BusRecord::kProtocolError, kB);
      return;
    }
    const Beat address = state.addresses.pop();
    const Beat data = state.words.pop();
    const std::uint64_t from = address.cycle > data.cycle ? address.cycle : data.cycle;
    BusRecord::emit({.address = address.word,
                     .data = data.word,
                     .is_write = true,
                     .response = static_cast<BusResponse>(state.b_response),
                     .strobe = static_cast<std::uint8_t>(data.strobe),
                     .wait_cycles = static_cast<std::uint32_t>(cycle - from - 1)},
                    out);
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void end_read(const Config& config, State& state, std::uint64_t cycle,
                                          Out& out) {
    if (state.reads.empty()) {
      out.record(BusRecord::kProtocolError, kR);
      return;
    }
    const Beat address = state.reads.pop();
    BusRecord::emit({.address = address.word,
                     .data = state.r.word,
                     .response = static_cast<BusResponse>(state.r_response),
                     .strobe = static_cast<std::uint8_t>((1U << config.data_bytes) - 1),
                     .wait_cycles = static_cast<std::uint32_t>(cycle - address.cycle - 1)},
                    out);
  }
};

static_assert(std::has_unique_object_representations_v<AxiLiteTracer::State>);

}  // namespace heddle::gate
