// The words of a VCD file, read in chunks, with the place of each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trace/byte_source.h"

namespace heddle::trace {

class VcdTokens {
 public:
  static constexpr std::size_t kChunkBytes = std::size_t{256} << 10;
  /// A longer word is refused: no value that the reader accepts needs it.
  static constexpr std::size_t kTokenBytesMax = std::size_t{16} << 20;

  explicit VcdTokens(ByteSource& source) : source_(source) {}

  /// The next word, empty at the end of the file. Valid until the next call.
  /// Errors: file.read-failed, trace.vcd-syntax (a word without end).
  [[nodiscard]] Result<std::string_view> next();

  /// Where the last word began.
  [[nodiscard]] SourcePosition position() const { return {source_.name(), line_, column_}; }

  /// Where a pass over the values may start again.
  struct Mark {
    std::uint64_t offset = 0;
    std::uint32_t line = 1;
    std::uint64_t line_begin = 0;
  };
  [[nodiscard]] Mark mark() const;
  void go_to(const Mark& mark);

 private:
  [[nodiscard]] Result<bool> fill();

  ByteSource& source_;
  std::string chunk_;
  std::size_t at_ = 0;              // into chunk_
  std::uint64_t chunk_offset_ = 0;  // of chunk_ in the file
  std::uint32_t next_line_ = 1;     // of at_
  std::uint64_t line_begin_ = 0;    // file offset where that line begins
  std::uint32_t line_ = 0;          // of the last word
  std::uint32_t column_ = 0;
};

}  // namespace heddle::trace
