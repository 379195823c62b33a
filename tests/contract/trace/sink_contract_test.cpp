// What every sink of the event model must do, whatever it writes.
#include <gtest/gtest.h>

#include "heddle/trace/recorder.h"
#include "heddle/trace/sink.h"
#include "support/external_tool.h"
#include "support/trace/file_size_limit.h"
#include "support/trace/wave_truth.h"

namespace heddle::trace::test {
namespace {

using Opener = Result<std::unique_ptr<Sink>> (*)(const std::string&);

struct SinkKind {
  const char* name = "";
  Opener open = nullptr;
};

const SinkKind kFileSinks[] = {{"perfetto", open_perfetto_sink},
                               {"json", open_json_lines_sink},
                               {"vcd", open_vcd_sink},
                               {"fst", open_fst_sink}};

class EverySink : public testing::TestWithParam<SinkKind> {};

std::unique_ptr<Recorder> recorder_of(std::unique_ptr<Sink> sink) {
  std::vector<std::unique_ptr<Sink>> sinks;
  sinks.push_back(std::move(sink));
  return std::make_unique<Recorder>(std::move(sinks));
}

/// Records `count` events of each kind.
void record(Recorder& recorder, std::int64_t count) {
  const TrackId chip = recorder.add_group("chip");
  const TrackId core = recorder.add_slices("core", chip);
  const TrackId fill = recorder.add_counter("fill", "bytes", chip);
  const TrackId bus = recorder.add_signal("bus", 9, chip);
  std::vector<Logic> bits(9, Logic::X);
  for (std::int64_t i = 0; i < count; ++i) {
    const SimTime now(i * 10);
    recorder.begin(core, now, "work");
    recorder.counter(fill, now, i * i);
    bits[static_cast<std::size_t>(i % 9)] = static_cast<Logic>(i / 9 % 4);
    recorder.signal(bus, now, bits);
    recorder.end(core, SimTime(i * 10 + 5));
  }
}

std::string run(const SinkKind& kind, const std::string& path) {
  auto sink = kind.open(path);
  EXPECT_TRUE(sink);
  const auto recorder = recorder_of(std::move(*sink));
  record(*recorder, 500);
  EXPECT_TRUE(recorder->finish());
  return slurp(path);
}

TEST_P(EverySink, writes_the_same_bytes_twice) {
  const std::string first = run(GetParam(), temp_path("first"));
  EXPECT_GT(first.size(), 500U);
  EXPECT_EQ(first, run(GetParam(), temp_path("second")));
}

TEST_P(EverySink, refuses_a_path_that_cannot_be_created) {
  const auto sink = GetParam().open(temp_path("no/such/directory/file"));
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().list().front().code(), "file.write-failed");
}

TEST_P(EverySink, tells_of_a_full_device) {
  auto sink = GetParam().open("/dev/full");
  ASSERT_TRUE(sink);
  const auto recorder = recorder_of(std::move(*sink));
  record(*recorder, 10);
  EXPECT_FALSE(recorder->flush());
  const Status end = recorder->finish();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().list().front().code(), "file.write-failed");
}

/// Those whose bytes only ever grow; FST brings its header up to date.
class EveryStream : public EverySink {};

TEST_P(EveryStream, keeps_a_prefix_of_its_bytes_when_the_file_may_not_grow) {
  constexpr rlim_t kLimit = 200'000;
  auto whole_sink = GetParam().open(temp_path("whole"));
  ASSERT_TRUE(whole_sink);
  const auto whole = recorder_of(std::move(*whole_sink));
  record(*whole, 100'000);
  ASSERT_TRUE(whole->finish());
  const std::string all = slurp(temp_path("whole"));
  ASSERT_GT(all.size(), kLimit);

  auto cut_sink = GetParam().open(temp_path("cut"));
  ASSERT_TRUE(cut_sink);
  const auto cut = recorder_of(std::move(*cut_sink));
  Status end;
  {
    const FileSizeLimit limit(kLimit);
    record(*cut, 100'000);
    end = cut->finish();
  }
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().list().front().code(), "file.write-failed");
  const std::string some = slurp(temp_path("cut"));
  EXPECT_LE(some.size(), kLimit);
  EXPECT_EQ(some, all.substr(0, some.size()));
}

TEST_P(EverySink, takes_a_run_without_events) {
  auto sink = GetParam().open(temp_path("empty"));
  ASSERT_TRUE(sink);
  const auto recorder = recorder_of(std::move(*sink));
  EXPECT_TRUE(recorder->flush());
  EXPECT_TRUE(recorder->finish());
}

std::string sink_name(const testing::TestParamInfo<SinkKind>& sink) {
  return sink.param.name;
}

INSTANTIATE_TEST_SUITE_P(Streams, EveryStream,
                         testing::ValuesIn(std::begin(kFileSinks), std::end(kFileSinks) - 1),
                         sink_name);
INSTANTIATE_TEST_SUITE_P(Files, EverySink, testing::ValuesIn(kFileSinks), sink_name);

TEST(WaveSinks, agree_on_values_and_keep_their_times) {
  HEDDLE_NEED_TOOL("fst2vcd");
  run(kFileSinks[2], temp_path("agree.vcd"));
  run(kFileSinks[3], temp_path("agree.fst"));
  const Changes from_vcd = changes_of_vcd(slurp(temp_path("agree.vcd")));
  std::int64_t end_ps = 0;
  EXPECT_EQ(from_vcd, changes_of_vcd(fst_to_vcd(temp_path("agree.fst")), &end_ps));
  ASSERT_GT(from_vcd.size(), 900U);
  EXPECT_EQ(from_vcd.front(), "0 chip.bus[8:0] xxxxxxxx0");
}

TEST(WaveSinks, tell_of_a_signal_that_is_declared_too_late) {
  for (const SinkKind& kind : {kFileSinks[2], kFileSinks[3]}) {
    auto sink = kind.open(temp_path("late"));
    ASSERT_TRUE(sink);
    const auto recorder = recorder_of(std::move(*sink));
    const TrackId first = recorder->add_signal("first", 1);
    recorder->signal(first, SimTime(1), Logic::One);
    const TrackId late = recorder->add_signal("late", 1);
    recorder->signal(late, SimTime(2), Logic::One);
    const Status end = recorder->finish();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().list().front().code(), "trace.late-track");
  }
}

TEST(JsonLines, are_these) {
  auto sink = open_json_lines_sink(temp_path("lines.json"));
  ASSERT_TRUE(sink);
  const auto recorder = recorder_of(std::move(*sink));
  record(*recorder, 1);
  ASSERT_TRUE(recorder->finish());
  EXPECT_EQ(slurp(temp_path("lines.json")),
            "{\"track\":0,\"name\":\"chip\",\"kind\":\"group\"}\n"
            "{\"track\":1,\"name\":\"core\",\"kind\":\"slices\",\"parent\":0}\n"
            "{\"track\":2,\"name\":\"fill\",\"kind\":\"counter\",\"parent\":0,\"unit\":\"bytes\"}\n"
            "{\"track\":3,\"name\":\"bus\",\"kind\":\"signal\",\"parent\":0,\"width\":9}\n"
            "{\"time_ps\":0,\"on\":1,\"begin\":\"work\"}\n"
            "{\"time_ps\":0,\"on\":2,\"value\":0}\n"
            "{\"time_ps\":0,\"on\":3,\"bits\":\"xxxxxxxx0\"}\n"
            "{\"time_ps\":5,\"on\":1,\"end\":true}\n"
            "{\"end_ps\":5}\n");
}

TEST(DigestSink, tells_runs_apart_by_any_one_field) {
  const auto digest = [](std::int64_t time, const char* name, Logic bit) {
    auto sink = make_digest_sink();
    sink->track(TrackId(0), {name, TrackKind::Signal, TrackId::none(), "", 1});
    sink->event({SimTime(time), TrackId(0), EventKind::Signal, {}, 0, {&bit, 1}});
    EXPECT_TRUE(sink->finish(SimTime(9)));
    return sink->digest();
  };
  const Digest64 base = digest(1, "a", Logic::One);
  EXPECT_EQ(base, digest(1, "a", Logic::One));
  EXPECT_NE(base, digest(2, "a", Logic::One));
  EXPECT_NE(base, digest(1, "b", Logic::One));
  EXPECT_NE(base, digest(1, "a", Logic::Z));
}

TEST(NullSink, takes_everything) {
  const auto recorder = recorder_of(make_null_sink());
  record(*recorder, 3);
  EXPECT_TRUE(recorder->flush());
  EXPECT_TRUE(recorder->finish());
}

}  // namespace
}  // namespace heddle::trace::test
