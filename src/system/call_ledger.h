// What the ranks of a group have called: each rank's n-th call must be that of
// all others. A rank that differs stops; the run fails when every rank has made
// that call, a while later, or when nothing is left to happen.
#pragma once

#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "heddle/system/collective.h"

namespace heddle::system {

/// Threads: any number may add, each for a rank of its own.
class CallLedger final : public des::Handler {
 public:
  /// How long the others get to make their call before the run fails. A run in
  /// partitions waits until nothing is left to happen.
  static constexpr Picoseconds kGrace{1'000'000'000};

  CallLedger(des::ComponentId component, Group group, bool has_grace)
      : Handler(component),
        group_(std::move(group)),
        made_(group_.ranks.size()),
        has_alarm_(!has_grace) {}

  /// Adds the next call of a rank. False: the rank must not go on.
  bool add(des::Kernel& kernel, PeRank rank, std::uint32_t index, const CollectiveCall& call);
  /// Errors: system.collective-mismatch, for the first calls that are not alike
  /// or not made by all.
  [[nodiscard]] Status check() const;
  void on_event(des::Kernel& kernel) override;

 private:
  struct Round {
    std::vector<std::pair<PeRank, CollectiveCall>> calls;
    bool is_same = true;
  };

  void tell(des::Kernel& kernel) const;

  std::mutex mutex_;
  Group group_;
  std::deque<Round> rounds_;         ///< those that are not over
  std::uint64_t rounds_over_ = 0;    ///< before the first of `rounds_`
  std::vector<std::uint64_t> made_;  ///< calls of each rank
  bool has_alarm_ = false;           ///< or needs none
};

}  // namespace heddle::system
