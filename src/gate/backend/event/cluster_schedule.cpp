#include "gate/backend/event/cluster_schedule.h"

namespace heddle::gate {
namespace {

/// Gates below an output come right before it, deepest first.
class Scheduler {
 public:
  Scheduler(const ClusterBody& body, ClusterSchedule& out)
      : body_(body), out_(out), is_made_(body.block.value_count(), 0) {
    out_.reads.resize(body.block.value_count());
  }

  void run() {
    for (std::uint32_t i = 0; i < body_.outputs.size(); ++i) {
      need(body_.outputs[i].value);
      add({ClusterStep::Kind::Output, i, 0});
      read(body_.outputs[i].value);
    }
    for (std::uint32_t w = 0; w < body_.toggles.size(); ++w) {
      const std::vector<Lit>& bits = body_.toggles[w].bits;
      for (std::uint32_t bit = static_cast<std::uint32_t>(bits.size()); bit-- > 0;) {
        need(bits[bit]);
        add({ClusterStep::Kind::Toggle, w, bit});
        read(bits[bit]);
      }
    }
  }

 private:
  void add(ClusterStep step) { out_.steps.push_back(step); }
  void read(Lit value) {
    out_.reads[value.node()].push_back(static_cast<std::uint32_t>(out_.steps.size()) - 1);
  }

  // A cluster is small, and so is the depth.
  void need(Lit value) {
    const std::uint32_t first = body_.block.first_gate();
    if (value.node() < first || is_made_[value.node()] != 0) return;
    is_made_[value.node()] = 1;
    const BlockGate& gate = body_.block.gates[value.node() - first];
    need(gate.a);
    need(gate.b);
    add({ClusterStep::Kind::Gate, value.node() - first, 0});
    read(gate.a);
    read(gate.b);
  }

  const ClusterBody& body_;
  ClusterSchedule& out_;
  std::vector<std::uint8_t> is_made_;
};

}  // namespace

ClusterSchedule::ClusterSchedule(const ClusterBody& body) {
  Scheduler(body, *this).run();
}

}  // namespace heddle::gate
