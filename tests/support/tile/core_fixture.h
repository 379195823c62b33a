// What tests of a core's rules share: a kernel on one core with an ideal memory whose
// latency is ten cycles, played by both engines.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "support/tile/play.h"

namespace heddle::tile::test {

inline constexpr std::int64_t kLatency = 10;
inline constexpr Block kLine{0, 1, 8, 8};    // 32 bytes: one request
inline constexpr Block kFour{0, 1, 32, 32};  // four requests

class CoreTest : public ::testing::Test {
 protected:
  CoreTest() {
    source_.tensor("A", 1 << 20, 32);
    a_ = source_.buffer(BufferKind::Scratchpad, 4096);
    b_ = source_.buffer(BufferKind::Scratchpad, 4096);
    acc_ = source_.buffer(BufferKind::Accumulator, 4096);
    weights_ = source_.buffer(BufferKind::Weights, 4096);
  }

  /// Plays by both engines, which must agree, and keeps the times.
  Result<RunResult> play() {
    source_.rewind();
    IdealMemory stepped_memory{Picoseconds(kLatency * 1000), in_flight_max_};
    RunOptions options;
    options.cycle_table = table_;
    options.engine = EngineKind::CycleStepped;
    options.memory = &stepped_memory;
    const auto stepped = simulate(machine_, {{&source_, {}}}, options);
    source_.rewind();
    IdealMemory memory{Picoseconds(kLatency * 1000), in_flight_max_};
    memory.keeps_requests = true;
    times_ = TimesObserver(machine_);
    options.engine = EngineKind::Event;
    options.memory = &memory;
    options.observer = &times_;
    auto result = simulate(machine_, {{&source_, {}}}, options);
    requests_ = memory.requests;
    EXPECT_EQ(result.has_value(), stepped.has_value());
    if (result && stepped) {
      EXPECT_EQ(result->digest, stepped->digest);
      EXPECT_EQ(result->cycles, stepped->cycles);
      EXPECT_EQ(result->cores[0].stalled, stepped->cores[0].stalled);
    } else if (!result && !stepped) {
      EXPECT_EQ(result.error().to_string(), stepped.error().to_string());
    }
    return result;
  }
  RunResult run() {
    auto result = play();
    if (!result) ADD_FAILURE() << result.error().to_string();
    return result ? *result : RunResult{};
  }
  std::string error() {
    const auto result = play();
    return result ? "no error" : result.error().to_string();
  }
  [[nodiscard]] const Times& at(std::uint32_t instruction, std::uint64_t item = 0) const {
    return times_.at(instruction, item);
  }

  Machine machine_ = test::small_machine();
  ListSource source_;
  std::uint32_t a_ = 0, b_ = 0, acc_ = 0, weights_ = 0;
  std::uint32_t in_flight_max_ = UINT32_MAX;
  const CycleTable* table_ = nullptr;
  TimesObserver times_{machine_};
  std::vector<RequestRun> requests_;
};

}  // namespace heddle::tile::test
