// Commas, indentation and escapes. `levels_` is the stack of open values.
#include "heddle/base/json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "heddle/base/check.h"

namespace heddle {
namespace {

void append_escaped(std::string& out, std::string_view character) {
  const auto byte = static_cast<unsigned char>(character.front());
  switch (byte) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  if (byte >= 0x20 && byte != 0x7F) {
    out += character;
    return;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

std::string json_quote(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
  std::string out = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) {
      out += kReplacement;
    } else {
      append_escaped(out, text.substr(0, length));
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
  return out;
}

std::string real_to_text(double number) {
  HEDDLE_CHECK(std::isfinite(number));
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  HEDDLE_CHECK(error == std::errc());
  std::string out(buffer.data(), end);
  if (out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

void JsonWriter::key(std::string_view name) {
  HEDDLE_CHECK(!levels_.empty());
  HEDDLE_CHECK(levels_.back().frame == Frame::Object);
  HEDDLE_CHECK(!has_key_);
  separate();
  sink_.write(json_quote(name));
  sink_.write(style_ == JsonStyle::Pretty ? ": " : ":");
  has_key_ = true;
}

void JsonWriter::null() {
  before_value();
  sink_.write("null");
  after_value();
}

void JsonWriter::value(std::string_view text) {
  before_value();
  sink_.write(json_quote(text));
  after_value();
}

void JsonWriter::value(bool flag) {
  before_value();
  sink_.write(flag ? "true" : "false");
  after_value();
}

void JsonWriter::value(double number) {
  if (!std::isfinite(number)) {
    null();
    return;
  }
  before_value();
  sink_.write(real_to_text(number));
  after_value();
}

void JsonWriter::write_signed(std::int64_t number) {
  before_value();
  sink_.write(std::to_string(number));
  after_value();
}

void JsonWriter::write_unsigned(std::uint64_t number) {
  before_value();
  sink_.write(std::to_string(number));
  after_value();
}

void JsonWriter::begin(char bracket, Frame frame, bool is_inline) {
  before_value();
  const bool inside_inline = !levels_.empty() && levels_.back().is_inline;
  levels_.push_back({.frame = frame, .is_inline = is_inline || inside_inline, .is_empty = true});
  sink_.write(std::string_view(&bracket, 1));
}

void JsonWriter::end(char bracket, Frame frame) {
  HEDDLE_CHECK(!levels_.empty());
  HEDDLE_CHECK(levels_.back().frame == frame);
  HEDDLE_CHECK(!has_key_);
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.is_empty && !level.is_inline) new_line(levels_.size());
  sink_.write(std::string_view(&bracket, 1));
  after_value();
}

void JsonWriter::before_value() {
  HEDDLE_CHECK(!is_complete_);
  if (levels_.empty()) return;
  if (levels_.back().frame == Frame::Object) {
    HEDDLE_CHECK(has_key_);
    has_key_ = false;
  } else {
    separate();
  }
}

void JsonWriter::after_value() {
  if (!levels_.empty()) return;
  is_complete_ = true;
  if (style_ == JsonStyle::Pretty) sink_.write("\n");
}

void JsonWriter::separate() {
  Level& level = levels_.back();
  if (!level.is_empty) {
    sink_.write(level.is_inline && style_ == JsonStyle::Pretty ? ", " : ",");
  }
  level.is_empty = false;
  if (!level.is_inline) new_line(levels_.size());
}

void JsonWriter::new_line(std::size_t depth) {
  if (style_ == JsonStyle::Compact) return;
  sink_.write("\n");
  for (std::size_t i = 0; i < depth; ++i) sink_.write("  ");
}

}  // namespace heddle
