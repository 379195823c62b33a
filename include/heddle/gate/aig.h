// An and-inverter graph: every combinational function as two-input ANDs with
// complemented edges, folded and structurally hashed while it is built.
#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <vector>

namespace heddle::gate {

/// An edge of the graph: a node, perhaps complemented. Never a raw integer.
class Lit {
 public:
  constexpr Lit() = default;
  constexpr Lit(std::uint32_t node, bool complemented)
      : code_((node << 1) | static_cast<std::uint32_t>(complemented)) {}

  [[nodiscard]] static constexpr Lit zero() { return Lit(); }
  [[nodiscard]] static constexpr Lit one() { return Lit(0, true); }
  [[nodiscard]] static constexpr Lit from_code(std::uint32_t code) {
    Lit lit;
    lit.code_ = code;
    return lit;
  }

  [[nodiscard]] constexpr std::uint32_t node() const { return code_ >> 1; }
  [[nodiscard]] constexpr bool complemented() const { return (code_ & 1U) != 0; }
  /// Node and complement in one word: `node * 2 + complemented`.
  [[nodiscard]] constexpr std::uint32_t code() const { return code_; }
  [[nodiscard]] constexpr bool is_constant() const { return node() == 0; }

  friend constexpr Lit operator~(Lit a) { return from_code(a.code_ ^ 1U); }
  friend constexpr Lit operator^(Lit a, bool complement) {
    return from_code(a.code_ ^ static_cast<std::uint32_t>(complement));
  }
  friend constexpr auto operator<=>(Lit, Lit) = default;

 private:
  std::uint32_t code_ = 0;
};

/// The graph. Node 0 is constant false; a *source* is a node without fan-in
/// (an input, a state, a memory's read data); every other node is an AND of
/// two earlier nodes, so ids are topological — except where `close_loop` tied
/// a source to logic above it.
/// Threads: not synchronised; const access from many threads is safe.
class Aig {
 public:
  struct Node {
    Lit a;
    Lit b;  ///< a == b == zero() marks a source (and the constant)
  };

  Aig();

  [[nodiscard]] Lit add_source();
  [[nodiscard]] Lit make_and(Lit a, Lit b);
  [[nodiscard]] Lit make_or(Lit a, Lit b) { return ~make_and(~a, ~b); }
  [[nodiscard]] Lit make_xor(Lit a, Lit b);
  /// `select ? then : otherwise`.
  [[nodiscard]] Lit make_mux(Lit select, Lit then, Lit otherwise);
  [[nodiscard]] Lit make_and(std::span<const Lit> inputs);
  [[nodiscard]] Lit make_or(std::span<const Lit> inputs);

  [[nodiscard]] std::uint32_t node_count() const {
    return static_cast<std::uint32_t>(nodes_.size());
  }
  [[nodiscard]] std::uint32_t and_count() const { return and_count_; }
  [[nodiscard]] bool is_source(std::uint32_t node) const {
    return nodes_[node].a == Lit::zero() && nodes_[node].b == Lit::zero();
  }
  [[nodiscard]] const Node& node(std::uint32_t id) const { return nodes_[id]; }
  [[nodiscard]] std::span<const Node> nodes() const { return nodes_; }

  /// A graph of the given nodes, as `nodes()` gave them.
  [[nodiscard]] static Aig from_nodes(std::vector<Node> nodes);

 private:
  [[nodiscard]] std::size_t find_slot(Lit a, Lit b) const;
  void grow_table();

  std::vector<Node> nodes_;
  std::vector<std::uint32_t> table_;  ///< open addressing; 0 is empty
  std::uint32_t and_count_ = 0;
};

}  // namespace heddle::gate
