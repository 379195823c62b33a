#include "gate/cosim/host_loop.h"

#include <memory>

#include "heddle/flow/flow.h"

namespace heddle::gate {
namespace {

/// A task of one resource runs where the others of that resource do.
constexpr std::string_view kGraph =
    "name: host_loop\n"
    "resources: {engine: {type: HostSteps}, outputs: {type: HostSteps}}\n"
    "tasks:\n"
    "  - {id: simulate, type: Simulate, resources: {steps: engine}}\n"
    "  - {id: look, type: Look, resources: {steps: outputs}}\n"
    "  - {id: commit, type: Commit, resources: {steps: outputs}}\n"
    "connections:\n"
    "  - {from: simulate, to: look}\n"
    "  - {from: look, to: commit}\n"
    "logging: {enabled: false}\n"
    "runtime: {stamps: false, watchdog_ms: 0}\n";

using BatchMessage = flow::Message<std::uint32_t>;

class Simulate {
 public:
  Simulate(ConfigReader&, flow::Resources& resources) : steps_(resources.get<HostSteps>("steps")) {}
  void process(flow::Context& context, BatchMessage& simulated) {
    simulated.set(static_cast<std::uint32_t>(context.clid() % kHostBatches));
    if (!steps_->simulate(*simulated)) context.request_stop();
  }

 private:
  std::shared_ptr<HostSteps> steps_;
};

class Look {
 public:
  Look(ConfigReader&, flow::Resources& resources) : steps_(resources.get<HostSteps>("steps")) {}
  void process(flow::Context&, const BatchMessage& simulated, BatchMessage& looked) {
    steps_->look(*simulated);
    looked.set(*simulated);
  }

 private:
  std::shared_ptr<HostSteps> steps_;
};

class Commit {
 public:
  Commit(ConfigReader&, flow::Resources& resources) : steps_(resources.get<HostSteps>("steps")) {}
  void process(flow::Context& context, const BatchMessage& looked) {
    if (!steps_->commit(*looked)) context.request_stop();
  }

 private:
  std::shared_ptr<HostSteps> steps_;
};

}  // namespace

Status run_host_loop(HostSteps& steps, std::uint32_t threads) {
  flow::TaskRegistry registry;
  registry.add<Simulate>("Simulate");
  registry.add<Look>("Look");
  registry.add<Commit>("Commit");
  // The steps are the caller's: a pointer that owns nothing.
  registry.add_resource("HostSteps", std::shared_ptr<HostSteps>(std::shared_ptr<void>(), &steps));
  HEDDLE_TRY(const ConfigNode node, parse_config(kGraph, "the host loop"));
  HEDDLE_TRY(flow::Graph graph, flow::read_graph(node, registry));
  flow::Plan plan = flow::make_plan(graph, {.workers = threads, .slots = kHostBatches});
  flow::MockClock clock;
  flow::NullCommitSink sink;
  HEDDLE_TRY(const auto loop, flow::Flow::build(std::move(graph), std::move(plan), clock, sink));
  flow::RunSummary summary = loop->run();
  if (summary.ending.kind == flow::RunEnding::Kind::Failed) return fail(std::move(summary.error));
  return {};
}

}  // namespace heddle::gate
