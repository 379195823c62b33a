// The reader: values, units, defaults, every complaint, the resolved configuration.
#include "heddle/base/config_reader.h"

#include <gtest/gtest.h>

#include "heddle/base/diagnostics.h"

namespace heddle {
namespace {

enum class Edge { Rise, Fall };

/// A parsed text with a reader on it.
class ConfigReaderTest : public testing::Test {
 protected:
  ConfigReader reader(std::string_view text) {
    Result<ConfigNode> node = parse_config(text, "run.yaml");
    EXPECT_TRUE(node);
    return {*node, "the run file", diagnostics_};
  }
  [[nodiscard]] std::string errors() const { return diagnostics_.to_string(); }

  Diagnostics diagnostics_;
};

TEST_F(ConfigReaderTest, reads_each_type) {
  ConfigReader map = reader(
      "i: -5\nu: 0xFFFF_FFFF_FFFF_FFFF\nb: true\nr: 2.5\nr2: 3\ns: 'text'\n"
      "period_ps: 10_000\nsize_bytes: 4096\nwait_cycles: 7\nrate_bytes_per_second: 100\n");
  EXPECT_EQ(map.required<std::int32_t>("i"), -5);
  EXPECT_EQ(map.required<std::uint64_t>("u"), ~std::uint64_t{0});
  EXPECT_TRUE(map.required<bool>("b"));
  EXPECT_EQ(map.required<double>("r"), 2.5);
  EXPECT_EQ(map.required<double>("r2"), 3.0);
  EXPECT_EQ(map.required<std::string>("s"), "text");
  EXPECT_EQ(map.required<Picoseconds>("period_ps"), Picoseconds(10'000));
  EXPECT_EQ(map.required<Bytes>("size_bytes"), Bytes(4096));
  EXPECT_EQ(map.required<Cycles>("wait_cycles"), Cycles(7));
  EXPECT_EQ(map.required<BytesPerSecond>("rate_bytes_per_second"), BytesPerSecond(100));
  map.done();
  EXPECT_EQ(errors(), "");
}

TEST_F(ConfigReaderTest, gives_defaults_and_absence) {
  ConfigReader map = reader("{present: 1}");
  EXPECT_EQ(map.optional<int>("absent", 42), 42);
  EXPECT_EQ(map.optional<int>("present", 42), 1);
  EXPECT_EQ(map.optional<std::string>("name", "run"), "run");
  EXPECT_EQ(map.maybe<int>("nothing"), std::nullopt);
  EXPECT_EQ(map.maybe<int>("present"), 1);
  EXPECT_TRUE(map.list<int>("items").empty());
  EXPECT_TRUE(map.named<int>("names").empty());
  map.done();
  EXPECT_EQ(errors(), "");
}

TEST_F(ConfigReaderTest, collects_every_mistake_with_its_place_and_help) {
  ConfigReader map = reader(
      "perod_ps: 5\n"
      "count: '3'\n"
      "name: 12\n"
      "flag: yes\n"
      "width: 99\n"
      "edge: rize\n"
      "what: is this\n");
  map.required<Picoseconds>("period_ps", {.min = 1});
  EXPECT_EQ(map.required<int>("count", {.min = 2}), 2);
  EXPECT_EQ(map.optional<std::string>("name", "n"), "n");
  EXPECT_TRUE(map.optional<bool>("flag", true));
  EXPECT_EQ(map.maybe<int>("width", {.min = 1, .max = 64}), std::nullopt);
  EXPECT_EQ(map.optional_choice("edge", Edge::Fall, {{"rise", Edge::Rise}, {"fall", Edge::Fall}}),
            Edge::Fall);
  map.done();
  EXPECT_EQ(errors(),
            "run.yaml:1:1: error: the run file lacks the key 'period_ps' [config.missing-key]\n"
            "  help: expected an integer, 1 or more\n"
            "run.yaml:2:8: error: 'count' is the text '3', expected an integer "
            "[config.wrong-type]\n  help: remove the quotes\n"
            "run.yaml:3:7: error: 'name' is the integer 12, expected a text [config.wrong-type]\n"
            "  help: put it in quotes\n"
            "run.yaml:4:7: error: 'flag' is the text 'yes', expected true or false "
            "[config.wrong-type]\n  help: write true or false\n"
            "run.yaml:5:8: error: 'width' is 99, expected from 1 to 64 [config.out-of-range]\n"
            "run.yaml:6:7: error: 'edge' is 'rize', expected one of rise, fall "
            "[config.bad-choice]\n  help: did you mean 'rise'?\n"
            "run.yaml:1:1: error: unknown key 'perod_ps' in the run file [config.unknown-key]\n"
            "  help: did you mean 'period_ps'?\n"
            "run.yaml:7:1: error: unknown key 'what' in the run file [config.unknown-key]\n"
            "  help: known keys: period_ps, count, name, flag, width, edge\n");
}

TEST_F(ConfigReaderTest, checks_both_ends_of_a_range) {
  ConfigReader map = reader("a: 1\nb: 2\nc: 3\nd: 4\n");
  const Limits<int> limits{.min = 2, .max = 3};
  EXPECT_EQ(map.maybe<int>("a", limits), std::nullopt);
  EXPECT_EQ(map.maybe<int>("b", limits), 2);
  EXPECT_EQ(map.maybe<int>("c", limits), 3);
  EXPECT_EQ(map.maybe<int>("d", limits), std::nullopt);
  EXPECT_EQ(diagnostics_.error_count(), 2U);
}

TEST_F(ConfigReaderTest, takes_the_width_of_the_type_as_its_range) {
  ConfigReader map = reader("a: 256\nb: -1\nc: 255\nneg_ps: -1\n");
  EXPECT_EQ(map.maybe<std::uint8_t>("a"), std::nullopt);
  EXPECT_EQ(map.maybe<std::uint64_t>("b"), std::nullopt);
  EXPECT_EQ(map.maybe<std::uint8_t>("c"), 255);
  EXPECT_EQ(map.maybe<Picoseconds>("neg_ps"), std::nullopt);
  EXPECT_EQ(diagnostics_.error_count(), 3U);
}

TEST_F(ConfigReaderTest, checks_reals_and_text_lengths) {
  ConfigReader map = reader("a: 1.5\nb: ''\nc: abcd\n");
  EXPECT_EQ(map.maybe<double>("a", {.min = 0, .max = 1}), std::nullopt);
  EXPECT_EQ(map.maybe<std::string>("b"), std::nullopt);
  EXPECT_EQ(map.maybe<std::string>("b", {.min = 0}), "");
  EXPECT_EQ(map.maybe<std::string>("c", {.max = 3}), std::nullopt);
  EXPECT_EQ(diagnostics_.error_count(), 3U);
}

TEST_F(ConfigReaderTest, a_map_that_is_none_is_one_error) {
  ConfigReader map = reader("just a text");
  map.required<int>("a");
  map.required_map("b").required<int>("c");
  map.done();
  EXPECT_EQ(errors(),
            "run.yaml:1:1: error: the run file is the text 'just a text', expected a map "
            "[config.wrong-type]\n  help: write 'key: value' lines\n");
}

TEST_F(ConfigReaderTest, names_inner_maps_by_their_path) {
  ConfigReader map = reader("clocks:\n  clk: {period_ps: 0, prot: a}\nlist: [{a: x}, 5]\n");
  for (auto& [name, clock] : map.named_maps("clocks")) {
    EXPECT_EQ(name, "clk");
    clock.required<Picoseconds>("period_ps", {.min = 1});
    clock.optional<std::string>("port", name);
  }
  for (ConfigReader& item : map.list_of_maps("list")) item.required<int>("a");
  map.done();
  EXPECT_EQ(errors(),
            "run.yaml:2:20: error: 'clocks.clk.period_ps' is 0, expected from 1 to "
            "9223372036854775807 [config.out-of-range]\n"
            "run.yaml:3:16: error: 'list[1]' is the integer 5, expected a map "
            "[config.wrong-type]\n  help: write 'key: value' lines\n"
            "run.yaml:3:12: error: 'list[0].a' is the text 'x', expected an integer "
            "[config.wrong-type]\n"
            "  help: an integer is written 12, -3, 1_000_000 or 0xFF; no unit, no leading zero\n"
            "run.yaml:2:23: error: unknown key 'prot' in 'clocks.clk' [config.unknown-key]\n"
            "  help: did you mean 'port'?\n");
}

TEST_F(ConfigReaderTest, an_absent_required_map_is_one_error) {
  ConfigReader map = reader("{a: 1}");
  ConfigReader design = map.required_map("design");
  design.required<std::string>("netlist");
  design.required_map("deep").required<int>("x");
  map.maybe<int>("a");
  map.done();
  EXPECT_EQ(errors(),
            "run.yaml:1:1: error: the run file lacks the key 'design' [config.missing-key]\n"
            "  help: expected a map\n");
}

TEST_F(ConfigReaderTest, an_optional_map_gives_its_defaults) {
  ConfigReader map = reader("{}");
  ConfigReader stop = map.optional_map("stop");
  EXPECT_EQ(stop.optional<int>("edges", 1000), 1000);
  EXPECT_FALSE(map.maybe_map("reset").has_value());
  map.done();
  EXPECT_EQ(errors(), "");
  EXPECT_EQ(config_to_yaml(map.resolved()), "stop:\n  edges: 1000\n");
}

TEST_F(ConfigReaderTest, reads_lists_and_named_values_in_order) {
  ConfigReader map = reader("nets: [b, a]\ninputs: {z: 1, y: 0, x: 2}\n");
  EXPECT_EQ(map.list<std::string>("nets"), (std::vector<std::string>{"b", "a"}));
  const auto inputs = map.named<int>("inputs", {.min = 0, .max = 1});
  EXPECT_EQ(inputs, (std::vector<std::pair<std::string, int>>{{"z", 1}, {"y", 0}}));
  EXPECT_EQ(errors(),
            "run.yaml:2:25: error: 'inputs.x' is 2, expected from 0 to 1 [config.out-of-range]\n");
}

TEST_F(ConfigReaderTest, an_item_of_a_list_is_named_by_its_index) {
  ConfigReader map = reader("nets: [a, 5]\n");
  map.list<std::string>("nets");
  EXPECT_EQ(diagnostics_.list().front().text(), "'nets[1]' is the integer 5, expected a text");
}

TEST_F(ConfigReaderTest, takes_paths_from_the_directory_of_the_file) {
  const Result<ConfigNode> node = parse_config("a: x.json\nb: /abs/y\n", "dir/sub/run.yaml");
  ConfigReader map(*node, "the run file", diagnostics_);
  EXPECT_EQ(map.required_path("a"), "dir/sub/x.json");
  EXPECT_EQ(map.required_path("b"), "/abs/y");
  EXPECT_EQ(map.maybe_path("c"), std::nullopt);
  EXPECT_EQ(errors(), "");
  EXPECT_EQ(map.required_path("d"), "");
  EXPECT_EQ(diagnostics_.list().front().code(), "config.missing-key");
  EXPECT_EQ(config_to_yaml(map.resolved()), "a: x.json\nb: /abs/y\n");
}

TEST_F(ConfigReaderTest, resolves_to_a_configuration_that_reads_the_same) {
  const auto read = [](ConfigReader& map) {
    map.required<int>("a");
    map.optional<Picoseconds>("period_ps", Picoseconds(500));
    map.optional_choice("edge", Edge::Rise, {{"rise", Edge::Rise}, {"fall", Edge::Fall}});
    for (auto& [name, inner] : map.named_maps("maps")) inner.optional<double>("x", 1.0);
    for (ConfigReader& item : map.list_of_maps("list")) item.optional<bool>("lit", false);
    map.list<int>("items");
    map.node("any");
    map.done();
  };
  ConfigReader map =
      reader("maps: {m: {}, o: {x: 2}}\na: 0x10\nlist: [{}, {lit: true}]\nany: [1, {b: c}]\n");
  read(map);
  const std::string yaml = config_to_yaml(map.resolved());
  EXPECT_EQ(yaml,
            "a: 16\nperiod_ps: 500\nedge: rise\nmaps:\n  m:\n    x: 1.0\n  o:\n    x: 2.0\n"
            "list:\n  - lit: false\n  - lit: true\nany:\n  - 1\n  - b: c\n");
  ConfigReader again = reader(yaml);
  read(again);
  EXPECT_EQ(config_to_yaml(again.resolved()), yaml);
  EXPECT_EQ(errors(), "");
}

TEST_F(ConfigReaderTest, reports_what_the_caller_finds_at_the_value) {
  constexpr DiagnosticRule kRule{"test.no-port", Severity::Error, "no port '{}'", ""};
  ConfigReader map = reader("clk:   nope\n");
  map.report(kRule, "clk", {map.required<std::string>("clk")});
  EXPECT_EQ(errors(), "run.yaml:1:8: error: no port 'nope' [test.no-port]\n");
  EXPECT_EQ(map.where("absent"), map.where());
  EXPECT_TRUE(map.has("clk"));
  EXPECT_FALSE(map.has("absent"));
}

TEST_F(ConfigReaderTest, a_key_without_its_unit_is_our_bug) {
  ConfigReader map = reader("period: 5\n");
  EXPECT_DEATH(static_cast<void>(map.required<Picoseconds>("period")), "check failed");
}

}  // namespace
}  // namespace heddle
