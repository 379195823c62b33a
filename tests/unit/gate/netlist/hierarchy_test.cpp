// Tops that are missing, modules inside themselves, and designs without bound.
#include "gate/netlist/hierarchy.h"

#include "heddle/gate/diagnostics.h"
#include "marked_text.h"
#include "support/temp_directory.h"

namespace heddle::gate {
namespace {

/// Module `name` with `count` instances of `inner`, the first of them marked.
std::string nest(const std::string& name, const std::string& inner, int count,
                 std::string_view mark = "") {
  std::string cells;
  for (int i = 0; i < count; ++i) {
    cells += (i == 0 ? std::string(mark) : ",") + cell("u" + std::to_string(i), inner, "");
  }
  return "\"" + name + "\": {\"cells\": {\n" + cells + "}}";
}

const std::string kLeaf = "\"m0\": {\"cells\": {" + cell("g", "$_NOT_", R"("A": ["0"])") + "}}";

/// A chain of modules, each with `width` instances of the next.
std::string chain(int length, int width) {
  std::string out = kLeaf;
  for (int i = 1; i <= length; ++i) {
    out += ",\n" + nest("m" + std::to_string(i), "m" + std::to_string(i - 1), width);
  }
  return netlist_of(out);
}

TEST(Hierarchy, a_module_inside_itself_is_refused_with_its_path) {
  std::vector<std::string> texts;
  for (int length = 1; length <= 20; ++length) {
    std::string modules;
    for (int i = 0; i < length; ++i) {
      const bool last = i + 1 == length;
      modules +=
          (i == 0 ? "" : ",\n") +
          nest("r" + std::to_string(i), "r" + std::to_string(last ? 0 : i + 1), 1, last ? "@" : "");
    }
    texts.push_back(netlist_of(modules + ",\n\"top\": {\"attributes\": {\"top\": 1}, \"cells\": {" +
                               cell("r", "r0", "") + "}}"));
  }
  expect_all_fail("gate.netlist.recursive-hierarchy", texts);
  const auto flat = flatten_text(netlist_of(nest("a", "b", 1) + "," + nest("b", "a", 1)), "b");
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].text(), "module 'b' contains itself: b > a > b");
}

TEST(Hierarchy, a_missing_top_is_refused_and_the_nearest_suggested) {
  const auto flat = flatten_text(chain(3, 1), "mm3");
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().to_string(),
            "n.json: error: there is no module 'mm3' to be the top [gate.netlist.missing-top]\n"
            "  help: did you mean 'm3'?\n");
  EXPECT_EQ(flatten_text(chain(3, 1), std::string(100000, 'm')).error().list()[0].help(),
            "the netlist has other modules");
}

TEST(Hierarchy, a_top_that_is_not_clear_is_refused) {
  const auto code_of = [](const std::string& modules) {
    const auto flat = flatten_text(netlist_of(modules));
    return flat ? std::string() : flat.error().list()[0].text();
  };
  EXPECT_EQ(code_of(""), "the top module is not known: every module is inside another");
  EXPECT_EQ(code_of("\"a\": {}, \"b\": {}"),
            "the top module is not known: there is a choice of 'a', 'b'");
  EXPECT_EQ(code_of(nest("a", "b", 1) + "," + nest("b", "a", 1)),
            "the top module is not known: every module is inside another");
  EXPECT_EQ(code_of(R"("a": {"attributes": {"top": 1}}, "b": {"attributes": {"top": "01"}})"),
            "the top module is not known: there is a choice of 'a', 'b'");
  EXPECT_EQ(code_of(R"("a": {"attributes": {"top": "0"}}, "b": {"attributes": {"top": "01"}})"),
            "");
  const auto flat = flatten_text(netlist_of(""));
  EXPECT_EQ(flat.error().list()[0].code(), "gate.netlist.ambiguous-top");
}

TEST(Hierarchy, exponential_designs_are_refused_before_they_are_made) {
  // 2^60 and 1000^30 cells: counting must neither overflow nor take time.
  for (const auto& [length, width] : {std::pair{60, 2}, std::pair{30, 1000}, std::pair{200, 3}}) {
    const auto flat = flatten_text(chain(length, width));
    ASSERT_FALSE(flat.has_value());
    EXPECT_EQ(flat.error().list()[0].code(), "gate.netlist.too-large");
    EXPECT_EQ(flat.error().list()[0].text(), "flattening module 'm" + std::to_string(length) +
                                                 "' would make more than the 33554432 cells "
                                                 "allowed");
  }
}

TEST(Hierarchy, bounds_hold_to_the_last_cell_and_bit) {
  // m2 has 2 instances of m1, each with 2 of m0, each with one gate: 2 + 4 + 4 cells.
  EXPECT_TRUE(flatten_text(chain(2, 2), "", {.cells_max = 10}).has_value());
  EXPECT_FALSE(flatten_text(chain(2, 2), "", {.cells_max = 9}).has_value());
  // Three constants a module; one net, its port and its name.
  const std::string one = netlist_of(top_module(port("a", "input", "2"), "", net("a", "2")));
  EXPECT_TRUE(flatten_text(one, "", {.bits_max = 6}).has_value());
  const auto flat = flatten_text(one, "", {.bits_max = 5});
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].text(),
            "flattening module 'top' would make more than the 5 bits allowed");
}

TEST(Hierarchy, depth_is_bounded) {
  EXPECT_TRUE(flatten_text(chain(static_cast<int>(kHierarchyDepthMax), 1)).has_value());
  const auto flat = flatten_text(chain(static_cast<int>(kHierarchyDepthMax) + 1, 1));
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list()[0].code(), "gate.netlist.too-deep");
  EXPECT_EQ(flatten_text(chain(20000, 1)).error().list()[0].code(), "gate.netlist.too-deep");
}

TEST(Hierarchy, only_modules_below_the_top_are_checked) {
  const std::string modules = kLeaf + ",\n" + nest("bad", "no_such_type", 1);
  EXPECT_TRUE(flatten_text(netlist_of(modules), "m0").has_value());
  EXPECT_FALSE(flatten_text(netlist_of(modules), "bad").has_value());
}

TEST(Hierarchy, many_faults_are_counted_and_the_search_ends) {
  std::string cells;
  for (int i = 0; i < 5000; ++i) {
    cells += (i == 0 ? "" : ",") + cell("c" + std::to_string(i), "nothing", "");
  }
  const auto flat = flatten_text(netlist_of(top_module("", cells)));
  ASSERT_FALSE(flat.has_value());
  EXPECT_EQ(flat.error().list().size(), Diagnostics::kKeptMax);
  EXPECT_EQ(flat.error().error_count(), netlist::kFaultsMax);
}

TEST(YosysJson, a_text_above_the_bound_is_refused_unread) {
  EXPECT_TRUE(read_yosys_json("{\"modules\": {}}", "n.json", 15).has_value());
  const auto design = read_yosys_json("{\"modules\": {]}", "n.json", 14);
  ASSERT_FALSE(design.has_value());
  EXPECT_EQ(design.error().list()[0].code(), "gate.netlist.file-too-large");
  EXPECT_EQ(design.error().list()[0].text(), "the netlist has 15 bytes, more than the 14 allowed");
}

TEST(YosysJson, files_are_loaded_and_absent_ones_reported) {
  const test::TempDirectory directory;
  const std::string path = directory.write("a.json", chain(2, 2));
  const auto design = load_yosys_json(path);
  ASSERT_TRUE(design.has_value());
  EXPECT_EQ(design->module_names(), (std::vector<std::string_view>{"m0", "m1", "m2"}));
  EXPECT_FALSE(load_yosys_json(directory.file("b.json")).has_value());
  directory.write("c.json", "{\n  ]");
  const auto bad = load_yosys_json(directory.file("c.json"));
  ASSERT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error().list()[0].where().file, directory.file("c.json"));
  EXPECT_EQ(bad.error().list()[0].where().line, 2U);
}

}  // namespace
}  // namespace heddle::gate
