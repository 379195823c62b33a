// The JSON writer: layout, escapes, numbers, misuse.
#include "heddle/base/json.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "heddle/base/random.h"

namespace heddle {
namespace {

std::string write(JsonStyle style, void (*body)(JsonWriter&)) {
  StringSink sink;
  JsonWriter json(sink, style);
  body(json);
  EXPECT_TRUE(json.is_complete());
  return sink.take();
}

void sample(JsonWriter& json) {
  json.begin_object();
  json.member("a", 1);
  json.key("list");
  json.begin_array();
  json.value("x");
  json.null();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.key("row");
  json.begin_inline_object();
  json.member("t", true);
  json.key("v");
  json.begin_array();
  json.value(1);
  json.value(2.5);
  json.end_array();
  json.end_object();
  json.key("empty");
  json.begin_array();
  json.end_array();
  json.end_object();
}

TEST(JsonWriter, lays_out_pretty_text) {
  EXPECT_EQ(write(JsonStyle::Pretty, sample),
            "{\n"
            "  \"a\": 1,\n"
            "  \"list\": [\n"
            "    \"x\",\n"
            "    null,\n"
            "    {}\n"
            "  ],\n"
            "  \"row\": {\"t\": true, \"v\": [1, 2.5]},\n"
            "  \"empty\": []\n"
            "}\n");
}

TEST(JsonWriter, lays_out_compact_text) {
  EXPECT_EQ(write(JsonStyle::Compact, sample),
            R"({"a":1,"list":["x",null,{}],"row":{"t":true,"v":[1,2.5]},"empty":[]})");
}

TEST(JsonWriter, writes_integers_exactly) {
  EXPECT_EQ(write(JsonStyle::Compact,
                  [](JsonWriter& json) {
                    json.begin_array();
                    json.value(std::numeric_limits<std::uint64_t>::max());
                    json.value(std::numeric_limits<std::int64_t>::min());
                    json.value(std::uint8_t{200});
                    json.value(std::int8_t{-100});
                    json.end_array();
                  }),
            "[18446744073709551615,-9223372036854775808,200,-100]");
}

TEST(JsonWriter, writes_a_bare_value) {
  EXPECT_EQ(write(JsonStyle::Pretty, [](JsonWriter& json) { json.value("x"); }), "\"x\"\n");
}

TEST(JsonWriter, writes_null_for_what_json_lacks) {
  EXPECT_EQ(write(JsonStyle::Compact,
                  [](JsonWriter& json) {
                    json.begin_array();
                    json.value(std::nan(""));
                    json.value(-std::numeric_limits<double>::infinity());
                    json.end_array();
                  }),
            "[null,null]");
}

TEST(JsonQuote, escapes_what_must_be) {
  EXPECT_EQ(json_quote("a\"b\\c/\n\r\t\b\x01\x7F"),
            "\"a\\\"b\\\\c/\\n\\r\\t\\u0008\\u0001\\u007f\"");
  EXPECT_EQ(json_quote(std::string_view("\0", 1)), "\"\\u0000\"");
  EXPECT_EQ(json_quote("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"),
            "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST(JsonQuote, replaces_each_byte_that_is_not_utf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(json_quote("a\xFFz"), "\"a" + bad + "z\"");
  EXPECT_EQ(json_quote("\xC0\x80"), "\"" + bad + bad + "\"");                      // overlong
  EXPECT_EQ(json_quote("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"");            // surrogate
  EXPECT_EQ(json_quote("\xF4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");  // > U+10FFFF
  EXPECT_EQ(json_quote("\xE2\x82"), "\"" + bad + bad + "\"");                      // cut short
}

TEST(JsonQuote, is_read_back_by_another_parser_for_every_byte_pair) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const auto parsed = nlohmann::json::parse(json_quote(text), nullptr, false);
      ASSERT_FALSE(parsed.is_discarded()) << first << " " << second;
      if (first < 0x80 && second < 0x80) {
        ASSERT_EQ(parsed.get<std::string>(), text);
      }
    }
  }
}

TEST(RealToText, is_short_and_stays_a_real) {
  EXPECT_EQ(real_to_text(0.1), "0.1");
  EXPECT_EQ(real_to_text(1), "1.0");
  EXPECT_EQ(real_to_text(-0.0), "-0.0");
  EXPECT_EQ(real_to_text(1e300), "1e+300");
  EXPECT_EQ(real_to_text(5e-324), "5e-324");
  EXPECT_EQ(real_to_text(1.7976931348623157e308), "1.7976931348623157e+308");
}

TEST(RealToText, reads_back_as_the_same_bits) {
  const RandomStream random(1, "reals");
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const auto real = std::bit_cast<double>(random.at(0, i));
    if (!std::isfinite(real)) continue;
    const std::string text = real_to_text(real);
    double again = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), again);
    ASSERT_EQ(error, std::errc()) << text;
    ASSERT_EQ(end, text.data() + text.size()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(again), std::bit_cast<std::uint64_t>(real)) << text;
  }
}

TEST(JsonWriterDeathTest, misuse_is_a_bug) {
  const auto broken = [](void (*body)(JsonWriter&)) {
    StringSink sink;
    JsonWriter json(sink);
    body(json);
  };
  EXPECT_DEATH(broken([](JsonWriter& j) { j.begin_object(), j.value(1); }), "has_key_");
  EXPECT_DEATH(broken([](JsonWriter& j) { j.begin_array(), j.key("a"); }), "Object");
  EXPECT_DEATH(broken([](JsonWriter& j) { j.begin_array(), j.end_object(); }), "frame");
  EXPECT_DEATH(broken([](JsonWriter& j) { j.end_array(); }), "empty");
  EXPECT_DEATH(broken([](JsonWriter& j) { j.value(1), j.value(2); }), "is_complete_");
  EXPECT_DEATH(broken([](JsonWriter& j) { j.begin_object(), j.key("a"), j.end_object(); }),
               "has_key_");
}

}  // namespace
}  // namespace heddle
