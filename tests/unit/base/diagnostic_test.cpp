// Diagnostics: placeholders, rendering, collection, nearest names.
#include "heddle/base/diagnostic.h"

#include <gtest/gtest.h>

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

TEST(NearestName, finds_a_typo_and_refuses_a_stranger) {
  EXPECT_EQ(nearest_name("perod_ps", {"phase_ps", "period_ps"}), "period_ps");
  EXPECT_EQ(nearest_name("xyzzy", {"phase_ps", "period_ps"}), "");
}

}  // namespace
}  // namespace heddle
