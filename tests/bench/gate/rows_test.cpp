// Rows: their statistics against closed forms, and the keys that readers rely on.
#include "support/rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace heddle::bench {
namespace {

using testing::HasSubstr;

TEST(Spread, of_known_numbers_is_that_of_their_formulas) {
  const Spread odd = spread_of({9, 2, 4});
  EXPECT_DOUBLE_EQ(odd.median, 4);
  EXPECT_DOUBLE_EQ(odd.mean, 5);
  EXPECT_DOUBLE_EQ(odd.range, 7);
  EXPECT_DOUBLE_EQ(odd.deviation * odd.deviation, (16.0 + 9.0 + 1.0) / 3);
  EXPECT_DOUBLE_EQ(spread_of({4, 1, 2, 3}).median, 2.5);
  EXPECT_DOUBLE_EQ(spread_of({7}).deviation, 0);
}

TEST(Row, ratio_says_how_many_times_better_whichever_way_better_is) {
  Row speed{.name = "speed", .unit = "edges/s", .runs = {30, 10, 20}, .peer_runs = {5, 4, 6}};
  EXPECT_DOUBLE_EQ(*ratio_of(speed), 4);
  Row cost{.name = "cost", .unit = "ms", .lower_is_better = true, .runs = {2}, .peer_runs = {10}};
  EXPECT_DOUBLE_EQ(*ratio_of(cost), 5);
  cost.peer_runs.clear();
  EXPECT_FALSE(ratio_of(cost).has_value());
}

TEST(Row, target_is_met_at_its_value_and_on_the_better_side_of_it) {
  Row row{.name = "row", .unit = "x", .target = 4.0, .runs = {4}};
  EXPECT_TRUE(is_met(row));
  row.runs = {3.9};
  EXPECT_FALSE(is_met(row));
  row.lower_is_better = true;
  EXPECT_TRUE(is_met(row));
  row.runs = {4.1};
  EXPECT_FALSE(is_met(row));
}

TEST(Row, has_the_keys_of_the_file_format) {
  const Row row{.name = "boots",
                .unit = "edges/s",
                .target = 10.0,
                .runs = {30, 10, 20},
                .wall_runs = {15, 5, 10},
                .peer = "verilator",
                .peer_runs = {5, 4, 6},
                .peer_wall_runs = {2, 1, 3},
                .note = "a note",
                .command = "bench_gate"};
  StringSink text;
  JsonWriter json(text);
  write_row(json, row);
  const nlohmann::json parsed = nlohmann::json::parse(text.text());
  EXPECT_EQ(parsed["name"], "boots");
  EXPECT_EQ(parsed["unit"], "edges/s");
  EXPECT_EQ(parsed["value"], 20);
  EXPECT_EQ(parsed["lower_is_better"], false);
  EXPECT_EQ(parsed["target"], 10);
  EXPECT_EQ(parsed["met"], true);
  EXPECT_EQ(parsed["peer"], "verilator");
  EXPECT_EQ(parsed["peer_value"], 5);
  EXPECT_EQ(parsed["ratio"], 4);
  EXPECT_EQ(parsed["runs"], nlohmann::json({30, 10, 20}));
  EXPECT_EQ(parsed["mean"], 20);
  EXPECT_EQ(parsed["range"], 20);
  EXPECT_NEAR(parsed["deviation"].get<double>(), 8.16497, 1e-5);
  EXPECT_EQ(parsed["wall_value"], 10);
  EXPECT_EQ(parsed["peer_wall_value"], 2);
  EXPECT_EQ(parsed["command"], "bench_gate");
}

TEST(Table, shows_a_line_a_row_with_target_and_verdict) {
  const std::string table = table_of(
      {{.name = "boots", .unit = "edges/s", .target = 100.0, .runs = {250}, .peer_runs = {125}}});
  EXPECT_THAT(table, HasSubstr("boots"));
  EXPECT_THAT(table, HasSubstr("250"));
  EXPECT_THAT(table, HasSubstr("yes"));
  EXPECT_THAT(table, HasSubstr("2.00x"));
}

}  // namespace
}  // namespace heddle::bench
