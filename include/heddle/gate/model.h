// The elaborated design: one AIG, and around it the states, memories, ports
// and names of the netlist. Everything an engine needs and nothing of a format.
//
// All state is one kind of bit. On a rising `clock` it takes `next` if `enable`
// is high; while `gate` is high it follows `value`. A flop has a clock, with
// asynchronous controls also a gate; a latch has only a gate. Synchronous
// resets are logic in `next` and `enable`; a negative edge is a complemented
// clock; clear before set before load is logic in `gate` and `value`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/aig.h"

namespace heddle::gate {

struct FlatNetlist;

/// A bit of a top-level port.
struct PortBit {
  std::string name;  ///< `gpio_o[3]`, or `clk` for a port of one bit
  Lit lit;           ///< an input's source, an output's driver
};

/// Outputs whose names start so are no ports: nets that a peripheral looks at.
/// They come behind the ports, and no digest covers them.
inline constexpr char kProbePrefix = '\x01';
[[nodiscard]] inline bool is_probe(const PortBit& bit) {
  return !bit.name.empty() && bit.name.front() == kProbePrefix;
}

/// Inputs whose names start so are no ports: they force a net, see `ForcePoint`.
/// They come behind the ports and are low unless a run drives them.
inline constexpr char kForcePrefix = '\xff';
[[nodiscard]] inline bool is_force_control(const PortBit& bit) {
  return !bit.name.empty() && bit.name.front() == kForcePrefix;
}

/// A net that a run may force: while input `enable` is high, everyone who reads
/// the net sees input `value` instead of what drives it.
struct ForcePoint {
  Lit net;                   ///< as its readers see it
  Lit driver;                ///< what drives it, forced or not
  std::uint32_t enable = 0;  ///< index into `Model::inputs`
  std::uint32_t value = 0;   ///< the same
};

/// What a state bit is in the netlist. A `Loop` stands where a purely
/// combinational loop was cut: its gate is always open. A `Held` keeps, within an
/// instant, what stood before it: see `Model::instant`. No digest covers these two.
enum class StateKind : std::uint8_t { Flop, Latch, Loop, Held };
[[nodiscard]] constexpr bool is_in_netlist(StateKind kind) {
  return kind == StateKind::Flop || kind == StateKind::Latch;
}

/// A flop or latch.
struct StateBit {
  std::string name;         ///< full hierarchical name of its output net
  Lit output;               ///< its source in the AIG
  Lit clock = Lit::zero();  ///< constant when nothing clocks it
  Lit enable = Lit::one();  ///< at the clock; constant true for a plain flop
  Lit next = Lit::zero();
  Lit gate = Lit::zero();  ///< constant false without asynchronous controls
  Lit value = Lit::zero();
  bool initial = false;  ///< deposited before edge 0
  StateKind kind = StateKind::Flop;
  bool is_unknown = false;  ///< x at power-up, with X propagation; `initial` without
  /// `DesignCheck::fired`: it is x where its enable was x at its last clock, no
  /// longer and for no other reason.
  bool is_check = false;
  /// Set on one state of every loop of gates and values: what it takes through
  /// its gate is seen by others only in the next sweep of a settle.
  bool breaks_loop = false;

  [[nodiscard]] bool has_gate() const { return gate != Lit::zero(); }
  [[nodiscard]] bool has_clock() const { return !clock.is_constant(); }
};

/// Reads `data` combinationally; clocked read ports of a netlist end in states.
struct MemoryReadPort {
  /// While low the data does not matter to any state or output, and an engine
  /// may leave it as it was.
  Lit enable = Lit::one();
  std::vector<Lit> address;  ///< bit 0 first
  std::vector<Lit> data;     ///< sources, bit 0 first
};

/// Writes on a rising clock, bit by bit where `enable` is high. Of two ports
/// that write one bit in one round the later in the list wins.
struct MemoryWritePort {
  Lit clock;
  Lit any_enable;            ///< the OR of `enable`
  std::vector<Lit> enable;   ///< one a data bit
  std::vector<Lit> address;  ///< bit 0 first
  std::vector<Lit> data;     ///< bit 0 first
};

/// A memory of `depth` words of `width` bits. Addresses count from
/// `start_offset`; one outside reads 0 and writes nothing.
struct Memory {
  std::string name;
  std::uint32_t width = 0;
  std::uint64_t depth = 0;
  std::uint64_t start_offset = 0;
  std::vector<MemoryReadPort> reads;
  std::vector<MemoryWritePort> writes;
  /// `depth * words_per_row()` 64-bit words, bit 0 of a row first.
  std::vector<std::uint64_t> initial;
  /// Which bits are x at power-up, laid out alike; empty: all of them, or none.
  std::vector<std::uint64_t> unknown = {};
  bool is_unknown = false;  ///< every bit is

  [[nodiscard]] std::uint32_t words_per_row() const { return (width + 63) / 64; }
  /// `unknown`, written out.
  [[nodiscard]] std::vector<std::uint64_t> unknown_words() const;
};

/// A named net: `width` literals from `first_bit` on in `Model::name_bits`,
/// bit 0 of the declaration's least significant end first.
struct NamedNet {
  std::string name;
  std::uint32_t first_bit = 0;
  std::uint32_t width = 0;
  std::int32_t lsb_index = 0;  ///< the index the declaration gives bit 0
  bool is_upto = false;        ///< indices fall from bit 0 on: `[lsb:msb]`
  bool is_hidden = false;      ///< made up by synthesis
};

/// What a check or message of a design is.
enum class CheckKind : std::uint8_t { Assert, Assume, Cover, Display, Finish, Stop };

/// An assertion, `$display`, `$finish`. One that looks at a clock has happened
/// when `fired` has changed, another while it is high; of an assertion that is
/// its violation.
struct DesignCheck {
  std::string name;
  CheckKind kind = CheckKind::Assert;
  bool is_clocked = false;
  bool is_print = false;  ///< a `$print` of Yosys: another kind of format
  std::string format;     ///< of a message
  Lit fired;
  Lit ended;                   ///< of `Finish` and `Stop`: high from then on
  std::vector<Lit> arguments;  ///< of a message: as they were then; bit 0 first
};

/// A net that X propagation sees as x for ever: nothing drives it, or a cell does
/// that nobody knows. A source of the AIG; in values it is 0.
struct UnknownNet {
  std::string name;
  Lit lit;
  bool is_opaque = false;  ///< a cell without a function drives it
};

/// A value. Order of `inputs`, `outputs`, `states`, `memories` and `names` is
/// that of full name, so that digests do not depend on the netlist's order;
/// probes follow the outputs, states that are held the others.
struct Model {
  std::string top;
  Aig aig;
  std::vector<PortBit> inputs;
  std::vector<PortBit> outputs;
  std::vector<StateBit> states;
  std::vector<Memory> memories;
  std::vector<DesignCheck> checks;   ///< in the order of the netlist
  std::vector<ForcePoint> forces;    ///< by name of the net
  std::vector<UnknownNet> unknowns;  ///< of a model made for X propagation
  std::vector<NamedNet> names;
  std::vector<Lit> name_bits;
  std::uint64_t netlist_digest = 0;  ///< XXH3-64 of what it was built from
  /// Index of the input that an engine makes high together with the clocks of an
  /// edge, and low when their rounds have ended; -1 where nothing asks for it.
  std::int32_t instant = -1;

  /// The net of that exact name, or null. `bus[3]` finds one bit: see `find_bits`.
  [[nodiscard]] const NamedNet* find_name(std::string_view name) const;
  /// The literals of a net `name`, or of one bit `name[i]`; empty if unknown.
  [[nodiscard]] std::vector<Lit> find_bits(std::string_view name) const;
  /// Indices into `names` of the public nets that a glob (`*`, `?`) matches.
  [[nodiscard]] std::vector<std::uint32_t> match_names(std::string_view glob) const;
  /// Index of the input or output bit of that name, or -1.
  [[nodiscard]] std::int32_t find_input(std::string_view name) const;
  [[nodiscard]] std::int32_t find_output(std::string_view name) const;
  /// The force point of a bit of a name, or null where it has none.
  [[nodiscard]] const ForcePoint* find_force(Lit net) const;
};

/// Elaborates a flat netlist. The nets that a pattern of `forceable` names (see
/// `find_nets`) get a `ForcePoint`; a constant has none, and no name is an error here.
/// With `keeps_unknown` nets that are x become `Model::unknowns`, else they are 0.
/// Edges that flops derive from `ideal_clocks`, inputs by name, sample what stood
/// before the instant; others see what earlier edges of the instant did.
/// Errors: `gate.model.*` for what the netlist's reader could not see.
/// Cost: linear in cells.
[[nodiscard]] Result<Model> build_model(const FlatNetlist& netlist, Diagnostics& warnings,
                                        std::span<const std::string> forceable = {},
                                        bool keeps_unknown = false,
                                        std::span<const std::string> ideal_clocks = {});

}  // namespace heddle::gate
