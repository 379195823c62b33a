// DRAM standards. A timing is the larger of a time and a number of clocks, as
// JEDEC writes them, so one row holds for every speed of a standard.
#include "tile/machine_dram.h"

#include <algorithm>
#include <array>
#include <bit>

#include "heddle/base/diagnostics.h"
#include "heddle/tile/machine_diagnostics.h"

namespace heddle::tile {
namespace {

using Count = std::uint32_t;

/// max(ps, clocks x period).
struct Least {
  std::int64_t ps = 0;
  Count clocks = 1;
};

struct Standard {
  std::string_view name;
  std::int64_t clock_hz;
  Count pseudo_channels, bank_groups, banks, row_bytes, bus_bytes, burst_length;
  bool has_split_commands;
  Count burst;  ///< clocks
  Least cl, cwl, rcd, rp, ras, rrd_s, rrd_l, faw, ccd_s, ccd_l, wtr_s, wtr_l, rtp, wr, rfc, refi;
};

// Organisation, burst, tCCD, tREFI and tRFC are the standards' (JESD235, JESD238, JESD79-4,
// JESD79-5, JESD209-5). HBM leaves the analog timings to vendors: those of HBM are the ones
// that public DRAM simulators use for 8 Gb channels at 1 GHz (DRAMsim3, HBM2_8Gb_x128).
// HBM2 and HBM2E differ in clock alone; an HBM3 clock is a quarter of its data rate.
constexpr std::array kStandards = {
    Standard{"HBM2",   1'000'000'000, 2,        4,         4,          1024,     8,
             4,        true,          2,        {14'000},  {4'000},    {14'000}, {14'000},
             {34'000}, {4'000},       {6'000},  {30'000},  {0, 2},     {0, 4},   {6'000},
             {8'000},  {6'000},       {16'000}, {350'000}, {3'900'000}},
    Standard{"HBM2E",  1'800'000'000, 2,        4,         4,          1024,     8,
             4,        true,          2,        {14'000},  {4'000},    {14'000}, {14'000},
             {34'000}, {4'000},       {6'000},  {16'000},  {0, 2},     {0, 4},   {6'000},
             {8'000},  {6'000},       {16'000}, {350'000}, {3'900'000}},
    Standard{"HBM3",   1'600'000'000, 2,        4,         4,          1024,     4,
             8,        true,          2,        {14'000},  {4'000},    {14'000}, {14'000},
             {33'000}, {2'500},       {4'000},  {16'000},  {0, 2},     {0, 4},   {3'000},
             {6'000},  {6'000},       {16'000}, {350'000}, {3'900'000}},
    Standard{"DDR4",     1'200'000'000, 1,          4,         4,           8192,       8,
             8,          false,         4,          {13'320},  {10'000, 9}, {13'320},   {13'320},
             {32'000},   {3'300, 4},    {4'900, 4}, {21'000},  {0, 4},      {5'000, 5}, {2'500, 2},
             {7'500, 4}, {7'500, 4},    {15'000},   {350'000}, {7'800'000}},
    Standard{"DDR5",      2'400'000'000,
             1,           8,
             4,           4096,
             4,           16,
             false,       8,
             {16'666},    {15'833},
             {16'000},    {16'000},
             {32'000},    {0, 8},
             {5'000, 8},  {13'333, 32},
             {0, 8},      {5'000, 8},
             {2'500, 4},  {10'000, 16},
             {7'500, 12}, {30'000},
             {295'000},   {3'900'000}},
    Standard{"LPDDR5",    800'000'000, 1,          4,         4,          2048,     2,
             16,          false,       2,          {21'250},  {13'750},   {18'000}, {18'000},
             {42'000},    {5'000, 2},  {5'000, 2}, {20'000},  {0, 2},     {0, 4},   {6'250, 4},
             {12'000, 4}, {7'500, 4},  {34'000},   {280'000}, {3'906'000}}};

Count clocks_of(Least least, ClockRate clock) {
  const __int128 product = static_cast<__int128>(least.ps) * clock.hz + 999'999'999'999;
  return std::max(least.clocks, static_cast<Count>(product / 1'000'000'000'000));
}

DramTimings timings_of(const Standard& s, ClockRate clock) {
  DramTimings t;
  t.burst = s.burst;
  for (const auto& [field, least] : {std::pair<Count*, Least>{&t.cl, s.cl},
                                     {&t.cwl, s.cwl},
                                     {&t.rcd, s.rcd},
                                     {&t.rp, s.rp},
                                     {&t.ras, s.ras},
                                     {&t.rrd_s, s.rrd_s},
                                     {&t.rrd_l, s.rrd_l},
                                     {&t.faw, s.faw},
                                     {&t.ccd_s, s.ccd_s},
                                     {&t.ccd_l, s.ccd_l},
                                     {&t.wtr_s, s.wtr_s},
                                     {&t.wtr_l, s.wtr_l},
                                     {&t.rtp, s.rtp},
                                     {&t.wr, s.wr},
                                     {&t.rfc, s.rfc},
                                     {&t.refi, s.refi}}) {
    *field = clocks_of(least, clock);
  }
  return t;
}

void read_timings(ConfigReader map, DramTimings& t) {
  for (const auto& [key, field] : {std::pair<std::string_view, Count*>{"cl", &t.cl},
                                   {"cwl", &t.cwl},
                                   {"rcd", &t.rcd},
                                   {"rp", &t.rp},
                                   {"ras", &t.ras},
                                   {"rrd_s", &t.rrd_s},
                                   {"rrd_l", &t.rrd_l},
                                   {"faw", &t.faw},
                                   {"ccd_s", &t.ccd_s},
                                   {"ccd_l", &t.ccd_l},
                                   {"wtr_s", &t.wtr_s},
                                   {"wtr_l", &t.wtr_l},
                                   {"rtp", &t.rtp},
                                   {"wr", &t.wr},
                                   {"rfc", &t.rfc},
                                   {"refi", &t.refi},
                                   {"burst", &t.burst}}) {
    *field = map.optional<Count>(key, *field, {1, 10'000'000});
  }
  // The bus changes direction in two clocks.
  const Count turn = t.cl + t.burst + 2 > t.cwl ? t.cl + t.burst + 2 - t.cwl : 1;
  t.rtw = map.optional<Count>("rtw", turn, {1, 1'000'000});
  t.rc = map.optional<Count>("rc", t.ras + t.rp, {1, 1'000'000});
}

void check_order(ConfigReader& map, const std::string& order) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0; at <= order.size();) {
    const std::size_t end = std::min(order.find(':', at), order.size());
    fields.push_back(std::string_view(order).substr(at, end - at));
    at = end + 1;
  }
  std::vector<std::string_view> sorted = fields;
  std::sort(sorted.begin(), sorted.end());
  constexpr std::array<std::string_view, 6> kFields = {"bank",  "channel", "column",
                                                       "group", "pseudo",  "row"};
  if (!std::equal(sorted.begin(), sorted.end(), kFields.begin(), kFields.end()) ||
      fields.front() != "row") {
    map.report(machine_diag::kMachineAddressOrder, "address_order", {order});
  }
}

Count read_power(ConfigReader& map, std::string_view key, Count fallback, Count most) {
  const Count value = map.optional<Count>(key, fallback, {1, most});
  if (!std::has_single_bit(value)) {
    map.report(machine_diag::kMachinePowerOfTwo, key, {key, std::to_string(value)});
  }
  return value;
}

void read_cycle_model(ConfigReader& map, DramSpec& dram) {
  std::vector<std::string_view> names;
  for (const Standard& standard : kStandards) names.push_back(standard.name);
  const Standard& standard = kStandards.at(map.required_name("standard", names));
  dram.standard = standard.name;
  dram.clock = {map.optional<std::int64_t>("clock_hz", standard.clock_hz,
                                           {.min = 1'000'000, .max = 100'000'000'000})};
  dram.pseudo_channels = read_power(map, "pseudo_channels", standard.pseudo_channels, 16);
  dram.bank_groups = read_power(map, "bank_groups", standard.bank_groups, 16);
  dram.banks = read_power(map, "banks", standard.banks, 16);
  if (dram.banks * dram.bank_groups > 64) {
    map.report(
        heddle::diag::kConfigOutOfRange, "banks",
        {"bank_groups x banks", std::to_string(dram.banks * dram.bank_groups), "at most 64"});
  }
  dram.row_bytes = read_power(map, "row_bytes", standard.row_bytes, 1 << 16);
  dram.bus_bytes = read_power(map, "bus_bytes", standard.bus_bytes, 128);
  dram.burst_length = read_power(map, "burst_length", standard.burst_length, 64);
  dram.has_split_commands = map.optional<bool>("split_commands", standard.has_split_commands);
  dram.has_refresh = map.optional<bool>("refresh", true);
  dram.write_high = map.optional<Count>("write_high", std::max(1U, dram.queue_depth * 3 / 4),
                                        {1, dram.queue_depth});
  dram.write_low = map.optional<Count>("write_low", dram.write_high / 3, {0, dram.write_high - 1});
  dram.address_order = map.optional<std::string>("address_order", dram.address_order);
  check_order(map, dram.address_order);
  dram.has_hash = map.optional<bool>("hash", dram.has_hash);
  if (dram.row_bytes < dram.burst_bytes()) {
    map.report(
        machine_diag::kMachineRequestSize, "row_bytes",
        {std::to_string(dram.burst_bytes()), "at most a row of " + std::to_string(dram.row_bytes)});
  }
  dram.timings = timings_of(standard, dram.clock);
  read_timings(map.optional_map("timings"), dram.timings);
}

}  // namespace

DramSpec read_dram(ConfigReader map) {
  DramSpec dram;
  dram.kind = map.optional_choice<DramKind>(
      "model", DramKind::Cycle, {{"cycle", DramKind::Cycle}, {"bandwidth", DramKind::Bandwidth}});
  dram.channels = read_power(map, "channels", dram.channels, 1024);
  dram.queue_depth = map.optional<Count>("queue_depth", dram.queue_depth, {1, 256});
  if (dram.kind == DramKind::Cycle) {
    read_cycle_model(map, dram);
    return dram;
  }
  dram.latency =
      map.optional<Picoseconds>("latency_ps", Picoseconds(0), {.min = 0, .max = 1'000'000'000'000});
  dram.channel_bandwidth =
      map.optional<BytesPerSecond>("channel_bandwidth_bytes_per_second", dram.channel_bandwidth,
                                   {.min = 1, .max = 1'000'000'000'000'000});
  return dram;
}

}  // namespace heddle::tile
