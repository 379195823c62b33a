// The event script: waits and actions that run inside the engine, at exact
// edges whatever the batch. One sequence of steps; a step waits for its
// condition, then acts at the sample of that very edge, and the next step
// starts. In reset the script is held.
//
// Texts are searched as streams (Knuth, Morris, Pratt), so a pattern needs no
// copy of what was received: its state is how much of it matched.
#pragma once

#include <type_traits>

#include "heddle/gate/peripherals/pins.h"

namespace heddle::gate {

/// A text to find in a stream of bytes: where it is in a pool, and, for each
/// of its bytes, how much still matches when the next one does not.
struct TextPattern {
  std::uint32_t first = 0;
  std::uint32_t length = 0;

  /// How much matches after `byte`; `length` means found.
  [[nodiscard]] HEDDLE_HOST_DEVICE std::uint32_t advance(const std::uint8_t* text,
                                                         const std::uint32_t* fallback,
                                                         std::uint32_t matched,
                                                         std::uint8_t byte) const {
    if (matched == length) matched = fallback[first + length - 1];
    while (matched > 0 && text[first + matched] != byte) matched = fallback[first + matched - 1];
    return text[first + matched] == byte ? matched + 1 : 0;
  }
};

enum class WaitKind : std::uint32_t {
  None,      ///< acts at once
  Edge,      ///< the edge `operand`, or at once if it has passed
  Edges,     ///< `operand` edges after the step before acted
  TimePs,    ///< the first edge at or after the time `operand`
  UartText,  ///< `pattern` in what UART `source` decodes from here on
  GpioOut,   ///< the outputs of GPIO `source` under mask `operand >> 32` equal its low half
};

enum class ActionKind : std::uint32_t {
  None,
  Command,  ///< `command_count` commands from `first_command` on
  Drive,    ///< sets inputs: `command_count` of `ScriptTables::drives` from `first_command` on
  Stop,     ///< ends the run
};

struct ScriptStep {
  WaitKind wait = WaitKind::None;
  ActionKind action = ActionKind::None;
  std::uint64_t operand = 0;
  std::uint32_t source = 0;  ///< index of the peripheral in the run
  TextPattern pattern = {};
  std::uint32_t first_command = 0;
  std::uint32_t command_count = 0;
};

/// The tables of a script; constant during a run.
struct ScriptTables {
  const ScriptStep* steps = nullptr;
  const Command* commands = nullptr;
  const EdgeOp* drives = nullptr;
  const std::uint8_t* text = nullptr;
  const std::uint32_t* fallback = nullptr;  ///< as long as `text`
  std::uint32_t step_count = 0;
};

struct ScriptState {
  std::uint64_t entered_edge = 0;  ///< edge at which the current step started
  std::uint32_t step = 0;
  std::uint32_t matched = 0;  ///< of the current step's text
  std::uint32_t started = 0;  ///< out of reset
  std::uint32_t stopped = 0;
};

struct EventScript {
  enum RecordKind : std::uint16_t { kStepDone };  ///< value: index of the step

  /// Called at each edge out of reset, before the rest.
  HEDDLE_HOST_DEVICE static void start(ScriptState& state, std::uint64_t edge) {
    if (state.started != 0) return;
    state.started = 1;
    state.entered_edge = edge;
  }

  /// Shows it a byte that a UART decoded at this edge. `Out` offers
  /// `script_step(index)`, `command(Command)` and `drive(EdgeOp)`.
  template <class Out>
  HEDDLE_HOST_DEVICE static void see_byte(const ScriptTables& tables, ScriptState& state,
                                          std::uint64_t edge, std::uint32_t source,
                                          std::uint8_t byte, Out& out) {
    if (done(tables, state)) return;
    const ScriptStep& step = tables.steps[state.step];
    if (step.wait != WaitKind::UartText || step.source != source) return;
    state.matched = step.pattern.advance(tables.text, tables.fallback, state.matched, byte);
    if (state.matched == step.pattern.length) act(tables, state, edge, out);
  }

  /// Runs every step whose condition holds at this edge. `gpio_out(source)` tells levels.
  template <class Out, class GpioOutputs>
  HEDDLE_HOST_DEVICE static void run(const ScriptTables& tables, ScriptState& state,
                                     const EdgeInfo& edge, const GpioOutputs& gpio_out, Out& out) {
    while (!done(tables, state) && holds(tables.steps[state.step], state, edge, gpio_out)) {
      act(tables, state, edge.edge, out);
    }
  }

  /// The edge at which the current step's condition holds, or never.
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::uint64_t next_edge(const ScriptTables& tables,
                                                                  const ScriptState& state) {
    if (done(tables, state)) return kNever;
    const ScriptStep& step = tables.steps[state.step];
    if (step.wait == WaitKind::Edge) return step.operand;
    return step.wait == WaitKind::Edges ? state.entered_edge + step.operand : kNever;
  }

  /// The time from which on the current step's condition holds, or never.
  [[nodiscard]] HEDDLE_HOST_DEVICE static std::int64_t next_time_ps(const ScriptTables& tables,
                                                                    const ScriptState& state) {
    if (done(tables, state) || tables.steps[state.step].wait != WaitKind::TimePs) {
      return std::numeric_limits<std::int64_t>::max();
    }
    return static_cast<std::int64_t>(tables.steps[state.step].operand);
  }

 private:
  [[nodiscard]] HEDDLE_HOST_DEVICE static bool done(const ScriptTables& tables,
                                                    const ScriptState& state) {
    return state.step == tables.step_count || state.stopped != 0;
  }

  template <class GpioOutputs>
  [[nodiscard]] HEDDLE_HOST_DEVICE static bool holds(const ScriptStep& step,
                                                     const ScriptState& state, const EdgeInfo& edge,
                                                     const GpioOutputs& gpio_out) {
    switch (step.wait) {
      case WaitKind::None: return true;
      case WaitKind::Edge: return edge.edge >= step.operand;
      case WaitKind::Edges: return edge.edge - state.entered_edge >= step.operand;
      case WaitKind::TimePs: return edge.time_ps >= static_cast<std::int64_t>(step.operand);
      case WaitKind::UartText: return false;
      case WaitKind::GpioOut: {
        const auto mask = static_cast<std::uint32_t>(step.operand >> 32);
        return (gpio_out(step.source) & mask) == (static_cast<std::uint32_t>(step.operand) & mask);
      }
    }
    return false;
  }

  template <class Out>
  HEDDLE_HOST_DEVICE static void act(const ScriptTables& tables, ScriptState& state,
                                     std::uint64_t edge, Out& out) {
    const ScriptStep& step = tables.steps[state.step];
    out.script_step(state.step);
    if (step.action == ActionKind::Stop) state.stopped = 1;
    if (step.action == ActionKind::Command) {
      for (std::uint32_t i = 0; i < step.command_count; ++i) {
        out.command(tables.commands[step.first_command + i]);
      }
    }
    if (step.action == ActionKind::Drive) {
      for (std::uint32_t i = 0; i < step.command_count; ++i) {
        out.drive(tables.drives[step.first_command + i]);
      }
    }
    ++state.step;
    state.matched = 0;
    state.entered_edge = edge;
  }
};

static_assert(std::is_trivially_copyable_v<ScriptStep>);
static_assert(std::has_unique_object_representations_v<ScriptState> && sizeof(ScriptState) == 24);

}  // namespace heddle::gate
