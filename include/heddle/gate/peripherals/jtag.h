// A JTAG adapter at the pins of the design: plays the characters of the
// remote_bitbang protocol, from a recording or from a live client.
//
// 0..7 set TCK (4), TMS (2) and TDI (1); r s t u set TRST (2) and SRST (1), as
// r + 2 TRST + SRST; R samples TDO; B, b and Q change no pin. A character that
// sets pins is taken `hold` edges after the one before; characters that set
// none are taken together with the next one that does, before it. So R sees
// what the pins led to after `hold` edges: at least one, since what is driven
// arrives with the next edge. A start holds a character back until its edge.
//
// TCK may clock flops like any other input. What is driven at an edge changes
// in step (1) of the next: data settle together with it and are what its flops
// sample, and clocks of the run that change at that edge follow in step (2).
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

/// Operation `operation` of a stream is not taken before `edge`.
struct JtagStart {
  std::uint64_t operation = 0;
  std::uint64_t edge = 0;

  friend bool operator==(const JtagStart&, const JtagStart&) = default;
};

struct Jtag {
  static constexpr const char* kName = "jtag";
  enum Role : unsigned { kTdo, kOutputRoles };
  enum InputRole : unsigned { kTdi, kTms, kTck, kSrstN, kTrstN, kInputRoles };
  enum RecordKind : std::uint16_t { kSample };  ///< value: TDO
  static constexpr const char* kRecordNames[] = {"tdo"};

  struct Config {
    const std::uint8_t* operations = nullptr;  ///< characters, from number `first` on
    std::uint64_t first = 0;
    std::uint64_t end = 0;              ///< number after the last
    const JtagStart* starts = nullptr;  ///< in order, at most one an operation
    std::uint64_t start_count = 0;
    std::uint64_t hold = 1;  ///< edges, at least 1
  };

  struct State {
    std::uint64_t next = 0;             ///< number of the next operation
    std::uint64_t due_edge = 0;         ///< the pins hold until then
    std::uint64_t start = 0;            ///< the next of the starts
    std::uint8_t levels = kIdleLevels;  ///< what the inputs hold, by `InputRole`
    std::uint8_t reserved[7] = {};      ///< keeps the layout free of padding
  };

  /// TMS high, resets released.
  static constexpr std::uint8_t kIdleLevels = 1U << kTms | 1U << kSrstN | 1U << kTrstN;

  [[nodiscard]] static bool idle_level(const Config&, unsigned role) {
    return (kIdleLevels >> role & 1U) != 0;
  }

  /// Whether a character belongs to the protocol.
  [[nodiscard]] HEDDLE_HOST_DEVICE static constexpr bool is_operation(std::uint8_t c) {
    return sets_pins(c) || c == 'R' || c == 'B' || c == 'b' || c == 'Q';
  }
  [[nodiscard]] HEDDLE_HOST_DEVICE static constexpr bool sets_pins(std::uint8_t c) {
    return (c >= '0' && c <= '7') || (c >= 'r' && c <= 'u');
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    put(state, kIdleLevels, out);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    if (in.edge < state.due_edge) return;
    while (state.next < config.end && in.edge >= start_of_next(config, state)) {
      const std::uint8_t operation = config.operations[state.next - config.first];
      if (sets_pins(operation)) return;
      if (operation == 'R') out.record(kSample, in.level(kTdo, false) ? 1 : 0);
      advance(config, state);
    }
  }

  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config& config, State& state, const PinSample& in,
                                       Out& out) {
    if (in.edge < state.due_edge || state.next >= config.end) return;
    if (in.edge < start_of_next(config, state)) return;
    const std::uint8_t operation = config.operations[state.next - config.first];
    if (!sets_pins(operation)) return;
    advance(config, state);
    state.due_edge = in.edge + config.hold;
    put(state, levels_after(state.levels, operation), out);
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State&,
                                                                  const PinSample&) {
    return kNever;
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake_edge(const Config& config,
                                                                       const State& state) {
    if (state.next >= config.end) return kNever;
    const std::uint64_t start = start_of_next(config, state);
    return state.due_edge > start ? state.due_edge : start;
  }

  template <class Description>
  static void describe(const Config& config, const State& state, Description& out) {
    out.number("operations_done", state.next);
    out.number("operations", config.end);
    out.number("tck", state.levels >> kTck & 1U);
    out.number("tms", state.levels >> kTms & 1U);
    out.number("tdi", state.levels >> kTdi & 1U);
    out.number("trst_n", state.levels >> kTrstN & 1U);
    out.number("srst_n", state.levels >> kSrstN & 1U);
  }

 private:
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t start_of_next(const Config& config,
                                                                      const State& state) {
    const bool waits =
        state.start < config.start_count && config.starts[state.start].operation == state.next;
    return waits ? config.starts[state.start].edge : 0;
  }

  HEDDLE_HOST_DEVICE static void advance(const Config& config, State& state) {
    const bool waited =
        state.start < config.start_count && config.starts[state.start].operation == state.next;
    if (waited) ++state.start;
    ++state.next;
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint8_t levels_after(std::uint8_t levels,
                                                                    std::uint8_t operation) {
    constexpr unsigned kPins = 1U << kTck | 1U << kTms | 1U << kTdi;
    constexpr unsigned kResets = 1U << kTrstN | 1U << kSrstN;
    if (operation <= '7') {
      return static_cast<std::uint8_t>((levels & kResets) | (operation - unsigned{'0'}));
    }
    const unsigned asserted = (operation - unsigned{'r'}) << kSrstN;
    return static_cast<std::uint8_t>((levels & kPins) | (~asserted & kResets));
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void put(State& state, std::uint8_t levels, Out& out) {
    const unsigned changed = unsigned{state.levels} ^ levels;
    state.levels = levels;
    for (unsigned role = 0; changed >> role != 0; ++role) {
      if ((changed >> role & 1U) != 0) out.drive(role, (unsigned{levels} >> role & 1U) != 0);
    }
  }
};

static_assert(std::is_trivially_copyable_v<Jtag::Config>);
static_assert(std::has_unique_object_representations_v<Jtag::State> && sizeof(Jtag::State) == 32);

}  // namespace heddle::gate
