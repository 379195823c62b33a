// Memory ports: reads become asynchronous, registers become states.
#include "gate/model/memories.h"

#include <algorithm>
#include <numeric>

namespace heddle::gate {
namespace {

/// The registers of one clocked read port.
struct PendingPort {
  std::vector<Lit> raw;            ///< sources of the asynchronous read
  std::size_t first_register = 0;  ///< index into `Model::states`, clocked ports
};

Logic logic_at(const std::vector<Logic>& bits, std::size_t i) {
  return i < bits.size() ? bits[i] : Logic::X;
}

bool bit_at(const std::vector<Logic>& bits, std::size_t i) {
  return i < bits.size() && bits[i] == Logic::One;
}

class MemoryBuilder {
 public:
  MemoryBuilder(const FlatNetlist& netlist, Elaborator& elaborator, Model& model)
      : netlist_(netlist), elaborator_(elaborator), model_(model), naming_(netlist) {}

  std::vector<Memory> build() {
    // All sources before any logic: an address may come from another memory.
    for (const MemoryCell& cell : netlist_.memories) {
      for (const MemoryCell::ReadPort& port : cell.reads) ports_.push_back(define(port));
    }
    std::vector<Memory> memories;
    std::size_t at = 0;
    for (const MemoryCell& cell : netlist_.memories) {
      Memory memory = header(cell);
      for (const MemoryCell::ReadPort& port : cell.reads) {
        memory.reads.push_back(connect(cell, port, ports_[at++]));
      }
      for (const std::size_t index : write_order(cell)) {
        memory.writes.push_back(connect(cell.writes[index]));
      }
      memories.push_back(std::move(memory));
    }
    return memories;
  }

 private:
  PendingPort define(const MemoryCell::ReadPort& port) {
    PendingPort pending;
    pending.first_register = model_.states.size();
    for (std::size_t bit = 0; bit < port.data.size(); ++bit) {
      const Lit raw = model_.aig.add_source();
      pending.raw.push_back(raw);
      if (!port.clocked()) {
        elaborator_.define(port.data[bit], raw);
        continue;
      }
      StateBit state;
      state.name = naming_.name_of(port.data[bit]);
      state.output = model_.aig.add_source();
      state.initial = bit_at(port.init, bit);
      state.is_unknown = logic_at(port.init, bit) == Logic::X;
      elaborator_.define(port.data[bit], state.output);
      model_.states.push_back(std::move(state));
    }
    return pending;
  }

  Memory header(const MemoryCell& cell) const {
    Memory memory;
    memory.name = cell.id.is_none() ? netlist_.names.full_name(cell.name)
                                    : netlist_.names.full_name({cell.name.scope, cell.id});
    memory.width = cell.width;
    memory.depth = cell.depth;
    memory.start_offset = static_cast<std::uint64_t>(cell.start_offset);
    memory.initial.assign(memory.depth * memory.words_per_row(), 0);
    memory.is_unknown = cell.init_value.empty();
    if (!memory.is_unknown) read_contents(cell, memory);
    return memory;
  }

  static void read_contents(const MemoryCell& cell, Memory& memory) {
    std::vector<std::uint64_t> unknown(memory.initial.size(), 0);
    bool any_unknown = false;
    for (std::uint64_t row = 0; row < cell.depth; ++row) {
      for (std::uint32_t bit = 0; bit < cell.width; ++bit) {
        const Logic value = cell.init_bit(row, bit);
        const std::size_t word = row * memory.words_per_row() + bit / 64;
        const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
        if (value == Logic::One) memory.initial[word] |= mask;
        if (value == Logic::X) unknown[word] |= mask;
        any_unknown |= value == Logic::X;
      }
    }
    if (any_unknown) memory.unknown = std::move(unknown);
  }

  MemoryReadPort connect(const MemoryCell& cell, const MemoryCell::ReadPort& port,
                         const PendingPort& pending) {
    MemoryReadPort read;
    read.address = elaborator_.lits(port.address);
    read.data = pending.raw;
    if (!port.clocked()) return read;
    read.enable = elaborator_.lit(port.enable);
    std::vector<Lit> word = pending.raw;
    for (const std::size_t index : write_order(cell)) {
      if (index < port.transparent.size() && port.transparent[index]) {
        forward(cell.writes[index], read.address, word);
      }
    }
    for (std::size_t bit = 0; bit < port.data.size(); ++bit) {
      connect(port, read.enable, bit, word[bit], model_.states[pending.first_register + bit]);
    }
    return read;
  }

  /// `word` as it is once `write` has happened.
  void forward(const MemoryCell::WritePort& write, const std::vector<Lit>& address,
               std::vector<Lit>& word) {
    Aig& g = model_.aig;
    std::vector<Lit> same;
    const std::vector<Lit> write_address = elaborator_.lits(write.address);
    for (std::size_t i = 0; i < std::max(address.size(), write_address.size()); ++i) {
      const Lit a = i < address.size() ? address[i] : Lit::zero();
      const Lit b = i < write_address.size() ? write_address[i] : Lit::zero();
      same.push_back(~g.make_xor(a, b));
    }
    const Lit hit = g.make_and(same);
    for (std::size_t bit = 0; bit < word.size(); ++bit) {
      const Lit take = g.make_and(hit, elaborator_.lit(write.enable[bit]));
      word[bit] = g.make_mux(take, elaborator_.lit(write.data[bit]), word[bit]);
    }
  }

  void connect(const MemoryCell::ReadPort& port, Lit enable, std::size_t bit, Lit word,
               StateBit& state) {
    Aig& g = model_.aig;
    const Lit reset = elaborator_.lit(port.sync_reset);
    const Lit reset_value = Lit::zero() ^ bit_at(port.sync_reset_value, bit);
    state.next = g.make_mux(reset, reset_value, word);
    state.enable = port.reset_needs_enable ? enable : g.make_or(enable, reset);
    state.clock = elaborator_.lit(port.clock) ^ !port.posedge;
    state.gate = elaborator_.lit(port.async_reset);
    state.value = Lit::zero() ^ bit_at(port.async_reset_value, bit);
  }

  MemoryWritePort connect(const MemoryCell::WritePort& port) {
    MemoryWritePort write;
    write.clock = elaborator_.lit(port.clock) ^ !port.posedge;
    write.enable = elaborator_.lits(port.enable);
    write.any_enable = model_.aig.make_or(write.enable);
    write.address = elaborator_.lits(port.address);
    write.data = elaborator_.lits(port.data);
    return write;
  }

  /// Ports so that one with priority over another comes after it; ports
  /// without a relation keep their order.
  static std::vector<std::size_t> write_order(const MemoryCell& cell) {
    const auto beats = [&cell](std::size_t a, std::size_t b) {
      const std::vector<bool>& over = cell.writes[a].priority_over;
      return b < over.size() && over[b];
    };
    std::vector<std::size_t> left(cell.writes.size());
    std::iota(left.begin(), left.end(), std::size_t{0});
    std::vector<std::size_t> order;
    while (!left.empty()) {
      const auto next = std::find_if(left.begin(), left.end(), [&](std::size_t candidate) {
        return std::none_of(left.begin(), left.end(), [&](std::size_t other) {
          return other != candidate && beats(candidate, other);
        });
      });
      const auto chosen = next == left.end() ? left.begin() : next;
      order.push_back(*chosen);
      left.erase(chosen);
    }
    return order;
  }

  const FlatNetlist& netlist_;
  Elaborator& elaborator_;
  Model& model_;
  NetNaming naming_;
  std::vector<PendingPort> ports_;
};

}  // namespace

std::vector<Memory> add_memories(const FlatNetlist& netlist, Elaborator& elaborator, Model& model) {
  return MemoryBuilder(netlist, elaborator, model).build();
}

}  // namespace heddle::gate
