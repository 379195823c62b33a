// The end of a run as one number that only falls: a step runs if its key is not
// above it. Every worker may lower it. A build without parallel support
// (HEDDLE_FLOW_SERIAL_ONLY, which the benchmark compares instructions with) has one
// worker and a plain number.
#pragma once

#include <cstdint>

#ifndef HEDDLE_FLOW_SERIAL_ONLY
#include <atomic>
#endif

namespace heddle::flow {

class RunLimit {
 public:
#ifdef HEDDLE_FLOW_SERIAL_ONLY
  [[nodiscard]] std::uint64_t get() const { return value_; }
  void lower(std::uint64_t key) {
    if (key < value_) value_ = key;
  }
#else
  [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }
  void lower(std::uint64_t key) {
    std::uint64_t value = get();
    while (key < value && !value_.compare_exchange_weak(value, key)) {
    }
  }
#endif

 private:
#ifdef HEDDLE_FLOW_SERIAL_ONLY
  std::uint64_t value_ = ~std::uint64_t{0};
#else
  alignas(128) std::atomic<std::uint64_t> value_ = ~std::uint64_t{0};
#endif
};

}  // namespace heddle::flow
