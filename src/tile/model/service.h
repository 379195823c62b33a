// The time that a channel of the bandwidth model takes for one request, kept as
// a fraction so that nothing drifts.
#pragma once

#include <cstdint>
#include <numeric>

#include "heddle/tile/machine.h"

namespace heddle::tile::model {

/// An instant between two picoseconds: `ps` + `part` / the denominator of the service time.
struct FineTime {
  std::int64_t ps = 0;
  std::int64_t part = 0;
};

/// Threads: a value.
class Service {
 public:
  explicit Service(const Machine& machine) {
    const std::int64_t bytes_ps = std::int64_t{machine.dma.request_bytes} * 1'000'000'000'000;
    const std::int64_t rate = machine.dram.channel_bandwidth.count();
    const std::int64_t divisor = std::gcd(bytes_ps, rate);
    numerator_ = bytes_ps / divisor;
    denominator_ = rate / divisor;
  }

  /// When a channel that is free at `free` begins what arrives at `arrival`.
  [[nodiscard]] static std::int64_t begin(FineTime& free, SimTime arrival) {
    if (free.ps < arrival.ps()) free = {arrival.ps(), 0};
    return free.ps;
  }
  /// Moves `free` past one request, and tells the instant (rounded down).
  SimTime serve(FineTime& free) const {
    free.ps += numerator_ / denominator_;
    free.part += numerator_ % denominator_;
    if (free.part >= denominator_) {
      free.part -= denominator_;
      ++free.ps;
    }
    return SimTime(free.ps);
  }
  /// What `count` requests take.
  [[nodiscard]] Picoseconds total(std::uint64_t count) const {
    return Picoseconds(
        static_cast<std::int64_t>(static_cast<__int128>(count) * numerator_ / denominator_));
  }

 private:
  std::int64_t numerator_ = 1;
  std::int64_t denominator_ = 1;
};

}  // namespace heddle::tile::model
