// Three-valued evaluation, plainly: everything at every settle.
#include "gate/backend/reference_x.h"

#include <algorithm>

#include "gate/backend/limits.h"
#include "heddle/base/check.h"

namespace heddle::gate {

ReferenceX::ReferenceX(const Model& model, const View& view,
                       std::span<const std::uint32_t> unknown_inputs)
    : model_(model),
      view_(view),
      x_(model.aig.node_count(), 0),
      before_(x_),
      at_settle_(view.values),
      select_of_(model.aig.node_count(), -1),
      seen_(view.clocks.size(), 0),
      seen_values_(view.clocks.size(), 0),
      rises_(view.clocks.size(), Rise::No) {
  for (const StateBit& state : model_.states) set(state.output, state.is_unknown);
  for (const std::uint32_t input : unknown_inputs) set(model_.inputs[input].lit, true);
  for (const UnknownNet& net : model_.unknowns) set(net.lit, true);
  for (const Memory& memory : model_.memories) rows_.push_back(memory.unknown_words());
  find_muxes();
}

/// A node is a multiplexer where both of its operands are complemented products
/// and one has the complement of a factor of the other.
void ReferenceX::find_muxes() {
  const Aig& aig = model_.aig;
  for (std::uint32_t node = 1; node < aig.node_count(); ++node) {
    if (aig.is_source(node)) continue;
    const auto product = [&](Lit lit) {
      return lit.complemented() && !lit.is_constant() && !aig.is_source(lit.node());
    };
    const Aig::Node top = aig.node(node);
    if (!product(top.a) || !product(top.b)) continue;
    const Aig::Node one = aig.node(top.a.node());
    const Aig::Node two = aig.node(top.b.node());
    for (const Lit select : {one.b, one.a}) {
      if (two.a == ~select || two.b == ~select) {
        select_of_[node] = static_cast<std::int32_t>(select.code());
      }
    }
  }
}

ReferenceX::Ternary ReferenceX::evaluate_and(std::uint32_t node) const {
  const Aig::Node top = model_.aig.node(node);
  const Ternary a = now(top.a);
  const Ternary b = now(top.b);
  if (select_of_[node] >= 0) {
    const Lit select = Lit::from_code(static_cast<std::uint32_t>(select_of_[node]));
    const auto other = [this](Lit product, Lit factor) {
      const Aig::Node& parts = model_.aig.node(product.node());
      return parts.a == factor ? parts.b : parts.a;
    };
    const Ternary then = now(other(top.a, select));
    const Ternary otherwise = now(other(top.b, ~select));
    const Ternary chosen = now(select) == kX  ? (then == otherwise ? then : kX)
                           : now(select) == 1 ? then
                                              : otherwise;
    return chosen == kX ? kX : static_cast<Ternary>(chosen ^ 1U);
  }
  if (a == 0 || b == 0) return 0;
  return a == kX || b == kX ? kX : 1;
}

bool ReferenceX::state_through_gate(std::uint32_t index) const {
  const StateBit& state = model_.states[index];
  const Ternary gate = now(state.gate);
  if (gate == 0) return is_x(state.output);
  if (gate == 1) return is_x(state.value);
  const std::uint32_t code = state.output.code();
  const bool has_moved = at_settle_[code] != view_.values[code];
  return has_moved || is_x(state.output) || now(state.value) != now(state.output);
}

void ReferenceX::read(const ReadPortId& id) {
  const Memory& memory = model_.memories[id.memory];
  const MemoryReadPort& port = memory.reads[id.port];
  const Ternary enable = now(port.enable);
  if (enable == 0) return;
  bool is_known = enable == 1;
  std::uint64_t address = 0;
  for (std::size_t i = 0; i < port.address.size(); ++i) {
    const Ternary bit = now(port.address[i]);
    is_known &= bit != kX;
    if (bit == 1) address |= std::uint64_t{1} << i;
  }
  const std::uint64_t row = address - memory.start_offset;
  is_known = is_known && address >= memory.start_offset && row < memory.depth;
  for (std::size_t i = 0; i < port.data.size(); ++i) {
    const std::size_t word = static_cast<std::size_t>(row) * memory.words_per_row() + i / 64;
    set(port.data[i], !is_known || (rows_[id.memory][word] >> (i % 64) & 1U) != 0);
  }
}

bool ReferenceX::settle(std::span<const EvalStep> steps, std::span<const std::uint32_t> breakers) {
  for (std::uint32_t sweep = 0; sweep < kRoundsMax; ++sweep) {
    for (const EvalStep& step : steps) {
      if (step.kind == EvalStep::Kind::And) {
        x_[step.index] = static_cast<std::uint8_t>(evaluate_and(step.index) == kX);
      } else if (step.kind == EvalStep::Kind::State) {
        set(model_.states[step.index].output, state_through_gate(step.index));
      } else {
        read(view_.read_ports[step.index]);
      }
    }
    std::vector<std::pair<std::uint32_t, bool>> moves;
    for (const std::uint32_t index : breakers) {
      const bool is_unknown = state_through_gate(index);
      if (is_unknown != is_x(model_.states[index].output)) moves.emplace_back(index, is_unknown);
    }
    if (moves.empty()) return true;
    unsettled_ = model_.states[moves.front().first].name;
    for (const auto& [index, is_unknown] : moves) set(model_.states[index].output, is_unknown);
  }
  return false;
}

void ReferenceX::see_clocks() {
  for (std::size_t c = 0; c < seen_.size(); ++c) {
    seen_[c] = now(view_.clocks[c]);
    seen_values_[c] = view_.values[view_.clocks[c].code()];
  }
}

/// A clock that was 0 and is x, or was x and is 1, or was x and still is, may
/// have risen.
void ReferenceX::look_at_main(const std::vector<std::uint8_t>& values,
                              const std::vector<std::uint8_t>& has_risen) {
  is_main_ = true;
  for (std::size_t c = 0; c < rises_.size(); ++c) {
    const Lit clock = view_.clocks[c];
    const bool was_x = before_[clock.node()] != 0;
    const bool was_high = values[clock.code()] != 0;
    const Ternary is = now(clock);
    if (!was_x && is != kX) {
      rises_[c] = has_risen[c] != 0 ? Rise::Yes : Rise::No;
    } else if (was_x) {
      rises_[c] = is == 0 ? Rise::No : Rise::Perhaps;
    } else {
      rises_[c] = was_high ? Rise::No : Rise::Perhaps;
    }
  }
  see_clocks();
}

/// In later rounds one that stays x rises with its value only.
void ReferenceX::look_at_later(const std::vector<std::uint8_t>& has_risen) {
  is_main_ = false;
  for (std::size_t c = 0; c < rises_.size(); ++c) {
    const Lit clock = view_.clocks[c];
    const Ternary was = seen_[c];
    const Ternary is = now(clock);
    if (was != kX && is != kX) {
      rises_[c] = has_risen[c] != 0 ? Rise::Yes : Rise::No;
    } else if (was == kX && is == kX) {
      const bool is_high = view_.values[clock.code()] != 0;
      rises_[c] = seen_values_[c] == 0 && is_high ? Rise::Perhaps : Rise::No;
    } else {
      rises_[c] = is == 0 ? Rise::No : Rise::Perhaps;
    }
  }
  see_clocks();
}

bool ReferenceX::any_risen() const {
  return std::any_of(rises_.begin(), rises_.end(), [](Rise rise) { return rise != Rise::No; });
}

void ReferenceX::sample(const std::vector<std::uint8_t>& values) {
  sampled_values_ = values;
  sampled_x_ = is_main_ ? before_ : x_;
  updates_.clear();
  for (std::uint32_t i = 0; i < model_.states.size(); ++i) {
    const std::uint32_t clock = view_.clock_of_state[i];
    if (clock >= rises_.size() || rises_[clock] == Rise::No) continue;
    const StateBit& state = model_.states[i];
    const std::uint32_t node = state.output.node();
    const bool has_moved = sampled_x_[node] != x_[node] ||
                           values[state.output.code()] != view_.values[state.output.code()];
    const Ternary enable = sampled(state.enable);
    const Ternary gate = sampled(state.gate);
    if (state.is_check) {
      updates_.emplace_back(i, enable == kX || (enable == 1 && rises_[clock] != Rise::Yes));
      continue;
    }
    if (has_moved || enable == 0 || gate == 1) continue;
    const bool is_sure = rises_[clock] == Rise::Yes && enable == 1 && gate == 0;
    const Ternary next = sampled(state.next);
    updates_.emplace_back(i, next == kX || (!is_sure && next != sampled(state.output)));
  }
  sample_writes();
}

std::vector<ReferenceX::Ternary> ReferenceX::sampled(const std::vector<Lit>& lits) const {
  std::vector<Ternary> out;
  for (const Lit lit : lits) out.push_back(sampled(lit));
  return out;
}

void ReferenceX::sample_writes() {
  writes_.clear();
  for (std::uint32_t m = 0; m < model_.memories.size(); ++m) {
    for (std::uint32_t p = 0; p < model_.memories[m].writes.size(); ++p) {
      const MemoryWritePort& port = model_.memories[m].writes[p];
      const auto clock = std::lower_bound(view_.clocks.begin(), view_.clocks.end(), port.clock);
      const Rise rise = rises_[static_cast<std::size_t>(clock - view_.clocks.begin())];
      if (rise == Rise::No) continue;
      writes_.push_back({m, p, rise == Rise::Yes, sampled(port.address), sampled(port.enable),
                         sampled(port.data)});
    }
  }
}

void ReferenceX::commit_states() {
  for (const auto& [index, is_unknown] : updates_) set(model_.states[index].output, is_unknown);
}

/// Every row that the address may mean; surely written only where it means one.
void ReferenceX::write(std::uint32_t memory, std::uint32_t port, EdgeDigest& digest) {
  for (const Write& write : writes_) {
    if (write.memory != memory || write.port != port) continue;
    writing_ = &write;
    const bool is_one = std::none_of(write.address.begin(), write.address.end(),
                                     [](Ternary bit) { return bit == kX; });
    for (std::uint64_t row = 0; row < model_.memories[memory].depth; ++row) {
      const std::uint64_t address = row + model_.memories[memory].start_offset;
      bool fits = write.address.size() >= 64 || address >> write.address.size() == 0;
      for (std::size_t i = 0; fits && i < write.address.size(); ++i) {
        fits = write.address[i] == kX || write.address[i] == (address >> i & 1U);
      }
      if (fits) write_row(memory, row, is_one && write.is_sure, digest);
    }
  }
}

void ReferenceX::write_row(std::uint32_t memory, std::uint64_t row, bool is_sure,
                           EdgeDigest& digest) {
  const std::uint64_t address = row + model_.memories[memory].start_offset;
  const std::uint32_t words = model_.memories[memory].words_per_row();
  const std::span<std::uint64_t> held = view_.memories[memory].row(address);
  const std::span<std::uint64_t> unknown = std::span(rows_[memory]).subspan(row * words, words);
  const std::vector<std::uint64_t> before(unknown.begin(), unknown.end());
  for (std::size_t i = 0; i < writing_->data.size(); ++i) {
    const Ternary enable = writing_->enable[i];
    if (enable == 0) continue;
    const std::uint64_t mask = std::uint64_t{1} << (i % 64);
    const Ternary cell = (unknown[i / 64] & mask) != 0 ? kX : (held[i / 64] & mask) != 0 ? 1 : 0;
    const Ternary data = writing_->data[i];
    const bool is_unknown =
        data == kX || ((enable == kX || !is_sure) && (cell == kX || cell != data));
    unknown[i / 64] = is_unknown ? unknown[i / 64] | mask : unknown[i / 64] & ~mask;
  }
  if (!std::equal(before.begin(), before.end(), unknown.begin())) {
    digest.add_unknown(memory, address, unknown);
  }
}

void ReferenceX::save_reads(std::vector<std::uint8_t>& out) const {
  for (const Memory& memory : model_.memories) {
    for (const MemoryReadPort& port : memory.reads) {
      for (const Lit lit : port.data) out.push_back(x_[lit.node()]);
    }
  }
}

void ReferenceX::restore_reads(std::span<const std::uint8_t> saved) {
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
