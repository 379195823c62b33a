// Plays a hand-made kernel and keeps every instruction's times, in core cycles.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "heddle/tile/simulator.h"
#include "support/tile/builder.h"
#include "support/tile/ideal_memory.h"

namespace heddle::tile::test {

/// Times of one instruction. Units: core cycles; -1: not reached.
struct Times {
  std::int64_t ready = -1, issued = -1, injection_done = -1, first_response = -1,
               last_response = -1, occupied_until = -1, finished = -1;
  std::uint32_t core = 0, unit = 0;
};

class TimesObserver final : public Observer {
 public:
  explicit TimesObserver(const Machine& machine) : clock_(machine.core_clock) {}
  /// By work-item and instruction.
  std::map<std::pair<std::uint64_t, std::uint32_t>, Times> times;
  [[nodiscard]] const Times& at(std::uint32_t instruction, std::uint64_t item = 0) const {
    return times.at({item, instruction});
  }

  void finished(std::uint32_t core, const WorkItem& item, std::uint32_t instruction,
                std::uint32_t unit, const InstructionTimes& t) override {
    times[{item.index, instruction}] = Times{cycle(t.ready),
                                             cycle(t.issued),
                                             cycle(t.injection_done),
                                             cycle(t.first_response),
                                             cycle(t.last_response),
                                             cycle(t.occupied_until),
                                             cycle(t.finished),
                                             core,
                                             unit};
  }

 private:
  [[nodiscard]] std::int64_t cycle(SimTime time) const {
    return time == InstructionTimes::kNotReached ? -1 : clock_.cycle_at_or_after(time);
  }
  ClockRate clock_;
};

/// One core at 1 GHz, so that a cycle is a nanosecond; one array, no limits.
[[nodiscard]] inline Machine small_machine() {
  Machine machine;
  machine.core_clock = ClockRate{1'000'000'000};
  machine.cores = 1;
  machine.array.count = 1;
  machine.array.rows = machine.array.columns = 8;
  machine.array.extra_latency_cycles = 0;
  machine.vector.startup_cycles = 0;
  machine.vector.lanes = 1;
  machine.vector.pipes = 1;
  machine.cross_lane.startup_cycles = 0;
  machine.dma.requests_per_cycle = 1;
  machine.dma.request_bytes = 32;
  machine.scratchpad.size_bytes = 0;
  return machine;
}

}  // namespace heddle::tile::test
