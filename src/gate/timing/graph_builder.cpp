// The SDF is collected by cell; the design tells which nets its pins are; then
// delays and checks are put on nets and the nets in order.
#include <algorithm>
#include <map>
#include <optional>

#include "gate/timing/design_walk.h"
#include "gate/timing/graph.h"
#include "heddle/gate/timing_diagnostics.h"

namespace heddle::gate::timing {
namespace {

/// Everything an SDF file says, by cell.
class Collector final : public SdfVisitor {
 public:
  struct Cell {
    std::string type;
    std::string path;
    SourcePosition where;
    std::vector<SdfDelay> delays;
    std::vector<SdfCheck> checks;
  };

  void cell(const std::string& type, const std::string& instance,
            const SourcePosition& where) override {
    const auto [at, fresh] = index_.emplace(instance, cells_.size());
    if (fresh) cells_.push_back({type, instance, where, {}, {}});
    current_ = at->second;
  }
  void delay(const SdfDelay& delay) override {
    Cell& cell = cells_[current_];
    if (delay.kind == SdfDelay::Kind::IoPath || delay.kind == SdfDelay::Kind::Device) {
      cell.delays.push_back(delay);
    } else {
      const std::string prefix = cell.path.empty() ? "" : cell.path + ".";
      wires_[prefix + delay.to] = {delay.rise, delay.fall};
    }
  }
  void check(const SdfCheck& check) override { cells_[current_].checks.push_back(check); }

  [[nodiscard]] std::vector<Cell>& cells() { return cells_; }
  /// The cell of that path with something to annotate, or null.
  [[nodiscard]] Cell* find(const std::string& path) {
    const auto found = index_.find(path);
    if (found == index_.end() || path.empty()) return nullptr;
    Cell& cell = cells_[found->second];
    return cell.delays.empty() && cell.checks.empty() ? nullptr : &cell;
  }
  [[nodiscard]] std::optional<std::pair<SdfValue, SdfValue>> wire_to(const std::string& pin) const {
    const auto found = wires_.find(pin);
    if (found == wires_.end()) return {};
    return found->second;
  }

 private:
  std::vector<Cell> cells_;
  std::map<std::string, std::size_t> index_;
  std::map<std::string, std::pair<SdfValue, SdfValue>> wires_;  ///< rise and fall, by load pin
  std::size_t current_ = 0;
};

class GraphBuilder {
 public:
  GraphBuilder(const TimingParams& params, Diagnostics& warnings)
      : params_(params), warnings_(warnings) {}

  Result<Graph> build(const Design& design, const Model& model) {
    HEDDLE_TRY_STATUS(read_sdf(params_.sdf_file, sdf_));
    FoundDesign found = walk_design(
        design, model, [this](const std::string& path) { return sdf_.find(path) != nullptr; });
    graph_.nets = std::move(found.nets);
    graph_.annotated_cells = found.cells.size();
    HEDDLE_TRY_STATUS(compare_with_sdf(found));
    for (FoundCell& cell : found.cells) add_cell(std::move(cell));
    if (unknown_pins_ > 0) {
      warnings_.add(Diagnostic(diag::kUnknownPin, {params_.sdf_file, 0, 0},
                               {unknown_pin_cell_, unknown_pin_, std::to_string(unknown_pins_)}));
    }
    order();
    return std::move(graph_);
  }

 private:
  Status compare_with_sdf(const FoundDesign& found) {
    std::map<std::string_view, bool> present;
    for (const FoundCell& cell : found.cells) present[cell.path] = true;
    std::size_t absent = 0;
    const Collector::Cell* first = nullptr;
    std::size_t total = 0;
    for (Collector::Cell& cell : sdf_.cells()) {
      if (sdf_.find(cell.path) == nullptr) continue;
      ++total;
      if (present.contains(cell.path)) continue;
      if (absent++ == 0) first = &cell;
    }
    if (found.cells.empty()) {
      return fail(diag::kNothingAnnotated, {params_.sdf_file, 0, 0},
                  {std::to_string(total), params_.sdf_file, first == nullptr ? "" : first->path});
    }
    if (absent > 0) {
      warnings_.add(
          Diagnostic(diag::kUnknownInstance, first->where, {first->path, std::to_string(absent)}));
    }
    return {};
  }

  void add_cell(FoundCell found) {
    const Collector::Cell& cell = *sdf_.find(found.path);
    Instance instance;
    instance.path = found.path;
    instance.type = cell.type;
    instance.pins = std::move(found.pins);
    graph_.instances.push_back(std::move(instance));
    for (const SdfDelay& delay : cell.delays) {
      if (delay.kind == SdfDelay::Kind::Device) {
        add_device(delay);
      } else {
        add_arc(delay);
      }
    }
    for (const SdfCheck& check : cell.checks) add_check(check);
  }

  [[nodiscard]] std::optional<std::uint32_t> net_of(const std::string& pin) {
    const Instance& instance = graph_.instances.back();
    for (const auto& [name, net] : instance.pins) {
      if (name == pin) return net;
    }
    if (unknown_pins_++ == 0) {
      unknown_pin_cell_ = instance.path;
      unknown_pin_ = pin;
    }
    return {};
  }

  [[nodiscard]] Range range_of(const SdfValue& value) const {
    switch (params_.corner) {
      case TimingCorner::Min: return {value.min_fs, value.min_fs};
      case TimingCorner::Typ: return {value.typ_fs, value.typ_fs};
      case TimingCorner::Max: return {value.max_fs, value.max_fs};
      case TimingCorner::MinMax: break;
    }
    return {std::min(value.min_fs, value.max_fs), std::max(value.min_fs, value.max_fs)};
  }

  [[nodiscard]] ByDirection wire_to(const std::string& pin) const {
    const auto wire = sdf_.wire_to(graph_.instances.back().path + "." + pin);
    if (!wire) return {};
    return {range_of(wire->second), range_of(wire->first)};
  }

  [[nodiscard]] std::int32_t condition(const std::string& text) {
    if (text.empty()) return kAlways;
    Condition read = read_condition(text, graph_.instances.back());
    if (read.steps.empty()) {
      ++graph_.ignored_conditions;
      return kAlways;
    }
    graph_.conditions.push_back(std::move(read));
    return static_cast<std::int32_t>(graph_.conditions.size()) - 1;
  }

  void add_arc(const SdfDelay& delay) {
    const auto from = net_of(delay.from.name);
    const auto to = net_of(delay.to);
    if (!from || !to) return;
    Arc arc;
    arc.from = *from;
    arc.to = *to;
    arc.instance = static_cast<std::uint32_t>(graph_.instances.size()) - 1;
    arc.from_edge = delay.from.edge;
    arc.condition = condition(delay.from.condition);
    arc.has = {delay.fall.present, delay.rise.present};
    arc.delay = {range_of(delay.fall), range_of(delay.rise)};
    arc.wire = wire_to(delay.from.name);
    if (delay.increment && add_to_earlier(delay, arc)) return;
    Instance& instance = graph_.instances.back();
    if (instance.output_pin.empty()) {
      instance.output_pin = delay.to;
      instance.output = *to;
    }
    graph_.arcs.push_back(arc);
  }

  /// An increment is added to the arcs that earlier entries of the cell made,
  /// whatever their conditions.
  bool add_to_earlier(const SdfDelay& delay, const Arc& more) {
    bool found = false;
    for (auto arc = graph_.arcs.rbegin(); arc != graph_.arcs.rend(); ++arc) {
      if (arc->instance != more.instance) break;
      if (arc->from != more.from || arc->to != more.to || arc->from_edge != delay.from.edge) {
        continue;
      }
      found = true;
      for (std::size_t direction = 0; direction < 2; ++direction) {
        if (!more.has[direction]) continue;
        arc->has[direction] = true;
        arc->delay[direction].early += more.delay[direction].early;
        arc->delay[direction].late += more.delay[direction].late;
      }
    }
    return found;
  }

  /// The same delay from every pin of the cell to its output.
  void add_device(const SdfDelay& delay) {
    if (delay.to.empty()) return;
    const std::vector<std::pair<std::string, std::uint32_t>> pins = graph_.instances.back().pins;
    for (const auto& [pin, net] : pins) {
      if (pin == delay.to) continue;
      SdfDelay path = delay;
      path.kind = SdfDelay::Kind::IoPath;
      path.from.name = pin;
      add_arc(path);
    }
  }

  void add_check(const SdfCheck& check) {
    using Kind = SdfCheckKind;
    switch (check.kind) {
      case Kind::Setup: add_check(check, TimingCheckKind::Setup, 0); break;
      case Kind::Hold: add_check(check, TimingCheckKind::Hold, 0); break;
      case Kind::Recovery: add_check(check, TimingCheckKind::Recovery, 0); break;
      case Kind::Removal: add_check(check, TimingCheckKind::Removal, 0); break;
      case Kind::Width: add_check(check, TimingCheckKind::Width, 0); break;
      case Kind::Period: add_check(check, TimingCheckKind::Period, 0); break;
      case Kind::SetupHold:
        add_check(check, TimingCheckKind::Setup, 0);
        add_check(check, TimingCheckKind::Hold, 1);
        break;
      case Kind::RecRem:
        add_check(check, TimingCheckKind::Recovery, 0);
        add_check(check, TimingCheckKind::Removal, 1);
        break;
    }
  }

  void add_check(const SdfCheck& check, TimingCheckKind kind, std::size_t limit) {
    if (!check.limits[limit].present) return;
    const bool is_alone = kind == TimingCheckKind::Width || kind == TimingCheckKind::Period;
    Check out;
    out.kind = kind;
    out.instance = static_cast<std::uint32_t>(graph_.instances.size()) - 1;
    out.limit_fs = range_of(check.limits[limit]).late;
    const auto data = net_of(check.data.name);
    const SdfPort& other = is_alone ? check.data : check.reference;
    const auto reference = net_of(other.name);
    if (!data || !reference) return;
    out.data = {check.data.name, *data, check.data.edge, condition(check.data.condition),
                wire_to(check.data.name)};
    out.reference = {other.name, *reference, other.edge, condition(other.condition),
                     wire_to(other.name)};
    graph_.checks.push_back(std::move(out));
  }

  /// Groups arcs by the net they lead to, and puts the nets in an order in which
  /// arcs lead forwards; an arc that closes a loop is cut.
  void order() {
    const std::size_t count = graph_.nets.size();
    std::stable_sort(graph_.arcs.begin(), graph_.arcs.end(),
                     [](const Arc& a, const Arc& b) { return a.to < b.to; });
    graph_.arcs_begin.assign(count + 1, 0);
    for (const Arc& arc : graph_.arcs) ++graph_.arcs_begin[arc.to + 1];
    for (std::size_t i = 0; i < count; ++i) graph_.arcs_begin[i + 1] += graph_.arcs_begin[i];
    graph_.checks_of_data.resize(count);
    graph_.checks_of_reference.resize(count);
    for (std::uint32_t i = 0; i < graph_.checks.size(); ++i) {
      graph_.checks_of_data[graph_.checks[i].data.net].push_back(i);
      graph_.checks_of_reference[graph_.checks[i].reference.net].push_back(i);
    }
    graph_.rank.assign(count, 0);
    std::vector<std::uint8_t> state(count, 0);  // 1: being visited, 2: done
    for (std::uint32_t net = 0; net < count; ++net) visit(net, state);
    if (cut_ > 0) {
      warnings_.add(
          Diagnostic(diag::kLoop, {params_.sdf_file, 0, 0}, {cut_net_, std::to_string(cut_)}));
    }
  }

  void visit(std::uint32_t start, std::vector<std::uint8_t>& state) {
    if (state[start] != 0) return;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> stack{{start, graph_.arcs_begin[start]}};
    state[start] = 1;
    while (!stack.empty()) {
      auto& [net, at] = stack.back();
      if (at == graph_.arcs_begin[net + 1]) {
        state[net] = 2;
        graph_.rank[net] = next_rank_++;
        stack.pop_back();
        continue;
      }
      Arc& arc = graph_.arcs[at++];
      if (state[arc.from] == 1) {
        arc.is_cut = true;
        if (cut_++ == 0) cut_net_ = graph_.nets[net].name;
      } else if (state[arc.from] == 0) {
        state[arc.from] = 1;
        stack.emplace_back(arc.from, graph_.arcs_begin[arc.from]);
      }
    }
  }

  const TimingParams& params_;
  Diagnostics& warnings_;
  Collector sdf_;
  Graph graph_;
  std::size_t unknown_pins_ = 0;
  std::string unknown_pin_cell_;
  std::string unknown_pin_;
  std::uint32_t next_rank_ = 0;
  std::size_t cut_ = 0;
  std::string cut_net_;
};

}  // namespace

Result<Graph> build_graph(const Design& design, const Model& model, const TimingParams& params,
                          Diagnostics& warnings) {
  return GraphBuilder(params, warnings).build(design, model);
}

}  // namespace heddle::gate::timing
