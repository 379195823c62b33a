// What a wave file shows: scopes, variables, and the signals behind them. The
// writer is given one, the reader gives one back.
//
// A *signal* is a stored value; several variables may show the same one. Its
// bits either follow *sources* (bits that the simulation changes one by one, as
// a node of a netlist does) or are written as whole words.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/ids.h"
#include "heddle/trace/logic.h"

namespace heddle::trace {

/// A bit that the simulation changes; any dense numbering of the caller's.
using WaveSource = StrongId<struct WaveSourceTag>;
/// A stored value, dense from 0.
using WaveSignal = StrongId<struct WaveSignalTag>;

/// What one bit of a signal shows: a source, its complement, or a constant.
class WaveBit {
 public:
  constexpr WaveBit() = default;
  [[nodiscard]] static constexpr WaveBit of(WaveSource source, bool complement = false) {
    return WaveBit(source, complement ? Logic::One : Logic::Zero);
  }
  [[nodiscard]] static constexpr WaveBit constant(Logic value) {
    return WaveBit(WaveSource::none(), value);
  }
  [[nodiscard]] constexpr bool is_constant() const { return source_.is_none(); }
  [[nodiscard]] constexpr WaveSource source() const { return source_; }
  [[nodiscard]] constexpr bool is_complement() const { return value_ == Logic::One; }
  [[nodiscard]] constexpr Logic constant_value() const { return value_; }
  friend constexpr auto operator<=>(const WaveBit&, const WaveBit&) = default;

 private:
  constexpr WaveBit(WaveSource source, Logic value) : source_(source), value_(value) {}
  WaveSource source_;
  Logic value_ = Logic::X;  // a constant's value; of a source, One means complement
};

/// Kinds of variable, numbered as in FST. Reals and strings are only read.
enum class WaveKind : std::uint8_t {
  Event = 0,
  Integer,
  Parameter,
  Real,
  RealParameter,
  Reg,
  Supply0,
  Supply1,
  Time,
  Tri,
  TriAnd,
  TriOr,
  TriReg,
  Tri0,
  Tri1,
  WAnd,
  Wire,
  WOr,
  Port,
  SparseArray,
  RealTime,
  String,
  Bit,
  Logic,
  Int,
  ShortInt,
  LongInt,
  Byte,
  Enum,
  ShortReal
};

/// Directions of a port, numbered as in FST.
enum class WaveDirection : std::uint8_t { Implicit = 0, Input, Output, InOut, Buffer, Linkage };

/// Kinds of scope, numbered as in FST.
enum class WaveScopeKind : std::uint8_t {
  Module = 0,
  Task,
  Function,
  Begin,
  Fork,
  Generate,
  Struct,
  Union,
  Class,
  Interface,
  Package,
  Program,
  VhdlArchitecture,
  VhdlProcedure,
  VhdlFunction,
  VhdlRecord,
  VhdlProcess,
  VhdlBlock,
  VhdlForGenerate,
  VhdlIfGenerate,
  VhdlGenerate,
  VhdlPackage
};

struct WaveScope {
  std::string name;
  std::string component;  ///< the type of the instance; may be empty
  WaveScopeKind kind = WaveScopeKind::Module;
};

/// How a variable is shown; the defaults suit a net.
struct WaveOptions {
  WaveKind kind = WaveKind::Wire;
  WaveDirection direction = WaveDirection::Implicit;
  bool has_range = false;  ///< show `[msb:lsb]`, or `[msb]` where both are equal and the width 1
  std::int32_t msb = 0;
  std::int32_t lsb = 0;
};

struct WaveVariable {
  std::string name;  ///< without scope and range
  WaveSignal signal;
  WaveOptions options;
};

/// One step through the tree, in file order.
struct WaveItem {
  enum class Kind : std::uint8_t { Enter, Leave, Variable };
  Kind kind = Kind::Leave;
  std::uint32_t index = 0;  ///< into `scopes()` or `variables()`
};

/// Built in one pass: `enter`, `add`, ..., `leave`. A value.
/// Cost: identical bit lists share a signal, so aliases of a net are free.
class WaveHierarchy {
 public:
  void enter(std::string name, WaveScopeKind kind = WaveScopeKind::Module,
             std::string component = {});
  /// Requires: a scope is open.
  void leave();

  /// A variable of `bits`, bit 0 (the right-most) first. Requires: not empty.
  WaveSignal add(std::string name, std::span<const WaveBit> bits, WaveOptions options = {});
  /// A one-bit variable.
  WaveSignal add(std::string name, WaveBit bit, WaveOptions options = {});
  /// A variable of `width` bits that is written with `WaveWriter::change_words`,
  /// or a real or a string (width 0 there) of a file that was read.
  WaveSignal add_words(std::string name, std::uint32_t width, WaveOptions options = {});
  /// A further name of a signal.
  void alias(std::string name, WaveSignal signal, WaveOptions options = {});

  [[nodiscard]] const std::vector<WaveItem>& items() const { return items_; }
  [[nodiscard]] const std::vector<WaveScope>& scopes() const { return scopes_; }
  [[nodiscard]] const std::vector<WaveVariable>& variables() const { return variables_; }
  [[nodiscard]] std::size_t signal_count() const { return widths_.size(); }
  /// How many scopes are open.
  [[nodiscard]] std::size_t depth() const { return depth_; }
  /// One more than the largest source that any bit shows.
  [[nodiscard]] std::uint32_t source_count() const { return source_count_; }

  /// Bits of a signal; 0 for reals and strings.
  [[nodiscard]] std::uint32_t width(WaveSignal signal) const { return widths_[signal.value()]; }
  /// What its bits show, bit 0 first; empty for a signal of words.
  [[nodiscard]] std::span<const WaveBit> bits(WaveSignal signal) const;

  /// `scope.scope.name` of every variable, in file order, without ranges.
  [[nodiscard]] std::vector<std::string> full_names() const;

 private:
  WaveSignal new_signal(std::uint32_t width);

  std::vector<WaveItem> items_;
  std::vector<WaveScope> scopes_;
  std::vector<WaveVariable> variables_;
  std::vector<std::uint32_t> widths_;    // by signal
  std::vector<std::size_t> bits_begin_;  // by signal, into bits_; one more at the end
  std::vector<WaveBit> bits_;
  std::map<std::vector<WaveBit>, WaveSignal> known_;  // bit lists that have a signal
  std::size_t depth_ = 0;
  std::uint32_t source_count_ = 0;
};

/// The range as it is written after a name: `[7:0]`, `[3]`, or nothing.
[[nodiscard]] std::string range_text(const WaveOptions& options, std::uint32_t width);

}  // namespace heddle::trace
