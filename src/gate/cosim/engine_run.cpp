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
  if (!can.unknowns && plan.x.options.is_on) return lacks("X propagation");
  if (!can.state_write && !plan.deposits.empty()) return lacks("reg_init");
  return {};
}

Result<std::unique_ptr<EngineRun>> EngineRun::start(std::string_view engine, const Program& program,
                                                    const RunPlan& plan,
                                                    const BackendOptions& options) {
  std::unique_ptr<EngineRun> run(new EngineRun(plan));
  run->netlist_digest_ = program.model.netlist_digest;
  run->engine_ = engine;
  run->observed_count_ = program.observed.size();
  BackendOptions with_x = options;
  with_x.x = plan.x.options;
  run->options_ = with_x;
  HEDDLE_TRY(run->backend_, make_backend(engine, program, run->bank_.get(), with_x));
  HEDDLE_TRY_STATUS(check_capabilities(run->backend_->capabilities(), plan, options));
  for (const MemoryPreload& preload : plan.preloads) {
    run->backend_->set_memory(preload.memory, preload.rows);
    if (!preload.x_rows.empty()) run->backend_->set_x_memory(preload.memory, preload.x_rows);
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

Status EngineRun::go_to(const Checkpoint& checkpoint, const std::string& path) {
  last_.token.release();
  schedule_ = Schedule(schedule_spec_);
  ahead_ = EdgeWindow();
  ahead_used_ = 0;
  return go_on_from(checkpoint, path);
}

Result<BatchView> EngineRun::advance(std::uint32_t count) {
  HEDDLE_TRY_STATUS(advance(count, last_));
  return last_.view;
}

Status EngineRun::advance(std::uint32_t count, EngineBatch& batch, std::int64_t before_ps) {
  batch.token.release();
  EdgeWindow& window = backend_->window();
  batch.window = &window;
  const std::uint32_t filled = fill(window, count, before_ps);
  batch.token = backend_->run_edges(window.first_edge(), filled);
  HEDDLE_TRY(batch.view, backend_->wait(batch.token));
  if (has_bench_) keep_rest(batch);
  if (has_bench_ && options_.changes) correct_changes(batch);
  return {};
}

std::int64_t EngineRun::next_time_ps() const {
  if (ahead_count() > 0) return ahead_.info(ahead_.first_edge() + ahead_used_).time_ps;
  return schedule_.next_time_ps();
}

StopReason EngineRun::exhausted() const {
  return ahead_count() > 0 ? StopReason::None : schedule_.exhausted();
}

/// What was handed out already comes first.
std::uint32_t EngineRun::fill(EdgeWindow& window, std::uint32_t count, std::int64_t before_ps) {
  if (ahead_count() == 0) return schedule_.fill(window, count, before_ps);
  window.begin(ahead_.first_edge() + ahead_used_);
  std::uint32_t filled = 0;
  while (filled < count && ahead_count() > 0 && next_time_ps() < before_ps) {
    const std::uint64_t edge = ahead_.first_edge() + ahead_used_++;
    const EdgeWindow& from = ahead_;
    window.append(from.info(edge), from.data_ops(edge), from.clock_ops(edge));
    ++filled;
  }
  return filled;
}

/// A batch that a watched net has ended: its other edges come next.
void EngineRun::keep_rest(const EngineBatch& batch) {
  if (batch.view.stop != StopReason::Bench) return;
  const EdgeWindow& window = *batch.window;
  const std::uint64_t next = window.first_edge() + batch.view.executed;
  const std::uint64_t end = window.first_edge() + window.edge_count();
  if (next == end) return;
  EdgeWindow rest;
  rest.begin(next);
  for (std::uint64_t edge = next; edge < end; ++edge) {
    rest.append(window.info(edge), window.data_ops(edge), window.clock_ops(edge));
  }
  for (; ahead_count() > 0; ++ahead_used_) {
    const std::uint64_t edge = ahead_.first_edge() + ahead_used_;
    const EdgeWindow& from = ahead_;
    rest.append(from.info(edge), from.data_ops(edge), from.clock_ops(edge));
  }
  ahead_ = std::move(rest);
  ahead_used_ = 0;
}

void EngineRun::attach_bench() {
  HEDDLE_CHECK(next_edge() == 0);
  has_bench_ = true;
}

Status EngineRun::watch(const Program& program, const std::vector<std::uint32_t>& watched) {
  last_.token.release();
  const Snapshot snapshot = backend_->save();
  auto watching = std::make_unique<WatchingBank>(*bank_, watched);
  HEDDLE_TRY(auto backend, make_backend(engine_, program, watching.get(), options_));
  backend->restore(snapshot);
  backend_ = std::move(backend);
  watching_ = std::move(watching);
  is_fresh_ = true;
  return {};
}

namespace {

/// Turns the first edge's list of a fresh engine, which names all that is not 0,
/// into the changes from `told`; then brings `told` up to date.
void correct(std::span<const Change>& changes, std::span<const std::uint32_t>& begin, bool is_fresh,
             std::vector<std::uint8_t>& told, EngineBatch::Corrected& into) {
  if (begin.size() < 2) return;
  if (is_fresh) {
    std::vector<std::uint8_t> now(told.size(), 0);
    for (const Change change : changes.first(begin[1])) now[change.index()] = change.value();
    into.changes.clear();
    for (std::uint32_t i = 0; i < told.size(); ++i) {
      if (now[i] != told[i]) into.changes.push_back({i * 2 + now[i]});
    }
    const auto first = static_cast<std::uint32_t>(into.changes.size());
    into.begin.assign(begin.begin(), begin.end());
    for (std::size_t i = 1; i < into.begin.size(); ++i) into.begin[i] += first - begin[1];
    const auto rest = changes.subspan(begin[1]);
    into.changes.insert(into.changes.end(), rest.begin(), rest.end());
    changes = into.changes;
    begin = into.begin;
  }
  for (const Change change : changes) told[change.index()] = change.value() ? 1 : 0;
}

}  // namespace

void EngineRun::correct_changes(EngineBatch& batch) {
  if (batch.view.executed == 0) return;
  told_.resize(observed_count_, 0);
  told_x_.resize(observed_count_, 0);
  correct(batch.view.changes, batch.view.change_begin, is_fresh_, told_, batch.values);
  correct(batch.view.x_changes, batch.view.x_change_begin, is_fresh_, told_x_, batch.unknowns);
  is_fresh_ = false;
}

}  // namespace heddle::gate
