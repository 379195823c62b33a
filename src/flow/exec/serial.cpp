// One worker: no words, no waits. Cost of a list with S steps: S + 1 clock reads
// and about 4 ns a step beside the tasks and the sink.
#include "flow/exec/executors.h"

namespace heddle::flow {
namespace {

template <Stamps kStamps>
void run_lists(Engine& engine, WorkerState& worker) {
  std::byte* const slot = engine.slot(0);
  const auto& header = *reinterpret_cast<const SlotHeader*>(slot);
  const std::vector<StepCode>& steps = engine.steps();
  for (std::uint64_t clid = engine.first_clid(); engine.admit(0, clid); ++clid) {
    engine.enter_list(worker, slot, clid);
    std::uint64_t ticks = header.admission_ticks;
    for (const StepCode& code : steps) {
      ticks = engine.run_step<kStamps, false>(worker, code, slot, clid, ticks);
    }
    engine.commit(worker, 0, clid);
  }
}

class Single final : public Executor {
 public:
  explicit Single(Engine& engine) : engine_(engine) {}
  void work(std::uint32_t worker) override { run_serial(engine_, engine_.workers()[worker]); }
  std::string name_of(std::uint32_t) const override { return "itself"; }

 private:
  Engine& engine_;
};

}  // namespace

void run_serial(Engine& engine, WorkerState& worker) {
  with_stamps(engine.stamps(), [&]<Stamps kStamps>() { run_lists<kStamps>(engine, worker); });
}

std::unique_ptr<Executor> make_single(Engine& engine) {
  return std::make_unique<Single>(engine);
}

std::vector<std::uint32_t> component_before(const Engine& engine) {
  std::vector<std::uint32_t> last(engine.graph().tasks.size(), kNoIndex);
  std::vector<std::uint32_t> out;
  for (const StepCode& code : engine.steps()) {
    std::uint32_t& before = last[engine.graph().tasks[code.task].component];
    out.push_back(before);
    before = code.index;
  }
  return out;
}

std::vector<std::uint32_t> serial_after(const Engine& engine) {
  const std::vector<std::uint32_t> before = component_before(engine);
  std::vector<std::uint32_t> last(engine.graph().tasks.size(), kNoIndex);
  for (const StepCode& code : engine.steps()) {
    last[engine.graph().tasks[code.task].component] = code.index;
  }
  std::vector<std::uint32_t> out;
  for (const StepCode& code : engine.steps()) {
    const GraphTask& task = engine.graph().tasks[code.task];
    const bool is_free = task.type->is_stateless && !task.background && task.resources.empty();
    const bool is_first = before[code.index] == kNoIndex;
    out.push_back(is_free || !is_first ? kNoIndex : last[task.component]);
  }
  return out;
}

}  // namespace heddle::flow
