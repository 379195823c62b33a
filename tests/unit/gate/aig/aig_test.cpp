// Folding, hashing and the functions of the and-inverter graph.
#include "heddle/gate/aig.h"

#include <gtest/gtest.h>

#include "support/gate/aig_values.h"
#include "support/gate/random_model.h"

namespace heddle::gate {
namespace {

using testing::AigValues;
using testing::Draw;
using testing::kAllPatterns;

/// A graph over six sources whose every literal has a known truth table.
class Graph {
 public:
  Graph() {
    for (std::uint32_t i = 0; i < 6; ++i) sources.push_back(aig.add_source());
  }
  [[nodiscard]] std::uint64_t table(Lit lit) const {
    std::vector<std::uint64_t> values(7, 0);
    std::copy(kAllPatterns.begin(), kAllPatterns.end(), values.begin() + 1);
    return AigValues(aig, values).of(lit);
  }
  /// Constants, sources, and functions of them, in both polarities.
  [[nodiscard]] std::vector<Lit> all_literals() const {
    std::vector<Lit> literals;
    for (std::uint32_t code = 0; code < aig.node_count() * 2; ++code) {
      literals.push_back(Lit::from_code(code));
    }
    return literals;
  }

  Aig aig;
  std::vector<Lit> sources;
};

TEST(Literal, is_a_node_and_a_polarity) {
  EXPECT_EQ(Lit::one(), ~Lit::zero());
  EXPECT_TRUE(Lit::one().is_constant());
  const Lit lit(5, true);
  EXPECT_EQ(lit.node(), 5U);
  EXPECT_TRUE(lit.complemented());
  EXPECT_EQ(lit.code(), 11U);
  EXPECT_EQ(~~lit, lit);
  EXPECT_EQ(lit ^ true, ~lit);
  EXPECT_EQ(lit ^ false, lit);
  EXPECT_EQ(Lit::from_code(11), lit);
}

TEST(Aig, computes_every_pair_of_small_functions) {
  Graph graph;
  static_cast<void>(graph.aig.make_and(graph.sources[0], ~graph.sources[1]));
  static_cast<void>(graph.aig.make_xor(graph.sources[1], graph.sources[2]));
  static_cast<void>(graph.aig.make_mux(graph.sources[3], graph.sources[4], graph.sources[5]));
  for (const Lit a : graph.all_literals()) {
    for (const Lit b : graph.all_literals()) {
      const std::uint64_t x = graph.table(a);
      const std::uint64_t y = graph.table(b);
      Graph copy = graph;
      ASSERT_EQ(copy.table(copy.aig.make_and(a, b)), x & y) << a.code() << " " << b.code();
      ASSERT_EQ(copy.table(copy.aig.make_or(a, b)), x | y) << a.code() << " " << b.code();
      ASSERT_EQ(copy.table(copy.aig.make_xor(a, b)), x ^ y) << a.code() << " " << b.code();
    }
  }
}

TEST(Aig, computes_every_multiplexer_of_small_functions) {
  Graph graph;
  static_cast<void>(graph.aig.make_and(graph.sources[0], graph.sources[1]));
  const std::vector<Lit> literals = graph.all_literals();
  for (const Lit s : literals) {
    for (const Lit a : literals) {
      for (const Lit b : literals) {
        Graph copy = graph;
        const std::uint64_t select = graph.table(s);
        ASSERT_EQ(copy.table(copy.aig.make_mux(s, a, b)),
                  (select & graph.table(a)) | (~select & graph.table(b)))
            << s.code() << " " << a.code() << " " << b.code();
      }
    }
  }
}

TEST(Aig, computes_wide_ands_and_ors) {
  for (std::size_t width = 0; width <= 6; ++width) {
    Graph graph;
    std::uint64_t all = ~std::uint64_t{0};
    std::uint64_t any = 0;
    std::vector<Lit> inputs;
    for (std::size_t i = 0; i < width; ++i) {
      inputs.push_back(graph.sources[i] ^ (i % 2 == 1));
      all &= graph.table(inputs.back());
      any |= graph.table(inputs.back());
    }
    EXPECT_EQ(graph.table(graph.aig.make_and(std::span<const Lit>(inputs))), all);
    EXPECT_EQ(graph.table(graph.aig.make_or(std::span<const Lit>(inputs))), any);
  }
}

std::uint32_t depth_of(const Aig& aig, Lit lit) {
  std::vector<std::uint32_t> depth(aig.node_count(), 0);
  for (std::uint32_t node = 1; node <= lit.node(); ++node) {
    if (aig.is_source(node)) continue;
    depth[node] = 1 + std::max(depth[aig.node(node).a.node()], depth[aig.node(node).b.node()]);
  }
  return depth[lit.node()];
}

TEST(Aig, builds_wide_functions_as_balanced_trees) {
  Aig aig;
  std::vector<Lit> inputs;
  for (std::uint32_t i = 0; i < 64; ++i) inputs.push_back(aig.add_source());
  EXPECT_EQ(depth_of(aig, aig.make_and(std::span<const Lit>(inputs))), 6U);
  EXPECT_EQ(depth_of(aig, aig.make_or(std::span<const Lit>(inputs))), 6U);
}

TEST(Aig, folds_what_needs_no_node) {
  Aig aig;
  const Lit x = aig.add_source();
  const Lit y = aig.add_source();
  const Lit xy = aig.make_and(x, y);
  const std::uint32_t count = aig.node_count();
  EXPECT_EQ(aig.make_and(x, x), x);
  EXPECT_EQ(aig.make_and(x, ~x), Lit::zero());
  EXPECT_EQ(aig.make_and(~x, x), Lit::zero());
  EXPECT_EQ(aig.make_and(x, Lit::one()), x);
  EXPECT_EQ(aig.make_and(Lit::one(), x), x);
  EXPECT_EQ(aig.make_and(x, Lit::zero()), Lit::zero());
  EXPECT_EQ(aig.make_and(Lit::zero(), x), Lit::zero());
  EXPECT_EQ(aig.make_and(xy, x), xy);
  EXPECT_EQ(aig.make_and(y, xy), xy);
  EXPECT_EQ(aig.make_and(~x, xy), Lit::zero());
  EXPECT_EQ(aig.make_and(xy, ~y), Lit::zero());
  EXPECT_EQ(aig.make_or(x, x), x);
  EXPECT_EQ(aig.make_or(x, ~x), Lit::one());
  EXPECT_EQ(aig.make_xor(x, x), Lit::zero());
  EXPECT_EQ(aig.make_xor(x, ~x), Lit::one());
  EXPECT_EQ(aig.make_xor(x, Lit::one()), ~x);
  EXPECT_EQ(aig.make_mux(x, y, y), y);
  EXPECT_EQ(aig.make_mux(Lit::one(), x, y), x);
  EXPECT_EQ(aig.make_mux(Lit::zero(), x, y), y);
  EXPECT_EQ(aig.make_mux(x, Lit::one(), Lit::zero()), x);
  EXPECT_EQ(aig.node_count(), count);
}

TEST(Aig, has_each_and_once) {
  Aig aig;
  const Lit x = aig.add_source();
  const Lit y = aig.add_source();
  const Lit xy = aig.make_and(x, ~y);
  EXPECT_EQ(aig.make_and(~y, x), xy);
  EXPECT_NE(aig.make_and(~x, y), xy);
  EXPECT_EQ(aig.and_count(), 2U);
  EXPECT_EQ(aig.node_count(), 5U);
  EXPECT_NE(aig.add_source(), aig.add_source());
}

/// Builds the same large random graph each time.
std::vector<Lit> build_large(Aig& aig) {
  Draw draw(9);
  std::vector<Lit> made;
  for (std::uint32_t i = 0; i < 50; ++i) made.push_back(aig.add_source());
  for (std::uint32_t i = 0; i < 50'000; ++i) {
    const auto pick = [&] {
      return made[draw.below(static_cast<std::uint32_t>(made.size()))] ^ draw.one_in(2);
    };
    made.push_back(aig.make_and(pick(), pick()));
  }
  return made;
}

TEST(Aig, stays_topological_and_unique_as_it_grows) {
  Aig aig;
  build_large(aig);
  ASSERT_GT(aig.and_count(), 30'000U);
  std::uint32_t ands = 0;
  const std::uint32_t count = aig.node_count();
  for (std::uint32_t node = 1; node < count; ++node) {
    if (aig.is_source(node)) continue;
    ++ands;
    const auto [a, b] = aig.node(node);
    ASSERT_LT(a.node(), node);
    ASSERT_LT(b.node(), node);
    ASSERT_LT(a, b);
    ASSERT_EQ(aig.make_and(b, a), Lit(node, false));
  }
  EXPECT_EQ(ands, aig.and_count());
  EXPECT_EQ(aig.node_count(), count);
}

TEST(Aig, made_from_nodes_is_the_same_graph) {
  Aig aig;
  build_large(aig);
  Aig copy = Aig::from_nodes({aig.nodes().begin(), aig.nodes().end()});
  EXPECT_EQ(copy.node_count(), aig.node_count());
  EXPECT_EQ(copy.and_count(), aig.and_count());
  for (std::uint32_t node = 1; node < aig.node_count(); ++node) {
    if (aig.is_source(node)) continue;
    ASSERT_EQ(copy.make_and(aig.node(node).a, aig.node(node).b), Lit(node, false));
  }
  EXPECT_EQ(copy.node_count(), aig.node_count());
}

TEST(Aig, of_a_bare_constant_can_be_made_from_nodes) {
  Aig aig = Aig::from_nodes({Aig::Node{}});
  EXPECT_EQ(aig.node_count(), 1U);
  EXPECT_EQ(aig.add_source(), Lit(1, false));
}

}  // namespace
}  // namespace heddle::gate
