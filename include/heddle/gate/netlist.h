// The flat netlist: what every front end produces and everything after it reads.
//
// All hierarchy is gone; every net is one bit and has a dense `NetId`. Aliases
// (ports, assigns, feed-throughs) are already merged, so two names of one wire
// carry the same id. Nets 0, 1 and 2 are the constants. Each net has at most
// one driver (checked when the netlist is made).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "heddle/base/diagnostic.h"
#include "heddle/gate/memory_cell.h"
#include "heddle/gate/names.h"
#include "heddle/gate/nets.h"

namespace heddle::gate {

/// Combinational operators. Inputs stand in the order of Yosys's ports.
enum class GateOp : std::uint8_t {
  Buf,     ///< A: Y = A
  Not,     ///< A: Y = ~A
  And,     ///< A B: Y = A & B
  Nand,    ///< A B: Y = ~(A & B)
  Or,      ///< A B: Y = A | B
  Nor,     ///< A B: Y = ~(A | B)
  Xor,     ///< A B: Y = A ^ B
  Xnor,    ///< A B: Y = ~(A ^ B)
  Andnot,  ///< A B: Y = A & ~B
  Ornot,   ///< A B: Y = A | ~B
  Mux,     ///< A B S: Y = S ? B : A
  Nmux,    ///< A B S: Y = ~(S ? B : A)
  Aoi3,    ///< A B C: Y = ~((A & B) | C)
  Oai3,    ///< A B C: Y = ~((A | B) & C)
  Aoi4,    ///< A B C D: Y = ~((A & B) | (C & D))
  Oai4,    ///< A B C D: Y = ~((A | B) & (C | D))
  Mux4,    ///< A..D S T: Y = data[2T + S]
  Mux8,    ///< A..H S T U: Y = data[4U + 2T + S]
  Mux16,   ///< A..P S T U V: Y = data[8V + 4U + 2T + S]
  Lut,     ///< A[0]..A[k-1], 1 <= k <= 16: Y = init bit number A
};
inline constexpr std::size_t kGateOpCount = 20;
inline constexpr std::size_t kLutInputsMax = 16;

/// `Buf`, `And`... as Yosys spells its cell: `$_BUF_`, `$_AND_`, `$lut`.
[[nodiscard]] std::string_view yosys_type(GateOp op);
/// How many inputs `op` has; zero for `Lut`, which has any number up to 16.
[[nodiscard]] std::size_t gate_input_count(GateOp op);

/// One combinational operator; read its inputs through `FlatNetlist::inputs`.
struct GateCell {
  NetId output;
  std::uint32_t first_input = 0;  ///< into `FlatNetlist::gate_inputs`
  std::uint32_t first_init = 0;   ///< `Lut` only: into `FlatNetlist::lut_init`
  HierName name;
  NameId source;  ///< `src` attribute, or none
  GateOp op = GateOp::Buf;
  std::uint8_t input_count = 0;
};

/// An edge-triggered flip-flop, one bit. Priority, highest first: `clear`,
/// `set`, `async_reset`, `async_load` (all level-sensitive; a cell has the
/// pair, the reset or the load, never two of them), then, at the clock edge,
/// `sync_reset` and `enable` as `reset_needs_enable` says, then `d`.
struct FlopCell {
  HierName name;
  NameId source;  ///< `src` attribute, or none
  NetId clock;    ///< none: `$_FF_`, which samples at every step of the global clock
  bool posedge = true;
  NetId d;
  NetId q;
  Control enable;  ///< absent: always enabled
  Control sync_reset;
  Logic sync_reset_value = Logic::Zero;
  bool reset_needs_enable = false;  ///< `$_SDFFCE_`: true; `$_SDFFE_`: reset acts without enable
  Control async_reset;
  Logic async_reset_value = Logic::Zero;
  Control set;         ///< `$_DFFSR_`: q = 1 while set and not clear
  Control clear;       ///< `$_DFFSR_`: q = 0 while clear, whatever set says
  Control async_load;  ///< `$_ALDFF_`: q = async_data while active
  NetId async_data;
  Logic init = Logic::X;  ///< value at power-up
};

/// A level-sensitive latch, one bit: q follows d while `enable` is active.
/// Priority: `clear`, `set`, `async_reset`, then `enable`. An `$_SR_` cell has
/// neither `enable` nor `d`: it holds unless set or cleared.
struct LatchCell {
  HierName name;
  NameId source;
  Control enable;
  NetId d;
  NetId q;
  Control async_reset;
  Logic async_reset_value = Logic::Zero;
  Control set;
  Control clear;
  Logic init = Logic::X;
};

/// `$assert`, `$assume`, `$cover`, `$live`, `$fair`, `$check`, `$print`: kept as written.
struct CheckCell {
  struct Port {
    NameId name;
    std::vector<NetId> bits;  ///< least significant first
  };
  struct Parameter {
    NameId name;
    std::string value;  ///< bit vectors as their 0/1/x/z digits, most significant first
  };
  HierName name;
  NameId source;
  NameId type;  ///< `$assert`, ...
  std::vector<Port> ports;
  std::vector<Parameter> parameters;
};

enum class PortDirection : std::uint8_t { Input, Output, Inout };

/// How a bus is indexed: bit i (from the least significant) of an ordinary
/// `[msb:lsb]` bus is written `name[offset + i]`, of an `upto` `[lsb:msb]` one
/// `name[offset + width - 1 - i]`.
struct BusRange {
  std::int32_t offset = 0;
  bool upto = false;
  friend bool operator==(const BusRange&, const BusRange&) = default;
};

/// A port of the top module.
struct TopPort {
  NameId name;
  PortDirection direction = PortDirection::Input;
  BusRange range;
  std::vector<NetId> bits;  ///< least significant first
};

/// One named wire anywhere in the hierarchy; its bits through `FlatNetlist::bits`.
struct NetName {
  HierName name;
  NameId source;
  std::uint32_t first_bit = 0;  ///< into `FlatNetlist::name_bits`, least significant first
  std::uint32_t width = 0;
  BusRange range;
  bool hidden = false;   ///< made up by the tool (`hide_name`), not by the designer
  bool library = false;  ///< inside a library cell
};

/// What drives a net.
enum class DriverKind : std::uint8_t {
  None,        ///< nothing: an X source
  Constant,    ///< net 0, 1 or 2
  TopInput,    ///< `index`: port; `bit`: bit of it
  Gate,        ///< `index` into `gates`
  Flop,        ///< `index` into `flops`
  Latch,       ///< `index` into `latches`
  MemoryRead,  ///< `index` into `memories`; `bit`: read port x width + bit of its data
};
struct Driver {
  DriverKind kind = DriverKind::None;
  std::uint32_t index = 0;
  std::uint32_t bit = 0;
};

/// A whole design, flat. A value: plain tables that index one another.
/// Determinism: the order of every table follows the order of the source text.
struct FlatNetlist {
  NameSpace names;
  NameId top;
  std::uint64_t source_digest = 0;  ///< XXH3-64 of the source text, seeded by the top's name
  std::uint32_t net_count = kConstantNetCount;  ///< constants included
  std::vector<TopPort> ports;
  std::vector<GateCell> gates;
  std::vector<FlopCell> flops;
  std::vector<LatchCell> latches;
  std::vector<MemoryCell> memories;
  std::vector<CheckCell> checks;
  std::vector<NetName> net_names;
  std::vector<Driver> drivers;  ///< one a net, by `NetId`
  /// Nets that something reads and nothing drives, ascending.
  std::vector<NetId> undriven;
  /// Outputs of cells that nobody knows, in order of instance.
  std::vector<NetId> opaque;
  /// Warnings and notes: undriven nets, ignored attributes, ...
  Diagnostics warnings;

  std::vector<NetId> gate_inputs;       ///< pool of `GateCell`
  std::vector<std::uint64_t> lut_init;  ///< pool of `GateCell`: bit n of word n / 64
  std::vector<NetId> name_bits;         ///< pool of `NetName`

  [[nodiscard]] std::span<const NetId> inputs(const GateCell& gate) const {
    return std::span(gate_inputs).subspan(gate.first_input, gate.input_count);
  }
  /// The truth table of a `Lut`: bit n of the table is bit n % 64 of word n / 64.
  [[nodiscard]] std::span<const std::uint64_t> init_words(const GateCell& gate) const {
    const std::size_t words = ((std::size_t{1} << gate.input_count) + 63) / 64;
    return std::span(lut_init).subspan(gate.first_init, words);
  }
  [[nodiscard]] std::span<const NetId> bits(const NetName& name) const {
    return std::span(name_bits).subspan(name.first_bit, name.width);
  }
  [[nodiscard]] const Driver& driver(NetId net) const { return drivers[net.value()]; }
};

/// The best name of every net: a designer's name before a tool's, outside of
/// library cells before inside, shallow before deep, then the first.
class NetNaming {
 public:
  /// Keeps a reference: `netlist` must outlive this. Cost: one pass over the names.
  explicit NetNaming(const FlatNetlist& netlist);
  /// `path.name` or `path.name[3]`; `0`, `1`, `x` for constants, `net#N` when unnamed.
  [[nodiscard]] std::string name_of(NetId net) const;

 private:
  static constexpr std::uint32_t kUnnamed = 0xFFFFFFFF;
  struct Choice {
    std::uint32_t name = 0;
    std::uint32_t bit = 0;
    std::uint32_t rank = kUnnamed;
  };
  const FlatNetlist* netlist_ = nullptr;
  std::vector<Choice> choices_;
};

/// `name[5]`-style text of bit `bit` of a bus called `name`; a one-bit net with
/// a plain range is just `name`.
[[nodiscard]] std::string bit_name(std::string_view name, std::uint32_t width, BusRange range,
                                   std::uint32_t bit);

}  // namespace heddle::gate
