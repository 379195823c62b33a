// Responses that are known but not yet due, in the order in which `advance`
// yields them: by instant, core and transfer, one entry each.
#pragma once

#include <algorithm>
#include <tuple>
#include <vector>

#include "heddle/tile/memory_system.h"

namespace heddle::tile::model {

/// A heap of runs. Threads: one at a time.
class ResponseQueue {
 public:
  void add(const ResponseRun& run) {
    heap_.push_back(run);
    std::push_heap(heap_.begin(), heap_.end(), is_later);
  }

  [[nodiscard]] SimTime first() const {
    return heap_.empty() ? MemorySystem::kNever : heap_.front().at;
  }

  /// Appends everything due at `now` or before; equal ones become one run.
  void take(SimTime now, std::vector<ResponseRun>& out) {
    while (!heap_.empty() && heap_.front().at <= now) {
      const ResponseRun run = heap_.front();
      std::pop_heap(heap_.begin(), heap_.end(), is_later);
      heap_.pop_back();
      if (!out.empty() && key(out.back()) == key(run)) {
        out.back().count += run.count;
      } else {
        out.push_back(run);
      }
    }
  }

 private:
  [[nodiscard]] static std::tuple<SimTime, std::uint32_t, std::uint32_t> key(const ResponseRun& r) {
    return {r.at, r.core, r.tag};
  }
  [[nodiscard]] static bool is_later(const ResponseRun& a, const ResponseRun& b) {
    return key(a) > key(b);
  }

  std::vector<ResponseRun> heap_;
};

}  // namespace heddle::tile::model
