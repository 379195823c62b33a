// Interned names, hierarchical paths, names of bits, positions in a text.
#include "heddle/gate/names.h"

#include <gtest/gtest.h>

#include "gate/netlist/locator.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {
namespace {

TEST(NamePool, gives_one_dense_id_for_each_text) {
  NamePool pool;
  EXPECT_TRUE(pool.find("a").is_none());
  std::vector<NameId> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(pool.intern("n" + std::to_string(i)));
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(ids[static_cast<std::size_t>(i)].value(), static_cast<std::uint32_t>(i));
    EXPECT_EQ(pool.intern("n" + std::to_string(i)), ids[static_cast<std::size_t>(i)]);
    EXPECT_EQ(pool.text(ids[static_cast<std::size_t>(i)]), "n" + std::to_string(i));
  }
  EXPECT_EQ(pool.count(), 1000U);
  EXPECT_TRUE(pool.find("n1000").is_none());
  EXPECT_EQ(pool.text(pool.intern("")), "");
}

TEST(NameSpace, joins_the_parts_of_a_path_as_they_are_spelled) {
  auto pool = std::make_shared<NamePool>();
  NameSpace names;
  const NameId top = pool->intern("top");
  const NameId a = pool->intern("a.b[0]");
  const NameId leaf = pool->intern("x y");
  names.pool = pool;
  names.scopes = {{ScopeId::none(), top, top, false}, {ScopeId(0), a, top, false}};
  names.scopes.push_back({ScopeId(1), leaf, top, false});
  EXPECT_EQ(names.path(ScopeId(0)), "");
  EXPECT_EQ(names.full_name({ScopeId(0), leaf}), "x y");
  EXPECT_EQ(names.full_name({ScopeId(1), leaf}), "a.b[0].x y");
  EXPECT_EQ(names.path(ScopeId(2)), "a.b[0].x y");
}

TEST(BitName, follows_offset_and_direction_of_the_bus) {
  EXPECT_EQ(bit_name("a", 1, {}, 0), "a");
  EXPECT_EQ(bit_name("a", 4, {}, 3), "a[3]");
  EXPECT_EQ(bit_name("a", 4, {2, false}, 0), "a[2]");
  EXPECT_EQ(bit_name("a", 4, {-2, false}, 1), "a[-1]");
  EXPECT_EQ(bit_name("a", 4, {0, true}, 0), "a[3]");
  EXPECT_EQ(bit_name("a", 4, {2, true}, 3), "a[2]");
  EXPECT_EQ(bit_name("a", 1, {5, false}, 0), "a[5]");
}

TEST(Locator, counts_lines_and_columns_from_one_across_blocks) {
  std::string text;
  std::vector<SourcePosition> expected;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  // Lines of growing length, past several blocks of 64 KiB.
  for (std::size_t length = 0; text.size() < 300000; length += 7) {
    for (std::size_t i = 0; i <= length; ++i) {
      expected.push_back({"f", line, column++});
      text += i == length ? '\n' : 'x';
    }
    ++line;
    column = 1;
  }
  expected.push_back({"f", line, column});
  netlist::Locator locator(text, "f");
  for (std::size_t offset = 0; offset <= text.size(); offset += 97) {
    ASSERT_EQ(locator.position(offset), expected[offset]) << offset;
  }
  EXPECT_EQ(locator.position(text.size()), expected.back());
  EXPECT_EQ(locator.position(text.size() + 1000), expected.back());
}

TEST(Locator, a_block_boundary_right_after_a_line_end_is_column_one) {
  std::string text(65535, 'x');
  text += '\n';
  text.append(65535, 'y');
  text += "\nz";
  netlist::Locator locator(text, "f");
  EXPECT_EQ(locator.position(65536), (SourcePosition{"f", 2, 1}));
  EXPECT_EQ(locator.position(131072), (SourcePosition{"f", 3, 1}));
  EXPECT_EQ(netlist::Locator("", "f").position(5), (SourcePosition{"f", 1, 1}));
}

}  // namespace
}  // namespace heddle::gate
