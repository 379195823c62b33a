// General-purpose pins, up to 32: records every change of what the design
// drives, and drives the design's inputs when the event script says so.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

struct Gpio {
  static constexpr const char* kName = "gpio";
  static constexpr unsigned kWidthMax = 32;
  /// Outputs of the design: first the levels, then the output enables.
  enum Role : unsigned { kOut = 0, kOe = kWidthMax, kOutputRoles = 2 * kWidthMax };
  enum InputRole : unsigned { kIn = 0, kInputRoles = kWidthMax };
  enum RecordKind : std::uint16_t { kOutChange, kOeChange };  ///< value: the new levels
  static constexpr const char* kRecordNames[] = {"out", "oe"};
  /// `kSelect` names the pins (a mask) that the next `kSet` gives their levels.
  enum CommandKind : std::uint16_t { kSelect, kSet };

  struct Config {
    std::uint32_t width = 0;    ///< pins
    std::uint32_t initial = 0;  ///< what the inputs hold from before edge 0 on
  };

  struct State {
    std::uint32_t out = 0;  ///< last levels seen
    std::uint32_t oe = 0;
    std::uint32_t driven = 0;    ///< what the inputs hold, as a difference to `Config::initial`
    std::uint32_t wanted = 0;    ///< the same, from the next edge on
    std::uint32_t selected = 0;  ///< mask of the last `kSelect`
  };

  [[nodiscard]] static bool idle_level(const Config& config, unsigned role) {
    return (config.initial >> role & 1U) != 0;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void hold(const Config& config, State& state, Out& out) {
    state.wanted = 0;
    put(config, state, out);
    state = State{};
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void observe(const Config& config, State& state, const PinSample& in,
                                         Out& out) {
    const std::uint32_t levels = in.levels(kOut, config.width, false);
    if (levels != state.out) out.record(kOutChange, state.out = levels);
    const std::uint32_t enables = in.levels(kOe, config.width, false);
    if (enables != state.oe) out.record(kOeChange, state.oe = enables);
  }

  HEDDLE_HOST_DEVICE static void command(const Config& config, State& state, std::uint16_t kind,
                                         std::uint32_t value) {
    if (kind == kSelect) {
      state.selected = value;
    } else {
      state.wanted = (state.wanted & ~state.selected) | ((value ^ config.initial) & state.selected);
    }
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void drive(const Config& config, State& state, const PinSample&,
                                       Out& out) {
    put(config, state, out);
  }

  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_wake(const Config&, const State&,
                                                                  const PinSample&) {
    return kNever;
  }

  template <class Description>
  static void describe(const Config& config, const State& state, Description& out) {
    out.number("out", state.out);
    out.number("oe", state.oe);
    out.number("in", state.driven ^ config.initial);
  }

 private:
  template <class Out>
  HEDDLE_HOST_DEVICE static void put(const Config& config, State& state, Out& out) {
    const std::uint32_t changed = state.driven ^ state.wanted;
    if (changed == 0) return;
    for (unsigned i = 0; i < config.width; ++i) {
      if ((changed >> i & 1U) != 0) {
        out.drive(kIn + i, ((state.wanted ^ config.initial) >> i & 1U) != 0);
      }
    }
    state.driven = state.wanted;
  }
};

static_assert(std::is_trivially_copyable_v<Gpio::Config>);
static_assert(std::has_unique_object_representations_v<Gpio::State> && sizeof(Gpio::State) == 20);

}  // namespace heddle::gate
