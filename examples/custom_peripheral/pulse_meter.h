// A peripheral of one's own, in one file: measures how long a pin stays low, in
// cycles of a clock, and lets the design know by a pin when it was too long.
#pragma once

#include "heddle/gate/peripheral_kinds.h"

struct PulseMeter {
  static constexpr const char* kName = "pulse_meter";

  // Pins. A role is an output of the design, which it sees; an input role is an
  // input of the design, which it drives.
  enum Role : unsigned { kPin, kOutputRoles };
  enum InputRole : unsigned { kTooLong, kInputRoles };

  // What it can report, and the names in events.json.
  enum RecordKind : std::uint16_t { kLowPulse };  ///< value: cycles
  static constexpr const char* kRecordNames[] = {"low_pulse"};

  // Settings: constant during a run.
  struct Config {
    std::uint32_t limit_cycles = 0;  ///< of a pulse; 0: none
  };

  // Everything that changes. Plain data: it is copied to devices and into checkpoints.
  struct State {
    std::uint64_t fell_cycle = 0;
    std::uint32_t is_low = 0;
    std::uint32_t too_long = 0;  ///< what `kTooLong` holds
  };

  // In reset: idle levels, initial state, nothing reported.
  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config&, State& state, Out& out) {
    if (state.too_long != 0) out.drive(kTooLong, false);
    state = State{};
  }

  // At the sample of an edge: looks at the pins.
  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config&, State& state,
                                         const heddle::gate::PinSample& in, Out& out) {
    if (!in.rises) return;  // it counts rising edges of its clock
    const std::uint32_t low = in.level(kPin, true) ? 0 : 1;
    if (low == state.is_low) return;
    state.is_low = low;
    if (low != 0) {
      state.fell_cycle = in.cycle;
    } else {
      out.record(kLowPulse, static_cast<std::uint32_t>(in.cycle - state.fell_cycle));
    }
  }

  // Commands of a script; this kind has none.
  HEDDLE_HOST_DEVICE static void command(const Config&, State&, std::uint16_t, std::uint32_t) {}

  // Then: what its inputs of the design are from the next edge on.
  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config& config, State& state,
                                       const heddle::gate::PinSample& in, Out& out) {
    const bool limited = config.limit_cycles != 0 && state.is_low != 0;
    const std::uint32_t too_long =
        limited && in.cycle - state.fell_cycle >= config.limit_cycles ? 1 : 0;
    if (too_long == state.too_long) return;
    state.too_long = too_long;
    out.drive(kTooLong, too_long != 0);
  }

  // The cycle at which it has to be called although no pin changed. Calling it
  // at every edge must give the same, so it names each cycle it acts at.
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(
      const Config& config, const State& state, const heddle::gate::PinSample& in) {
    const std::uint32_t low = in.level(kPin, true) ? 0 : 1;
    if (low != state.is_low) return in.cycle + 1;  // it changed between rising edges
    const bool waits = config.limit_cycles != 0 && low != 0 && state.too_long == 0;
    return waits ? state.fell_cycle + config.limit_cycles : heddle::gate::kNever;
  }

  // Its state for `heddle gate dump`.
  template <class Description>
  static void describe(const Config&, const State& state, Description& out) {
    out.text("pin", state.is_low != 0 ? "low" : "high");
    out.number("fell_cycle", state.fell_cycle);
  }
};

/// The kind as run files know it: pins and settings.
inline heddle::gate::PeripheralKindInfo pulse_meter_kind() {
  heddle::gate::PeripheralKindInfo kind;
  kind.type = &heddle::gate::peripheral_type<PulseMeter>();
  kind.roles = {{.name = "pin", .first = PulseMeter::kPin, .is_required = true},
                {.name = "too_long", .first = PulseMeter::kTooLong, .is_input = true}};
  kind.counts_cycles = true;
  kind.read = [](heddle::gate::PeripheralSettings& settings) {
    PulseMeter::Config config;
    config.limit_cycles = settings.map.optional<std::uint32_t>("limit_cycles", 0);
    return heddle::gate::make_setup<PulseMeter>(config);
  };
  return kind;
}
