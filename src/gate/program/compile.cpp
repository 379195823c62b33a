// Model to program: (1) clock gates become enables and enables groups; every
// state gets a toggle and a force function, (2) cuts, (3) which AND nodes become
// LUTs, (4) levels, (5) numbering, (6) the clock cone.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>

#include "gate/program/clock_cone.h"
#include "gate/program/clock_gates.h"
#include "gate/program/cuts.h"
#include "gate/program/enables.h"
#include "gate/program/selects.h"
#include "heddle/base/check.h"
#include "heddle/base/digest.h"
#include "heddle/gate/diagnostics.h"
#include "heddle/gate/program.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kProgramVersion = 6;

/// A group of its own costs a look at every clock edge; from this many flops
/// on it is repaid by the fan-outs that the enable no longer has.
constexpr std::uint32_t kGroupStatesMin = 4;
/// From this many flops on that take one literal (a register file's write data),
/// comparing when enabled costs less than telling all of them of every change.
constexpr std::uint32_t kSharedNextMin = 4;

/// What a state becomes, in the compiler's own AIG.
struct StateFunctions {
  Lit clock;
  Lit enable;
  Lit next;
  Lit toggle;
  Lit force;
  bool is_compared = false;  ///< no toggle: compared with `next` when enabled
  std::int32_t group = -1;
};

class Compiler {
 public:
  Compiler(Model model, const CompileOptions& options) : options_(options), aig_(model.aig) {
    program_.model = std::move(model);
  }

  Result<Program> run() {
    HEDDLE_TRY_STATUS(check_loops());
    make_groups();
    make_state_functions();
    find_selects();
    choose();
    mark_needed();
    assign_levels();
    number_nodes();
    emit_luts();
    emit_groups();
    emit_states();
    emit_memories();
    emit_selects();
    emit_references();
    mark_clock_cone();
    program_.aig = std::move(aig_);
    program_.digest = key();
    return std::move(program_);
  }

 private:
  const Model& model() const { return program_.model; }

  Status check_loops() const {
    if (!options_.refuse_loops) return {};
    Diagnostics errors;
    for (const StateBit& state : model().states) {
      if (state.kind == StateKind::Loop) {
        errors.add(Diagnostic(diag::kLoopRefused, {}, {state.name}));
      }
    }
    if (errors.has_errors()) return fail(std::move(errors));
    return {};
  }

  void make_groups() {
    functions_.resize(model().states.size());
    const ClockGates gates(model());
    std::map<std::pair<Lit, Lit>, std::vector<std::uint32_t>> members;  // by clock, then enable
    for (std::uint32_t i = 0; i < model().states.size(); ++i) {
      const StateBit& state = model().states[i];
      if (!state.has_clock()) continue;
      const GatedClock gated = gates.see_through(aig_, state.clock);
      functions_[i].clock = gated.clock;
      // An open asynchronous control keeps the clock out, like a low enable.
      functions_[i].enable = aig_.make_and(aig_.make_and(state.enable, gated.enable), ~state.gate);
      functions_[i].next = state.next;
    }
    adopt_splits();
    for (std::uint32_t i = 0; i < model().states.size(); ++i) {
      if (!model().states[i].has_clock()) continue;
      members[{functions_[i].clock, functions_[i].enable}].push_back(i);
    }
    std::set<Lit> clocks;
    for (const auto& [key, states] : members) clocks.insert(key.first);
    for (const Memory& memory : model().memories) {
      for (const MemoryWritePort& port : memory.writes) {
        write_clocks_.push_back(gates.see_through(aig_, port.clock));
        write_clocks_.back().enable = aig_.make_and(write_clocks_.back().enable, port.any_enable);
        clocks.insert(write_clocks_.back().clock);
      }
    }
    for (const Lit clock : clocks) {
      const auto first = static_cast<std::int32_t>(enables_.size());
      domain_clocks_.push_back(clock);
      enables_.push_back(Lit::one());
      program_.groups.push_back({static_cast<std::uint32_t>(domain_clocks_.size()) - 1, {}});
      for (auto at = members.lower_bound({clock, Lit()});
           at != members.end() && at->first.first == clock; ++at) {
        const bool is_own = !at->first.second.is_constant() && at->second.size() >= kGroupStatesMin;
        if (is_own) {
          enables_.push_back(at->first.second);
          program_.groups.push_back(program_.groups.back());
        }
        for (const std::uint32_t state : at->second) {
          functions_[state].group = is_own ? static_cast<std::int32_t>(enables_.size()) - 1 : first;
        }
      }
    }
  }

  /// Takes enables out of the logic where enough flops share one to make a group.
  void adopt_splits() {
    std::vector<std::optional<HoldSplit>> splits(functions_.size());
    std::map<std::pair<Lit, Lit>, std::uint32_t> sharers;
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      const StateBit& state = model().states[i];
      if (!state.has_clock()) continue;
      splits[i] = split_hold(aig_, state.next, state.output);
      if (!splits[i]) continue;
      splits[i]->enable = aig_.make_and(functions_[i].enable, splits[i]->enable);
      ++sharers[{functions_[i].clock, splits[i]->enable}];
    }
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      if (!splits[i] || sharers[{functions_[i].clock, splits[i]->enable}] < kGroupStatesMin) {
        continue;
      }
      functions_[i].enable = splits[i]->enable;
      functions_[i].next = splits[i]->data;
    }
  }

  bool has_own_group(std::size_t state) const {
    const std::int32_t group = functions_[state].group;
    return group >= 0 && !enables_[static_cast<std::size_t>(group)].is_constant();
  }

  void make_state_functions() {
    std::map<Lit, std::uint32_t> takers;
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      if (has_own_group(i)) ++takers[functions_[i].next];
    }
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      const StateBit& state = model().states[i];
      StateFunctions& made = functions_[i];
      if (state.has_clock()) {
        const Lit differs = aig_.make_xor(made.next, state.output);
        const bool is_own = has_own_group(i);
        made.is_compared =
            is_own && !made.next.is_constant() && takers[made.next] >= kSharedNextMin;
        if (!made.is_compared) {
          made.toggle = is_own ? differs : aig_.make_and(made.enable, differs);
        }
      }
      if (state.has_gate()) {
        made.force = aig_.make_and(state.gate, aig_.make_xor(state.value, state.output));
      }
    }
  }

  /// Register files: groups of compared states that take the same literals.
  void find_selects() {
    std::map<std::int32_t, std::map<Lit, Lit>> words;  // by group: what a bit takes, its output
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      if (!functions_[i].is_compared) continue;
      words[functions_[i].group].emplace(functions_[i].next, model().states[i].output);
    }
    std::map<std::vector<Lit>, RegisterFile> files;
    for (const auto& [group, bits] : words) {
      std::vector<Lit> taken;
      std::vector<Lit> row;
      for (const auto& [next, output] : bits) {
        taken.push_back(next);
        row.push_back(output);
      }
      files[taken].push_back(row);
    }
    select_of_.assign(aig_.node_count(), -1);
    const ClockCone cone = clock_cone(model());
    const auto moves_clocks = [&cone](std::uint32_t root) {
      return root < cone.contains.size() && cone.contains[root] != 0;
    };
    for (const auto& [taken, file] : files) {
      for (SelectPort& port : find_select_ports(aig_, file)) {
        if (std::any_of(port.roots.begin(), port.roots.end(), moves_clocks)) continue;
        for (const std::uint32_t root : port.roots) {
          select_of_[root] = static_cast<std::int32_t>(selects_.size());
        }
        selects_.push_back(std::move(port));
      }
    }
  }

  /// Nothing is mapped below it: a source, or what a select looks up.
  bool is_leaf(std::uint32_t node) const { return aig_.is_source(node) || select_of_[node] >= 0; }

  /// Literals that must be nodes.
  template <class Visit>
  void for_each_root(Visit visit) const {
    for (const Lit lit : domain_clocks_) visit(lit);
    for (const Lit lit : enables_) visit(lit);
    for (const GatedClock& write : write_clocks_) visit(write.enable);
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      if (functions_[i].is_compared) visit(functions_[i].next);
    }
    for (const PortBit& port : model().outputs) visit(port.lit);
    for (const Memory& memory : model().memories) {
      for (const MemoryReadPort& port : memory.reads) {
        visit(port.enable);
        for (const Lit lit : port.address) visit(lit);
      }
      for (const MemoryWritePort& port : memory.writes) {
        for (const auto* lits : {&port.enable, &port.address, &port.data}) {
          for (const Lit lit : *lits) visit(lit);
        }
      }
    }
    for (const Lit lit : options_.observed) visit(lit);
  }

  void choose() {
    CutProblem problem;
    problem.aig = &aig_;
    problem.outside_references.assign(aig_.node_count(), 0);
    for (std::uint32_t node = 1; node < aig_.node_count(); ++node) {
      if (!is_leaf(node)) problem.order.push_back(node);
    }
    for_each_root([&problem](Lit lit) { ++problem.outside_references[lit.node()]; });
    for (const StateFunctions& f : functions_) {
      ++problem.outside_references[f.toggle.node()];
      ++problem.outside_references[f.force.node()];
    }
    cuts_ = choose_cuts(problem);
    for (std::size_t i = 0; i < functions_.size(); ++i) separate_force(i);
  }

  /// A force may read its own state, but not through another node: that would
  /// be a loop without a breaker. Such a cut gives way to gate, value and state.
  void separate_force(std::size_t i) {
    const StateBit& state = model().states[i];
    if (!state.has_gate()) return;
    std::array<std::uint32_t, 3> ends{state.gate.node(), state.value.node(), state.output.node()};
    std::sort(ends.begin(), ends.end());
    const std::uint32_t force = functions_[i].force.node();
    if (!has_leaf_between(force, force, ends)) return;
    Cut& cut = cuts_[force] = {};
    for (const std::uint32_t end : ends) {
      const bool is_known = cut.leaf_count > 0 && cut.leaves[cut.leaf_count - 1U] == end;
      if (end != 0 && !is_known) cut.leaves[cut.leaf_count++] = end;
    }
  }

  /// Whether `node` or one of the few nodes between it and `ends` is a leaf of
  /// the cut of `force`; all of these may read the state.
  bool has_leaf_between(std::uint32_t force, std::uint32_t node,
                        const std::array<std::uint32_t, 3>& ends) const {
    if (aig_.is_source(node) || std::find(ends.begin(), ends.end(), node) != ends.end()) {
      return false;
    }
    const auto leaves = std::span(cuts_[force].leaves).first(cuts_[force].leaf_count);
    if (std::find(leaves.begin(), leaves.end(), node) != leaves.end()) return true;
    return has_leaf_between(force, aig_.node(node).a.node(), ends) ||
           has_leaf_between(force, aig_.node(node).b.node(), ends);
  }

  void mark_needed() {
    is_needed_.assign(aig_.node_count(), 0);
    std::vector<std::uint32_t> work;
    const auto need = [&](std::uint32_t node) {
      if (is_needed_[node] != 0 || is_leaf(node)) return;
      is_needed_[node] = 1;
      work.push_back(node);
    };
    const auto need_leaves = [&](std::uint32_t node) {
      for (std::uint32_t i = 0; i < cuts_[node].leaf_count; ++i) need(cuts_[node].leaves[i]);
    };
    for_each_root([&need](Lit lit) { need(lit.node()); });
    for (const StateFunctions& f : functions_) {
      if (!aig_.is_source(f.toggle.node())) need_leaves(f.toggle.node());
      if (!aig_.is_source(f.force.node())) need_leaves(f.force.node());
    }
    while (!work.empty()) {
      const std::uint32_t node = work.back();
      work.pop_back();
      need_leaves(node);
    }
  }

  /// Level of a function: one above the highest leaf but `self`.
  std::uint16_t level_above(Lit function, std::uint32_t self) const {
    const Cut& cut = cuts_[function.node()];
    std::uint16_t level = 0;
    for (std::uint32_t i = 0; i < cut.leaf_count; ++i) {
      if (cut.leaves[i] != self) level = std::max(level, levels_[cut.leaves[i]]);
    }
    return static_cast<std::uint16_t>(level + 1);
  }

  bool raise(std::uint32_t node, std::uint16_t level) {
    if (levels_[node] >= level) return false;
    levels_[node] = level;
    return true;
  }

  /// Sweeps until nothing rises: once, and once more for each latch in a row.
  void assign_levels() {
    levels_.assign(aig_.node_count(), 0);
    bool changed = true;
    for (std::size_t sweep = 0; changed && sweep <= aig_.node_count(); ++sweep) {
      changed = false;
      for (std::uint32_t node = 1; node < aig_.node_count(); ++node) {
        if (is_needed_[node] != 0) changed |= raise(node, level_above(Lit(node, false), node));
      }
      for (std::size_t i = 0; i < functions_.size(); ++i) {
        const StateBit& state = model().states[i];
        if (!state.has_gate() || state.breaks_loop) continue;
        const std::uint32_t self = state.output.node();
        changed |= raise(self, level_above(functions_[i].force, self));
      }
      for (const SelectPort& port : selects_) {
        std::uint16_t level = 0;
        for (const Lit lit : port.select) level = std::max(level, levels_[lit.node()]);
        for (const Lit lit : port.data) level = std::max(level, levels_[lit.node()]);
        for (const std::uint32_t root : port.roots) {
          changed |= raise(root, static_cast<std::uint16_t>(level + 1));
        }
      }
      for (const Memory& memory : model().memories) {
        for (const MemoryReadPort& port : memory.reads) {
          std::uint16_t level = levels_[port.enable.node()];
          for (const Lit lit : port.address) level = std::max(level, levels_[lit.node()]);
          for (const Lit lit : port.data) {
            changed |= raise(lit.node(), static_cast<std::uint16_t>(level + 1));
          }
        }
      }
    }
  }

  void number_nodes() {
    node_of_.assign(aig_.node_count(), 0);
    std::uint32_t next = 1;
    for (const PortBit& port : model().inputs) node_of_[port.lit.node()] = next++;
    // The rows of register files in order, so that a row is looked up at once.
    for (const SelectPort& port : selects_) {
      for (const Lit lit : port.data) {
        if (!lit.is_constant() && node_of_[lit.node()] == 0) node_of_[lit.node()] = next++;
      }
    }
    for (const StateBit& state : model().states) {
      if (node_of_[state.output.node()] == 0) node_of_[state.output.node()] = next++;
    }
    for (const Memory& memory : model().memories) {
      for (const MemoryReadPort& port : memory.reads) {
        for (const Lit lit : port.data) node_of_[lit.node()] = next++;
      }
    }
    for (const SelectPort& port : selects_) {
      for (const std::uint32_t root : port.roots) node_of_[root] = next++;
    }
    program_.first_lut = next;
    for (std::uint32_t node = 1; node < aig_.node_count(); ++node) {
      if (is_needed_[node] != 0) luts_.push_back(node);
    }
    std::stable_sort(luts_.begin(), luts_.end(),
                     [this](auto a, auto b) { return levels_[a] < levels_[b]; });
    for (const std::uint32_t node : luts_) node_of_[node] = next++;
    program_.node_count = next;
  }

  NodeRef ref(Lit lit) const { return NodeRef(node_of_[lit.node()], lit.complemented()); }

  std::vector<NodeRef> refs(const std::vector<Lit>& lits) const {
    std::vector<NodeRef> out;
    for (const Lit lit : lits) out.push_back(ref(lit));
    return out;
  }

  LutNode lut(Lit function, std::uint32_t self) const {
    const Cut& cut = cuts_[function.node()];
    LutNode lut;
    lut.table = cut_function(aig_, function, cut);
    lut.root = function;
    lut.input_count = cut.leaf_count;
    for (std::uint32_t i = 0; i < cut.leaf_count; ++i) lut.inputs[i] = node_of_[cut.leaves[i]];
    lut.level = level_above(function, self);
    return lut;
  }

  void emit_luts() {
    for (const std::uint32_t node : luts_) {
      program_.luts.push_back(lut(Lit(node, false), node));
      program_.level_count = std::max(program_.level_count, program_.luts.back().level);
    }
  }

  std::int32_t add_function(Lit function, std::uint32_t self) {
    program_.functions.push_back(lut(function, self));
    program_.level_count = std::max(program_.level_count, program_.functions.back().level);
    return static_cast<std::int32_t>(program_.functions.size()) - 1;
  }

  std::uint32_t domain(Lit clock) const {
    const auto at = std::lower_bound(domain_clocks_.begin(), domain_clocks_.end(), clock);
    return static_cast<std::uint32_t>(at - domain_clocks_.begin());
  }

  void emit_groups() {
    for (const Lit clock : domain_clocks_) program_.domains.push_back({.clock = ref(clock)});
    for (std::uint32_t i = 0; i < program_.groups.size(); ++i) {
      program_.groups[i].enable = ref(enables_[i]);
      ClockDomain& domain = program_.domains[program_.groups[i].domain];
      if (domain.group_count++ == 0) domain.first_group = i;
    }
  }

  void emit_states() {
    for (std::size_t i = 0; i < functions_.size(); ++i) {
      const StateBit& state = model().states[i];
      const std::uint32_t self = state.output.node();
      ProgramState out;
      out.output = node_of_[self];
      out.initial = state.initial;
      out.group = functions_[i].group;
      if (functions_[i].is_compared) {
        out.next = ref(functions_[i].next);
      } else if (state.has_clock()) {
        out.toggle = add_function(functions_[i].toggle, self);
      }
      if (state.has_gate()) out.force = add_function(functions_[i].force, self);
      program_.states.push_back(out);
    }
  }

  void emit_memories() {
    for (std::uint32_t m = 0; m < model().memories.size(); ++m) {
      for (const MemoryReadPort& port : model().memories[m].reads) {
        ProgramReadPort out;
        out.memory = m;
        out.enable = ref(port.enable);
        out.address = refs(port.address);
        for (const Lit lit : port.data) {
          out.data.push_back(node_of_[lit.node()]);
          out.level = levels_[lit.node()];
        }
        program_.level_count = std::max(program_.level_count, out.level);
        program_.reads.push_back(std::move(out));
      }
      for (const MemoryWritePort& port : model().memories[m].writes) {
        const GatedClock& clock = write_clocks_[program_.writes.size()];
        program_.writes.push_back({m, domain(clock.clock), ref(clock.enable), refs(port.enable),
                                   refs(port.address), refs(port.data)});
      }
    }
  }

  void emit_selects() {
    for (const SelectPort& port : selects_) {
      ProgramSelect out;
      out.level = levels_[port.roots.front()];
      out.select = refs(port.select);
      out.data = refs(port.data);
      for (const std::uint32_t root : port.roots) out.outputs.push_back(node_of_[root]);
      program_.level_count = std::max(program_.level_count, out.level);
      program_.selects.push_back(std::move(out));
    }
  }

  void emit_references() {
    for (const PortBit& port : model().inputs) program_.inputs.push_back(ref(port.lit).node());
    for (const PortBit& port : model().outputs) program_.outputs.push_back(ref(port.lit));
    program_.observed_lits = options_.observed;
    program_.observed = refs(options_.observed);
    program_.node_of_aig = node_of_;
  }

  void mark_clock_cone() {
    std::vector<std::int32_t> force_of(program_.node_count, -1);
    std::vector<std::int32_t> read_of(program_.node_count, -1);
    for (const ProgramState& state : program_.states) force_of[state.output] = state.force;
    for (std::size_t i = 0; i < program_.reads.size(); ++i) {
      for (const std::uint32_t node : program_.reads[i].data) {
        read_of[node] = static_cast<std::int32_t>(i);
      }
    }
    program_.is_clock_cone.assign(program_.node_count, 0);
    std::vector<std::uint32_t> work;
    const auto mark = [&](std::uint32_t node) {
      if (node == 0 || program_.is_clock_cone[node] != 0) return;
      program_.is_clock_cone[node] = 1;
      work.push_back(node);
    };
    const auto mark_inputs = [&mark](const LutNode& lut) {
      for (std::uint32_t i = 0; i < lut.input_count; ++i) mark(lut.inputs[i]);
    };
    const ClockCone cone = clock_cone(model());
    for (std::uint32_t node = 1; node < cone.contains.size(); ++node) {
      if (cone.contains[node] != 0) mark(node_of_[node]);
    }
    for (const ClockDomain& domain : program_.domains) mark(domain.clock.node());
    while (!work.empty()) {
      const std::uint32_t node = work.back();
      work.pop_back();
      if (node >= program_.first_lut) mark_inputs(program_.luts[node - program_.first_lut]);
      if (force_of[node] >= 0) {
        mark_inputs(program_.functions[static_cast<std::size_t>(force_of[node])]);
      }
      if (read_of[node] >= 0) {
        const ProgramReadPort& port = program_.reads[static_cast<std::size_t>(read_of[node])];
        mark(port.enable.node());
        for (const NodeRef bit : port.address) mark(bit.node());
      }
    }
  }

  std::uint64_t key() const {
    DigestStream stream;
    stream.add_u32(kProgramVersion);
    stream.add_u64(model().netlist_digest);
    stream.add_u8(static_cast<std::uint8_t>(options_.refuse_loops));
    for (const Lit lit : options_.observed) stream.add_u32(lit.code());
    return stream.digest().value();
  }

  const CompileOptions& options_;
  Aig aig_;
  Program program_;
  std::vector<StateFunctions> functions_;  ///< by state
  std::vector<SelectPort> selects_;
  std::vector<std::int32_t> select_of_;   ///< by AIG node: the select that makes it, or -1
  std::vector<Lit> domain_clocks_;        ///< by domain, ascending
  std::vector<Lit> enables_;              ///< by group
  std::vector<GatedClock> write_clocks_;  ///< by write port; with its own enables in `enable`
  std::vector<Cut> cuts_;
  std::vector<std::uint8_t> is_needed_;
  std::vector<std::uint16_t> levels_;
  std::vector<std::uint32_t> node_of_;
  std::vector<std::uint32_t> luts_;
};

}  // namespace

Result<Program> compile(Model model, const CompileOptions& options) {
  return Compiler(std::move(model), options).run();
}

}  // namespace heddle::gate
