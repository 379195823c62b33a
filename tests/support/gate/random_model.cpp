#include "support/gate/random_model.h"

#include "gate/model/loops.h"

namespace heddle::gate::testing {
namespace {

class Maker {
 public:
  Maker(std::uint64_t seed, const RandomModelOptions& options) : draw_(seed), options_(options) {}

  Model make() {
    for (std::uint32_t i = 0; i < options_.input_count; ++i) {
      model_.inputs.push_back({"in" + padded(i), source()});
    }
    for (std::uint32_t i = 0; i < options_.state_count; ++i) {
      StateBit state;
      state.name = "q" + padded(i);
      state.output = source();
      state.initial = draw_.one_in(2);
      model_.states.push_back(state);
    }
    for (std::uint32_t i = 0; i < options_.memory_count; ++i) add_memory(i);
    if (options_.register_rows != 0) add_register_file();
    for (std::uint32_t i = 0; i < options_.and_count; ++i) {
      pool_.push_back(model_.aig.make_and(any(), any()));
    }
    for (std::uint32_t i = 0; i < 3; ++i) enables_.push_back(any());
    if (options_.has_derived_clocks) connect_clock_gates();
    connect_register_file();
    for (StateBit& state : model_.states) connect(state);
    for (Memory& memory : model_.memories) connect(memory);
    for (std::uint32_t i = 0; i < 8; ++i) model_.outputs.push_back({"out" + padded(i), any()});
    mark_loop_breakers(model_);
    return std::move(model_);
  }

 private:
  static std::string padded(std::uint32_t i) {
    const std::string digits = std::to_string(i);
    return std::string(4 - digits.size(), '0') + digits;
  }

  Lit source() {
    pool_.push_back(model_.aig.add_source());
    return pool_.back();
  }

  Lit any() {
    return pool_[draw_.below(static_cast<std::uint32_t>(pool_.size()))] ^ draw_.one_in(2);
  }

  Lit clock() {
    const Lit root = model_.inputs[draw_.below(2)].lit ^ draw_.one_in(4);
    if (!options_.has_derived_clocks) return root;
    switch (draw_.below(6)) {
      case 2: return gated_clocks_[draw_.below(kClockGates)] ^ draw_.one_in(4);
      case 0: return model_.aig.make_and(root, any());
      case 1: return model_.states[draw_.below(options_.state_count)].output ^ draw_.one_in(2);
      default: return root;
    }
  }

  /// State k is a latch that is open while the clock of gate k is low: two gates
  /// on the inputs, one behind the other, and one on whatever there is.
  void connect_clock_gates() {
    for (std::uint32_t k = 0; k < kClockGates; ++k) {
      const Lit clock = k < 2 ? model_.inputs[k].lit : k == 2 ? gated_clocks_[0] : any();
      StateBit& latch = model_.states[k];
      latch.kind = StateKind::Latch;
      latch.gate = ~clock;
      latch.value = any();
      gated_clocks_.push_back(model_.aig.make_and(clock, latch.output));
    }
  }

  /// Rows of flops, and two ports that look one up by whatever sources.
  void add_register_file() {
    for (std::uint32_t i = 0; i < options_.register_rows * kRegisterBits; ++i) {
      StateBit state;
      state.name = "r" + padded(i);
      state.output = model_.aig.add_source();
      state.initial = draw_.one_in(2);
      model_.states.push_back(state);
    }
    const std::size_t source_count = pool_.size();
    for (std::uint32_t port = 0; port < 2; ++port) {
      std::vector<Lit> select;
      for (std::uint32_t rows = options_.register_rows; rows > 1; rows /= 2) {
        select.push_back(pool_[draw_.below(static_cast<std::uint32_t>(source_count))]);
      }
      for (std::uint32_t bit = 0; bit < kRegisterBits; ++bit) {
        std::vector<Lit> words;
        for (std::uint32_t row = 0; row < options_.register_rows; ++row) {
          words.push_back(register_bit(row, bit).output);
        }
        for (const Lit by : select) {
          for (std::size_t i = 0; i * 2 < words.size(); ++i) {
            words[i] = model_.aig.make_mux(by, words[2 * i + 1], words[2 * i]);
          }
          words.resize(words.size() / 2);
        }
        pool_.push_back(words[0]);
      }
    }
  }

  StateBit& register_bit(std::uint32_t row, std::uint32_t bit) {
    return model_.states[options_.state_count + row * kRegisterBits + bit];
  }

  /// One clock and one word of data for all rows, an enable for each.
  void connect_register_file() {
    if (options_.register_rows == 0) return;
    const Lit write_clock = clock();
    std::vector<Lit> data;
    for (std::uint32_t bit = 0; bit < kRegisterBits; ++bit) data.push_back(any());
    for (std::uint32_t row = 0; row < options_.register_rows; ++row) {
      const Lit enable = model_.aig.make_and(any(), any());
      for (std::uint32_t bit = 0; bit < kRegisterBits; ++bit) {
        StateBit& state = register_bit(row, bit);
        state.clock = write_clock;
        state.enable = enable;
        state.next = data[bit];
      }
    }
  }

  void connect(StateBit& state) {
    if (state.kind == StateKind::Latch || state.has_clock()) return;
    if (options_.has_latches && draw_.one_in(5)) {
      state.kind = StateKind::Latch;
      state.gate = draw_.one_in(2) ? model_.inputs[draw_.below(2)].lit ^ draw_.one_in(2) : any();
      state.value = any();
      return;
    }
    state.clock = clock();
    state.next = draw_.one_in(3) ? model_.aig.make_mux(any(), any(), state.output) : any();
    if (!enables_.empty() && draw_.one_in(2)) {
      state.enable = enables_[draw_.below(static_cast<std::uint32_t>(enables_.size()))];
      if (draw_.one_in(2)) state.next = enables_[0] ^ state.enable.complemented();
    }
    if (draw_.one_in(4)) {
      state.gate = model_.aig.make_and(any(), model_.aig.make_and(any(), any()));
      state.value = Lit::zero() ^ draw_.one_in(2);
    }
  }

  void add_memory(std::uint32_t i) {
    Memory memory;
    memory.name = "mem" + padded(i);
    memory.width = 1 + draw_.below(70);
    memory.depth = 1 + draw_.below(9);
    memory.start_offset = draw_.below(3);
    memory.initial.assign(memory.depth * memory.words_per_row(), 0);
    const std::uint64_t mask = memory.width % 64 == 0 ? ~0ULL : (1ULL << (memory.width % 64)) - 1;
    for (std::size_t w = 0; w < memory.initial.size(); ++w) {
      memory.initial[w] = 0x0123456789ABCDEFULL * (w + 1);
      if (w % memory.words_per_row() + 1 == memory.words_per_row()) memory.initial[w] &= mask;
    }
    for (std::uint32_t p = 0; p < 1 + draw_.below(2); ++p) {
      MemoryReadPort port;
      for (std::uint32_t bit = 0; bit < memory.width; ++bit) port.data.push_back(source());
      memory.reads.push_back(std::move(port));
    }
    model_.memories.push_back(std::move(memory));
  }

  void connect(Memory& memory) {
    // States and inputs alone, so that no loop runs through a read.
    const std::uint32_t simple = options_.input_count + options_.state_count;
    const auto plain = [&] { return pool_[draw_.below(simple)]; };
    for (MemoryReadPort& port : memory.reads) {
      for (std::uint32_t bit = 0; bit < 3; ++bit) port.address.push_back(plain());
    }
    for (std::uint32_t p = 0; p < 1 + draw_.below(2); ++p) {
      MemoryWritePort port;
      port.clock = clock();
      for (std::uint32_t bit = 0; bit < 3; ++bit) port.address.push_back(any());
      const Lit low = any();
      const Lit high = any();
      for (std::uint32_t bit = 0; bit < memory.width; ++bit) {
        port.enable.push_back(bit % 3 == 0 ? low : high);
        port.data.push_back(any());
      }
      port.any_enable = model_.aig.make_or(port.enable);
      memory.writes.push_back(std::move(port));
    }
  }

  static constexpr std::uint32_t kClockGates = 4;
  static constexpr std::uint32_t kRegisterBits = 9;

  Draw draw_;
  RandomModelOptions options_;
  Model model_;
  std::vector<Lit> pool_;
  std::vector<Lit> enables_;       ///< shared by many states
  std::vector<Lit> gated_clocks_;  ///< by clock gate
};

}  // namespace

Model random_model(std::uint64_t seed, const RandomModelOptions& options) {
  return Maker(seed, options).make();
}

}  // namespace heddle::gate::testing
