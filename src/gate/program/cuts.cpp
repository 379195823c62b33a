// Cut enumeration and truth tables.
#include "gate/program/cuts.h"

#include <algorithm>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

constexpr std::uint32_t kCutsPerNode = 8;

/// A cut with what it costs.
struct CostedCut {
  Cut cut;
  std::uint64_t signature = 0;  ///< one hashed bit a leaf: a quick subset test
  float area = 0;
  std::uint32_t depth = 0;
};

bool is_subset(const CostedCut& small, const CostedCut& large) {
  if ((small.signature & ~large.signature) != 0) return false;
  return std::includes(large.cut.leaves.begin(), large.cut.leaves.begin() + large.cut.leaf_count,
                       small.cut.leaves.begin(), small.cut.leaves.begin() + small.cut.leaf_count);
}

/// Merges two sorted leaf lists; false when more than six remain.
bool merge(const CostedCut& a, const CostedCut& b, CostedCut& out) {
  out.signature = a.signature | b.signature;
  if (__builtin_popcountll(out.signature) > static_cast<int>(Cut::kLeavesMax)) return false;
  std::uint32_t i = 0;
  std::uint32_t j = 0;
  std::uint32_t n = 0;
  while (i < a.cut.leaf_count || j < b.cut.leaf_count) {
    if (n == Cut::kLeavesMax) return false;
    const bool take_a =
        j == b.cut.leaf_count || (i < a.cut.leaf_count && a.cut.leaves[i] <= b.cut.leaves[j]);
    const std::uint32_t leaf = take_a ? a.cut.leaves[i] : b.cut.leaves[j];
    if (i < a.cut.leaf_count && a.cut.leaves[i] == leaf) ++i;
    if (j < b.cut.leaf_count && b.cut.leaves[j] == leaf) ++j;
    out.cut.leaves[n++] = leaf;
  }
  out.cut.leaf_count = static_cast<std::uint8_t>(n);
  return true;
}

class Mapper {
 public:
  explicit Mapper(const CutProblem& problem)
      : problem_(problem), cuts_(problem.aig->node_count()), best_(problem.aig->node_count()) {
    const std::uint32_t count = problem.aig->node_count();
    references_.assign(count, 0.0F);
    for (const std::uint32_t node : problem_.order) {
      references_[problem_.aig->node(node).a.node()] += 1.0F;
      references_[problem_.aig->node(node).b.node()] += 1.0F;
    }
    for (std::uint32_t node = 0; node < count; ++node) {
      references_[node] += static_cast<float>(problem_.outside_references[node]);
      set_trivial(node, 0.0F, 0);
      best_[node] = cuts_[node].front();
    }
  }

  std::vector<Cut> run() {
    map_pass();
    count_used();
    map_pass();
    std::vector<Cut> chosen(best_.size());
    for (std::size_t i = 0; i < best_.size(); ++i) chosen[i] = best_[i].cut;
    return chosen;
  }

 private:
  void set_trivial(std::uint32_t node, float area, std::uint32_t depth) {
    CostedCut trivial;
    trivial.cut.leaves[0] = node;
    trivial.cut.leaf_count = node == 0 ? 0 : 1;
    trivial.signature = node == 0 ? 0 : std::uint64_t{1} << (node % 64);
    trivial.area = area;
    trivial.depth = depth;
    trivial_area_.resize(best_.size(), 0.0F);
    trivial_depth_.resize(best_.size(), 0);
    trivial_area_[node] = area;
    trivial_depth_[node] = depth;
    cuts_[node].assign(1, trivial);
  }

  void map_pass() {
    std::vector<CostedCut> found;
    for (const std::uint32_t node : problem_.order) {
      found.clear();
      const Aig::Node& fan_in = problem_.aig->node(node);
      for (const CostedCut& a : cuts_[fan_in.a.node()]) {
        for (const CostedCut& b : cuts_[fan_in.b.node()]) {
          CostedCut merged;
          if (merge(a, b, merged)) consider(merged, found);
        }
      }
      HEDDLE_CHECK(!found.empty());
      best_[node] = found.front();
      const float area = found.front().area / std::max(references_[node], 1.0F);
      set_trivial(node, area, found.front().depth + 1);
      cuts_[node].insert(cuts_[node].end(), found.begin(), found.end());
    }
  }

  /// Keeps the best few cuts, none a superset of another.
  void consider(CostedCut& cut, std::vector<CostedCut>& found) const {
    for (const CostedCut& other : found) {
      if (is_subset(other, cut)) return;
    }
    cut.area = 1.0F + 0.1F * static_cast<float>(cut.cut.leaf_count);
    cut.depth = 0;
    for (std::uint32_t i = 0; i < cut.cut.leaf_count; ++i) {
      cut.area += trivial_area_[cut.cut.leaves[i]];
      cut.depth = std::max(cut.depth, trivial_depth_[cut.cut.leaves[i]]);
    }
    std::erase_if(found, [&cut](const CostedCut& other) { return is_subset(cut, other); });
    const auto is_better = [](const CostedCut& a, const CostedCut& b) {
      if (a.area != b.area) return a.area < b.area;
      if (a.depth != b.depth) return a.depth < b.depth;
      return a.cut.leaves < b.cut.leaves;
    };
    found.insert(std::lower_bound(found.begin(), found.end(), cut, is_better), cut);
    if (found.size() > kCutsPerNode) found.pop_back();
  }

  /// Fan-out counts of the mapping the last pass would give.
  void count_used() {
    std::fill(references_.begin(), references_.end(), 0.0F);
    for (std::uint32_t node = 0; node < references_.size(); ++node) {
      references_[node] = static_cast<float>(problem_.outside_references[node]);
    }
    for (auto node = problem_.order.rbegin(); node != problem_.order.rend(); ++node) {
      if (references_[*node] == 0.0F) continue;
      const Cut& cut = best_[*node].cut;
      for (std::uint32_t i = 0; i < cut.leaf_count; ++i) references_[cut.leaves[i]] += 1.0F;
    }
  }

  const CutProblem& problem_;
  std::vector<std::vector<CostedCut>> cuts_;
  std::vector<CostedCut> best_;
  std::vector<float> references_;
  std::vector<float> trivial_area_;
  std::vector<std::uint32_t> trivial_depth_;
};

constexpr std::array<std::uint64_t, 6> kVariable{0xAAAAAAAAAAAAAAAAULL, 0xCCCCCCCCCCCCCCCCULL,
                                                 0xF0F0F0F0F0F0F0F0ULL, 0xFF00FF00FF00FF00ULL,
                                                 0xFFFF0000FFFF0000ULL, 0xFFFFFFFF00000000ULL};

/// Small and flat: a cone holds a few dozen nodes at most.
class ConeEvaluator {
 public:
  ConeEvaluator(const Aig& aig, const Cut& cut) : aig_(aig) {
    known_.emplace_back(0, 0);
    for (std::uint32_t i = 0; i < cut.leaf_count; ++i) {
      known_.emplace_back(cut.leaves[i], kVariable[i]);
    }
  }

  std::uint64_t value(std::uint32_t node) {  // recursion is bounded by the cone
    for (const auto& [known, table] : known_) {
      if (known == node) return table;
    }
    const Aig::Node& n = aig_.node(node);
    HEDDLE_CHECK(!aig_.is_source(node));
    const std::uint64_t a = value(n.a.node()) ^ (n.a.complemented() ? ~0ULL : 0);
    const std::uint64_t b = value(n.b.node()) ^ (n.b.complemented() ? ~0ULL : 0);
    known_.emplace_back(node, a & b);
    return a & b;
  }

 private:
  const Aig& aig_;
  std::vector<std::pair<std::uint32_t, std::uint64_t>> known_;
};

}  // namespace

std::vector<Cut> choose_cuts(const CutProblem& problem) {
  return Mapper(problem).run();
}

std::uint64_t cut_function(const Aig& aig, Lit root, const Cut& cut) {
  return ConeEvaluator(aig, cut).value(root.node()) ^ (root.complemented() ? ~0ULL : 0);
}

}  // namespace heddle::gate
