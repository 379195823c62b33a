// Headline figures of the tile engine on a TPUv3 with the DRAM cycle model: a
// product of 1024^3, and the layer lists of ResNet-50 and BERT-large, by wall
// and CPU time, and the memory of the whole program at its peak.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "heddle/base/output_file.h"
#include "heddle/tile/layers.h"
#include "heddle/tile/simulator.h"
#include "support/rows.h"

namespace heddle::bench {
namespace {

constexpr const char* kUsage = "usage: bench_tile [OUT.json] [--rounds N] [--root DIR] [--tiny]\n";
constexpr const char* kCommand = "bench_tile";

struct Options {
  std::string out;
  std::string root = ".";
  std::uint64_t rounds = 5;
  bool is_tiny = false;  ///< a small product alone: does it run?
};

struct Measured {
  double cpu_seconds = 0;
  double wall_seconds = 0;
  std::uint64_t requests = 0;
  std::int64_t cycles = 0;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--tiny") {
      options.is_tiny = true;
    } else if (word == "--rounds" && i + 1 < argc) {
      options.rounds = std::strtoull(argv[++i], nullptr, 10);
      if (options.rounds == 0) return false;
    } else if (word == "--root" && i + 1 < argc) {
      options.root = argv[++i];
    } else if (word.starts_with("--")) {
      return false;
    } else {
      options.out = word;
    }
  }
  return true;
}

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double peak_megabytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Plays every layer of a list once.
Result<Measured> play(const tile::Machine& machine, const tile::LayerList& list) {
  const tile::kernel::Target target = tile::kernel_target(machine);
  Measured measured{.cpu_seconds = cpu_seconds(), .wall_seconds = wall_seconds()};
  for (const tile::Layer& layer : list.layers) {
    HEDDLE_TRY(const auto source, tile::make_layer_source(layer, target));
    HEDDLE_TRY(const auto result, tile::simulate(machine, {{.source = source.get(), .cores = {}}}));
    measured.requests += result.memory.reads + result.memory.writes;
    measured.cycles += result.cycles * layer.repeat;
  }
  measured.cpu_seconds = cpu_seconds() - measured.cpu_seconds;
  measured.wall_seconds = wall_seconds() - measured.wall_seconds;
  return measured;
}

Row row(const std::string& name, const char* unit, bool lower_is_better, double target) {
  Row r;
  r.name = name;
  r.unit = unit;
  r.lower_is_better = lower_is_better;
  r.target = target;
  r.command = kCommand;
  return r;
}

/// Time of a list, in milliseconds.
Result<Row> time_list(const Options& options, const tile::Machine& machine,
                      const tile::LayerList& list, double target_ms, Row* rate) {
  Row time = row(list.name + " on tpuv3", "ms", true, target_ms);
  for (std::uint64_t round = 0; round < options.rounds; ++round) {
    HEDDLE_TRY(const Measured one, play(machine, list));
    time.runs.push_back(1e3 * one.cpu_seconds);
    time.wall_runs.push_back(1e3 * one.wall_seconds);
    time.note = std::to_string(one.cycles) + " cycles, " + std::to_string(one.requests) +
                " DRAM requests, equal layers played once";
    if (rate == nullptr) continue;
    rate->runs.push_back(1e-6 * static_cast<double>(one.requests) / one.cpu_seconds);
    rate->wall_runs.push_back(1e-6 * static_cast<double>(one.requests) / one.wall_seconds);
  }
  return time;
}

Result<std::vector<Row>> measure(const Options& options) {
  HEDDLE_TRY(const tile::Machine machine, tile::load_machine("tpuv3"));
  std::vector<Row> rows;
  const std::int64_t size = options.is_tiny ? 128 : 1024;
  tile::LayerList product{.name = "gemm " + std::to_string(size), .layers = {}};
  tile::Layer gemm;
  gemm.name = product.name;
  gemm.shape = {size, size, size};
  product.layers.push_back(gemm);
  Row rate = row("DRAM requests, " + product.name, "million/s", false, 4);
  HEDDLE_TRY(Row time, time_list(options, machine, product, 100, &rate));
  rows.push_back(std::move(time));
  rows.push_back(std::move(rate));
  if (options.is_tiny) return rows;
  for (const char* model : {"resnet50", "bert_large"}) {
    HEDDLE_TRY(const tile::LayerList list,
               tile::load_layers(options.root + "/designs/tile/models/" + model + ".yaml"));
    HEDDLE_TRY(Row each, time_list(options, machine, list, 5'000, nullptr));
    rows.push_back(std::move(each));
  }
  Row memory = row("memory at the peak, all of the above", "MB", true, 500);
  memory.runs = {peak_megabytes()};
  rows.push_back(std::move(memory));
  return rows;
}

int bench_main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  const auto rows = measure(options);
  if (!rows) {
    std::fputs(rows.error().to_string().c_str(), stderr);
    return 1;
  }
  std::fputs(table_of(*rows).c_str(), stdout);
  if (options.out.empty()) return 0;
  auto file = OutputFile::create(options.out);
  if (file) (*file)->write(file_text(*rows));
  if (file && (*file)->close()) return 0;
  std::fprintf(stderr, "bench_tile: cannot write %s\n", options.out.c_str());
  return 4;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
