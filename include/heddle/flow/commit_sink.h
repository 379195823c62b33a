// How the commit stage hands finished lists to a log. Lists come strictly in
// order of clid, from one thread; a sink takes the bytes it wants and returns.
//
// The data record of a list, which is all that a data digest covers:
//
//   u64 clid | i64 admission_ns | u8 flags (1: aborted)
//   then for every logged message, in order of `Graph::messages`
//     u8 flags: 1 present, 2 validity is an instant, 4 validity is a range,
//               8 has a status, 16 has an origin, 32 the content was not kept
//     [status: u8 bytes, text] [instant: i64 ns] [range: i64 begin, i64 end]
//     [origin: u64 clid]
//     [present and kept: the encoded payload (schema.h), after a u32 of its bytes
//      where the schema has a sequence]
//
// Everything is little-endian and nothing is padded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/base/result.h"
#include "heddle/flow/layout.h"

namespace heddle::flow {

/// The flags of a message in a data record.
inline constexpr std::uint8_t kMessagePresent = 1;
inline constexpr std::uint8_t kMessageInstant = 2;
inline constexpr std::uint8_t kMessageRange = 4;
inline constexpr std::uint8_t kMessageStatus = 8;
inline constexpr std::uint8_t kMessageOrigin = 16;
inline constexpr std::uint8_t kMessageNotKept = 32;
/// The flags of a list.
inline constexpr std::uint8_t kListAborted = 1;

/// Process times of a step, in ticks of the run's clock.
struct StepTimes {
  std::uint64_t begin_ticks = 0;
  std::uint64_t end_ticks = 0;
};

/// Writes one message's part of a data record; returns past its last byte.
/// Requires: `message` is the `Message<T>` of `where.type`; room.
std::byte* encode_message_slowly(const MessageSlot& where, const std::byte* message, std::byte* to);

/// A finished list. Valid during `CommitSink::commit`.
class ListView {
 public:
  ListView(const SlotLayout& layout, const std::byte* slot,
           const std::vector<std::vector<std::byte>>& states)
      : layout_(&layout), slot_(slot), states_(&states) {}

  [[nodiscard]] std::uint64_t clid() const { return header().clid; }
  [[nodiscard]] FlowTime admission() const { return {header().admission_ns}; }
  [[nodiscard]] bool is_aborted() const {
    return header().is_aborted.load(std::memory_order_relaxed);
  }
  [[nodiscard]] const SlotLayout& layout() const { return *layout_; }

  /// Room that `encode_data` needs. Cost: a constant, but for pooled payloads.
  [[nodiscard]] std::size_t data_bytes_max() const {
    return layout_->has_unbounded ? data_bytes_exact() : layout_->data_bytes_max;
  }
  /// Writes the data record; returns its bytes. What workers encoded is copied.
  std::size_t encode_data(std::byte* to) const;

  /// The times of step `step` in plan order. Zero where the run takes no stamps.
  [[nodiscard]] StepTimes times(std::size_t step) const {
    const StepHeader& header = step_header(step);
    return {header.begin_ticks, header.end_ticks};
  }
  [[nodiscard]] std::size_t step_count() const { return layout_->steps.size(); }
  [[nodiscard]] const StepHeader& step_header(std::size_t step) const {
    return *reinterpret_cast<const StepHeader*>(slot_ + layout_->step_offsets[step]);
  }

  /// Whether tasks were frozen before they processed this list.
  [[nodiscard]] bool is_keyframe() const { return header().is_keyframe; }
  /// The frozen state of a task, by its index in the graph; empty where it has none.
  [[nodiscard]] std::span<const std::byte> state(std::size_t task) const {
    return (*states_)[task];
  }

  /// The header of a message of the graph, and its `Message<T>`.
  [[nodiscard]] const MessageHeader& message_header(std::size_t message) const {
    return *static_cast<const MessageHeader*>(this->message(message));
  }
  [[nodiscard]] const void* message(std::size_t message) const {
    return slot_ + layout_->messages[message].offset;
  }

  /// Whether any step wrote text, or wrote more than there was room for.
  [[nodiscard]] bool has_text() const { return header().has_text.load(std::memory_order_relaxed); }
  /// Calls `take(const TextLine&)` for every line, in plan order.
  template <class Take>
  void for_each_text(Take take) const {
    for (std::size_t step = 0; step < step_count(); ++step) text_of_step(step, take);
  }
  /// Lines that did not fit.
  [[nodiscard]] std::uint64_t lost_text_count() const;

 private:
  [[nodiscard]] const SlotHeader& header() const {
    return *reinterpret_cast<const SlotHeader*>(slot_);
  }
  [[nodiscard]] std::size_t data_bytes_exact() const;
  template <class Take>
  void text_of_step(std::size_t step, Take& take) const {
    const StepSlot& where = layout_->steps[step];
    const std::byte* at = slot_ + where.text_offset;
    const std::byte* end = at + step_header(step).text_used_bytes;
    while (at < end) {
      TextLine line{.task = where.task};
      std::uint32_t size = 0;
      std::memcpy(&line.format, at, sizeof line.format);
      std::memcpy(&size, at + sizeof line.format, sizeof size);
      at += sizeof line.format + sizeof size;
      line.arguments = {at, size};
      at += size;
      take(line);
    }
  }

  const SlotLayout* layout_ = nullptr;
  const std::byte* slot_ = nullptr;
  const std::vector<std::vector<std::byte>>* states_ = nullptr;
};

/// What a sink is told before the first list. All of it outlives the run.
struct RunDescription {
  const Graph* graph = nullptr;
  const Plan* plan = nullptr;
  const SlotLayout* layout = nullptr;
  const char* clock_name = "";
  ClockScale clock_scale = {};
  std::uint64_t first_clid = 0;
};

/// How a run ended, for the log's end marker.
struct RunEnding {
  enum class Kind : std::uint8_t { Finished, Stopped, Failed };
  Kind kind = Kind::Finished;
  std::uint64_t end_clid = 0;  ///< one past the last committed list
  std::string text;            ///< why it failed; empty otherwise
};

/// Threads: `start` and `finish` from the thread that runs the flow, `commit` from
/// the commit stage's between them, one list at a time.
class CommitSink {
 public:
  virtual ~CommitSink() = default;
  CommitSink(const CommitSink&) = delete;
  CommitSink& operator=(const CommitSink&) = delete;

  /// Called when all tasks have started, before the first list.
  virtual Status start(const RunDescription& run) = 0;
  /// Takes a list. False when the log cannot go on; `status` then says why, the
  /// run ends with that error, and no further list comes.
  [[nodiscard]] virtual bool commit(const ListView& list) = 0;
  /// The first failure. Called after `commit` said false, and after `finish`.
  [[nodiscard]] virtual Status status() const = 0;
  /// The end of the run, whatever happened. Errors: of writing what was left.
  virtual Status finish(const RunEnding& ending) = 0;

 protected:
  CommitSink() = default;
};

/// Takes everything, keeps nothing.
class NullCommitSink final : public CommitSink {
 public:
  Status start(const RunDescription&) override { return {}; }
  bool commit(const ListView&) override { return true; }
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override { return {}; }
};

/// Keeps the digest of all data records, each after its length: the run's data digest.
class DigestCommitSink final : public CommitSink {
 public:
  Status start(const RunDescription&) override { return {}; }
  bool commit(const ListView& list) override;
  Status status() const override { return {}; }
  Status finish(const RunEnding&) override { return {}; }

  [[nodiscard]] Digest64 digest() const { return digest_.digest(); }
  [[nodiscard]] std::uint64_t list_count() const { return list_count_; }

 private:
  DigestStream digest_;
  std::vector<std::byte> buffer_;
  std::uint64_t list_count_ = 0;
};

}  // namespace heddle::flow
