// A streaming JSON writer whose output is a function of its calls alone:
// members keep the order they were written in, integers are exact, doubles are
// the shortest text that reads back as the same value.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "heddle/base/byte_sink.h"

namespace heddle {

/// How the text is laid out.
enum class JsonStyle : std::uint8_t {
  Compact,  ///< no white space at all
  Pretty,   ///< two spaces a level, one member a line
};

/// Writes one JSON value. Misuse (a member without a key, an end too many) is
/// a bug and checked; what cannot be written is told by the sink's `status`.
/// Threads: one at a time. Determinism: no locale, no hashing.
class JsonWriter {
 public:
  explicit JsonWriter(ByteSink& sink, JsonStyle style = JsonStyle::Pretty)
      : sink_(sink), style_(style) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  void begin_object() { begin('{', Frame::Object); }
  void end_object() { end('}', Frame::Object); }
  void begin_array() { begin('[', Frame::Array); }
  void end_array() { end(']', Frame::Array); }
  /// Starts a value that stays on one line even in a pretty text: a row of a table.
  void begin_inline_object() { begin('{', Frame::Object, true); }
  void begin_inline_array() { begin('[', Frame::Array, true); }

  /// Names the next value. Requires: inside an object.
  void key(std::string_view name);

  void null();
  /// Bytes that are not UTF-8 become U+FFFD.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(bool flag);
  /// Not a number and the infinities, which JSON lacks, become null.
  void value(double number);
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool>)
  void value(Integer number) {
    if constexpr (std::signed_integral<Integer>) {
      write_signed(static_cast<std::int64_t>(number));
    } else {
      write_unsigned(static_cast<std::uint64_t>(number));
    }
  }

  /// `key(name)` then `value(v)`.
  template <class Value>
  void member(std::string_view name, const Value& v) {
    key(name);
    value(v);
  }

  /// Whether one whole value was written. A pretty text then ends in a newline.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  enum class Frame : std::uint8_t { Object, Array };
  struct Level {
    Frame frame = Frame::Object;
    bool is_inline = false;
    bool is_empty = true;
  };

  void begin(char bracket, Frame frame, bool is_inline = false);
  void end(char bracket, Frame frame);
  void before_value();
  void after_value();
  void separate();
  void new_line(std::size_t depth);
  void write_signed(std::int64_t number);
  void write_unsigned(std::uint64_t number);
  void quoted(std::string_view text);

  ByteSink& sink_;
  JsonStyle style_ = JsonStyle::Pretty;
  std::vector<Level> levels_;
  bool has_key_ = false;
  bool is_complete_ = false;
};

/// `text` as a JSON string, quotes included.
[[nodiscard]] std::string json_quote(std::string_view text);

/// The shortest text that reads back as `number`; always with a point or an
/// exponent, so that it stays a real. Requires: finite (checked).
[[nodiscard]] std::string real_to_text(double number);

}  // namespace heddle
