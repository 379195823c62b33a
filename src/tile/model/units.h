// When the units of a core begin and end what they are given: first come, first served.
// Pure: each call is a function of the state and `now`; nothing here owns a clock.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "tile/model/compute.h"

namespace heddle::tile {

/// When an operation runs in its unit. Units: core cycles.
struct UnitTimes {
  std::int64_t start = 0;
  std::int64_t occupied_until = 0;
  std::int64_t finish = 0;
};

/// One systolic array: a stream port and a port for the next weights.
class ArrayTimer {
 public:
  explicit ArrayTimer(bool has_shadow_port) : has_shadow_port_(has_shadow_port) {}

  UnitTimes preload(const OperationCost& cost, std::int64_t now) {
    std::int64_t& port = has_shadow_port_ ? shadow_free_ : stream_free_;
    const std::int64_t start = std::max(now, port);
    port = start + cost.interval;
    return UnitTimes{start, start + cost.interval, start + cost.latency};
  }

  /// `weights_ready`: when the tile it streams over is in the array.
  UnitTimes matmul(const OperationCost& cost, std::int64_t now, std::int64_t weights_ready) {
    const std::int64_t start = std::max({now, stream_free_, weights_ready});
    stream_free_ = start + cost.interval;
    return UnitTimes{start, stream_free_, start + cost.latency};
  }

 private:
  bool has_shadow_port_ = true;
  std::int64_t stream_free_ = 0;
  std::int64_t shadow_free_ = 0;
};

/// Pipes side by side; the first one that is free takes the operation.
class PipeTimer {
 public:
  explicit PipeTimer(std::uint32_t pipes) : free_(std::max(pipes, 1U), 0) {}

  UnitTimes run(const OperationCost& cost, std::int64_t now, std::uint32_t& pipe) {
    const auto least = std::min_element(free_.begin(), free_.end());
    pipe = static_cast<std::uint32_t>(least - free_.begin());
    const std::int64_t start = std::max(now, *least);
    *least = start + cost.interval;
    return UnitTimes{start, *least, start + cost.latency};
  }

 private:
  std::vector<std::int64_t> free_;
};

/// The weight tiles that each array holds. A preload takes a slot of the next array, in
/// turn, that has one free; a slot count of 0 means that there is always one.
class WeightSlots {
 public:
  WeightSlots(std::uint32_t arrays, std::uint32_t slots) : slots_(slots), used_(arrays, 0) {}

  [[nodiscard]] bool any_free() const {
    if (slots_ == 0) return true;
    return std::any_of(used_.begin(), used_.end(),
                       [this](std::uint32_t used) { return used < slots_; });
  }
  /// Requires: any_free(). Returns the array.
  std::uint32_t take() {
    while (slots_ != 0 && used_[next_] >= slots_) advance();
    const std::uint32_t array = next_;
    ++used_[array];
    advance();
    return array;
  }
  void free(std::uint32_t array) { --used_[array]; }
  [[nodiscard]] std::uint32_t used(std::uint32_t array) const { return used_[array]; }
  /// The next array in turn, slot or none.
  std::uint32_t turn() {
    const std::uint32_t array = next_;
    advance();
    return array;
  }

 private:
  void advance() { next_ = (next_ + 1) % static_cast<std::uint32_t>(used_.size()); }

  std::uint32_t slots_ = 2;
  std::uint32_t next_ = 0;
  std::vector<std::uint32_t> used_;
};

}  // namespace heddle::tile
