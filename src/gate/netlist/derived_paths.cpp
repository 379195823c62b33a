// A flop's *round* is how many flops its clock passes from a top-level input.
// Flops of a later round see what those of an earlier one took at the same
// instant; were the clock tree ideal, they would see what stood there before.
#include "derived_paths.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace heddle::gate::netlist {
namespace {

/// A ring of derived clocks has no first round: counting ends here.
constexpr std::uint32_t kRoundMax = 64;
constexpr std::uint32_t kNoGroup = 0xFFFFFFFF;
constexpr std::size_t kVisitsMax = 50'000'000;

class Search {
 public:
  explicit Search(const FlatNetlist& flat)
      : flat_(flat),
        group_of_(flat.flops.size(), kNoGroup),
        seen_(flat.net_count, 0),
        naming_(flat) {}

  std::vector<DerivedPath> run(std::uint64_t& count) {
    find_rounds();
    for (std::uint32_t i = 0; i < flat_.flops.size() && visits_ < kVisitsMax; ++i) {
      if (group_of_[i] == kNoGroup) continue;
      const Group& group = groups_[group_of_[i]];
      if (group.round > 0) look_at(i, group);
    }
    count = count_;
    return std::move(paths_);
  }

 private:
  /// Flops at the far end of the gates before `net`; also through latches for data.
  /// The latch of a clock gate is closed while its clock is high, so what stands
  /// before it makes no edge.
  template <class Visit, class VisitInput>
  void each_source(NetId net, bool through_latches, Visit visit, VisitInput visit_input) {
    ++epoch_;
    std::vector<NetId> open{net};
    while (!open.empty() && visits_ < kVisitsMax) {
      const NetId at = open.back();
      open.pop_back();
      if (at.is_none() || std::exchange(seen_[at.value()], epoch_) == epoch_) continue;
      ++visits_;
      const Driver& driver = flat_.driver(at);
      if (driver.kind == DriverKind::Flop) visit(driver.index);
      if (driver.kind == DriverKind::TopInput) visit_input(at);
      if (driver.kind == DriverKind::Latch && through_latches) {
        open.push_back(flat_.latches[driver.index].d);
      }
      if (driver.kind != DriverKind::Gate) continue;
      for (const NetId input : flat_.inputs(flat_.gates[driver.index])) open.push_back(input);
    }
  }

  /// Flops that one net clocks, and what that net comes from.
  struct Group {
    std::vector<std::uint32_t> flops;
    std::vector<std::uint32_t> sources;  ///< flops
    std::vector<NetId> roots;            ///< top-level inputs, ascending
    std::uint32_t round = 0;
  };

  void make_groups() {
    std::vector<std::pair<NetId, std::uint32_t>> clocks;
    for (std::uint32_t i = 0; i < flat_.flops.size(); ++i) {
      if (!flat_.flops[i].clock.is_none()) clocks.emplace_back(flat_.flops[i].clock, i);
    }
    std::sort(clocks.begin(), clocks.end());
    for (std::size_t i = 0; i < clocks.size(); ++i) {
      if (i == 0 || clocks[i].first != clocks[i - 1].first) groups_.emplace_back();
      groups_.back().flops.push_back(clocks[i].second);
      group_of_[clocks[i].second] = static_cast<std::uint32_t>(groups_.size() - 1);
    }
    for (Group& group : groups_) {
      const NetId clock = flat_.flops[group.flops.front()].clock;
      each_source(
          clock, false, [&](std::uint32_t flop) { group.sources.push_back(flop); },
          [&](NetId input) { group.roots.push_back(input); });
      std::sort(group.roots.begin(), group.roots.end());
    }
  }

  /// Takes round and roots of what a group is derived from. Whether that changed it.
  bool inherit(Group& group) {
    bool moves = false;
    for (const std::uint32_t flop : group.sources) {
      if (group_of_[flop] == kNoGroup) continue;
      const Group& source = groups_[group_of_[flop]];
      if (&source != &group && group.round <= source.round && source.round < kRoundMax) {
        group.round = source.round + 1;
        moves = true;
      }
      std::vector<NetId> merged;
      std::set_union(group.roots.begin(), group.roots.end(), source.roots.begin(),
                     source.roots.end(), std::back_inserter(merged));
      moves = moves || merged.size() != group.roots.size();
      group.roots = std::move(merged);
    }
    return moves;
  }

  void find_rounds() {
    make_groups();
    bool moves = true;
    for (std::uint32_t pass = 0; moves && pass < 2 * kRoundMax; ++pass) {
      moves = false;
      for (Group& group : groups_) moves = inherit(group) || moves;
    }
  }

  [[nodiscard]] static bool share_root(const Group& a, const Group& b) {
    return std::any_of(a.roots.begin(), a.roots.end(), [&](NetId root) {
      return std::binary_search(b.roots.begin(), b.roots.end(), root);
    });
  }

  void look_at(std::uint32_t index, const Group& group) {
    const FlopCell& flop = flat_.flops[index];
    const auto visit = [&](std::uint32_t source) {
      if (group_of_[source] == kNoGroup) return;
      const Group& other = groups_[group_of_[source]];
      if (other.round >= group.round || !share_root(other, group)) return;
      ++count_;
      if (paths_.size() >= kDerivedPathsMax) return;
      paths_.push_back({naming_.name_of(flat_.flops[source].q), naming_.name_of(flop.q),
                        naming_.name_of(flop.clock)});
    };
    each_source(flop.d, true, visit, [](NetId) {});
  }

  const FlatNetlist& flat_;
  std::vector<std::uint32_t> group_of_;  ///< by flop
  std::vector<Group> groups_;            ///< in order of clock net
  std::vector<std::uint32_t> seen_;      ///< by net: the search that saw it last
  std::uint32_t epoch_ = 0;
  std::size_t visits_ = 0;
  std::uint64_t count_ = 0;
  std::vector<DerivedPath> paths_;
  NetNaming naming_;
};

}  // namespace

std::vector<DerivedPath> find_derived_paths(const FlatNetlist& netlist, std::uint64_t& count) {
  return Search(netlist).run(count);
}

}  // namespace heddle::gate::netlist
