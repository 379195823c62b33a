// The program laid out for events: records, fan-out edges, queues.
#pragma once

#include <cstdint>
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
  Trigger,  ///< a clock node moved
};

/// A function waiting for its inputs. `table >> index & 1` says dirty.
struct EventRecord {
  std::uint64_t table = 0;
  std::uint8_t index = 0;
  std::uint8_t is_queued = 0;
  std::uint16_t queue = 0;
  std::uint32_t node = 0;  ///< what it toggles; `Read`: the port, `Trigger`: the trigger
};
static_assert(sizeof(EventRecord) == 16);

/// The domains that fire when a clock node rises and when it falls, or -1.
struct ClockTrigger {
  std::uint32_t node = 0;
  std::int32_t on_rise = -1;
  std::int32_t on_fall = -1;
};

/// Built once from a program; only records and queue entries change in a run.
///
/// Queues: 0 is never used, 1 to `level_count` are levels, then the breakers,
/// the triggers and one queue a clock domain. A record is queued at most once,
/// so a queue's capacity is its number of records.
struct EventGraph {
  explicit EventGraph(const Program& program, const EdgeDigest& digest);

  std::vector<EventRecord> records;
  std::vector<RecordKind> kinds;           ///< by record
  std::vector<std::uint32_t> edges;        ///< record * 8 + pin
  std::vector<std::uint32_t> edge_begin;   ///< by node; the next node's begin is the end
  std::vector<std::uint32_t> cone_end;     ///< by node: end of the edges within the clock cone
  std::vector<std::uint32_t> queue_begin;  ///< by queue, into `entries`
  std::vector<std::uint32_t> entries;
  std::vector<ClockTrigger> triggers;
  std::vector<std::vector<std::uint32_t>> writes_of_domain;  ///< port indices, ascending
  std::vector<std::vector<std::uint32_t>> reads_of_memory;   ///< records

  /// Who wants to know of a node's toggles: digest bit, or observed literal + kObserved.
  static constexpr std::uint32_t kObserved = 0x80000000;
  std::vector<std::uint32_t> watch_begin;  ///< by node
  std::vector<std::uint32_t> watches;

  std::uint32_t breaker_queue = 0;
  std::uint32_t trigger_queue = 0;
  std::uint32_t first_domain_queue = 0;
  std::uint32_t queue_count = 0;
};

}  // namespace heddle::gate
