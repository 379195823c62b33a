// (1) What each node depends on, bottom-up; (2) candidates that nothing larger
// contains; (3) a proof by folding constants; (4) bits of one port together.
#include "gate/program/selects.h"

#include <algorithm>
#include <map>
#include <optional>

namespace heddle::gate {
namespace {

constexpr std::size_t kSelectBitsMax = 6;
constexpr std::size_t kRowsMax = 64;
/// Fewer lookups than this do not repay a port of its own.
constexpr std::size_t kRootsMin = 8;

/// What a node depends on, as far as a port may.
struct Support {
  std::int32_t bit = -1;              ///< of the file, -1 while it depends on no row
  std::uint64_t rows = 0;             ///< bit r: depends on row r
  std::vector<std::uint32_t> others;  ///< further sources, ascending
  bool is_valid = true;
};

/// Value of a node under one address: a constant or one literal, or neither.
using Folded = std::optional<Lit>;

Folded fold_and(Folded a, Folded b) {
  if (a == Lit::zero() || b == Lit::zero()) return Lit::zero();
  if (!a || !b) return {};
  if (*a == Lit::one()) return b;
  if (*b == Lit::one() || *a == *b) return a;
  if (*a == ~*b) return Lit::zero();
  return {};
}

class Finder {
 public:
  Finder(const Aig& aig, const RegisterFile& file) : aig_(aig), file_(file) {}

  std::vector<SelectPort> run() {
    find_supports();
    // Bits of one port have the same address sources.
    std::map<std::vector<std::uint32_t>, SelectPort> ports;
    for (const std::uint32_t root : candidates()) add_root(root, ports);
    std::vector<SelectPort> found;
    for (auto& [sources, port] : ports) {
      if (port.roots.size() >= kRootsMin) found.push_back(arranged(std::move(port)));
    }
    return found;
  }

 private:
  void find_supports() {
    supports_.resize(aig_.node_count());
    for (std::uint32_t node = 1; node < aig_.node_count(); ++node) {
      if (aig_.is_source(node)) supports_[node].others.push_back(node);
    }
    for (std::size_t r = 0; r < file_.size(); ++r) {
      for (std::size_t b = 0; b < file_[r].size(); ++b) {
        Support& support = supports_[file_[r][b].node()];
        support.others.clear();
        support.bit = static_cast<std::int32_t>(b);
        support.rows = std::uint64_t{1} << r;
      }
    }
    for (std::uint32_t node = 1; node < aig_.node_count(); ++node) {
      if (!aig_.is_source(node)) supports_[node] = joined(aig_.node(node));
    }
  }

  Support joined(const Aig::Node& node) const {
    const Support& a = supports_[node.a.node()];
    const Support& b = supports_[node.b.node()];
    Support out;
    out.is_valid = a.is_valid && b.is_valid && (a.bit < 0 || b.bit < 0 || a.bit == b.bit);
    if (!out.is_valid) return out;
    out.bit = std::max(a.bit, b.bit);
    out.rows = a.rows | b.rows;
    std::set_union(a.others.begin(), a.others.end(), b.others.begin(), b.others.end(),
                   std::back_inserter(out.others));
    if (out.others.size() > kSelectBitsMax) {
      out = Support{};
      out.is_valid = false;
    }
    return out;
  }

  /// Nodes that depend on all rows, first in order; an AND of two of them is a
  /// candidate too only if neither is a port already.
  std::vector<std::uint32_t> candidates() const {
    const std::uint64_t all =
        file_.size() == kRowsMax ? ~std::uint64_t{0} : (std::uint64_t{1} << file_.size()) - 1;
    std::vector<std::uint32_t> out;
    for (std::uint32_t node = 1; node < aig_.node_count(); ++node) {
      const Support& support = supports_[node];
      if (!aig_.is_source(node) && support.is_valid && support.rows == all) out.push_back(node);
    }
    return out;
  }

  void add_root(std::uint32_t root, std::map<std::vector<std::uint32_t>, SelectPort>& ports) {
    const Support& support = supports_[root];
    SelectPort& port = ports[support.others];
    const auto bit = static_cast<std::size_t>(support.bit);
    std::vector<std::size_t>& bits = bits_[support.others];
    // The first that qualifies is the port; what is built on it sees a lookup.
    if (std::find(bits.begin(), bits.end(), bit) != bits.end()) return;
    std::vector<Lit> column;
    for (std::size_t address = 0; address < std::size_t{1} << support.others.size(); ++address) {
      const Folded value = fold(root, support.others, address);
      if (!value) return;
      column.push_back(*value);
    }
    if (port.select.empty()) {
      for (const std::uint32_t source : support.others) port.select.emplace_back(source, false);
    }
    bits.push_back(bit);
    port.roots.push_back(root);
    port.data.insert(port.data.end(), column.begin(), column.end());
  }

  Folded fold(std::uint32_t root, const std::vector<std::uint32_t>& others, std::size_t address) {
    std::map<std::uint32_t, Folded> known;
    known[0] = Lit::zero();
    for (std::size_t i = 0; i < others.size(); ++i) {
      known[others[i]] = Lit::zero() ^ ((address >> i & 1U) != 0);
    }
    std::vector<std::uint32_t> stack{root};
    while (!stack.empty()) {
      const std::uint32_t node = stack.back();
      if (known.contains(node)) {
        stack.pop_back();
      } else if (aig_.is_source(node)) {
        known[node] = Lit(node, false);
      } else {
        const Aig::Node& n = aig_.node(node);
        const auto a = known.find(n.a.node());
        const auto b = known.find(n.b.node());
        if (a == known.end()) stack.push_back(n.a.node());
        if (b == known.end()) stack.push_back(n.b.node());
        if (a == known.end() || b == known.end()) continue;
        known[node] = fold_and(complemented(a->second, n.a), complemented(b->second, n.b));
      }
    }
    return known[root];
  }

  static Folded complemented(Folded value, Lit edge) {
    if (!value) return {};
    return *value ^ edge.complemented();
  }

  /// Columns by root become rows by address.
  static SelectPort arranged(SelectPort port) {
    const std::size_t width = port.roots.size();
    const std::size_t addresses = std::size_t{1} << port.select.size();
    std::vector<Lit> rows(port.data.size());
    for (std::size_t b = 0; b < width; ++b) {
      for (std::size_t a = 0; a < addresses; ++a)
        rows[a * width + b] = port.data[b * addresses + a];
    }
    port.data = std::move(rows);
    return port;
  }

  const Aig& aig_;
  const RegisterFile& file_;
  std::vector<Support> supports_;
  std::map<std::vector<std::uint32_t>, std::vector<std::size_t>> bits_;
};

}  // namespace

std::vector<SelectPort> find_select_ports(const Aig& aig, const RegisterFile& file) {
  if (file.size() < 2 || file.size() > kRowsMax) return {};
  return Finder(aig, file).run();
}

}  // namespace heddle::gate
