// Result: which side it holds, how it travels, what is checked.
#include "heddle/base/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace heddle {
namespace {

constexpr DiagnosticRule kBad{"test.bad", Severity::Error, "bad {}", "", Cause::Corrupt};
constexpr DiagnosticRule kHint{"test.hint", Severity::Warning, "a hint", ""};

Result<int> half(int number) {
  if (number % 2 != 0) return fail(kBad, {"f", 1, 2}, {std::to_string(number)});
  return number / 2;
}

Result<std::string> quarter(int number) {
  HEDDLE_TRY(const int once, half(number));
  HEDDLE_TRY(const int twice, half(once));
  return std::to_string(twice);
}

Status must_be_even(int number) {
  HEDDLE_TRY_STATUS(half(number));
  return {};
}

TEST(Result, carries_a_value_or_the_diagnostics) {
  EXPECT_EQ(*half(4), 2);
  EXPECT_EQ(half(5).error().to_string(), "f:1:2: error: bad 5 [test.bad]\n");
  EXPECT_TRUE(Result<std::vector<int>>()->empty());
}

TEST(Result, try_hands_on_the_first_failure) {
  EXPECT_EQ(*quarter(12), "3");
  EXPECT_EQ(quarter(6).error().list().front().text(), "bad 3");
  EXPECT_TRUE(must_be_even(2));
  EXPECT_EQ(must_be_even(3).error().list().front().text(), "bad 3");
}

TEST(Result, takes_what_converts_to_its_value) {
  struct Base {
    virtual ~Base() = default;
  };
  struct Derived final : Base {};
  const auto make = []() -> Result<std::unique_ptr<Base>> { return std::make_unique<Derived>(); };
  EXPECT_NE(*make(), nullptr);
  const Result<std::string> text = "literal";
  EXPECT_EQ(*text, "literal");
  EXPECT_EQ(text->size(), 7U);
}

TEST(Result, of_bool_copies_its_value_and_not_its_success) {
  Result<bool> no = false;
  Result<bool> copy(no);
  ASSERT_TRUE(copy.has_value());
  EXPECT_FALSE(*copy);
}

TEST(Result, moves_its_value_out) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 5);
}

TEST(Result, map_comes_back_as_a_result) {
  const Result<int> twice = half(8).map([](int n) { return n * 10; });
  EXPECT_EQ(*twice, 40);
}

TEST(Diagnostics, tell_the_cause_of_their_first_error) {
  Diagnostics all(Diagnostic(kHint, {}));
  EXPECT_EQ(all.cause(), Cause::Input);
  all.add(Diagnostic(kBad, {}, {"x"}));
  EXPECT_EQ(all.cause(), Cause::Corrupt);
}

TEST(ResultDeathTest, reading_the_side_that_is_not_there_is_a_bug) {
  EXPECT_DEATH(static_cast<void>(*half(3)), "has_value");
  EXPECT_DEATH(static_cast<void>(quarter(3)->size()), "has_value");
}

}  // namespace
}  // namespace heddle
