// Laying a program out for events.
#include "gate/backend/event/event_plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kWordBits = 64;

class Layout {
 public:
  Layout(const Program& program, std::span<const std::uint32_t> watched_outputs, EventPlan& plan)
      : program_(program), watched_outputs_(watched_outputs), plan_(plan) {}

  void run(const Activity* activity) {
    clustering_ = make_clusters(program_, activity);
    bodies_.resize(clustering_.clusters.size());
    place_items();
    place_sinks();
    place_compared();
    place_toggles();
    sort_toggle_words();
    connect();
    build_bodies();
    for (std::uint32_t i = 0; i < program_.reads.size(); ++i) {
      plan_.reads_of_memory[program_.reads[i].memory].push_back(place_of_read_[i]);
    }
    list_forces();
    find_rows();
  }

 private:
  void place_items() {
    const auto next_word = [this] {
      while (plan_.items.size() % kWordBits != 0) plan_.items.push_back(hole());
      return static_cast<std::uint32_t>(plan_.items.size()) / kWordBits;
    };
    bool was_cone = true;
    bool was_waiting = false;
    place_of_cluster_.resize(clustering_.clusters.size());
    place_of_read_.resize(program_.reads.size());
    place_of_select_.resize(program_.selects.size());
    for (const EventItem& item : clustering_.items) {
      if (was_cone && !item.is_in_cone) plan_.cone.end = next_word();
      was_cone = item.is_in_cone;
      if (!was_waiting && item.waits_for >= 0) plan_.logic.end = next_word();
      was_waiting = item.waits_for >= 0;
      const auto place = static_cast<std::uint32_t>(plan_.items.size());
      if (item.kind == EventItem::Kind::Cluster) place_of_cluster_[item.index] = place;
      if (item.kind == EventItem::Kind::Read) place_of_read_[item.index] = place;
      if (item.kind == EventItem::Kind::Select) place_of_select_[item.index] = place;
      plan_.items.push_back(item);
    }
    const std::uint32_t end = next_word();
    if (!was_waiting) plan_.logic.end = end;
    if (was_cone) plan_.cone.end = end;
    plan_.waiting = {plan_.logic.end, end};
    plan_.due = {end, end + (end - plan_.logic.end)};
    list_waiting();
  }

  static EventItem hole() { return {EventItem::Kind::Cluster, EventPlan::kNoItem, false, -1}; }

  void list_waiting() {
    plan_.waiting_of_group.resize(program_.groups.size());
    plan_.waiting_of_domain.resize(program_.domains.size());
    const auto add = [](std::vector<WordMask>& masks, std::uint32_t bit) {
      if (masks.empty() || masks.back().word != bit / kWordBits)
        masks.push_back({bit / kWordBits, 0});
      masks.back().mask |= std::uint64_t{1} << (bit % kWordBits);
    };
    const std::uint32_t first = plan_.waiting.begin * kWordBits;
    for (std::uint32_t place = first; place < plan_.items.size(); ++place) {
      const EventItem& item = plan_.items[place];
      if (item.index == EventPlan::kNoItem) continue;
      const auto group = static_cast<std::size_t>(item.waits_for);
      add(plan_.waiting_of_group[group], place - first);
      add(plan_.waiting_of_domain[program_.groups[group].domain], place - first);
    }
  }

  void list_forces() {
    plan_.force_of_state.assign(program_.states.size(), EventPlan::kNoItem);
    for (std::uint32_t c = 0; c < clustering_.clusters.size(); ++c) {
      for (const Element& element : clustering_.clusters[c]) {
        if (element.kind == Element::Kind::Force) {
          plan_.force_of_state[element.index] = place_of_cluster_[c];
        }
      }
    }
  }

  /// A range of `count` places after everything placed so far.
  Range sink(Range& last, std::size_t count) const {
    const auto words = static_cast<std::uint32_t>((count + kWordBits - 1) / kWordBits);
    return {last.end, last.end + words};
  }

  void place_sinks() {
    std::map<std::uint32_t, std::uint32_t> trigger_of;
    for (std::uint32_t d = 0; d < program_.domains.size(); ++d) {
      const NodeRef clock = program_.domains[d].clock;
      const auto [at, is_new] = trigger_of.try_emplace(
          clock.node(), static_cast<std::uint32_t>(plan_.clock_triggers.size()));
      if (is_new) plan_.clock_triggers.push_back({clock.node(), -1, -1});
      ClockTrigger& trigger = plan_.clock_triggers[at->second];
      (clock.complemented() ? trigger.on_fall : trigger.on_rise) = static_cast<std::int32_t>(d);
    }
    plan_.triggers = sink(plan_.due, plan_.clock_triggers.size());
    plan_.enables = sink(plan_.triggers, program_.groups.size());
    plan_.pins = sink(plan_.enables, watched_outputs_.size());
    plan_.word_count = plan_.pins.end;
    plan_.writes_of_domain.resize(program_.domains.size());
    for (std::uint32_t i = 0; i < program_.writes.size(); ++i) {
      plan_.writes_of_domain[program_.writes[i].domain].push_back(i);
    }
    plan_.reads_of_memory.resize(program_.model.memories.size());
  }

  /// Words of states without a toggle function.
  void place_compared() {
    std::map<std::uint32_t, std::uint32_t> open;  // by group: its word with room
    for (const ProgramState& state : program_.states) {
      if (state.group < 0 || state.toggle >= 0) continue;
      const auto group = static_cast<std::uint32_t>(state.group);
      auto at = open.find(group);
      if (at == open.end() || plan_.toggle_words[at->second].nodes.size() == kWordBits) {
        at = open.insert_or_assign(group, static_cast<std::uint32_t>(plan_.toggle_words.size()))
                 .first;
        plan_.toggle_words.push_back({.group = group});
      }
      ToggleWord& word = plan_.toggle_words[at->second];
      word.nodes.push_back(state.output);
      word.next.push_back(state.next);
    }
  }

  /// Words that clusters compute, one a cluster and group.
  void place_toggles() {
    for (std::uint32_t c = 0; c < clustering_.clusters.size(); ++c) {
      std::map<std::uint32_t, std::uint32_t> open;
      for (const Element& element : clustering_.clusters[c]) {
        const bool is_breaker = element.kind == Element::Kind::Breaker;
        if (element.kind != Element::Kind::Toggle && !is_breaker) continue;
        const ProgramState& state = program_.states[element.index];
        const std::uint32_t group =
            is_breaker ? kBreakers : static_cast<std::uint32_t>(state.group);
        auto at = open.find(group);
        if (at == open.end() || plan_.toggle_words[at->second].nodes.size() == kWordBits) {
          at = open.insert_or_assign(group, static_cast<std::uint32_t>(plan_.toggle_words.size()))
                   .first;
          plan_.toggle_words.push_back({.group = group, .is_breaker = is_breaker});
          bodies_[c].toggles.push_back({at->second, {}});
        }
        plan_.toggle_words[at->second].nodes.push_back(state.output);
        elements_of_word_[at->second].push_back(element);
      }
    }
  }

  /// By group; breakers last.
  void sort_toggle_words() {
    std::vector<std::uint32_t> order(plan_.toggle_words.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [this](auto a, auto b) {
      return plan_.toggle_words[a].group < plan_.toggle_words[b].group;
    });
    std::vector<std::uint32_t> rank(order.size());
    std::vector<ToggleWord> sorted;
    plan_.words_of_group.resize(program_.groups.size());
    std::size_t at = 0;
    for (std::uint32_t g = 0; g < program_.groups.size(); ++g) {
      plan_.words_of_group[g].begin = static_cast<std::uint32_t>(at);
      while (at < order.size() && plan_.toggle_words[order[at]].group == g) ++at;
      plan_.words_of_group[g].end = static_cast<std::uint32_t>(at);
    }
    plan_.breaker_words = {static_cast<std::uint32_t>(at),
                           static_cast<std::uint32_t>(order.size())};
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      rank[order[i]] = i;
      sorted.push_back(std::move(plan_.toggle_words[order[i]]));
    }
    plan_.toggle_words = std::move(sorted);
    for (const Range& words : plan_.words_of_group) plan_.bits_of_group.push_back(masks_of(words));
    for (const ClockDomain& domain : program_.domains) {
      const std::uint32_t last = domain.first_group + domain.group_count - 1;
      plan_.bits_of_domain.push_back(masks_of(
          {plan_.words_of_group[domain.first_group].begin, plan_.words_of_group[last].end}));
    }
    for (const ToggleWord& word : plan_.toggle_words) {
      plan_.nodes_begin.push_back(static_cast<std::uint32_t>(plan_.toggle_nodes.size()));
      plan_.toggle_nodes.insert(plan_.toggle_nodes.end(), word.nodes.begin(), word.nodes.end());
    }
    std::map<std::uint32_t, std::vector<Element>> elements;
    for (auto& [word, list] : elements_of_word_) elements[rank[word]] = std::move(list);
    elements_of_word_ = std::move(elements);
    for (ClusterBody& body : bodies_) {
      for (ClusterToggles& toggles : body.toggles) toggles.word = rank[toggles.word];
    }
  }

  /// The nodes of the LUTs of a cluster.
  [[nodiscard]] std::set<std::uint32_t> luts_of(std::uint32_t c) const {
    std::set<std::uint32_t> made;
    for (const Element& e : clustering_.clusters[c]) {
      if (e.kind == Element::Kind::Lut) made.insert(program_.first_lut + e.index);
    }
    return made;
  }

  static std::vector<WordMask> masks_of(Range bits) {
    std::vector<WordMask> masks;
    for (std::uint32_t bit = bits.begin; bit != bits.end; ++bit) {
      if (masks.empty() || masks.back().word != bit / kWordBits)
        masks.push_back({bit / kWordBits, 0});
      masks.back().mask |= std::uint64_t{1} << (bit % kWordBits);
    }
    return masks;
  }

  void add_edge(std::uint32_t node, std::uint32_t place) {
    if (node != 0) edges_.push_back({node, place});
  }

  void connect() {
    for (std::uint32_t c = 0; c < clustering_.clusters.size(); ++c) {
      const std::set<std::uint32_t> made = luts_of(c);
      for (const Element& element : clustering_.clusters[c]) {
        for (const std::uint32_t node : element.triggers(program_)) {
          if (!made.contains(node)) add_edge(node, place_of_cluster_[c]);
        }
      }
    }
    for (std::uint32_t i = 0; i < program_.reads.size(); ++i) {
      add_edge(program_.reads[i].enable.node(), place_of_read_[i]);
      for (const NodeRef bit : program_.reads[i].address) add_edge(bit.node(), place_of_read_[i]);
    }
    for (std::uint32_t i = 0; i < program_.selects.size(); ++i) {
      for (const auto* refs : {&program_.selects[i].select, &program_.selects[i].data}) {
        for (const NodeRef ref : *refs) add_edge(ref.node(), place_of_select_[i]);
      }
    }
    for (std::uint32_t i = 0; i < plan_.clock_triggers.size(); ++i) {
      add_edge(plan_.clock_triggers[i].node, plan_.triggers.begin * kWordBits + i);
    }
    for (std::uint32_t g = 0; g < program_.groups.size(); ++g) {
      add_edge(program_.groups[g].enable.node(), plan_.enables.begin * kWordBits + g);
    }
    for (std::uint32_t pin = 0; pin < watched_outputs_.size(); ++pin) {
      add_edge(program_.outputs[watched_outputs_[pin]].node(), plan_.pins.begin * kWordBits + pin);
    }
    std::sort(edges_.begin(), edges_.end());
    auto at = edges_.begin();
    for (std::uint32_t node = 0; node < program_.node_count; ++node) {
      plan_.fan_out_begin.push_back(static_cast<std::uint32_t>(plan_.fan_out.size()));
      for (; at != edges_.end() && at->first == node; ++at) {
        const std::uint32_t word = at->second / kWordBits;
        const bool is_known =
            plan_.fan_out.size() > plan_.fan_out_begin.back() && plan_.fan_out.back().word == word;
        if (!is_known) plan_.fan_out.push_back({word, 0});
        plan_.fan_out.back().mask |= std::uint64_t{1} << (at->second % kWordBits);
      }
    }
    plan_.fan_out_begin.push_back(static_cast<std::uint32_t>(plan_.fan_out.size()));
    for (std::uint32_t node = 0; node < program_.node_count; ++node) {
      const std::span<const WordMask> all = plan_.fan_out_of(node);
      EventPlan::FanOut quick;
      quick.end = plan_.fan_out_begin[node + 1];
      quick.rest = plan_.fan_out_begin[node] +
                   static_cast<std::uint32_t>(std::min<std::size_t>(all.size(), 2));
      if (!all.empty()) {
        quick.word0 = quick.word1 = all[0].word;
        quick.mask0 = all[0].mask;
      }
      if (all.size() > 1) {
        quick.word1 = all[1].word;
        quick.mask1 = all[1].mask;
      }
      plan_.quick_fan_out.push_back(quick);
    }
  }

  void find_rows() {
    for (const ProgramSelect& port : program_.selects) {
      const std::size_t width = port.outputs.size();
      std::vector<EventPlan::Row>& rows = plan_.rows_of_select.emplace_back();
      bool in_order = true;
      for (std::size_t b = 0; b < width; ++b) in_order &= port.outputs[b] == port.outputs[0] + b;
      for (std::size_t r = 0; r * width < port.data.size(); ++r) {
        const auto data = std::span(port.data).subspan(r * width, width);
        EventPlan::Row row{.node = data[0].node(), .is_plain = in_order};
        row.is_constant = data[0].is_constant();
        row.flip = data[0].complemented() ? kEveryByte : 0;
        for (std::size_t b = 0; b < width; ++b) {
          const auto node = row.is_constant ? 0 : row.node + static_cast<std::uint32_t>(b);
          row.is_plain &= data[b] == NodeRef(node, data[0].complemented());
        }
        rows.push_back(row);
      }
    }
  }

  void build_bodies() {
    for (std::uint32_t c = 0; c < clustering_.clusters.size(); ++c) build_body(c);
    plan_.clusters = std::move(bodies_);
  }

  void build_body(std::uint32_t c) {
    ClusterBody& body = bodies_[c];
    std::vector<Element> elements = clustering_.clusters[c];
    std::stable_sort(elements.begin(), elements.end(), [this](const Element& a, const Element& b) {
      return a.function(program_).level < b.function(program_).level;
    });
    const std::set<std::uint32_t> made = luts_of(c);
    inner_.clear();
    LogicBuilder builder;
    std::map<std::uint32_t, Lit> values{{0, Lit::zero()}};
    for (const Element& e : elements) {
      const LutNode& lut = e.function(program_);
      for (std::uint32_t i = 0; i < lut.input_count; ++i) {
        const std::uint32_t node = lut.inputs[i];
        if (!made.contains(node) && !values.contains(node)) values[node] = builder.add_leaf(node);
      }
      if (e.kind == Element::Kind::Force) {
        const std::uint32_t self = program_.states[e.index].output;
        if (!values.contains(self)) values[self] = builder.add_leaf(self);
      }
    }
    std::map<std::pair<Element::Kind, std::uint32_t>, Lit> results;
    for (const Element& e : elements) {
      const LutNode& lut = e.function(program_);
      const Lit value = make(builder, values, lut.root);
      if (e.kind == Element::Kind::Lut) values[program_.first_lut + e.index] = value;
      results[{e.kind, e.index}] = value;
    }
    for (const Element& e : elements) {
      const Lit value = results.at({e.kind, e.index});
      if (e.kind == Element::Kind::Lut &&
          clustering_.is_stored[program_.first_lut + e.index] != 0) {
        body.outputs.push_back({program_.first_lut + e.index, value});
      }
      if (e.kind == Element::Kind::Force) {
        const std::uint32_t self = program_.states[e.index].output;
        body.outputs.push_back({self, builder.make_xor(values.at(self), value)});
      }
    }
    for (ClusterToggles& toggles : body.toggles) {
      for (const Element& e : elements_of_word_.at(toggles.word)) {
        toggles.bits.push_back(results.at({e.kind, e.index}));
      }
    }
    body.block = builder.take();
    sort_outputs(body);
  }

  /// What `root` is, from nodes that are there already.
  Lit make(LogicBuilder& builder, std::map<std::uint32_t, Lit>& values, Lit root) {
    if (root.is_constant()) return root;
    const std::uint32_t node = program_.node_of_aig[root.node()];
    if (node != 0) {
      const auto at = values.find(node);
      if (at != values.end()) return at->second ^ root.complemented();
    }
    const auto at = inner_.find(root.node());
    if (at != inner_.end()) return at->second ^ root.complemented();
    const Aig::Node& gate = program_.aig.node(root.node());
    if (program_.aig.is_source(root.node())) {
      HEDDLE_CHECK(node == 0);  // nothing drives it: 0 for ever
      return Lit::zero() ^ root.complemented();
    }
    Lit made;
    // Below what is there already its operands may not be.
    const bool is_open = !is_there(values, gate.a) && !is_there(values, gate.b);
    if (const auto parity = is_open ? as_xor(gate) : std::nullopt) {
      const Lit a = make(builder, values, parity->first);
      const Lit b = make(builder, values, parity->second);
      made = builder.make_xor(a, b);
    } else {
      const Lit a = make(builder, values, gate.a);
      const Lit b = make(builder, values, gate.b);
      made = builder.make_and(a, b);
    }
    inner_.emplace(root.node(), made);
    return made ^ root.complemented();
  }

  [[nodiscard]] bool is_there(const std::map<std::uint32_t, Lit>& values, Lit lit) const {
    const std::uint32_t node = program_.node_of_aig[lit.node()];
    return node != 0 && values.contains(node);
  }

  /// The operands of ~(a & b) & ~(~a & ~b).
  [[nodiscard]] std::optional<std::pair<Lit, Lit>> as_xor(const Aig::Node& gate) const {
    if (!gate.a.complemented() || !gate.b.complemented()) return std::nullopt;
    if (program_.aig.is_source(gate.a.node()) || program_.aig.is_source(gate.b.node())) {
      return std::nullopt;
    }
    const Aig::Node& p = program_.aig.node(gate.a.node());
    const Aig::Node& q = program_.aig.node(gate.b.node());
    const bool is_straight = p.a == ~q.a && p.b == ~q.b;
    const bool is_crossed = p.a == ~q.b && p.b == ~q.a;
    if (!is_straight && !is_crossed) return std::nullopt;
    return std::pair(p.a, p.b);
  }

  void sort_outputs(ClusterBody& body) const {
    std::stable_sort(body.outputs.begin(), body.outputs.end(),
                     [this](const ClusterOutput& a, const ClusterOutput& b) {
                       const auto x = plan_.fan_out_of(a.node);
                       const auto y = plan_.fan_out_of(b.node);
                       return std::lexicographical_compare(x.begin(), x.end(), y.begin(), y.end());
                     });
  }

  static constexpr std::uint32_t kBreakers = ~0U;
  static constexpr std::uint64_t kEveryByte = 0x0101010101010101;

  const Program& program_;
  std::span<const std::uint32_t> watched_outputs_;
  EventPlan& plan_;
  Clustering clustering_;
  std::vector<ClusterBody> bodies_;
  std::vector<std::uint32_t> place_of_cluster_;
  std::vector<std::uint32_t> place_of_read_;
  std::vector<std::uint32_t> place_of_select_;
  std::map<std::uint32_t, std::vector<Element>> elements_of_word_;
  std::map<std::uint32_t, Lit> inner_;  ///< of the cluster at hand: by AIG node, not stored
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges_;  ///< node, place
};

}  // namespace

EventPlan::EventPlan(const Program& program, std::span<const std::uint32_t> watched_outputs,
                     const Activity* activity) {
  Layout(program, watched_outputs, *this).run(activity);
}

}  // namespace heddle::gate
