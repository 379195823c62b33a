#include "gate/cosim/run_planner.h"

#include <algorithm>

#include "gate/cosim/image.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"
#include "heddle/gate/cosim_diagnostics.h"
#include "heddle/gate/find_nets.h"

namespace heddle::gate {

namespace diag = cosim::diag;

Result<RunPlan> plan_run(const RunFile& run, const Model& model, Diagnostics& warnings) {
  return RunPlanner(run, model, warnings).plan();
}

Result<RunPlan> RunPlanner::plan() {
  plan_clocks();
  plan_reset();
  plan_constants();
  plan_deposits();
  plan_memories();
  plan_peripherals();
  plan_script();
  plan_forces();
  plan_waves();
  plan_x();
  plan_stop();
  plan_expectations();
  if (diagnostics_.has_errors()) return fail(std::move(diagnostics_));
  warn_of_floating_inputs();
  return std::move(plan_);
}

std::string RunPlanner::did_you_mean(std::string_view nearest, std::string otherwise) {
  return nearest.empty() ? std::move(otherwise) : "did you mean '" + std::string(nearest) + "'?";
}

RunPlanner::Bits RunPlanner::find_input(const Written<std::string>& port) {
  Bits bits = inputs_.find(port.value);
  if (!bits.empty() || port.value.empty()) return bits;
  const bool is_output = !outputs_.find(port.value).empty();
  add(diag::kUnknownPort, port.where,
      {"input", port.value,
       is_output ? "it is an output of the design"
                 : did_you_mean(inputs_.nearest(port.value), "`heddle gate info` lists them")});
  return bits;
}

RunPlanner::Bits RunPlanner::find_output(const Written<std::string>& port) {
  Bits bits = outputs_.find(port.value);
  if (!bits.empty() || port.value.empty()) return bits;
  const bool is_input = !inputs_.find(port.value).empty();
  add(diag::kUnknownPort, port.where,
      {"output", port.value,
       is_input ? "it is an input of the design"
                : did_you_mean(outputs_.nearest(port.value), "`heddle gate info` lists them")});
  return bits;
}

RunPlanner::Bits RunPlanner::find_watched(const Written<std::string>& net) {
  Bits bits = outputs_.find(net.value);
  if (!bits.empty() || net.value.empty()) return bits;
  for (const std::string& name : bit_names(net.value)) {
    const std::vector<Lit> lits = model_.find_bits(name);
    if (lits.empty()) return {};
    for (std::size_t i = 0; i < lits.size(); ++i) {
      bits.push_back(probe(lits[i], name + "#" + std::to_string(i)));
    }
  }
  return bits;
}

std::uint32_t RunPlanner::probe(Lit lit, const std::string& name) {
  const auto next = static_cast<std::uint32_t>(model_.outputs.size() + plan_.probes.size());
  const auto [place, fresh] = probes_.emplace(lit, next);
  if (fresh) plan_.probes.push_back({kProbePrefix + name, lit});
  return place->second;
}

bool RunPlanner::has_width(const Bits& bits, std::size_t width, std::size_t width_max,
                           const Written<std::string>& port) {
  if (bits.empty()) return false;
  if (width != 0 ? bits.size() == width : bits.size() <= width_max) return true;
  const std::string expected =
      width != 0 ? std::to_string(width) : "at most " + std::to_string(width_max);
  add(diag::kPortWidth, port.where,
      {port.value, std::to_string(bits.size()), expected,
       bits.size() > 1 ? "name some of its bits: '" + port.value + "[0]'" : ""});
  return false;
}

void RunPlanner::own(const Bits& bits, const std::string& owner, const SourcePosition& where,
                     PinSharing sharing) {
  for (const std::uint32_t bit : bits) {
    const bool shares = sharing != PinSharing::None && sharing_[bit] == sharing;
    sharing_[bit] = sharing;
    if (!owners_[bit].empty() && !shares) {
      add(diag::kDrivenTwice, where, {model_.inputs[bit].name, owners_[bit], owner});
      return;
    }
    owners_[bit] = owner;
  }
}

std::uint32_t RunPlanner::clock_index(const std::string& name) const {
  const auto found = std::find(plan_.clock_names.begin(), plan_.clock_names.end(), name);
  return found == plan_.clock_names.end()
             ? 0
             : static_cast<std::uint32_t>(found - plan_.clock_names.begin());
}

std::uint32_t RunPlanner::source_index(const std::string& name) const {
  for (std::uint32_t i = 0; i < run_.peripherals.size(); ++i) {
    if (run_.peripherals[i].name == name) return i;
  }
  return 0;
}

void add_probes(Model& model, const RunPlan& plan) {
  model.outputs.insert(model.outputs.end(), plan.probes.begin(), plan.probes.end());
}

void RunPlanner::plan_clocks() {
  plan_.schedule.seed = run_.seed;
  for (const ClockEntry& clock : run_.clocks) {
    plan_.clock_names.push_back(clock.name);
    const Bits bits = find_input(clock.port);
    if (!has_width(bits, 1, 1, clock.port)) continue;
    own(bits, "clock '" + clock.name + "'", clock.port.where);
    plan_.schedule.clocks.push_back(
        {bits[0], clock.period_ps, clock.phase_ps, clock.jitter_ps, clock.name});
  }
}

void RunPlanner::plan_reset() {
  if (!run_.reset) return;
  const Bits bits = find_input(run_.reset->port);
  if (!has_width(bits, 1, 1, run_.reset->port)) return;
  own(bits, "the reset", run_.reset->port.where);
  plan_.schedule.reset = ScheduledReset{.input = bits[0],
                                        .active_level = run_.reset->active_level,
                                        .clock = clock_index(run_.reset->clock.value),
                                        .rising_edges = run_.reset->edges};
}

void RunPlanner::plan_constants() {
  for (const ValueEntry& entry : run_.inputs) {
    const Bits bits = find_input(entry.net);
    if (bits.empty()) continue;
    if (bits.size() < 64 && entry.value >> bits.size() != 0) {
      add(diag::kValueTooWide, entry.net.where,
          {std::to_string(entry.value), std::to_string(bits.size()), entry.net.value});
    }
    own(bits, "`inputs:`", entry.net.where);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const bool high = i < 64 && (entry.value >> i & 1U) != 0;
      plan_.schedule.constants.push_back({bits[i], high ? 1U : 0U});
    }
  }
}

void RunPlanner::plan_deposits() {
  std::map<Lit, std::uint32_t> states;
  for (std::uint32_t i = 0; i < model_.states.size() && !run_.reg_init.empty(); ++i) {
    states.emplace(model_.states[i].output, i);
  }
  for (const ValueEntry& entry : run_.reg_init) {
    const std::vector<Lit> bits = model_.find_bits(entry.net.value);
    if (bits.empty()) {
      std::vector<std::string_view> names;
      for (const NamedNet& net : model_.names) names.push_back(net.name);
      add(diag::kUnknownNet, entry.net.where,
          {entry.net.value, did_you_mean(nearest_name(entry.net.value, names), "")});
      continue;
    }
    if (bits.size() < 64 && entry.value >> bits.size() != 0) {
      add(diag::kValueTooWide, entry.net.where,
          {std::to_string(entry.value), std::to_string(bits.size()), entry.net.value});
    }
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const ForcePoint* point = model_.find_force(bits[i]);
      const Lit bit = point == nullptr ? bits[i] : point->driver;
      const auto state = states.find(bit.complemented() ? ~bit : bit);
      if (state == states.end()) {
        add(diag::kNotAState, entry.net.where, {entry.net.value});
        break;
      }
      const bool high = i < 64 && (entry.value >> i & 1U) != 0;
      plan_.deposits.push_back({state->second, high != bit.complemented()});
    }
  }
}

void RunPlanner::plan_memories() {
  for (const MemoryEntry& entry : run_.memories) {
    const auto found = std::find_if(model_.memories.begin(), model_.memories.end(),
                                    [&](const Memory& m) { return m.name == entry.name.value; });
    if (found == model_.memories.end()) {
      std::vector<std::string_view> names;
      for (const Memory& memory : model_.memories) names.push_back(memory.name);
      add(diag::kUnknownMemory, entry.name.where,
          {entry.name.value, did_you_mean(nearest_name(entry.name.value, names),
                                          "`heddle gate info` lists the memories")});
      continue;
    }
    const auto index = static_cast<std::uint32_t>(found - model_.memories.begin());
    if (!entry.dump.empty()) plan_.dumps.push_back({index, entry.dump});
    if (!entry.image) continue;
    MemoryPreload preload{index, found->initial};
    preload.rows.resize(found->depth * found->words_per_row());
    const Status loaded = load_memory(*entry.image, found->name, found->width, found->depth,
                                      found->start_offset, preload.rows, warnings_);
    if (!loaded) diagnostics_.add(loaded.error());
    if (loaded && run_.xprop) {
      const Status known = plan_unknown_rows(entry, *found, preload);
      if (!known) diagnostics_.add(known.error());
    }
    plan_.image_digest =
        chain(Digest64(plan_.image_digest), digest_of(std::span<const std::uint64_t>(preload.rows)))
            .value();
    plan_.preloads.push_back(std::move(preload));
  }
}

void RunPlanner::plan_waves() {
  for (const Written<std::string>& glob : run_.wave_nets) {
    const std::vector<std::uint32_t> matched = model_.match_names(glob.value);
    if (matched.empty()) {
      std::vector<std::string_view> names;
      for (const NamedNet& net : model_.names) names.push_back(net.name);
      add(diag::kUnknownNet, glob.where,
          {glob.value, did_you_mean(nearest_name(glob.value, names),
                                    "a pattern may hold '*' and '?'; nothing matches this one")});
    }
    plan_.wave_names.insert(plan_.wave_names.end(), matched.begin(), matched.end());
  }
  std::sort(plan_.wave_names.begin(), plan_.wave_names.end());
  plan_.wave_names.erase(std::unique(plan_.wave_names.begin(), plan_.wave_names.end()),
                         plan_.wave_names.end());
}

void RunPlanner::plan_stop() {
  if (run_.stop_edges) plan_.schedule.edge_count_max = *run_.stop_edges;
  if (run_.stop_time_ps) plan_.schedule.time_ps_max = *run_.stop_time_ps;
  if (!run_.stop_net.value.empty()) {
    const Bits bits = find_output(run_.stop_net);
    if (has_width(bits, 1, 1, run_.stop_net)) plan_.bank.stop_outputs.push_back(bits[0]);
  }
  for (const Written<std::string>* net : {&run_.pass_net, &run_.fail_net}) {
    if (net->value.empty()) continue;
    const std::vector<Lit> bits = model_.find_bits(net->value);
    if (bits.size() != 1) {
      add(diag::kUnknownNet, net->where,
          {net->value, bits.empty() ? "" : "name one of its bits: '" + net->value + "[0]'"});
      continue;
    }
    plan_.bank.stop_outputs.push_back(probe(bits[0], net->value));
    if (net == &run_.fail_net) plan_.fail_outputs.push_back(plan_.bank.stop_outputs.back());
  }
  bool finishes = false;
  for (const DesignCheck& check : model_.checks) {
    if (check.kind != CheckKind::Finish && check.kind != CheckKind::Stop) continue;
    plan_.bank.stop_outputs.push_back(probe(check.ended, check.name));
    finishes = true;
  }
  for (const UartTextEntry& stop : run_.stop_texts) {
    plan_.bank.stop_texts.push_back({source_index(stop.uart.value), stop.text.value});
  }
  const bool script_stops = std::any_of(
      run_.events.begin(), run_.events.end(),
      [](const EventStepEntry& step) { return step.action == EventStepEntry::Action::Stop; });
  const bool ends = run_.stop_edges || run_.stop_time_ps || !run_.stop_net.value.empty() ||
                    !run_.stop_texts.empty() || script_stops || !plan_.live.empty() || finishes ||
                    !run_.pass_net.value.empty() || !run_.fail_net.value.empty();
  if (!ends) add(diag::kNoStop, {run_.path, 0, 0}, {});
}

void RunPlanner::plan_expectations() {
  for (const UartTextEntry& entry : run_.expect_uart) {
    Result<std::string> bytes = read_file(entry.text.value);
    if (!bytes) {
      diagnostics_.add(bytes.error());
      continue;
    }
    plan_.expected_uart.push_back(
        {source_index(entry.uart.value), entry.text.value, std::move(*bytes)});
  }
  if (run_.expect_events.value.empty()) return;
  const Result<std::string> text = read_file(run_.expect_events.value);
  if (!text) {
    diagnostics_.add(text.error());
    return;
  }
  Result<std::vector<RunEvent>> events = read_event_list(*text, run_.expect_events.value);
  if (!events) {
    diagnostics_.add(events.error());
    return;
  }
  plan_.expected_events.push_back({run_.expect_events.value, std::move(*events)});
}

void RunPlanner::warn_of_floating_inputs() {
  for (const PortBus& port : inputs_.ports()) {
    const bool floats = std::any_of(port.bits.begin(), port.bits.end(),
                                    [&](std::uint32_t bit) { return owners_[bit].empty(); });
    if (!floats) continue;
    warnings_.add(Diagnostic(diag::kInputFloats, {run_.path, 0, 0},
                             {port.name, run_.xprop ? "x" : "held at 0"}));
    for (const std::uint32_t bit : port.bits) {
      if (run_.xprop && owners_[bit].empty()) plan_.x.options.unknown_inputs.push_back(bit);
    }
  }
}

}  // namespace heddle::gate
