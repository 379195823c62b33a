// The portable search for structure against simdjson's own: the same tokens,
// strings and errors on texts made to be difficult.
#include "portable/simdjson_structure.h"

#include <gtest/gtest.h>

#include <random>

namespace heddle::portable {
namespace {

namespace ondemand = simdjson::ondemand;

std::string value_text(ondemand::value value);

std::string object_text(ondemand::object object) {
  std::string text = "{";
  for (auto field : object) {
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key))
      return text + "!" + std::to_string(error);
    ondemand::value value;
    if (const auto error = field.value().get(value)) return text + "!" + std::to_string(error);
    text += std::string(key) + ":" + value_text(value) + ",";
    if (text.find('!') != std::string::npos) return text;
  }
  return text + "}";
}

std::string array_text(ondemand::array array) {
  std::string text = "[";
  for (auto element : array) {
    ondemand::value value;
    if (const auto error = element.get(value)) return text + "!" + std::to_string(error);
    text += value_text(value) + ",";
    if (text.find('!') != std::string::npos) return text;
  }
  return text + "]";
}

/// A value as text; an error is `!` and its code.
std::string value_text(ondemand::value value) {
  ondemand::json_type type{};
  if (const auto error = value.type().get(type)) return "!" + std::to_string(error);
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    const auto error = value.get_object().get(object);
    return error ? "!" + std::to_string(error) : object_text(object);
  }
  if (type == ondemand::json_type::array) {
    ondemand::array array;
    const auto error = value.get_array().get(array);
    return error ? "!" + std::to_string(error) : array_text(array);
  }
  if (type == ondemand::json_type::string) {
    std::string_view string;
    const auto error = value.get_string().get(string);
    return error ? "!" + std::to_string(error) : "s" + std::string(string);
  }
  return std::string(value.raw_json_token());
}

/// What the on-demand parser makes of a text with one search or the other.
std::string parsed(const std::string& text, const simdjson::implementation& implementation) {
  const simdjson::implementation* const before = simdjson::get_active_implementation();
  simdjson::get_active_implementation() = &implementation;
  std::string result;
  {
    ondemand::parser parser;
    const simdjson::padded_string padded(text);
    ondemand::document document;
    ondemand::value value;
    if (const auto error = parser.iterate(padded).get(document)) {
      result = "!" + std::to_string(error);
    } else if (const auto wrong = document.get_value().get(value)) {
      result = "!" + std::to_string(wrong);
    } else {
      result = value_text(value);
    }
  }
  simdjson::get_active_implementation() = before;
  return result;
}

void expect_alike(const std::string& text) {
  const simdjson::implementation& own = *simdjson::get_active_implementation();
  ASSERT_EQ(parsed(text, simdjson_structure()), parsed(text, own)) << text;
}

TEST(SimdjsonStructure, reads_what_the_library_reads) {
  for (const std::string text : {R"({"a": [1, -2.5e3, true, false, null, "x"], "b": {}, "c": []})",
                                 R"(["\"\\\/\b\f\n\r\t"])", R"(["\u0041\u00e9\u20ac\ud83d\ude00"])",
                                 R"([ "a\\" , "\\\"b" ])", "[\"\xC3\xA9\xE2\x82\xAC\"]",
                                 R"({"":""})", "[[[[[[]]]]]]", " [ 1 ,\n\t2\r] "}) {
    const std::string result = parsed(text, simdjson_structure());
    EXPECT_EQ(result.find('!'), std::string::npos) << text << " gave " << result;
    expect_alike(text);
  }
}

TEST(SimdjsonStructure, refuses_what_the_library_refuses) {
  for (const std::string& text : std::vector<std::string>{"",
                                                          " ",
                                                          "[\"abc",
                                                          "[\"a\nb\"]",
                                                          "[\"\xFF\"]",
                                                          "[\"\xED\xA0\x80\"]",
                                                          "[\"\xC0\x80\"]",
                                                          "[\"\xF4\x90\x80\x80\"]",
                                                          R"(["\ud83d"])",
                                                          R"(["\ude00"])",
                                                          R"(["\u12g4"])",
                                                          R"(["\x"])",
                                                          R"(["a"b])",
                                                          R"([a"b"])",
                                                          "[\\\"]",
                                                          "[1 2]",
                                                          "{1:2}",
                                                          "[",
                                                          "]",
                                                          "{\"a\"}",
                                                          "[tru]"}) {
    expect_alike(text);
  }
}

TEST(SimdjsonStructure, agrees_with_the_library_on_random_texts) {
  const std::vector<std::string> parts = {
      "{", "}",      "[", "]",       ":",  ",",  "\"",   "\\",       " ",    "\n",   "a",
      "1", "\"k\":", "u", "\\u00e9", "-2", "{}", "true", "\xC3\xA9", "\x01", "\xE2", "\"s\""};
  std::mt19937_64 generator(1);
  for (int round = 0; round < 20000; ++round) {
    std::string text = round % 2 == 0 ? "[" : "{\"k\":";
    const std::uint64_t count = generator() % 24;
    for (std::uint64_t i = 0; i < count; ++i) text += parts[generator() % parts.size()];
    text += round % 2 == 0 ? "]" : "}";
    expect_alike(text);
  }
}

TEST(SimdjsonStructure, refuses_what_only_the_document_parser_needs) {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  ASSERT_EQ(simdjson_structure().create_dom_parser_implementation(100, 10, parser),
            simdjson::SUCCESS);
  simdjson::dom::document document;
  const simdjson::padded_string text(std::string("[1]"));
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  EXPECT_EQ(parser->parse(bytes, text.size(), document), simdjson::UNSUPPORTED_ARCHITECTURE);
  EXPECT_EQ(parser->stage1(bytes, 101, simdjson::stage1_mode::regular), simdjson::CAPACITY);
}

}  // namespace
}  // namespace heddle::portable
