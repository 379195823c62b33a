// Counts of finished requests by DRAM cycle: a wheel of slots for the near
// future, which is where all but a few of them lie, and a list for the rest.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace heddle::tile::model {

/// Threads: one at a time. Cost: constant a request of a cycle with few transfers.
class DoneWheel {
 public:
  static constexpr std::int64_t kNever = INT64_MAX;

  struct Group {
    std::uint32_t core = 0;
    std::uint32_t tag = 0;
    std::uint32_t count = 0;
  };

  DoneWheel() : slots_(kSlots), occupied_(kSlots / 64, 0) {}

  /// Requires: `cycle` is after all that `take` has given.
  void add(std::int64_t cycle, std::uint32_t core, std::uint32_t tag) {
    if (cycle - base_ >= kSlots) {
      later_.push_back({cycle, {core, tag, 1}});
      return;
    }
    first_ = std::min(first_, cycle);
    add_to_slot(cycle, {core, tag, 1});
  }

  /// The first cycle that has any.
  [[nodiscard]] std::int64_t first() const {
    std::int64_t at = first_;
    for (const auto& [cycle, group] : later_) at = std::min(at, cycle);
    return at;
  }

  /// Gives the groups of `first()`, by core and tag, and forgets them. They stay valid until
  /// the next call. Requires: there are any.
  const std::vector<Group>& take() {
    const std::int64_t cycle = first();
    base_ = cycle;
    if (!later_.empty()) move_later();
    taken_.clear();
    const auto slot = static_cast<std::size_t>(cycle % kSlots);
    std::swap(taken_, slots_[slot]);
    occupied_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    std::sort(taken_.begin(), taken_.end(), [](const Group& a, const Group& b) {
      return std::pair(a.core, a.tag) < std::pair(b.core, b.tag);
    });
    first_ = find_first();
    return taken_;
  }

 private:
  static constexpr std::int64_t kSlots = 1024;

  void add_to_slot(std::int64_t cycle, const Group& group) {
    const auto slot = static_cast<std::size_t>(cycle % kSlots);
    occupied_[slot / 64] |= std::uint64_t{1} << slot % 64;
    for (Group& each : slots_[slot]) {
      if (each.tag == group.tag && each.core == group.core) {
        each.count += group.count;
        return;
      }
    }
    slots_[slot].push_back(group);
  }

  /// Those that the wheel, turned to `base_`, now reaches.
  void move_later() {
    const auto is_far = [&](const auto& each) { return each.first - base_ >= kSlots; };
    const auto far = std::stable_partition(later_.begin(), later_.end(), is_far);
    for (auto it = far; it != later_.end(); ++it) add_to_slot(it->first, it->second);
    later_.erase(far, later_.end());
  }

  [[nodiscard]] std::int64_t find_first() const {
    const auto begin = static_cast<std::size_t>(base_ % kSlots);
    constexpr std::size_t kWords = kSlots / 64;
    for (std::size_t i = 0; i <= kWords; ++i) {
      const std::size_t word = (begin / 64 + i) % kWords;
      std::uint64_t bits = occupied_[word];
      if (i == 0) bits &= ~std::uint64_t{0} << begin % 64;
      if (i == kWords) bits &= (std::uint64_t{1} << begin % 64) - 1;
      if (bits == 0) continue;
      const std::size_t slot = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      const std::size_t ahead = (slot + kSlots - begin) % kSlots;
      return base_ + static_cast<std::int64_t>(ahead);
    }
    return kNever;
  }

  std::vector<std::vector<Group>> slots_;
  std::vector<std::uint64_t> occupied_;
  std::vector<std::pair<std::int64_t, Group>> later_;
  std::vector<Group> taken_;
  std::int64_t base_ = 0;
  std::int64_t first_ = kNever;
};

}  // namespace heddle::tile::model
