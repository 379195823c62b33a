#include "gate/peripheral/lines.h"

#include <bit>

#include "heddle/base/check.h"

namespace heddle::gate {

std::uint32_t Lines::add(std::uint32_t input, bool idle, bool open_drain) {
  lines_.push_back({.input = input, .idle = idle, .open_drain = open_drain, .drivers = {}});
  states_.push_back({.level = idle ? 1U : 0U});
  return static_cast<std::uint32_t>(lines_.size() - 1);
}

std::uint32_t Lines::add_driver(std::uint32_t line, std::uint16_t source, std::uint16_t role) {
  Line& on = lines_[line];
  HEDDLE_CHECK(on.drivers.size() < kDriversMax);
  const auto number = static_cast<std::uint32_t>(on.drivers.size());
  on.drivers.push_back(static_cast<std::uint32_t>(drivers_.size()));
  drivers_.push_back({.line = line, .number = number, .source = source, .role = role});
  return static_cast<std::uint32_t>(drivers_.size() - 1);
}

void Lines::drive(std::uint32_t driver, bool level) {
  const Driver& who = drivers_[driver];
  LineState& state = states_[who.line];
  const std::uint32_t bit = 1U << who.number;
  state.driving |= bit;
  state.levels = level ? state.levels | bit : state.levels & ~bit;
  is_touched_ = true;
}

void Lines::release(std::uint32_t driver) {
  const Driver& who = drivers_[driver];
  LineState& state = states_[who.line];
  state.driving &= ~(1U << who.number);
  state.levels &= ~(1U << who.number);
  is_touched_ = true;
}

bool Lines::level_of(const Line& line, const LineState& state) const {
  if (state.driving == 0) return line.idle;
  // One low driver wins: the wire of an open-drain line, and a choice where two
  // push against each other.
  return state.levels == state.driving;
}

void Lines::resolve(std::vector<EdgeOp>& ops, std::vector<Driver>& contended) {
  if (!is_touched_) return;
  is_touched_ = false;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    LineState& state = states_[i];
    const std::uint32_t level = level_of(line, state) ? 1 : 0;
    if (level != state.level) ops.push_back({line.input, state.level = level});
    const bool contends = !line.open_drain && std::popcount(state.driving) > 1;
    if (contends && state.is_contended == 0) {
      for (const std::uint32_t driver : line.drivers) {
        if ((state.driving >> drivers_[driver].number & 1U) != 0) {
          contended.push_back(drivers_[driver]);
        }
      }
    }
    state.is_contended = contends ? 1 : 0;
  }
}

}  // namespace heddle::gate
