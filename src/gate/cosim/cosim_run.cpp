#include "gate/cosim/cosim_run.h"

#include <algorithm>
#include <bit>
#include <thread>
#include <utility>

#include "gate/cosim/image.h"
#include "gate/cosim/report.h"
#include "gate/cosim/run_directory.h"
#include "heddle/base/file.h"
#include "heddle/gate/bench_diagnostics.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/cosim_statistics.h"
#include "heddle/gate/fault.h"
#include "heddle/gate/live_diagnostics.h"

namespace heddle::gate {

namespace diag = cosim::diag;

Status CosimRun::prepare() {
  Diagnostics warnings;
  ProgramCache cache({.directory = options_.cache_directory});
  HEDDLE_TRY(Model model, cache.load_model(file_.design(), file_.top, warnings));
  HEDDLE_TRY(plan_, plan_run(file_, model, warnings));
  observer_.on_warnings(warnings);
  if (options_.check && !plan_.live.empty()) {
    return fail(live::diag::kNotRepeatable, {file_.path, 0, 0},
                {plan_.live.front().name, "checked"});
  }
  if (options_.check && options_.strict && file_.engine == Checker::kReference) {
    return fail(diag::kNothingChecked, {});
  }
  HEDDLE_TRY_STATUS(compile_design(std::move(model), cache));
  const bool wants_digests =
      options_.check || !options_.digest_file.empty() || look_.wants_digests();
  const bool wants_changes = waves_ != nullptr || output_hash_ != nullptr || look_.wants_changes();
  HEDDLE_TRY(engine_, EngineRun::start(file_.engine, program_, plan_,
                                       {.digests = wants_digests, .changes = wants_changes}));
  if (wants_digests) digest_ = std::make_unique<DigestStage>();
  if (options_.check) {
    checker_ = std::make_unique<Checker>(file_.engine, program_, plan_, *options_.check);
    HEDDLE_TRY_STATUS(checker_->open());
  }
  return load_vpi_modules();
}

Status CosimRun::load_vpi_modules() {
  if (options_.vpi_modules.empty()) return {};
  if (options_.check || !plan_.live.empty()) {
    return fail(bench::diag::kNotBeside, {file_.path, 0, 0},
                {options_.check ? "--check" : "a live peripheral"});
  }
  const auto compile = [this](Model model) -> Result<Program> {
    ProgramCache cache({.directory = options_.cache_directory});
    CompileOptions same;
    same.observed = program_.observed_lits;
    HEDDLE_TRY(Program program, cache.compile(std::move(model), same));
    if (!options_.fault.empty()) {
      HEDDLE_TRY(const std::string net, inject_fault(program, options_.fault));
    }
    return program;
  };
  vpi_ = std::make_unique<vpi::Session>(
      *engine_, program_, compile, options_.vpi_arguments,
      vpi::Outlets{[this](const std::string& text) { print_line_by_line(text); }});
  for (const std::string& module : options_.vpi_modules) HEDDLE_TRY_STATUS(vpi_->load(module));
  return {};
}

void CosimRun::print_line_by_line(const std::string& text) {
  vpi_text_ += text;
  if (!is_open_) return;
  for (std::size_t end = vpi_text_.find('\n'); end != std::string::npos;
       end = vpi_text_.find('\n')) {
    observer_.on_display(vpi_text_.substr(0, end + 1));
    vpi_text_.erase(0, end + 1);
  }
}

Status CosimRun::compile_design(Model model, ProgramCache& cache) {
  Observation observation;
  if (!options_.output_hash_file.empty()) {
    output_hash_ = std::make_unique<OutputHashStage>(model, observation);
  }
  if (!plan_.wave_names.empty()) {
    waves_ = std::make_unique<WaveStage>(model, plan_.wave_names, observation);
  }
  Diagnostics warnings;
  HEDDLE_TRY_STATUS(look_.plan(model, file_.design(), observation, warnings));
  if (!warnings.empty()) observer_.on_warnings(warnings);
  look_.plan_x(plan_.x, observation);
  add_probes(model, plan_);
  HEDDLE_TRY(program_, cache.compile(std::move(model), {.observed = observation.literals()}));
  if (options_.fault.empty()) return {};
  HEDDLE_TRY(outcome_.fault, inject_fault(program_, options_.fault));
  return {};
}

std::string CosimRun::default_directory() const {
  StringSink resolved;
  JsonWriter json(resolved, JsonStyle::Compact);
  write_json(json, file_.resolved);
  DigestStream digest;
  digest.add_text(resolved.text());
  digest.add_u64(program_.model.netlist_digest);
  digest.add_u64(plan_.image_digest);
  digest.add_u64(file_.seed);
  digest.add_u64(file_.stop_edges.value_or(0));
  digest.add_text(options_.fault);
  for (const Written<std::string>& glob : file_.wave_nets) digest.add_text(glob.value);
  if (file_.xprop) digest.add_text("xprop");
  return join_path("runs", file_.name + "-" + digest.digest().to_hex().substr(0, 8));
}

std::string CosimRun::in_directory(const std::string& name) const {
  return join_path(outcome_.directory, name);
}

Status CosimRun::open() {
  outcome_.name = file_.name;
  outcome_.engine = file_.engine;
  outcome_.seed = file_.seed;
  for (const ClockEntry& clock : file_.clocks) {
    if (clock.jitter_ps > 0) outcome_.jitter_ps.emplace_back(clock.name, clock.jitter_ps);
  }
  outcome_.directory = options_.directory.empty() ? default_directory() : options_.directory;
  HEDDLE_TRY_STATUS(make_run_directory(outcome_.directory, options_.force));
  const RunParams params{.version = options_.version,
                         .netlist_digest = program_.model.netlist_digest,
                         .image_digest = plan_.image_digest,
                         .fault = options_.fault,
                         .has_vpi = vpi_ != nullptr};
  HEDDLE_TRY_STATUS(write_run_params(outcome_.directory, file_, params));
  events_ = std::make_unique<EventStage>(plan_, observer_);
  HEDDLE_TRY_STATUS(events_->open(outcome_.directory));
  stages_.push_back(events_.get());
  if (waves_ != nullptr) {
    const bool vcd = file_.wave_format == WaveFileFormat::Vcd;
    wave_file_ = !file_.wave_file.empty() ? file_.wave_file : vcd ? "waves.vcd" : "waves.fst";
    HEDDLE_TRY_STATUS(waves_->open(in_directory(wave_file_), file_.wave_format));
    stages_.push_back(waves_.get());
  }
  if (output_hash_ != nullptr) {
    HEDDLE_TRY_STATUS(output_hash_->open(options_.output_hash_file, options_.output_hash_every));
    stages_.push_back(output_hash_.get());
  }
  if (digest_ != nullptr) {
    HEDDLE_TRY_STATUS(digest_->open(options_.digest_file, options_.digest_every));
    stages_.push_back(digest_.get());
  }
  if (checker_ != nullptr) stages_.push_back(checker_.get());
  HEDDLE_TRY_STATUS(look_.open(outcome_.directory, program_.model, *engine_, stages_));
  std::vector<std::string> uarts;
  for (const PeripheralSpec& peripheral : plan_.bank.peripherals) {
    const bool is_uart = std::holds_alternative<UartSetup>(peripheral.setup);
    uarts.push_back(is_uart ? peripheral.name : "");
  }
  observer_.on_start(uarts, outcome_.directory);
  return open_live();
}

Status CosimRun::open_live() {
  if (plan_.live.empty()) return {};
  const bool in_reset = plan_.schedule.reset && plan_.schedule.reset->rising_edges > 0;
  live_ = std::make_unique<LiveStage>();
  stages_.push_back(live_.get());
  return live_->open(plan_.live, in_reset, outcome_.directory,
                     [this](const std::string& text) { observer_.on_live(text); });
}

/// The batch size, but never so that one edge alone is left for the end.
std::uint32_t CosimRun::next_batch() const {
  const std::uint64_t left = engine_->edges_left_max();
  const std::uint32_t limit = file_.batch_edges;
  if (limit > 2 && left == std::uint64_t{limit} + 1) return limit - 1;
  return limit;
}

void CosimRun::loop() {
  outcome_.cycles.reserve(plan_.clock_names.size());
  for (const std::string& clock : plan_.clock_names) outcome_.cycles.emplace_back(clock, 0);
  outcome_.telemetry.batch_limit = file_.batch_edges;
  is_open_ = true;
  if (vpi_ != nullptr) {
    if (const Status begun = vpi_->begin(); !begun) return fail_with(begun.error());
    print_line_by_line("");
  }
  const std::chrono::nanoseconds begin =
      options_.clock ? options_.clock() : std::chrono::nanoseconds(0);
  last_ = &batches_.back();  // before the first
  note_engine(*last_);
  outcome_.stop = engine_->schedule().exhausted();
  if (outcome_.stop == StopReason::None) run_batches();
  progress_.finish();
  if (options_.clock) {
    outcome_.seconds = std::chrono::duration<double>(options_.clock() - begin).count();
  }
}

void CosimRun::run_batches() {
  if (interrupt_.is_requested()) {
    outcome_.status = RunStatus::Interrupted;
  } else if (const Status ran = run_host_loop(*this, host_threads()); !ran) {
    fail_with(ran.error());
  }
}

/// Two, unless somebody but the first task needs the engine as it stood after a
/// batch: live peripherals and checkpoints between batches, dumps at the end.
std::uint32_t CosimRun::host_threads() const {
  const bool alone = live_ != nullptr || vpi_ != nullptr || options_.checkpoint_every != 0 ||
                     !plan_.dumps.empty() || !plan_.store_dumps.empty();
  if (alone) return 1;
  if (options_.host_threads != 0) return std::min(options_.host_threads, kHostBatches);
  constexpr std::uint32_t kWorthHandingOn = 256;  // edges; fewer cost less than a wake-up
  if (file_.batch_edges < kWorthHandingOn) return 1;
  return std::min(std::max(std::thread::hardware_concurrency(), 1U), kHostBatches);
}

bool CosimRun::simulate(std::uint32_t index) {
  HostBatch& batch = batches_[index];
  run_batch(batch);
  note_engine(batch);
  return batch.status.has_value() && !batch.client_ended && !batch.bench_ended &&
         batch.engine.view.stop == StopReason::None && batch.exhausted == StopReason::None;
}

void CosimRun::run_batch(HostBatch& batch) {
  batch.asked = next_batch();
  if (live_ != nullptr) {
    batch.asked =
        live_->before_batch(engine_->bank(), engine_->schedule().next_edge(), batch.asked);
    batch.client_ended = live_->has_ended();
    if (batch.client_ended) return;
  }
  batch.status = vpi_ != nullptr ? advance(batch) : engine_->advance(batch.asked, batch.engine);
  batch.exhausted = engine_->exhausted();
}

/// With VPI modules beside: as far as they let it.
Status CosimRun::advance(HostBatch& batch) {
  HEDDLE_TRY(const vpi::Session::Limits limits, vpi_->before_batch(batch.asked));
  batch.bench_ended = vpi_->has_finished();
  if (batch.bench_ended) return {};
  if (vpi_->needs_new_engine()) {
    // All of them are committed: the loop has one thread.
    for (HostBatch& other : batches_) other.engine.token.release();
    HEDDLE_TRY_STATUS(vpi_->renew_engine());
  }
  vpi_->arm();
  batch.is_for_bench = limits.count < batch.asked;
  HEDDLE_TRY_STATUS(engine_->advance(limits.count, batch.engine, limits.before_ps));
  const bool is_watched = batch.engine.view.stop == StopReason::Bench;
  HEDDLE_TRY_STATUS(vpi_->after_batch(batch.engine));
  if (is_watched) batch.engine.view.stop = StopReason::None;
  batch.is_for_bench |= is_watched;
  return {};
}

void CosimRun::note_engine(HostBatch& batch) const {
  batch.profile = engine_->backend().profile();
  batch.peripherals = std::as_const(*engine_).bank().describe();
}

void CosimRun::look(std::uint32_t index) {
  const HostBatch& batch = batches_[index];
  if (has_ended_ || batch.client_ended || batch.bench_ended || !batch.status) return;
  for (BatchStage* stage : stages_) stage->consume(batch.engine.view, *batch.engine.window);
}

bool CosimRun::commit(std::uint32_t index) {
  if (has_ended_) return false;
  last_ = &batches_[index];
  judge(*last_);
  return !has_ended_;
}

void CosimRun::judge(const HostBatch& batch) {
  has_ended_ = true;
  if (batch.client_ended) {
    outcome_.stop = StopReason::Client;
    return;
  }
  if (!batch.status) return fail_with(batch.status.error());
  if (batch.bench_ended) {
    outcome_.stop = StopReason::Bench;
    return;
  }
  count(batch);
  outcome_.stop = batch.engine.view.stop;
  const auto is_broken = [](const BatchStage* stage) { return !stage->ok(); };
  if (std::any_of(stages_.begin(), stages_.end(), is_broken)) {
    outcome_.status = RunStatus::Failed;
    return;
  }
  if (outcome_.stop == StopReason::None) outcome_.stop = batch.exhausted;
  if (outcome_.stop != StopReason::None) return;
  has_ended_ = interrupt_.is_requested();
  if (has_ended_) outcome_.status = RunStatus::Interrupted;
}

void CosimRun::count(const HostBatch& host_batch) {
  const BatchView& batch = host_batch.engine.view;
  if (batch.executed == 0) return;
  const EdgeWindow& window = *host_batch.engine.window;
  for (std::uint32_t i = 0; i < batch.executed; ++i) {
    std::uint32_t rising = window.info(batch.first_edge + i).rising;
    for (; rising != 0; rising &= rising - 1) {
      ++outcome_.cycles[static_cast<std::size_t>(std::countr_zero(rising))].second;
    }
  }
  outcome_.edges += batch.executed;
  outcome_.time_ps = window.info(batch.first_edge + batch.executed - 1).time_ps;

  BatchTelemetry& telemetry = outcome_.telemetry;
  telemetry.edges += batch.executed;
  ++telemetry.submits;
  outcome_.statistics.histogram(cosim::stat::kBatchEdges).add(batch.executed);
  telemetry.largest = std::max(telemetry.largest, batch.executed);
  if (batch.executed > 1) {
    telemetry.batched_edges += batch.executed;
    ++telemetry.batched_submits;
  } else if (host_batch.is_for_bench) {
    ++telemetry.single_by_bench;
  } else if (host_batch.asked == 1) {
    ++telemetry.single_by_limit;
  } else if (batch.stop != StopReason::None) {
    ++telemetry.single_by_stop;
  } else {
    ++telemetry.single_by_end;
  }
  report_progress();
}

void CosimRun::report_progress() {
  ProgressState state{.task = "simulating", .unit = "edges", .done = outcome_.edges};
  if (plan_.schedule.edge_count_max != std::numeric_limits<std::uint64_t>::max()) {
    state.total = plan_.schedule.edge_count_max;
  }
  progress_.report(state);
}

void CosimRun::fail_with(const Diagnostics& problems) {
  outcome_.status = RunStatus::Failed;
  outcome_.problems.add(problems);
}

}  // namespace heddle::gate
