#include "gate/heddle_run.h"

#include <algorithm>
#include <cstdio>

#include "gate/cosim/engine_run.h"
#include "gate/cosim/output_hash.h"
#include "gate/cosim/wave_stage.h"
#include "heddle/gate/load.h"
#include "heddle/gate/run_file.h"

namespace heddle::bench {
namespace {

constexpr std::uint64_t kBatchEdges = gate::RunFile::kBatchDefault;

template <class T>
tl::unexpected<std::string> failure(const Result<T>& result) {
  return failed(result.error().to_string());
}

std::string stamps_of(const std::vector<gate::Record>& records, const gate::BankSpec& bank) {
  std::string text;
  for (const gate::Record& record : records) {
    if (record.source >= bank.peripherals.size()) continue;  // the script
    const gate::PeripheralSpec& peripheral = bank.peripherals[record.source];
    if (!std::holds_alternative<gate::UartSetup>(peripheral.setup)) continue;
    char byte[8];
    std::snprintf(byte, sizeof byte, "%02x", record.value & 0xFFU);
    text += std::to_string(record.edge) + " " + std::to_string(record.time_ps) + " " +
            peripheral.name + " " + byte +
            (record.kind == gate::Uart::kByte ? "\n" : " framing-error\n");
  }
  return text;
}

}  // namespace

Outcome<std::unique_ptr<HeddleRun>> HeddleRun::prepare(const RunFileParams& params,
                                                       std::string_view engine, Looks looks) {
  auto run = std::make_unique<HeddleRun>();
  run->engine_ = engine;
  const Result<gate::RunFile> file = gate::read_run_file(run_file_text(params), "bench.yaml");
  if (!file) return failure(file);
  Diagnostics warnings;
  Result<gate::Model> model = gate::load_model(file->design(), file->top, warnings);
  if (!model) return failure(model);
  Result<gate::RunPlan> plan = gate::plan_run(*file, *model, warnings);
  if (!plan) return failure(plan);
  run->plan_ = std::move(*plan);
  gate::Observation observation;
  if (looks == Looks::Waves) {
    const gate::WaveStage asks(*model, run->plan_.wave_names, observation);
  } else if (looks == Looks::Outputs) {
    const gate::OutputHashStage asks(*model, observation);
  }
  Result<gate::Program> program =
      gate::compile(std::move(*model), {.observed = observation.literals()});
  if (!program) return failure(program);
  run->program_ = std::move(*program);
  return run;
}

Outcome<Timing> HeddleRun::run(std::uint64_t skip, std::uint64_t count,
                               const std::string& wave_file) {
  const bool waves = !wave_file.empty();
  gate::Observation observation;  // the same as when it was compiled: order of names
  std::unique_ptr<gate::WaveStage> stage;
  if (waves) {
    stage = std::make_unique<gate::WaveStage>(program_.model, plan_.wave_names, observation);
    const Status opened = stage->open(wave_file, gate::WaveFileFormat::Fst);
    if (!opened) return failure(opened);
  }
  auto engine = gate::EngineRun::start(engine_, program_, plan_, {.changes = waves});
  if (!engine) return failure(engine);

  std::vector<gate::Record> records;
  std::uint64_t done = 0;
  Timing timing;
  double cpu = cpu_now();
  double wall = wall_now();
  while (done < skip + count && (*engine)->schedule().exhausted() == gate::StopReason::None) {
    if (done == skip) {
      cpu = cpu_now();
      wall = wall_now();
    }
    const std::uint64_t end = done < skip ? skip : skip + count;
    const auto batch =
        (*engine)->advance(static_cast<std::uint32_t>(std::min(kBatchEdges, end - done)));
    if (!batch) return failure(batch);
    records.insert(records.end(), batch->records.begin(), batch->records.end());
    if (waves) stage->consume(*batch, (*engine)->window());
    done += batch->executed;
    if (batch->stop != gate::StopReason::None) break;
  }
  if (waves) {
    const Status finished = stage->finish();
    if (!finished) return failure(finished);
    wave_bytes_ = stage->stats().written_bytes;
  }
  timing.cpu_seconds = cpu_now() - cpu;
  timing.wall_seconds = wall_now() - wall;
  if (done <= skip) return failed("the run ended before what was to be timed");
  timing.edges = done - skip;
  timing.stamps = stamps_of(records, plan_.bank);
  profile_ = (*engine)->backend().profile();
  return timing;
}

Outcome<void> HeddleRun::write_output_hash(std::uint64_t edges, std::uint64_t every,
                                           const std::string& file) {
  gate::Observation observation;
  gate::OutputHashStage stage(program_.model, observation);
  const Status opened = stage.open(file, every);
  if (!opened) return failure(opened);
  auto engine = gate::EngineRun::start(engine_, program_, plan_, {.changes = true});
  if (!engine) return failure(engine);
  for (std::uint64_t done = 0; done < edges;) {
    const auto batch =
        (*engine)->advance(static_cast<std::uint32_t>(std::min(kBatchEdges, edges - done)));
    if (!batch) return failure(batch);
    if (batch->executed == 0) break;
    stage.consume(*batch, (*engine)->window());
    done += batch->executed;
  }
  const Status finished = stage.finish();
  if (!finished) return failure(finished);
  return {};
}

}  // namespace heddle::bench
