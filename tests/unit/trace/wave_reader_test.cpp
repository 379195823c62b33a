// Reading back: our own files, those of vcd2fst in every packing, windows, reals
// and strings, and damaged files.
#include "heddle/trace/wave_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <sstream>

#include "support/external_tool.h"
#include "support/process.h"
#include "support/temp_directory.h"
#include "support/trace/wave_truth.h"

namespace heddle::trace::test {
namespace {

/// Collects `time name value` for every name of a signal.
class Collector final : public WaveVisitor {
 public:
  explicit Collector(const WaveHierarchy& hierarchy) : names_(hierarchy.signal_count()) {
    const std::vector<std::string> full = hierarchy.full_names();
    for (std::size_t i = 0; i < full.size(); ++i) {
      const WaveVariable& variable = hierarchy.variables()[i];
      names_[variable.signal.value()].push_back(
          full[i] + range_text(variable.options, hierarchy.width(variable.signal)));
    }
  }

  bool value(SimTime time, WaveSignal signal, const WaveValue& value) override {
    if (time < last_) ++disorder_;
    last_ = time;
    for (const std::string& name : names_[signal.value()]) {
      std::ostringstream line;
      line << time.ps() << " " << name << " ";
      if (value.is_real) {
        line << value.real;
      } else {
        line << value.bits;
      }
      lines_.emplace_back(time.ps(), name, line.str());
    }
    return lines_.size() < stop_after_;
  }

  Changes changes() {
    std::sort(lines_.begin(), lines_.end());
    Changes out;
    for (const auto& [time, name, text] : lines_) out.push_back(text);
    return out;
  }
  [[nodiscard]] int disorder() const { return disorder_; }
  void stop_after(std::size_t count) { stop_after_ = count; }

 private:
  std::vector<std::vector<std::string>> names_;
  std::vector<std::tuple<std::int64_t, std::string, std::string>> lines_;
  SimTime last_;
  int disorder_ = 0;
  std::size_t stop_after_ = ~std::size_t{0};
};

std::vector<WaveSignal> all_signals(const WaveReader& reader) {
  std::vector<WaveSignal> out;
  for (std::uint32_t i = 0; i < reader.hierarchy().signal_count(); ++i) out.emplace_back(i);
  return out;
}

Changes read_all(WaveReader& reader) {
  Collector collector(reader.hierarchy());
  const Status status =
      reader.read(all_signals(reader), reader.info().start, reader.info().end, collector);
  EXPECT_TRUE(status) << (status ? "" : status.error().to_string());
  EXPECT_EQ(collector.disorder(), 0);
  return collector.changes();
}

Changes read_all(const std::string& path) {
  auto reader = WaveReader::open(path);
  EXPECT_TRUE(reader) << (reader ? "" : reader.error().to_string());
  return reader ? read_all(**reader) : Changes();
}

WaveWriterParams params_of(WaveFormat format, std::uint32_t block_bytes_max = 16U << 20) {
  WaveWriterParams params;
  params.format = format;
  params.block_bytes_max = block_bytes_max;
  return params;
}

/// 20 blocks or so, some hundred thousand changes.
RandomDump long_dump() {
  RandomDump dump;
  dump.signal_count = 30;
  dump.instant_count = 10'000;
  dump.change_percent = 5;
  return dump;
}

TEST(WaveReader, reads_back_what_the_writer_wrote_in_both_formats) {
  for (const WaveFormat format : {WaveFormat::Vcd, WaveFormat::Fst}) {
    for (std::uint64_t seed = 30; seed < 40; ++seed) {
      RandomDump dump;
      dump.seed = seed;
      const std::string path = temp_path("read_back");
      const Changes expected = write_random(path, dump, params_of(format));
      ASSERT_EQ(read_all(path), expected) << seed;
    }
    const std::string path = temp_path("read_back_long");
    const Changes expected = write_random(path, long_dump(), params_of(format, 1));
    ASSERT_EQ(read_all(path), expected);
  }
}

TEST(WaveReader, reads_what_vcd2fst_writes_in_every_packing) {
  HEDDLE_NEED_TOOL("vcd2fst");
  const std::string vcd = temp_path("for_vcd2fst.vcd");
  RandomDump dump;
  dump.instant_count = 3000;
  dump.step_ps_max = 20;
  const Changes expected = write_random(vcd, dump, params_of(WaveFormat::Vcd));
  for (const std::string option : {"--zlibpack", "--fastpack", "--fourpack", "--compress"}) {
    const std::string fst = temp_path("of_vcd2fst.fst");
    const auto run = ::heddle::test::run_process({"vcd2fst", option, vcd, fst});
    ASSERT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(read_all(fst), expected) << option;
  }
}

TEST(WaveReader, keeps_hierarchy_kinds_and_ranges) {
  const std::string path = temp_path("tree");
  for (const WaveFormat format : {WaveFormat::Vcd, WaveFormat::Fst}) {
    WaveHierarchy tree;
    tree.enter("top", WaveScopeKind::Module, "chip");
    tree.enter("gen[0]", WaveScopeKind::Generate);
    const std::vector<WaveBit> bits(3, WaveBit::of(WaveSource(0)));
    tree.add("bus", bits, {WaveKind::Reg, WaveDirection::Input, true, 4, 2});
    tree.add("odd name", WaveBit::of(WaveSource(1)), {WaveKind::Wire, {}, true, 7, 7});
    tree.leave();
    tree.alias("same", WaveSignal(0));
    tree.leave();
    auto writer = WaveWriter::open(path, std::move(tree), params_of(format));
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->finish());

    auto reader = WaveReader::open(path);
    ASSERT_TRUE(reader);
    const WaveHierarchy& read = (*reader)->hierarchy();
    EXPECT_EQ(read.full_names(),
              (std::vector<std::string>{"top.gen[0].bus", "top.gen[0].odd_name", "top.same"}));
    EXPECT_EQ(read.scopes()[1].kind, WaveScopeKind::Generate);
    EXPECT_EQ(read.variables()[0].options.kind, WaveKind::Reg);
    EXPECT_EQ(read.variables()[0].options.msb, 4);
    EXPECT_EQ(read.variables()[0].options.lsb, 2);
    EXPECT_EQ(range_text(read.variables()[1].options, 1), "[7]");
    EXPECT_EQ(read.variables()[2].signal, read.variables()[0].signal);
    EXPECT_EQ(read.width(WaveSignal(0)), 3U);
    EXPECT_EQ((*reader)->info().timescale_exponent, -12);
    EXPECT_EQ((*reader)->info().producer, "heddle");
  }
}

std::map<std::string, WaveSignal> signals_by_name(const WaveHierarchy& tree) {
  std::map<std::string, WaveSignal> out;
  const std::vector<std::string> full = tree.full_names();
  for (std::size_t i = 0; i < full.size(); ++i) {
    const WaveVariable& variable = tree.variables()[i];
    out[full[i] + range_text(variable.options, tree.width(variable.signal))] = variable.signal;
  }
  return out;
}

TEST(WaveReader, shows_in_a_window_the_values_at_its_start_and_the_changes_within) {
  for (const WaveFormat format : {WaveFormat::Vcd, WaveFormat::Fst}) {
    const std::string path = temp_path("window");
    write_random(path, long_dump(), params_of(format, 1));
    auto reader = WaveReader::open(path);
    ASSERT_TRUE(reader);
    const WaveHierarchy& tree = (*reader)->hierarchy();
    Collector whole(tree);
    ASSERT_TRUE((*reader)->read(all_signals(**reader), SimTime(), SimTime(INT64_MAX), whole));
    const Changes all = whole.changes();
    const std::map<std::string, WaveSignal> signals = signals_by_name(tree);
    const std::int64_t end = (*reader)->info().end.ps();
    std::mt19937_64 random(7);
    for (int i = 0; i < 30; ++i) {
      const auto a = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(end * 5 / 4));
      const auto b = a + static_cast<std::int64_t>(random() % 50'000);
      std::vector<WaveSignal> some;
      for (const WaveSignal signal : all_signals(**reader))
        if (random() % 3 == 0) some.push_back(signal);
      Collector window(tree);
      ASSERT_TRUE((*reader)->read(some, SimTime(a), SimTime(b), window));
      // The same from the whole: the last line of each name up to a, then those in (a, b].
      std::map<std::string, std::string> at_start;
      Changes expected;
      for (const std::string& line : all) {
        const std::size_t name_at = line.find(' ') + 1;
        const std::size_t value_at = line.find(' ', name_at) + 1;
        const std::string name = line.substr(name_at, value_at - name_at - 1);
        const std::int64_t time = std::stoll(line);
        if (time > b || std::find(some.begin(), some.end(), signals.at(name)) == some.end())
          continue;
        if (time <= a) {
          at_start[name] = std::to_string(a) + " " + name + " " + line.substr(value_at);
        } else {
          expected.push_back(line);
        }
      }
      for (const auto& [name, line] : at_start) expected.push_back(line);
      Changes got = window.changes();
      std::sort(got.begin(), got.end());
      std::sort(expected.begin(), expected.end());
      ASSERT_EQ(got, expected) << a << " " << b;
    }
  }
}

TEST(WaveReader, stops_when_the_visitor_has_enough) {
  for (const WaveFormat format : {WaveFormat::Vcd, WaveFormat::Fst}) {
    const std::string path = temp_path("stop");
    write_random(path, RandomDump(), params_of(format));
    auto reader = WaveReader::open(path);
    ASSERT_TRUE(reader);
    Collector few((*reader)->hierarchy());
    few.stop_after(10);
    ASSERT_TRUE((*reader)->read(all_signals(**reader), SimTime(), SimTime(INT64_MAX), few));
    EXPECT_LE(few.changes().size(), 12U);  // a signal may have several names
  }
}

const char kRealVcd[] =
    "$timescale 10 ns $end\n$scope module m $end\n"
    "$var real 64 r temperature $end\n$var wire 4 w nibble [3:0] $end\n"
    "$var event 1 e go $end\n$upscope $end\n$enddefinitions $end\n"
    "#0\n$dumpvars\nr1.5 r\nbx w\n$end\n#3\nr-2.25e3 r\nb1 w\n1e\n#7\nbz0 w\n1e\n";

const Changes kRealChanges = {
    "0 m.go x",     "0 m.nibble[3:0] xxxx",     "0 m.temperature 1.5",
    "30000 m.go 1", "30000 m.nibble[3:0] 0001", "30000 m.temperature -2250",
    "70000 m.go 1", "70000 m.nibble[3:0] zzz0"};

TEST(WaveReader, reads_reals_events_and_other_timescales_of_a_vcd) {
  auto reader = read_vcd(kRealVcd, "real.vcd");
  ASSERT_TRUE(reader) << reader.error().to_string();
  EXPECT_EQ((*reader)->info().timescale_exponent, -8);
  EXPECT_EQ((*reader)->info().end, SimTime(70'000));
  EXPECT_EQ(read_all(**reader), kRealChanges);
}

TEST(WaveReader, reads_reals_that_vcd2fst_wrote) {
  HEDDLE_NEED_TOOL("vcd2fst");
  const ::heddle::test::TempDirectory directory;
  const std::string vcd = directory.write("real.vcd", kRealVcd);
  const auto run = ::heddle::test::run_process({"vcd2fst", vcd, directory.file("real.fst")});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_EQ(read_all(directory.file("real.fst")), kRealChanges);
}

TEST(WaveReader, times_finer_than_a_picosecond_are_rounded_down) {
  auto reader = read_vcd(
      "$timescale 1 fs $end $var wire 1 ! a $end $enddefinitions $end #1999 1! #2001 0!", "fs");
  ASSERT_TRUE(reader) << reader.error().to_string();
  EXPECT_EQ(read_all(**reader), (Changes{"1 a 1", "2 a 0"}));
}

TEST(WaveReader, reads_strings_of_a_vcd) {
  auto reader =
      read_vcd("$var string 1 ! state $end $enddefinitions $end #5 sIDLE ! #6 sBUSY !", "s.vcd");
  ASSERT_TRUE(reader) << reader.error().to_string();
  EXPECT_EQ(read_all(**reader), (Changes{"5 state IDLE", "6 state BUSY"}));
}

struct Bad {
  const char* text = "";
  const char* code = "";
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

TEST(WaveReader, locates_what_is_wrong_in_a_vcd) {
  const std::string head = "$var wire 2 ! a $end\n$var real 64 r b $end\n$enddefinitions $end\n";
  const Bad bads[] = {
      {"", "trace.vcd-syntax", 1, 0},
      {"hello", "trace.vcd-syntax", 1, 1},
      {"$comment no end", "trace.vcd-syntax", 1, 0},
      {"$date now $end\n", "trace.vcd-syntax", 2, 0},
      {"$timescale 3 ps $end", "trace.vcd-syntax", 1, 1},
      {"$timescale 1 parsec $end", "trace.vcd-syntax", 1, 1},
      {"  $scope module $end", "trace.vcd-syntax", 1, 3},
      {"\n $upscope $end", "trace.vcd-syntax", 2, 2},
      {"$var wire 2 ! $end", "trace.vcd-syntax", 1, 1},
      {"$var wire two ! a $end", "trace.vcd-syntax", 1, 1},
      {"$var wire 0 ! a $end", "trace.vcd-syntax", 1, 1},
      {"$var wire -1 ! a $end", "trace.vcd-syntax", 1, 1},
      {"$var weir 1 ! a $end", "trace.vcd-syntax", 1, 1},
      {"$var wire 1 !!!!!!!!! a $end", "trace.vcd-syntax", 1, 1},
      {"$var wire 999999999 ! a $end", "trace.vcd-syntax", 1, 1},
      {"$var wire 1 ! a $end\n$var wire 2 ! b $end", "trace.vcd-syntax", 2, 1},
  };
  const Bad bad_values[] = {
      {"1", "trace.vcd-unknown-code", 4, 1},
      {"1?", "trace.vcd-unknown-code", 4, 1},
      {"b01 ?", "trace.vcd-unknown-code", 4, 5},
      {"b01", "trace.vcd-syntax", 4, 0},
      {"b011 !", "trace.vcd-syntax", 4, 1},
      {"b !", "trace.vcd-syntax", 4, 1},
      {"b02 !", "trace.vcd-syntax", 4, 1},
      {"r1.0 !", "trace.vcd-syntax", 4, 6},
      {"r1.0.0 r", "trace.vcd-syntax", 4, 8},
      {"1r", "trace.vcd-syntax", 4, 1},
      {"sabc !", "trace.vcd-syntax", 4, 1},
      {"#", "trace.vcd-syntax", 4, 1},
      {"#-1", "trace.vcd-syntax", 4, 1},
      {"#1x", "trace.vcd-syntax", 4, 1},
      {"#99999999999999999999", "trace.vcd-syntax", 4, 1},
      {"#9999999999999999999", "trace.vcd-syntax", 4, 1},
      {"#5 b01 !\n #4", "trace.vcd-time-backwards", 5, 2},
      {"pineapple", "trace.vcd-syntax", 4, 1},
      {"$comment", "trace.vcd-syntax", 4, 0},
  };
  const auto expect = [](const std::string& text, const Bad& bad) {
    const auto reader = read_vcd(text, "bad.vcd");
    ASSERT_FALSE(reader) << text;
    const Diagnostic& first = reader.error().list().front();
    EXPECT_EQ(first.code(), bad.code) << text;
    EXPECT_EQ(first.where().file, "bad.vcd");
    EXPECT_EQ(first.where().line, bad.line) << text << first.to_string();
    if (bad.column != 0) {
      EXPECT_EQ(first.where().column, bad.column) << text << first.to_string();
    }
  };
  for (const Bad& bad : bads) expect(bad.text, bad);
  for (const Bad& bad : bad_values) expect(head + bad.text, bad);
}

TEST(WaveReader, refuses_what_is_no_wave_file) {
  const ::heddle::test::TempDirectory directory;
  const auto code = [](const std::string& path) {
    const auto reader = WaveReader::open(path);
    return reader ? std::string() : std::string(reader.error().list().front().code());
  };
  EXPECT_EQ(code(directory.write("text", "hello")), "trace.unknown-format");
  EXPECT_EQ(code(directory.write("empty", "")), "trace.unknown-format");
  EXPECT_EQ(code(directory.file("absent")), "file.not-found");
  EXPECT_EQ(code(directory.path()), "file.read-failed");
}

/// Opens and reads everything; the code of what was wrong, or nothing.
std::string outcome(std::string bytes) {
  auto reader = read_fst(std::move(bytes), "damaged.fst");
  if (!reader) return std::string(reader.error().list().front().code());
  Collector collector((*reader)->hierarchy());
  const Status status =
      (*reader)->read(all_signals(**reader), SimTime(), SimTime(INT64_MAX), collector);
  return status ? std::string() : std::string(status.error().list().front().code());
}

TEST(WaveReader, tells_of_an_fst_cut_anywhere) {
  const std::string path = temp_path("to_cut.fst");
  RandomDump dump;
  dump.signal_count = 6;
  write_random(path, dump, params_of(WaveFormat::Fst, 1));
  const std::string whole = slurp(path);
  ASSERT_EQ(outcome(whole), "");
  std::size_t whole_prefixes = 0;  // cut between two sections, an FST is just shorter
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string told = outcome(whole.substr(0, size));
    if (told.empty()) {
      ++whole_prefixes;
    } else {
      ASSERT_EQ(told, "trace.fst-corrupt") << size;
    }
  }
  EXPECT_LT(whole_prefixes, 20U);
}

TEST(WaveReader, survives_any_damaged_byte_of_an_fst) {
  for (const WavePack pack : {WavePack::Lz4, WavePack::Zlib}) {
    const std::string path = temp_path("to_damage.fst");
    RandomDump dump;
    dump.signal_count = 6;
    dump.instant_count = 60;
    WaveWriterParams params = params_of(WaveFormat::Fst, 1);
    params.pack = pack;
    write_random(path, dump, params);
    const std::string whole = slurp(path);
    std::mt19937 random(3);
    std::size_t told_count = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(random());
      const std::string told = outcome(std::move(damaged));
      if (told.empty()) continue;
      ++told_count;
      ASSERT_TRUE(told == "trace.fst-corrupt" || told == "trace.fst-unsupported") << told;
    }
    EXPECT_GT(told_count, whole.size() / 4);
  }
}

TEST(WaveReader, says_that_reals_of_another_byte_order_are_not_read) {
  const std::string path = temp_path("endian.fst");
  write_random(path, RandomDump(), params_of(WaveFormat::Fst));
  std::string bytes = slurp(path);
  std::reverse(bytes.begin() + 25, bytes.begin() + 33);  // the header's e
  EXPECT_EQ(outcome(bytes), "trace.fst-unsupported");
}

}  // namespace
}  // namespace heddle::trace::test
