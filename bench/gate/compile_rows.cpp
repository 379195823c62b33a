#include "gate/compile_rows.h"

#include <filesystem>
#include <optional>

#include "gate/timing.h"
#include "heddle/gate/program_cache.h"

namespace heddle::bench {
namespace {

/// What one start of a run takes.
struct Start {
  double cpu_ms = 0;
  double wall_ms = 0;
  gate::ProgramCacheStats stats;
  std::uint64_t digest = 0;
  std::string size;  ///< of the program, for people
};

Outcome<Start> start_once(const std::string& netlist, const std::string& cache_directory) {
  Start start;
  const double cpu = cpu_now();
  const double wall = wall_now();
  {
    gate::ProgramCache cache({.directory = cache_directory});
    Diagnostics warnings;
    Result<gate::Model> model = cache.load_model(netlist, "", warnings);
    if (!model) return failed(model.error().to_string());
    const Result<gate::Program> program = cache.compile(std::move(*model), {});
    if (!program) return failed(program.error().to_string());
    start.cpu_ms = 1e3 * (cpu_now() - cpu);
    start.wall_ms = 1e3 * (wall_now() - wall);
    start.stats = cache.stats();
    start.digest = program->digest;
    start.size = std::to_string(program->model.aig.and_count()) + " ANDs, " +
                 std::to_string(program->model.states.size()) + " states, " +
                 std::to_string(program->luts.size()) + " LUTs";
  }
  return start;
}

void note(Row& row, const Start& start) {
  row.runs.push_back(start.cpu_ms);
  row.wall_runs.push_back(start.wall_ms);
  row.note = start.size;
}

}  // namespace

Outcome<std::vector<Row>> measure_compile(const std::string& chip, const CompileTargets& targets,
                                          const BenchParams& params) {
  const auto target = [](double ms) { return ms > 0 ? std::optional<double>(ms) : std::nullopt; };
  Row cold{.name = chip + ", compiled, nothing cached",
           .unit = "ms",
           .lower_is_better = true,
           .target = target(targets.cold_ms),
           .command = params.command};
  Row warm = cold;
  warm.name = chip + ", loaded from the cache";
  warm.target = target(targets.warm_ms);
  const std::string netlist = params.designs + "/" + chip + "/generic.json";
  const std::string cache = params.directory + "/cache";
  for (std::size_t round = 1; round <= params.rounds; ++round) {
    params.say(chip + ", compiled and loaded, round " + std::to_string(round));
    std::error_code error;
    std::filesystem::remove_all(cache, error);
    const Outcome<Start> first = start_once(netlist, cache);
    if (!first) return failed(first.error());
    const Outcome<Start> second = start_once(netlist, cache);
    if (!second) return failed(second.error());
    if (first->stats.program_hits != 0 || second->stats.program_hits != 1 ||
        second->stats.model_hits != 1 || first->digest != second->digest)
      return failed(chip + ": the cache did not give the program back");
    note(cold, *first);
    note(warm, *second);
  }
  return std::vector<Row>{cold, warm};
}

}  // namespace heddle::bench
