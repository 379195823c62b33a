// Diagnostics: placeholders, rendering, collection, nearest names.
#include "heddle/base/diagnostic.h"

#include <gtest/gtest.h>

#include <set>

#include "heddle/base/diagnostics.h"

namespace heddle {
namespace {

constexpr DiagnosticRule kRule{"test.unknown-key", Severity::Error, "unknown key '{}'",
                               "did you mean '{}'?"};

TEST(Diagnostic, fills_text_then_help_and_renders_its_place) {
  const Diagnostic d(kRule, {"a.yaml", 3, 7}, {"clokc", "clock"});
  EXPECT_EQ(d.to_string(),
            "a.yaml:3:7: error: unknown key 'clokc' [test.unknown-key]\n"
            "  help: did you mean 'clock'?\n");
}

TEST(Diagnostics, keeps_a_bounded_number_and_counts_the_rest) {
  Diagnostics all;
  for (int i = 0; i < 103; ++i) all.add(Diagnostic(kRule, {}, {"a", "b"}));
  EXPECT_EQ(all.list().size(), Diagnostics::kKeptMax);
  EXPECT_EQ(all.error_count(), 103U);
  EXPECT_NE(all.to_string().find("... and 3 more"), std::string::npos);
}

TEST(Diagnostics, keeps_errors_before_warnings_and_counts_both) {
  constexpr DiagnosticRule kWarning{"test.warning", Severity::Warning, "careful", ""};
  Diagnostics all;
  for (int i = 0; i < 100; ++i) all.add(Diagnostic(kWarning, {}));
  EXPECT_FALSE(all.has_errors());
  all.add(Diagnostic(kRule, {}, {"a", "b"}));
  EXPECT_EQ(all.list().size(), Diagnostics::kKeptMax);
  EXPECT_EQ(all.list().back().severity(), Severity::Error);
  EXPECT_NE(all.to_string().find("... and 1 more"), std::string::npos);
}

TEST(Diagnostics, appending_a_full_list_loses_no_count) {
  Diagnostics full;
  for (int i = 0; i < 150; ++i) full.add(Diagnostic(kRule, {}, {"a", "b"}));
  Diagnostics all;
  all.add(full);
  all.add(full);
  EXPECT_EQ(all.error_count(), 300U);
  EXPECT_NE(all.to_string().find("... and 200 more"), std::string::npos);
}

TEST(Diagnostic, leaves_out_what_is_unknown_of_a_place) {
  EXPECT_EQ((SourcePosition{"f", 0, 0}).to_string(), "f");
  EXPECT_EQ((SourcePosition{"f", 4, 0}).to_string(), "f:4");
  EXPECT_EQ((SourcePosition{"f", 4, 5}).to_string(), "f:4:5");
  EXPECT_EQ(Diagnostic(kRule, {}, {"a", "b"}).to_string().find("error: unknown key 'a'"), 0U);
}

TEST(DiagnosticDeathTest, arguments_and_placeholders_must_match) {
  EXPECT_DEATH(Diagnostic(kRule, {}, {"one"}), "check failed");
  EXPECT_DEATH(Diagnostic(kRule, {}, {"one", "two", "three"}), "check failed");
}

TEST(BaseRules, have_codes_of_their_own_and_texts) {
  std::set<std::string_view> codes;
  for (const DiagnosticRule* rule : diag::kRules) {
    EXPECT_TRUE(codes.insert(rule->code).second) << rule->code;
    EXPECT_FALSE(rule->text.empty()) << rule->code;
  }
}

TEST(NearestName, counts_two_swapped_letters_as_one_mistake) {
  EXPECT_EQ(nearest_name("prot", {"pin", "port"}), "port");
}

TEST(NearestName, gives_ties_to_the_first) {
  EXPECT_EQ(nearest_name("ab", {"ac", "ad"}), "ac");
  EXPECT_EQ(nearest_name("ab", {}), "");
}

TEST(NearestName, finds_a_typo_and_refuses_a_stranger) {
  EXPECT_EQ(nearest_name("perod_ps", {"phase_ps", "period_ps"}), "period_ps");
  EXPECT_EQ(nearest_name("xyzzy", {"phase_ps", "period_ps"}), "");
}

}  // namespace
}  // namespace heddle
