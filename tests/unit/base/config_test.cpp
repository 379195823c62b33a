// The configuration tree: what YAML means here, positions, bounds, refusals.
#include "heddle/base/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"

namespace heddle {
namespace {

ConfigNode parse(std::string_view text) {
  Result<ConfigNode> node = parse_config(text, "t.yaml");
  EXPECT_TRUE(node) << (node ? "" : node.error().to_string());
  return node ? *node : ConfigNode();
}

/// The first diagnostic as `line:column code`.
std::string first_error(std::string_view text, const ConfigLimits& limits = {}) {
  const Result<ConfigNode> node = parse_config(text, "t.yaml", limits);
  if (node) return "none";
  const Diagnostic& first = node.error().list().front();
  return std::to_string(first.where().line) + ":" + std::to_string(first.where().column) + " " +
         std::string(first.code());
}

TEST(Config, keeps_the_position_of_every_key_and_value) {
  const ConfigNode root = parse("# comment\na: 1\nb:\n  - x\n  -   yy\nc: {d: 2.5}\n");
  EXPECT_EQ(root.entries()[0].where, (SourcePosition{"t.yaml", 2, 1}));
  EXPECT_EQ(root.find("a")->where(), (SourcePosition{"t.yaml", 2, 4}));
  EXPECT_EQ(root.find("b")->items()[1].where(), (SourcePosition{"t.yaml", 5, 7}));
  EXPECT_EQ(root.find("c")->find("d")->where(), (SourcePosition{"t.yaml", 6, 8}));
  EXPECT_EQ(root.find("zz"), nullptr);
}

TEST(Config, keeps_members_in_the_order_of_the_text) {
  const ConfigNode root = parse("z: 1\na: 2\nm: 3\n");
  std::string order;
  for (const ConfigEntry& entry : root.entries()) order += entry.key;
  EXPECT_EQ(order, "zam");
}

struct ScalarCase {
  std::string_view text;
  ConfigKind kind;
};

class PlainScalarOf : public testing::TestWithParam<ScalarCase> {};

TEST_P(PlainScalarOf, has_the_kind_of_the_core_schema) {
  EXPECT_EQ(parse("v: " + std::string(GetParam().text)).find("v")->kind(), GetParam().kind)
      << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Config, PlainScalarOf,
    testing::Values(
        ScalarCase{"", ConfigKind::Null}, ScalarCase{"~", ConfigKind::Null},
        ScalarCase{"null", ConfigKind::Null}, ScalarCase{"true", ConfigKind::Bool},
        ScalarCase{"False", ConfigKind::Bool}, ScalarCase{"yes", ConfigKind::String},
        ScalarCase{"off", ConfigKind::String}, ScalarCase{"0", ConfigKind::Integer},
        ScalarCase{"-12", ConfigKind::Integer}, ScalarCase{"+7", ConfigKind::Integer},
        ScalarCase{"1_000_000", ConfigKind::Integer}, ScalarCase{"0xFF_ff", ConfigKind::Integer},
        ScalarCase{"0o17", ConfigKind::Integer}, ScalarCase{"0b1010", ConfigKind::Integer},
        ScalarCase{"010", ConfigKind::String}, ScalarCase{"1__0", ConfigKind::String},
        ScalarCase{"1_", ConfigKind::String}, ScalarCase{"_1", ConfigKind::String},
        ScalarCase{"0x", ConfigKind::String}, ScalarCase{"0b12", ConfigKind::String},
        ScalarCase{"12ns", ConfigKind::String}, ScalarCase{"1.5", ConfigKind::Real},
        ScalarCase{".5", ConfigKind::Real}, ScalarCase{"5.", ConfigKind::Real},
        ScalarCase{"1e3", ConfigKind::Real}, ScalarCase{"+1.5E-3", ConfigKind::Real},
        ScalarCase{"1e", ConfigKind::String}, ScalarCase{".", ConfigKind::String},
        ScalarCase{"1.5.0", ConfigKind::String}, ScalarCase{".inf", ConfigKind::String},
        ScalarCase{".nan", ConfigKind::String}, ScalarCase{"00.5", ConfigKind::String},
        ScalarCase{"\"1\"", ConfigKind::String}, ScalarCase{"'true'", ConfigKind::String},
        ScalarCase{"2001-01-01", ConfigKind::String}, ScalarCase{"[]", ConfigKind::List},
        ScalarCase{"{}", ConfigKind::Map}));

TEST(Config, reads_integers_to_the_ends_of_64_bits) {
  const ConfigNode root =
      parse("a: 18446744073709551615\nb: -9223372036854775808\nc: 0xFFFF_FFFF_FFFF_FFFF\nd: -0\n");
  EXPECT_EQ(root.find("a")->integer_value(), (static_cast<__int128>(1) << 64) - 1);
  EXPECT_EQ(root.find("b")->integer_value(), -(static_cast<__int128>(1) << 63));
  EXPECT_EQ(root.find("c")->integer_value(), root.find("a")->integer_value());
  EXPECT_EQ(root.find("d")->integer_value(), 0);
}

TEST(Config, refuses_numbers_that_do_not_fit) {
  EXPECT_EQ(first_error("a: 18446744073709551616\n"), "1:4 config.out-of-range");
  EXPECT_EQ(first_error("a: -9223372036854775809\n"), "1:4 config.out-of-range");
  EXPECT_EQ(first_error("a: 1e999\n"), "1:4 config.out-of-range");
  EXPECT_EQ(first_error("a: 0x1_0000_0000_0000_0000_0000_0000_0000_0000_0\n"),
            "1:4 config.out-of-range");
}

TEST(Config, reads_json) {
  const ConfigNode root = parse(R"({"a": [1, -2.5e3, "x\n\u00e9", null, true], "b": {}})");
  const std::vector<ConfigNode>& items = root.find("a")->items();
  EXPECT_EQ(items[0].integer_value(), 1);
  EXPECT_EQ(items[1].real_value(), -2500.0);
  EXPECT_EQ(items[2].string_value(), "x\n\xC3\xA9");
  EXPECT_EQ(items[3].kind(), ConfigKind::Null);
  EXPECT_TRUE(items[4].bool_value());
  EXPECT_TRUE(root.find("b")->entries().empty());
}

TEST(Config, reports_every_duplicate_key_with_its_first_place) {
  const Result<ConfigNode> node = parse_config("a: 1\nb: {c: 1, c: 2}\na: 3\n", "t.yaml");
  ASSERT_FALSE(node);
  EXPECT_EQ(node.error().to_string(),
            "t.yaml:2:11: error: the key 'c' was already given at t.yaml:2:5 "
            "[config.duplicate-key]\n  help: remove one of the two\n"
            "t.yaml:3:1: error: the key 'a' was already given at t.yaml:1:1 "
            "[config.duplicate-key]\n  help: remove one of the two\n");
}

TEST(Config, shares_anchored_values) {
  const ConfigNode root = parse("a: &x {k: 1}\nb: *x\nc: [*x, *x]\n");
  EXPECT_EQ(root.find("b")->find("k")->integer_value(), 1);
  EXPECT_EQ(root.find("c")->items()[1].find("k")->integer_value(), 1);
}

TEST(Config, refuses_what_it_does_not_support) {
  EXPECT_EQ(first_error("a: &x [*x]\n"), "1:8 config.unsupported");       // contains itself
  EXPECT_EQ(first_error("a: !!str 5\n"), "1:4 config.unsupported");       // tag
  EXPECT_EQ(first_error("a: !mine {}\n"), "1:4 config.unsupported");      // tag on a map
  EXPECT_EQ(first_error("a: 1\n---\nb: 2\n"), "2:1 config.unsupported");  // second document
  EXPECT_EQ(first_error("x: &m {a: 1}\ny:\n  <<: *m\n"), "3:3 config.unsupported");
  EXPECT_EQ(first_error("[a, b]: 1\n"), "1:1 config.unsupported");
  EXPECT_EQ(first_error("? {a: 1}\n: 1\n"), "1:3 config.unsupported");
  EXPECT_EQ(first_error("a: \"x\\_y\"\n"), "1:4 config.unsupported");  // yaml-cpp: not UTF-8
  EXPECT_EQ(first_error("~: 1\n"), "1:1 config.unsupported");
  EXPECT_EQ(first_error("a: &x b\n*x : 1\n"), "2:1 config.unsupported");
}

TEST(Config, locates_syntax_errors) {
  EXPECT_EQ(first_error("a: [1, 2\n"), "2:1 config.syntax");
  EXPECT_EQ(first_error("a: 1\n b: 2\n"), "2:3 config.syntax");
  EXPECT_EQ(first_error(R"({"a": "\ud83d\ude00"})"), "1:14 config.syntax");  // surrogate pair
  EXPECT_EQ(first_error("a: *nobody\n"), "1:4 config.syntax");
  EXPECT_EQ(first_error("[[[1"), "1:5 config.syntax");
  EXPECT_EQ(first_error("a: 'unclosed"), "1:13 config.syntax");
  EXPECT_EQ(first_error("a: \"unclosed\n"), "2:1 config.syntax");
  EXPECT_EQ(first_error("a: 1\nb: \xFF\n"), "2:4 config.syntax");
  EXPECT_EQ(first_error("a: \x04\nb: 1\n"), "1:4 config.syntax");
  EXPECT_EQ(first_error(std::string_view("a: \0b", 5)), "1:4 config.syntax");
}

TEST(Config, bounds_depth_also_through_aliases) {
  const ConfigLimits limits{.depth_max = 4};
  EXPECT_EQ(first_error("[[[[1]]]]", limits), "none");
  EXPECT_EQ(first_error("[[[[[1]]]]]", limits), "1:5 config.too-large");
  EXPECT_EQ(first_error("a: &x [[1]]\nb: [*x]\n", limits), "none");
  EXPECT_EQ(first_error("a: &x [[1]]\nb: [[*x]]\n", limits), "2:6 config.too-large");
  EXPECT_EQ(first_error(std::string(100, '[') + std::string(100, ']')), "1:65 config.too-large");
  EXPECT_THAT(first_error(std::string(100'000, '[')), testing::EndsWith(" config.too-large"));
  std::string nested;
  for (int i = 0; i < 3000; ++i) nested += "- ";
  EXPECT_EQ(first_error(nested + "x"), "1:129 config.too-large");
}

TEST(Config, refuses_an_alias_bomb) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 30; ++i) {
    const std::string previous = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) text += previous + ", ";
    text += previous + "]\n";
  }
  EXPECT_EQ(first_error(text), "6:55 config.too-large");
}

TEST(Config, bounds_size_and_count) {
  EXPECT_EQ(first_error("abcdefgh", {.size_bytes_max = 8}), "none");
  EXPECT_EQ(first_error("abcdefghi", {.size_bytes_max = 8}), "0:0 config.too-large");
  EXPECT_EQ(first_error("[1, 2, 3]", {.value_count_max = 4}), "none");
  EXPECT_EQ(first_error("[1, 2, 3, 4]", {.value_count_max = 4}), "1:11 config.too-large");
}

TEST(Config, of_an_empty_text_is_null_in_the_file) {
  EXPECT_EQ(parse("").kind(), ConfigKind::Null);
  EXPECT_EQ(parse("# nothing\n").where().file, "t.yaml");
}

TEST(Config, loads_a_file_and_reports_one_that_is_absent) {
  const std::string path = testing::TempDir() + "config_load.yaml";
  ASSERT_TRUE(write_file_atomic(path, "a: 1\n"));
  const Result<ConfigNode> node = load_config(path);
  ASSERT_TRUE(node);
  EXPECT_EQ(node->find("a")->where().file, path);
  const Result<ConfigNode> large = load_config(path, {.size_bytes_max = 3});
  ASSERT_FALSE(large);
  std::filesystem::remove(path);
  const Result<ConfigNode> absent = load_config(path);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().list().front().code(), "file.not-found");
}

TEST(Config, writes_yaml_that_reads_back_alike) {
  const std::string_view text =
      "a: 1\nwords: ['True', 'NO', 'Null', 'oN', 'N']\nb: [x, 'y z', \"1\", '', true, 'no', [1, "
      "[2]], {k: v, w: []}, {}, -5, ~]\n"
      "'c d': {e: {f: 2.0, g: 1e300}, h: [{i: 1, j: 2}, {k: 3}]}\nlast: 'tab\t\"q\" \\'\n"
      "big: 18446744073709551615\n'1': key\n'~': k2\n";
  const ConfigNode root = parse(text);
  const std::string yaml = config_to_yaml(root);
  const ConfigNode again = parse(yaml);
  EXPECT_TRUE(same_config(root, again)) << yaml;
  EXPECT_EQ(config_to_yaml(again), yaml);
}

TEST(Config, writes_block_yaml) {
  EXPECT_EQ(config_to_yaml(parse("{a: {b: 1, c: [1, two]}, d: [{e: 1, f: 2}, []], g: {}}")),
            "a:\n  b: 1\n  c:\n    - 1\n    - two\nd:\n  - e: 1\n    f: 2\n  - []\ng: {}\n");
  EXPECT_EQ(config_to_yaml(ConfigNode()), "null\n");
}

TEST(Config, writes_json_that_reads_back_alike) {
  const ConfigNode root =
      parse("{a: [1, -2, 2.5, 'x', null], b: {c: true, d: 0xFFFFFFFFFFFFFFFF}}");
  StringSink sink;
  JsonWriter json(sink, JsonStyle::Compact);
  write_json(json, root);
  EXPECT_EQ(sink.text(), R"({"a":[1,-2,2.5,"x",null],"b":{"c":true,"d":18446744073709551615}})");
  EXPECT_TRUE(same_config(root, parse(sink.text())));
}

TEST(Config, tells_different_trees_apart) {
  for (const auto* other : {"a: 2", "b: 1", "a: '1'", "a: 1.0", "[1]", "a: 1\nb: 2", "~"}) {
    EXPECT_FALSE(same_config(parse("a: 1"), parse(other))) << other;
  }
}

TEST(Config, overrides_a_member_in_place_or_at_the_end) {
  const ConfigNode root = parse("a: 1\nb: 2\n");
  EXPECT_EQ(config_to_yaml(root.with("a", ConfigNode::make_string("x"))), "a: x\nb: 2\n");
  EXPECT_EQ(config_to_yaml(root.with("c", ConfigNode::make_real(1))), "a: 1\nb: 2\nc: 1.0\n");
  EXPECT_EQ(config_to_yaml(ConfigNode().with("k", ConfigNode::make_bool(true))), "k: true\n");
  EXPECT_EQ(config_to_yaml(root), "a: 1\nb: 2\n");
}

TEST(ConfigDeathTest, reading_a_value_as_another_kind_is_a_bug) {
  EXPECT_DEATH(static_cast<void>(parse("a").integer_value()), "check failed");
  EXPECT_DEATH(ConfigNode::make_map({{"a", {}}, {"a", {}}}), "has_twins");
}

}  // namespace
}  // namespace heddle
