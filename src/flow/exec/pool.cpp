// Pool: any free worker claims any step of any list whose turn it is, the latest step
// first so that lists drain before new ones come in. Nodes are admission, the steps
// and commit; a node's claim is the next list that nobody has taken. A claim is a
// compare-and-swap, and looking for one walks the nodes: that is the price of having no
// plan. Who finds nothing waits for the event count, which every finished node moves.
#include <memory>

#include "flow/exec/executors.h"

namespace heddle::flow {
namespace {

class Pool final : public Executor {
 public:
  Pool(Engine& engine, std::uint32_t)
      : engine_(engine),
        step_count_(static_cast<std::uint32_t>(engine.steps().size())),
        after_(serial_after(engine)),
        before_(component_before(engine)),
        nodes_(step_count_ + 2),
        done_(std::size_t{engine.plan().slot_count} * (step_count_ + 2)) {
    for (Node& node : nodes_) {
      node.claim.store(engine.first_clid(), std::memory_order_relaxed);
      node.finished.store(engine.first_clid(), std::memory_order_relaxed);
    }
    for (auto& done : done_) done.store(0, std::memory_order_relaxed);
    events_.reset(0);
  }

  void work(std::uint32_t index) override {
    with_stamps(engine_.stamps(), [&]<Stamps kStamps>() { run<kStamps>(index); });
  }
  std::string name_of(std::uint32_t) const override { return "any step"; }

 private:
  struct alignas(128) Node {
    std::atomic<std::uint64_t> claim = 0;
    std::atomic<std::uint64_t> finished = 0;  ///< serial nodes: the next list not finished
  };

  [[nodiscard]] std::uint32_t admission() const { return step_count_; }
  [[nodiscard]] std::uint32_t commit() const { return step_count_ + 1; }

  [[nodiscard]] std::atomic<std::uint64_t>& done(std::uint64_t clid, std::uint32_t node) {
    return done_[std::size_t{engine_.slot_of(clid)} * nodes_.size() + node];
  }
  [[nodiscard]] bool is_done(std::uint64_t clid, std::uint32_t node) {
    return done(clid, node).load(std::memory_order_acquire) == clid + 1;
  }
  [[nodiscard]] bool is_finished(std::uint64_t clid, std::uint32_t node) {
    return nodes_[node].finished.load(std::memory_order_acquire) >= clid;
  }

  bool is_ready(std::uint32_t node, std::uint64_t clid) {
    if (node == admission()) return is_admission_ready(clid);
    if (!is_done(clid, admission())) return false;
    if (node == commit()) {
      for (std::uint32_t step = 0; step < step_count_; ++step) {
        if (!is_done(clid, step)) return false;
      }
      return is_finished(clid, commit());
    }
    for (const std::uint32_t input : engine_.layout().steps[node].inputs) {
      if (!is_done(clid, input)) return false;
    }
    if (before_[node] != kNoIndex && !is_done(clid, before_[node])) return false;
#ifdef HEDDLE_FLOW_MUTATE_REORDER
    return true;
#else
    return after_[node] == kNoIndex || is_finished(clid, after_[node]);
#endif
  }

  bool is_admission_ready(std::uint64_t clid) {
    if (clid >= engine_.end_clid() || !is_finished(clid, admission())) return false;
    const std::uint64_t slots = engine_.plan().slot_count;
    return clid < engine_.first_clid() + slots || is_finished(clid - slots + 1, commit());
  }

  template <Stamps kStamps>
  void run_node(WorkerState& worker, std::uint32_t node, std::uint64_t clid) {
    const std::uint32_t slot_index = engine_.slot_of(clid);
    if (node == admission()) {
      if (!engine_.admit(slot_index, clid)) return;
    } else if (node == commit()) {
      engine_.commit(worker, slot_index, clid);
    } else {
      std::byte* const slot = engine_.slot(slot_index);
      engine_.enter_list(worker, slot, clid);
      engine_.run_step<kStamps, true>(worker, engine_.steps()[node], slot, clid,
                                      engine_.stamp<kStamps>());
    }
    done(clid, node).store(clid + 1, std::memory_order_release);
    if (node >= step_count_ || after_[node] != kNoIndex || before_[node] != kNoIndex) {
      nodes_[node].finished.store(clid + 1, std::memory_order_release);
    }
  }

  /// Claims and runs one node; false when there was none to claim.
  template <Stamps kStamps>
  bool run_one(WorkerState& worker) {
    for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
      // Commit, the steps from last to first, admission.
      const std::uint32_t node = i == 0                 ? commit()
                                 : i == step_count_ + 1 ? admission()
                                                        : step_count_ - i;
      std::uint64_t clid = nodes_[node].claim.load(std::memory_order_acquire);
      if (!is_ready(node, clid)) continue;
      if (!nodes_[node].claim.compare_exchange_strong(clid, clid + 1)) continue;
      run_node<kStamps>(worker, node, clid);
      return true;
    }
    return false;
  }

  [[nodiscard]] bool is_over() {
    return nodes_[commit()].finished.load(std::memory_order_acquire) >= engine_.end_clid();
  }

  template <Stamps kStamps>
  void run(std::uint32_t index) {
    WorkerState& worker = engine_.workers()[index];
    while (!is_over()) {
      const std::uint64_t seen = events_.get();
      if (run_one<kStamps>(worker)) {
        events_.advance(engine_.wait_policy());
      } else if (!is_over()) {
        engine_.wait(worker, events_, seen + 1, 0);
      }
    }
    events_.advance(engine_.wait_policy());
  }

  Engine& engine_;
  std::uint32_t step_count_ = 0;
  std::vector<std::uint32_t> after_;
  std::vector<std::uint32_t> before_;
  std::vector<Node> nodes_;
  std::vector<std::atomic<std::uint64_t>> done_;  ///< a slot, then a node: clid + 1
  ProgressWord events_;
};

}  // namespace

std::unique_ptr<Executor> make_pool(Engine& engine, std::uint32_t workers) {
  return std::make_unique<Pool>(engine, workers);
}

}  // namespace heddle::flow
