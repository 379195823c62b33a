// The DRAM cycle model: every timing at its exact cycle, every stream of commands
// before an independent judge, and bandwidths against bounds derived on paper.
#include <gmock/gmock.h>

#include <set>

#include "heddle/base/random.h"
#include "heddle/tile/machine.h"
#include "heddle/tile/memory_system.h"
#include "tile/model/address_map.h"
#include "tile/model/dram_unit.h"
#include "unit/tile/memory/dram_checker.h"

namespace heddle::tile {
namespace {

using model::DramCommand;
using model::DramDone;
using model::DramEvent;
using model::DramRequest;
using model::DramTiming;
using model::DramUnit;
using enum model::DramCommand;

Machine machine_of(const std::string& text) {
  const Result<ConfigNode> node = parse_config(text, "m.yaml");
  Result<Machine> machine = read_machine(*node);
  EXPECT_TRUE(machine) << machine.error().to_string();
  return *machine;
}

constexpr const char* kStandards[] = {"HBM2", "HBM2E", "HBM3", "DDR4", "DDR5", "LPDDR5"};

Machine machine_with(const std::string& standard, const std::string& more = "") {
  const bool is_wide = standard.starts_with("DDR");
  return machine_of("dma: {request_bytes: " + std::string(is_wide ? "64" : "32") +
                    "}\ndram: {standard: " + standard + more + "}\n");
}

/// What every timing but one is 1 for: banks 0 to 3 are group 0, 4 to 7 group 1.
DramSpec spec_with(std::uint32_t DramTimings::* timing, std::uint32_t value) {
  DramSpec spec = machine_with("HBM2").dram;
  spec.timings = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  spec.timings.*timing = value;
  return spec;
}

struct Gate {
  const char* name;
  std::uint32_t DramTimings::* timing;
  std::vector<DramEvent> before;
  DramEvent last;  ///< at the first legal cycle when the timing is 40
};

std::vector<Gate> gates() {
  using T = DramTimings;
  const DramEvent open0{100, Activate, 0, 0};
  const DramEvent open1{101, Activate, 1, 0};
  const DramEvent open4{101, Activate, 4, 0};
  const DramEvent close0{101, Precharge, 0, 0};
  return {
      {"tRCD to a read", &T::rcd, {open0}, {140, Read, 0, 0}},
      {"tRCD to a write", &T::rcd, {open0}, {140, Write, 0, 0}},
      {"tRAS", &T::ras, {open0}, {140, Precharge, 0, 0}},
      {"tRAS to all", &T::ras, {open0}, {140, PrechargeAll, 0, 0}},
      {"tRC", &T::rc, {open0, close0}, {140, Activate, 0, 1}},
      {"tRC to a refresh", &T::rc, {open0, close0}, {140, Refresh, 0, 0}},
      {"tRP", &T::rp, {open0, close0}, {141, Activate, 0, 1}},
      {"tRP of all", &T::rp, {open0, {101, PrechargeAll, 0, 0}}, {141, Activate, 0, 1}},
      {"tRP to a refresh", &T::rp, {open0, close0}, {141, Refresh, 0, 0}},
      {"tRRD_S", &T::rrd_s, {open0}, {140, Activate, 4, 0}},
      {"tRRD_L", &T::rrd_l, {open0}, {140, Activate, 1, 0}},
      {"tFAW",
       &T::faw,
       {open0, open4, {102, Activate, 8, 0}, {103, Activate, 12, 0}},
       {140, Activate, 1, 0}},
      {"tCCD_S of reads", &T::ccd_s, {open0, open4, {110, Read, 0, 0}}, {150, Read, 4, 0}},
      {"tCCD_S of writes", &T::ccd_s, {open0, open4, {110, Write, 0, 0}}, {150, Write, 4, 0}},
      {"tCCD_L of reads", &T::ccd_l, {open0, open1, {110, Read, 0, 0}}, {150, Read, 1, 0}},
      {"tCCD_L of writes", &T::ccd_l, {open0, open1, {110, Write, 0, 0}}, {150, Write, 1, 0}},
      {"burst of reads", &T::burst, {open0, open4, {110, Read, 0, 0}}, {150, Read, 4, 0}},
      {"tRTW", &T::rtw, {open0, {110, Read, 0, 0}}, {150, Write, 0, 0}},
      {"tWTR_S", &T::wtr_s, {open0, open4, {110, Write, 0, 0}}, {152, Read, 4, 0}},
      {"tWTR_L", &T::wtr_l, {open0, open1, {110, Write, 0, 0}}, {152, Read, 1, 0}},
      {"tCWL before a read", &T::cwl, {open0, {110, Write, 0, 0}}, {152, Read, 0, 0}},
      {"tRTP", &T::rtp, {open0, {110, Read, 0, 0}}, {150, Precharge, 0, 0}},
      {"tRTP to all", &T::rtp, {open0, {110, Read, 0, 0}}, {150, PrechargeAll, 0, 0}},
      {"tWR", &T::wr, {open0, {110, Write, 0, 0}}, {152, Precharge, 0, 0}},
      {"tWR to all", &T::wr, {open0, {110, Write, 0, 0}}, {152, PrechargeAll, 0, 0}},
      {"tRFC", &T::rfc, {{100, Refresh, 0, 0}}, {140, Activate, 0, 0}},
  };
}

TEST(DramTiming, each_command_is_legal_at_exactly_its_cycle_and_not_before) {
  for (const Gate& gate : gates()) {
    const DramSpec spec = spec_with(gate.timing, 40);
    DramTiming timing(spec);
    std::vector<DramEvent> events = gate.before;
    for (const DramEvent& e : events) {
      EXPECT_GE(e.cycle, timing.earliest(e.command, e.bank)) << gate.name;
      timing.issue(e.command, e.bank, e.row, e.cycle);
    }
    EXPECT_EQ(timing.earliest(gate.last.command, gate.last.bank), gate.last.cycle) << gate.name;
    events.push_back(gate.last);
    EXPECT_EQ(first_violation(spec, events), "") << gate.name;
    --events.back().cycle;
    EXPECT_NE(first_violation(spec, events), "") << gate.name;
  }
}

TEST(DramChecker, sees_wrong_rows_and_busy_buses) {
  DramSpec spec = spec_with(&DramTimings::cl, 1);
  EXPECT_NE(first_violation(spec, {{0, Activate, 0, 0}, {9, Read, 0, 1}}), "");
  EXPECT_NE(first_violation(spec, {{0, Activate, 0, 0}, {9, Activate, 0, 1}}), "");
  EXPECT_NE(first_violation(spec, {{0, Activate, 0, 0}, {9, Refresh, 0, 0}}), "");
  const std::vector<DramEvent> together = {
      {0, Activate, 0, 0}, {9, Read, 0, 0}, {9, Activate, 4, 0}};
  EXPECT_EQ(first_violation(spec, together), "");
  spec.has_split_commands = false;
  EXPECT_NE(first_violation(spec, together), "");
}

TEST(DramUnit, a_read_of_a_closed_bank_takes_row_column_and_burst) {
  for (const char* standard : kStandards) {
    const DramSpec spec = machine_with(standard, ", refresh: false").dram;
    const DramTimings& t = spec.timings;
    std::vector<DramEvent> log;
    DramUnit unit(spec, 1, &log);
    std::vector<DramDone> done;
    unit.push({.bank = 1, .row = 5, .tag = 3}, 10);
    unit.advance(10'000, done);
    ASSERT_EQ(log.size(), 2U);
    EXPECT_EQ(log[0].cycle, 10);
    EXPECT_EQ(log[1].cycle, 10 + t.rcd);
    ASSERT_EQ(done.size(), 1U);
    EXPECT_EQ(done[0].cycle, 10 + t.rcd + t.cl + t.burst) << standard;
    unit.push({.bank = 1, .row = 5, .is_write = true}, 20'000);  // a hit
    unit.push({.bank = 1, .row = 6, .is_write = true}, 20'000);  // a conflict
    unit.advance(30'000, done);
    ASSERT_EQ(done.size(), 3U);
    EXPECT_EQ(done[1].cycle, 20'000 + t.cwl + t.burst);
    EXPECT_EQ(done[2].cycle, 20'000 + t.cwl + t.burst + t.wr + t.rp + t.rcd + t.cwl + t.burst);
    EXPECT_EQ(unit.use().hits, 1U);
    EXPECT_EQ(unit.use().misses, 1U);
    EXPECT_EQ(unit.use().conflicts, 1U);
  }
}

TEST(DramUnit, a_row_hit_passes_an_older_conflict_but_not_for_ever) {
  DramSpec spec = machine_with("HBM2", ", refresh: false, queue_depth: 256").dram;
  DramUnit unit(spec, 1);
  std::vector<DramDone> done;
  unit.push({.bank = 0, .row = 0, .tag = 0}, 1);
  unit.push({.bank = 0, .row = 1, .tag = 1}, 2);  // waits for the row
  for (std::uint32_t i = 2; i < 200; ++i) unit.push({.bank = 0, .row = 0, .tag = i}, 3);
  unit.advance(100'000, done);
  ASSERT_EQ(done.size(), 200U);
  std::size_t place = 0;
  while (done[place].tag != 1) ++place;
  EXPECT_EQ(place, 1U + 64U);  // the bound that dram_unit.h names
}

TEST(DramUnit, both_directions_take_turns_of_the_same_length) {
  DramSpec spec = machine_with("HBM2", ", refresh: false").dram;
  std::vector<DramEvent> log;
  DramUnit unit(spec, 1, &log);
  std::vector<DramDone> done;
  std::uint32_t column[2] = {0, 0};
  for (std::int64_t cycle = 1; cycle < 40'000; ++cycle) {
    for (const bool is_write : {false, true}) {
      while (unit.has_room(is_write, 0)) {
        const std::uint32_t i = column[is_write]++;
        unit.push({.bank = i % 4 * 4 + (is_write ? 1U : 0U), .row = 0, .is_write = is_write},
                  cycle);
      }
    }
    unit.advance(cycle, done);
  }
  std::vector<std::uint32_t> turns;
  DramCommand last = Refresh;
  for (const DramEvent& e : log) {
    if (e.command != Read && e.command != Write) continue;
    if (e.command != last) turns.push_back(0);
    last = e.command;
    ++turns.back();
  }
  turns.pop_back();
  ASSERT_GT(turns.size(), 100U);
  for (std::size_t i = 1; i < turns.size(); ++i) EXPECT_EQ(turns[i], spec.write_high) << i;
}

TEST(DramUnit, refreshes_at_every_interval_even_when_idle) {
  const DramSpec spec = machine_with("DDR4").dram;
  std::vector<DramEvent> log;
  DramUnit unit(spec, 1, &log);
  std::vector<DramDone> done;
  unit.advance(std::int64_t{spec.timings.refi} * 100, done);
  ASSERT_EQ(log.size(), 100U);
  for (std::size_t i = 0; i < log.size(); ++i) {
    EXPECT_EQ(log[i].cycle, static_cast<std::int64_t>(i + 1) * spec.timings.refi);
  }
}

struct Draws {
  RandomStream stream;
  std::uint64_t index = 0;
  std::uint64_t below(std::uint64_t bound) { return stream.below(bound, 0, index++); }
};

/// Random bursts of traffic in a few rows; `stride` is how often `advance` is called.
std::vector<DramDone> play(const DramSpec& spec, std::uint64_t seed, std::int64_t stride,
                           std::vector<DramEvent>& log) {
  Draws random{RandomStream(seed, "dram")};
  DramUnit unit(spec, 2, &log);
  std::vector<DramDone> done;
  std::int64_t cycle = 0;
  std::uint32_t tag = 0;
  for (int burst = 0; burst < 60; ++burst) {
    const std::uint64_t style = random.below(4);
    for (std::uint64_t i = random.below(80); i > 0; --i) {
      DramRequest r{.bank = static_cast<std::uint32_t>(random.below(spec.banks * spec.bank_groups)),
                    .row = static_cast<std::uint32_t>(random.below(style == 0 ? 1 : 3)),
                    .core = static_cast<std::uint32_t>(random.below(2)),
                    .tag = tag++,
                    .is_write = random.below(4) < style};
      const std::int64_t arrival = cycle + 1;
      if (unit.has_room(r.is_write, r.core)) unit.push(r, arrival);
      const auto step = static_cast<std::int64_t>(random.below(4));
      for (std::int64_t next = cycle + stride; next < cycle + step; next += stride) {
        unit.advance(next, done);
      }
      cycle += step;
      unit.advance(cycle, done);
    }
    const auto pause = static_cast<std::int64_t>(random.below(3'000));
    for (std::int64_t next = cycle + stride; next < cycle + pause; next += stride) {
      unit.advance(next, done);
    }
    cycle += pause;
    unit.advance(cycle, done);
  }
  unit.advance(cycle + 100'000, done);
  const model::DramUse& use = unit.use();
  EXPECT_EQ(use.reads + use.writes, done.size());
  EXPECT_EQ(use.hits + use.misses + use.conflicts, done.size());
  EXPECT_EQ(unit.done_floor(), DramUnit::kNever);
  return done;
}

TEST(DramUnit, random_streams_of_all_standards_are_legal_and_lose_nothing) {
  for (const char* standard : kStandards) {
    const DramSpec spec = machine_with(standard, ", queue_depth: 32").dram;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
      std::vector<DramEvent> log;
      const std::vector<DramDone> done = play(spec, seed, 1'000'000, log);
      ASSERT_EQ(first_violation(spec, log), "") << standard << " " << seed;
      std::set<std::uint32_t> tags;
      for (const DramDone& d : done) EXPECT_TRUE(tags.insert(d.tag).second);
      EXPECT_GT(done.size(), 500U);
    }
  }
}

TEST(DramUnit, does_the_same_however_often_it_is_asked) {
  const DramSpec spec = machine_with("HBM2").dram;
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    std::vector<DramEvent> seldom;
    std::vector<DramEvent> often;
    play(spec, seed, 1'000'000, seldom);
    play(spec, seed, 1, often);
    ASSERT_EQ(seldom.size(), often.size());
    for (std::size_t i = 0; i < often.size(); ++i) {
      ASSERT_EQ(seldom[i].cycle, often[i].cycle) << i;
      ASSERT_EQ(seldom[i].command, often[i].command) << i;
    }
  }
}

TEST(AddressMap, different_requests_lie_in_different_places) {
  for (const char* hash : {", hash: true", ", hash: false"}) {
    for (const char* standard : kStandards) {
      const DramSpec spec = machine_with(standard, std::string(", channels: 4") + hash).dram;
      const model::AddressMap map(spec);
      std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t>> places;
      constexpr std::uint64_t kRequests = 100'000;
      for (std::uint64_t i = 0; i < kRequests; ++i) {
        const model::DramPlace p = map.place(i * spec.burst_bytes());
        EXPECT_LT(p.unit, map.unit_count());
        EXPECT_LT(p.bank, spec.banks * spec.bank_groups);
        EXPECT_LT(p.column, spec.row_bytes / spec.burst_bytes());
        EXPECT_TRUE(places.emplace(p.unit, p.bank, p.row, p.column).second);
      }
    }
  }
}

TEST(AddressMap, neighbours_go_to_all_units_and_then_to_another_group) {
  const DramSpec spec = machine_with("HBM2", ", channels: 16").dram;
  const model::AddressMap map(spec);
  std::set<std::uint32_t> units;
  for (std::uint64_t i = 0; i < 32; ++i) units.insert(map.place(i * 32).unit);
  EXPECT_EQ(units.size(), 32U);
  EXPECT_NE(map.place(0).bank / 4, map.place(32 * 32).bank / 4);
}

TEST(AddressMap, a_stream_enters_each_row_in_another_bank_than_it_left) {
  const DramSpec spec = machine_with("HBM2", ", channels: 1, pseudo_channels: 1").dram;
  const model::AddressMap map(spec);
  model::DramPlace last = map.place(0);
  for (std::uint64_t i = 1; i < 100'000; ++i) {
    const model::DramPlace p = map.place(i * 32);
    EXPECT_TRUE(p.row == last.row || p.bank % 4 != last.bank % 4) << i;
    last = p;
  }
}

TEST(AddressMap, the_hash_spreads_a_stride_of_a_power_of_two_over_the_units) {
  for (const char* hash : {"true", "false"}) {
    const DramSpec spec = machine_with("HBM2", ", channels: 16, hash: " + std::string(hash)).dram;
    const model::AddressMap map(spec);
    std::set<std::uint32_t> units;
    for (std::uint64_t row = 0; row < 256; ++row) units.insert(map.place(row * 4096).unit);
    EXPECT_EQ(units.size(), spec.has_hash ? 32U : 1U);
  }
}

/// Sends as much as is taken, reads from `read_at` and writes from `write_at` on (none when
/// zero requests); returns when the last one is complete.
SimTime saturate(const Machine& machine, std::uint64_t reads, std::uint64_t writes,
                 std::uint64_t write_at, MemoryUse& use) {
  const auto memory = make_memory_system(machine);
  std::uint64_t sent[2] = {0, 0};
  const std::uint64_t wanted[2] = {reads, writes};
  std::uint64_t got = 0;
  SimTime last;
  std::vector<ResponseRun> responses;
  for (std::int64_t cycle = 0; got < reads + writes; ++cycle) {
    const SimTime now = machine.core_clock.edge(cycle);
    responses.clear();
    memory->advance(now, responses);
    for (const ResponseRun& run : responses) {
      got += run.count;
      last = run.at;
    }
    for (const bool is_write : {false, true}) {
      const std::uint64_t left = std::min<std::uint64_t>(wanted[is_write] - sent[is_write], 64);
      if (left == 0) continue;
      sent[is_write] += memory->send(
          {.address = (is_write ? write_at : 0) + sent[is_write] * machine.dma.request_bytes,
           .count = static_cast<std::uint32_t>(left),
           .is_write = is_write},
          now);
    }
  }
  use = memory->use();
  return last;
}

// Between two refreshes a bus moves data without a gap: what is lost is the refresh, the
// precharge before it, and the row and column before the first data after it.
double refresh_share(const DramTimings& t, std::uint32_t last_column) {
  return static_cast<double>(t.rfc + t.rp + t.rcd + last_column) / t.refi;
}

TEST(CycleMemory, a_memory_bound_read_is_within_two_percent_of_the_bound) {
  for (const char* standard : kStandards) {
    const Machine m = machine_with(standard, ", channels: 4");
    const DramTimings& t = m.dram.timings;
    constexpr std::uint64_t kReads = 200'000;
    MemoryUse use;
    const SimTime end = saturate(m, kReads, 0, 0, use);
    const double units = m.dram.channels * m.dram.pseudo_channels;
    const double cycles = kReads / units * t.burst / (1 - refresh_share(t, t.rtp));
    const double bound_ps = cycles * 1e12 / static_cast<double>(m.dram.clock.hz);
    EXPECT_NEAR(static_cast<double>(end.ps()) / bound_ps, 1.0, 0.02) << standard;
    EXPECT_EQ(use.data_busy.count(),
              m.dram.clock
                  .edge(static_cast<std::int64_t>(kReads / m.dram.channels * t.burst /
                                                  m.dram.pseudo_channels * m.dram.channels))
                  .ps());
  }
}

// A copy between banks that do not meet: both directions take turns of write_high bursts,
// and each pair of turns costs the change there and the change back.
TEST(CycleMemory, a_memory_bound_copy_is_within_two_percent_of_the_bound) {
  for (const char* standard : {"HBM2", "HBM2E", "HBM3", "DDR4"}) {
    const Machine m = machine_with(standard, ", channels: 4, hash: false");
    const DramTimings& t = m.dram.timings;
    constexpr std::uint64_t kEach = 100'000;
    const std::uint64_t bank_bytes = std::uint64_t{m.dram.row_bytes} * m.dram.bank_groups *
                                     m.dram.channels * m.dram.pseudo_channels;
    MemoryUse use;
    const SimTime end = saturate(m, kEach, kEach, bank_bytes * 2, use);
    const double units = m.dram.channels * m.dram.pseudo_channels;
    const double turn = 2.0 * m.dram.write_high * t.burst;
    const double change = (t.rtw - t.burst) + (t.cwl + t.wtr_s);
    const double cycles = 2 * kEach / units * t.burst * (1 + change / turn) /
                          (1 - refresh_share(t, (t.rtp + t.cwl + t.burst + t.wr) / 2));
    const double bound_ps = cycles * 1e12 / static_cast<double>(m.dram.clock.hz);
    EXPECT_NEAR(static_cast<double>(end.ps()) / bound_ps, 1.0, 0.02) << standard;
    EXPECT_EQ(use.reads, kEach);
    EXPECT_EQ(use.writes, kEach);
  }
}

TEST(CycleMemory, one_read_takes_network_row_column_and_burst) {
  const Machine m = machine_of(
      "core_clock_hz: 1000000000\nnoc: {latency_cycles: 10}\n"
      "dram: {standard: HBM2, clock_hz: 1000000000, channels: 2}\n");
  const auto memory = make_memory_system(m);
  ASSERT_EQ(memory->send({.address = 4096, .count = 1, .tag = 9}, SimTime(0)), 1U);
  std::vector<ResponseRun> got;
  while (got.empty()) memory->advance(memory->next_change(), got);
  // There 5 cycles, seen at the edge after, 14 + 14 + 2, and 5 back.
  EXPECT_EQ(got[0].at.ps(), (5 + 1 + 14 + 14 + 2 + 5) * 1'000);
  EXPECT_EQ(memory->next_change(), MemorySystem::kNever);
}

TEST(CycleMemory, answers_the_same_however_often_it_is_asked) {
  for (const bool is_often : {false, true}) {
    static std::vector<ResponseRun> first;
    const Machine m = machine_of(
        "cores: 2\ncore_clock_hz: 940000000\ndram: {standard: HBM2, "
        "channels: 2, queue_depth: 8, clock_hz: 1100000000}\n");
    const auto memory = make_memory_system(m);
    std::vector<ResponseRun> got;
    std::uint64_t next[2] = {0, 1 << 20};
    for (std::int64_t cycle = 0; cycle < 20'000; ++cycle) {
      const SimTime now = m.core_clock.edge(cycle);
      if (is_often) {
        for (SimTime at = memory->next_change(); at < now; at = memory->next_change()) {
          memory->advance(at, got);
        }
        memory->advance(now - Picoseconds(cycle == 0 ? 0 : 1), got);
      }
      memory->advance(now, got);
      for (std::uint32_t core = 0; core < 2; ++core) {
        next[core] += 32 * memory->send({.address = next[core],
                                         .count = 6,
                                         .core = core,
                                         .tag = core,
                                         .is_write = (cycle >> 9) % 2 == core},
                                        now);
      }
    }
    if (!is_often) {
      first = got;
      continue;
    }
    ASSERT_EQ(got.size(), first.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].at, first[i].at) << i;
      ASSERT_EQ(got[i].tag, first[i].tag) << i;
      ASSERT_EQ(got[i].count, first[i].count) << i;
    }
    EXPECT_GT(got.size(), 5'000U);
  }
}

}  // namespace
}  // namespace heddle::tile
