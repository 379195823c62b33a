// Statistics: values, merging, the two renderings.
#include "heddle/base/statistics.h"

#include <gtest/gtest.h>

namespace heddle {
namespace {

constexpr StatisticDef kEdges{"run.edges", StatisticKind::Counter, "edges", "Edges simulated."};
constexpr StatisticDef kShare{"run.batched", StatisticKind::Gauge, "1", "Share in batches."};
constexpr StatisticDef kSizes{"run.sizes", StatisticKind::Histogram, "edges", "Batch sizes."};
constexpr StatisticDef kTwin{"run.edges", StatisticKind::Counter, "edges", "Another meaning."};

std::string to_json(const Statistics& statistics) {
  StringSink sink;
  JsonWriter json(sink, JsonStyle::Compact);
  statistics.write_json(json);
  return sink.take();
}

TEST(Histogram, puts_each_value_between_the_ends_of_its_bucket) {
  EXPECT_EQ(Histogram::bucket_min(0), 0U);
  EXPECT_EQ(Histogram::bucket_max(0), 0U);
  EXPECT_EQ(Histogram::bucket_max(64), ~std::uint64_t{0});
  for (std::size_t i = 1; i < Histogram::kBucketCount; ++i) {
    EXPECT_EQ(Histogram::bucket_min(i), Histogram::bucket_max(i - 1) + 1) << i;
    for (const std::uint64_t value : {Histogram::bucket_min(i), Histogram::bucket_max(i)}) {
      Histogram histogram;
      histogram.add(value);
      EXPECT_EQ(histogram.bucket(i), 1U) << value;
    }
  }
}

TEST(Histogram, sums_up) {
  Histogram histogram;
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.min(), 0U);
  histogram.add(10, 3);
  histogram.add(2);
  histogram.add(7, 0);
  EXPECT_EQ(histogram.count(), 4U);
  EXPECT_EQ(histogram.sum(), 32U);
  EXPECT_EQ(histogram.min(), 2U);
  EXPECT_EQ(histogram.max(), 10U);
  EXPECT_EQ(histogram.mean(), 8.0);
}

TEST(Histogram, saturates_instead_of_wrapping) {
  Histogram histogram;
  histogram.add(~std::uint64_t{0}, 2);
  histogram.add(5);
  EXPECT_EQ(histogram.sum(), ~std::uint64_t{0});
  EXPECT_EQ(histogram.count(), 3U);
}

TEST(Statistics, writes_json_in_order_of_name) {
  Statistics statistics;
  statistics.histogram(kSizes).add(3);
  statistics.gauge(kShare).set(0.5);
  statistics.counter(kEdges).add(41);
  statistics.counter(kEdges).add();
  EXPECT_EQ(to_json(statistics),
            R"({"run.batched":{"unit":"1","description":"Share in batches.","value":0.5},)"
            R"("run.edges":{"unit":"edges","description":"Edges simulated.","value":42},)"
            R"("run.sizes":{"unit":"edges","description":"Batch sizes.","count":1,"sum":3,)"
            R"("min":3,"max":3,"buckets":[{"from":2,"to":3,"count":1}]}})");
}

TEST(Statistics, writes_null_for_a_gauge_never_set) {
  Statistics statistics;
  statistics.gauge(kShare);
  EXPECT_EQ(to_json(statistics),
            R"({"run.batched":{"unit":"1","description":"Share in batches.","value":null}})");
}

TEST(Statistics, prints_an_aligned_table) {
  Statistics statistics;
  statistics.counter(kEdges).add(12345);
  statistics.gauge(kShare, "a").set(2);
  statistics.gauge(kShare, "b");
  EXPECT_EQ(statistics.to_table(),
            "a.run.batched    2.0 1  # Share in batches.\n"
            "b.run.batched      - 1  # Share in batches.\n"
            "run.edges      12345 edges  # Edges simulated.\n");
}

TEST(Statistics, keeps_instances_apart) {
  Statistics statistics;
  statistics.counter(kEdges, "uart0").add(1);
  statistics.counter(kEdges, "uart1").add(2);
  EXPECT_EQ(statistics.counter(kEdges, "uart0").value(), 1U);
  EXPECT_EQ(statistics.counter(kEdges, "uart1").value(), 2U);
}

TEST(Statistics, merges_the_work_of_two) {
  Statistics a;
  Statistics b;
  a.counter(kEdges).add(1);
  a.gauge(kShare).set(1);
  b.counter(kEdges).add(2);
  b.gauge(kShare);
  b.histogram(kSizes).add(8);
  a.merge(b);
  a.merge(b);
  EXPECT_EQ(a.counter(kEdges).value(), 5U);
  EXPECT_EQ(a.gauge(kShare).value(), 1.0);
  EXPECT_EQ(a.histogram(kSizes).count(), 2U);
  b.gauge(kShare).set(3);
  a.merge(b);
  EXPECT_EQ(a.gauge(kShare).value(), 3.0);
}

TEST(Statistics, two_objects_do_not_touch) {
  Statistics a;
  Statistics b;
  a.counter(kEdges).add(7);
  EXPECT_EQ(b.counter(kEdges).value(), 0U);
}

TEST(Statistics, stay_in_place_while_others_are_added) {
  Statistics statistics;
  Counter& first = statistics.counter(kEdges);
  for (int i = 0; i < 1000; ++i) statistics.counter(kEdges, "i" + std::to_string(i));
  EXPECT_EQ(&first, &statistics.counter(kEdges));
}

TEST(StatisticsDeathTest, one_name_has_one_meaning) {
  Statistics statistics;
  statistics.counter(kEdges);
  EXPECT_DEATH(statistics.counter(kTwin), "description");
  EXPECT_DEATH(statistics.gauge(kEdges), "kind");
}

}  // namespace
}  // namespace heddle
