// The program laid out for events.
//
// Everything that may have to run owns one bit, its *place*; a bit that is set
// says "run me". Places are in an order in which a sweep from low to high
// settles the logic; those of the clock cone fill words of their own before the
// rest. Clusters that only toggle flops with an enable come next and wait, marked,
// until the enable is high at a clock. After them stand the *sinks*, which only note that something
// moved: triggers (clock nodes), enables (of groups) and pins (watched outputs).
//
// A node that toggles sets the bits of its fan-out, a few masks. Flops wait in
// *toggle words*: bit k says that state k of the word will toggle at its clock.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gate/backend/event/clusters.h"
#include "gate/backend/event/logic_block.h"
#include "heddle/gate/program.h"

namespace heddle::gate {

/// Bits to set in one word of places.
struct WordMask {
  std::uint32_t word = 0;
  std::uint64_t mask = 0;

  friend bool operator==(const WordMask&, const WordMask&) = default;
  friend auto operator<=>(const WordMask&, const WordMask&) = default;
};

/// A node that a cluster makes.
struct ClusterOutput {
  std::uint32_t node = 0;
  Lit value;  ///< over the block
};

/// The toggles of states of one group that a cluster computes.
struct ClusterToggles {
  std::uint32_t word = 0;
  std::vector<Lit> bits;  ///< over the block, by bit of the word
};

/// One cluster, ready to be run or translated.
struct ClusterBody {
  LogicBlock block;
  std::vector<ClusterOutput> outputs;   ///< by fan-out, then node
  std::vector<ClusterToggles> toggles;  ///< by word
};

/// The domains that fire when a clock node rises and when it falls, or -1.
struct ClockTrigger {
  std::uint32_t node = 0;
  std::int32_t on_rise = -1;
  std::int32_t on_fall = -1;
};

/// Up to 64 states of one group that toggle together or not at their clock.
struct ToggleWord {
  std::uint32_t group = 0;
  bool is_breaker = false;                ///< no clock: toggles at the end of a sweep
  std::vector<std::uint32_t> nodes = {};  ///< of the states, by bit
  std::vector<NodeRef> next = {};         ///< not empty: compared with this when enabled
};

/// A half-open range of words or places.
struct Range {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Built once from a program; nothing in it changes in a run.
struct EventPlan {
  /// `activity`: see `make_clusters`.
  EventPlan(const Program& program, std::span<const std::uint32_t> watched_outputs,
            const Activity* activity);

  std::vector<ClusterBody> clusters;
  std::vector<EventItem> items;  ///< by place; a hole is a cluster `kNoItem`
  static constexpr std::uint32_t kNoItem = ~0U;
  Range cone;      ///< words of places
  Range logic;     ///< words of what a settle runs, the cone's first
  Range waiting;   ///< words of clusters that wait until their group is clocked
  Range due;       ///< as many: those of `waiting` that are to run now
  Range triggers;  ///< words; place - 64 * begin is the index
  Range enables;   ///< groups alike
  Range pins;      ///< watched pins alike
  std::uint32_t word_count = 0;

  /// The fan-out of a node that the engine toggles itself: two words, that are
  /// enough for most, and the rest.
  struct FanOut {
    std::uint64_t mask0 = 0;
    std::uint64_t mask1 = 0;
    std::uint32_t word0 = 0;
    std::uint32_t word1 = 0;
    std::uint32_t rest = 0;  ///< of them in `fan_out`, before the node's end
    std::uint32_t end = 0;
  };
  std::vector<FanOut> quick_fan_out;  ///< by node

  std::vector<WordMask> fan_out;             ///< see `fan_out_begin`
  std::vector<std::uint32_t> fan_out_begin;  ///< by node; the next node's begin is the end
  [[nodiscard]] std::span<const WordMask> fan_out_of(std::uint32_t node) const {
    return std::span(fan_out).subspan(fan_out_begin[node],
                                      fan_out_begin[node + 1] - fan_out_begin[node]);
  }

  /// By group, then those of breakers. Those of a domain stand together.
  std::vector<ToggleWord> toggle_words;
  std::vector<Range> words_of_group;
  Range breaker_words;
  /// The same as masks over words of bits of toggle words, and the states' nodes
  /// one after the other.
  std::vector<std::vector<WordMask>> bits_of_group;
  std::vector<std::vector<WordMask>> bits_of_domain;
  std::vector<std::vector<WordMask>> waiting_of_group;   ///< words from `waiting.begin` on
  std::vector<std::vector<WordMask>> waiting_of_domain;  ///< the same
  std::vector<std::uint32_t> nodes_begin;                ///< by toggle word, into `toggle_nodes`
  std::vector<std::uint32_t> toggle_nodes;

  /// A row of a select whose bits lie in order: its first node, or node 0 and
  /// all of it constant.
  struct Row {
    std::uint32_t node = 0;
    bool is_plain = false;
    bool is_constant = false;
    std::uint64_t flip = 0;  ///< in each byte: 1 where it reads complemented
  };
  std::vector<std::vector<Row>> rows_of_select;

  std::vector<ClockTrigger> clock_triggers;
  std::vector<std::vector<std::uint32_t>> writes_of_domain;  ///< port indices, ascending
  std::vector<std::vector<std::uint32_t>> reads_of_memory;   ///< places
  std::vector<std::uint32_t> force_of_state;                 ///< place, or `kNoItem`
};

}  // namespace heddle::gate
