// A first-in, first-out queue that never grows. Its bound is a named constant
// of whoever makes it, and being full is an answer, not a surprise.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "heddle/base/check.h"

namespace heddle {

/// A bounded queue over one allocation made at construction.
/// Requires: `T` default-constructible and movable. Threads: one at a time.
template <class T>
class Ring {
 public:
  /// Requires: `capacity` > 0 (checked).
  explicit Ring(std::size_t capacity) : slots_(capacity) { HEDDLE_CHECK(capacity > 0); }

  [[nodiscard]] std::size_t capacity() const { return slots_.size(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool is_empty() const { return size_ == 0; }
  [[nodiscard]] bool is_full() const { return size_ == slots_.size(); }

  /// Appends, or says false and keeps `value` out when full.
  [[nodiscard]] bool try_push(T value) {
    if (is_full()) return false;
    slots_[slot(size_)] = std::move(value);
    ++size_;
    return true;
  }

  /// Appends where the caller knows that there is room (checked).
  void push(T value) {
    const bool has_room = try_push(std::move(value));
    HEDDLE_CHECK(has_room);
  }

  /// Removes and returns the oldest. Requires: not empty (checked).
  T pop() {
    HEDDLE_CHECK(!is_empty());
    T out = std::exchange(slots_[first_], T());
    first_ = slot(1);
    --size_;
    return out;
  }

  /// The `index`th oldest. Requires: `index` < `size` (checked).
  [[nodiscard]] const T& operator[](std::size_t index) const {
    HEDDLE_CHECK(index < size_);
    return slots_[slot(index)];
  }
  [[nodiscard]] T& operator[](std::size_t index) {
    HEDDLE_CHECK(index < size_);
    return slots_[slot(index)];
  }
  [[nodiscard]] const T& front() const { return (*this)[0]; }
  [[nodiscard]] T& front() { return (*this)[0]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }
  [[nodiscard]] T& back() { return (*this)[size_ - 1]; }

  void clear() {
    while (!is_empty()) pop();
  }

 private:
  /// Where the `index`th oldest is; `index` <= capacity.
  [[nodiscard]] std::size_t slot(std::size_t index) const {
    const std::size_t at = first_ + index;
    return at < slots_.size() ? at : at - slots_.size();
  }

  std::vector<T> slots_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace heddle
