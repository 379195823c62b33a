// A flow from parts: tasks, layout, slots; then one run by the executor that the
// plan asks for.
#include "heddle/flow/flow.h"

#include <fmt/format.h>

#include <algorithm>

#include "flow/exec/background_task.h"
#include "flow/exec/worker_threads.h"
#include "flow/task/instances.h"
#include "heddle/flow/diagnostics.h"

namespace heddle::flow {

struct Flow::Impl {
  Impl(Graph graph_in, Plan plan_in, Clock& clock_in, CommitSink& sink_in)
      : graph(std::move(graph_in)), plan(std::move(plan_in)), clock(clock_in), sink(sink_in) {}

  [[nodiscard]] bool is_serial() const { return plan.worker_count == 1; }

  Status make();
  std::vector<StepCode> make_steps(const StepInjector* injector) const;
  Status start_tasks();
  Status stop_tasks();
  void reserve_states();
  RunSummary run(const RunOptions& options);
  void run_lists(const RunOptions& options, RunSummary& summary);
  [[nodiscard]] std::unique_ptr<Executor> make_executor(Engine& engine) const;

  Graph graph;
  Plan plan;
  Clock& clock;
  CommitSink& sink;
  SlotLayout layout;
  std::unique_ptr<Instances> instances;
  std::unique_ptr<SlotRing> ring;
  std::vector<std::unique_ptr<BackgroundTask>> background;  ///< a task; null: in the flow
  std::size_t started_count = 0;                            ///< steps whose task has started
  std::atomic<bool> stop = false;
  bool has_run = false;
};

Status Flow::Impl::make() {
  HEDDLE_TRY_STATUS(check_plan(plan, graph));
  HEDDLE_TRY(instances, Instances::make(graph));
  layout = make_layout(graph, plan, !is_serial());
  HEDDLE_TRY(ring, SlotRing::make(layout, is_serial() ? 1 : plan.slot_count));
  background.resize(graph.tasks.size());
  for (const StepSlot& step : layout.steps) {
    const GraphTask& task = graph.tasks[step.task];
    if (!task.background) continue;
    background[step.task] =
        std::make_unique<BackgroundTask>(task, (*instances)[step.task], step.port_offsets);
  }
  return {};
}

std::vector<StepCode> Flow::Impl::make_steps(const StepInjector* injector) const {
  std::vector<StepCode> steps;
  for (std::uint32_t index = 0; index < layout.steps.size(); ++index) {
    const StepSlot& slot = layout.steps[index];
    const GraphTask& task = graph.tasks[slot.task];
    StepCode code{.run = task.type->run,
                  .instance = (*instances)[slot.task],
                  .port_offsets = slot.port_offsets.data(),
                  .offset = slot.offset,
                  .encoded_offset = slot.encoded_capacity > 0 ? slot.encoded_offset : 0,
                  .index = index,
                  .task = slot.task,
                  .identity = {task.id, task.offset_ns, slot.text_offset},
                  .background = background[slot.task].get()};
    code.is_injected = injector != nullptr && injector->injects(slot.task);
    code.is_special = code.is_injected || code.background != nullptr;
    steps.push_back(code);
  }
  return steps;
}

Status Flow::Impl::start_tasks() {
  for (const StepSlot& step : layout.steps) {
    const GraphTask& task = graph.tasks[step.task];
    Context context;
    const StepIdentity identity{.id = task.id};
    ContextAccess::set_step(context, identity);
    HEDDLE_TRY_STATUS(task.type->start((*instances)[step.task], context));
    ++started_count;
  }
  return {};
}

/// Tasks that have started stop, the last one first, even after an error.
Status Flow::Impl::stop_tasks() {
  Diagnostics diagnostics;
  while (started_count > 0) {
    const std::uint32_t index = layout.steps[--started_count].task;
    const GraphTask& task = graph.tasks[index];
    Context context;
    const StepIdentity identity{.id = task.id};
    ContextAccess::set_step(context, identity);
    const Status status = task.type->stop((*instances)[index], context);
    if (!status) diagnostics.add(status.error());
  }
  if (diagnostics.has_errors()) return fail(std::move(diagnostics));
  return {};
}

/// So that keyframes need no memory unless a state grows to twice its first size.
void Flow::Impl::reserve_states() {
  std::vector<std::byte> state;
  for (std::size_t task = 0; task < graph.tasks.size(); ++task) {
    if (graph.tasks[task].type->freeze == nullptr) continue;
    state.clear();
    graph.tasks[task].type->freeze((*instances)[task], state);
    for (std::uint32_t slot = 0; slot < ring->count(); ++slot) {
      std::vector<std::byte>& reserved = ring->states(slot)[task];
      reserved.resize(2 * state.size() + 64);  // touches the pages
      reserved.clear();
    }
  }
}

std::unique_ptr<Executor> Flow::Impl::make_executor(Engine& engine) const {
  if (is_serial()) return make_single(engine);
#ifndef HEDDLE_FLOW_SERIAL_ONLY
  switch (plan.strategy) {
    case Strategy::Groups: return make_groups(engine);
    case Strategy::Pool: return make_pool(engine, plan.worker_count);
    case Strategy::Checkpoint: return make_checkpoint(engine, plan.worker_count);
  }
#endif
  return nullptr;
}

void Flow::Impl::run_lists(const RunOptions& options, RunSummary& summary) {
  Engine engine({&graph, &plan, &layout, ring.get(), &clock, &sink, &options, &stop},
                make_steps(options.injector), plan.worker_count);
  const std::unique_ptr<Executor> executor = make_executor(engine);
  for (const auto& task : background) {
    if (task != nullptr) task->start();
  }
  Diagnostics warnings;
  Status status = run_workers(engine, *executor, options, warnings);
  for (const auto& task : background) {
    if (task != nullptr) task->stop(engine.wait_policy());
  }
  summary = engine.summary();
  summary.warnings = warnings;
  if (!status) {
    summary.ending.kind = RunEnding::Kind::Failed;
    summary.error = std::move(status.error());
    summary.ending.text = summary.error.to_string();
  }
}

RunSummary Flow::Impl::run(const RunOptions& options) {
  RunSummary summary;
  summary.ending.end_clid = options.first_clid;
  const auto note = [&](Status status) {
    if (status) return true;
    summary.ending.kind = RunEnding::Kind::Failed;
    // A log that failed says so to the run, and once more when it is closed.
    if (status.error().to_string() == summary.error.to_string()) return false;
    summary.error.add(status.error());
    if (summary.ending.text.empty()) summary.ending.text = status.error().to_string();
    return false;
  };
  if (note(start_tasks())) {
    reserve_states();
    const RunDescription description{&graph,       &plan,         &layout,
                                     clock.name(), clock.scale(), options.first_clid};
    if (note(sink.start(description))) {
      run_lists(options, summary);
      note(sink.finish(summary.ending));
    }
  }
  note(stop_tasks());
  return summary;
}

Flow::Flow(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Flow::~Flow() = default;

Result<std::unique_ptr<Flow>> Flow::build(Graph graph, Plan plan, Clock& clock, CommitSink& sink) {
  auto impl = std::make_unique<Impl>(std::move(graph), std::move(plan), clock, sink);
  HEDDLE_TRY_STATUS(impl->make());
  return std::unique_ptr<Flow>(new Flow(std::move(impl)));
}

const Graph& Flow::graph() const {
  return impl_->graph;
}
const Plan& Flow::plan() const {
  return impl_->plan;
}

Status Flow::thaw(std::uint32_t task, std::span<const std::byte> state) {
  const GraphTask& one = impl_->graph.tasks[task];
  bool fits = state.empty();
  if (impl_->background[task] != nullptr) {
    fits = impl_->background[task]->thaw(state);
  } else if (one.type->thaw != nullptr) {
    fits = one.type->thaw((*impl_->instances)[task], state);
  }
  if (!fits) return fail(diag::kStateMisfit, {}, {one.id});
  return {};
}

std::vector<std::byte> Flow::freeze(std::uint32_t task) const {
  std::vector<std::byte> state;
  const GraphTask& one = impl_->graph.tasks[task];
  if (impl_->background[task] != nullptr) {
    impl_->background[task]->freeze(state, WaitPolicy());
  } else if (one.type->freeze != nullptr) {
    one.type->freeze((*impl_->instances)[task], state);
  }
  return state;
}

void Flow::inspect(std::uint32_t task, JsonWriter& json) const {
  const TaskType& type = *impl_->graph.tasks[task].type;
  json.begin_object();
  if (type.inspect != nullptr) type.inspect((*impl_->instances)[task], json);
  json.end_object();
}

RunSummary Flow::run(const RunOptions& options) {
  HEDDLE_CHECK(!impl_->has_run);
  impl_->has_run = true;
  return impl_->run(options);
}

void Flow::request_stop() {
  impl_->stop.store(true);
}

}  // namespace heddle::flow
