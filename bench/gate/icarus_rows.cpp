#include "gate/icarus_rows.h"

#include "gate/heddle_run.h"
#include "gate/verilator.h"
#include "heddle/base/file.h"

namespace heddle::bench {
namespace {

constexpr const char* kChip = "soc_mcu";
constexpr std::uint64_t kHashEvery = 1'000;

/// What Icarus replays and where it leaves its files.
struct Replay {
  std::string inputs;
  std::string directory;  ///< `to_<edges>` below it for each length
};

std::string directory_of(const Replay& replay, std::uint64_t edges) {
  return replay.directory + "/to_" + std::to_string(edges);
}

Outcome<void> replay_once(const Replay& replay, std::uint64_t edges, const IcarusParams& icarus) {
  const auto child =
      run_child({"sh", icarus.script, "generic", kChip, replay.inputs, std::to_string(edges),
                 directory_of(replay, edges), std::to_string(kHashEvery)});
  if (!child) return failed(child.error());
  return {};
}

Outcome<void> expect_same(const std::string& file, const std::string& expected_file,
                          const std::string& who) {
  const Result<std::string> found = read_file(file);
  const Result<std::string> expected = read_file(expected_file);
  if (!found) return failed(found.error().to_string());
  if (!expected) return failed(expected.error().to_string());
  const std::string difference = first_difference(*found, *expected);
  if (!difference.empty()) return failed("outputs of " + who + " differ: " + difference);
  return {};
}

/// vvp once; it cannot time itself, so the start is taken off by a shorter run.
Outcome<Timing> time_vvp(const Replay& replay, const IcarusParams& icarus) {
  Timing timing{.edges = icarus.edges - icarus.from};
  for (const std::uint64_t edges : {icarus.from, icarus.edges}) {
    const auto child = run_child({"vvp", "-n", directory_of(replay, edges) + "/replay.vvp"});
    if (!child) return failed(child.error());
    const double sign = edges == icarus.edges ? 1 : -1;
    timing.cpu_seconds += sign * child->cpu_seconds;
    timing.wall_seconds += sign * child->wall_seconds;
  }
  if (timing.cpu_seconds <= 0) return failed("vvp: more edges took less time");
  return timing;
}

/// An engine, its row, and its share of a round.
struct Entrant {
  std::unique_ptr<HeddleRun> run;
  Row row;
};

Outcome<Entrant> enter(const std::string& engine, const BenchParams& params,
                       const IcarusParams& icarus, const std::string& hashes) {
  const RunFileParams file{.chip = kChip,
                           .netlist = params.designs + "/" + kChip + "/generic.json",
                           .image = params.designs + "/" + kChip + "/fw.bin",
                           .edges = icarus.edges};
  auto run = HeddleRun::prepare(file, engine, HeddleRun::Looks::Outputs);
  if (!run) return failed(run.error());
  const std::string found = params.directory + "/" + engine + "_outputs.txt";
  const auto hashed = (*run)->write_output_hash(icarus.edges, kHashEvery, found);
  if (!hashed) return failed(hashed.error());
  const auto same = expect_same(found, hashes, "the " + engine + " engine");
  if (!same) return failed(same.error());
  return Entrant{std::move(*run),
                 {.name = std::string(kChip) + ", " + engine + " engine, first " +
                          std::to_string(icarus.edges) + " edges",
                  .unit = "edges/s",
                  .peer = "icarus (vvp), recorded inputs",
                  .command = params.command}};
}

}  // namespace

Outcome<std::vector<Row>> measure_icarus(const Baseline& recorder, const BenchParams& params,
                                         const IcarusParams& icarus) {
  const std::string hashes = params.directory + "/verilator_outputs.txt";
  const Replay replay{params.directory + "/inputs.hex", params.directory + "/icarus"};
  const auto recorded = record_inputs({.program = recorder.program,
                                       .image = params.designs + "/" + kChip + "/fw.bin",
                                       .edges = icarus.edges},
                                      kHashEvery, replay.inputs, hashes);
  if (!recorded) return failed(recorded.error());
  params.say("Icarus: compiling the netlist and replaying its inputs");
  for (const std::uint64_t edges : {icarus.from, icarus.edges}) {
    const auto replayed = replay_once(replay, edges, icarus);
    if (!replayed) return failed(replayed.error());
  }
  const auto same =
      expect_same(directory_of(replay, icarus.edges) + "/outputs.hash", hashes, "Icarus");
  if (!same) return failed(same.error());

  std::vector<Entrant> entrants;
  for (const char* const engine : {"event", "reference"}) {
    auto entrant = enter(engine, params, icarus, hashes);
    if (!entrant) return failed(entrant.error());
    entrants.push_back(std::move(*entrant));
  }
  for (std::size_t round = 1; round <= params.rounds; ++round) {
    params.say("Icarus and the reference engine, round " + std::to_string(round));
    const Outcome<Timing> vvp = time_vvp(replay, icarus);
    if (!vvp) return failed(vvp.error());
    for (Entrant& entrant : entrants) {
      const auto timing = entrant.run->run(icarus.from, icarus.edges - icarus.from);
      if (!timing) return failed(timing.error());
      entrant.row.runs.push_back(timing->edges_per_cpu_second());
      entrant.row.wall_runs.push_back(timing->edges_per_wall_second());
      entrant.row.peer_runs.push_back(vvp->edges_per_cpu_second());
      entrant.row.peer_wall_runs.push_back(vvp->edges_per_wall_second());
    }
  }
  std::vector<Row> rows;
  for (Entrant& entrant : entrants) rows.push_back(std::move(entrant.row));
  return rows;
}

}  // namespace heddle::bench
