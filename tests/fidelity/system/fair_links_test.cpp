// Links that share their bandwidth: closed forms, and an oracle in long double
// that follows the fluid from change to change.
#include <limits>

#include "heddle/base/random.h"
#include "support/system/machines.h"

namespace heddle::system {
namespace {

using test::fabric_machine;
using test::simulator_of;

constexpr std::int64_t kLatency = 500'000;  // ps
constexpr std::int64_t kByte = 20;          // ps a byte at 50 GB/s

Machine fair(FabricShape shape, std::uint32_t devices) {
  Machine machine = fabric_machine(shape, devices);
  machine.link_mode = LinkMode::Fair;
  return machine;
}

struct Start {
  std::int64_t at = 0;
  std::uint64_t bytes = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 1;
};

struct Arrival final : des::Handler {
  using Handler::Handler;
  void on_event(des::Kernel& kernel) override { at = kernel.now().ps(); }
  std::int64_t at = -1;
};

struct Sender final : des::Handler {
  Sender(Simulator& the_simulator, const Start& the_start)
      : Handler(des::ComponentId(0)), simulator(the_simulator), start(the_start) {}
  void on_event(des::Kernel&) override {
    const Topology& t = simulator.topology();
    const Route& route = t.route(t.pe_node(PeRank(start.from)), t.pe_node(PeRank(start.to)));
    simulator.fabric().send({&route, start.bytes, Picoseconds(0), &arrival, nullptr});
  }
  Simulator& simulator;
  Start start;
  Arrival arrival{des::ComponentId(0)};
};

/// When each message has arrived.
std::vector<std::int64_t> ends_of(const Machine& machine, const std::vector<Start>& starts,
                                  Picoseconds* busy = nullptr) {
  const auto simulator = simulator_of(machine);
  std::deque<Sender> senders;
  for (const Start& start : starts) {
    simulator->kernel().schedule(senders.emplace_back(*simulator, start), Picoseconds(start.at));
  }
  EXPECT_TRUE(simulator->run());
  std::vector<std::int64_t> ends;
  for (const Sender& sender : senders) ends.push_back(sender.arrival.at);
  const FabricTotals& totals = simulator->totals();
  EXPECT_EQ(totals.sent_bytes, totals.received_bytes);
  EXPECT_EQ(totals.sent_bytes, totals.drained_bytes);
  if (busy != nullptr) {
    for (const LinkUse& use : simulator->fabric().uses()) *busy += use.busy;
  }
  return ends;
}

TEST(FairLinks, f_flows_on_one_link_all_end_after_f_times_the_drain_and_the_latency) {
  for (const std::int64_t gb : {50, 7, 3}) {
    for (const std::uint64_t bytes : {1ULL, 999ULL, 1'048'576ULL}) {
      for (const std::size_t flows : {1U, 2U, 3U, 7U, 50U}) {
        Machine machine = fair(FabricShape::Ring, 2);
        machine.fabric->link.bandwidth = BytesPerSecond(gb * 1'000'000'000);
        const auto all = static_cast<std::int64_t>(bytes * flows);
        const std::int64_t drain = (all * 1000 + gb - 1) / gb;  // FS/B, rounded up once
        for (const std::int64_t end : ends_of(machine, std::vector<Start>(flows, {0, bytes}))) {
          EXPECT_EQ(end, kLatency + drain) << gb << " GB/s, " << flows << " flows of " << bytes;
        }
      }
    }
  }
}

// The second comes while d is left of the first: both go at half speed until
// the smaller rest is gone, then the other is alone again.
TEST(FairLinks, a_flow_that_comes_later_shares_what_is_left) {
  const std::int64_t first = 10'000, second = 6'000;
  for (const std::int64_t at : {0, 20'000, 100'000, 160'000, 250'000}) {
    const std::int64_t rest = std::max<std::int64_t>(0, first * kByte - at);  // at full speed
    const std::int64_t small = std::min(rest, second * kByte);
    const std::int64_t last = std::max(rest, second * kByte) - small;
    const std::vector<std::int64_t> ends =
        ends_of(fair(FabricShape::Ring, 2), {{0, first}, {at, second}});
    const std::int64_t both = at + 2 * small;
    const std::int64_t alone = both + last;
    const bool is_first_smaller = rest <= second * kByte;
    const std::int64_t first_end = rest == 0 ? first * kByte : is_first_smaller ? both : alone;
    EXPECT_EQ(ends[0], kLatency + first_end) << at;
    EXPECT_EQ(ends[1], kLatency + (is_first_smaller ? alone : both)) << at;
  }
}

/// The fluid, followed in long double: ends in order of `starts`.
std::vector<long double> fluid(const std::vector<Start>& starts) {
  std::vector<long double> left(starts.size(), -1), ends(starts.size(), -1);
  long double now = 0;
  std::size_t done = 0;
  while (done < starts.size()) {
    long double count = 0, next = std::numeric_limits<long double>::infinity();
    for (const long double one : left) count += one > 0 ? 1 : 0;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (left[i] > 0) next = std::min(next, now + left[i] * count);
      if (left[i] < 0 && ends[i] < 0) {
        next = std::min(next, static_cast<long double>(starts[i].at));
      }
    }
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (left[i] <= 0) continue;
      left[i] -= (next - now) / count;
      if (left[i] > 1e-9L) continue;
      left[i] = 0;
      ends[i] = next;
      ++done;
    }
    now = next;
    for (std::size_t i = 0; i < starts.size(); ++i) {
      if (left[i] < 0 && ends[i] < 0 && static_cast<long double>(starts[i].at) <= now) {
        left[i] = static_cast<long double>(starts[i].bytes) * kByte;
      }
    }
  }
  return ends;
}

TEST(FairLinks, random_flows_end_where_the_fluid_does_within_a_picosecond_of_rounding_each) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    const RandomStream random(seed, "flows");
    std::vector<Start> starts;
    for (std::uint64_t i = 0; i < 30; ++i) {
      starts.push_back({random.between(0, 400'000, 0, i),
                        static_cast<std::uint64_t>(random.between(1, 3000, 1, i))});
    }
    const std::vector<std::int64_t> ends = ends_of(fair(FabricShape::Ring, 2), starts);
    const std::vector<long double> truth = fluid(starts);
    for (std::size_t i = 0; i < starts.size(); ++i) {
      const long double late = static_cast<long double>(ends[i] - kLatency) - truth[i];
      EXPECT_GE(late, -1e-3L) << seed << " " << i;
      EXPECT_LE(late, 30.0L) << seed << " " << i;  // a picosecond an end before it
    }
  }
}

TEST(FairLinks, a_link_is_busy_for_the_bytes_it_carries_whoever_shares_it) {
  std::vector<Start> starts;
  std::int64_t bytes = 0;
  for (std::int64_t i = 0; i < 20; ++i) {
    starts.push_back({i * 1000, static_cast<std::uint64_t>(1000 + i)});
    bytes += 1000 + i;
  }
  Picoseconds busy;
  const std::vector<std::int64_t> ends = ends_of(fair(FabricShape::Ring, 2), starts, &busy);
  EXPECT_GE(busy.count(), bytes * kByte);
  EXPECT_LE(busy.count(), bytes * kByte + 20);
  EXPECT_EQ(*std::max_element(ends.begin(), ends.end()), kLatency + busy.count());
}

TEST(FairLinks, a_message_over_several_links_ends_with_the_slowest_share_on_its_way) {
  const Machine machine = fair(FabricShape::Ring, 8);
  // 0 -> 2 alone: two latencies and one drain. 1 -> 2 shares the second link.
  EXPECT_EQ(ends_of(machine, {{0, 1000, 0, 2}})[0], 2 * kLatency + 1000 * kByte);
  const std::vector<std::int64_t> ends =
      ends_of(machine, {{0, 1000, 0, 2}, {kLatency, 1000, 1, 2}, {0, 0, 0, 2}});
  EXPECT_EQ(ends[0], 2 * kLatency + 2000 * kByte);
  EXPECT_EQ(ends[1], 2 * kLatency + 2000 * kByte);
  EXPECT_EQ(ends[2], 2 * kLatency);  // no bytes, no share
}

TEST(FairLinks, an_idle_link_gives_every_collective_the_time_that_it_takes_in_ideal_mode) {
  for (const char* algorithm : {"ring", "rabenseifner", "torus", "hierarchical_chain"}) {
    Picoseconds times[2];
    for (const LinkMode mode : {LinkMode::Ideal, LinkMode::Fair}) {
      Machine machine = fabric_machine(FabricShape::Full, 8);
      machine.link_mode = mode;
      machine.ipcq.slot_bytes = 1 << 20;
      const auto simulator = simulator_of(machine);
      const auto report = run_collective(*simulator, test::all_of(*simulator, {4, 2}),
                                         {.algorithm = algorithm, .elements = 65'536});
      ASSERT_TRUE(report);
      times[mode == LinkMode::Fair ? 1 : 0] = report->time;
    }
    EXPECT_EQ(times[0], times[1]) << algorithm;
  }
}

des::Task<> two_sizes(Tl& tl, std::vector<float>& got) {
  if (tl.rank() == PeRank(0)) {
    co_await tl.send(Direction::East, co_await tl.full({64, 64}, Dtype::F16, 1));
    co_await tl.send(Direction::East, co_await tl.full({1, 1}, Dtype::F16, 2));
  } else {
    const Tile large = co_await tl.recv(Direction::West, {64, 64}, Dtype::F16);
    const Tile small = co_await tl.recv(Direction::West, {1, 1}, Dtype::F16);
    got.push_back(co_await tl.item(large, 0));
    got.push_back(co_await tl.item(small, 0));
  }
}

TEST(FairLinks, a_small_message_does_not_overtake_a_large_one_of_its_flow) {
  const auto simulator = simulator_of(fair(FabricShape::Ring, 2), {.data = DataMode::Eager});
  std::vector<float> got;
  ASSERT_TRUE(simulator->launch("two", [&](Tl& tl) { return two_sizes(tl, got); }));
  const Status ran = simulator->run();
  ASSERT_TRUE(ran) << ran.error().to_string();
  EXPECT_EQ(got, (std::vector<float>{1, 2}));
}

}  // namespace
}  // namespace heddle::system
