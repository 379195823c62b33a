// The program laid out for events: records, fan-out edges, queues.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gate/backend/edge_digest.h"
#include "heddle/gate/program.h"

namespace heddle::gate {

/// What becomes of a record that leaves its queue dirty.
enum class RecordKind : std::uint8_t {
  Lut,      ///< its node toggles, its table inverts
  Force,    ///< a state's node toggles at once
  Toggle,   ///< a state's node toggles at its clock's edge
  Read,     ///< a memory port reads again; always dirty
  Select,   ///< a register file's port looks up again; always dirty
  Trigger,  ///< a clock node moved
  Enable,   ///< a group's enable moved; always dirty
  Pin,      ///< an output that someone looks at moved; always dirty
};

/// The domains that fire when a clock node rises and when it falls, or -1.
struct ClockTrigger {
  std::uint32_t node = 0;
  std::int32_t on_rise = -1;
  std::int32_t on_fall = -1;
};

/// Built once from a program; only tables, indices and queue entries change in
/// a run.
///
/// Queues: 0 is never used, 1 to `level_count` are levels; then breakers,
/// triggers, enables and pins; from a multiple of 64 on one queue an enable
/// group. A record is queued at most once, so a queue's capacity is its number
/// of records.
struct EventGraph {
  EventGraph(const Program& program, const EdgeDigest& digest,
             std::span<const std::uint32_t> watched_outputs);

  /// Bit of `index` that says the record is in its queue; the six low bits are
  /// the index into the table, so that it never has to be masked out to look.
  static constexpr std::uint8_t kQueued = 0x80;
  /// An edge holds the record above and the index bit to flip below, as a mask.
  static constexpr std::uint32_t kPinBits = 8;
  static constexpr std::uint32_t kPinMask = (1U << kPinBits) - 1;
  [[nodiscard]] static constexpr std::uint32_t edge_to(std::uint32_t record, std::uint32_t pin) {
    return record << kPinBits | 1U << pin;
  }

  // Records, LUTs first. `tables[r] >> (index[r] & 63) & 1` says dirty.
  std::vector<std::uint64_t> tables;
  std::vector<std::uint8_t> index;
  std::vector<std::uint16_t> queue;
  std::vector<std::uint32_t> target;  ///< node, or port, trigger, group, pin
  std::vector<RecordKind> kinds;

  std::vector<std::uint32_t> edges;        ///< see `edge_to`
  std::vector<std::uint32_t> edge_begin;   ///< by node; the next node's begin is the end
  std::vector<std::uint32_t> cone_end;     ///< by node: end of the edges within the clock cone
  std::vector<std::uint32_t> queue_begin;  ///< by queue, into `entries`
  std::vector<std::uint32_t> entries;
  std::vector<ClockTrigger> triggers;
  std::vector<std::vector<std::uint32_t>> writes_of_domain;  ///< port indices, ascending
  std::vector<std::vector<std::uint32_t>> reads_of_memory;   ///< records

  /// A state without toggle function, compared when its group is enabled.
  struct Compared {
    std::uint32_t node = 0;
    NodeRef next;
  };
  std::vector<Compared> compared;             ///< by group
  std::vector<std::uint32_t> compared_begin;  ///< by group, into `compared`
  std::vector<std::uint64_t> has_compared;    ///< bit a group
  std::vector<std::uint32_t> pin_outputs;     ///< by watched pin, into the outputs

  /// Who wants to know of a node's toggles: digest bit, or observed literal + kObserved.
  static constexpr std::uint32_t kObserved = 0x80000000;
  std::vector<std::uint32_t> watch_begin;  ///< by node
  std::vector<std::uint32_t> watches;

  std::uint32_t first_lut = 0;  ///< node of record 0; LUT records come first
  std::uint32_t lut_count = 0;
  std::uint32_t breaker_queue = 0;
  std::uint32_t trigger_queue = 0;
  std::uint32_t enable_queue = 0;
  std::uint32_t pin_queue = 0;
  std::uint32_t first_group_queue = 0;
  std::uint32_t queue_count = 0;
};

}  // namespace heddle::gate
