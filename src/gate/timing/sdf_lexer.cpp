#include "gate/timing/sdf_lexer.h"

#include "heddle/base/json.h"
#include "heddle/gate/timing_diagnostics.h"

namespace heddle::gate::timing {
namespace {

constexpr int kEnd = -1;

bool is_blank(int c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

}  // namespace

int SdfLexer::look() {
  if (at_ == chunk_.size()) {
    chunk_.resize(kChunkBytes);
    in_.read(chunk_.data(), static_cast<std::streamsize>(kChunkBytes));
    chunk_.resize(static_cast<std::size_t>(in_.gcount()));
    at_ = 0;
    if (chunk_.empty()) return kEnd;
  }
  return static_cast<unsigned char>(chunk_[at_]);
}

int SdfLexer::next() {
  const int c = look();
  if (c == kEnd) return c;
  ++at_;
  ++next_column_;
  if (c == '\n') {
    ++next_line_;
    next_column_ = 1;
  }
  return c;
}

/// At a `/`: whether a comment begins. Needs one byte more than `look` gives.
bool SdfLexer::at_comment() {
  if (look() != '/') return false;
  if (at_ + 1 == chunk_.size()) {
    std::string more(kChunkBytes, '\0');
    in_.read(more.data(), static_cast<std::streamsize>(kChunkBytes));
    more.resize(static_cast<std::size_t>(in_.gcount()));
    chunk_ = chunk_.substr(at_) + more;
    at_ = 0;
  }
  return at_ + 1 < chunk_.size() && (chunk_[at_ + 1] == '/' || chunk_[at_ + 1] == '*');
}

void SdfLexer::skip_comment() {
  next();
  const bool is_block = next() == '*';
  for (int last = 0, c = next(); c != kEnd; last = c, c = next()) {
    if (is_block ? last == '*' && c == '/' : c == '\n') return;
  }
}

void SdfLexer::skip_blanks() {
  while (true) {
    if (is_blank(look())) {
      next();
    } else if (at_comment()) {
      skip_comment();
    } else {
      return;
    }
  }
}

SdfToken SdfLexer::take() {
  SdfToken taken = std::exchange(token_, SdfToken());
  if (!status_) return taken;
  skip_blanks();
  line_ = next_line_;
  column_ = next_column_;
  const int c = look();
  if (c == '(' || c == ')') {
    next();
    token_.kind = c == '(' ? SdfToken::Kind::Open : SdfToken::Kind::Close;
  } else if (c == '"') {
    read_string();
  } else if (c != kEnd) {
    read_word();
  }
  return taken;
}

void SdfLexer::read_string() {
  next();
  for (int c = next(); c != '"'; c = next()) {
    if (c == kEnd || token_.text.size() >= kWordBytesMax) {
      status_ = fail(diag::kSyntax, where(), {"a string without end", "'\"'"});
      token_ = SdfToken();
      return;
    }
    token_.text += static_cast<char>(c);
  }
  token_.kind = SdfToken::Kind::String;
}

void SdfLexer::read_word() {
  while (true) {
    const int c = look();
    if (c == kEnd || is_blank(c) || c == '(' || c == ')' || c == '"' || at_comment()) break;
    token_.text += static_cast<char>(next());
    if (c == '\\' && look() != kEnd) token_.text += static_cast<char>(next());
    if (token_.text.size() >= kWordBytesMax) {
      status_ = fail(diag::kSyntax, where(), {"a word of more than 64 KiB", "a shorter one"});
      token_ = SdfToken();
      return;
    }
  }
  token_.kind = SdfToken::Kind::Word;
}

std::string SdfLexer::describe() const {
  switch (token_.kind) {
    case SdfToken::Kind::Open: return "'('";
    case SdfToken::Kind::Close: return "')'";
    case SdfToken::Kind::Word:
    case SdfToken::Kind::String: return json_quote(token_.text.substr(0, 40));
    case SdfToken::Kind::End: break;
  }
  return "the end of the file";
}

}  // namespace heddle::gate::timing
