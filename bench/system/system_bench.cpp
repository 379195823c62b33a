// Headline figures of the system engine: event rates beside SystemC and SimPy,
// a ring all-reduce over 512 PEs, the hierarchical all-reduce over 128, the QKV
// projection of GPT-3. Prints a table and writes the rows of the benchmark file.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "des/event_rows.h"
#include "gate/timing.h"
#include "heddle/base/output_file.h"
#include "heddle/system/bench.h"

namespace heddle::bench {
namespace {

constexpr const char* kUsage =
    "usage: bench_system [OUT.json] [--rounds N] [--threads N] [--root DIR] [--only-system]\n";

struct Options {
  std::string out;
  std::string root = ".";
  std::uint64_t rounds = 5;
  std::uint64_t threads = std::thread::hardware_concurrency();
  bool only_system = false;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--only-system") {
      options.only_system = true;
      continue;
    }
    if (word.rfind("--", 0) != 0) {
      options.out = word;
      continue;
    }
    if (++i == argc) return false;
    if (word == "--root") {
      options.root = argv[i];
      continue;
    }
    const std::uint64_t number = std::strtoull(argv[i], nullptr, 10);
    if (number == 0) return false;
    if (word == "--rounds") {
      options.rounds = number;
    } else if (word == "--threads") {
      options.threads = number;
    } else {
      return false;
    }
  }
  return true;
}

/// What a case must come to, and in which rows it shows.
struct Workload {
  system::BenchCase bench = {};
  std::string name;
  double seconds_target = 0;
  bool counts_messages = false;
};

/// A case `rounds` times; false when two runs differ.
bool measure(const system::Machine& machine, const Workload& work, const Options& options,
             std::vector<Row>& rows) {
  system::BenchFile file;
  file.name = "bench";
  file.machine = machine;
  Row seconds{.name = work.name,
              .unit = "s",
              .lower_is_better = true,
              .target = work.seconds_target,
              .command = "bench_system"};
  Row messages{.name = work.name + ", messages",
               .unit = "messages/s",
               .target = 1e6,
               .command = "bench_system"};
  std::optional<Digest64> digest;
  for (std::uint64_t round = 0; round < options.rounds; ++round) {
    system::BenchOptions bench;
    bench.seconds = cpu_now;
    const auto result = system::run_bench(file, work.bench, bench);
    if (!result) {
      std::fprintf(stderr, "bench_system: %s\n", result.error().to_string().c_str());
      return false;
    }
    if (digest && *digest != result->timing_digest) {
      std::fprintf(stderr, "bench_system: two runs of '%s' differ\n", work.name.c_str());
      return false;
    }
    digest = result->timing_digest;
    seconds.runs.push_back(result->wall_seconds);
    seconds.note = std::to_string(result->events) + " events; simulated " +
                   std::to_string(static_cast<double>(result->time.count()) * 1e-6) + " us";
    if (result->collective) {
      messages.runs.push_back(static_cast<double>(result->collective->messages) /
                              result->wall_seconds);
    }
  }
  rows.push_back(seconds);
  if (work.counts_messages) rows.push_back(messages);
  return true;
}

bool measure_system(const Options& options, std::vector<Row>& rows) {
  const auto ring_512 = system::load_machine(options.root + "/designs/machines/ring_512.yaml");
  if (!ring_512) {
    std::fprintf(stderr, "bench_system: %s\n", ring_512.error().to_string().c_str());
    return false;
  }
  Workload ring{.name = "ring all-reduce over 512 PEs, 1 MiB",
                .seconds_target = 0.5,
                .counts_messages = true};
  ring.bench.kind = system::BenchKind::Collective;
  ring.bench.call = {.algorithm = "ring", .elements = 524'288};
  Workload chain{.name = "hierarchical all-reduce over 128 PEs, 1 MiB", .seconds_target = 0.005};
  chain.bench.kind = system::BenchKind::Collective;
  chain.bench.call = {.algorithm = "hierarchical_chain", .elements = 524'288};
  Workload qkv{.name = "GPT-3 QKV, 2048 x 12288 x 36864 over 128 PEs", .seconds_target = 2.0};
  qkv.bench.kind = system::BenchKind::Qkv;
  qkv.bench.m = 2048;
  qkv.bench.k = 12'288;
  qkv.bench.n = 36'864;
  return measure(*ring_512, ring, options, rows) && measure({}, chain, options, rows) &&
         measure({}, qkv, options, rows);
}

bool measure_events_too(const Options& options, const std::string& directory,
                        std::vector<Row>& rows) {
  EventRowParams params;
  params.rounds = options.rounds;
  params.command = "bench_system";
  const std::string systemc = directory + "/bench_des_systemc";
  if (std::filesystem::exists(systemc)) params.systemc_peer = systemc;
  if (run_child({"/usr/bin/python3", "-c", "import simpy"})) {
    params.simpy_peer = options.root + "/bench/des/simpy_peer.py";
  }
  const auto events = measure_events(params);
  if (!events) {
    std::fprintf(stderr, "bench_system: %s\n", events.error().c_str());
    return false;
  }
  rows.insert(rows.end(), events->begin(), events->end());
  const auto scaling = measure_partitions(static_cast<std::uint32_t>(options.threads),
                                          options.rounds, "bench_system");
  if (!scaling) {
    std::fprintf(stderr, "bench_system: %s\n", scaling.error().c_str());
    return false;
  }
  rows.push_back(*scaling);
  return true;
}

int bench_main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const std::string directory = std::filesystem::path(argv[0]).parent_path().string();
  std::vector<Row> rows;
  if (!measure_system(options, rows)) return 1;
  if (!options.only_system && !measure_events_too(options, directory, rows)) return 1;
  std::fputs(table_of(rows).c_str(), stdout);
  if (options.out.empty()) return 0;
  auto file = OutputFile::create(options.out);
  if (file) (*file)->write(file_text(rows));
  if (file && (*file)->close()) return 0;
  std::fprintf(stderr, "bench_system: cannot write %s\n", options.out.c_str());
  return 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
