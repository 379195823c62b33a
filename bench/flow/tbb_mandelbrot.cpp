// The Mandelbrot pipeline under oneTBB: the very tasks and slots of the flow, a
// filter a task, as many tokens as the flow has slots.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <chrono>
#include <deque>
#include <memory>

#include "flow/flow_rows.h"
#include "flow/slot/slot_ring.h"
#include "flow/task/context_access.h"
#include "flow/task/instances.h"
#include "heddle/flow/example_tasks.h"
#include "heddle/flow/measure.h"

namespace heddle::bench {
namespace {

namespace tbb = oneapi::tbb;

/// One step of the pipeline; a filter in order calls it for one list at a time.
struct Step {
  const flow::TaskType* type = nullptr;
  void* instance = nullptr;
  const flow::StepSlot* slot = nullptr;
  flow::Context context;
  flow::StepIdentity identity;
  Diagnostics failure;

  void run(std::byte* list, std::uint64_t clid) {
    flow::ContextAccess::set_list(context, clid, 0, nullptr);
    flow::ContextAccess::set_step(context, identity);
    type->run(instance, context, list, slot->port_offsets.data(), failure);
  }
};

}  // namespace

Result<double> tbb_mandelbrot_lists_per_second(std::uint32_t workers, std::uint32_t tokens,
                                               std::uint64_t lists) {
  flow::TaskRegistry registry;
  flow::register_example_tasks(registry);
  HEDDLE_TRY(const ConfigNode node, parse_config(flow::mandelbrot_yaml(), "mandelbrot"));
  HEDDLE_TRY(const flow::Graph graph, flow::read_graph(node, registry));
  const flow::Plan plan = flow::make_plan(graph, {.workers = 1, .slots = tokens});
  HEDDLE_TRY(const auto instances, flow::Instances::make(graph));
  const flow::SlotLayout layout = flow::make_layout(graph, plan, false);
  HEDDLE_TRY(const auto ring, flow::SlotRing::make(layout, tokens));

  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, workers);
  tbb::task_arena arena(static_cast<int>(workers));
  std::uint64_t next = 0;
  tbb::filter<void, std::uint64_t> chain = tbb::make_filter<void, std::uint64_t>(
      tbb::filter_mode::serial_in_order, [&](tbb::flow_control& control) {
        if (next == lists) control.stop();
        return next++;
      });
  std::deque<Step> steps;
  for (const flow::StepSlot& slot : layout.steps) {
    Step& step = steps.emplace_back();
    step.type = graph.tasks[slot.task].type;
    step.instance = (*instances)[slot.task];
    step.slot = &slot;
    step.identity.id = graph.tasks[slot.task].id;
    chain = chain & tbb::make_filter<std::uint64_t, std::uint64_t>(
                        tbb::filter_mode::serial_in_order, [&step, &ring, tokens](std::uint64_t n) {
                          step.run(ring->slot(static_cast<std::uint32_t>(n % tokens)), n);
                          return n;
                        });
  }
  const tbb::filter<void, void> whole =
      chain & tbb::make_filter<std::uint64_t, void>(tbb::filter_mode::serial_in_order,
                                                    [](std::uint64_t) {});
  const auto begin = std::chrono::steady_clock::now();
  arena.execute([&] { tbb::parallel_pipeline(tokens, whole); });
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(lists) / seconds.count();
}

}  // namespace heddle::bench
