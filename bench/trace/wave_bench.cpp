// What one value change costs in a dump of all nets of a 25,000-net design:
// heddle's FST and VCD writers beside the fstapi that Verilator ships, turn by
// turn, in CPU time of the whole process. Prints a table and, given a path,
// writes the rows as JSON.
#include <fstapi.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <random>

#include "heddle/base/json.h"
#include "heddle/base/output_file.h"
#include "heddle/trace/wave.h"
#include "support/rows.h"

namespace heddle::trace {
namespace {

constexpr std::uint32_t kNetCount = 25'000;
constexpr std::size_t kRunCount = 5;
constexpr double kTargetNs = 20.0;
constexpr std::int64_t kHalfPeriodPs = 5'000;

/// The changes of a run: for each instant the nets that toggle.
struct Load {
  const char* name = "";
  std::vector<std::uint32_t> nets;
  std::vector<std::size_t> ends;  // by instant, into nets
};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }

 private:
  std::mt19937_64 engine_;
};

/// A flash-bound controller: few nets toggle, out of a neighbourhood that moves.
Load quiet_load() {
  Load load{"quiet (120 nets an edge)", {}, {}};
  Draw draw(1);
  std::uint32_t base = 0;
  for (std::size_t instant = 0; instant < 40'000; ++instant) {
    load.nets.push_back(0);  // the clock
    if (instant % 16 == 0) base = draw.below(kNetCount);
    for (int i = 0; i < 119; ++i)
      load.nets.push_back(1 + (base + draw.below(600)) % (kNetCount - 1));
    load.ends.push_back(load.nets.size());
  }
  return load;
}

/// A busy core: 5 % of all nets.
Load busy_load() {
  Load load{"busy (1,250 nets an edge)", {}, {}};
  Draw draw(2);
  for (std::size_t instant = 0; instant < 4'000; ++instant) {
    for (int i = 0; i < 1'250; ++i) load.nets.push_back(draw.below(kNetCount));
    load.ends.push_back(load.nets.size());
  }
  return load;
}

double cpu_seconds(clockid_t clock) {
  timespec now = {};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Cost {
  double process_ns = 0;  // all threads, a change
  double caller_ns = 0;   // the simulation's thread alone
};

template <class Body>
Cost measure(const Load& load, Body&& body) {
  const double process = cpu_seconds(CLOCK_PROCESS_CPUTIME_ID);
  const double caller = cpu_seconds(CLOCK_THREAD_CPUTIME_ID);
  body();
  const double per_change = 1e9 / static_cast<double>(load.nets.size());
  return {(cpu_seconds(CLOCK_PROCESS_CPUTIME_ID) - process) * per_change,
          (cpu_seconds(CLOCK_THREAD_CPUTIME_ID) - caller) * per_change};
}

std::string net_name(std::uint32_t net) {
  return "net" + std::to_string(net);
}

Cost run_heddle(const Load& load, const std::string& path, const WaveWriterParams& params) {
  std::vector<std::uint8_t> values(kNetCount);
  WaveHierarchy tree;
  tree.enter("top");
  for (std::uint32_t i = 0; i < kNetCount; ++i) tree.add(net_name(i), WaveBit::of(WaveSource(i)));
  tree.leave();
  return measure(load, [&] {
    auto writer = WaveWriter::open(path, std::move(tree), params);
    std::size_t at = 0;
    std::int64_t now = 0;
    for (const std::size_t end : load.ends) {
      (*writer)->time(SimTime(now += kHalfPeriodPs));
      for (; at < end; ++at) {
        const std::uint32_t net = load.nets[at];
        (*writer)->change(WaveSource(net), logic((values[net] ^= 1) != 0));
      }
    }
    if (!(*writer)->finish()) std::abort();
  });
}

Cost run_fstapi(const Load& load, const std::string& path) {
  std::vector<std::uint8_t> values(kNetCount);
  std::vector<fstHandle> handles(kNetCount);
  return measure(load, [&] {
    void* const writer = fstWriterCreate(path.c_str(), 1);
    fstWriterSetTimescale(writer, -12);
    fstWriterSetPackType(writer, FST_WR_PT_LZ4);
    fstWriterSetScope(writer, FST_ST_VCD_MODULE, "top", "");
    for (std::uint32_t i = 0; i < kNetCount; ++i)
      handles[i] =
          fstWriterCreateVar(writer, FST_VT_VCD_WIRE, FST_VD_IMPLICIT, 1, net_name(i).c_str(), 0);
    fstWriterSetUpscope(writer);
    std::size_t at = 0;
    std::uint64_t now = 0;
    for (const std::size_t end : load.ends) {
      fstWriterEmitTimeChange(writer, now += kHalfPeriodPs);
      for (; at < end; ++at) {
        const std::uint32_t net = load.nets[at];
        fstWriterEmitValueChange(writer, handles[net], (values[net] ^= 1) != 0 ? "1" : "0");
      }
    }
    fstWriterClose(writer);
  });
}

WaveWriterParams params_of(WaveFormat format, WavePack pack, bool helper_thread) {
  WaveWriterParams params;
  params.format = format;
  params.pack = pack;
  params.helper_thread = helper_thread;
  return params;
}

std::string size_note(const std::string& path) {
  return "file of " + std::to_string(std::filesystem::file_size(path) / 1000) + " kB";
}

/// All variants, turn by turn, `kRunCount` times over.
std::vector<bench::Row> rows_of(const Load& load, const std::string& path) {
  struct Variant {
    const char* name = "";
    WaveWriterParams params;
    bool is_caller_only = false;
  };
  const Variant variants[] = {
      {"fst", params_of(WaveFormat::Fst, WavePack::Lz4, false)},
      {"fst + helper thread, caller alone", params_of(WaveFormat::Fst, WavePack::Lz4, true), true},
      {"fst of zlib", params_of(WaveFormat::Fst, WavePack::Zlib, false)},
      {"vcd", params_of(WaveFormat::Vcd, WavePack::Lz4, false)}};
  std::vector<bench::Row> rows;
  for (const Variant& variant : variants) {
    bench::Row row;
    row.name = std::string(variant.name) + ", " + load.name;
    row.unit = "ns/change";
    row.lower_is_better = true;
    row.peer = "fstapi of the verilator package";
    row.command = "bench_trace";
    rows.push_back(std::move(row));
  }
  rows.front().target = kTargetNs;
  for (std::size_t run = 0; run < kRunCount; ++run) {
    const double peer = run_fstapi(load, path).process_ns;
    const std::string peer_note = "; fstapi's " + size_note(path);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Cost cost = run_heddle(load, path, variants[i].params);
      rows[i].runs.push_back(variants[i].is_caller_only ? cost.caller_ns : cost.process_ns);
      rows[i].peer_runs.push_back(peer);
      rows[i].note = size_note(path) + peer_note;
    }
  }
  return rows;
}

int bench_main(int argc, char** argv) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("heddle_bench_" + std::to_string(::getpid())))
          .string();
  std::vector<bench::Row> rows;
  for (const Load& load : {quiet_load(), busy_load()})
    for (bench::Row& row : rows_of(load, path)) rows.push_back(std::move(row));
  std::filesystem::remove(path);
  std::fputs(bench::table_of(rows).c_str(), stdout);
  if (argc < 2) return 0;
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  bench::write_machine(json);
  json.key("rows");
  json.begin_array();
  for (const bench::Row& row : rows) bench::write_row(json, row);
  json.end_array();
  json.end_object();
  auto file = OutputFile::create(argv[1]);
  if (!file) return 4;
  (*file)->write(text.text());
  return (*file)->close() ? 0 : 4;
}

}  // namespace
}  // namespace heddle::trace

int main(int argc, char** argv) {
  return heddle::trace::bench_main(argc, argv);
}
