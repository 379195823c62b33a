// x86-64. Values are 0 or 1 in 32-bit registers, perhaps held complemented.
#include <asmjit/asmjit.h>

#include <algorithm>
#include <array>
#include <bit>
#include <optional>
#include <utility>

#include "gate/backend/event/cluster_code.h"
#include "gate/backend/event/cluster_schedule.h"
#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

namespace x86 = asmjit::x86;

constexpr std::uint32_t kNone = ~0U;
constexpr std::uint32_t kNever = ~0U;

const x86::Gp kBase = x86::rdi;   ///< the memory
const x86::Gp kTable = x86::r15;  ///< addresses by place
const x86::Gp kLog = x86::r14;    ///< where the next watched node goes

/// Registers that hold values, those that need no prefix first.
const std::array<x86::Gp, 12> kRegisters{x86::rax, x86::rcx, x86::rdx, x86::rsi,
                                         x86::rbx, x86::rbp, x86::r8,  x86::r9,
                                         x86::r10, x86::r11, x86::r12, x86::r13};
const std::array<x86::Gp, 6> kSaved{x86::rbx, x86::rbp, x86::r12, x86::r13, x86::r14, x86::r15};

using Entry = std::uint64_t (*)(std::uint8_t*, std::uint64_t, std::uint32_t**);

/// Translates one cluster after the other into one function.
class Translator {
 public:
  Translator(const EventPlan& plan, const EventMemory& memory,
             std::span<const std::uint8_t> is_watched, asmjit::CodeHolder& code)
      : plan_(plan),
        memory_(memory),
        is_watched_(is_watched),
        a_(&code),
        has_bmi_(asmjit::CpuInfo::host().features().x86().hasBMI()) {}

  void run() {
    exit_ = a_.newLabel();
    table_ = a_.newLabel();
    for (std::uint32_t w = plan_.cone.end; w <= plan_.due.end; ++w) words_.push_back(a_.newLabel());
    for (std::uint32_t i = 0; i < plan_.due.end * 64; ++i) places_.push_back(a_.newLabel());
    enter();
    for (std::uint32_t w = plan_.cone.end; w <= plan_.due.end; ++w) {
      a_.bind(word_label(w));
      if (w < plan_.logic.end || (w >= plan_.due.begin && w < plan_.due.end)) {
        dispatch(w);
      } else {
        a_.mov(x86::rax, ClusterCode::kDone);
        a_.jmp(exit_);
      }
    }
    for (std::uint32_t place = plan_.cone.end * 64; place < plan_.logic.end * 64; ++place) {
      item(place, plan_.items[place]);
    }
    // What waits runs from the bits that say that it is due.
    for (std::uint32_t place = plan_.due.begin * 64; place < plan_.due.end * 64; ++place) {
      item(place, plan_.items[place - (plan_.due.begin - plan_.waiting.begin) * 64]);
    }
    leave();
    tables();
  }

  [[nodiscard]] std::uint32_t spill_count() const { return spill_count_; }

 private:
  x86::Mem at(std::uint32_t offset, std::uint32_t size) const {
    return x86::ptr(kBase, static_cast<std::int32_t>(offset), size);
  }
  const asmjit::Label& word_label(std::uint32_t word) const {
    return words_[word - plan_.cone.end];
  }

  void item(std::uint32_t place, const EventItem& item) {
    a_.bind(places_[place]);
    if (item.kind == EventItem::Kind::Cluster && item.index != EventPlan::kNoItem) {
      cluster(plan_.clusters[item.index]);
      dispatch(place / 64);
    } else {
      a_.mov(x86::eax, place);
      a_.jmp(exit_);
    }
  }

  [[nodiscard]] bool has_code(std::uint32_t place) const {
    const std::uint32_t word = place / 64;
    return (word >= plan_.cone.end && word < plan_.logic.end) || word >= plan_.due.begin;
  }

  /// entry(memory, first word, &log tail)
  void enter() {
    for (const x86::Gp& reg : kSaved) a_.push(reg);
    a_.push(x86::rdx);
    a_.sub(x86::rsp, kFrame);
    a_.mov(kLog, x86::ptr(x86::rdx));
    a_.lea(kTable, x86::ptr(table_));
    // The addresses of the words stand behind those of the places.
    a_.jmp(x86::ptr(kTable, x86::rsi, 3,
                    static_cast<std::int32_t>((places_.size() - plan_.cone.end) * 8)));
  }

  void leave() {
    a_.bind(exit_);
    a_.add(x86::rsp, kFrame);
    a_.pop(x86::rdx);
    a_.mov(x86::ptr(x86::rdx), kLog);
    for (std::size_t i = kSaved.size(); i-- > 0;) a_.pop(kSaved[i]);
    a_.ret();
  }

  void tables() {
    a_.align(asmjit::AlignMode::kData, 64);
    a_.bind(table_);
    for (std::uint32_t place = 0; place < places_.size(); ++place) {
      a_.embedLabel(has_code(place) ? places_[place] : exit_);
    }
    for (const asmjit::Label& word : words_) a_.embedLabel(word);
  }

  /// Jumps to the lowest place of a word that is set, or to the next word.
  void dispatch(std::uint32_t word) {
    const x86::Mem bits = at(memory_.place_word_at(word), 8);
    a_.mov(x86::rax, bits);
    a_.test(x86::rax, x86::rax);
    a_.jz(word_label(word + 1));
    a_.bsf(x86::rcx, x86::rax);
    a_.lea(x86::rdx, x86::ptr(x86::rax, -1));
    a_.and_(x86::rax, x86::rdx);
    a_.mov(bits, x86::rax);
    a_.jmp(x86::ptr(kTable, x86::rcx, 3, static_cast<std::int32_t>(word * 512)));
  }

  void cluster(const ClusterBody& body) {
    body_ = &body;
    const ClusterSchedule schedule(body);
    schedule_ = &schedule;
    const std::uint32_t count = body.block.value_count();
    register_of_.assign(count, kNone);
    slot_of_.assign(count, kNone);
    is_inverted_.assign(count, 0);
    next_read_.assign(count, 0);
    holds_.fill(kNone);
    is_locked_.fill(false);
    frame_used_ = 0;
    moved_ = kNone;
    toggling_ = kNone;
    a_.inc(at(memory_.cluster_runs_at(), 8));
    for (step_ = 0; step_ < schedule.steps.size(); ++step_) {
      const ClusterStep& step = schedule.steps[step_];
      if (step.kind == ClusterStep::Kind::Gate) gate(step.index);
      if (step.kind == ClusterStep::Kind::Output) output(step.index);
      if (step.kind == ClusterStep::Kind::Toggle) toggle(step);
    }
    flush();
  }

  // --- Registers -------------------------------------------------------

  /// The step at or after which `value` is read next.
  std::uint32_t next_read(std::uint32_t value, std::uint32_t from) {
    const std::vector<std::uint32_t>& reads = schedule_->reads[value];
    std::uint32_t& at = next_read_[value];
    while (at < reads.size() && reads[at] < from) ++at;
    return at < reads.size() ? reads[at] : kNever;
  }
  bool dies(std::uint32_t value) { return next_read_after(value) == kNever; }
  std::uint32_t next_read_after(std::uint32_t value) {
    const std::vector<std::uint32_t>& reads = schedule_->reads[value];
    const auto at = std::upper_bound(reads.begin(), reads.end(), step_);
    return at == reads.end() ? kNever : *at;
  }
  bool is_leaf(std::uint32_t value) const { return value < body_->block.first_gate(); }

  x86::Gp r32(std::uint32_t reg) const { return kRegisters[reg].r32(); }
  x86::Gp r64(std::uint32_t reg) const { return kRegisters[reg].r64(); }
  x86::Gp r8(std::uint32_t reg) const { return kRegisters[reg].r8(); }

  /// A register that holds nothing; locked until `unlock`.
  std::uint32_t take() {
    std::uint32_t best = kNone;
    std::uint32_t best_read = 0;
    for (std::uint32_t reg = 0; reg < kRegisters.size(); ++reg) {
      if (is_locked_[reg]) continue;
      if (holds_[reg] == kNone) {
        best = reg;
        break;
      }
      const std::uint32_t read = next_read(holds_[reg], step_);
      // Of values read equally late, one that needs no store goes first.
      if (best == kNone || read > best_read) {
        best = reg;
        best_read = read;
      }
    }
    HEDDLE_CHECK(best != kNone);
    evict(best);
    is_locked_[best] = true;
    return best;
  }

  void evict(std::uint32_t reg) {
    const std::uint32_t value = std::exchange(holds_[reg], kNone);
    if (value == kNone) return;
    register_of_[value] = kNone;
    if (is_leaf(value) || next_read(value, step_) == kNever || slot_of_[value] != kNone) return;
    slot_of_[value] = frame_used_++;
    spill_count_ = std::max(spill_count_, frame_used_);
    HEDDLE_CHECK(frame_used_ * 4 <= kFrame);
    a_.mov(slot(value), r32(reg));
  }
  x86::Mem slot(std::uint32_t value) const {
    return x86::dword_ptr(x86::rsp, static_cast<std::int32_t>(slot_of_[value] * 4));
  }
  void unlock(std::uint32_t reg) { is_locked_[reg] = false; }

  void hold(std::uint32_t reg, std::uint32_t value) {
    holds_[reg] = value;
    register_of_[value] = reg;
  }
  void forget(std::uint32_t reg) {
    if (holds_[reg] != kNone) register_of_[holds_[reg]] = kNone;
    holds_[reg] = kNone;
  }
  /// Frees the register of a value that is not read any more.
  void release(std::uint32_t value) {
    if (register_of_[value] != kNone && dies(value)) forget(register_of_[value]);
  }

  /// The value in a register, locked.
  std::uint32_t load(std::uint32_t value) {
    if (register_of_[value] != kNone) {
      is_locked_[register_of_[value]] = true;
      return register_of_[value];
    }
    const std::uint32_t reg = take();
    if (value == 0) {
      a_.xor_(r32(reg), r32(reg));
    } else if (is_leaf(value)) {
      a_.movzx(r32(reg), at(body_->block.leaves[value - 1], 1));
    } else {
      a_.mov(r32(reg), slot(value));
    }
    hold(reg, value);
    return reg;
  }

  bool is_complemented(Lit lit) const {
    return lit.complemented() != (is_inverted_[lit.node()] != 0);
  }

  // --- Steps -----------------------------------------------------------

  void gate(std::uint32_t index) {
    const BlockGate& g = body_->block.gates[index];
    const std::uint32_t made = body_->block.first_gate() + index;
    Lit x = g.a;
    Lit y = g.b;
    const bool cx = is_complemented(x);
    const bool cy = is_complemented(y);
    if (g.kind == BlockGate::Kind::Xor) {
      is_inverted_[made] = static_cast<std::uint8_t>(cx != cy);
      two_operand(made, x.node(), y.node(), asmjit::x86::Inst::kIdXor);
    } else if (cx && cy) {
      is_inverted_[made] = 1;
      two_operand(made, x.node(), y.node(), asmjit::x86::Inst::kIdOr);
    } else if (!cx && !cy) {
      two_operand(made, x.node(), y.node(), asmjit::x86::Inst::kIdAnd);
    } else {
      and_not(made, cx ? x.node() : y.node(), cx ? y.node() : x.node());
    }
  }

  bool only_in_memory(std::uint32_t value) const {
    return is_leaf(value) && value != 0 && register_of_[value] == kNone;
  }

  void two_operand(std::uint32_t made, std::uint32_t x, std::uint32_t y,
                   asmjit::InstId instruction) {
    // The one that is overwritten should die; the other may stay in memory.
    if (register_of_[y] != kNone && dies(y) && !(register_of_[x] != kNone && dies(x))) {
      std::swap(x, y);
    }
    if (only_in_memory(x) && !only_in_memory(y) && dies(x) && dies(y)) std::swap(x, y);
    const std::uint32_t from = load(x);
    const bool from_memory = only_in_memory(y) && dies(y);
    const std::uint32_t other = from_memory ? kNone : load(y);
    std::uint32_t to = from;
    if (dies(x)) {
      forget(from);
    } else {
      to = take();
      a_.mov(r32(to), r32(from));
      unlock(from);
    }
    if (from_memory) {
      a_.emit(instruction, r8(to), at(body_->block.leaves[y - 1], 1));
    } else {
      a_.emit(instruction, r32(to), r32(other));
      unlock(other);
      release(y);
    }
    hold(to, made);
    unlock(to);
  }

  /// made = ~x & y
  void and_not(std::uint32_t made, std::uint32_t x, std::uint32_t y) {
    const std::uint32_t inverted = load(x);
    const std::uint32_t plain = load(y);
    const bool x_dies = dies(x);
    const bool y_dies = dies(y);
    std::uint32_t to = kNone;
    if (x_dies) {
      forget(to = inverted);
    } else if (y_dies && has_bmi_) {
      forget(to = plain);
    } else {
      to = take();
    }
    if (has_bmi_) {
      a_.andn(r32(to), r32(inverted), r32(plain));
    } else {
      if (to != inverted) a_.mov(r32(to), r32(inverted));
      a_.xor_(r32(to), 1);
      a_.and_(r32(to), r32(plain));
    }
    unlock(inverted);
    unlock(plain);
    unlock(to);
    release(x);
    release(y);
    hold(to, made);
  }

  void output(std::uint32_t index) {
    const ClusterOutput& out = body_->outputs[index];
    const std::span<const WordMask> fan_out = plan_.fan_out_of(out.node);
    const bool is_logged = !is_watched_.empty() && is_watched_[out.node] != 0;
    if (moved_ != kNone && !is_same(fan_out, plan_.fan_out_of(moved_node_))) flush();
    const std::uint32_t from = load(out.value.node());
    std::uint32_t value = from;
    if (is_complemented(out.value)) {
      value = take();
      a_.mov(r32(value), r32(from));
      a_.xor_(r32(value), 1);
    }
    const x86::Mem stored = at(out.node, 1);
    if (fan_out.empty() && !is_logged) {
      a_.mov(stored, r8(value));
    } else {
      const std::uint32_t changed = take();
      a_.movzx(r32(changed), stored);
      a_.mov(stored, r8(value));
      a_.xor_(r32(changed), r32(value));
      if (is_logged) {
        a_.mov(x86::dword_ptr(kLog), out.node);
        a_.lea(kLog, x86::ptr(kLog, r64(changed), 2));
      }
      note_moved(changed, out.node, fan_out.empty());
    }
    unlock(from);
    unlock(value);
    release(out.value.node());
  }

  static bool is_same(std::span<const WordMask> a, std::span<const WordMask> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  }

  /// Gathers the outputs of one fan-out in one register.
  void note_moved(std::uint32_t changed, std::uint32_t node, bool is_unread) {
    if (is_unread) {
      unlock(changed);
    } else if (moved_ == kNone) {
      moved_ = changed;  // stays locked
      moved_node_ = node;
    } else {
      a_.or_(r32(moved_), r32(changed));
      unlock(changed);
    }
  }

  /// Sets the bits of the fan-out where `moved_` is 1.
  void flush() {
    if (moved_ == kNone) return;
    const std::uint32_t moved = std::exchange(moved_, kNone);
    const std::span<const WordMask> fan_out = plan_.fan_out_of(moved_node_);
    if (fan_out.size() == 1 && std::has_single_bit(fan_out[0].mask)) {
      const int shift = std::countr_zero(fan_out[0].mask);
      if (shift != 0) a_.shl(r64(moved), shift);
      a_.or_(at(memory_.place_word_at(fan_out[0].word), 8), r64(moved));
    } else {
      a_.neg(r64(moved));
      const std::uint32_t mask = take();
      for (const WordMask& bits : fan_out) {
        a_.mov(r64(mask), bits.mask);
        a_.and_(r64(mask), r64(moved));
        a_.or_(at(memory_.place_word_at(bits.word), 8), r64(mask));
      }
      unlock(mask);
    }
    unlock(moved);
  }

  void toggle(const ClusterStep& step) {
    const ClusterToggles& word = body_->toggles[step.index];
    const Lit bit = word.bits[step.bit];
    if (toggling_ == kNone) {
      flush();
      toggling_ = take();
      a_.xor_(r32(toggling_), r32(toggling_));
      flipped_ = 0;
    }
    const std::uint32_t from = load(bit.node());
    a_.lea(r64(toggling_), x86::ptr(r64(from), r64(toggling_), 1));
    flipped_ |= static_cast<std::uint64_t>(is_complemented(bit)) << step.bit;
    unlock(from);
    release(bit.node());
    if (step.bit == 0) end_toggles(word.word);
  }

  void end_toggles(std::uint32_t word) {
    const std::uint32_t scratch = take();
    if (flipped_ != 0) {
      a_.mov(r64(scratch), flipped_);
      a_.xor_(r64(toggling_), r64(scratch));
    }
    a_.mov(at(memory_.toggles_at(word), 8), r64(toggling_));
    a_.xor_(r32(scratch), r32(scratch));
    a_.test(r64(toggling_), r64(toggling_));
    a_.setne(r8(scratch));
    if (word % 64 != 0) a_.shl(r64(scratch), word % 64);
    a_.or_(at(memory_.armed_word_at(word / 64), 8), r64(scratch));
    unlock(scratch);
    unlock(std::exchange(toggling_, kNone));
  }

  static constexpr std::uint32_t kFrame = 2048 + 8;

  const EventPlan& plan_;
  const EventMemory& memory_;
  std::span<const std::uint8_t> is_watched_;
  x86::Assembler a_;
  bool has_bmi_;
  asmjit::Label exit_;
  asmjit::Label table_;
  std::vector<asmjit::Label> words_;
  std::vector<asmjit::Label> places_;

  // Of the cluster at hand:
  const ClusterBody* body_ = nullptr;
  const ClusterSchedule* schedule_ = nullptr;
  std::uint32_t step_ = 0;
  std::vector<std::uint32_t> register_of_;                ///< by value
  std::vector<std::uint32_t> slot_of_;                    ///< by value: where it was put aside
  std::vector<std::uint8_t> is_inverted_;                 ///< by value: held complemented
  std::vector<std::uint32_t> next_read_;                  ///< by value: index into its reads
  std::array<std::uint32_t, kRegisters.size()> holds_{};  ///< by register: value
  std::array<bool, kRegisters.size()> is_locked_{};
  std::uint32_t frame_used_ = 0;
  std::uint32_t spill_count_ = 0;
  std::uint32_t moved_ = kNone;     ///< register: whether an output of one fan-out moved
  std::uint32_t moved_node_ = 0;    ///< one of them
  std::uint32_t toggling_ = kNone;  ///< register: the toggle word so far
  std::uint64_t flipped_ = 0;       ///< its bits that are held complemented
};

class X86Code final : public ClusterCode {
 public:
  static std::unique_ptr<ClusterCode> make(const EventPlan& plan, const EventMemory& memory,
                                           std::span<const std::uint8_t> is_watched) {
    auto made = std::make_unique<X86Code>();
    asmjit::CodeHolder code;
    if (code.init(made->runtime_.environment()) != 0) return nullptr;
    struct Failed final : asmjit::ErrorHandler {
      void handleError(asmjit::Error, const char*, asmjit::BaseEmitter*) override { error = true; }
      bool error = false;
    } failed;
    code.setErrorHandler(&failed);
    Translator(plan, memory, is_watched, code).run();
    if (failed.error) return nullptr;
    if (made->runtime_.add(&made->entry_, &code) != asmjit::kErrorOk) return nullptr;
    made->size_ = code.codeSize();
    return made;
  }

  std::uint64_t run(std::uint8_t* memory, std::uint32_t first_word,
                    std::uint32_t*& log_tail) const override {
    return entry_(memory, first_word, &log_tail);
  }
  std::size_t size() const override { return size_; }

 private:
  asmjit::JitRuntime runtime_;
  Entry entry_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace

std::unique_ptr<ClusterCode> ClusterCode::make(const EventPlan& plan, const EventMemory& memory,
                                               std::span<const std::uint8_t> is_watched) {
  return X86Code::make(plan, memory, is_watched);
}

}  // namespace heddle::gate
