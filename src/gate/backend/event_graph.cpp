// Laying a program out for events.
#include "gate/backend/event_graph.h"

#include <algorithm>
#include <map>

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
  Layout(const Program& program, const EdgeDigest& digest, EventGraph& graph)
      : program_(program), digest_(digest), graph_(graph) {}

  void run() {
    graph_.breaker_queue = program_.level_count + 1U;
    graph_.trigger_queue = graph_.breaker_queue + 1;
    graph_.first_domain_queue = graph_.trigger_queue + 1;
    graph_.queue_count =
        graph_.first_domain_queue + static_cast<std::uint32_t>(program_.domains.size());
    HEDDLE_CHECK(graph_.queue_count < 0xFFFF);
    add_luts();
    add_states();
    add_reads();
    add_triggers();
    place_edges();
    place_queues();
    place_watches();
    graph_.writes_of_domain.resize(program_.domains.size());
    for (std::uint32_t i = 0; i < program_.writes.size(); ++i) {
      graph_.writes_of_domain[program_.writes[i].domain].push_back(i);
    }
  }

 private:
  std::uint32_t add(RecordKind kind, std::uint64_t table, std::uint32_t queue, std::uint32_t node) {
    EventRecord record;
    record.table = table;
    record.queue = static_cast<std::uint16_t>(queue);
    record.node = node;
    graph_.records.push_back(record);
    graph_.kinds.push_back(kind);
    return static_cast<std::uint32_t>(graph_.records.size()) - 1;
  }

  void connect(std::uint32_t record, const LutNode& lut, bool is_in_cone) {
    for (std::uint32_t pin = 0; pin < lut.input_count; ++pin) {
      edges_.push_back({lut.inputs[pin], !is_in_cone, record * 8 + pin});
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
            graph_.first_domain_queue + static_cast<std::uint32_t>(state.domain);
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
      if (port.enable.node() != 0) edges_.push_back({port.enable.node(), !is_in_cone, record * 8});
      for (const NodeRef bit : port.address) {
        if (bit.node() != 0) edges_.push_back({bit.node(), !is_in_cone, record * 8});
      }
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
        edges_.push_back({clock.node(), false, record * 8});
      }
      ClockTrigger& trigger = graph_.triggers[at->second];
      (clock.complemented() ? trigger.on_fall : trigger.on_rise) = static_cast<std::int32_t>(d);
    }
  }

  void place_edges() {
    std::stable_sort(edges_.begin(), edges_.end(), [](const PlacedEdge& a, const PlacedEdge& b) {
      return a.node != b.node ? a.node < b.node : a.is_data < b.is_data;
    });
    graph_.edge_begin.assign(program_.node_count + 1, 0);
    graph_.cone_end.assign(program_.node_count, 0);
    for (const PlacedEdge& edge : edges_) {
      graph_.edges.push_back(edge.code);
      ++graph_.edge_begin[edge.node + 1];
      if (!edge.is_data) ++graph_.cone_end[edge.node];
    }
    for (std::uint32_t node = 0; node < program_.node_count; ++node) {
      graph_.edge_begin[node + 1] += graph_.edge_begin[node];
      graph_.cone_end[node] += graph_.edge_begin[node];
    }
  }

  void place_queues() {
    graph_.queue_begin.assign(graph_.queue_count + 1, 0);
    for (const EventRecord& record : graph_.records) ++graph_.queue_begin[record.queue + 1U];
    for (std::uint32_t q = 0; q < graph_.queue_count; ++q) {
      // One entry more: a push that turns out clean writes past the last.
      graph_.queue_begin[q + 1] += graph_.queue_begin[q] + 1;
    }
    graph_.entries.assign(graph_.queue_begin.back() + 1, 0);
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
  EventGraph& graph_;
  std::vector<PlacedEdge> edges_;
};

}  // namespace

EventGraph::EventGraph(const Program& program, const EdgeDigest& digest) {
  Layout(program, digest, *this).run();
}

}  // namespace heddle::gate
