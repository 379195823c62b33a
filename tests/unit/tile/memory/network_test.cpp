// Networks and the L2 by closed forms: latency of a packet, rate of a port, the
// way through a mesh, back-pressure, fairness, hits, misses and write-backs.
#include "tile/model/network.h"

#include <gmock/gmock.h>

#include <set>

#include "heddle/base/random.h"
#include "heddle/tile/machine.h"
#include "heddle/tile/memory_system.h"
#include "tile/model/l2_slice.h"

namespace heddle::tile {
namespace {

using model::L2Answer;
using model::L2Slice;
using model::make_routed_network;
using model::mesh_hops;
using model::Network;
using model::Packet;

NocSpec noc(NocKind kind, std::uint32_t latency, std::uint32_t queue = 16,
            std::uint32_t columns = 0) {
  NocSpec spec;
  spec.kind = kind;
  spec.latency_cycles = latency;
  spec.queue_flits = queue;
  spec.columns = columns;
  return spec;
}

/// The cycle at which a lone packet is complete at its destination.
std::int64_t latency_of(Network& network, std::uint32_t source, const Packet& packet) {
  network.inject(source, packet, 100);
  for (std::int64_t cycle = 100; cycle < 10'000; ++cycle) {
    network.step(cycle);
    if (network.head(packet.destination, cycle) != nullptr) return cycle - 100;
  }
  return -1;
}

TEST(Crossbar, a_packet_takes_one_hop_and_its_flits) {
  for (const std::uint32_t flits : {1U, 2U, 5U}) {
    const auto network = make_routed_network(noc(NocKind::Crossbar, 3), 4, 4, false);
    EXPECT_EQ(latency_of(*network, 1, {0, flits, 2}), 3 + flits - 1);
  }
}

TEST(Mesh, a_packet_takes_a_hop_a_router_and_one_into_its_terminal) {
  const NocSpec spec = noc(NocKind::Mesh, 2, 16, 4);
  for (std::uint32_t source = 0; source < 8; ++source) {
    for (std::uint32_t d = 0; d < 8; ++d) {
      const auto network = make_routed_network(spec, 8, 8, false);
      const std::uint32_t hops = mesh_hops(spec, 16, source, 8 + d);
      EXPECT_EQ(latency_of(*network, source, {0, 3, d}), 2 * (hops + 1) + 3 - 1);
    }
  }
  EXPECT_EQ(mesh_hops(spec, 16, 0, 15), 6U);  // three along the row, three along the column
}

TEST(Mesh, every_terminal_is_reached_also_with_a_short_last_row) {
  for (const std::uint32_t columns : {0U, 1U, 3U, 5U, 20U}) {
    const NocSpec spec = noc(NocKind::Mesh, 1, 16, columns);
    for (const bool is_reversed : {false, true}) {
      for (std::uint32_t source = 0; source < 6; ++source) {
        for (std::uint32_t d = 0; d < 5; ++d) {
          const auto network = make_routed_network(spec, 6, 5, is_reversed);
          EXPECT_GE(latency_of(*network, source, {0, 1, d}), 1);
        }
      }
    }
  }
}

/// Packets of each source that come to their destination, all sources sending all they can to
/// `target(source, n)`.
template <class Target>
std::vector<std::uint64_t> saturate(Network& network, std::uint32_t sources,
                                    std::uint32_t destinations, std::uint32_t flits,
                                    std::int64_t cycles, Target target) {
  std::vector<std::uint64_t> sent(sources);
  std::vector<std::uint64_t> got(sources);
  for (std::int64_t cycle = 0; cycle < cycles; ++cycle) {
    for (std::uint32_t s = 0; s < sources; ++s) {
      if (!network.has_room(s, flits, cycle - 1)) continue;
      network.inject(s, {s, flits, target(s, sent[s]++)}, cycle);
    }
    network.step(cycle);
    for (std::uint32_t d = 0; d < destinations; ++d) {
      while (const Packet* packet = network.head(d, cycle)) {
        ++got[packet->id];
        network.pop(d, cycle);
      }
    }
  }
  return got;
}

TEST(Crossbar, a_port_moves_one_flit_a_cycle_and_is_shared_evenly) {
  constexpr std::int64_t kCycles = 12'000;
  for (const std::uint32_t flits : {1U, 2U, 3U}) {
    const auto network = make_routed_network(noc(NocKind::Crossbar, 1), 4, 2, false);
    const auto got = saturate(*network, 4, 2, flits, kCycles, [](auto, auto) { return 1U; });
    std::uint64_t sum = 0;
    for (const std::uint64_t each : got) {
      EXPECT_NEAR(static_cast<double>(each), 12e3 / flits / 4, 3);
      sum += each;
    }
    EXPECT_NEAR(static_cast<double>(sum), 12e3 / flits, 5);
  }
}

TEST(Crossbar, pairs_that_do_not_meet_all_run_at_full_rate) {
  const auto network = make_routed_network(noc(NocKind::Crossbar, 1), 4, 4, false);
  for (const std::uint64_t each :
       saturate(*network, 4, 4, 1, 1'000, [](auto s, auto) { return s; })) {
    EXPECT_GE(each, 990U);
  }
}

TEST(Mesh, a_link_moves_one_flit_a_cycle) {
  // A row of four: sources at nodes 0 and 1 share the link from node 1 to node 2.
  const auto network = make_routed_network(noc(NocKind::Mesh, 1, 16, 4), 2, 2, false);
  const auto got = saturate(*network, 2, 2, 1, 10'000, [](auto s, auto) { return s; });
  EXPECT_NEAR(static_cast<double>(got[0]), 5'000, 20);
  EXPECT_NEAR(static_cast<double>(got[1]), 5'000, 20);
}

TEST(Network, a_destination_that_takes_nothing_stops_its_sources_and_loses_nothing) {
  for (const NocKind kind : {NocKind::Crossbar, NocKind::Mesh}) {
    const auto network = make_routed_network(noc(kind, 1, 4), 2, 2, false);
    std::uint32_t sent = 0;
    for (std::int64_t cycle = 0; cycle < 1'000; ++cycle) {
      if (network->has_room(0, 1, cycle - 1)) network->inject(0, {sent++, 1, 0}, cycle);
      network->step(cycle);
    }
    EXPECT_LE(sent, 4U * 5);  // the queues on the way, no more
    EXPECT_EQ(network->next(), Network::kNever);
    std::uint32_t got = 0;
    for (std::int64_t cycle = 1'000; cycle < 2'000; ++cycle) {
      while (const Packet* packet = network->head(0, cycle)) {
        EXPECT_EQ(packet->id, got++);
        network->pop(0, cycle);
      }
      network->step(cycle);
    }
    EXPECT_EQ(got, sent);
  }
}

TEST(Network, full_queues_and_random_destinations_never_lock) {
  for (const NocKind kind : {NocKind::Crossbar, NocKind::Mesh}) {
    for (const std::uint32_t columns : {0U, 3U, 5U}) {
      const auto network = make_routed_network(noc(kind, 1, 3, columns), 6, 7, false);
      const RandomStream random(columns, "network");
      const auto got = saturate(*network, 6, 7, 3, 6'000, [&](std::uint32_t s, std::uint64_t n) {
        return static_cast<std::uint32_t>(random.below(7, s, n));
      });
      for (const std::uint64_t each : got) EXPECT_GT(each, 100U);
    }
  }
}

Machine machine_of(const std::string& text) {
  const Result<ConfigNode> node = parse_config(text, "m.yaml");
  Result<Machine> machine = read_machine(*node);
  EXPECT_TRUE(machine) << machine.error().to_string();
  return *machine;
}

constexpr const char* kBandwidth =
    "core_clock_hz: 1000000000\n"
    "dram: {model: bandwidth, channels: 4, channel_bandwidth_bytes_per_second: 32000000000,"
    " latency_ps: 20000, queue_depth: 16}\n";

std::vector<ResponseRun> drain(MemorySystem& memory) {
  std::vector<ResponseRun> out;
  for (SimTime at = memory.next_change(); at != MemorySystem::kNever; at = memory.next_change()) {
    memory.advance(at, out);
  }
  return out;
}

TEST(NetworkMemory, one_read_through_a_crossbar_takes_the_sum_of_its_parts) {
  const auto memory = make_memory_system(machine_of(
      std::string(kBandwidth) + "noc: {kind: crossbar, latency_cycles: 3, ports_per_core: 2}\n"));
  ASSERT_EQ(memory->send({.address = 32, .count = 1, .tag = 5}, SimTime(0)), 1U);
  const std::vector<ResponseRun> got = drain(*memory);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].tag, 5U);
  // In at 1, there at 4, served by 5, read at 25, leaves at once, back at 28.
  EXPECT_EQ(got[0].at.ps(), 28'000);
}

TEST(NetworkMemory, a_hit_in_the_l2_does_not_see_dram) {
  const auto memory =
      make_memory_system(machine_of(std::string(kBandwidth) +
                                    "noc: {latency_cycles: 10}\n"
                                    "l2: {size_bytes: 65536, line_bytes: 32, hit_cycles: 7}\n"));
  ASSERT_EQ(memory->send({.address = 32, .count = 1}, SimTime(0)), 1U);
  EXPECT_EQ(drain(*memory)[0].at.ps(), 1'000 + 5'000 + 21'000 + 5'000);
  ASSERT_EQ(memory->send({.address = 32, .count = 1}, SimTime(100'000)), 1U);
  EXPECT_EQ(drain(*memory)[0].at.ps(), 100'000 + 1'000 + 5'000 + 7'000 + 5'000);
  ASSERT_EQ(memory->send({.address = 64, .count = 1, .is_write = true}, SimTime(200'000)), 1U);
  EXPECT_EQ(drain(*memory)[0].at.ps(), 200'000 + 1'000 + 5'000 + 7'000);
  EXPECT_EQ(memory->use().l2_hits, 1U);
  EXPECT_EQ(memory->use().l2_misses, 2U);
  EXPECT_EQ(memory->use().reads, 1U);
  EXPECT_EQ(memory->use().writes, 0U);
}

/// All machines that have a network or an L2, with both kinds of DRAM.
std::vector<Machine> machines() {
  std::vector<Machine> out;
  for (const char* dram : {"dram: {model: bandwidth, channels: 4, queue_depth: 8}\n",
                           "dram: {standard: HBM2, channels: 4, queue_depth: 8}\n"}) {
    for (const char* noc :
         {"noc: {kind: crossbar, latency_cycles: 2, queue_flits: 4, flit_bytes: 16}\n",
          "noc: {kind: mesh, queue_flits: 4, ports_per_core: 3, clock_hz: 1300000000}\n",
          "noc: {latency_cycles: 8}\n"}) {
      for (const char* l2 : {"", "l2: {size_bytes: 16384, line_bytes: 64, ways: 4, mshrs: 4}\n"}) {
        out.push_back(machine_of(std::string("cores: 2\ncore_clock_hz: 940000000\n"
                                             "dma: {requests_per_cycle: 4}\n") +
                                 dram + noc + l2));
      }
    }
  }
  return out;
}

/// Two cores read and write random runs; returns every response.
std::vector<ResponseRun> play(const Machine& m, bool is_often, std::uint64_t& sent_count) {
  const auto memory = make_memory_system(m);
  const RandomStream random(7, "runs");
  std::vector<ResponseRun> got;
  sent_count = 0;
  std::uint64_t draw = 0;
  RequestRun open[2] = {};
  for (std::int64_t cycle = 0; cycle < 6'000; ++cycle) {
    const SimTime now = m.core_clock.edge(cycle);
    if (is_often) {
      for (SimTime at = memory->next_change(); at < now; at = memory->next_change()) {
        memory->advance(at, got);
      }
    }
    memory->advance(now, got);
    if (cycle >= 5'000) continue;
    for (std::uint32_t core = 0; core < 2; ++core) {
      RequestRun& run = open[core];
      if (run.count == 0) {
        run = {.address = random.below(2'048, 0, draw++) * 32,
               .count = static_cast<std::uint32_t>(random.below(40, 0, draw++) + 1),
               .core = core,
               .tag = static_cast<std::uint32_t>(draw),
               .is_write = random.below(3, 0, draw++) == 0};
      }
      RequestRun now_run = run;
      now_run.count = std::min(run.count, 4U);
      const std::uint32_t sent = memory->send(now_run, now);
      run.address += std::uint64_t{sent} * 32;
      run.count -= sent;
      sent_count += sent;
    }
  }
  for (const ResponseRun& run : drain(*memory)) got.push_back(run);
  return got;
}

TEST(NetworkMemory, every_request_is_answered_once_and_the_same_however_often_asked) {
  for (const Machine& m : machines()) {
    std::uint64_t sent = 0;
    std::uint64_t sent_often = 0;
    const std::vector<ResponseRun> seldom = play(m, false, sent);
    const std::vector<ResponseRun> often = play(m, true, sent_often);
    EXPECT_EQ(sent, sent_often);
    EXPECT_GT(sent, 2'000U);
    std::uint64_t answered = 0;
    ASSERT_EQ(seldom.size(), often.size());
    for (std::size_t i = 0; i < often.size(); ++i) {
      ASSERT_EQ(seldom[i].at, often[i].at) << i;
      ASSERT_EQ(seldom[i].tag, often[i].tag) << i;
      ASSERT_EQ(seldom[i].count, often[i].count) << i;
      answered += often[i].count;
    }
    EXPECT_EQ(answered, sent);
  }
}

TEST(NetworkMemory, two_cores_that_want_one_channel_get_half_of_it_each) {
  const Machine m = machine_of(
      "cores: 2\ncore_clock_hz: 1000000000\n"
      "dram: {model: bandwidth, channels: 1, channel_bandwidth_bytes_per_second: 32000000000}\n"
      "noc: {kind: crossbar, latency_cycles: 1, ports_per_core: 1}\n");
  const auto memory = make_memory_system(m);
  std::uint64_t got[2] = {0, 0};
  std::vector<ResponseRun> responses;
  for (std::int64_t cycle = 0; cycle < 20'000; ++cycle) {
    const SimTime now = m.core_clock.edge(cycle);
    memory->advance(now, responses);
    for (std::uint32_t core = 0; core < 2; ++core) {
      (void)memory->send({.address = 0, .count = 4, .core = core}, now);
    }
  }
  for (const ResponseRun& run : responses) got[run.core] += run.count;
  EXPECT_NEAR(static_cast<double>(got[0]), 10'000, 100);
  EXPECT_NEAR(static_cast<double>(got[1]), 10'000, 100);
}

TEST(L2Slice, sectors_are_fetched_once_and_misses_are_bounded) {
  L2Slice l2({.size_bytes = 4096, .line_bytes = 128, .ways = 4, .mshrs = 2}, 1, 32);
  EXPECT_EQ(l2.read(0, 10), L2Answer::Miss);
  EXPECT_EQ(l2.read(0, 11), L2Answer::Joined);
  EXPECT_EQ(l2.read(1, 12), L2Answer::Miss);  // another sector of the line
  EXPECT_EQ(l2.read(2, 13), L2Answer::Full);
  std::vector<std::uint32_t> waiting;
  std::vector<std::uint64_t> written_back;
  l2.fill(0, waiting, written_back);
  EXPECT_THAT(waiting, testing::ElementsAre(10, 11));
  EXPECT_EQ(l2.read(0, 14), L2Answer::Hit);
  EXPECT_EQ(l2.hits(), 1U);
  EXPECT_EQ(l2.misses(), 3U);
}

TEST(L2Slice, the_line_unused_for_longest_goes_and_its_dirty_sectors_are_written_back) {
  // Two sets of two ways; lines 0, 2, 4 share set 0. A line has four sectors.
  L2Slice l2({.size_bytes = 512, .line_bytes = 128, .ways = 2, .mshrs = 8}, 1, 32);
  std::vector<std::uint64_t> written_back;
  l2.write(1, written_back);                // line 0, sector 1
  l2.write(3, written_back);                // line 0, sector 3
  l2.write(2 * 4, written_back);            // line 2
  EXPECT_EQ(l2.read(1, 0), L2Answer::Hit);  // line 0 is the younger now
  l2.write(4 * 4, written_back);            // line 4 in place of line 2
  EXPECT_THAT(written_back, testing::ElementsAre(8));
  written_back.clear();
  l2.write(2 * 4, written_back);  // line 2 in place of line 0
  EXPECT_THAT(written_back, testing::ElementsAre(1, 3));
}

}  // namespace
}  // namespace heddle::tile
