// The compiled design: LUT nodes in levels, and which of them are states,
// clocks and memory ports. What the engines run; cached by a digest of the
// netlist and the options.
//
// The reference engine reads only `model`; every other engine reads the LUT
// graph, so comparing the two also checks the mapping.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

/// How to compile. Every field is part of the cache key.
struct CompileOptions {
  /// Literals that must be nodes of their own, because someone looks at them.
  std::vector<Lit> observed;
  /// Refuse combinational loops instead of warning.
  bool refuse_loops = false;
};

/// A function of up to six nodes. Bit `i` of `table` is the output when input
/// `j` has bit `j` of `i`.
struct LutNode {
  std::uint64_t table = 0;
  Lit root;  ///< the same function in `Program::aig`, over what `inputs` stand for
  std::array<std::uint32_t, 6> inputs{};
  std::uint8_t input_count = 0;
  std::uint16_t level = 0;
};

/// A value of the design as an engine holds it: a node, perhaps complemented.
using NodeRef = Lit;

/// A state bit in terms of nodes. `force` says that `output` changes now. At
/// the clock of its group, while the group is enabled, `output` changes if
/// `toggle` says so, or, without one, takes `next`. Functions may read `output`.
struct ProgramState {
  std::uint32_t output = 0;  ///< node
  std::int32_t toggle = -1;  ///< index into `functions`
  std::int32_t force = -1;   ///< index into `functions`, -1 without gate
  std::int32_t group = -1;   ///< index into `groups`, -1 without clock
  NodeRef next;              ///< read only where a clocked state has no `toggle`
  bool initial = false;
};

/// A set of groups and write ports that share a clock edge.
struct ClockDomain {
  NodeRef clock;  ///< fires when this rises
  std::uint32_t first_group = 0;
  std::uint32_t group_count = 0;  ///< its groups stand together
};

/// States of one domain with one enable: while it is low nothing of them is
/// looked at, however much their inputs move.
struct EnableGroup {
  std::uint32_t domain = 0;
  NodeRef enable;  ///< constant true for the domain's first group
};

struct ProgramReadPort {
  std::uint32_t memory = 0;
  std::uint16_t level = 0;
  NodeRef enable;
  std::vector<NodeRef> address;
  std::vector<std::uint32_t> data;  ///< nodes
};

/// A lookup in a register file of flops: for the address that `select` spells,
/// bit 0 first, `outputs[b]` is `data[address * outputs.size() + b]`.
struct ProgramSelect {
  std::uint16_t level = 0;
  std::vector<NodeRef> select;
  std::vector<std::uint32_t> outputs;  ///< nodes
  std::vector<NodeRef> data;           ///< states or constants
};

struct ProgramWritePort {
  std::uint32_t memory = 0;
  std::uint32_t domain = 0;
  NodeRef any_enable;  ///< of the port, and of a clock gate before it
  std::vector<NodeRef> enable;
  std::vector<NodeRef> address;
  std::vector<NodeRef> data;
};

/// Nodes are numbered: 0 constant false, then inputs, states, memory read
/// data, outputs of selects, then LUTs by level.
struct Program {
  Model model;
  /// The model's graph and, after it, what the compiler added.
  Aig aig;
  std::uint32_t node_count = 0;
  std::uint32_t first_lut = 0;
  std::vector<LutNode> luts;       ///< node `first_lut + i`
  std::vector<LutNode> functions;  ///< toggles and forces; no node reads them
  std::vector<ProgramState> states;
  std::vector<ClockDomain> domains;
  std::vector<EnableGroup> groups;
  std::vector<ProgramReadPort> reads;
  std::vector<ProgramWritePort> writes;
  std::vector<ProgramSelect> selects;
  std::vector<std::uint32_t> inputs;  ///< node of each model input
  std::vector<NodeRef> outputs;       ///< of each model output
  std::vector<Lit> observed_lits;     ///< the options' literals themselves
  std::vector<NodeRef> observed;      ///< of each of the options' literals
  /// By node: whether a clock depends on it within one settle.
  std::vector<std::uint8_t> is_clock_cone;
  std::uint16_t level_count = 0;
  /// Where each node of `aig` ended up: a node, or 0 when a LUT absorbed it.
  std::vector<std::uint32_t> node_of_aig;

  /// The key under which it is cached.
  std::uint64_t digest = 0;
};

/// Maps a model to LUTs.
/// Errors: `gate.program.loop` under `refuse_loops`.
/// Cost: about 10 us an AND node. Determinism: a function of its arguments alone.
[[nodiscard]] Result<Program> compile(Model model, const CompileOptions& options);

}  // namespace heddle::gate
