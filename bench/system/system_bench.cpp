// Headline figures of the system engine: event rates beside SystemC and SimPy,
// a ring all-reduce over 512 PEs, the hierarchical all-reduce over 128, the QKV
// projection of GPT-3. Prints a table and writes the rows of the benchmark file.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "des/event_rows.h"
#include "heddle/base/output_file.h"
#include "system/system_rows.h"

namespace heddle::bench {
namespace {

constexpr const char* kUsage =
    "usage: bench_system [OUT.json] [--rounds N] [--threads N] [--root DIR] [--tiny]\n"
    "                    [--only machines|packages|events]\n";

struct Options {
  std::string out;
  std::string root = ".";
  std::uint64_t rounds = 5;
  std::uint64_t threads = std::thread::hardware_concurrency();
  std::string only;  ///< which part; empty: all
  bool is_tiny = false;

  [[nodiscard]] bool wants(const std::string& part) const { return only.empty() || only == part; }
};

bool parse(int argc, char** argv, Options& options) {
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
    if (word == "--root") {
      options.root = argv[i];
      continue;
    }
    if (word == "--only") {
      options.only = argv[i];
      if (options.only != "machines" && options.only != "packages" && options.only != "events") {
        return false;
      }
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

Outcome<std::vector<Row>> measure_rates(const Options& options, const std::string& directory) {
  EventRowParams params;
  params.rounds = options.rounds;
  params.command = "bench_system";
  if (options.is_tiny) params.loops = 20;
  const std::string systemc = directory + "/bench_des_systemc";
  if (std::filesystem::exists(systemc)) params.systemc_peer = systemc;
  if (run_child({"/usr/bin/python3", "-c", "import simpy"})) {
    params.simpy_peer = options.root + "/bench/des/simpy_peer.py";
  }
  auto rows = measure_events(params);
  if (!rows || options.is_tiny) return rows;
  const auto scaling = measure_partitions(static_cast<std::uint32_t>(options.threads),
                                          options.rounds, "bench_system");
  if (!scaling) return failed(scaling.error());
  rows->push_back(*scaling);
  return rows;
}

Outcome<std::vector<Row>> measure_all(const Options& options, const std::string& directory) {
  const SystemRowParams params{.rounds = options.rounds,
                               .threads = static_cast<std::uint32_t>(options.threads),
                               .root = options.root,
                               .is_tiny = options.is_tiny,
                               .command = "bench_system"};
  std::vector<Row> rows;
  const auto add = [&](const Outcome<std::vector<Row>>& part) {
    if (part) rows.insert(rows.end(), part->begin(), part->end());
    return part.has_value();
  };
  if (options.wants("machines")) {
    const auto part = measure_machines(params);
    if (!add(part)) return part;
  }
  if (options.wants("packages")) {
    const auto part = measure_packages(params);
    if (!add(part)) return part;
  }
  if (options.wants("events")) {
    const auto part = measure_rates(options, directory);
    if (!add(part)) return part;
  }
  return rows;
}

int bench_main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const std::string directory = std::filesystem::path(argv[0]).parent_path().string();
  const auto rows = measure_all(options, directory);
  if (!rows) {
    std::fprintf(stderr, "bench_system: %s\n", rows.error().c_str());
    return 1;
  }
  std::fputs(table_of(*rows).c_str(), stdout);
  if (options.out.empty()) return 0;
  auto file = OutputFile::create(options.out);
  if (file) (*file)->write(file_text(*rows));
  if (file && (*file)->close()) return 0;
  std::fprintf(stderr, "bench_system: cannot write %s\n", options.out.c_str());
  return 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
