// At an instant the nets that changed are taken in topological order; each gets
// its arrival from those of its arcs whose source changed too. What data inputs
// start (they were driven at an earlier time) and what clocks start is kept
// apart, for a flop captures what the former bring and not what the latter do.
#include <algorithm>
#include <limits>

#include "gate/timing/graph.h"
#include "heddle/base/text.h"
#include "heddle/gate/timing_diagnostics.h"
#include "heddle/trace/wave_hierarchy.h"

namespace heddle::gate {
namespace timing {
namespace {

constexpr std::int64_t kFsPerPs = 1000;

/// What started a transition.
enum Class : std::size_t { kData, kClock };

/// A change of a net: when, and through which arcs.
struct Change {
  std::uint32_t stamp = 0;  ///< of its instant; 0: never
  bool value = false;
  std::int64_t late = 0;
  std::int64_t early = 0;
  std::int32_t late_arc = -1;
  std::int32_t early_arc = -1;
};

/// The arrivals of one instant by what started them.
struct Arrival {
  std::array<bool, 2> valid{};
  std::array<std::int64_t, 2> late{};
  std::array<std::int64_t, 2> early{};
};

struct NetState {
  bool value = false;
  Change now;
  Change before;  ///< the change before `now`
  Arrival arrival;
  std::int64_t worst_delay = std::numeric_limits<std::int64_t>::min();
  std::uint64_t worst_edge = 0;
};

/// The last capture of a check.
struct Capture {
  bool any = false;
  std::uint32_t stamp = 0;
  bool by_data = false;  ///< its clock was driven as data is
  std::int64_t late = 0;
};

class Overlay final : public TimingOverlay {
 public:
  Overlay(Graph graph, const TimingParams& params)
      : graph_(std::move(graph)),
        params_(params),
        states_(graph_.nets.size()),
        captures_(graph_.checks.size()) {
    for (const Net& net : graph_.nets) lits_.push_back(net.lit);
  }

  const std::vector<Lit>& nets() const override { return lits_; }
  void start_from(std::uint32_t net, bool value) override { states_[net].value = value; }
  void take(const TimedInstant& instant, std::span<const TimedChange> changes) override;
  TimingReport report(const std::vector<std::string>& arrivals) const override;

 private:
  [[nodiscard]] bool holds(std::int32_t condition) const;
  void arrive(std::uint32_t net);
  void start(NetState& state, std::uint32_t net);
  void meet(NetState& state, std::int32_t arc_index);
  void reference_changed(std::uint32_t check_index);
  void data_changed(std::uint32_t check_index);
  void pulse_ended(const Check& check);
  void judge(const Check& check, std::int64_t data_fs, std::int64_t reference_fs,
             std::int64_t slack_fs, std::uint32_t data_stamp, bool late);
  [[nodiscard]] std::vector<TimingPoint> path_to(std::uint32_t net, std::uint32_t stamp,
                                                 bool late) const;
  [[nodiscard]] static bool matches(SdfEdge edge, bool value) {
    return edge == SdfEdge::Any || (edge == SdfEdge::Rise) == value;
  }

  Graph graph_;
  TimingParams params_;
  std::vector<Lit> lits_;
  std::vector<NetState> states_;
  std::vector<Capture> captures_;
  TimedInstant instant_;
  std::uint32_t stamp_ = 0;
  std::vector<std::uint32_t> changed_;
  mutable std::vector<std::uint8_t> stack_;
  TimingReport report_;
};

bool Overlay::holds(std::int32_t condition) const {
  if (condition == kAlways) return true;
  using Op = Condition::Op;
  stack_.clear();
  const auto pop = [this] {
    const std::uint8_t value = stack_.back();
    stack_.pop_back();
    return value;
  };
  for (const Condition::Step& step : graph_.conditions[static_cast<std::size_t>(condition)].steps) {
    if (step.op == Op::Net) {
      const Lit lit = graph_.nets[step.net].lit;
      stack_.push_back(lit.is_constant() ? lit.complemented() : states_[step.net].value);
    } else if (step.op == Op::Zero || step.op == Op::One) {
      stack_.push_back(step.op == Op::One);
    } else if (step.op == Op::Not) {
      stack_.back() ^= 1U;
    } else {
      const std::uint8_t b = pop();
      const std::uint8_t a = pop();
      const auto of = [&]() -> unsigned {
        if (step.op == Op::And) return a & b;
        if (step.op == Op::Or) return a | b;
        return step.op == Op::Xor ? a ^ b : (a ^ b) ^ 1U;
      };
      stack_.push_back(static_cast<std::uint8_t>(of()));
    }
  }
  return stack_.back() != 0;
}

void Overlay::take(const TimedInstant& instant, std::span<const TimedChange> changes) {
  instant_ = instant;
  ++stamp_;
  ++report_.edges;
  report_.transitions += changes.size();
  changed_.clear();
  for (const TimedChange& change : changes) {
    NetState& state = states_[change.net];
    state.before = state.now;
    state.now = {.stamp = stamp_, .value = change.value};
    state.value = change.value;
    state.arrival = {};
    changed_.push_back(change.net);
  }
  std::sort(changed_.begin(), changed_.end(),
            [this](std::uint32_t a, std::uint32_t b) { return graph_.rank[a] < graph_.rank[b]; });
  for (const std::uint32_t net : changed_) arrive(net);
  for (const std::uint32_t net : changed_) {
    for (const std::uint32_t check : graph_.checks_of_reference[net]) reference_changed(check);
  }
  for (const std::uint32_t net : changed_) {
    for (const std::uint32_t check : graph_.checks_of_data[net]) data_changed(check);
  }
}

void Overlay::arrive(std::uint32_t net) {
  NetState& state = states_[net];
  if (graph_.nets[net].input >= 0) {
    start(state, net);
  } else {
    for (std::uint32_t i = graph_.arcs_begin[net]; i < graph_.arcs_begin[net + 1]; ++i) {
      meet(state, static_cast<std::int32_t>(i));
    }
  }
  Arrival& arrival = state.arrival;
  if (!arrival.valid[kData] && !arrival.valid[kClock]) {
    ++report_.untimed;
    arrival.valid[kClock] = true;
    arrival.late[kClock] = arrival.early[kClock] = instant_.time_ps * kFsPerPs;
  }
  state.now.late = std::numeric_limits<std::int64_t>::min();
  state.now.early = std::numeric_limits<std::int64_t>::max();
  for (const Class c : {kData, kClock}) {
    if (!arrival.valid[c]) continue;
    state.now.late = std::max(state.now.late, arrival.late[c]);
    state.now.early = std::min(state.now.early, arrival.early[c]);
    const std::int64_t base =
        c == kClock ? instant_.time_ps : instant_.data_time_ps + params_.input_delay_ps;
    const std::int64_t delay = arrival.late[c] - base * kFsPerPs;
    if (delay > state.worst_delay) {
      state.worst_delay = delay;
      state.worst_edge = instant_.edge;
    }
  }
}

/// An input of the design: with the clocks, or when it was driven.
void Overlay::start(NetState& state, std::uint32_t net) {
  const auto input = static_cast<std::uint32_t>(graph_.nets[net].input);
  const bool is_clock =
      std::find(instant_.clocks.begin(), instant_.clocks.end(), input) != instant_.clocks.end();
  const std::int64_t at =
      is_clock ? instant_.time_ps : instant_.data_time_ps + params_.input_delay_ps;
  const Class c = is_clock ? kClock : kData;
  state.arrival.valid[c] = true;
  state.arrival.late[c] = state.arrival.early[c] = at * kFsPerPs;
}

void Overlay::meet(NetState& state, std::int32_t arc_index) {
  const Arc& arc = graph_.arcs[static_cast<std::size_t>(arc_index)];
  const NetState& from = states_[arc.from];
  const std::size_t out = state.now.value ? 1 : 0;
  if (arc.is_cut || from.now.stamp != stamp_ || !arc.has[out]) return;
  if (!matches(arc.from_edge, from.now.value) || !holds(arc.condition)) return;
  const Range wire = arc.wire[from.now.value ? 1 : 0];
  for (const Class c : {kData, kClock}) {
    if (!from.arrival.valid[c]) continue;
    const std::int64_t late = from.arrival.late[c] + wire.late + arc.delay[out].late;
    const std::int64_t early = from.arrival.early[c] + wire.early + arc.delay[out].early;
    Arrival& arrival = state.arrival;
    const bool is_first = !std::exchange(arrival.valid[c], true);
    arrival.late[c] = is_first ? late : std::max(arrival.late[c], late);
    arrival.early[c] = is_first ? early : std::min(arrival.early[c], early);
    if (state.now.late_arc < 0 || late > state.now.late) {
      state.now.late = late;
      state.now.late_arc = arc_index;
    }
    if (state.now.early_arc < 0 || early < state.now.early) {
      state.now.early = early;
      state.now.early_arc = arc_index;
    }
  }
}

void Overlay::reference_changed(std::uint32_t check_index) {
  const Check& check = graph_.checks[check_index];
  const NetState& reference = states_[check.reference.net];
  if (check.kind == TimingCheckKind::Width) return;
  if (!matches(check.reference.edge, reference.now.value)) return;
  if (!holds(check.reference.condition)) return;
  Capture& capture = captures_[check_index];
  const Range wire = check.reference.wire[reference.now.value ? 1 : 0];
  const Arrival& arrival = reference.arrival;
  const Class c = arrival.valid[kClock] ? kClock : kData;
  const std::int64_t early = arrival.early[c] + wire.early;
  const std::int64_t late = arrival.late[c] + wire.late;
  if (check.kind == TimingCheckKind::Period && capture.any) {
    judge(check, early, capture.late, early - capture.late - check.limit_fs, stamp_, true);
  }
  capture = {.any = true, .stamp = stamp_, .by_data = c == kData, .late = late};
  if (check.kind != TimingCheckKind::Setup && check.kind != TimingCheckKind::Recovery) return;

  const NetState& data = states_[check.data.net];
  if (!holds(check.data.condition)) return;
  // What data inputs bring arrives before a clock of this instant; what the
  // clocks bring is for the next one.
  const bool is_now = data.now.stamp == stamp_;
  if (is_now && c == kClock && data.arrival.valid[kData] &&
      matches(check.data.edge, data.now.value)) {
    const std::int64_t at = data.arrival.late[kData] + check.data.wire[data.now.value ? 1 : 0].late;
    judge(check, at, early, early - at - check.limit_fs, stamp_, true);
    return;
  }
  const Change& last = is_now ? data.before : data.now;
  if (last.stamp == 0 || !matches(check.data.edge, last.value)) return;
  const std::int64_t at = last.late + check.data.wire[last.value ? 1 : 0].late;
  judge(check, at, early, early - at - check.limit_fs, last.stamp, true);
}

void Overlay::data_changed(std::uint32_t check_index) {
  const Check& check = graph_.checks[check_index];
  const NetState& data = states_[check.data.net];
  if (check.kind == TimingCheckKind::Width) return pulse_ended(check);
  if (check.kind != TimingCheckKind::Hold && check.kind != TimingCheckKind::Removal) return;
  const Capture& capture = captures_[check_index];
  if (!capture.any || !matches(check.data.edge, data.now.value)) return;
  if (!holds(check.data.condition)) return;
  std::int64_t early = data.now.early;
  if (capture.stamp == stamp_) {
    // Only what this capture's clock started comes after it.
    if (capture.by_data || !data.arrival.valid[kClock]) return;
    early = data.arrival.early[kClock];
  }
  early += check.data.wire[data.now.value ? 1 : 0].early;
  judge(check, early, capture.late, early - capture.late - check.limit_fs, stamp_, false);
}

/// A width is that of the pulse that the check's edge begins.
void Overlay::pulse_ended(const Check& check) {
  const NetState& net = states_[check.data.net];
  const bool begins_high = check.data.edge != SdfEdge::Fall;
  if (net.now.value == begins_high || net.before.stamp == 0) return;
  if (net.before.value != begins_high || !holds(check.data.condition)) return;
  const std::int64_t begin = net.before.late + check.data.wire[begins_high ? 1 : 0].late;
  const std::int64_t end = net.now.early + check.data.wire[begins_high ? 0 : 1].early;
  judge(check, end, begin, end - begin - check.limit_fs, stamp_, false);
}

void Overlay::judge(const Check& check, std::int64_t data_fs, std::int64_t reference_fs,
                    std::int64_t slack_fs, std::uint32_t data_stamp, bool late) {
  TimingCheckSummary& summary = report_.checks[static_cast<std::size_t>(check.kind)];
  ++summary.checked;
  const bool violated = slack_fs < 0;
  const bool worst = !summary.any || slack_fs < summary.worst.slack_fs;
  if (violated) {
    ++summary.violated;
    ++report_.violation_count;
  }
  const bool listed = violated && report_.violations.size() < params_.listed_max;
  if (!worst && !listed) return;
  const Instance& instance = graph_.instances[check.instance];
  TimingFinding finding{.kind = check.kind,
                        .instance = instance.path,
                        .cell = instance.type,
                        .net = instance.output_pin.empty() ? "" : graph_.nets[instance.output].name,
                        .data_pin = check.data.name,
                        .reference_pin = check.reference.name,
                        .edge = instant_.edge,
                        .data_fs = data_fs,
                        .reference_fs = reference_fs,
                        .limit_fs = check.limit_fs,
                        .slack_fs = slack_fs,
                        .path = path_to(check.data.net, data_stamp, late)};
  if (worst) {
    summary.any = true;
    summary.worst = finding;
  }
  if (listed) report_.violations.push_back(std::move(finding));
}

std::vector<TimingPoint> Overlay::path_to(std::uint32_t net, std::uint32_t stamp, bool late) const {
  std::vector<TimingPoint> path;
  const auto change_at = [&](std::uint32_t of) -> const Change* {
    if (states_[of].now.stamp == stamp) return &states_[of].now;
    return states_[of].before.stamp == stamp ? &states_[of].before : nullptr;
  };
  for (const Change* change = change_at(net); change != nullptr; change = change_at(net)) {
    const std::int32_t index = late ? change->late_arc : change->early_arc;
    TimingPoint point{graph_.nets[net].name, change->value, late ? change->late : change->early};
    if (index < 0) {
      path.push_back(std::move(point));
      break;
    }
    const Arc& arc = graph_.arcs[static_cast<std::size_t>(index)];
    const Instance& instance = graph_.instances[arc.instance];
    for (const auto& [pin, of] : instance.pins) {
      if (of == arc.to) point.pin = instance.path + "." + pin;
    }
    const std::int64_t at = point.at_fs;
    path.push_back(std::move(point));
    net = arc.from;
    if (change_at(net) != nullptr) continue;
    // It has changed since, as a clock does: what the arc says of it is left.
    const bool rises = arc.from_edge != SdfEdge::Fall;
    const Range delay = arc.delay[change->value ? 1 : 0];
    const Range wire = arc.wire[rises ? 1 : 0];
    const std::int64_t took = late ? delay.late + wire.late : delay.early + wire.early;
    path.push_back({graph_.nets[net].name, rises, at - took});
    break;
  }
  std::reverse(path.begin(), path.end());
  return path;
}

TimingReport Overlay::report(const std::vector<std::string>& arrivals) const {
  TimingReport out = report_;
  out.sdf_file = params_.sdf_file;
  out.cell_count = graph_.annotated_cells;
  out.arc_count = graph_.arcs.size();
  out.check_count = graph_.checks.size();
  out.ignored_conditions = graph_.ignored_conditions;
  for (std::size_t i = 0; i < graph_.nets.size(); ++i) {
    const NetState& state = states_[i];
    const std::string& name = graph_.nets[i].name;
    const auto is_match = [&](const std::string& glob) { return glob_match(glob, name); };
    if (state.now.stamp == 0 || std::none_of(arrivals.begin(), arrivals.end(), is_match)) continue;
    out.arrivals.push_back({name, state.worst_edge, state.worst_delay});
  }
  std::sort(out.arrivals.begin(), out.arrivals.end(),
            [](const TimingArrival& a, const TimingArrival& b) { return a.net < b.net; });
  return out;
}

}  // namespace
}  // namespace timing

std::string_view timing_check_name(TimingCheckKind kind) {
  switch (kind) {
    case TimingCheckKind::Setup: return "setup";
    case TimingCheckKind::Hold: return "hold";
    case TimingCheckKind::Recovery: return "recovery";
    case TimingCheckKind::Removal: return "removal";
    case TimingCheckKind::Width: return "width";
    case TimingCheckKind::Period: break;
  }
  return "period";
}

Result<std::unique_ptr<TimingOverlay>> TimingOverlay::load(const Design& design, const Model& model,
                                                           const TimingParams& params,
                                                           Diagnostics& warnings) {
  HEDDLE_TRY(timing::Graph graph, timing::build_graph(design, model, params, warnings));
  std::unique_ptr<TimingOverlay> overlay =
      std::make_unique<timing::Overlay>(std::move(graph), params);
  return overlay;
}

}  // namespace heddle::gate
