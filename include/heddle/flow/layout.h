// Where everything is in a slot, the preallocated memory of one list in flight.
//
//   SlotHeader | a region a step: StepHeader, its messages, its text, its encoded
//   data | absent messages for inputs that nobody writes
//
// Regions start at multiples of 128 bytes, so that two workers never write to one
// pair of cache lines.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "heddle/flow/plan.h"

namespace heddle::flow {

inline constexpr std::size_t kRegionBytes = 128;

enum class SlotState : std::uint8_t { Free, Initialised, Processing, Done, Serialising };

/// Whether a slot may go from one state to another: each to the next, and
/// Serialising to Free.
[[nodiscard]] constexpr bool is_slot_step(SlotState from, SlotState to) {
  const bool is_last = from == SlotState::Serialising;
  return static_cast<int>(to) == (is_last ? 0 : static_cast<int>(from) + 1);
}

/// Admission writes it, the commit stage reads it.
struct alignas(kRegionBytes) SlotHeader {
  std::uint64_t clid = 0;
  std::int64_t admission_ns = 0;
  SlotState state = SlotState::Free;
  bool is_keyframe = false;  ///< tasks freeze before they process this list
  /// A step failed whose task says `on_error: abort`.
  std::atomic<bool> is_aborted = false;
  /// A keyframe, or some step failed: the steps that follow look closer.
  std::atomic<bool> is_special = false;
  std::atomic<bool> has_text = false;            ///< a step wrote some, or lost some
  std::atomic<std::uint32_t> ignored_count = 0;  ///< steps that failed, `on_error: ignore`
  std::uint64_t admission_ticks = 0;             ///< the first step begins then
};

enum class StepState : std::uint32_t {
  Ok,
  Ignored,  ///< it failed, and that is all
  Aborted,  ///< it failed, and what depends on it is skipped
  Skipped,
};

/// The worker that runs the step writes it.
struct StepHeader {
  std::uint64_t begin_ticks = 0;
  std::uint64_t end_ticks = 0;
  StepState state = StepState::Ok;
  std::uint32_t text_used_bytes = 0;
  std::uint32_t text_lost_count = 0;
  std::uint32_t encoded_bytes = 0;  ///< of the data this step's worker encoded; 0: none

  /// As a step begins: all but the times.
  void clear() {
    state = StepState::Ok;
    text_used_bytes = text_lost_count = encoded_bytes = 0;
  }
};

/// Where a message is, and how it reaches the log.
struct MessageSlot {
  std::uint32_t offset = 0;  ///< in the slot
  std::uint32_t step = 0;    ///< that writes it
  const MessageType* type = nullptr;
  bool is_logged = true;
  ContentPolicy content = ContentPolicy::All;
  bool has_sequence = false;  ///< its encoded payload stands after its size
  bool is_plain = false;      ///< when present it is kept, and has no sequence
};

struct StepSlot {
  std::uint32_t task = 0;
  std::uint32_t offset = 0;                      ///< of the StepHeader
  std::vector<std::uint32_t> port_offsets = {};  ///< a message a port of the task type
  std::uint32_t first_message = 0;               ///< in `SlotLayout::messages`
  std::uint32_t message_count = 0;
  std::uint32_t text_offset = 0;
  std::uint32_t encoded_offset = 0;
  std::uint32_t encoded_capacity = 0;      ///< 0: this step does not encode ahead
  std::vector<std::uint32_t> inputs = {};  ///< steps it depends on
};

/// Immutable once made. Threads: any may read.
struct SlotLayout {
  std::size_t slot_bytes = 0;
  std::uint32_t text_bytes = 0;            ///< a step
  std::vector<StepSlot> steps = {};        ///< in plan order
  std::vector<MessageSlot> messages = {};  ///< in order of the graph's messages
  std::vector<std::uint32_t> step_of_task = {};
  std::vector<std::uint32_t> step_offsets = {};  ///< of the StepHeaders, in plan order
  std::vector<std::uint32_t> data_steps = {};    ///< with logged messages, in order of task
  std::vector<MessageSlot> logged = {};          ///< messages of a data record, in its order
  bool is_encoded_ahead = false;                 ///< some step is
  std::vector<std::pair<std::uint32_t, const MessageType*>> absent = {};  ///< offset, type
  /// Bytes of a list's data record at most, but for unbounded sequences.
  std::size_t data_bytes_max = 0;
  bool has_unbounded = false;
};

/// Requires: `plan` is checked. `encode_ahead`: regions have room for encoded data.
/// The graph outlives the layout.
[[nodiscard]] SlotLayout make_layout(const Graph& graph, const Plan& plan, bool encode_ahead);

}  // namespace heddle::flow
