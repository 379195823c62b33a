// A pointer walks over the text; nothing is copied.
#include "scanner.h"

#include <algorithm>
#include <array>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist::liberty {
namespace {

enum Class : std::uint8_t { kBlank = 1, kMark = 2, kStop = 4 };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> out{};
  for (const char c : {' ', '\t', '\r', '\n', '\f', '\v', '\\'}) {
    out[static_cast<std::uint8_t>(c)] = kBlank;
  }
  for (const char c : {'(', ')', '{', '}', ':', ';', ',', '"'}) {
    out[static_cast<std::uint8_t>(c)] = kMark;
  }
  for (const char c : {'(', ')', '{', '}', '"', '/'}) out[static_cast<std::uint8_t>(c)] |= kStop;
  return out;
}();

bool is_class(char c, std::uint8_t mask) {
  return (kClasses[static_cast<std::uint8_t>(c)] & mask) != 0;
}

std::string quoted(std::string_view text) {
  return "'" + std::string(text.substr(0, 80)) + "'";
}

}  // namespace

Scanner::Scanner(DesignDraft& draft, std::string_view text)
    : draft_(draft), at_(text.data()), end_(text.data() + text.size()) {}

SourceOffset Scanner::offset_of(const char* at) const {
  return static_cast<SourceOffset>(at - draft_.data().text.data());
}

void Scanner::error(const char* at, std::string_view found, std::string_view expected) {
  if (!draft_.too_many()) draft_.error(diag::kLibertySyntax, offset_of(at), {found, expected});
}

/// At a '/': over a comment, or over the character. False where none ends.
bool Scanner::skip_comment() {
  const char* const start = at_;
  if (at_ + 1 < end_ && at_[1] == '/') {
    at_ = std::find(at_, end_, '\n');
    return true;
  }
  if (at_ + 1 >= end_ || at_[1] != '*') {
    ++at_;
    return true;
  }
  const std::string_view rest(at_ + 2, static_cast<std::size_t>(end_ - at_ - 2));
  const std::size_t close = rest.find("*/");
  if (close == std::string_view::npos) {
    error(start, "a comment without end", "'*/'");
    at_ = end_;
    return false;
  }
  at_ += close + 4;
  return true;
}

void Scanner::skip_blanks() {
  while (at_ < end_) {
    if (is_class(*at_, kBlank)) {
      ++at_;
    } else if (*at_ == '/' && at_ + 1 < end_ && (at_[1] == '*' || at_[1] == '/')) {
      if (!skip_comment()) return;
    } else {
      return;
    }
  }
}

/// At a quote: to behind the next that is not escaped.
bool Scanner::skip_string() {
  const char* const start = at_++;
  while (at_ < end_ && *at_ != '"') at_ += *at_ == '\\' && at_ + 1 < end_ ? 2 : 1;
  if (at_ >= end_) {
    at_ = end_;
    error(start, "a string without end", "'\"'");
    return false;
  }
  ++at_;
  return true;
}

bool Scanner::skip_balanced(char open, char close) {
  const char* const start = at_;
  std::size_t depth = 1;
  while (at_ < end_) {
    while (at_ < end_ && !is_class(*at_, kStop)) ++at_;
    if (at_ >= end_) break;
    if (*at_ == '"') {
      if (!skip_string()) return false;
    } else if (*at_ == '/') {
      if (!skip_comment()) return false;
    } else {
      const char c = *at_++;
      if (c == open) ++depth;
      if (c == close && --depth == 0) return true;
    }
  }
  error(start, "the end of the file", quoted({&close, 1}));
  return false;
}

std::string_view Scanner::word() {
  skip_blanks();
  const char* const start = at_;
  if (at_ < end_ && *at_ == '"') {
    if (!skip_string()) return {};
    return {start + 1, static_cast<std::size_t>(at_ - start - 2)};
  }
  while (at_ < end_ && !is_class(*at_, kBlank | kMark)) ++at_;
  return {start, static_cast<std::size_t>(at_ - start)};
}

/// To the ';' or, where somebody forgot it, the end of the line.
bool Scanner::read_value(std::string_view& out) {
  while (at_ < end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
  const char* const start = at_;
  if (at_ < end_ && *at_ == '"') {
    if (!skip_string()) return false;
    out = {start + 1, static_cast<std::size_t>(at_ - start - 2)};
    const char* ahead = at_;
    while (ahead < end_ && is_class(*ahead, kBlank)) ++ahead;
    if (ahead < end_ && *ahead == ';') at_ = ahead + 1;
    return true;
  }
  while (at_ < end_ && *at_ != ';' && *at_ != '\n' && *at_ != '}' && *at_ != '{') ++at_;
  out = {start, static_cast<std::size_t>(at_ - start)};
  out = out.substr(0, out.find("/*"));
  while (!out.empty() && is_class(out.back(), kBlank)) out.remove_suffix(1);
  if (at_ < end_ && *at_ == ';') ++at_;
  if (!out.empty()) return true;
  error(start, "no value", "one behind the ':'");
  return false;
}

bool Scanner::read_arguments(std::vector<std::string_view>& out) {
  while (true) {
    skip_blanks();
    if (at_ >= end_) {
      error(at_, "the end of the file", "')'");
      return false;
    }
    const char* const start = at_;
    if (*at_ == ')') {
      ++at_;
      return true;
    }
    if (*at_ == ',') {
      ++at_;
      continue;
    }
    const std::string_view text = word();
    if (at_ == start) {
      error(start, quoted({start, 1}), "a word, ',' or ')'");
      return false;
    }
    out.push_back(text);
  }
}

/// Behind the arguments: a group, or a call with or without its ';'.
bool Scanner::finish_call(Statement& out) {
  skip_blanks();
  out.kind = Statement::Kind::Call;
  if (at_ < end_ && *at_ == ';') {
    ++at_;
  } else if (at_ < end_ && *at_ == '{') {
    ++at_;
    ++depth_;
    out.kind = Statement::Kind::Group;
  }
  return true;
}

bool Scanner::at_end() {
  skip_blanks();
  return at_ >= end_;
}

bool Scanner::leave() {
  --depth_;
  return skip_balanced('{', '}');
}

bool Scanner::next(std::span<const std::string_view> wanted, Statement& out) {
  while (true) {
    out = {};
    skip_blanks();
    if (at_ < end_ && *at_ == ';') {
      ++at_;
      continue;
    }
    out.at = offset_of(at_);
    if (at_ >= end_) {
      if (depth_ == 0) return true;
      error(at_, "the end of the file", "'}'");
      return false;
    }
    if (*at_ == '}') {
      if (depth_ == 0) {
        error(at_, "'}'", "no group is open here");
        return false;
      }
      ++at_;
      --depth_;
      return true;
    }
    const char* const start = at_;
    out.name = word();
    const bool is_wanted =
        wanted.empty() || std::find(wanted.begin(), wanted.end(), out.name) != wanted.end();
    skip_blanks();
    if (at_ == start || at_ >= end_ || (*at_ != ':' && *at_ != '(')) {
      const bool is_end = at_ >= end_;
      error(is_end ? start : at_, is_end ? quoted(out.name) : quoted({at_, 1}),
            "a name and then ':' or '('");
      return false;
    }
    if (*at_++ == ':') {
      out.kind = Statement::Kind::Attribute;
      while (at_ < end_ && (*at_ == ' ' || *at_ == '\t')) ++at_;
      out.value_at = offset_of(at_);
      if (!read_value(out.value)) return false;
    } else if (is_wanted) {
      if (!read_arguments(out.arguments) || !finish_call(out)) return false;
    } else {
      if (!skip_balanced('(', ')') || !finish_call(out)) return false;
      if (out.kind == Statement::Kind::Group && !leave()) return false;
    }
    if (is_wanted) return true;
  }
}

}  // namespace heddle::gate::netlist::liberty
