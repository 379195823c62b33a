// Forced nets: the run file's keys `force` and `forceable`, and what they become.
// A forced net is an input of the model (`ForcePoint`), so a force is a change of
// inputs like any other, and every engine, check and checkpoint knows it.
#include <algorithm>

#include "gate/cosim/run_file_reader.h"
#include "gate/cosim/run_planner.h"
#include "heddle/base/text.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/find_nets.h"

namespace heddle::gate {

namespace diag = cosim::diag;

namespace {

constexpr std::int64_t kTimePsMax = std::int64_t{1} << 62;

ForceEntry::Moment read_moment(ConfigReader& map) {
  ForceEntry::Moment moment;
  if (map.has("edge") == map.has("time_ps")) {
    map.report(diag::kBadEventStep, "", {"has to say when", "write `{edge: N}` or `{time_ps: N}`"});
  }
  if (const auto edge = map.maybe<std::uint64_t>("edge")) moment.edge = *edge;
  if (const auto time = map.maybe<Picoseconds>("time_ps", {.min = 0, .max = kTimePsMax})) {
    moment.time_ps = time->count();
  }
  return moment;
}

}  // namespace

void read_forces(ConfigReader& map, RunFileReading& reading) {
  for (ConfigReader& item : map.list_of_maps("force")) {
    ForceEntry entry;
    entry.net = written(item, "net");
    entry.value = item.required<std::uint64_t>("value");
    if (std::optional<ConfigReader> from = item.maybe_map("from")) entry.from = read_moment(*from);
    if (std::optional<ConfigReader> until = item.maybe_map("until")) {
      entry.until = read_moment(*until);
    }
    reading.run.forces.push_back(std::move(entry));
  }
  for (const std::string& pattern : map.list<std::string>("forceable", {.min = 1})) {
    reading.run.forceable.push_back({pattern, map.where("forceable")});
  }
}

DesignFiles RunFile::design() const {
  DesignFiles files{netlist.value, cells, manifest, {}};
  for (const Written<std::string>& pattern : forceable) files.forceable.push_back(pattern.value);
  for (const ForceEntry& force : forces) files.forceable.push_back(force.net.value);
  for (const EventStepEntry& step : events) {
    if (!step.net.value.empty()) files.forceable.push_back(step.net.value);
  }
  std::sort(files.forceable.begin(), files.forceable.end());
  const auto last = std::unique(files.forceable.begin(), files.forceable.end());
  files.forceable.erase(last, files.forceable.end());
  files.keeps_unknown = xprop;
  for (const ClockEntry& clock : clocks) {
    if (clock.is_ideal) files.ideal_clocks.push_back(clock.port.value);
  }
  return files;
}

std::vector<EdgeOp> RunPlanner::force_ops(const Written<std::string>& net,
                                          std::optional<std::uint64_t> value) {
  std::vector<Lit> bits;
  for (const std::string& name : bit_names(net.value)) {
    const std::vector<Lit> some = model_.find_bits(name);
    if (some.empty()) {
      std::vector<std::string_view> names;
      for (const NamedNet& one : model_.names) names.push_back(one.name);
      const std::string_view nearest = nearest_name(net.value, names);
      add(diag::kUnknownNet, net.where, {net.value, did_you_mean(nearest, "")});
      return {};
    }
    bits.insert(bits.end(), some.begin(), some.end());
  }
  if (value && bits.size() < 64 && *value >> bits.size() != 0) {
    add(diag::kValueTooWide, net.where,
        {std::to_string(*value), std::to_string(bits.size()), net.value});
  }
  std::vector<EdgeOp> ops;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const ForcePoint* point = model_.find_force(bits[i]);
    if (point == nullptr) {
      add(diag::kNotForceable, net.where, {net.value, "it is a constant"});
      return {};
    }
    if (value) ops.push_back({point->value, i < 64 && (*value >> i & 1U) != 0 ? 1U : 0U});
    ops.push_back({point->enable, value ? 1U : 0U});
  }
  return ops;
}

bool RunPlan::uses_force() const {
  const auto drives = [](const ScriptStepSpec& step) { return step.action == ActionKind::Drive; };
  return !schedule.timed.empty() || std::any_of(bank.script.begin(), bank.script.end(), drives);
}

void RunPlanner::plan_forces() {
  // Releases first: at one edge a net may go from one force to the next.
  std::vector<TimedOps> begins;
  for (const ForceEntry& entry : run_.forces) {
    begins.push_back({entry.from.edge, entry.from.time_ps, force_ops(entry.net, entry.value)});
    if (!entry.until) continue;
    plan_.schedule.timed.push_back(
        {entry.until->edge, entry.until->time_ps, force_ops(entry.net, std::nullopt)});
  }
  plan_.schedule.timed.insert(plan_.schedule.timed.end(), begins.begin(), begins.end());
  for (const Written<std::string>& pattern : run_.forceable) {
    const auto is_named = [&](const NamedNet& net) { return glob_match(pattern.value, net.name); };
    const bool matches = std::any_of(model_.names.begin(), model_.names.end(), is_named);
    if (matches || !model_.find_bits(bit_names(pattern.value).front()).empty()) continue;
    add(diag::kUnknownNet, pattern.where,
        {pattern.value, "a pattern may hold '*' and '?'; nothing matches this one"});
  }
}

}  // namespace heddle::gate
