// The bandwidth model by its closed forms: latency, rate, shares and refusals.
#include <gmock/gmock.h>

#include "heddle/tile/machine.h"
#include "heddle/tile/memory_system.h"

namespace heddle::tile {
namespace {

Machine small(std::uint32_t channels, std::int64_t bytes_per_second, std::uint32_t latency_cycles) {
  Machine m;
  m.core_clock = {1'000'000'000};
  m.noc.clock = m.core_clock;
  m.noc.latency_cycles = latency_cycles;
  m.dram.kind = DramKind::Bandwidth;
  m.dram.channels = channels;
  m.dram.channel_bandwidth = BytesPerSecond(bytes_per_second);
  return m;
}

/// The instant and count of each response up to the end.
std::vector<ResponseRun> drain(MemorySystem& memory) {
  std::vector<ResponseRun> out;
  for (SimTime at = memory.next_change(); at != MemorySystem::kNever; at = memory.next_change()) {
    memory.advance(at, out);
  }
  return out;
}

TEST(BandwidthMemory, one_read_takes_network_service_and_latency) {
  Machine m = small(4, 32'000'000'000, 10);  // 32 bytes a nanosecond
  m.dram.latency = Picoseconds(30'000);
  const auto memory = make_memory_system(m);
  ASSERT_EQ(memory->send({.address = 64, .count = 1, .core = 0, .tag = 7}, SimTime(2'000)), 1U);
  const std::vector<ResponseRun> got = drain(*memory);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].at.ps(), 2'000 + 5'000 + 1'000 + 30'000 + 5'000);
  EXPECT_EQ(got[0].tag, 7U);
  EXPECT_EQ(memory->use().reads, 1U);
  EXPECT_EQ(memory->use().data_busy.count(), 1'000);
}

TEST(BandwidthMemory, a_write_is_complete_when_its_data_is_written) {
  Machine m = small(4, 32'000'000'000, 10);
  m.dram.latency = Picoseconds(30'000);
  const auto memory = make_memory_system(m);
  ASSERT_EQ(memory->send({.count = 1, .is_write = true}, SimTime(0)), 1U);
  EXPECT_EQ(drain(*memory)[0].at.ps(), 5'000 + 1'000);
}

TEST(BandwidthMemory, a_stream_at_the_rate_of_the_channels_never_waits) {
  // 16 x 30.08 GB/s at 940 MHz are 16 requests of 32 bytes a cycle, exactly.
  Machine m;
  m.noc.latency_cycles = 10;
  const auto memory = make_memory_system(m);
  std::vector<ResponseRun> got;
  constexpr std::int64_t kCycles = 100'000;
  for (std::int64_t k = 0; k < kCycles; ++k) {
    const SimTime now = m.core_clock.edge(k);
    memory->advance(now, got);
    ASSERT_EQ(memory->send({.address = static_cast<std::uint64_t>(k) * 512, .count = 16}, now),
              16U);
  }
  for (const ResponseRun& run : drain(*memory)) got.push_back(run);
  ASSERT_EQ(got.size(), static_cast<std::size_t>(kCycles));
  for (std::size_t k = 0; k < got.size(); ++k) {
    ASSERT_EQ(got[k].count, 16U);
    ASSERT_EQ(got[k].at, m.core_clock.edge(static_cast<std::int64_t>(k) + 11)) << k;
  }
  // 32 bytes at 30.08 GB/s are 50000/47 ps, whatever the core does.
  EXPECT_EQ(memory->use().data_busy.count(), kCycles * 16 * 50'000 / 47);
  EXPECT_EQ(memory->use().channels, 16U);
}

TEST(BandwidthMemory, use_is_counted_in_its_own_time_not_in_core_cycles) {
  for (const std::int64_t hz : {500'000'000, 2'000'000'000}) {
    Machine m = small(1, 32'000'000'000, 0);
    m.core_clock = {hz};
    const auto memory = make_memory_system(m);
    ASSERT_EQ(memory->send({.count = 10}, SimTime(0)), 10U);
    EXPECT_EQ(memory->use().data_busy.count(), 10'000);
    EXPECT_EQ(drain(*memory).back().at, m.noc.clock.edge(10));
  }
}

TEST(BandwidthMemory, refuses_what_its_queues_cannot_hold_and_says_when_to_ask_again) {
  Machine m = small(1, 32'000'000'000, 0);
  m.dram.queue_depth = 4;
  const auto memory = make_memory_system(m);
  EXPECT_EQ(memory->send({.count = 10}, SimTime(0)), 5U);  // one in service, four wait
  std::vector<ResponseRun> got;
  EXPECT_EQ(memory->next_change().ps(), 1'000);
  EXPECT_EQ(memory->send({.address = 160, .count = 5}, SimTime(0)), 0U);
  memory->advance(SimTime(1'000), got);
  EXPECT_EQ(memory->send({.address = 160, .count = 5}, SimTime(1'000)), 1U);
}

TEST(BandwidthMemory, a_core_cannot_take_the_share_of_another) {
  Machine m = small(1, 32'000'000'000, 0);
  m.cores = 2;
  m.dram.queue_depth = 8;
  const auto memory = make_memory_system(m);
  EXPECT_EQ(memory->send({.count = 100, .core = 0}, SimTime(0)), 5U);
  EXPECT_EQ(memory->send({.count = 100, .core = 1}, SimTime(0)), 4U);
}

TEST(BandwidthMemory, answers_the_same_however_often_it_is_asked) {
  const auto play = [](std::int64_t step) {
    Machine m = small(4, 7'000'000'000, 3);  // a service of 4571 3/7 ps
    m.cores = 2;
    m.dram.queue_depth = 8;
    const auto memory = make_memory_system(m);
    std::vector<ResponseRun> got;
    std::uint64_t next[2] = {0, 1 << 20};
    for (std::int64_t ps = 0; ps < 400'000; ps += step) {
      memory->advance(SimTime(ps), got);
      if (ps % 5'000 != 0) continue;
      for (std::uint32_t core = 0; core < 2; ++core) {
        next[core] += 32 * memory->send({.address = next[core],
                                         .count = 6,
                                         .core = core,
                                         .tag = core,
                                         .is_write = core == 1},
                                        SimTime(ps));
      }
    }
    for (const ResponseRun& run : drain(*memory)) got.push_back(run);
    return got;
  };
  const std::vector<ResponseRun> seldom = play(5'000);
  const std::vector<ResponseRun> often = play(100);
  ASSERT_EQ(seldom.size(), often.size());
  for (std::size_t i = 0; i < often.size(); ++i) {
    EXPECT_EQ(seldom[i].at, often[i].at);
    EXPECT_EQ(seldom[i].tag, often[i].tag);
    EXPECT_EQ(seldom[i].count, often[i].count);
  }
}

}  // namespace
}  // namespace heddle::tile
