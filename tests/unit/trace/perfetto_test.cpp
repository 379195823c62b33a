// Perfetto bytes, decoded back by protoc with the official field numbers.
#include <gtest/gtest.h>

#include "heddle/trace/recorder.h"
#include "support/external_tool.h"
#include "support/process.h"
#include "support/trace/wave_truth.h"

namespace heddle::trace::test {
namespace {

std::string decoded(const std::string& path) {
  ::heddle::test::ProcessOptions options;
  options.input = slurp(path);
  const auto run = ::heddle::test::run_process(
      {"protoc", "--decode=Trace",
       "--proto_path=" + std::string(HEDDLE_SOURCE_DIR) + "/tests/unit/trace",
       "perfetto_subset.proto"},
      options);
  EXPECT_EQ(run.code, 0) << run.err;
  return run.out;
}

/// protoc's text of one packet with an event.
std::string event_packet(std::int64_t time, const std::string& event) {
  return "packet {\n  timestamp: " + std::to_string(time) +
         "\n  trusted_packet_sequence_id: 1\n  track_event {\n" + event + "  }\n}\n";
}

std::unique_ptr<Recorder> record_to(const std::string& path) {
  auto sink = open_perfetto_sink(path);
  EXPECT_TRUE(sink);
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::move(*sink));
  return std::make_unique<Recorder>(std::move(sinks));
}

TEST(PerfettoSink, every_kind_of_event_decodes_to_what_was_recorded) {
  HEDDLE_NEED_TOOL("protoc");
  const std::string path = temp_path("all.perfetto-trace");
  const auto recorder = record_to(path);
  const TrackId chip = recorder->add_group("chip");
  const TrackId core = recorder->add_slices("core", chip);
  const TrackId fill = recorder->add_counter("fill", "bytes", chip);
  recorder->begin(core, SimTime(5), "fetch");
  recorder->counter(fill, SimTime(6), -3);
  recorder->instant(core, SimTime(7), "irq");
  recorder->end(core, SimTime(8));
  ASSERT_TRUE(recorder->finish());

  const std::string text = decoded(path);
  const std::string head =
      "packet {\n  trusted_packet_sequence_id: 1\n  sequence_flags: 1\n  track_descriptor {\n"
      "    uuid: 1\n    name: \"simulated time: 1 ns shown is 1 ps simulated\"\n  }\n}\n";
  const auto track = [](const std::string& inner) {
    return "packet {\n  trusted_packet_sequence_id: 1\n  track_descriptor {\n" + inner + "  }\n}\n";
  };
  EXPECT_EQ(text, head + track("    uuid: 2\n    name: \"chip\"\n    parent_uuid: 1\n") +
                      track("    uuid: 3\n    name: \"core\"\n    parent_uuid: 2\n") +
                      track("    uuid: 4\n    name: \"fill\"\n    parent_uuid: 2\n"
                            "    counter {\n      unit_name: \"bytes\"\n    }\n") +
                      event_packet(5,
                                   "    type: TYPE_SLICE_BEGIN\n    track_uuid: 3\n"
                                   "    name: \"fetch\"\n") +
                      event_packet(6,
                                   "    type: TYPE_COUNTER\n    track_uuid: 4\n"
                                   "    counter_value: -3\n") +
                      event_packet(7,
                                   "    type: TYPE_INSTANT\n    track_uuid: 3\n"
                                   "    name: \"irq\"\n") +
                      event_packet(8, "    type: TYPE_SLICE_END\n    track_uuid: 3\n"));
}

TEST(PerfettoSink, a_signal_is_a_slice_for_each_value_until_the_end) {
  HEDDLE_NEED_TOOL("protoc");
  const std::string path = temp_path("signal.perfetto-trace");
  const auto recorder = record_to(path);
  const TrackId bus = recorder->add_signal("bus", 6);
  const std::vector<Logic> first = {Logic::One, Logic::Zero, Logic::X,
                                    Logic::One, Logic::Z,    Logic::Z};
  const std::vector<Logic> second(6, Logic::One);
  recorder->signal(bus, SimTime(10), first);
  recorder->signal(bus, SimTime(20), first);  // no change, no slice
  recorder->signal(bus, SimTime(30), second);
  ASSERT_TRUE(recorder->finish(SimTime(std::int64_t{1} << 40)));

  const std::string text = decoded(path);
  const std::string begin = "    type: TYPE_SLICE_BEGIN\n    track_uuid: 2\n";
  const std::string end = "    type: TYPE_SLICE_END\n    track_uuid: 2\n";
  const std::string events =
      event_packet(10, begin + "    name: \"0xz?\"\n") + event_packet(30, end) +
      event_packet(30, begin + "    name: \"0x3f\"\n") + event_packet(1099511627776, end);
  ASSERT_GE(text.size(), events.size());
  EXPECT_EQ(text.substr(text.size() - events.size()), events);
}

}  // namespace
}  // namespace heddle::trace::test
