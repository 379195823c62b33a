// The structure that X propagation of the event engine works on: the model's own
// graph, with multiplexers recognised, as items in an order in which each comes
// after what it reads within one sweep.
//
// docs/concepts/x.md says what each kind of item does with an x. The structure
// is the model's and not that of the mapped program, so what is x does not depend
// on what an engine or a run looks at.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "gate/model/loops.h"
#include "heddle/gate/program.h"

namespace heddle::gate {

/// One thing that x passes through.
struct XItem {
  enum class Kind : std::uint8_t {
    And,     ///< AIG node `index` = operands[0] & operands[1]
    Mux,     ///< AIG node `index` = ~(operands[0] ? operands[1] : operands[2])
    Read,    ///< read port `index` of `XGraph::reads`
    Gate,    ///< state `index` through its gate; a breaker at the end of a sweep
    Pending  ///< state `index`: what its clock would make of it
  };
  Kind kind = Kind::And;
  std::uint32_t index = 0;
  std::array<Lit, 3> operands = {};

  [[nodiscard]] std::span<const Lit> used() const {
    return std::span(operands).first(kind == Kind::Mux ? 3 : kind == Kind::And ? 2 : 0);
  }
};

/// A clock of the model, as states and write ports name it.
struct XClock {
  Lit lit;
  std::vector<Lit> latches = {};  ///< of the clock gates before it: all high, or it does not rise
  std::uint32_t domain = 0;       ///< of the program, whose clock rises with it
  std::vector<std::uint32_t> states = {};  ///< that it clocks
  std::vector<std::uint32_t> writes = {};  ///< write ports, by their order in the design
};

/// A write port and its memory.
struct XWritePort {
  std::uint32_t memory = 0;
  std::uint32_t port = 0;
};

/// Built once from a program; nothing in it changes in a run.
struct XGraph {
  explicit XGraph(const Program& program);

  static constexpr std::uint32_t kNone = ~0U;

  std::vector<XItem> items;  ///< steps in order, then breakers, then pending ones
  std::uint32_t first_breaker = 0;
  std::uint32_t first_pending = 0;
  std::vector<std::uint8_t> is_in_cone;    ///< by item: it may move while clock inputs settle
  std::vector<std::uint32_t> clock_gates;  ///< AIG nodes: ANDs that the program has no use for
  std::vector<ReadPortId> reads;
  std::vector<std::uint8_t> read_may_miss;  ///< by read: an address may lie outside
  std::vector<XWritePort> writes;
  std::vector<std::vector<std::uint32_t>> reads_of_memory;  ///< items
  std::vector<XClock> clocks;
  std::vector<std::vector<std::uint32_t>> clocks_of_domain;
  std::vector<std::uint32_t> clock_of_state;    ///< or kNone
  std::vector<std::uint32_t> pending_of_state;  ///< item, or kNone
  std::vector<std::uint32_t> gate_of_state;     ///< item, or kNone
  std::vector<std::uint32_t> item_of_node;      ///< by AIG node: the And or Mux, or kNone
  std::vector<std::uint32_t> state_of_node;     ///< by AIG node: the state, or kNone

  /// Whether nobody reads the node that an item makes: its x is not kept up to date.
  [[nodiscard]] bool is_dropped(std::uint32_t item) const { return is_dropped_[item] != 0; }
  /// Items that read an AIG node.
  [[nodiscard]] std::span<const std::uint32_t> readers(std::uint32_t node) const {
    return std::span(readers_).subspan(first_reader_[node],
                                       first_reader_[node + 1] - first_reader_[node]);
  }

 private:
  void add_steps(const Model& model);
  void add_clocks(const Program& program);
  void mark_cone(const Model& model);
  void drop_unread(const Program& program);
  void connect(const Model& model);
  template <class Visit>
  void for_each_operand(const Model& model, const XItem& item, const Visit& visit) const;

  std::vector<std::uint32_t> first_reader_;
  std::vector<std::uint32_t> readers_;
  std::vector<std::uint8_t> is_dropped_;  ///< by item: nobody wants to know it
};

}  // namespace heddle::gate
