// Machine files, topology, routes and launches.
#include <array>
#include <deque>
#include <set>
#include <tuple>

#include "support/system/machines.h"

namespace heddle::system {
namespace {

using test::code_of;
using test::fabric_machine;
using test::simulator_of;

Result<Machine> read(const std::string& text) {
  const auto node = parse_config(text, "machine.yaml");
  EXPECT_TRUE(node);
  return read_machine(*node);
}

std::string located_code(const std::string& text) {
  const auto machine = read(text);
  if (!machine) {
    const Diagnostic& first = machine.error().list().front();
    return std::string(first.code()) + "@" + std::to_string(first.where().line);
  }
  const auto topology = Topology::build(*machine);
  if (topology) return "";
  const Diagnostic& first = topology.error().list().front();
  return std::string(first.code()) + "@" + std::to_string(first.where().line);
}

TEST(MachineFile, the_default_machine_is_that_of_an_empty_file_and_of_its_own) {
  const auto empty = read("{}");
  const auto file = load_machine(std::string(HEDDLE_SOURCE_DIR) + "/designs/machines/default.yaml");
  ASSERT_TRUE(empty);
  ASSERT_TRUE(file) << file.error().to_string();
  EXPECT_EQ((*Topology::build(*empty))->to_dot(), (*Topology::build(*file))->to_dot());
  EXPECT_EQ(file->pe_count(), 128U);
}

TEST(MachineFile, mistakes_are_told_with_their_place) {
  EXPECT_EQ(located_code("name: m\nsipps: 3\n"), "config.unknown-key@2");
  EXPECT_EQ(located_code("sips: 65\n"), "config.out-of-range@1");
  EXPECT_EQ(located_code("pe_link:\n  bandwidth_bytes_per_second: 0\n"), "config.out-of-range@2");
  EXPECT_EQ(located_code("pe_link:\n  latency_ps: -1\n"), "config.out-of-range@2");
  EXPECT_EQ(located_code("cubes: {rows: 8, columns: 8}\n"), "config.out-of-range@1");
  EXPECT_EQ(located_code("fabric: {shape: torus, devices: 10, columns: 4}\n"),
            "config.out-of-range@1");
  const std::string head = "fabric:\n  shape: custom\n  devices: 2\n  switches: [sw]\n  links:\n";
  const std::string both = head + "    - {from: pe0, to: sw}\n    - {from: sw, to: pe1}\n";
  EXPECT_EQ(located_code(both), "");
  EXPECT_EQ(located_code(both + "    - {from: pe0, to: sw}\n"), "system.duplicate-link@8");
  EXPECT_EQ(located_code(both + "    - {from: pe0, to: pe1, both_ways: false}\n"),
            "system.asymmetric-link@8");
  EXPECT_EQ(located_code(both + "    - {from: pe0, to: pe7}\n"), "system.unknown-node@8");
  EXPECT_EQ(located_code(head + "    - {from: pe0, to: sw}\n"), "system.unreachable@2");
  for (const char* names : {"[sw, sw]", "[sw, pe1]"}) {
    EXPECT_EQ(located_code(std::string("fabric:\n  shape: custom\n  devices: 2\n  switches: ") +
                           names + "\n  links: [{from: pe0, to: sw}, {from: sw, to: pe1}]\n"),
              "system.duplicate-node@2");
  }
  EXPECT_EQ(located_code(head + "    - {from: pe0, to: pe0}\n"), "system.duplicate-link@6");
}

TEST(Topology, east_and_west_neighbours_are_one_hop_and_so_is_the_ring_of_cubes) {
  const auto simulator = simulator_of({});
  const Topology& t = simulator->topology();
  for (std::uint32_t pe = 0; pe < 8; ++pe) {
    const Route& east =
        t.route(t.pe_node(t.rank_of(0, 3, pe)), t.pe_node(t.rank_of(0, 3, (pe + 1) % 8)));
    EXPECT_EQ(east.links.size(), 1U);
    EXPECT_EQ(east.latency, Picoseconds(5'000));
  }
  std::set<std::uint32_t> cubes(t.cube_ring().begin(), t.cube_ring().end());
  EXPECT_EQ(cubes.size(), 8U);
  for (std::uint32_t i = 0; i < 8; ++i) EXPECT_EQ(t.cube_ring_hops(i), 1U) << i;
}

TEST(Topology, a_ring_of_cubes_is_a_cycle_wherever_the_mesh_has_one) {
  for (std::uint32_t rows = 1; rows <= 5; ++rows) {
    for (std::uint32_t columns = 1; columns <= 6; ++columns) {
      Machine machine;
      machine.cube_rows = rows;
      machine.cube_columns = columns;
      const auto simulator = simulator_of(machine);
      const Topology& t = simulator->topology();
      std::uint32_t longest = 0;
      const std::uint32_t count = rows * columns;
      ASSERT_EQ(std::set<std::uint32_t>(t.cube_ring().begin(), t.cube_ring().end()).size(), count);
      for (std::uint32_t i = 0; i < count; ++i) longest = std::max(longest, t.cube_ring_hops(i));
      const bool has_cycle = (rows > 1 && columns > 1 && count % 2 == 0) || count == 2;
      if (count > 1) {
        EXPECT_EQ(longest == 1, has_cycle) << rows << "x" << columns;
      }
    }
  }
}

TEST(Topology, routes_go_the_short_way_round_and_east_on_a_tie) {
  const auto simulator = simulator_of({});
  const Topology& t = simulator->topology();
  const auto first_stop = [&](std::uint32_t to) {
    const Route& route = t.route(t.pe_node(t.rank_of(0, 0, 0)), t.pe_node(t.rank_of(0, 0, to)));
    return t.node(t.link(route.links.front()).to).pe;
  };
  EXPECT_EQ(first_stop(3), 1U);
  EXPECT_EQ(first_stop(4), 1U);
  EXPECT_EQ(first_stop(5), 7U);
}

TEST(Topology, routes_cross_the_mesh_of_cubes_along_the_row_first) {
  const auto simulator = simulator_of({});
  const Topology& t = simulator->topology();
  for (std::uint32_t from = 0; from < 8; ++from) {
    for (std::uint32_t to = 0; to < 8; ++to) {
      const Route& route = t.route(t.hbm_node(0, from), t.hbm_node(0, to));
      bool has_turned = false;
      for (const LinkId id : route.links) {
        const Node& a = t.node(t.link(id).from);
        const Node& b = t.node(t.link(id).to);
        if (a.kind != NodeKind::Noc || b.kind != NodeKind::Noc) continue;
        const bool is_column = a.cube % 4 == b.cube % 4;
        EXPECT_FALSE(has_turned && !is_column) << from << " to " << to;
        has_turned = has_turned || is_column;
      }
      const std::uint32_t columns = from % 4 > to % 4 ? from % 4 - to % 4 : to % 4 - from % 4;
      const std::uint32_t rows = from / 4 == to / 4 ? 0 : 1;
      EXPECT_EQ(route.links.size(), from == to ? 0U : 2U + columns + rows);
    }
  }
}

des::Task<> look_around(Tl& tl, std::vector<std::array<PeRank, kDirectionCount>>& seen) {
  for (std::size_t i = 0; i < kDirectionCount; ++i) {
    const auto there = tl.neighbour(static_cast<Direction>(i));
    seen[tl.rank().value()][i] = there ? *there : PeRank::none();
  }
  co_return;
}

TEST(Topology, neighbours_pair_and_each_ring_goes_through_all_pes_cubes_and_sips) {
  for (const std::uint32_t sips : {1U, 2U, 3U, 5U}) {
    Machine machine;
    machine.sip_count = sips;
    const auto simulator = simulator_of(machine);
    const Topology& t = simulator->topology();
    std::vector<std::array<PeRank, kDirectionCount>> seen(t.pe_count());
    ASSERT_TRUE(simulator->launch("look", [&](Tl& tl) { return look_around(tl, seen); }));
    ASSERT_TRUE(simulator->run());
    const auto go = [&](PeRank from, Direction way) {
      return seen[from.value()][static_cast<std::size_t>(way)];
    };
    const std::tuple<Direction, Direction, std::uint32_t> rings[] = {
        {Direction::East, Direction::West, 8}, {Direction::North, Direction::South, 8}};
    for (std::uint32_t i = 0; i < t.pe_count(); ++i) {
      for (const auto& [way, back, length] : rings) {
        PeRank at(i);
        for (std::uint32_t step = 0; step < length; ++step) {
          ASSERT_EQ(go(go(at, way), back), at);
          at = go(at, way);
          ASSERT_EQ(at == PeRank(i), step + 1 == length) << sips;
        }
      }
      PeRank at(i);
      for (std::uint32_t step = 0; sips > 1 && step < sips; ++step) at = go(at, Direction::Parent);
      EXPECT_EQ(at, PeRank(i));
      EXPECT_EQ(go(at, Direction::Parent).is_none(), sips == 1);
    }
  }
}

TEST(Topology, every_pair_of_nodes_has_a_route_that_is_connected) {
  for (const bool is_odd : {false, true}) {
    Machine machine;
    if (is_odd) {
      machine.sip_count = 3;
      machine.cube_rows = 1;
      machine.cube_columns = 3;
      machine.pes_per_cube = 3;
    }
    const auto simulator = simulator_of(machine);
    const Topology& t = simulator->topology();
    const auto count = static_cast<std::uint32_t>(t.nodes().size());
    for (std::uint32_t a = 0; a < count; ++a) {
      for (std::uint32_t b = 0; b < count; ++b) {
        NodeId at(a);
        for (const LinkId id : t.route(NodeId(a), NodeId(b)).links) {
          ASSERT_EQ(t.link(id).from, at);
          at = t.link(id).to;
        }
        ASSERT_EQ(at, NodeId(b));
      }
    }
  }
}

TEST(Topology, pictures_name_every_node_and_an_unknown_name_gets_a_suggestion) {
  const auto simulator = simulator_of({});
  const Topology& t = simulator->topology();
  for (const Node& node : t.nodes()) {
    EXPECT_NE(t.to_dot().find("\"" + node.name + "\""), std::string::npos);
    EXPECT_NE(t.to_svg().find("<title>" + node.name + "</title>"), std::string::npos);
  }
  const auto found = t.find("sip0.cube0.pe9");
  ASSERT_EQ(code_of(found), "system.unknown-node");
  EXPECT_NE(found.error().to_string().find("sip0.cube0.pe"), std::string::npos);
}

des::Task<> nothing(Tl&) {
  co_return;
}

/// Counts what arrives.
class Sink final : public des::Handler {
 public:
  using Handler::Handler;
  void on_event(des::Kernel&) override { ++count; }
  int count = 0;
};

/// Sends into the fabric at an instant.
class Burst final : public des::Handler {
 public:
  Burst(Simulator& simulator, NodeId from, NodeId to, std::uint64_t bytes)
      : Handler(des::ComponentId(0)),
        simulator_(simulator),
        route_(simulator.topology().route(from, to)),
        bytes_(bytes),
        sink_(des::ComponentId(0)) {}
  void on_event(des::Kernel&) override {
    simulator_.fabric().send({&route_, bytes_, Picoseconds(0), &sink_, nullptr});
  }

 private:
  Simulator& simulator_;
  const Route& route_;
  std::uint64_t bytes_;
  Sink sink_;
};

struct Launched {
  std::unique_ptr<Simulator> simulator;
  std::shared_ptr<const LaunchRecord> record;
};

Launched launch(const Machine& machine, const Target& target = {}) {
  Launched out{simulator_of(machine), nullptr};
  const auto record = out.simulator->launch("noop", nothing, target);
  EXPECT_TRUE(record);
  out.record = *record;
  EXPECT_TRUE(out.simulator->run());
  return out;
}

/// 500 host, 100 IO_CPU, 20 + 20 a mesh hop, 5 M_CPU, 50, 5 + 5, 20 PE_CPU; in ps.
std::int64_t closed_form(std::uint32_t cube) {
  const std::uint32_t hops = cube % 4 + cube / 4;
  return 500'000 + 100'000 + 20'000 + 20'000 * std::int64_t{hops} + 5'000 + 50'000 + 10'000 +
         20'000;
}

TEST(Launch, all_pes_start_together_at_the_closed_form_on_any_number_of_them) {
  for (const std::uint32_t sips : {1U, 2U, 3U, 4U}) {
    Machine machine;
    machine.sip_count = sips;
    const Launched all = launch(machine);
    EXPECT_EQ(all.record->first_start(), SimTime(closed_form(7))) << sips;
    EXPECT_EQ(all.record->last_start(), all.record->first_start());
  }
  for (const std::uint32_t count : {1U, 2U, 8U, 64U, 128U}) {
    std::vector<std::int64_t> ranks;
    for (std::uint32_t i = 0; i < count; ++i) ranks.push_back(i);
    const Launched some = launch({}, ranks);
    const std::uint32_t farthest = count > 56 ? 7 : (count - 1) / 8;
    EXPECT_EQ(some.record->first_start(), SimTime(closed_form(farthest))) << count;
    EXPECT_EQ(some.record->last_start(), some.record->first_start()) << count;
    for (const PeExecution& one : some.record->executions) EXPECT_EQ(one.exec(), Picoseconds(0));
  }
}

/// The farthest of the cubes that hold the first `count` PEs of every SIP.
std::int64_t farthest(std::uint32_t count) {
  std::int64_t most = 0;
  for (std::uint32_t pe = 0; pe < std::min(count, 64U); ++pe) {
    most = std::max(most, closed_form(pe / 8));
  }
  return most;
}

/// Traffic from every IO_CPU to its farthest cube, and from the host.
void add_traffic(Simulator& simulator, std::deque<Burst>& bursts) {
  const Topology& t = simulator.topology();
  for (std::uint32_t sip = 0; sip < t.machine().sip_count; ++sip) {
    const NodeId io = *t.find("sip" + std::to_string(sip) + ".io");
    const NodeId far = t.hbm_node(sip, 7);
    for (std::int64_t i = 0; i < 8; ++i) {
      simulator.kernel().schedule(bursts.emplace_back(simulator, io, far, 512'000),
                                  Picoseconds(i * 100'000));
      bursts.emplace_back(simulator, *t.find("host"), far, 64'000).on_event(simulator.kernel());
    }
  }
}

TEST(Launch, on_1_to_128_pes_of_1_to_4_sips_with_traffic_or_without_all_start_at_the_closed_form) {
  for (const std::uint32_t sips : {1U, 2U, 3U, 4U}) {
    for (const std::uint32_t count : {1U, 2U, 8U, 64U, 128U}) {
      for (const bool has_traffic : {false, true}) {
        if (count > 64 * sips) continue;
        Machine machine;
        machine.sip_count = sips;
        const auto simulator = simulator_of(machine);
        std::deque<Burst> bursts;
        if (has_traffic) add_traffic(*simulator, bursts);
        std::vector<std::int64_t> ranks;
        for (std::uint32_t i = 0; i < count; ++i) ranks.push_back(i);
        const auto record = simulator->launch("noop", nothing, ranks);
        ASSERT_TRUE(record && simulator->run());
        for (const PeExecution& one : (*record)->executions) {
          EXPECT_EQ(one.start, SimTime(farthest(count))) << sips << " SIPs, " << count << " PEs";
          EXPECT_EQ(one.exec(), Picoseconds(0));
        }
      }
    }
  }
}

TEST(Launch, a_contended_path_moves_the_stamp_of_all_pes_by_what_the_busiest_one_waits) {
  for (const std::uint32_t sips : {1U, 2U, 4U}) {
    Machine machine;
    machine.sip_count = sips;
    machine.launch.shares_links = true;
    const auto simulator = simulator_of(machine);
    const Topology& t = simulator->topology();
    std::deque<Burst> bursts;
    for (std::uint32_t sip = 0; sip < sips; ++sip) {
      for (std::uint32_t i = 0; i <= sip; ++i) {  // SIP k's host link is busy for k + 1 us
        bursts.emplace_back(*simulator, *t.find("host"), t.hbm_node(sip, 7), 64'000)
            .on_event(simulator->kernel());
      }
    }
    const auto record = simulator->launch("noop", nothing);
    ASSERT_TRUE(record && simulator->run());
    EXPECT_EQ((*record)->first_start(), (*record)->last_start()) << sips;
    EXPECT_EQ((*record)->first_start(), SimTime(closed_form(7) + sips * 1'000'000)) << sips;
  }
}

TEST(Launch, without_the_barrier_pes_of_1_to_4_sips_start_when_their_own_path_is_done) {
  for (const std::uint32_t sips : {1U, 2U, 4U}) {
    for (const std::uint32_t count : {1U, 8U, 64U}) {
      Machine machine;
      machine.sip_count = sips;
      machine.launch.has_barrier = false;
      std::vector<std::int64_t> ranks;
      for (std::uint32_t i = 0; i < count; ++i) ranks.push_back(i);
      const Launched some = launch(machine, ranks);
      for (const PeExecution& one : some.record->executions) {
        EXPECT_EQ(one.start, SimTime(closed_form(one.rank.value() / 8)));
      }
      EXPECT_EQ(some.record->last_start() - some.record->first_start(),
                Picoseconds(farthest(count) - closed_form(0)));
    }
  }
}

TEST(Launch, the_common_start_moves_with_the_longest_path) {
  Machine machine;
  machine.die_link.latency = Picoseconds(30'000);
  EXPECT_EQ(launch(machine).record->first_start(), SimTime(closed_form(7) + 5 * 10'000));
}

TEST(Launch, without_the_barrier_the_spread_is_that_of_the_paths) {
  Machine machine;
  machine.launch.has_barrier = false;
  const Launched all = launch(machine);
  for (const PeExecution& one : all.record->executions) {
    const std::uint32_t cube = all.simulator->topology().pe(one.rank).cube;
    EXPECT_EQ(one.start, SimTime(closed_form(cube)));
  }
  EXPECT_EQ(all.record->last_start() - all.record->first_start(), Picoseconds(4 * 20'000));
}

/// A launch with traffic from the host to the farthest cube at `when`.
Status launch_under_load(Machine machine, std::int64_t when, LaunchRecord* out = nullptr) {
  const auto simulator = simulator_of(machine);
  const Topology& t = simulator->topology();
  Burst burst(*simulator, *t.find("host"), t.hbm_node(0, 7), 64'000);  // 1 us on the host link
  if (when < 0) {
    burst.on_event(simulator->kernel());
  } else {
    simulator->kernel().schedule(burst, Picoseconds(when));
  }
  const auto record = simulator->launch("noop", nothing);
  const Status ran = simulator->run();
  if (out != nullptr) *out = **record;
  return ran;
}

TEST(Launch, background_traffic_does_not_move_a_start_on_its_own_lane) {
  LaunchRecord record;
  ASSERT_TRUE(launch_under_load({}, -1, &record));
  EXPECT_EQ(record.first_start(), SimTime(closed_form(7)));
  EXPECT_EQ(record.last_start(), SimTime(closed_form(7)));
}

TEST(Launch, a_shared_path_is_stamped_with_what_it_waits_for) {
  Machine machine;
  machine.launch.shares_links = true;
  LaunchRecord record;
  ASSERT_TRUE(launch_under_load(machine, -1, &record));
  EXPECT_EQ(record.first_start(), record.last_start());
  EXPECT_EQ(record.first_start(), SimTime(closed_form(7) + 1'000'000));
}

TEST(Launch, a_pe_that_gets_its_launch_too_late_is_named) {
  Machine machine;
  machine.launch.shares_links = true;
  // Traffic that meets the launches after they were stamped, on the way to cube 7.
  const auto simulator = simulator_of(machine);
  const Topology& t = simulator->topology();
  Burst burst(*simulator, *t.find("sip0.io"), t.hbm_node(0, 7), 512'000);  // 1 us on a die link
  simulator->kernel().schedule(burst, Picoseconds(595'000));
  ASSERT_TRUE(simulator->launch("noop", nothing));
  const Status ran = simulator->run();
  ASSERT_EQ(code_of(ran), "system.late-pe");
  EXPECT_NE(ran.error().to_string().find("sip0.cube"), std::string::npos);
  Machine patient = machine;
  patient.launch.slack = Picoseconds(1'000'000);
  EXPECT_TRUE(launch_under_load(patient, 595'000));
}

TEST(Launch, a_target_that_is_empty_or_out_of_range_is_an_error) {
  const auto simulator = simulator_of({});
  EXPECT_EQ(code_of(simulator->launch("k", nothing, std::vector<std::int64_t>{})),
            "system.bad-target");
  for (const std::int64_t rank : {-1, 128}) {
    EXPECT_EQ(code_of(simulator->launch("k", nothing, rank)), "system.bad-target");
  }
  EXPECT_EQ(code_of(simulator->launch("k", nothing, std::vector<std::int64_t>{3, 3})),
            "system.bad-target");
}

TEST(Fabric, point_to_point_takes_latencies_and_one_drain_or_a_drain_a_hop) {
  for (const LinkMode mode : {LinkMode::CutThrough, LinkMode::Ideal, LinkMode::StoreAndForward}) {
    Machine machine = fabric_machine(FabricShape::Ring, 9);
    machine.link_mode = mode;
    for (const std::uint32_t hops : {1U, 2U, 4U}) {
      const auto simulator = simulator_of(machine);
      const Topology& t = simulator->topology();
      const Route& route = t.route(t.pe_node(PeRank(0)), t.pe_node(PeRank(hops)));
      Sink sink(des::ComponentId(0));
      simulator->fabric().send({&route, 1000, Picoseconds(0), &sink, nullptr});
      ASSERT_TRUE(simulator->run());
      const std::int64_t drains = mode == LinkMode::StoreAndForward ? hops : 1;
      EXPECT_EQ(simulator->kernel().now(), SimTime(500'000 * hops + 20'000 * drains));
    }
  }
}

TEST(Fabric, flows_on_one_link_end_one_drain_after_another) {
  Machine machine = fabric_machine(FabricShape::Ring, 2);
  machine.link_mode = LinkMode::CutThrough;
  const auto simulator = simulator_of(machine);
  const Topology& t = simulator->topology();
  const Route& route = t.route(t.pe_node(PeRank(0)), t.pe_node(PeRank(1)));
  struct Stamp final : des::Handler {
    using Handler::Handler;
    void on_event(des::Kernel& kernel) override { times.push_back(kernel.now()); }
    std::vector<SimTime> times;
  } stamp(des::ComponentId(0));
  for (int i = 0; i < 5; ++i) {
    simulator->fabric().send({&route, 1000, Picoseconds(0), &stamp, nullptr});
  }
  ASSERT_TRUE(simulator->run());
  for (int i = 0; i < 5; ++i) {  // the i-th ends at iS/B + latency, i from 1
    EXPECT_EQ(stamp.times[static_cast<std::size_t>(i)], SimTime(500'000 + 20'000 * (i + 1)));
  }
}

}  // namespace
}  // namespace heddle::system
