// Reports and timelines of runs made by hand, whose figures are known.
#include "heddle/tile/report.h"

#include <gmock/gmock.h>

#include "heddle/tile/timeline.h"

namespace heddle::tile {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// One core of two 128x128 arrays at 1 GHz, 16 channels of 32 GB/s.
Machine machine() {
  Machine m;
  m.name = "made_up";
  m.core_clock = {1'000'000'000};
  m.dram.channel_bandwidth = BytesPerSecond(32'000'000'000);
  m.energy.mac_fj = 500;
  m.energy.dram_byte_fj = 20'000;
  m.energy.dram_activation_fj = 900'000;
  m.energy.static_core_uw = 3'000'000;
  return m;
}

/// 1000 cycles: arrays busy for 400 and 200 of them, 10 million multiplies, 128 KiB moved.
RunResult result() {
  RunResult r;
  r.cycles = 1'000;
  r.end = SimTime(1'000'000);
  r.cores.resize(1);
  r.cores[0].array_busy = {400, 200};
  r.cores[0].stalled[static_cast<std::size_t>(Stall::Dram)] = 300;
  r.operations.macs = 10'000'000;
  r.memory.reads = 4'096;
  r.memory.row_hits = 3'072;
  r.memory.row_misses = 1'024;
  r.memory.channels = 16;
  r.memory.data_busy = Picoseconds(4'000'000);
  return r;
}

TEST(RunSummary, derives_shares_rates_and_the_place_on_the_roofline) {
  const RunSummary s = summarise(machine(), result());
  EXPECT_DOUBLE_EQ(s.array_share, 0.3);
  EXPECT_DOUBLE_EQ(s.dram_share, 0.25);
  EXPECT_DOUBLE_EQ(s.row_hit_share, 0.75);
  EXPECT_DOUBLE_EQ(s.bytes_per_second, 131'072 / 1e-6);
  EXPECT_DOUBLE_EQ(s.operations_per_byte, 2e7 / 131'072);
  EXPECT_DOUBLE_EQ(s.ridge, 2.0 * 2 * 128 * 128 * 1e9 / 512e9);
  EXPECT_DOUBLE_EQ(s.roof_share, 2e13 / (2.0 * 2 * 128 * 128 * 1e9));  // right of the ridge
}

TEST(RunSummary, energy_is_the_table_times_the_counts) {
  const EnergyUse e = summarise(machine(), result()).energy;
  EXPECT_EQ(e.mac_fj, 5'000'000'000);
  EXPECT_EQ(e.dram_fj, 131'072LL * 20'000 + 1'024LL * 900'000);
  EXPECT_EQ(e.static_fj, 3'000'000);  // 3 W for a microsecond are 3 uJ: 3 x 10^9 fJ x 10^-3
  EXPECT_EQ(e.total_fj(), e.mac_fj + e.dram_fj + e.static_fj);
}

TEST(RunSummary, names_what_limits) {
  RunResult r = result();
  EXPECT_THAT(bottleneck_sentence(machine(), r),
              AllOf(HasSubstr("Latency limits"), HasSubstr("wait most for data from DRAM")));
  r.memory.data_busy = Picoseconds(15'000'000);
  EXPECT_THAT(bottleneck_sentence(machine(), r), HasSubstr("DRAM limits"));
  r.cores[0].array_busy = {990, 980};
  EXPECT_THAT(bottleneck_sentence(machine(), r), HasSubstr("The arrays limit"));
  r.cores[0].vector_busy = 999;
  EXPECT_THAT(bottleneck_sentence(machine(), r), HasSubstr("The vector unit limits"));
  EXPECT_EQ(bottleneck_sentence(machine(), RunResult{}), "Nothing ran.");
}

TEST(Report, is_one_json_object_and_a_screen_of_text) {
  StringSink out;
  JsonWriter json(out);
  write_report(json, machine(), result());
  EXPECT_TRUE(json.is_complete());
  EXPECT_THAT(out.text(), AllOf(HasSubstr("\"cycles\": 1000"), HasSubstr("\"dram\": 300"),
                                HasSubstr("\"bottleneck\": \"latency\"")));
  EXPECT_THAT(report_text(machine(), result()),
              AllOf(HasSubstr("1000 cycles, 1.000 us on made_up"), HasSubstr("(40.0 20.0)"),
                    HasSubstr("75.0 % row hits")));
}

TEST(LayerTable, has_a_line_a_layer_and_their_sum) {
  const std::string table = layer_table(machine(), {{"first", result()}, {"second", result()}});
  EXPECT_THAT(table, AllOf(HasSubstr("first "), HasSubstr("second"), HasSubstr("30.0%"),
                           HasSubstr("sum"), HasSubstr("2000 ")));
}

/// A work-item whose instructions are given one by one.
struct Item {
  WorkItem item;
  KernelInfo kernel;
  explicit Item() {
    kernel.tensors = {{.name = "A", .elements = 4'096, .element_bits = 32},
                      {.name = "C", .elements = 4'096, .element_bits = 32}};
  }
  std::uint32_t dma(Direction direction, std::uint32_t tensor, std::int64_t elements) {
    Instruction i;
    i.opcode = Opcode::Dma;
    i.direction = direction;
    i.tensor = tensor;
    i.elements = elements;
    i.element_bits = 32;
    item.instructions.push_back(i);
    return static_cast<std::uint32_t>(item.instructions.size() - 1);
  }
  std::uint32_t compute(ComputeKind kind) {
    Instruction i;
    i.opcode = Opcode::Compute;
    i.kind = kind;
    item.instructions.push_back(i);
    return static_cast<std::uint32_t>(item.instructions.size() - 1);
  }
};

InstructionTimes transfer(std::int64_t issued, std::int64_t first, std::int64_t last) {
  InstructionTimes t;
  t.issued = SimTime(issued);
  t.first_response = SimTime(first);
  t.last_response = t.finished = SimTime(last);
  return t;
}

InstructionTimes occupied(std::int64_t from, std::int64_t to, std::int64_t finished) {
  InstructionTimes t;
  t.issued = t.started = SimTime(from);
  t.occupied_until = SimTime(to);
  t.finished = SimTime(finished);
  return t;
}

/// Slices of the lane of that name, as begin and end.
std::vector<std::pair<std::int64_t, std::int64_t>> lane(const Timeline& t, std::string_view name) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (const Slice& s : t.slices()) {
    if (t.lanes()[s.lane].name == name) out.emplace_back(s.begin.ps(), s.end.ps());
  }
  return out;
}

/// Two loads of 16 KiB (32 ns on 512 GB/s) whose responses overlap, two matmuls, a store.
Timeline recorded(std::size_t slices_max = Timeline::kSlicesMax) {
  Item made;
  Timeline timeline(machine(), made.kernel, slices_max);
  const auto a0 = made.dma(Direction::Load, 0, 4'096);
  const auto a1 = made.dma(Direction::Load, 0, 4'096);
  const auto m0 = made.compute(ComputeKind::Matmul);
  const auto m1 = made.compute(ComputeKind::Matmul);
  const auto c = made.dma(Direction::Store, 1, 4'096);
  timeline.finished(0, made.item, a0, 0, transfer(0, 10'000, 60'000));
  timeline.finished(0, made.item, a1, 0, transfer(1'000, 12'000, 74'000));
  timeline.finished(0, made.item, m0, 0, occupied(80'000, 100'000, 140'000));
  timeline.finished(0, made.item, m1, 1, occupied(90'000, 110'000, 150'000));
  timeline.finished(0, made.item, c, 0, transfer(150'000, 160'000, 190'000));
  timeline.close(SimTime(200'000));
  return timeline;
}

TEST(Timeline, an_array_slice_is_its_occupancy_without_the_drain) {
  const Timeline t = recorded();
  EXPECT_THAT(lane(t, "array 0"), testing::ElementsAre(std::pair(80'000, 100'000)));
  EXPECT_THAT(lane(t, "array 1"), testing::ElementsAre(std::pair(90'000, 110'000)));
}

TEST(Timeline, dram_bars_are_as_long_as_their_bytes_and_never_overlap) {
  const Timeline t = recorded();
  EXPECT_THAT(lane(t, "DRAM read"),
              testing::ElementsAre(std::pair(10'000, 42'000), std::pair(42'000, 74'000)));
  EXPECT_THAT(lane(t, "DRAM write"), testing::ElementsAre(std::pair(150'000, 182'000)));
}

TEST(Timeline, waits_say_what_was_under_way_when_nothing_was_busy) {
  const Timeline t = recorded();
  std::vector<std::string> waits;
  for (const Slice& s : t.slices()) {
    if (t.lanes()[s.lane].kind == LaneKind::Wait) {
      waits.push_back(t.labels()[s.label] + " " + std::to_string(s.begin.ps()) + " " +
                      std::to_string(s.end.ps()));
    }
  }
  EXPECT_THAT(waits, testing::ElementsAre("waits for data 0 74000", "waits for results 74000 80000",
                                          "waits for results 110000 150000",
                                          "waits for stores 150000 190000",
                                          "waits for results 190000 200000"));
}

TEST(Timeline, keeps_no_more_than_it_may_and_says_so) {
  EXPECT_FALSE(recorded().is_cut());
  const Timeline cut = recorded(2);
  EXPECT_TRUE(cut.is_cut());
  EXPECT_EQ(cut.slices().size(), 2U);
}

TEST(Timeline, is_drawn_as_text_and_as_a_picture) {
  const Timeline t = recorded();
  TimelineView view{
      .title = "two <loads>", .from = {}, .to = {}, .width = 20, .clock = {1'000'000'000}};
  EXPECT_EQ(timeline_text(t, view),
            "two <loads>; a column is 10.0 cycles\n"
            "array 0    |        ██          |  10.0 %\n"
            "array 1    |         ██         |  10.0 %\n"
            "waits      |████████   █████████|  85.0 %\n"
            "DRAM read  | ██████▄            |  32.0 %\n"
            "DRAM write |               ███▂ |  16.0 %\n");
  view.width = 800;
  const std::string svg = timeline_svg(t, view);
  EXPECT_THAT(svg,
              AllOf(HasSubstr("two &lt;loads&gt;"), HasSubstr(">A</text>"),
                    HasSubstr("matmul, item 0"), HasSubstr("</svg>\n"), Not(HasSubstr("nan"))));
  view.from = SimTime(80'000);
  view.to = SimTime(100'000);
  EXPECT_THAT(timeline_text(t, view), HasSubstr("| 100.0 %"));
}

TEST(Timeline, slices_in_a_trace_never_nest) {
  class Check : public trace::Sink {
   public:
    explicit Check(int& begins) : begins_(begins) {}
    void track(trace::TrackId, const trace::Track&) override { open_.push_back(0); }
    void event(const trace::Event& e) override {
      int& open = open_[e.track.value()];
      open += e.kind == trace::EventKind::SliceBegin ? 1 : -1;
      EXPECT_GE(open, 0);
      EXPECT_LE(open, 1);
      begins_ += e.kind == trace::EventKind::SliceBegin ? 1 : 0;
    }
    Status flush() override { return {}; }
    Status finish(SimTime) override { return {}; }

   private:
    int& begins_;
    std::vector<int> open_;
  };
  int begins = 0;
  std::vector<std::unique_ptr<trace::Sink>> sinks;
  sinks.push_back(std::make_unique<Check>(begins));
  trace::Recorder recorder(std::move(sinks));
  const Timeline t = recorded();
  write_timeline(t, recorder);
  EXPECT_TRUE(recorder.finish(t.end()));
  EXPECT_EQ(begins, static_cast<int>(t.slices().size()));
}

}  // namespace
}  // namespace heddle::tile
