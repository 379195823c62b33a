// Machine files: shipped ones, defaults, mistakes, and clocks without drift.
#include "heddle/tile/machine.h"

#include <gmock/gmock.h>

#include <string>

#include "support/temp_directory.h"

namespace heddle::tile {
namespace {

using ::testing::HasSubstr;

Result<Machine> parse(const std::string& text) {
  HEDDLE_TRY(const ConfigNode node, parse_config(text, "m.yaml"));
  return read_machine(node);
}

std::string error_of(const std::string& text) {
  const Result<Machine> machine = parse(text);
  return machine ? "none" : machine.error().to_string();
}

TEST(ClockRate, puts_edges_at_the_floor_of_cycle_over_frequency) {
  const ClockRate clock{940'000'000};
  EXPECT_EQ(clock.edge(0).ps(), 0);
  EXPECT_EQ(clock.edge(1).ps(), 1063);     // 1063.83
  EXPECT_EQ(clock.edge(47).ps(), 50'000);  // 47 x 10^6 / 940 exactly
  EXPECT_EQ(clock.edge(48).ps(), 51'063);
}

TEST(ClockRate, does_not_drift_in_a_thousand_million_cycles) {
  const ClockRate clock{940'000'000};
  EXPECT_EQ(clock.edge(1'000'000'000).ps(), 1'063'829'787'234);  // 10^21 / 940e6, rounded down
  EXPECT_EQ(clock.edge(940'000'000).ps(), 1'000'000'000'000);    // a second
  EXPECT_EQ(ClockRate{3}.edge(1'000'000).ps(), 333'333'333'333'333'333);
}

TEST(ClockRate, finds_the_first_edge_that_is_not_before) {
  const ClockRate clock{940'000'000};
  for (const std::int64_t cycle : {std::int64_t{0}, std::int64_t{1}, std::int64_t{2},
                                   std::int64_t{47}, std::int64_t{999'999'999}}) {
    const SimTime at = clock.edge(cycle);
    EXPECT_EQ(clock.cycle_at_or_after(at), cycle);
    EXPECT_EQ(clock.cycle_at_or_after(at + Picoseconds(1)), cycle + 1);
  }
}

TEST(Machine, every_shipped_one_is_read_by_its_name) {
  EXPECT_THAT(shipped_machine_names(),
              testing::IsSupersetOf({"array8x8_ddr4", "gemmini_like", "tpuv2", "tpuv3",
                                     "tpuv3_published", "tpuv4", "two_core_256", "v6e_like"}));
  for (const std::string_view name : shipped_machine_names()) {
    const Result<Machine> machine = load_machine(std::string(name));
    ASSERT_TRUE(machine) << machine.error().to_string();
    EXPECT_EQ(machine->name, name);
  }
}

// Peak rates as the vendors publish them, TFLOPS a core and GB/s of its DRAM.
TEST(Machine, shipped_ones_reach_the_published_peak_rates) {
  struct Row {
    const char* name;
    double tflops;
    double gbytes;
  };
  for (const Row& row : {Row{"tpuv2", 46.0 / 2, 716.8 / 2}, Row{"tpuv3", 123.0 / 2, 481.28},
                         Row{"tpuv4", 275.0 / 2, 1228.8 / 2}, Row{"v6e_like", 918.0, 1638.4},
                         Row{"array8x8_ddr4", 0.1024, 19.2}, Row{"gemmini_like", 0.512, 19.2},
                         Row{"two_core_256", 492.8, 1000.0}}) {
    const Result<Machine> m = load_machine(row.name);
    ASSERT_TRUE(m);
    const double macs = static_cast<double>(m->cores) * m->array.count * m->array.rows *
                        m->array.columns * static_cast<double>(m->core_clock.hz);
    EXPECT_NEAR(2 * macs / 1e12, row.tflops, row.tflops * 0.005) << row.name;
    EXPECT_NEAR(static_cast<double>(m->dram.peak_bandwidth().count()) / 1e9, row.gbytes,
                row.gbytes * 0.001)
        << row.name;
  }
}

TEST(Machine, the_published_one_moves_512_bytes_a_core_cycle) {
  const Result<Machine> m = load_machine("tpuv3_published");
  ASSERT_TRUE(m);
  EXPECT_EQ(m->dram.peak_bandwidth().count(), 512 * m->core_clock.hz);
  ASSERT_TRUE(m->array.matmul_cost && m->array.preload_cost);
  EXPECT_EQ(m->array.matmul_cost->cycles - m->array.matmul_cost->overlap_cycles, 128U);
  EXPECT_EQ(m->array.preload_cost->cycles, m->array.preload_cost->overlap_cycles);
}

TEST(Machine, dram_timings_are_times_rounded_up_to_clocks) {
  const Result<Machine> m =
      parse("dma: {request_bytes: 64}\ndram: {standard: DDR4, clock_hz: 1200000000}\n");
  ASSERT_TRUE(m) << m.error().to_string();
  const DramTimings& t = m->dram.timings;
  EXPECT_EQ(t.rcd, 16U);     // 13.32 ns at 833 ps
  EXPECT_EQ(t.rfc, 420U);    // 350 ns
  EXPECT_EQ(t.refi, 9360U);  // 7.8 us
  EXPECT_EQ(t.ccd_l, 6U);    // 5 ns, not below 5 clocks
  EXPECT_EQ(t.rc, t.ras + t.rp);
  EXPECT_EQ(t.rtw, t.cl + t.burst + 2 - t.cwl);
}

TEST(Machine, a_timing_of_the_file_goes_before_the_standard) {
  const Result<Machine> m = parse("dram: {standard: HBM2, timings: {cl: 20, rc: 60}}\n");
  ASSERT_TRUE(m) << m.error().to_string();
  EXPECT_EQ(m->dram.timings.cl, 20U);
  EXPECT_EQ(m->dram.timings.rc, 60U);
  EXPECT_EQ(m->dram.timings.rtw, 20U + 2 + 2 - m->dram.timings.cwl);
}

TEST(Machine, the_resolved_configuration_reads_back_as_itself) {
  for (const std::string_view name : shipped_machine_names()) {
    const Result<ConfigNode> node = parse_config(shipped_machine_text(name), "m.yaml");
    ASSERT_TRUE(node);
    ConfigNode once;
    ASSERT_TRUE(read_machine(*node, &once));
    ConfigNode twice;
    ASSERT_TRUE(read_machine(once, &twice));
    EXPECT_TRUE(same_config(once, twice)) << name << config_to_yaml(once);
  }
}

TEST(Machine, an_unknown_name_gets_the_nearest_one) {
  const Result<Machine> machine = load_machine("tpv3");
  ASSERT_FALSE(machine);
  EXPECT_THAT(machine.error().to_string(), HasSubstr("tile.machine-unknown"));
  EXPECT_THAT(machine.error().to_string(), HasSubstr("did you mean 'tpuv3'?"));
}

TEST(Machine, mistakes_are_located) {
  const std::string dram = "dram: {standard: HBM2}\n";
  EXPECT_THAT(error_of("core: 2\n" + dram), HasSubstr("m.yaml:1:1: error"));
  EXPECT_THAT(error_of("cores: 0\n" + dram), HasSubstr("config.out-of-range"));
  EXPECT_THAT(error_of("dram: {standard: HBM9}\n"), HasSubstr("config.bad-choice"));
  EXPECT_THAT(error_of("dram: {standard: HBM2, channels: 12}\n"),
              HasSubstr("m.yaml:1:34: error: channels is 12, expected a power of two "
                        "[tile.machine-power-of-two]"));
  EXPECT_THAT(error_of("dram: {standard: HBM2, address_order: 'row:bank:column'}\n"),
              HasSubstr("[tile.machine-address-order]"));
  EXPECT_THAT(error_of("dram: {standard: HBM2, address_order: "
                       "'bank:row:column:group:pseudo:channel'}\n"),
              HasSubstr("[tile.machine-address-order]"));
  EXPECT_THAT(error_of("dma: {request_bytes: 64}\n" + dram),
              HasSubstr("requests of 64 bytes do not fit, expected one burst of 32 "
                        "[tile.machine-request-size]"));
  EXPECT_THAT(error_of("l2: {size_bytes: 1000000}\n" + dram),
              HasSubstr("[tile.machine-power-of-two]"));
  EXPECT_THAT(error_of("[1, 2]\n"), HasSubstr("config.wrong-type"));
}

TEST(Machine, a_side_car_table_is_found_beside_the_machine_file) {
  const test::TempDirectory directory;
  const std::string path =
      directory.write("m.yaml", "cycle_table: t.tsv\ndram: {standard: HBM2}\n");
  const Result<Machine> machine = load_machine(path);
  ASSERT_TRUE(machine) << machine.error().to_string();
  EXPECT_EQ(machine->cycle_table, path.substr(0, path.rfind('/')) + "/t.tsv");
}

}  // namespace
}  // namespace heddle::tile
