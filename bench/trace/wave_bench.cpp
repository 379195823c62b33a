// What one value change costs in a dump of all nets of a 25,000-net design:
// heddle's FST and VCD writers beside the fstapi that Verilator ships, turn by
// turn, in CPU time of the whole process. Prints a table and, given a path,
// writes the rows of the architecture page as JSON.
#include <fstapi.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <numeric>
#include <random>
#include <thread>

#include "heddle/base/json.h"
#include "heddle/base/output_file.h"
#include "heddle/trace/wave.h"

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
  Load load{"quiet, 120 of 25,000 nets an edge", {}, {}};
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
  Load load{"busy, 1,250 of 25,000 nets an edge", {}, {}};
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

Cost run_heddle(const Load& load, const std::string& path, WaveWriterParams params) {
  std::vector<std::uint8_t> values(kNetCount);
  WaveHierarchy tree;
  tree.enter("top");
  for (std::uint32_t i = 0; i < kNetCount; ++i) tree.add(net_name(i), WaveBit::of(WaveSource(i)));
  tree.leave();
  return measure(load, [&] {
    auto writer = WaveWriter::open(path, std::move(tree), std::move(params));
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

struct Row {
  std::string name;
  std::vector<double> runs;
  std::vector<double> peer_runs;
  double target = 0;  // 0: none stated
  std::uintmax_t file_bytes = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void put_row(JsonWriter& json, const Row& row) {
  const double value = median(row.runs);
  const double peer = median(row.peer_runs);
  const double mean =
      std::accumulate(row.runs.begin(), row.runs.end(), 0.0) / static_cast<double>(row.runs.size());
  double variance = 0;
  for (const double run : row.runs) variance += (run - mean) * (run - mean);
  json.begin_object();
  json.member("name", row.name);
  json.member("unit", "ns/change");
  json.member("value", value);
  json.member("lower_is_better", true);
  if (row.target > 0) {
    json.member("target", row.target);
    json.member("met", value <= row.target);
  }
  json.member("peer", "fstapi (verilator package)");
  json.member("peer_value", peer);
  json.member("ratio", peer / value);
  json.member("mean", mean);
  json.member("deviation", std::sqrt(variance / static_cast<double>(row.runs.size())));
  json.member("range", *std::max_element(row.runs.begin(), row.runs.end()) -
                           *std::min_element(row.runs.begin(), row.runs.end()));
  json.member("file_bytes", row.file_bytes);
  json.key("runs");
  json.begin_inline_array();
  for (const double run : row.runs) json.value(run);
  json.end_array();
  json.member("command", "bench_trace");
  json.end_object();
  std::printf("%-62s %8.1f  %8.1f  %6.1fx  %6.1f MB\n", row.name.c_str(), value, peer, peer / value,
              static_cast<double>(row.file_bytes) * 1e-6);
}

/// All variants, turn by turn, `kRunCount` times over.
std::vector<Row> rows_of(const Load& load, const std::string& directory) {
  const std::string suffix = std::string(", ") + load.name;
  std::vector<Row> rows = {{"fst" + suffix, {}, {}, kTargetNs, 0},
                           {"fst, helper thread, caller's share" + suffix, {}, {}, 0, 0},
                           {"fst, packed with zlib" + suffix, {}, {}, 0, 0},
                           {"vcd" + suffix, {}, {}, 0, 0}};
  const std::string path = directory + "/wave.out";
  const auto params = [](WaveFormat format, WavePack pack, bool helper) {
    WaveWriterParams out;
    out.format = format;
    out.pack = pack;
    out.helper_thread = helper;
    return out;
  };
  const auto note = [&](std::size_t row, double ns, double peer_ns) {
    rows[row].runs.push_back(ns);
    rows[row].peer_runs.push_back(peer_ns);
    rows[row].file_bytes = std::filesystem::file_size(path);
  };
  for (std::size_t run = 0; run < kRunCount; ++run) {
    const double peer = run_fstapi(load, path).process_ns;
    if (run == 0)
      std::printf("fstapi writes %.1f MB\n",
                  static_cast<double>(std::filesystem::file_size(path)) * 1e-6);
    using enum WavePack;
    note(0, run_heddle(load, path, params(WaveFormat::Fst, Lz4, false)).process_ns, peer);
    note(1, run_heddle(load, path, params(WaveFormat::Fst, Lz4, true)).caller_ns, peer);
    note(2, run_heddle(load, path, params(WaveFormat::Fst, Zlib, false)).process_ns, peer);
    note(3, run_heddle(load, path, params(WaveFormat::Vcd, Lz4, false)).process_ns, peer);
  }
  return rows;
}

int bench_main(int argc, char** argv) {
  const std::string directory =
      std::filesystem::temp_directory_path().string() + "/heddle_bench_trace";
  std::filesystem::create_directories(directory);
  StringSink text;
  JsonWriter json(text);
  json.begin_object();
  json.key("machine");
  json.begin_object();
  utsname machine = {};
  ::uname(&machine);
  json.member("system", std::string(machine.sysname) + " " + machine.release);
  json.member("cores", std::thread::hardware_concurrency());
  json.end_object();
  json.key("rows");
  json.begin_array();
  std::printf("%-62s %8s  %8s  %7s\n", "ns a change, CPU time, median", "heddle", "fstapi", "");
  for (const Load& load : {quiet_load(), busy_load()})
    for (const Row& row : rows_of(load, directory)) put_row(json, row);
  json.end_array();
  json.end_object();
  std::filesystem::remove_all(directory);
  if (argc < 2) return 0;
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
