// A greedy search with a cost model in instructions, over triggers that were
// measured (see `Activity`).
#include "gate/backend/event/clusters.h"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

/// Bound of a cluster's functions, counted by their operands.
constexpr std::uint32_t kSizeMax = 400;
/// Instructions of one run of a cluster beside its gates, of a gate's operand,
/// and of an output that is stored, compared and told.
constexpr double kRunCost = 90;
constexpr double kGateCost = 2;
constexpr double kStoreCost = 6;
/// Runs assumed beside those seen, so that what never ran joins what is near.
constexpr double kUnseen = 0.01;
/// A toggle waits for its enable if its group is clocked less often than this
/// share of the times its inputs move: waiting has a price of its own.
constexpr double kWaitShare = 0.5;
constexpr std::size_t kCandidates = 8;
constexpr std::uint32_t kNone = ~0U;

/// What is known of a cluster while clusters join.
struct Draft {
  std::vector<std::uint32_t> elements;  ///< ascending
  std::vector<std::uint32_t> inputs;    ///< nodes, ascending
  Trigger trigger;                      ///< when it runs
  std::uint32_t size = 0;
  std::uint32_t level = 0;
  bool is_in_cone = false;
  bool is_sink = false;         ///< nothing reads it within a settle
  bool reads_moving = false;    ///< something that may move while clocks settle
  std::int32_t waits_for = -1;  ///< see `EventItem`
};

class Clusterer {
 public:
  Clusterer(const Program& program, const Activity* activity)
      : program_(program), activity_(activity) {}

  Clustering run() {
    list_elements();
    find_readers();
    find_moving();
    start();
    if (activity_ != nullptr) absorb();
    assign_levels();
    gather();
    return finish();
  }

 private:
  [[nodiscard]] std::span<const std::uint32_t> inputs_of(std::uint32_t element) const {
    const LutNode& lut = elements_[element].function(program_);
    return std::span(lut.inputs).first(lut.input_count);
  }

  /// The node that it makes within a settle, or none.
  [[nodiscard]] std::uint32_t output_of(std::uint32_t element) const {
    const Element& e = elements_[element];
    if (e.kind == Element::Kind::Lut) return program_.first_lut + e.index;
    return e.kind == Element::Kind::Force ? program_.states[e.index].output : kNone;
  }

  [[nodiscard]] bool is_in_cone(std::uint32_t element) const {
    const Element& e = elements_[element];
    if (e.kind == Element::Kind::Toggle) return false;
    const std::uint32_t node = e.kind == Element::Kind::Lut ? program_.first_lut + e.index
                                                            : program_.states[e.index].output;
    return program_.is_clock_cone[node] != 0;
  }

  void list_elements() {
    for (std::uint32_t i = 0; i < program_.luts.size(); ++i) {
      elements_.push_back({Element::Kind::Lut, i});
    }
    for (std::uint32_t i = 0; i < program_.states.size(); ++i) {
      const ProgramState& state = program_.states[i];
      if (state.toggle >= 0) elements_.push_back({Element::Kind::Toggle, i});
      if (state.force < 0) continue;
      const bool breaks = program_.model.states[i].breaks_loop;
      elements_.push_back({breaks ? Element::Kind::Breaker : Element::Kind::Force, i});
    }
  }

  void find_readers() {
    readers_.resize(program_.node_count);
    is_kept_.assign(program_.node_count, 0);
    for (std::uint32_t e = 0; e < elements_.size(); ++e) {
      for (const std::uint32_t node : inputs_of(e)) readers_[node].push_back(e);
    }
    const auto keep = [this](NodeRef ref) { is_kept_[ref.node()] = 1; };
    const auto keep_all = [&keep](const std::vector<NodeRef>& refs) {
      for (const NodeRef ref : refs) keep(ref);
    };
    for (const ClockDomain& domain : program_.domains) keep(domain.clock);
    for (const EnableGroup& group : program_.groups) keep(group.enable);
    for (const ProgramState& state : program_.states) {
      if (state.group >= 0 && state.toggle < 0) keep(state.next);
    }
    for (const ProgramReadPort& port : program_.reads) {
      keep(port.enable);
      keep_all(port.address);
    }
    for (const ProgramWritePort& port : program_.writes) {
      keep(port.any_enable);
      keep_all(port.enable);
      keep_all(port.address);
      keep_all(port.data);
    }
    for (const ProgramSelect& port : program_.selects) {
      keep_all(port.select);
      keep_all(port.data);
    }
    keep_all(program_.outputs);
    keep_all(program_.observed);
  }

  void start() {
    force_of_.assign(program_.node_count, kNone);
    cluster_of_.resize(elements_.size());
    for (std::uint32_t e = 0; e < elements_.size(); ++e) {
      Draft draft;
      draft.elements = {e};
      draft.inputs = elements_[e].triggers(program_);
      std::sort(draft.inputs.begin(), draft.inputs.end());
      draft.size = std::max<std::uint32_t>(1, elements_[e].function(program_).input_count);
      for (const std::uint32_t node : draft.inputs) {
        draft.reads_moving |= moves_with_clocks_[node] != 0;
      }
      if (activity_ != nullptr) set_trigger(draft, elements_[e]);
      draft.is_in_cone = is_in_cone(e);
      draft.is_sink = output_of(e) == kNone;
      cluster_of_[e] = e;
      if (elements_[e].kind == Element::Kind::Force) force_of_[output_of(e)] = e;
      drafts_.push_back(std::move(draft));
    }
  }

  /// What a lazy cluster must not read: its values would no longer be those
  /// before the clocks moved.
  void find_moving() {
    moves_with_clocks_ = program_.is_clock_cone;
    for (const std::uint32_t node : program_.inputs) moves_with_clocks_[node] = 1;
    for (const ProgramReadPort& port : program_.reads) {
      if (!is_cone_port(port)) continue;  // else it moves as a whole
      for (const std::uint32_t node : port.data) moves_with_clocks_[node] = 1;
    }
  }

  [[nodiscard]] std::int32_t enable_group(const Element& element) const {
    if (element.kind != Element::Kind::Toggle) return -1;
    const std::int32_t group = program_.states[element.index].group;
    const NodeRef enable = program_.groups[static_cast<std::size_t>(group)].enable;
    return enable.is_constant() ? -1 : group;
  }

  /// A toggle whose group is clocked less often than its inputs move waits.
  void set_trigger(Draft& draft, const Element& element) const {
    for (const std::uint32_t node : draft.inputs) draft.trigger.add(activity_->of(node));
    const std::int32_t group = enable_group(element);
    if (group < 0 || draft.reads_moving) return;
    Trigger clocked;
    clocked.add(activity_->of(program_.node_count + static_cast<std::uint32_t>(group)));
    if (clocked.count() >= kWaitShare * draft.trigger.count()) return;
    draft.waits_for = group;
    draft.trigger = std::move(clocked);
  }

  /// The one cluster that reads anything of `cluster`, or none.
  [[nodiscard]] std::uint32_t only_reader(const Draft& cluster) const {
    std::uint32_t reader = kNone;
    for (const std::uint32_t e : cluster.elements) {
      const std::uint32_t node = output_of(e);
      if (node == kNone || elements_[e].kind == Element::Kind::Force) return kNone;
      const std::uint32_t own = cluster_of_[e];
      for (const std::uint32_t other : readers_[node]) {
        const std::uint32_t c = cluster_of_[other];
        if (c == own) continue;
        if (reader != kNone && reader != c) return kNone;
        reader = c;
      }
      if (is_kept_[node] != 0) return kNone;
    }
    return reader;
  }

  void join(std::uint32_t from, std::uint32_t into) {
    Draft& a = drafts_[into];
    Draft& b = drafts_[from];
    for (const std::uint32_t e : b.elements) cluster_of_[e] = into;
    std::vector<std::uint32_t> merged;
    std::merge(a.elements.begin(), a.elements.end(), b.elements.begin(), b.elements.end(),
               std::back_inserter(merged));
    a.elements = std::move(merged);
    std::vector<std::uint32_t> inputs;
    std::set_union(a.inputs.begin(), a.inputs.end(), b.inputs.begin(), b.inputs.end(),
                   std::back_inserter(inputs));
    a.inputs = std::move(inputs);
    a.size += b.size;
    a.reads_moving |= b.reads_moving;
    a.trigger.add(b.trigger.words());
    b = Draft();
  }

  /// A LUT that one cluster alone reads joins it if that pays. LUTs stand in order
  /// of level: the last ones first, so that a chain folds up from its end.
  void absorb() {
    for (auto at = static_cast<std::uint32_t>(drafts_.size()); at-- > 0;) {
      const Draft& draft = drafts_[at];
      if (draft.elements.empty() || draft.is_sink) continue;
      const std::uint32_t reader = only_reader(draft);
      if (reader == kNone || drafts_[reader].is_in_cone != draft.is_in_cone) continue;
      const Draft& into = drafts_[reader];
      if (into.waits_for >= 0) {
        // Then it waits too, which is never worse.
        if (!draft.reads_moving && draft.size + into.size <= kSizeMax) absorb_lazily(at, reader);
        continue;
      }
      // What it stored, and the reader loaded, stays in a register.
      if (gain(draft, into, kStoreCost) > 0) join(at, reader);
    }
  }

  /// Joins without making the reader run more often.
  void absorb_lazily(std::uint32_t from, std::uint32_t into) {
    const Trigger trigger = drafts_[into].trigger;
    join(from, into);
    drafts_[into].trigger = trigger;
  }

  /// What is saved a sample if two clusters become one, in instructions.
  [[nodiscard]] double gain(const Draft& a, const Draft& b, double saved) const {
    if (activity_ == nullptr || a.size + b.size > kSizeMax) return 0;
    const auto runs = [](std::uint32_t count) { return static_cast<double>(count) + kUnseen; };
    const double apart = runs(a.trigger.count()) * (kRunCost + saved + kGateCost * a.size) +
                         runs(b.trigger.count()) * (kRunCost + kGateCost * b.size);
    return apart -
           runs(a.trigger.count_with(b.trigger)) * (kRunCost + kGateCost * (a.size + b.size));
  }

  /// One above the highest cluster or port that it reads.
  void assign_levels() {
    std::vector<std::uint32_t> level_of_node(program_.node_count, 0);
    for (Draft& draft : drafts_) draft.level = 0;
    bool changed = true;
    const auto raise = [&changed](std::uint32_t& level, std::uint32_t to) {
      changed |= level < to;
      level = std::max(level, to);
    };
    for (std::size_t sweep = 0; changed; ++sweep) {
      HEDDLE_CHECK(sweep <= elements_.size() + program_.reads.size() + program_.selects.size() + 1);
      changed = false;
      for (std::uint32_t c = 0; c < drafts_.size(); ++c) {
        Draft& draft = drafts_[c];
        for (const std::uint32_t node : draft.inputs) {
          if (!makes(c, node)) raise(draft.level, level_of_node[node] + 1);
        }
        for (const std::uint32_t e : draft.elements) {
          if (output_of(e) != kNone) raise(level_of_node[output_of(e)], draft.level);
        }
      }
      raise_ports(level_of_node, raise);
    }
    port_levels_ = std::move(level_of_node);
  }

  template <class Raise>
  void raise_ports(std::vector<std::uint32_t>& level_of_node, const Raise& raise) const {
    const auto port = [&](std::span<const NodeRef> a, std::span<const NodeRef> b,
                          std::span<const std::uint32_t> outputs) {
      std::uint32_t level = 0;
      for (const NodeRef ref : a) level = std::max(level, level_of_node[ref.node()]);
      for (const NodeRef ref : b) level = std::max(level, level_of_node[ref.node()]);
      for (const std::uint32_t node : outputs) raise(level_of_node[node], level + 1);
    };
    for (const ProgramReadPort& read : program_.reads) {
      port(read.address, std::span(&read.enable, 1), read.data);
    }
    for (const ProgramSelect& select : program_.selects) {
      port(select.select, select.data, select.outputs);
    }
  }

  /// Whether `node` is made inside of cluster `c`.
  [[nodiscard]] bool makes(std::uint32_t c, std::uint32_t node) const {
    const std::uint32_t element = maker_of(node);
    return element != kNone && cluster_of_[element] == c;
  }

  [[nodiscard]] std::uint32_t maker_of(std::uint32_t node) const {
    if (node >= program_.first_lut) return node - program_.first_lut;
    const auto at = force_of_.empty() ? kNone : force_of_[node];
    return at;
  }

  /// In topological order, each cluster joins the one that gains most, of those
  /// that come no earlier than what it reads. The order in which clusters began
  /// then stays topological.
  void gather() {
    struct Atom {
      std::uint32_t order;
      std::uint32_t level;
      EventItem item;
    };
    std::vector<Atom> atoms;
    for (std::uint32_t c = 0; c < drafts_.size(); ++c) {
      const Draft& d = drafts_[c];
      if (d.elements.empty()) continue;
      atoms.push_back({d.is_in_cone       ? 0U
                       : d.waits_for >= 0 ? 3U
                       : d.is_sink        ? 2U
                                          : 1U,
                       d.level,
                       {EventItem::Kind::Cluster, c, d.is_in_cone, d.waits_for}});
    }
    for (std::uint32_t i = 0; i < program_.reads.size(); ++i) {
      const bool in_cone = is_cone_port(program_.reads[i]);
      atoms.push_back({in_cone ? 0U : 1U,
                       port_levels_[program_.reads[i].data.front()],
                       {EventItem::Kind::Read, i, in_cone, -1}});
    }
    for (std::uint32_t i = 0; i < program_.selects.size(); ++i) {
      atoms.push_back({1,
                       port_levels_[program_.selects[i].outputs.front()],
                       {EventItem::Kind::Select, i, false, -1}});
    }
    std::stable_sort(atoms.begin(), atoms.end(), [](const Atom& a, const Atom& b) {
      return std::pair(a.order, a.level) < std::pair(b.order, b.level);
    });
    order_.clear();
    position_.assign(drafts_.size(), 0);
    position_of_node_.assign(program_.node_count, 0);
    std::vector<std::vector<std::uint32_t>> open(program_.node_count);  // by node: clusters
    for (const Atom& atom : atoms) {
      if (atom.item.kind != EventItem::Kind::Cluster) {
        order_.push_back(atom.item);
        const auto& outputs = atom.item.kind == EventItem::Kind::Read
                                  ? program_.reads[atom.item.index].data
                                  : program_.selects[atom.item.index].outputs;
        for (const std::uint32_t node : outputs) position_of_node_[node] = last_position();
        continue;
      }
      const std::uint32_t c = atom.item.index;
      std::uint32_t into = best_home(c, open);
      const std::vector<std::uint32_t> inputs = drafts_[c].inputs;
      const std::vector<std::uint32_t> elements = drafts_[c].elements;
      if (into != kNone) {
        join(c, into);
      } else {
        into = c;
        order_.push_back(atom.item);
        position_[c] = last_position();
      }
      for (const std::uint32_t node : inputs) remember(open, node, into);
      for (const std::uint32_t e : elements) {
        if (output_of(e) == kNone) continue;
        // What reads a latch must come after it, or it might open another one by
        // what the first no longer is.
        const bool is_force = elements_[e].kind == Element::Kind::Force;
        position_of_node_[output_of(e)] = position_[into] + static_cast<std::uint32_t>(is_force);
      }
    }
  }

  /// Positions count from 1; sources have 0.
  [[nodiscard]] std::uint32_t last_position() const {
    return static_cast<std::uint32_t>(order_.size());
  }

  [[nodiscard]] bool is_cone_port(const ProgramReadPort& port) const {
    return std::any_of(port.data.begin(), port.data.end(),
                       [this](std::uint32_t n) { return program_.is_clock_cone[n] != 0; });
  }

  static void remember(std::vector<std::vector<std::uint32_t>>& open, std::uint32_t node,
                       std::uint32_t c) {
    if (open[node].empty() || open[node].back() != c) open[node].push_back(c);
  }

  [[nodiscard]] std::uint32_t best_home(std::uint32_t c,
                                        const std::vector<std::vector<std::uint32_t>>& open) {
    is_seen_.resize(drafts_.size(), 0);
    std::vector<std::uint32_t> seen;
    const auto look_at = [&](std::uint32_t cluster) {
      if (std::exchange(is_seen_[cluster], 1) == 0) seen.push_back(cluster);
    };
    std::uint32_t first = 0;
    for (const std::uint32_t node : drafts_[c].inputs) {
      first = std::max(first, position_of_node_[node]);
      const auto& clusters = open[node];
      for (std::size_t k = clusters.size(); k-- > 0 && clusters.size() - k <= kCandidates;) {
        look_at(clusters[k]);
      }
      if (maker_of(node) != kNone) look_at(cluster_of_[maker_of(node)]);
    }
    std::uint32_t best = kNone;
    double best_gain = 0;
    std::sort(seen.begin(), seen.end());
    for (const std::uint32_t other : seen) {
      is_seen_[other] = 0;
      if (other == c || position_[other] < first || position_[other] == 0 ||
          drafts_[other].is_in_cone != drafts_[c].is_in_cone ||
          drafts_[other].waits_for != drafts_[c].waits_for) {
        continue;
      }
      const double won = gain(drafts_[c], drafts_[other], saved_by(c, other));
      if (won <= best_gain) continue;
      best = other;
      best_gain = won;
    }
    return best;
  }

  /// Stores and loads that end if `c` joins what makes some of its inputs.
  [[nodiscard]] double saved_by(std::uint32_t c, std::uint32_t other) const {
    double saved = 0;
    for (const std::uint32_t node : drafts_[c].inputs) {
      if (!makes(other, node)) continue;
      saved += 1;
      if (is_kept_[node] == 0) saved += kStoreCost / static_cast<double>(readers_[node].size());
    }
    return saved;
  }

  Clustering finish() {
    Clustering made;
    for (EventItem item : order_) {
      if (item.kind == EventItem::Kind::Cluster) {
        const Draft& draft = drafts_[item.index];
        item.index = static_cast<std::uint32_t>(made.clusters.size());
        made.clusters.emplace_back();
        for (const std::uint32_t e : draft.elements) made.clusters.back().push_back(elements_[e]);
      }
      made.items.push_back(item);
    }
    made.is_stored = std::move(is_kept_);
    for (std::uint32_t e = 0; e < elements_.size(); ++e) {
      for (const std::uint32_t node : inputs_of(e)) {
        made.is_stored[node] |= static_cast<std::uint8_t>(!makes(cluster_of_[e], node));
      }
    }
    return made;
  }

  const Program& program_;
  const Activity* activity_;
  std::vector<Element> elements_;
  std::vector<std::vector<std::uint32_t>> readers_;  ///< by node: elements
  std::vector<std::uint8_t> moves_with_clocks_;      ///< by node: may move while clocks settle
  std::vector<std::uint8_t> is_kept_;                ///< by node: read by more than elements
  std::vector<std::uint32_t> cluster_of_;            ///< by element
  std::vector<std::uint32_t> force_of_;              ///< by node: the element that forces it
  std::vector<Draft> drafts_;                        ///< by first element; empty: joined another
  std::vector<std::uint32_t> port_levels_;           ///< by node
  std::vector<EventItem> order_;
  std::vector<std::uint32_t> position_;          ///< by draft: in `order_`, from 1
  std::vector<std::uint32_t> position_of_node_;  ///< of what makes it; 0 of sources
  std::vector<std::uint8_t> is_seen_;
};

}  // namespace

const LutNode& Element::function(const Program& program) const {
  if (kind == Kind::Lut) return program.luts[index];
  const ProgramState& state = program.states[index];
  return program
      .functions[static_cast<std::size_t>(kind == Kind::Toggle ? state.toggle : state.force)];
}

std::vector<std::uint32_t> Element::triggers(const Program& program) const {
  const LutNode& lut = function(program);
  std::vector<std::uint32_t> nodes(lut.inputs.begin(), lut.inputs.begin() + lut.input_count);
  if (kind == Kind::Force && program.is_clock_cone[program.states[index].output] == 0) {
    std::erase(nodes, program.states[index].output);
  }
  return nodes;
}

Clustering make_clusters(const Program& program, const Activity* activity) {
  return Clusterer(program, activity).run();
}

}  // namespace heddle::gate
