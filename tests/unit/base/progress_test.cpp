// Progress lines by an injected clock, and the interrupt flag.
#include "heddle/base/progress.h"

#include <gtest/gtest.h>

#include "heddle/base/interrupt.h"

namespace heddle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ProgressTest : public testing::Test {
 protected:
  ProgressPrinter printer(ProgressStyle style) {
    return {style, [this] { return now_; }, [this](std::string_view text) { text_ += text; }};
  }
  std::string take() { return std::exchange(text_, {}); }

  std::chrono::nanoseconds now_{1000};
  std::string text_;
};

TEST_F(ProgressTest, plain_style_gives_a_line_each_interval_and_one_at_the_end) {
  ProgressPrinter printer = this->printer(ProgressStyle::Plain);
  printer.report({"simulating", "edges", 0, 4'000'000});
  now_ += seconds(9);
  printer.report({"simulating", "edges", 900'000, 4'000'000});
  EXPECT_EQ(take(), "");
  now_ += seconds(1);
  printer.report({"simulating", "edges", 1'000'000, 4'000'000});
  EXPECT_EQ(take(), "simulating: 1000000 of 4000000 edges (25 %), 100 k edges/s, 30 s left\n");
  printer.report({"simulating", "edges", 1'100'000, 4'000'000});
  EXPECT_EQ(take(), "");
  now_ += seconds(10);
  printer.report({"simulating", "edges", 4'000'000, 4'000'000});
  EXPECT_EQ(take(), "simulating: 4000000 of 4000000 edges (100 %), 200 k edges/s\n");
  printer.finish();
  EXPECT_EQ(take(), "simulating: 4000000 of 4000000 edges (100 %), 200 k edges/s\n");
  printer.finish();
  EXPECT_EQ(take(), "");
}

TEST_F(ProgressTest, terminal_style_rewrites_its_line) {
  ProgressPrinter printer = this->printer(ProgressStyle::Terminal);
  printer.report({"reading", "bytes", 0, std::nullopt});
  now_ += milliseconds(99);
  printer.report({"reading", "bytes", 10, std::nullopt});
  EXPECT_EQ(take(), "");
  now_ += milliseconds(1);
  printer.report({"reading", "bytes", 20, std::nullopt});
  EXPECT_EQ(take(), "\r\x1b[Kreading: 20 bytes, 200 bytes/s");
  printer.finish();
  EXPECT_EQ(take(), "\r\x1b[Kreading: 20 bytes, 200 bytes/s\n");
}

TEST_F(ProgressTest, a_new_task_ends_the_one_before) {
  ProgressPrinter printer = this->printer(ProgressStyle::Plain);
  printer.report({"a", "steps", 1, 2});
  printer.report({"b", "steps", 0, 2});
  EXPECT_EQ(take(), "a: 1 of 2 steps (50 %)\n");
}

TEST_F(ProgressTest, counts_the_rate_from_where_the_task_began) {
  ProgressPrinter printer = this->printer(ProgressStyle::Plain);
  printer.report({"resumed", "edges", 1000, 1300});
  now_ += seconds(10);
  printer.report({"resumed", "edges", 1100, 1300});
  EXPECT_EQ(take(), "resumed: 1100 of 1300 edges (84 %), 10 edges/s, 20 s left\n");
}

TEST_F(ProgressTest, survives_nothing_to_do) {
  ProgressPrinter printer = this->printer(ProgressStyle::Plain);
  printer.finish();
  printer.report({"empty", "edges", 0, 0});
  printer.finish();
  EXPECT_EQ(take(), "empty: 0 of 0 edges\n");
}

TEST(CountToText, keeps_three_digits) {
  EXPECT_EQ(count_to_text(0), "0");
  EXPECT_EQ(count_to_text(999), "999");
  EXPECT_EQ(count_to_text(999.6), "1.00 k");
  EXPECT_EQ(count_to_text(1234), "1.23 k");
  EXPECT_EQ(count_to_text(12'345), "12.3 k");
  EXPECT_EQ(count_to_text(123'456), "123 k");
  EXPECT_EQ(count_to_text(999'600), "1.00 M");
  EXPECT_EQ(count_to_text(2.5e9), "2.50 G");
  EXPECT_EQ(count_to_text(7e15), "7000 T");
}

TEST(SecondsToText, rounds_up_and_carries) {
  EXPECT_EQ(seconds_to_text(0), "0 s");
  EXPECT_EQ(seconds_to_text(0.2), "1 s");
  EXPECT_EQ(seconds_to_text(59.5), "1 min 00 s");
  EXPECT_EQ(seconds_to_text(185), "3 min 05 s");
  EXPECT_EQ(seconds_to_text(7620), "2 h 07 min");
  EXPECT_EQ(seconds_to_text(1e300), "years");
}

TEST(Interrupt, follows_its_flag) {
  std::atomic<bool> flag{false};
  const Interrupt interrupt(flag);
  EXPECT_FALSE(interrupt.is_requested());
  flag = true;
  EXPECT_TRUE(interrupt.is_requested());
  EXPECT_FALSE(Interrupt().is_requested());
}

}  // namespace
}  // namespace heddle
