#include "gate/compile_rows.h"

#include "gate/timing.h"
#include "heddle/gate/load.h"
#include "heddle/gate/program.h"

namespace heddle::bench {

Outcome<std::vector<Row>> measure_compile(const std::string& chip, double target_ms,
                                          const BenchParams& params) {
  Row all{.name = chip + ", compiled from its netlist, nothing cached",
          .unit = "ms",
          .lower_is_better = true,
          .command = params.command};
  if (target_ms > 0) all.target = target_ms;
  const std::string netlist = params.designs + "/" + chip + "/generic.json";
  for (std::size_t round = 1; round <= params.rounds; ++round) {
    params.say(all.name + ", round " + std::to_string(round));
    const double cpu = cpu_now();
    const double wall = wall_now();
    Diagnostics warnings;
    Result<gate::Model> model = gate::load_model(netlist, "", warnings);
    if (!model) return failed(model.error().to_string());
    const double read = cpu_now() - cpu;
    const Result<gate::Program> program = gate::compile(std::move(*model), {});
    if (!program) return failed(program.error().to_string());
    all.runs.push_back(1e3 * (cpu_now() - cpu));
    all.wall_runs.push_back(1e3 * (wall_now() - wall));
    all.note = std::to_string(program->model.aig.and_count()) + " ANDs, " +
               std::to_string(program->luts.size()) + " LUTs; the last run spent " +
               std::to_string(static_cast<int>(1e3 * read)) + " ms up to the AIG";
  }
  return std::vector<Row>{all};
}

}  // namespace heddle::bench
