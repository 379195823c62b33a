// Cutting chunks into words. A word that a chunk's end cuts is kept together by
// moving its beginning to the front of the next chunk.
#include "trace/vcd_tokens.h"

#include <algorithm>

#include "heddle/trace/diagnostics.h"

namespace heddle::trace {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

}  // namespace

Result<bool> VcdTokens::fill() {
  const std::uint64_t end = chunk_offset_ + chunk_.size();
  if (end >= source_.size()) return false;
  const auto size =
      static_cast<std::size_t>(std::min<std::uint64_t>(kChunkBytes, source_.size() - end));
  HEDDLE_TRY(const std::string more, source_.read(end, size));
  chunk_.erase(0, at_);
  chunk_offset_ += at_;
  at_ = 0;
  chunk_ += more;
  return true;
}

Result<std::string_view> VcdTokens::next() {
  while (true) {
    for (; at_ < chunk_.size() && is_space(chunk_[at_]); ++at_) {
      if (chunk_[at_] != '\n') continue;
      ++next_line_;
      line_begin_ = chunk_offset_ + at_ + 1;
    }
    if (at_ < chunk_.size()) break;
    HEDDLE_TRY(const bool has_more, fill());
    if (!has_more) {
      line_ = next_line_;
      column_ = 0;
      return std::string_view();
    }
  }
  line_ = next_line_;
  column_ = static_cast<std::uint32_t>(chunk_offset_ + at_ - line_begin_ + 1);
  std::size_t size = 0;
  while (true) {
    while (at_ + size < chunk_.size() && !is_space(chunk_[at_ + size])) ++size;
    if (at_ + size < chunk_.size()) break;
    if (size > kTokenBytesMax)
      return fail(diag::kVcdSyntax, position(), {"a word without end", "white space"});
    HEDDLE_TRY(const bool has_more, fill());
    if (!has_more) break;
  }
  at_ += size;
  return std::string_view(chunk_).substr(at_ - size, size);
}

VcdTokens::Mark VcdTokens::mark() const {
  return {chunk_offset_ + at_, next_line_, line_begin_};
}

void VcdTokens::go_to(const Mark& mark) {
  chunk_.clear();
  at_ = 0;
  chunk_offset_ = mark.offset;
  next_line_ = mark.line;
  line_begin_ = mark.line_begin;
}

}  // namespace heddle::trace
