// A memory without contention: every request is answered a fixed time after it was sent,
// or never, and a bound on requests in flight makes it refuse some.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <limits>
#include <vector>

#include "heddle/tile/memory_system.h"

namespace heddle::tile::test {

class IdealMemory final : public MemorySystem {
 public:
  explicit IdealMemory(Picoseconds latency,
                       std::uint32_t in_flight_max = std::numeric_limits<std::uint32_t>::max())
      : latency_(latency), in_flight_max_(in_flight_max) {}

  /// From this many requests on, none is answered.
  std::uint64_t answers_max = std::numeric_limits<std::uint64_t>::max();
  /// Requests as they came, if asked for.
  bool keeps_requests = false;
  std::vector<RequestRun> requests;

  [[nodiscard]] std::uint32_t send(const RequestRun& run, SimTime now) override {
    const std::uint32_t taken = std::min(run.count, in_flight_max_ - in_flight_);
    if (taken == 0) return 0;
    if (keeps_requests) requests.push_back(run);
    (run.is_write ? use_.writes : use_.reads) += taken;
    if (use_.reads + use_.writes <= answers_max) {
      in_flight_ += taken;
      pending_.push_back(ResponseRun{now + latency_, run.tag, run.core, taken});
    }
    return taken;
  }
  [[nodiscard]] SimTime next_change() const override {
    return pending_.empty() ? kNever : pending_.front().at;
  }
  void advance(SimTime now, std::vector<ResponseRun>& responses) override {
    const std::size_t before = responses.size();
    for (; !pending_.empty() && pending_.front().at <= now; pending_.pop_front()) {
      const ResponseRun& next = pending_.front();
      in_flight_ -= next.count;
      const auto same =
          std::find_if(responses.begin() + static_cast<std::ptrdiff_t>(before), responses.end(),
                       [&](const ResponseRun& r) {
                         return r.at == next.at && r.core == next.core && r.tag == next.tag;
                       });
      if (same != responses.end()) {
        same->count += next.count;
      } else {
        responses.push_back(next);
      }
    }
    std::sort(responses.begin() + static_cast<std::ptrdiff_t>(before), responses.end(),
              [](const ResponseRun& a, const ResponseRun& b) {
                if (a.at != b.at) return a.at < b.at;
                return a.core != b.core ? a.core < b.core : a.tag < b.tag;
              });
  }
  [[nodiscard]] MemoryUse use() const override { return use_; }

 private:
  Picoseconds latency_;
  std::uint32_t in_flight_max_ = 0;
  std::uint32_t in_flight_ = 0;
  std::deque<ResponseRun> pending_;
  MemoryUse use_;
};

}  // namespace heddle::tile::test
