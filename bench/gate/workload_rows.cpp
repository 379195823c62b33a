#include "gate/workload_rows.h"

#include <cstdio>
#include <cstring>
#include <filesystem>

#include "gate/heddle_run.h"
#include "gate/verilator.h"
#include "heddle/base/file.h"

namespace heddle::bench {
namespace {

constexpr std::uint64_t kEdgesMax = 200'000'000;
/// Where the images of the benches keep how often they loop.
constexpr std::size_t kRoundsOffset = 8;

/// Both sides of a workload, and the window that they share.
class Contest {
 public:
  Contest(const Workload& workload, const Baseline& baseline, const Baseline& waves,
          const BenchParams& params)
      : workload_(workload), baseline_(baseline), waves_(waves), params_(params) {}

  Outcome<WorkloadRows> measure();

 private:
  struct Sides {
    std::vector<Timing> ours;
    std::vector<Timing> theirs;
  };

  [[nodiscard]] std::string design_file(const std::string& name) const {
    return join_path(join_path(params_.designs, workload_.chip), name);
  }
  [[nodiscard]] RunFileParams run_file(const std::string& image, const std::string& stop) const {
    return {.chip = workload_.chip,
            .netlist = design_file("generic.json"),
            .image = image,
            .edges = kEdgesMax,
            .stop_text = stop};
  }
  [[nodiscard]] Outcome<std::uint64_t> edges_until(const std::string& image,
                                                   const std::string& text) const;
  [[nodiscard]] Outcome<void> find_window();
  [[nodiscard]] Outcome<void> prove() const;
  [[nodiscard]] Outcome<void> turn(HeddleRun& ours, const Baseline& theirs,
                                   const std::string& wave_file, Sides& sides) const;
  [[nodiscard]] Outcome<void> run_rounds(HeddleRun& plain, HeddleRun* dumping);
  [[nodiscard]] WorkloadRows make_rows(const HeddleRun& plain, const HeddleRun* dumping) const;
  [[nodiscard]] Row speed_row(const std::string& name, const Sides& sides,
                              const std::string& peer) const;

  const Workload& workload_;
  const Baseline& baseline_;
  const Baseline& waves_;
  const BenchParams& params_;
  std::uint64_t skip_ = 0;
  std::uint64_t edges_ = 0;
  Sides plain_;
  Sides dumping_;
};

/// What soc_tb and heddle sent has to be the same.
Outcome<void> compare(const Timing& ours, const Timing& theirs, const std::string& what) {
  if (ours.stamps.empty()) return failed(what + ": no UART sent anything to compare");
  const std::string difference = first_difference(ours.stamps, theirs.stamps);
  if (!difference.empty()) return failed(what + ": the UARTs differ: " + difference);
  if (ours.edges != theirs.edges)
    return failed(what + ": ours ran " + std::to_string(ours.edges) + " edges, the peer " +
                  std::to_string(theirs.edges));
  return {};
}

Outcome<std::uint64_t> Contest::edges_until(const std::string& image,
                                            const std::string& text) const {
  const auto run = HeddleRun::prepare(run_file(image, text), "event");
  if (!run) return failed(run.error());
  const Outcome<Timing> timing = (*run)->run(0, kEdgesMax);
  if (!timing) return failed(timing.error());
  if (timing->edges == kEdgesMax) return failed(image + " never sends `" + text + "`");
  return timing->edges;
}

Outcome<void> Contest::find_window() {
  const std::string image = design_file(workload_.image);
  edges_ = workload_.edges;
  if (!workload_.begin_text.empty()) {
    const auto skip = edges_until(image, workload_.begin_text);
    if (!skip) return failed(skip.error());
    skip_ = *skip;
  }
  if (edges_ == 0) {
    const auto end = edges_until(image, kDoneText);
    if (!end) return failed(end.error());
    edges_ = *end - skip_;
  }
  return {};
}

/// A window inside a loop sends nothing: what the loop computes is compared in a
/// run of a few rounds to the end, where the firmware prints a checksum.
Outcome<void> Contest::prove() const {
  if (!workload_.proof_rounds) return {};
  const Result<std::string> image = read_file(design_file(workload_.image));
  if (!image) return failed(image.error().to_string());
  std::string bytes = *image;
  for (std::size_t i = 0; i < 4; ++i)
    bytes.at(kRoundsOffset + i) = static_cast<char>(*workload_.proof_rounds >> (8 * i));
  const std::string file = join_path(params_.directory, "proof_" + workload_.image);
  if (const Status written = write_file_atomic(file, bytes); !written)
    return failed(written.error().to_string());
  const auto ours = HeddleRun::prepare(run_file(file, kDoneText), "event");
  if (!ours) return failed(ours.error());
  const Outcome<Timing> mine = (*ours)->run(0, kEdgesMax);
  if (!mine) return failed(mine.error());
  const Outcome<Timing> peer = run_verilator({.program = baseline_.program,
                                              .image = file,
                                              .edges = mine->edges,
                                              .directory = params_.directory});
  if (!peer) return failed(peer.error());
  return compare(*mine, *peer, workload_.name + ", to its end");
}

Outcome<void> Contest::turn(HeddleRun& ours, const Baseline& theirs, const std::string& wave_file,
                            Sides& sides) const {
  const bool waves = !wave_file.empty();
  const Outcome<Timing> mine = ours.run(skip_, edges_, waves ? wave_file + ".ours.fst" : "");
  if (!mine) return failed(mine.error());
  const Outcome<Timing> peer = run_verilator({.program = theirs.program,
                                              .image = design_file(workload_.image),
                                              .begin_text = workload_.begin_text,
                                              .edges = edges_,
                                              .wave_file = waves ? wave_file + ".peer.fst" : "",
                                              .directory = params_.directory});
  if (!peer) return failed(peer.error());
  sides.ours.push_back(*mine);
  sides.theirs.push_back(*peer);
  return compare(*mine, *peer, workload_.name);
}

Outcome<void> Contest::run_rounds(HeddleRun& plain, HeddleRun* dumping) {
  const std::string wave_file = join_path(params_.directory, "waves");
  for (std::size_t round = 1; round <= params_.rounds; ++round) {
    const auto turned = turn(plain, baseline_, "", plain_);
    if (!turned) return turned;
    if (dumping != nullptr) {
      const auto dumped = turn(*dumping, waves_, wave_file, dumping_);
      if (!dumped) return dumped;
    }
    const double ours = plain_.ours.back().edges_per_cpu_second();
    const double theirs = plain_.theirs.back().edges_per_cpu_second();
    char text[96];
    std::snprintf(text, sizeof text, ": %.0f edges/s, Verilator %.0f, %.2fx", ours, theirs,
                  ours / theirs);
    params_.say(workload_.name + ", round " + std::to_string(round) + text);
  }
  return {};
}

Row Contest::speed_row(const std::string& name, const Sides& sides, const std::string& peer) const {
  Row row{.name = name, .unit = "edges/s", .peer = peer, .command = params_.command};
  for (const Timing& timing : sides.ours) {
    row.runs.push_back(timing.edges_per_cpu_second());
    row.wall_runs.push_back(timing.edges_per_wall_second());
  }
  for (const Timing& timing : sides.theirs) {
    row.peer_runs.push_back(timing.edges_per_cpu_second());
    row.peer_wall_runs.push_back(timing.edges_per_wall_second());
  }
  return row;
}

WorkloadRows Contest::make_rows(const HeddleRun& plain, const HeddleRun* dumping) const {
  WorkloadRows made;
  Row speed = speed_row(workload_.name, plain_, baseline_.name);
  if (workload_.speed_target > 0) speed.target = workload_.speed_target;
  char note[160];
  const double all_edges = static_cast<double>(plain.profile().edges);
  std::snprintf(note, sizeof note, "edges %llu to %llu; %.1f clusters run an edge from power-up on",
                static_cast<unsigned long long>(skip_),
                static_cast<unsigned long long>(skip_ + edges_ - 1),
                static_cast<double>(plain.profile().cluster_runs) / all_edges);
  speed.note = note;
  made.rows.push_back(speed);

  Row ratio{.name = workload_.name + ", times Verilator", .unit = "x", .command = params_.command};
  for (std::size_t i = 0; i < speed.runs.size(); ++i)
    ratio.runs.push_back(speed.runs[i] / speed.peer_runs[i]);
  if (workload_.ratio_target > 0) ratio.target = workload_.ratio_target;
  made.ratio = spread_of(ratio.runs).median;
  made.rows.push_back(ratio);
  if (dumping == nullptr) return made;

  Row dumps = speed_row(workload_.name + ", waves of all nets", dumping_, waves_.name);
  dumps.note = std::to_string(dumping->wave_net_count()) + " nets, " +
               std::to_string(dumping->wave_bytes()) + " bytes of FST";
  Row cost{.name = workload_.name + ", what waves cost",
           .unit = "x",
           .lower_is_better = true,
           .target = 2.0,
           .note = "time with waves over time without",
           .command = params_.command};
  for (std::size_t i = 0; i < speed.runs.size(); ++i) {
    cost.runs.push_back(speed.runs[i] / dumps.runs[i]);
    cost.wall_runs.push_back(speed.wall_runs[i] / dumps.wall_runs[i]);
  }
  made.rows.push_back(dumps);
  made.rows.push_back(cost);
  return made;
}

Outcome<WorkloadRows> Contest::measure() {
  const auto window = find_window();
  if (!window) return failed(window.error());
  const auto proof = prove();
  if (!proof) return failed(proof.error());
  const RunFileParams file = run_file(design_file(workload_.image), "");
  const auto plain = HeddleRun::prepare(file, "event");
  if (!plain) return failed(plain.error());
  std::unique_ptr<HeddleRun> dumping;
  if (!waves_.program.empty()) {
    auto made = HeddleRun::prepare(file, "event", HeddleRun::Looks::Waves);
    if (!made) return failed(made.error());
    dumping = std::move(*made);
  }
  const auto ran = run_rounds(**plain, dumping.get());
  if (!ran) return failed(ran.error());
  return make_rows(**plain, dumping.get());
}

}  // namespace

Outcome<WorkloadRows> measure(const Workload& workload, const Baseline& baseline,
                              const Baseline& waves, const BenchParams& params) {
  return Contest(workload, baseline, waves, params).measure();
}

}  // namespace heddle::bench
