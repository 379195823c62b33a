// The event engine beside Verilator and Icarus on heddle's own chips, one core,
// in turn, CPU time. Prints a table and writes the rows of the benchmark file;
// docs/reference/benchmarks.md says what each row means. A pair of runs whose
// UARTs differ makes the whole benchmark fail.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "gate/compile_rows.h"
#include "gate/icarus_rows.h"
#include "gate/jtag_rows.h"
#include "gate/verilator.h"
#include "gate/workload_rows.h"
#include "heddle/base/output_file.h"

namespace heddle::bench {
namespace {

constexpr const char* kUsage =
    "usage: bench_gate [OUT.json] [--rounds N] [--only TEXT] [--designs DIR] [--baselines DIR]\n"
    "       bench_gate [OUT.json] --quick --peer SOC_TB [--work DIR] [--designs DIR]\n";

struct Options {
  std::string out;
  std::string only;  ///< measure workloads whose name holds this
  std::string peer;  ///< quick: the program of the peer
  bool quick = false;
  BenchParams params;
};

enum Exit { kOk = 0, kInvalid = 1, kUsageError = 2, kEnvironment = 4 };

/// False where the words make no sense.
bool parse(int argc, char** argv, Options& options) {
  BenchParams& params = options.params;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    params.command += " " + word;
    if (word == "--quick") {
      options.quick = true;
      continue;
    }
    if (word.rfind("--", 0) != 0) {
      if (!options.out.empty()) return false;
      options.out = word;
      continue;
    }
    if (++i == argc) return false;
    const std::string value = argv[i];
    params.command += " " + value;
    if (word == "--rounds") {
      params.rounds = std::strtoul(value.c_str(), nullptr, 10);
      if (params.rounds == 0 || params.rounds > 1000) return false;
    } else if (word == "--only") {
      options.only = value;
    } else if (word == "--designs") {
      params.designs = value;
    } else if (word == "--baselines") {
      params.baselines = value;
      params.directory = value + "/work";
    } else if (word == "--work") {
      params.directory = value;
    } else if (word == "--peer") {
      options.peer = value;
    } else {
      return false;
    }
  }
  return options.quick == !options.peer.empty();
}

class GateBench {
 public:
  explicit GateBench(const Options& options) : options_(options), params_(options.params) {}

  Outcome<void> run() { return options_.quick ? run_quick() : run_all(); }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  Outcome<void> run_quick();
  Outcome<void> run_all();
  Outcome<void> run_jtag();
  Outcome<void> run_workload(const Workload& workload);
  Outcome<Baseline> faster_baseline(const std::string& chip, const std::string& image);
  void add_geometric_mean();
  void add(const std::vector<Row>& rows) { rows_.insert(rows_.end(), rows.begin(), rows.end()); }
  [[nodiscard]] bool wants(const std::string& name) const {
    return name.find(options_.only) != std::string::npos;
  }

  const Options& options_;
  const BenchParams& params_;
  std::vector<Row> rows_;
  std::vector<double> ratios_;
  std::vector<std::pair<std::string, Baseline>> chosen_;  // by chip
};

Outcome<void> GateBench::run_quick() {
  const Baseline peer{options_.peer, "verilator"};
  const auto made = measure(quick_workload(), peer, {}, params_);
  if (!made) return failed(made.error());
  add(made->rows);
  const auto compiled = measure_compile("soc_mcu", {.cold_ms = 2000, .warm_ms = 50}, params_);
  if (!compiled) return failed(compiled.error());
  add(*compiled);
  const auto replayed = measure_jtag("soc_mcu", 100'000, 0, params_);
  if (!replayed) return failed(replayed.error());
  add({*replayed});
  return {};
}

/// g++ -O1 or -O2: whichever runs this chip faster, three short runs of each in turn.
Outcome<Baseline> GateBench::faster_baseline(const std::string& chip, const std::string& image) {
  for (const auto& [known, baseline] : chosen_) {
    if (known == chip) return baseline;
  }
  const char* const levels[] = {"-O1", "-O2"};
  std::vector<double> speeds[2];
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 2; ++i) {
      const auto timing =
          run_verilator({.program = params_.baselines + "/" + chip + levels[i] + "/soc_tb",
                         .image = image,
                         .edges = 250'000,
                         .directory = params_.directory});
      if (!timing) return failed(timing.error());
      speeds[i].push_back(timing->edges_per_cpu_second());
    }
  }
  const double medians[] = {spread_of(speeds[0]).median, spread_of(speeds[1]).median};
  const std::size_t best = medians[1] > medians[0] ? 1 : 0;
  char text[128];
  std::snprintf(text, sizeof text, ": g++ -O1 %.0f edges/s, -O2 %.0f: the baseline is %s",
                medians[0], medians[1], levels[best]);
  params_.say("Verilator on " + chip + text);
  const Baseline baseline{params_.baselines + "/" + chip + levels[best] + "/soc_tb",
                          verilator_name() + " -O3, g++ " + levels[best]};
  chosen_.emplace_back(chip, baseline);
  return baseline;
}

Outcome<void> GateBench::run_workload(const Workload& workload) {
  const std::string designs = params_.designs + "/" + workload.chip;
  const auto baseline = faster_baseline(workload.chip, designs + "/fw.bin");
  if (!baseline) return failed(baseline.error());
  const Baseline waves{params_.baselines + "/" + workload.chip + "-waves/soc_tb",
                       verilator_name() + " -O3 --trace-fst, g++ -O1"};
  const auto made = measure(workload, *baseline, waves, params_);
  if (!made) return failed(made.error());
  add(made->rows);
  ratios_.push_back(made->ratio);
  return {};
}

void GateBench::add_geometric_mean() {
  if (ratios_.empty()) return;
  double logs = 0;
  for (const double ratio : ratios_) logs += std::log(ratio);
  rows_.push_back({.name = "all of these without waves, geometric mean, times Verilator",
                   .unit = "x",
                   .target = 5.0,
                   .runs = {std::exp(logs / static_cast<double>(ratios_.size()))},
                   .note = "of the medians above",
                   .command = params_.command});
}

Outcome<void> GateBench::run_all() {
  for (const Workload& workload : headline_workloads()) {
    if (!wants(workload.name)) continue;
    const auto ran = run_workload(workload);
    if (!ran) return ran;
  }
  if (options_.only.empty()) add_geometric_mean();
  if (wants("icarus")) {
    const Baseline recorder{params_.baselines + "/soc_mcu-O1/soc_tb", ""};
    const auto made = measure_icarus(recorder, params_, {});
    if (!made) return failed(made.error());
    add(*made);
  }
  for (const char* const chip : {"soc_mcu", "soc_npu"}) {
    if (!wants("compile")) continue;
    // What is stated is for 30,000 cells; soc_npu has more.
    const bool is_stated = std::strcmp(chip, "soc_mcu") == 0;
    const CompileTargets targets =
        is_stated ? CompileTargets{.cold_ms = 2000, .warm_ms = 50} : CompileTargets{};
    const auto made = measure_compile(chip, targets, params_);
    if (!made) return failed(made.error());
    add(*made);
  }
  return wants("jtag") ? run_jtag() : Outcome<void>();
}

Outcome<void> GateBench::run_jtag() {
  constexpr std::uint64_t kEdges = 4'000'000;
  for (const char* const design : {"jtag_min", "soc_mcu"}) {
    const double target_s = std::strcmp(design, "jtag_min") == 0 ? 2.0 : 0.0;
    const auto replayed = measure_jtag(design, kEdges, target_s, params_);
    if (!replayed) return failed(replayed.error());
    add({*replayed});
  }
  return {};
}

int write(const std::string& path, const std::string& text) {
  auto file = OutputFile::create(path);
  if (file) (*file)->write(text);
  if (file && (*file)->close()) return kOk;
  std::fprintf(stderr, "bench_gate: cannot write %s\n", path.c_str());
  return kEnvironment;
}

int bench_main(int argc, char** argv) {
  Options options;
  if (!parse(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return kUsageError;
  }
  options.params.say = [](const std::string& text) {
    std::fprintf(stderr, "bench_gate: %s\n", text.c_str());
  };
  std::error_code error;
  std::filesystem::create_directories(options.params.directory, error);
  if (!keep_to_one_core()) options.params.say("cannot stay on one core here");
  GateBench bench(options);
  const auto ran = bench.run();
  if (!ran) {
    std::fprintf(stderr, "bench_gate: %s\n", ran.error().c_str());
    return kInvalid;
  }
  std::fputs(table_of(bench.rows()).c_str(), stdout);
  return options.out.empty() ? kOk : write(options.out, file_text(bench.rows()));
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  return heddle::bench::bench_main(argc, argv);
}
