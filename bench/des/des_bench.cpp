// Event rates of the kernel beside SystemC and SimPy, and how a partitioned run
// scales. Prints a table and writes the rows of the benchmark file.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "des/event_rows.h"
#include "heddle/base/output_file.h"

namespace heddle::bench {
namespace {

constexpr const char* kUsage =
    "usage: bench_des [OUT.json] [--rounds N] [--loops N] [--threads N] [--scripts DIR] [--tiny]\n";

struct Options {
  std::string out;
  std::uint64_t threads = std::thread::hardware_concurrency();
  std::string scripts = "bench/des";
  bool is_tiny = false;  ///< whether it works, not how fast
  EventRowParams params;
};

bool parse(int argc, char** argv, Options& options) {
  options.params.command = "bench_des";
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--tiny") {
      options.is_tiny = true;
      continue;
    }
    if (word.rfind("--", 0) != 0) {
      options.out = word;
      continue;
    }
    if (++i == argc) return false;
    const std::uint64_t number = std::strtoull(argv[i], nullptr, 10);
    if (word == "--scripts") {
      options.scripts = argv[i];
    } else if (number == 0) {
      return false;
    } else if (word == "--rounds") {
      options.params.rounds = number;
    } else if (word == "--loops") {
      options.params.loops = number;
    } else if (word == "--threads") {
      options.threads = number;
    } else {
      return false;
    }
  }
  return true;
}

int bench_main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const std::string systemc =
      (std::filesystem::path(argv[0]).parent_path() / "bench_des_systemc").string();
  if (std::filesystem::exists(systemc)) options.params.systemc_peer = systemc;
  const std::string simpy = options.scripts + "/simpy_peer.py";
  if (run_child({"/usr/bin/python3", "-c", "import simpy"})) options.params.simpy_peer = simpy;
  auto rows = measure_events(options.params);
  if (!rows) {
    std::fprintf(stderr, "bench_des: %s\n", rows.error().c_str());
    return 1;
  }
  const auto threads = static_cast<std::uint32_t>(options.threads);
  auto scaling = measure_partitions(threads, options.params.rounds, options.params.command,
                                    options.is_tiny ? 2000 : 200'000);
  if (!scaling) {
    std::fprintf(stderr, "bench_des: %s\n", scaling.error().c_str());
    return 1;
  }
  rows->push_back(*scaling);
  std::fputs(table_of(*rows).c_str(), stdout);
  if (options.out.empty()) return 0;
  auto file = OutputFile::create(options.out);
  if (file) (*file)->write(file_text(*rows));
  if (file && (*file)->close()) return 0;
  std::fprintf(stderr, "bench_des: cannot write %s\n", options.out.c_str());
  return 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
