// Rounds: settle the clock cones, fire all flops of the edges found on the
// values before the round, commit, settle; edges that the commit causes open
// the next round.
#include "gate/backend/reference_core.h"

#include <algorithm>
#include <iterator>

#include "gate/backend/limits.h"
#include "gate/program/clock_cone.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kNoClock = 0xFFFFFFFF;

/// The steps of a sweep that belong to the clock cone.
std::vector<EvalStep> steps_of_cone(const Model& model, const EvalOrder& order,
                                    const std::vector<std::uint8_t>& contains) {
  const auto is_inside = [&](const EvalStep& step) {
    if (step.kind == EvalStep::Kind::And) return contains[step.index] != 0;
    if (step.kind == EvalStep::Kind::State) {
      return contains[model.states[step.index].output.node()] != 0;
    }
    const ReadPortId id = order.read_ports[step.index];
    const std::vector<Lit>& data = model.memories[id.memory].reads[id.port].data;
    return std::any_of(data.begin(), data.end(),
                       [&](Lit lit) { return contains[lit.node()] != 0; });
  };
  std::vector<EvalStep> steps;
  std::copy_if(order.steps.begin(), order.steps.end(), std::back_inserter(steps), is_inside);
  return steps;
}

}  // namespace

ReferenceCore::ReferenceCore(const Program& program, std::span<const std::uint32_t> watched_outputs,
                             const XOptions& x)
    : model_(program.model),
      watched_outputs_(watched_outputs.begin(), watched_outputs.end()),
      observed_(program.observed_lits),
      values_(std::size_t{program.model.aig.node_count()} * 2, 0),
      order_(evaluation_order(program.model)),
      digest_(program.model, x.is_on) {
  all_.steps = order_.steps;
  for (std::uint32_t node = 0; node < model_.aig.node_count(); ++node) set(Lit(node, false), false);
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    const StateBit& state = model_.states[i];
    set(state.output, state.initial);
    if (state.breaks_loop) all_.breakers.push_back(i);
    clock_of_state_.push_back(kNoClock);
    if (state.has_clock()) clocks_.push_back(state.clock);
  }
  for (const Memory& memory : model_.memories) {
    memories_.emplace_back(memory);
    for (const MemoryWritePort& write : memory.writes) clocks_.push_back(write.clock);
  }
  std::sort(clocks_.begin(), clocks_.end());
  clocks_.erase(std::unique(clocks_.begin(), clocks_.end()), clocks_.end());
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    if (!model_.states[i].has_clock()) continue;
    const auto at = std::lower_bound(clocks_.begin(), clocks_.end(), model_.states[i].clock);
    clock_of_state_[i] = static_cast<std::uint32_t>(at - clocks_.begin());
  }
  ClockCone cone = clock_cone(model_);
  for (const std::uint32_t index : all_.breakers) {
    if (cone.contains[model_.states[index].output.node()] != 0) cone_.breakers.push_back(index);
  }
  for (const std::uint32_t node : cone.gates) cone.contains[node] = 1;
  cone_.steps = steps_of_cone(model_, order_, cone.contains);
  clock_seen_.assign(clocks_.size(), 0);
  has_risen_.assign(clocks_.size(), 0);
  last_observed_.assign(observed_.size(), 0);
  last_x_.assign(observed_.size(), 0);
  if (x.is_on) {
    x_ = std::make_unique<ReferenceX>(
        model_, ReferenceX::View{values_, memories_, clocks_, clock_of_state_, order_.read_ports},
        x.unknown_inputs);
  }
}

void ReferenceCore::set(Lit source, bool value) {
  values_[source.code()] = static_cast<std::uint8_t>(value);
  values_[(~source).code()] = static_cast<std::uint8_t>(!value);
}

bool ReferenceCore::prime() {
  const bool settled = settle_with_x(all_);
  find_risen();
  if (x_) x_->see_clocks();
  return settled;
}

bool ReferenceCore::step_data(std::span<const EdgeOp> ops) {
  bool changed = false;
  for (const EdgeOp& op : ops) {
    const Lit lit = model_.inputs[op.input].lit;
    changed |= get(lit) != (op.value != 0) || is_x(lit);
    deposit_input(op.input, op.value != 0);
  }
  if (!changed) return true;
  return settle_with_x(all_) && run_rounds();
}

bool ReferenceCore::step_clocks(std::span<const EdgeOp> ops) {
  bool changed = false;
  for (const EdgeOp& op : ops) changed |= get(model_.inputs[op.input].lit) != (op.value != 0);
  if (!changed && !x_) return true;
  before_ = values_;
  if (x_) x_->hold();
  for (const EdgeOp& op : ops) deposit_input(op.input, op.value != 0);
  if (!settle_with_x(cone_)) return false;
  find_risen();
  if (x_) x_->look_at_main(before_, has_risen_);
  fire(before_);
  return settle_with_x(all_) && run_rounds();
}

bool ReferenceCore::run_rounds() {
  for (std::uint32_t round = 0; round < kRoundsMax; ++round) {
    find_risen();
    if (x_) x_->look_at_later(has_risen_);
    if (!any_risen_ && !(x_ && x_->any_risen())) return true;
    fire(values_);
    if (!settle_with_x(all_)) return false;
  }
  unsettled_ = "a clock that flops derive from each other";
  return false;
}

void ReferenceCore::find_risen() {
  any_risen_ = false;
  for (std::size_t i = 0; i < clocks_.size(); ++i) {
    const bool now = get(clocks_[i]);
    has_risen_[i] = static_cast<std::uint8_t>(now && clock_seen_[i] == 0);
    clock_seen_[i] = static_cast<std::uint8_t>(now);
    any_risen_ |= has_risen_[i] != 0;
  }
}

void ReferenceCore::fire(const std::vector<std::uint8_t>& values) {
  if (!any_risen_ && !(x_ && x_->any_risen())) return;
  ++rounds_;
  std::vector<PendingWrite> writes;
  sample_writes(values, writes);
  if (x_) x_->sample(values);
  std::vector<std::pair<Lit, bool>> updates;
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    if (clock_of_state_[i] == kNoClock || has_risen_[clock_of_state_[i]] == 0) continue;
    const StateBit& state = model_.states[i];
    // A state that its asynchronous control moved while the clocks settled stays.
    const bool has_moved = values[state.output.code()] != values_[state.output.code()];
    const bool is_enabled = values[state.gate.code()] == 0 && values[state.enable.code()] != 0;
    if (is_enabled && !has_moved) {
      updates.emplace_back(state.output, values[state.next.code()] != 0);
    }
  }
  for (const auto& [output, value] : updates) set(output, value);
  if (x_) x_->commit_states();
  store_writes(writes);
}

/// In the order of the ports; what a port makes x it does before it stores.
void ReferenceCore::store_writes(const std::vector<PendingWrite>& writes) {
  std::uint32_t port_index = 0;
  for (std::uint32_t m = 0; m < model_.memories.size(); ++m) {
    for (std::uint32_t p = 0; p < model_.memories[m].writes.size(); ++p, ++port_index) {
      if (x_) x_->write(m, p, digest_);
      for (const PendingWrite& write : writes) {
        if (write.order != port_index || !store(memories_[write.memory], write)) continue;
        digest_.add_write(write.memory, write.address, memories_[write.memory].row(write.address));
      }
    }
  }
}

bool ReferenceCore::settle_with_x(const Region& region) {
  if (x_) x_->begin_settle();
  if (!settle(region)) return false;
  if (!x_ || x_->settle(region.steps, region.breakers)) return true;
  unsettled_ = x_->unsettled();
  return false;
}

void ReferenceCore::sample_writes(const std::vector<std::uint8_t>& values,
                                  std::vector<PendingWrite>& out) const {
  const auto pack = [&values](const std::vector<Lit>& bits, std::size_t words) {
    std::vector<std::uint64_t> packed(words, 0);
    for (std::size_t i = 0; i < bits.size(); ++i) {
      packed[i / 64] |= std::uint64_t{values[bits[i].code()]} << (i % 64);
    }
    return packed;
  };
  std::uint32_t order = 0;
  for (std::uint32_t m = 0; m < model_.memories.size(); ++m) {
    for (const MemoryWritePort& port : model_.memories[m].writes) {
      const std::uint32_t place = order++;
      const auto clock = std::lower_bound(clocks_.begin(), clocks_.end(), port.clock);
      const bool has_risen = has_risen_[static_cast<std::size_t>(clock - clocks_.begin())] != 0;
      if (!has_risen || values[port.any_enable.code()] == 0) continue;
      const std::size_t words = memories_[m].words_per_row;
      out.push_back(
          {m, pack(port.address, 1)[0], pack(port.enable, words), pack(port.data, words), place});
    }
  }
}

bool ReferenceCore::settle(const Region& region) {
  for (std::uint32_t sweep = 0; sweep < kRoundsMax; ++sweep) {
    evaluate(region.steps);
    std::vector<std::pair<std::uint32_t, bool>> updates;
    for (const std::uint32_t index : region.breakers) {
      const StateBit& state = model_.states[index];
      if (get(state.gate) && get(state.value) != get(state.output)) {
        updates.emplace_back(index, get(state.value));
      }
    }
    if (updates.empty()) return true;
    unsettled_ = model_.states[updates.front().first].name;
    for (const auto& [index, value] : updates) set(model_.states[index].output, value);
  }
  return false;
}

void ReferenceCore::evaluate(std::span<const EvalStep> steps) {
  for (const EvalStep& step : steps) {
    if (step.kind == EvalStep::Kind::And) {
      const Aig::Node& node = model_.aig.node(step.index);
      const std::uint8_t value = values_[node.a.code()] & values_[node.b.code()];
      values_[step.index * 2] = value;
      values_[step.index * 2 + 1] = value ^ 1U;
    } else if (step.kind == EvalStep::Kind::State) {
      const StateBit& state = model_.states[step.index];
      if (get(state.gate)) set(state.output, get(state.value));
    } else {
      read(order_.read_ports[step.index]);
    }
  }
}

void ReferenceCore::read(const ReadPortId& id) {
  const MemoryReadPort& port = model_.memories[id.memory].reads[id.port];
  if (!get(port.enable)) return;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    address |= std::uint64_t{get(port.address[i])} << i;
  }
  const std::span<const std::uint64_t> row = memories_[id.memory].row(address);
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    set(port.data[i], !row.empty() && ((row[i / 64] >> (i % 64)) & 1U) != 0);
  }
}

void ReferenceCore::set_memory(std::uint32_t i, std::span<const std::uint64_t> words) {
  HEDDLE_CHECK(words.size() == memories_[i].words.size());
  memories_[i].words.assign(words.begin(), words.end());
}

bool ReferenceCore::take_pins(std::span<std::uint8_t> pins) const {
  bool changed = false;
  for (std::size_t i = 0; i < pins.size(); ++i) {
    const auto pin = static_cast<std::uint8_t>(output(watched_outputs_[i]));
    changed |= pin != pins[i];
    pins[i] = pin;
  }
  return changed;
}

std::uint64_t ReferenceCore::edge_digest() {
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    const std::uint32_t bit = digest_.bit_of_state(i);
    if (bit != EdgeDigest::kNoBit) digest_.set(bit, state(i));
  }
  for (std::uint32_t i = 0; i < model_.outputs.size(); ++i) {
    digest_.set(digest_.bit_of_output(i), output(i));
  }
  if (x_) add_x_bits();
  return digest_.next();
}

void ReferenceCore::add_x_bits() {
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    const std::uint32_t bit = digest_.bit_of_state(i);
    if (bit != EdgeDigest::kNoBit) digest_.set_unknown(bit, is_x(model_.states[i].output));
  }
  for (std::uint32_t i = 0; i < model_.outputs.size(); ++i) {
    digest_.set_unknown(digest_.bit_of_output(i), is_x(model_.outputs[i].lit));
  }
}

bool ReferenceCore::take_x_pins(std::span<std::uint8_t> pins) const {
  bool changed = false;
  for (std::size_t i = 0; i < pins.size(); ++i) {
    const auto pin = static_cast<std::uint8_t>(is_x(model_.outputs[watched_outputs_[i]].lit));
    changed |= pin != pins[i];
    pins[i] = pin;
  }
  return changed;
}

void ReferenceCore::take_x_changes(std::vector<Change>& changes) {
  for (std::uint32_t i = 0; i < observed_.size(); ++i) {
    const auto now = static_cast<std::uint8_t>(is_x(observed_[i]));
    if (now != last_x_[i]) changes.push_back({i * 2 + now});
    last_x_[i] = now;
  }
}

void ReferenceCore::take_changes(std::vector<Change>& changes) {
  for (std::uint32_t i = 0; i < observed_.size(); ++i) {
    const auto now = static_cast<std::uint8_t>(observed(i));
    if (now != last_observed_[i]) changes.push_back({i * 2 + now});
    last_observed_[i] = now;
  }
}

void ReferenceCore::save_reads(std::vector<std::uint8_t>& out) const {
  for (const Memory& memory : model_.memories) {
    for (const MemoryReadPort& port : memory.reads) {
      for (const Lit lit : port.data) out.push_back(values_[lit.code()]);
    }
  }
}

void ReferenceCore::restore_reads(std::span<const std::uint8_t> saved) {
  std::size_t at = 0;
  for (const Memory& memory : model_.memories) {
    for (const MemoryReadPort& port : memory.reads) {
      HEDDLE_CHECK(at + port.data.size() <= saved.size());
      for (const Lit lit : port.data) set(lit, saved[at++] != 0);
    }
  }
  HEDDLE_CHECK(at == saved.size());
}

}  // namespace heddle::gate
