// Read ports of register files are found in any shape of logic, and nothing
// that only looks like one is taken for one.
#include "gate/program/selects.h"

#include <gtest/gtest.h>

#include <functional>

namespace heddle::gate {
namespace {

constexpr std::size_t kRows = 7;  // one less than the addresses: address 0 reads 0
constexpr std::size_t kBits = 8;
constexpr std::size_t kAddressBits = 3;

/// A register file and the port that `make_bit(aig, address, column)` builds for each bit, where
/// `column` is what each address reads.
struct Fixture {
  Aig aig;
  std::vector<Lit> address;
  RegisterFile file;
  std::vector<Lit> outputs;

  using MakeBit = std::function<Lit(Aig&, const std::vector<Lit>&, const std::vector<Lit>&)>;
  explicit Fixture(const MakeBit& make_bit) {
    for (std::size_t i = 0; i < kAddressBits; ++i) address.push_back(aig.add_source());
    for (std::size_t r = 0; r < kRows; ++r) {
      file.emplace_back();
      for (std::size_t b = 0; b < kBits; ++b) file.back().push_back(aig.add_source());
    }
    for (std::size_t b = 0; b < kBits; ++b) outputs.push_back(make_bit(aig, address, column(b)));
  }

  [[nodiscard]] std::vector<Lit> column(std::size_t bit) const {
    std::vector<Lit> out{Lit::zero()};
    for (const auto& row : file) out.push_back(row[bit]);
    return out;
  }
};

Lit mux_tree(Aig& aig, const std::vector<Lit>& address, const std::vector<Lit>& column) {
  std::vector<Lit> level = column;
  for (const Lit select : address) {
    for (std::size_t i = 0; i * 2 < level.size(); ++i) {
      level[i] = aig.make_mux(select, level[2 * i + 1], level[2 * i]);
    }
    level.resize(level.size() / 2);
  }
  return level[0];
}

Lit decoded(Aig& aig, const std::vector<Lit>& address, const std::vector<Lit>& column) {
  Lit sum = Lit::zero();
  for (std::size_t a = 0; a < column.size(); ++a) {
    std::vector<Lit> hit{column[a]};
    for (std::size_t i = 0; i < address.size(); ++i) {
      hit.push_back(address[i] ^ ((a >> i & 1U) == 0));
    }
    sum = aig.make_or(sum, aig.make_and(hit));
  }
  return sum;
}

void expect_port(const Fixture& fixture) {
  const auto ports = find_select_ports(fixture.aig, fixture.file);
  ASSERT_EQ(ports.size(), 1U);
  const SelectPort& port = ports[0];
  ASSERT_EQ(port.select, fixture.address);
  ASSERT_EQ(port.roots.size(), kBits);
  std::size_t matched = 0;
  for (std::size_t i = 0; i < kBits; ++i) {
    // Outputs may come in any order, and inverted: find which bit this root is.
    for (std::size_t b = 0; b < kBits; ++b) {
      if (fixture.outputs[b].node() != port.roots[i]) continue;
      ++matched;
      const std::vector<Lit> column = fixture.column(b);
      for (std::size_t a = 0; a < column.size(); ++a) {
        EXPECT_EQ(port.data[a * kBits + i] ^ fixture.outputs[b].complemented(), column[a]);
      }
    }
  }
  EXPECT_EQ(matched, kBits);
}

TEST(SelectPorts, are_found_in_multiplexer_trees) {
  expect_port(Fixture(mux_tree));
}

TEST(SelectPorts, are_found_in_decoded_sums) {
  expect_port(Fixture(decoded));
}

TEST(SelectPorts, are_refused_where_one_address_reads_two_rows) {
  const Fixture fixture([](Aig& aig, const std::vector<Lit>& address, std::vector<Lit> column) {
    column[3] = aig.make_and(column[3], column[5]);
    return mux_tree(aig, address, column);
  });
  EXPECT_TRUE(find_select_ports(fixture.aig, fixture.file).empty());
}

TEST(SelectPorts, are_refused_where_a_row_is_read_by_no_address_alone) {
  const Fixture fixture([](Aig& aig, const std::vector<Lit>& address, std::vector<Lit> column) {
    return aig.make_xor(mux_tree(aig, address, column), column[1]);
  });
  const auto ports = find_select_ports(fixture.aig, fixture.file);
  // The tree inside the exclusive or is a port; what is built on it is not.
  ASSERT_EQ(ports.size(), 1U);
  for (const Lit output : fixture.outputs) {
    for (const std::uint32_t root : ports[0].roots) EXPECT_NE(output.node(), root);
  }
}

TEST(SelectPorts, are_refused_with_more_address_bits_than_six) {
  const Fixture fixture([](Aig& aig, const std::vector<Lit>& address, std::vector<Lit> column) {
    std::vector<Lit> gate;
    for (int i = 0; i < 4; ++i) gate.push_back(aig.add_source());
    return mux_tree(aig, address,
                    {column[0], aig.make_and(column[1], aig.make_and(gate)), column[2], column[3],
                     column[4], column[5], column[6], column[7]});
  });
  EXPECT_TRUE(find_select_ports(fixture.aig, fixture.file).empty());
}

}  // namespace
}  // namespace heddle::gate
