#include "gate/cosim/engine_run.h"

#include "heddle/base/check.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/look_diagnostics.h"

namespace heddle::gate {

Status check_capabilities(const Capabilities& can, const RunPlan& plan,
                          const BackendOptions& options) {
  const auto lacks = [&](std::string_view what) {
    return fail(cosim::diag::kEngineLacks, {}, {can.name, what, "`--engine reference`"});
  };
  if (!can.peripherals && !plan.bank.peripherals.empty()) return lacks("peripherals");
  if (!can.digests && options.digests) return lacks("digests");
  if (!can.changes && options.changes) return lacks("waves and output hashes");
  if (!can.force && plan.uses_force()) return lacks("force");
  if (!can.state_write && !plan.deposits.empty()) return lacks("reg_init");
  return {};
}

Result<std::unique_ptr<EngineRun>> EngineRun::start(std::string_view engine, const Program& program,
                                                    const RunPlan& plan,
                                                    const BackendOptions& options) {
  std::unique_ptr<EngineRun> run(new EngineRun(plan));
  run->netlist_digest_ = program.model.netlist_digest;
  HEDDLE_TRY(run->backend_, make_backend(engine, program, run->bank_.get(), options));
  HEDDLE_TRY_STATUS(check_capabilities(run->backend_->capabilities(), plan, options));
  for (const MemoryPreload& preload : plan.preloads) {
    run->backend_->set_memory(preload.memory, preload.rows);
  }
  for (const StateDeposit& deposit : plan.deposits) {
    run->backend_->set_state(deposit.state, deposit.value);
  }
  return run;
}

Checkpoint EngineRun::save() const {
  Checkpoint out{netlist_digest_, backend_->save(), {}};
  for (const std::byte byte : bank_->save()) out.bank.push_back(static_cast<std::uint8_t>(byte));
  return out;
}

Status EngineRun::go_on_from(const Checkpoint& checkpoint, const std::string& path) {
  HEDDLE_CHECK(schedule_.next_edge() == 0);
  std::vector<std::byte> bank;
  for (const std::uint8_t byte : checkpoint.bank) bank.push_back(static_cast<std::byte>(byte));
  if (!schedule_.skip_to(checkpoint.engine.next_edge)) {
    return fail(look::diag::kBadCheckpoint, {path, 0, 0}, {path, "the run ends before its edge"});
  }
  if (!bank_->restore(bank)) {
    return fail(look::diag::kBadCheckpoint, {path, 0, 0}, {path, "its peripherals are others"});
  }
  backend_->restore(checkpoint.engine);
  return {};
}

Result<BatchView> EngineRun::advance(std::uint32_t count) {
  HEDDLE_TRY_STATUS(advance(count, last_));
  return last_.view;
}

Status EngineRun::advance(std::uint32_t count, EngineBatch& batch) {
  batch.token.release();
  EdgeWindow& window = backend_->window();
  batch.window = &window;
  const std::uint32_t filled = schedule_.fill(window, count);
  batch.token = backend_->run_edges(window.first_edge(), filled);
  HEDDLE_TRY(batch.view, backend_->wait(batch.token));
  return {};
}

}  // namespace heddle::gate
