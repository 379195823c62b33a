// Globs and escapes.
#include "heddle/base/text.h"

#include <gtest/gtest.h>

namespace heddle {
namespace {

TEST(Glob, star_and_question_mark_match_as_in_a_shell) {
  EXPECT_TRUE(glob_match("top.*.clk", "top.a.b.clk"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("a?c*", "abc"));
  EXPECT_TRUE(glob_match("*ab*ab", "xabyabab"));
  EXPECT_TRUE(glob_match("a[0]", "a[0]"));
  EXPECT_FALSE(glob_match("a?c", "ac"));
  EXPECT_FALSE(glob_match("top.*.clk", "top.clk"));
  EXPECT_FALSE(glob_match("", "a"));
}

TEST(EscapeXml, lets_text_stand_in_an_element_and_in_an_attribute) {
  EXPECT_EQ(escape_xml("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
  EXPECT_EQ(escape_xml(std::string_view("a\x01"
                                        "b\n\xC3\xA9",
                                        6)),
            "a b \xC3\xA9");
}

TEST(EscapeDot, lets_text_stand_between_quotes) {
  EXPECT_EQ(escape_dot("a\"b\\c"), "a\\\"b\\\\c");
}

}  // namespace
}  // namespace heddle
