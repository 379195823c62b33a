// Laying a program out for events.
#include "gate/backend/event_graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

/// An edge before it has its place.
struct PlacedEdge {
  std::uint32_t node = 0;
  bool is_data = false;  ///< leads out of the clock cone
  std::uint32_t code = 0;
};

class Layout {
 public:
  Layout(const Program& program, const EdgeDigest& digest,
         std::span<const std::uint32_t> watched_outputs, EventGraph& graph)
      : program_(program), digest_(digest), watched_outputs_(watched_outputs), graph_(graph) {}

  void run() {
    graph_.breaker_queue = program_.level_count + 1U;
    graph_.trigger_queue = graph_.breaker_queue + 1;
    graph_.enable_queue = graph_.trigger_queue + 1;
    graph_.pin_queue = graph_.enable_queue + 1;
    graph_.first_group_queue = (graph_.pin_queue + 64) / 64 * 64;
    graph_.queue_count =
        graph_.first_group_queue + static_cast<std::uint32_t>(program_.groups.size());
    HEDDLE_CHECK(graph_.queue_count < 0xFFFF);
    graph_.first_lut = program_.first_lut;
    graph_.lut_count = static_cast<std::uint32_t>(program_.luts.size());
    add_luts();
    add_states();
    add_reads();
    add_selects();
    add_triggers();
    add_groups();
    add_pins();
    place_edges();
    place_queues();
    place_watches();
    graph_.writes_of_domain.resize(program_.domains.size());
    for (std::uint32_t i = 0; i < program_.writes.size(); ++i) {
      graph_.writes_of_domain[program_.writes[i].domain].push_back(i);
    }
  }

 private:
  std::uint32_t add(RecordKind kind, std::uint64_t table, std::uint32_t queue,
                    std::uint32_t target) {
    graph_.tables.push_back(table);
    graph_.index.push_back(0);
    graph_.queue.push_back(static_cast<std::uint16_t>(queue));
    graph_.target.push_back(target);
    graph_.kinds.push_back(kind);
    HEDDLE_CHECK(graph_.tables.size() < (1U << (32 - EventGraph::kPinBits)));
    return static_cast<std::uint32_t>(graph_.tables.size()) - 1;
  }

  void connect(std::uint32_t record, const LutNode& lut, bool is_in_cone) {
    for (std::uint32_t pin = 0; pin < lut.input_count; ++pin) {
      edges_.push_back({lut.inputs[pin], !is_in_cone, EventGraph::edge_to(record, pin)});
    }
  }

  bool in_cone(std::uint32_t node) const { return program_.is_clock_cone[node] != 0; }

  void add_luts() {
    for (std::uint32_t i = 0; i < program_.luts.size(); ++i) {
      const std::uint32_t node = program_.first_lut + i;
      const LutNode& lut = program_.luts[i];
      connect(add(RecordKind::Lut, lut.table, lut.level, node), lut, in_cone(node));
    }
  }

  const LutNode& function(std::int32_t index) const {
    return program_.functions[static_cast<std::size_t>(index)];
  }

  void add_states() {
    for (std::size_t i = 0; i < program_.states.size(); ++i) {
      const ProgramState& state = program_.states[i];
      if (state.force >= 0) {
        const LutNode& lut = function(state.force);
        const bool is_breaker = program_.model.states[i].breaks_loop;
        const std::uint32_t queue = is_breaker ? graph_.breaker_queue : lut.level;
        connect(add(RecordKind::Force, lut.table, queue, state.output), lut, in_cone(state.output));
      }
      if (state.toggle >= 0) {
        const LutNode& lut = function(state.toggle);
        const std::uint32_t queue =
            graph_.first_group_queue + static_cast<std::uint32_t>(state.group);
        connect(add(RecordKind::Toggle, lut.table, queue, state.output), lut, false);
      }
    }
  }

  void add_reads() {
    graph_.reads_of_memory.resize(program_.model.memories.size());
    for (std::uint32_t i = 0; i < program_.reads.size(); ++i) {
      const ProgramReadPort& port = program_.reads[i];
      const std::uint32_t record = add(RecordKind::Read, ~std::uint64_t{0}, port.level, i);
      graph_.reads_of_memory[port.memory].push_back(record);
      const bool is_in_cone = std::any_of(port.data.begin(), port.data.end(),
                                          [this](std::uint32_t node) { return in_cone(node); });
      // Any input says "read again"; pin 0 serves them all.
      if (port.enable.node() != 0)
        edges_.push_back({port.enable.node(), !is_in_cone, EventGraph::edge_to(record, 0)});
      for (const NodeRef bit : port.address) {
        if (bit.node() != 0)
          edges_.push_back({bit.node(), !is_in_cone, EventGraph::edge_to(record, 0)});
      }
    }
  }

  void add_selects() {
    for (std::uint32_t i = 0; i < program_.selects.size(); ++i) {
      const ProgramSelect& port = program_.selects[i];
      const std::uint32_t record = add(RecordKind::Select, ~std::uint64_t{0}, port.level, i);
      std::set<std::uint32_t> inputs;
      for (const auto* refs : {&port.select, &port.data}) {
        for (const NodeRef ref : *refs) inputs.insert(ref.node());
      }
      inputs.erase(0);
      for (const std::uint32_t node : inputs) {
        edges_.push_back({node, true, EventGraph::edge_to(record, 0)});
      }
    }
  }

  void add_groups() {
    for (std::uint32_t g = 0; g < program_.groups.size(); ++g) {
      const NodeRef enable = program_.groups[g].enable;
      if (enable.is_constant()) continue;
      const std::uint32_t record =
          add(RecordKind::Enable, ~std::uint64_t{0}, graph_.enable_queue, g);
      edges_.push_back({enable.node(), true, EventGraph::edge_to(record, 0)});
    }
    graph_.compared_begin.assign(program_.groups.size() + 1, 0);
    std::vector<std::pair<std::int32_t, EventGraph::Compared>> compared;
    for (const ProgramState& state : program_.states) {
      if (state.group >= 0 && state.toggle < 0) {
        compared.push_back({state.group, {state.output, state.next}});
        ++graph_.compared_begin[static_cast<std::size_t>(state.group) + 1];
      }
    }
    std::stable_sort(compared.begin(), compared.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    graph_.has_compared.assign(program_.groups.size() / 64 + 1, 0);
    for (const auto& [group, state] : compared) {
      graph_.compared.push_back(state);
      const auto bit = static_cast<std::uint32_t>(group);
      graph_.has_compared[bit / 64] |= std::uint64_t{1} << (bit % 64);
    }
    for (std::size_t g = 0; g < program_.groups.size(); ++g) {
      graph_.compared_begin[g + 1] += graph_.compared_begin[g];
    }
  }

  void add_pins() {
    graph_.pin_outputs.assign(watched_outputs_.begin(), watched_outputs_.end());
    for (std::uint32_t pin = 0; pin < watched_outputs_.size(); ++pin) {
      const NodeRef output = program_.outputs[watched_outputs_[pin]];
      if (output.is_constant()) continue;
      const std::uint32_t record = add(RecordKind::Pin, ~std::uint64_t{0}, graph_.pin_queue, pin);
      edges_.push_back({output.node(), true, EventGraph::edge_to(record, 0)});
    }
  }

  void add_triggers() {
    std::map<std::uint32_t, std::uint32_t> trigger_of;
    for (std::uint32_t d = 0; d < program_.domains.size(); ++d) {
      const NodeRef clock = program_.domains[d].clock;
      const auto [at, is_new] =
          trigger_of.try_emplace(clock.node(), static_cast<std::uint32_t>(graph_.triggers.size()));
      if (is_new) {
        graph_.triggers.push_back({clock.node(), -1, -1});
        // Dirty while the clock is not as it was last seen, at first 0.
        const std::uint32_t record =
            add(RecordKind::Trigger, 0b10, graph_.trigger_queue, at->second);
        edges_.push_back({clock.node(), false, EventGraph::edge_to(record, 0)});
      }
      ClockTrigger& trigger = graph_.triggers[at->second];
      (clock.complemented() ? trigger.on_fall : trigger.on_rise) = static_cast<std::int32_t>(d);
    }
  }

  void place_edges() {
    std::stable_sort(edges_.begin(), edges_.end(), [](const PlacedEdge& a, const PlacedEdge& b) {
      return a.node != b.node ? a.node < b.node : a.is_data < b.is_data;
    });
    auto at = edges_.begin();
    for (std::uint32_t node = 0; node < program_.node_count; ++node) {
      graph_.edge_begin.push_back(static_cast<std::uint32_t>(graph_.edges.size()));
      for (; at != edges_.end() && at->node == node && !at->is_data; ++at) {
        graph_.edges.push_back(at->code);
      }
      graph_.cone_end.push_back(static_cast<std::uint32_t>(graph_.edges.size()));
      for (; at != edges_.end() && at->node == node; ++at) graph_.edges.push_back(at->code);
    }
    graph_.edge_begin.push_back(static_cast<std::uint32_t>(graph_.edges.size()));
  }

  void place_queues() {
    graph_.queue_begin.assign(graph_.queue_count + 1, 0);
    for (const std::uint16_t queue : graph_.queue) ++graph_.queue_begin[queue + 1U];
    for (std::uint32_t q = 0; q < graph_.queue_count; ++q) {
      graph_.queue_begin[q + 1] += graph_.queue_begin[q];
    }
    graph_.entries.assign(graph_.tables.size(), 0);
  }

  void place_watches() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> watches;
    for (std::size_t i = 0; i < program_.states.size(); ++i) {
      const std::uint32_t bit = digest_.bit_of_state(i);
      if (bit != EdgeDigest::kNoBit) watches.emplace_back(program_.states[i].output, bit);
    }
    for (std::size_t i = 0; i < program_.outputs.size(); ++i) {
      watches.emplace_back(program_.outputs[i].node(), digest_.bit_of_output(i));
    }
    for (std::uint32_t i = 0; i < program_.observed.size(); ++i) {
      watches.emplace_back(program_.observed[i].node(), EventGraph::kObserved | i);
    }
    std::sort(watches.begin(), watches.end());
    graph_.watch_begin.assign(program_.node_count + 1, 0);
    for (const auto& [node, watch] : watches) {
      ++graph_.watch_begin[node + 1];
      graph_.watches.push_back(watch);
    }
    for (std::uint32_t node = 0; node < program_.node_count; ++node) {
      graph_.watch_begin[node + 1] += graph_.watch_begin[node];
    }
  }

  const Program& program_;
  const EdgeDigest& digest_;
  std::span<const std::uint32_t> watched_outputs_;
  EventGraph& graph_;
  std::vector<PlacedEdge> edges_;
};

}  // namespace

EventGraph::EventGraph(const Program& program, const EdgeDigest& digest,
                       std::span<const std::uint32_t> watched_outputs) {
  Layout(program, digest, watched_outputs, *this).run();
}

}  // namespace heddle::gate
