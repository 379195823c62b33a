#include "gate/cosim/look/resume.h"

#include <algorithm>

#include "heddle/gate/bench_diagnostics.h"
#include "heddle/gate/fault.h"
#include "heddle/gate/live_diagnostics.h"
#include "heddle/gate/look_diagnostics.h"
#include "heddle/gate/program_cache.h"

namespace heddle::gate {

namespace {

constexpr std::uint64_t kBatchEdges = 4096;

}  // namespace

Status Resumed::load(const std::string& run_directory, const std::string& cache_directory,
                     Diagnostics& warnings) {
  directory_ = run_directory;
  cache_directory_ = cache_directory;
  HEDDLE_TRY(rerun_, load_rerun(run_directory));
  if (rerun_.has_vpi) return fail(bench::diag::kNotRepeated, {directory_, 0, 0}, {});
  ProgramCache cache({.directory = cache_directory_});
  HEDDLE_TRY(model_, cache.load_model(rerun_.run.design(), rerun_.run.top, warnings));
  HEDDLE_TRY(plan_, plan_run(rerun_.run, model_, warnings));
  if (model_.netlist_digest != rerun_.netlist_digest) {
    return fail(look::diag::kChanged, {rerun_.run.netlist.value, 0, 0}, {"netlist"});
  }
  if (plan_.image_digest != rerun_.image_digest) {
    return fail(look::diag::kChanged, {directory_, 0, 0}, {"memory image"});
  }
  if (!plan_.live.empty()) {
    return fail(live::diag::kNotRepeatable, {directory_, 0, 0},
                {plan_.live.front().name, "simulated again"});
  }
  return {};
}

Status Resumed::start(std::string_view engine, std::uint64_t edge) {
  ProgramCache cache({.directory = cache_directory_});
  add_probes(model_, plan_);
  HEDDLE_TRY(program_, cache.compile(std::move(model_), {.observed = observation_.literals()}));
  started_ = true;
  if (!rerun_.fault.empty()) {
    HEDDLE_TRY(rerun_.fault, inject_fault(program_, rerun_.fault));
  }
  HEDDLE_TRY(engine_,
             EngineRun::start(engine, program_, plan_, {.digests = true, .changes = true}));
  const std::optional<std::string> path = nearest_checkpoint(directory_, edge);
  if (!path || !engine_->backend().capabilities().snapshots) return {};
  HEDDLE_TRY(const Checkpoint checkpoint, read_checkpoint(*path, program_.model));
  HEDDLE_TRY_STATUS(engine_->go_on_from(checkpoint, *path));
  resumed_at_ = checkpoint.engine.next_edge;
  return {};
}

Result<bool> Resumed::advance_to(std::uint64_t edge, Progress& progress, Interrupt interrupt) {
  const std::uint64_t begin = engine_->schedule().next_edge();
  while (engine_->schedule().next_edge() < edge) {
    const std::uint64_t done = engine_->schedule().next_edge();
    progress.report(
        {.task = "re-simulating", .unit = "edges", .done = done - begin, .total = edge - begin});
    if (interrupt.is_requested()) return false;
    const auto count = static_cast<std::uint32_t>(std::min(edge - done, kBatchEdges));
    HEDDLE_TRY(const BatchView batch, engine_->advance(count));
    if (batch.executed == 0 || batch.stop != StopReason::None) {
      return batch.first_edge + batch.executed == edge;
    }
  }
  return true;
}

std::vector<bool> Resumed::observed_x() const {
  std::vector<bool> unknown;
  for (std::uint32_t i = 0; i < program_.observed.size(); ++i) {
    unknown.push_back(engine_->backend().is_x_observed(i));
  }
  return unknown;
}

std::vector<bool> Resumed::observed_values() const {
  std::vector<bool> values;
  for (std::uint32_t i = 0; i < program_.observed.size(); ++i) {
    values.push_back(engine_->backend().observed(i));
  }
  return values;
}

}  // namespace heddle::gate
