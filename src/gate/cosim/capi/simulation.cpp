#include "gate/cosim/capi/simulation.h"

#include <algorithm>
#include <limits>

#include "heddle/base/text.h"
#include "heddle/gate/bench_diagnostics.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/find_nets.h"
#include "heddle/gate/program_cache.h"

namespace heddle::gate {

namespace diag = bench::diag;

namespace {

constexpr std::uint64_t kNoEdge = std::numeric_limits<std::uint64_t>::max();
/// Callbacks that keep changing what others watch, at one moment.
constexpr int kRoundsMax = 1000;
/// What a batch has at least after watched changes have ended those before.
constexpr std::uint32_t kBatchMin = 16;

}  // namespace

Result<std::unique_ptr<Simulation>> Simulation::open(RunFile run,
                                                     const SimulationOptions& options) {
  std::unique_ptr<Simulation> self(new Simulation());
  self->file_ = std::move(run);
  RunFile& file = self->file_;
  if (!options.engine.empty()) file.engine = options.engine;
  if (options.batch_edges != 0) file.batch_edges = options.batch_edges;
  for (const std::string& pattern : options.forceable) file.forceable.push_back({pattern, {}});
  // How far it runs, the bench says.
  if (!file.stop_edges) file.stop_edges = std::uint64_t{1} << 62;
  Diagnostics warnings;
  ProgramCache cache({.directory = options.cache_directory});
  HEDDLE_TRY(Model model, cache.load_model(file.design(), file.top, warnings));
  HEDDLE_TRY(self->plan_, plan_run(file, model, warnings));
  if (!self->plan_.live.empty()) {
    return fail(diag::kLive, {file.path, 0, 0}, {self->plan_.live.front().name});
  }
  add_probes(model, self->plan_);
  HEDDLE_TRY(self->program_, cache.compile(std::move(model), {}));
  HEDDLE_TRY(self->run_, EngineRun::start(file.engine, self->program_, self->plan_, {}));
  self->run_->attach_bench();
  self->bench_ = std::make_unique<Bench>(
      *self->run_, self->program_, [directory = options.cache_directory](Model with_probes) {
        return ProgramCache({.directory = directory}).compile(std::move(with_probes), {});
      });
  self->batch_limit_ = self->batch_edges_ = file.batch_edges;
  return self;
}

Result<const SimulationNet*> Simulation::find_net(const std::string& name) {
  const auto known = std::find_if(nets_.begin(), nets_.end(),
                                  [&](const SimulationNet& net) { return net.name == name; });
  if (known != nets_.end()) return &*known;
  SimulationNet net{name, {}};
  for (const std::string& part : bit_names(name)) {
    const std::vector<Lit> bits = model().find_bits(part);
    if (bits.empty()) {
      std::vector<std::string_view> names;
      for (const NamedNet& one : model().names) names.push_back(one.name);
      const std::string_view nearest = nearest_name(name, names);
      const std::string help =
          nearest.empty() ? "" : "did you mean '" + std::string(nearest) + "'?";
      return fail(cosim::diag::kUnknownNet, {}, {name, help});
    }
    net.bits.insert(net.bits.end(), bits.begin(), bits.end());
  }
  nets_.push_back(std::move(net));
  return &nets_.back();
}

Status Simulation::write(const SimulationNet& net, const std::vector<bool>& value) {
  std::vector<EdgeOp> ops;
  for (std::size_t i = 0; i < net.bits.size(); ++i) {
    const std::int32_t input = bench_->input_of(net.bits[i]);
    if (input >= 0) ops.push_back({static_cast<std::uint32_t>(input), value[i] ? 1U : 0U});
    if (input < 0 && bench_->state_of(net.bits[i]) < 0) {
      return fail(diag::kNotWritable, {}, {net.name});
    }
  }
  is_written_ = true;
  for (std::size_t i = 0; i < net.bits.size(); ++i) {
    const std::int32_t state = bench_->state_of(net.bits[i]);
    if (state >= 0) bench_->set_state(static_cast<std::uint32_t>(state), value[i]);
  }
  return ops.empty() ? Status() : bench_->set_inputs(ops);
}

Status Simulation::force(const SimulationNet& net, const std::vector<bool>& value) {
  for (const Lit lit : net.bits) {
    if (model().find_force(lit) == nullptr) return fail(diag::kNotForceable, {}, {net.name});
  }
  is_written_ = true;
  for (std::size_t i = 0; i < net.bits.size(); ++i) {
    HEDDLE_TRY_STATUS(bench_->force(net.bits[i], value[i]));
  }
  return {};
}

Status Simulation::release(const SimulationNet& net) {
  for (const Lit lit : net.bits) {
    if (model().find_force(lit) == nullptr) return fail(diag::kNotForceable, {}, {net.name});
  }
  is_written_ = true;
  for (const Lit lit : net.bits) HEDDLE_TRY_STATUS(bench_->release(lit));
  return {};
}

std::uint64_t Simulation::watch(const SimulationNet& net, Callback callback) {
  watchers_.emplace(next_id_, Watcher{bench_->watch(net.bits), std::move(callback)});
  return next_id_++;
}

std::uint64_t Simulation::at_edge(std::uint64_t edge, Callback callback) {
  deadlines_.emplace(next_id_,
                     Deadline{edge, std::numeric_limits<std::int64_t>::max(), std::move(callback)});
  return next_id_++;
}

std::uint64_t Simulation::at_time(std::int64_t time_ps, Callback callback) {
  deadlines_.emplace(next_id_, Deadline{kNoEdge, time_ps, std::move(callback)});
  return next_id_++;
}

void Simulation::cancel(std::uint64_t id) {
  deadlines_.erase(id);
  const auto watcher = watchers_.find(id);
  if (watcher == watchers_.end()) return;
  bench_->unwatch(watcher->second.watch);
  watchers_.erase(watcher);
}

void Simulation::call(const Callback& callback) {
  const Callback kept = callback;  // it may cancel itself
  ++telemetry_.callbacks;
  kept();
}

Status Simulation::fire_deadlines() {
  // Those that are due, in the order they were made; they may make more.
  for (auto at = deadlines_.begin(); at != deadlines_.end();) {
    const auto& [id, deadline] = *at;
    if (deadline.edge > edge() && deadline.time_ps > time_ps_) {
      ++at;
      continue;
    }
    const std::uint64_t fired = id;
    const Callback callback = deadline.callback;
    deadlines_.erase(at);
    call(callback);
    at = deadlines_.upper_bound(fired);
  }
  return fire_changes();
}

Status Simulation::fire_changes() {
  for (int round = 0; round < kRoundsMax; ++round) {
    is_written_ = false;
    const std::vector<Bench::WatchId> changed = bench_->take_changed();
    std::vector<std::uint64_t> ids;
    for (const auto& [id, watcher] : watchers_) {
      if (std::binary_search(changed.begin(), changed.end(), watcher.watch)) ids.push_back(id);
    }
    for (const std::uint64_t id : ids) {
      const auto watcher = watchers_.find(id);
      if (watcher != watchers_.end()) call(watcher->second.callback);
    }
    if (!is_written_) return {};
  }
  return fail(diag::kUnsettled, {}, {std::to_string(edge())});
}

Result<Simulation::Stop> Simulation::run_to(std::uint64_t end_edge, std::int64_t last_ps) {
  if (is_running_) return fail(diag::kBusy, {}, {"run"});
  is_running_ = true;
  is_asked_ = false;
  Result<Stop> stop = run_batches(end_edge, last_ps);
  is_running_ = false;
  return stop;
}

Result<Simulation::Stop> Simulation::run_batches(std::uint64_t end_edge, std::int64_t last_ps) {
  for (;;) {
    HEDDLE_TRY_STATUS(fire_deadlines());
    if (is_asked_) return Stop::Asked;
    if (has_ended_ || run_->exhausted() != StopReason::None) return Stop::End;
    if (edge() >= end_edge) return Stop::Done;
    std::uint64_t until_edge = end_edge;
    std::int64_t until_ps = last_ps;
    for (const auto& [id, deadline] : deadlines_) {
      until_edge = std::min(until_edge, deadline.edge);
      until_ps = std::min(until_ps, deadline.time_ps - 1);
    }
    if (run_->next_time_ps() > until_ps) {
      // Nothing more before that instant.
      if (until_ps == last_ps) {
        time_ps_ = std::max(time_ps_, last_ps);
        return Stop::Done;
      }
      time_ps_ = until_ps + 1;
      continue;
    }
    HEDDLE_TRY(const StopReason stop, advance(until_edge, until_ps + 1));
    has_ended_ = stop != StopReason::None && stop != StopReason::Bench;
    if (stop == StopReason::Bench || is_written_) HEDDLE_TRY_STATUS(fire_changes());
  }
}

Result<StopReason> Simulation::advance(std::uint64_t end_edge, std::int64_t before_ps) {
  batch_.token.release();
  if (bench_->has_new_watches()) HEDDLE_TRY_STATUS(bench_->load_watches());
  bench_->arm();
  const std::uint64_t count = std::min<std::uint64_t>(end_edge - edge(), batch_edges_);
  HEDDLE_TRY_STATUS(run_->advance(static_cast<std::uint32_t>(count), batch_, before_ps));
  bench_->engine_moved();
  const BatchView& view = batch_.view;
  const bool is_watched = view.stop == StopReason::Bench;
  if (view.executed > 0) {
    time_ps_ = batch_.window->info(view.first_edge + view.executed - 1).time_ps;
    ++telemetry_.batches;
  }
  telemetry_.edges += view.executed;
  telemetry_.largest = std::max<std::uint64_t>(telemetry_.largest, view.executed);
  telemetry_.watch_stops += is_watched ? 1 : 0;
  // What lies behind a watched change is handed out again: no more than needed.
  const std::uint64_t wanted =
      is_watched ? std::uint64_t{view.executed} * 2 : std::uint64_t{batch_edges_} * 2;
  batch_edges_ = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(wanted, std::min(kBatchMin, batch_limit_), batch_limit_));
  return view.stop;
}

std::span<const std::uint64_t> Simulation::memory(std::uint32_t index) const {
  return std::as_const(*run_).backend().memory(index);
}

void Simulation::write_row(std::uint32_t memory, std::uint64_t row,
                           std::span<const std::uint64_t> words) {
  const std::span<const std::uint64_t> now = this->memory(memory);
  std::vector<std::uint64_t> all(now.begin(), now.end());
  std::copy(words.begin(), words.end(),
            all.begin() + static_cast<std::ptrdiff_t>(row * words.size()));
  bench_->set_memory(memory, all);
  is_written_ = true;
}

Status Simulation::restore(const Checkpoint& checkpoint, std::int64_t time_ps) {
  if (is_running_) return fail(diag::kBusy, {}, {"restore"});
  batch_.token.release();
  HEDDLE_TRY_STATUS(run_->go_to(checkpoint, "the checkpoint"));
  bench_->engine_moved();
  (void)bench_->take_changed();  // going back is no change
  time_ps_ = time_ps;
  has_ended_ = false;
  return {};
}

}  // namespace heddle::gate
