// The words of an SDF file: parentheses, strings, and everything between.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

#include "heddle/base/result.h"

namespace heddle::gate::timing {

struct SdfToken {
  enum class Kind : std::uint8_t { Open, Close, Word, String, End };
  Kind kind = Kind::End;
  std::string text;  ///< of words and strings; escapes as written
};

/// Reads in chunks. After an error, or at the end, only `End` comes.
class SdfLexer {
 public:
  SdfLexer(std::istream& in, std::string file) : in_(in), file_(std::move(file)) { take(); }

  [[nodiscard]] const SdfToken& peek() const { return token_; }
  /// The token, and on to the next.
  SdfToken take();
  [[nodiscard]] SourcePosition where() const { return {file_, line_, column_}; }
  /// What went wrong: a word or string too long or without end.
  [[nodiscard]] const Status& status() const { return status_; }
  /// What is there, for messages.
  [[nodiscard]] std::string describe() const;

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
  static constexpr std::size_t kWordBytesMax = std::size_t{64} << 10;

  [[nodiscard]] int look();
  int next();
  void skip_blanks();
  [[nodiscard]] bool at_comment();
  void skip_comment();
  void read_string();
  void read_word();

  std::istream& in_;
  std::string file_;
  std::string chunk_;
  std::size_t at_ = 0;
  std::uint32_t next_line_ = 1;
  std::uint32_t next_column_ = 1;
  std::uint32_t line_ = 1;
  std::uint32_t column_ = 1;
  SdfToken token_;
  Status status_;
};

}  // namespace heddle::gate::timing
