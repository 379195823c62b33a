// The X rail of the event engine: which bits are x, beside the values of the
// two-state run, which it never changes.
//
// Only what an x reaches is looked at. An item one of whose operands is x is
// *armed*: it asks for the values that decide whether the x passes, and the engine
// tells of their toggles. Where no x is alive nothing is asked for, and an edge
// costs what it costs without X propagation, but for the engine's log of toggles.
//
// Values are looked up where the engine stores them; those that its clusters keep
// to themselves are computed from the nearest that it stores.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gate/backend/edge_digest.h"
#include "gate/backend/memory_bits.h"
#include "gate/backend/xprop/x_graph.h"
#include "heddle/gate/backend.h"

namespace heddle::gate {

/// Where clocks are looked at: before the first edge, as clock inputs move, or in
/// a later round.
enum class XLook : std::uint8_t { Prime, Main, Later };

class XRail {
 public:
  /// `watched_outputs`: the pins of `take_pins`. Everything outlives it.
  XRail(const Program& program, std::span<const std::uint32_t> watched_outputs,
        const XOptions& options, EdgeDigest& digest, std::vector<MemoryBits>& memories);

  /// The engine stores its values there from now on; `is_stored` by program node.
  void attach(const std::uint8_t* values, std::span<const std::uint8_t> deferred,
              std::vector<std::uint8_t> is_stored);

  /// Whether a toggle of a program node has to be told by `touch`.
  [[nodiscard]] bool wants(std::uint32_t node) const { return wanted_[node] != 0; }
  void touch(std::uint32_t node);
  /// Toggles from now on come from gates, until the sweep that ends the settle.
  void begin_settle();
  /// After the values have settled. False when it does not settle itself.
  [[nodiscard]] bool sweep(bool cone_only);
  [[nodiscard]] const std::string& unsettled() const { return unsettled_; }

  /// Looks at the clocks; `risen` are the domains of the program whose clocks have
  /// risen. Works out what happens to x, on what there was before the round.
  void look(XLook kind, std::span<const std::uint32_t> risen);
  /// Whether the last look found something to commit.
  [[nodiscard]] bool has_updates() const { return !updates_.empty() || !writes_.empty(); }
  /// Its states take their x; forgets what moved with the clocks.
  void commit_states();
  /// Before the value of write port `order` is stored: what ports up to it do.
  void commit_writes(std::uint32_t order);
  static constexpr std::uint32_t kAllWrites = ~0U;

  // An input or a deposit has a known value.
  void know_input(std::uint32_t input) { set(model_.inputs[input].lit.node(), false); }
  void know_state(std::uint32_t state) { set(model_.states[state].output.node(), false); }
  void know_inputs_of(std::span<const EdgeOp> ops) {
    for (const EdgeOp& op : ops) know_input(op.input);
  }
  /// Of those that move the clocks: what was x is still sampled so.
  void know_clocks(std::span<const EdgeOp> ops) {
    defers_ = true;
    know_inputs_of(ops);
    defers_ = false;
  }
  void set_input(std::uint32_t i, bool x) { set(model_.inputs[i].lit.node(), x); }
  void set_state(std::uint32_t i, bool x) { set(model_.states[i].output.node(), x); }
  void set_memory(std::uint32_t i, std::span<const std::uint64_t> words);
  /// Something other than the design wrote into a memory.
  void memory_changed(std::uint32_t i);

  /// Whether a literal of the model is x.
  [[nodiscard]] bool is_unknown(Lit lit);
  [[nodiscard]] std::span<const std::uint64_t> memory(std::uint32_t i) const {
    return memory_x_[i];
  }
  [[nodiscard]] std::uint64_t item_runs() const { return item_runs_; }
  [[nodiscard]] std::uint64_t live_bits() const { return live_; }
  void save_reads(std::vector<std::uint8_t>& out) const;
  void restore_reads(std::span<const std::uint8_t> saved);

  /// As the engine's, of x.
  [[nodiscard]] bool take_pins(std::span<std::uint8_t> pins);
  void take_changes(std::vector<Change>& changes);

 private:
  enum class Trit : std::uint8_t { Zero, One, X };
  /// Whether a look at values is at those before clock inputs moved.
  enum class When : std::uint8_t { Now, Sampled };

  [[nodiscard]] bool x(Lit lit) const { return x_[lit.node()] != 0; }
  [[nodiscard]] bool x_at(Lit lit, When when) const {
    return (x_[lit.node()] ^ (when == When::Sampled ? x_moved_[lit.node()] : 0U)) != 0;
  }
  [[nodiscard]] bool value(Lit lit, When when = When::Now) {
    return node_value(lit.node(), when) != lit.complemented();
  }
  [[nodiscard]] bool node_value(std::uint32_t node, When when);
  /// The same, and the item that asks is told when it changes.
  [[nodiscard]] bool asked(Lit lit) {
    want(lit.node());
    return value(lit);
  }
  [[nodiscard]] Trit trit(Lit lit, When when) {
    if (x_at(lit, when)) return Trit::X;
    return value(lit, when) ? Trit::One : Trit::Zero;
  }
  void want(std::uint32_t node);
  void forget_values() { ++epoch_; }
  void set(std::uint32_t node, bool x);
  void note(std::uint32_t node);
  void queue(std::uint32_t item) {
    is_queued_ = true;
    queue_[item / 64] |= std::uint64_t{1} << (item % 64);
    queue_summary_[item / 4096] |= std::uint64_t{1} << (item / 64 % 64);
  }
  template <class Visit>
  void drain(std::uint32_t begin, std::uint32_t end, bool cone_only, const Visit& visit);
  void rearm();

  void run(std::uint32_t item);
  void arm(std::uint32_t item) { armed_count_ += std::exchange(is_armed_[item], 1) == 0 ? 1U : 0U; }
  void disarm(std::uint32_t item) {
    armed_count_ -= std::exchange(is_armed_[item], 0) != 0 ? 1U : 0U;
  }
  void forget_unwanted();
  [[nodiscard]] bool and_is_unknown(std::uint32_t item);
  [[nodiscard]] bool mux_is_unknown(std::uint32_t item);
  [[nodiscard]] bool gate_is_unknown(std::uint32_t item);
  void run_read(std::uint32_t item);
  void run_pending(std::uint32_t item);
  [[nodiscard]] Trit enable_of(const StateBit& state, When when);
  [[nodiscard]] bool clocked(const StateBit& state, bool is_sure, When when);
  [[nodiscard]] bool has_moved(const StateBit& state) const;

  [[nodiscard]] bool may_rise(std::uint32_t clock, XLook kind);
  void fire_known(std::uint32_t clock);
  void fire_maybe(std::uint32_t clock);
  void sample_writes(const XClock& clock, bool is_sure);
  [[nodiscard]] bool is_idle(const MemoryWritePort& port, std::uint32_t memory) const;
  struct Write;
  [[nodiscard]] bool unread_is_unknown(Lit lit);
  void apply(const Write& write);
  void write_row(const Write& write, std::uint64_t address, bool is_sure);

  const Program& program_;
  const Model& model_;
  XGraph graph_;
  EdgeDigest& digest_;
  std::vector<MemoryBits>& memories_;
  const std::uint8_t* values_ = nullptr;
  std::span<const std::uint8_t> deferred_;

  std::vector<std::uint8_t> x_;  ///< by AIG node
  std::vector<std::vector<std::uint64_t>> memory_x_;
  std::vector<std::uint64_t> memory_live_;  ///< by memory: how many bits are x
  std::uint64_t item_runs_ = 0;
  std::uint64_t live_ = 0;  ///< AIG nodes that are x

  // Which values are asked for.
  std::vector<std::uint8_t> is_stored_;  ///< by AIG node
  std::vector<std::uint8_t> is_wanted_;  ///< by AIG node
  std::vector<std::uint8_t> wanted_;     ///< by program node
  std::vector<std::uint32_t> aig_of_;    ///< by program node, 0: none of the model
  std::vector<std::uint8_t> is_armed_;   ///< by item
  std::uint32_t armed_count_ = 0;
  std::uint32_t armed_most_ = 0;                     ///< since values were last asked for anew
  std::uint32_t sweeps_since_ = 0;                   ///< then
  static constexpr std::uint32_t kItemsASweep = 32;  ///< what asking anew may cost a sweep
  std::vector<std::uint64_t> queue_;                 ///< bit an item
  std::vector<std::uint64_t> queue_summary_;
  bool is_queued_ = false;  ///< something may be in the queue
  std::vector<std::uint32_t> touching_;
  std::vector<std::uint32_t> touched_at_;  ///< by AIG node: epoch
  std::vector<std::uint32_t> moved_at_;    ///< by state: settle in which a gate moved it, or 0
  std::uint32_t settle_ = 0;
  bool in_settle_ = false;

  // Values that the engine does not store, as of `epoch_`.
  std::vector<std::uint32_t> known_at_;
  std::vector<std::uint8_t> known_;
  std::uint32_t epoch_ = 1;

  // Clocks.
  std::vector<std::uint8_t> clock_was_x_;     ///< by clock, at the last look
  std::vector<std::uint8_t> clock_was_high_;  ///< by clock that was x then: its value
  std::vector<std::uint32_t> x_clocks_;       ///< that are or were x
  std::vector<std::uint8_t> is_listed_;       ///< by clock: in `x_clocks_`
  std::vector<std::vector<std::uint32_t>> clocks_of_node_;
  std::vector<std::vector<std::uint32_t>> pending_;  ///< by clock: states
  std::vector<std::uint8_t> is_pending_;             ///< by state
  std::vector<std::uint8_t> is_in_pending_;          ///< by state: in a list
  std::vector<std::uint8_t> x_moved_;                ///< by AIG node: while clock inputs settled
  std::vector<std::uint32_t> moved_nodes_;
  bool defers_ = false;

  struct Update {
    std::uint32_t state = 0;
    bool x = false;
  };
  std::vector<Update> updates_;
  struct Write {
    std::uint32_t order = 0;
    bool is_sure = false;
    std::vector<Trit> address = {};
    std::vector<Trit> enable = {};
    std::vector<Trit> data = {};
  };
  std::vector<Write> writes_;
  std::size_t next_write_ = 0;

  /// Who wants to know that a node's x changed.
  struct Watch {
    enum class Kind : std::uint8_t { Digest, Observed, Pin, Clock };
    std::uint32_t node = 0;
    Kind kind = Kind::Digest;
    std::uint32_t index = 0;
    friend auto operator<=>(const Watch&, const Watch&) = default;
  };
  std::vector<Watch> watches_;              ///< by node
  std::vector<std::uint32_t> first_watch_;  ///< by AIG node
  std::vector<std::uint32_t> watched_outputs_;
  bool pins_changed_ = true;
  std::vector<std::uint8_t> last_observed_;
  std::vector<std::uint32_t> changed_observed_;
  std::vector<std::uint8_t> observed_changed_;
  std::string unsettled_;
};

}  // namespace heddle::gate
