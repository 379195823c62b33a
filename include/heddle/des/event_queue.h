// Pending events, earliest key first: a 4-ary heap, or a timing wheel in front
// of one for many pending events. Both give the same sequence, since both only
// sort by the key.
//
// The wheel has eleven levels of 64 slots. A slot of level L spans 64^L ps. An
// event goes to the level of the highest base-64 digit in which its time
// differs from the wheel's base; the earliest slot of the lowest level in use
// is poured into the heap when that is empty, or, when it is crowded, spread
// over the levels below. Everything before `horizon_` is in the heap.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <vector>

#include "heddle/base/check.h"
#include "heddle/des/event.h"

namespace heddle::des {

enum class QueueKind : std::uint8_t {
  Heap,   ///< good below some ten thousand pending events
  Wheel,  ///< cost independent of how many are pending
};

/// Four children a node. Taking the earliest leaves a hole at the root, which
/// the next push fills: the common pair of the two costs one descent.
class EventHeap {
 public:
  /// Room from the start, so that the heaps of two partitions, which hold few
  /// events each, do not share a cache line.
  EventHeap() { items_.reserve(kReserved); }

  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::size_t size() const { return items_.size() - (has_hole_ ? 1 : 0); }

  void push(const Event& event) {
    if (has_hole_) {
      has_hole_ = false;
      sift_down(event);
      return;
    }
    std::size_t at = items_.size();
    items_.push_back(event);
    const auto key = event.key();
    while (at > 0) {
      const std::size_t parent = (at - 1) / 4;
      if (items_[parent].key() < key) break;
      items_[at] = items_[parent];
      at = parent;
    }
    items_[at] = event;
  }

  /// The earliest. Requires: not empty.
  [[nodiscard]] const Event& top() {
    if (has_hole_) fill_hole();
    return items_.front();
  }

  /// Takes away what `top` told.
  void pop() { has_hole_ = true; }

 private:
  static constexpr std::size_t kReserved = 64;

  void fill_hole() {
    has_hole_ = false;
    const Event last = items_.back();
    items_.pop_back();
    sift_down(last);
  }

  /// Puts `event` where the root was. Requires: not empty.
  void sift_down(const Event& event) {
    Event* const items = items_.data();
    const std::size_t count = items_.size();
    const auto key = event.key();
    std::size_t at = 0;
    for (std::size_t child = 1; child < count; child = 4 * at + 1) {
      std::size_t least = child;
      auto least_key = items[child].key();
      const std::size_t end = child + 4 < count ? child + 4 : count;
      for (std::size_t i = child + 1; i < end; ++i) {
        const auto other = items[i].key();
        if (other < least_key) {
          least = i;
          least_key = other;
        }
      }
      if (key < least_key) break;
      items[at] = items[least];
      at = least;
    }
    items[at] = event;
  }

  std::vector<Event> items_;
  bool has_hole_ = false;
};

/// Later events, sorted as far as was needed. See the head of this file.
class EventWheel {
 public:
  static constexpr unsigned kDigitBits = 6;
  static constexpr unsigned kSlotCount = 1U << kDigitBits;
  static constexpr unsigned kLevelCount = 11;
  /// A slot with no more events than this is poured out as it is.
  static constexpr std::size_t kPourMax = 48;

  [[nodiscard]] std::size_t size() const { return size_; }

  /// Requires: not before the horizon.
  void push(const Event& event) {
    const auto time = static_cast<std::uint64_t>(event.time.ps());
    const std::uint64_t differing = time ^ base_;
    const auto level =
        differing == 0 ? 0U
                       : (63U - static_cast<unsigned>(std::countl_zero(differing))) / kDigitBits;
    const auto slot = static_cast<unsigned>(time >> (level * kDigitBits)) & (kSlotCount - 1);
    used_[level] |= std::uint64_t{1} << slot;
    slots_[level * kSlotCount + slot].push_back(event);
    ++size_;
  }

  /// Pours the earliest slot into `heap` and tells the new horizon: nothing
  /// before it stays here. Requires: not empty.
  SimTime pour(EventHeap& heap) {
    while (true) {
      unsigned level = 0;
      while (used_[level] == 0) ++level;
      const auto slot = static_cast<unsigned>(std::countr_zero(used_[level]));
      std::vector<Event>& events = slots_[level * kSlotCount + slot];
      const unsigned shift = level * kDigitBits;
      const std::uint64_t start = ((base_ >> shift) & ~std::uint64_t{kSlotCount - 1}) << shift |
                                  std::uint64_t{slot} << shift;
      used_[level] &= ~(std::uint64_t{1} << slot);
      size_ -= events.size();
      base_ = start;
      if (level == 0 || events.size() <= kPourMax) {
        for (const Event& event : events) heap.push(event);
        events.clear();
        const std::uint64_t end = start + (std::uint64_t{1} << shift);
        constexpr auto kLast = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        return SimTime(static_cast<std::int64_t>(end < kLast ? end : kLast));
      }
      spread_.swap(events);
      for (const Event& event : spread_) push(event);
      spread_.clear();
    }
  }

 private:
  std::uint64_t base_ = 0;
  std::size_t size_ = 0;
  std::array<std::uint64_t, kLevelCount> used_{};
  std::array<std::vector<Event>, std::size_t{kLevelCount} * kSlotCount> slots_;
  std::vector<Event> spread_;
};

/// Either of the two. Threads: one at a time.
class EventQueue {
 public:
  explicit EventQueue(QueueKind kind)
      : horizon_(kind == QueueKind::Heap ? std::numeric_limits<std::int64_t>::max() : 0) {}

  [[nodiscard]] bool empty() const { return heap_.empty() && wheel_.size() == 0; }
  [[nodiscard]] std::size_t size() const { return heap_.size() + wheel_.size(); }

  void push(const Event& event) {
    if (event.time <= horizon_) {
      heap_.push(event);
    } else {
      wheel_.push(event);
    }
  }

  /// The earliest. Requires: not empty.
  [[nodiscard]] const Event& top() {
    if (heap_.empty()) horizon_ = wheel_.pour(heap_) - Picoseconds(1);
    return heap_.top();
  }

  /// Takes away what `top` told.
  void pop() { heap_.pop(); }

 private:
  SimTime horizon_;  ///< the last instant whose events are all in the heap
  EventHeap heap_;
  EventWheel wheel_;
};

}  // namespace heddle::des
