// Recursive descent with one word of look-ahead. What is not needed is skipped
// to its closing parenthesis.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <vector>

#include "gate/timing/sdf_lexer.h"
#include "heddle/base/diagnostics.h"
#include "heddle/base/file.h"
#include "heddle/gate/sdf.h"
#include "heddle/gate/timing_diagnostics.h"

namespace heddle::gate {
namespace timing {
namespace {

using Kind = SdfToken::Kind;

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

SdfEdge edge_of(const std::string& word) {
  const std::string edge = lower(word);
  if (edge == "posedge" || edge == "01" || edge == "0z" || edge == "z1") return SdfEdge::Rise;
  if (edge == "negedge" || edge == "10" || edge == "1z" || edge == "z0") return SdfEdge::Fall;
  return SdfEdge::Any;
}

/// A part of a condition, as it is put together again.
std::string text_of(const SdfToken& token) {
  if (token.kind == Kind::Open) return "(";
  if (token.kind == Kind::Close) return ")";
  return unescaped(token.text);
}

class Parser {
 public:
  Parser(SdfLexer& lexer, SdfVisitor& visitor) : lexer_(lexer), visitor_(visitor) {}

  Status run();

 private:
  Failure wrong(std::string_view expected) {
    if (!lexer_.status()) return fail(lexer_.status().error());
    return fail(diag::kSyntax, lexer_.where(), {lexer_.describe(), expected});
  }
  Status open() {
    if (lexer_.peek().kind != Kind::Open) return wrong("'('");
    lexer_.take();
    return {};
  }
  Status close() {
    if (lexer_.peek().kind != Kind::Close) return wrong("')'");
    lexer_.take();
    return {};
  }
  Result<std::string> word(std::string_view expected) {
    if (lexer_.peek().kind != Kind::Word) return wrong(expected);
    return lexer_.take().text;
  }
  [[nodiscard]] bool next_is(std::string_view expected) const {
    return lexer_.peek().kind == Kind::Word && lower(lexer_.peek().text) == expected;
  }
  /// To the parenthesis that closes what is open, and past it.
  Status skip() {
    for (std::size_t depth = 1; depth > 0;) {
      if (lexer_.peek().kind == Kind::End) return wrong("')'");
      const Kind kind = lexer_.take().kind;
      if (kind == Kind::Open) ++depth;
      if (kind == Kind::Close) --depth;
    }
    return {};
  }

  Status header_entry(const std::string& key);
  Status timescale();
  Status cell();
  Status cell_part(const std::string& key);
  Status delays(bool increment);
  Status delay(const std::string& key, bool increment, const std::string& condition);
  Status conditional_delay(bool increment);
  Status check(const std::string& key);
  Result<SdfPort> port();
  Result<SdfPort> check_port();
  Result<SdfPort> conditional_port();
  Result<SdfValue> value();
  Result<SdfValue> delay_value();
  Status delay_values(SdfDelay& out);
  Result<std::int64_t> number(const std::string& text);

  SdfLexer& lexer_;
  SdfVisitor& visitor_;
  SdfHeader header_;
  bool has_header_ = false;
  double unit_fs_ = 1e6;  ///< 1 ns
};

Status Parser::run() {
  HEDDLE_TRY_STATUS(open());
  if (!next_is("delayfile")) return wrong("'DELAYFILE'");
  lexer_.take();
  while (lexer_.peek().kind == Kind::Open) {
    lexer_.take();
    HEDDLE_TRY(const std::string key, word("a keyword"));
    if (lower(key) == "cell") {
      if (!std::exchange(has_header_, true)) visitor_.header(header_);
      HEDDLE_TRY_STATUS(cell());
    } else {
      HEDDLE_TRY_STATUS(header_entry(lower(key)));
    }
  }
  HEDDLE_TRY_STATUS(close());
  if (lexer_.peek().kind != Kind::End) return wrong("the end of the file");
  if (!has_header_) visitor_.header(header_);
  return lexer_.status();
}

Status Parser::header_entry(const std::string& key) {
  if (key == "timescale") return timescale();
  if (key == "divider") {
    const std::string& divider = lexer_.peek().text;
    if (lexer_.peek().kind != Kind::Word || (divider != "." && divider != "/")) {
      return wrong("'.' or '/'");
    }
    header_.divider = lexer_.take().text[0];
    return close();
  }
  if ((key == "sdfversion" || key == "design") && lexer_.peek().kind == Kind::String) {
    (key == "design" ? header_.design : header_.version) = lexer_.take().text;
  }
  return skip();
}

Status Parser::timescale() {
  const SourcePosition where = lexer_.where();
  std::string text;
  while (lexer_.peek().kind == Kind::Word) text += lexer_.take().text;
  const std::size_t end = text.find_first_not_of("0123456789.");
  const std::string unit = end == std::string::npos ? "" : lower(text.substr(end));
  const double factor = std::strtod(text.substr(0, end).c_str(), nullptr);
  double scale = 0;
  for (const auto& [name, fs] : {std::pair<std::string_view, double>{"s", 1e15},
                                 {"ms", 1e12},
                                 {"us", 1e9},
                                 {"ns", 1e6},
                                 {"ps", 1e3},
                                 {"fs", 1.0}}) {
    if (unit == name) scale = fs;
  }
  if (scale == 0 || !(factor == 1 || factor == 10 || factor == 100)) {
    return fail(diag::kBadNumber, where, {text, "a timescale is 1, 10 or 100 of a unit, `1ns`"});
  }
  unit_fs_ = factor * scale;
  return close();
}

Status Parser::cell() {
  const SourcePosition where = lexer_.where();
  std::string type;
  std::string instance;
  bool announced = false;
  while (lexer_.peek().kind == Kind::Open) {
    lexer_.take();
    HEDDLE_TRY(const std::string raw, word("a keyword"));
    const std::string key = lower(raw);
    if (key == "celltype") {
      if (lexer_.peek().kind != Kind::String) return wrong("the name of a cell type in quotes");
      type = lexer_.take().text;
      HEDDLE_TRY_STATUS(close());
    } else if (key == "instance") {
      if (lexer_.peek().kind == Kind::Word) {
        const std::string part = sdf_path(lexer_.take().text, header_.divider);
        instance += (instance.empty() ? "" : ".") + part;
      }
      HEDDLE_TRY_STATUS(close());
    } else {
      if (!std::exchange(announced, true)) visitor_.cell(type, instance, where);
      HEDDLE_TRY_STATUS(cell_part(key));
    }
  }
  if (!announced) visitor_.cell(type, instance, where);
  return close();
}

Status Parser::cell_part(const std::string& key) {
  if (key != "delay" && key != "timingcheck") return skip();
  while (lexer_.peek().kind == Kind::Open) {
    lexer_.take();
    HEDDLE_TRY(const std::string raw, word("a keyword"));
    const std::string inner = lower(raw);
    if (key == "timingcheck") {
      HEDDLE_TRY_STATUS(check(inner));
    } else if (inner == "absolute" || inner == "increment") {
      HEDDLE_TRY_STATUS(delays(inner == "increment"));
    } else {
      HEDDLE_TRY_STATUS(skip());
    }
  }
  return close();
}

Status Parser::delays(bool increment) {
  while (lexer_.peek().kind == Kind::Open) {
    lexer_.take();
    HEDDLE_TRY(const std::string raw, word("a keyword"));
    const std::string key = lower(raw);
    if (key == "cond") {
      HEDDLE_TRY_STATUS(conditional_delay(increment));
    } else if (key == "condelse") {
      HEDDLE_TRY_STATUS(open());
      HEDDLE_TRY(const std::string inner, word("'IOPATH'"));
      HEDDLE_TRY_STATUS(delay(lower(inner), increment, ""));
      HEDDLE_TRY_STATUS(close());
    } else {
      HEDDLE_TRY_STATUS(delay(key, increment, ""));
    }
  }
  return close();
}

/// `COND ["name"] expression (IOPATH ...)`; the expression may have parentheses.
Status Parser::conditional_delay(bool increment) {
  if (lexer_.peek().kind == Kind::String) lexer_.take();
  std::string condition;
  for (std::size_t depth = 0;;) {
    const Kind kind = lexer_.peek().kind;
    if (kind == Kind::End || (kind == Kind::Close && depth == 0)) return wrong("'(IOPATH'");
    const SdfToken token = lexer_.take();
    if (kind == Kind::Open && depth == 0 && next_is("iopath")) break;
    if (kind == Kind::Open) ++depth;
    if (kind == Kind::Close) --depth;
    condition += text_of(token) + " ";
  }
  lexer_.take();
  HEDDLE_TRY_STATUS(delay("iopath", increment, condition));
  return close();
}

Status Parser::delay(const std::string& key, bool increment, const std::string& condition) {
  constexpr std::string_view kPin = "the name of a pin";
  SdfDelay out;
  out.increment = increment;
  if (key == "iopath") {
    HEDDLE_TRY(out.from, port());
    out.from.condition = condition;
    HEDDLE_TRY(const std::string to, word(kPin));
    out.to = unescaped(to);
  } else if (key == "interconnect") {
    out.kind = SdfDelay::Kind::Interconnect;
    HEDDLE_TRY(const std::string from, word(kPin));
    HEDDLE_TRY(const std::string to, word(kPin));
    out.from.name = sdf_path(from, header_.divider);
    out.to = sdf_path(to, header_.divider);
  } else if (key == "port") {
    out.kind = SdfDelay::Kind::Port;
    HEDDLE_TRY(const std::string to, word(kPin));
    out.to = sdf_path(to, header_.divider);
  } else if (key == "device") {
    out.kind = SdfDelay::Kind::Device;
    if (lexer_.peek().kind == Kind::Word) out.to = unescaped(lexer_.take().text);
  } else {
    return skip();
  }
  HEDDLE_TRY_STATUS(delay_values(out));
  visitor_.delay(out);
  return {};
}

/// One value for all transitions, or rise, fall and further ones, up to `)`.
Status Parser::delay_values(SdfDelay& out) {
  std::size_t count = 0;
  while (lexer_.peek().kind == Kind::Open) {
    lexer_.take();
    if (next_is("retain")) {
      HEDDLE_TRY_STATUS(skip());
      continue;
    }
    HEDDLE_TRY(const SdfValue found, delay_value());
    if (count == 0) out.rise = out.fall = found;
    if (count == 1) out.fall = found;
    ++count;
  }
  if (count == 0) return wrong("a delay in parentheses");
  return close();
}

/// Just behind `(`: a value, or a value with its pulse limits in parentheses.
Result<SdfValue> Parser::delay_value() {
  if (lexer_.peek().kind != Kind::Open) return value();
  lexer_.take();
  HEDDLE_TRY(const SdfValue first, value());
  while (lexer_.peek().kind == Kind::Open) {
    lexer_.take();
    HEDDLE_TRY_STATUS(skip());
  }
  HEDDLE_TRY_STATUS(close());
  return first;
}

/// Just behind `(`: nothing, one number or a triple, up to `)`.
Result<SdfValue> Parser::value() {
  const SourcePosition where = lexer_.where();
  std::string text;
  while (lexer_.peek().kind == Kind::Word) text += lexer_.take().text;
  HEDDLE_TRY_STATUS(close());
  SdfValue out;
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (parts.size() == 1) parts.resize(3, parts[0]);
  if (parts.size() != 3) {
    return fail(diag::kBadNumber, where, {text.substr(0, 40), "write one value or three"});
  }
  for (const std::size_t source : {2U, 0U}) {
    if (parts[1].empty()) parts[1] = parts[source];
  }
  for (std::string& part : parts) {
    if (part.empty()) part = parts[1];
  }
  if (parts[1].empty()) return out;
  out.present = true;
  HEDDLE_TRY(out.min_fs, number(parts[0]));
  HEDDLE_TRY(out.typ_fs, number(parts[1]));
  HEDDLE_TRY(out.max_fs, number(parts[2]));
  return out;
}

Result<std::int64_t> Parser::number(const std::string& text) {
  constexpr double kMaxFs = 1e17;
  char* end = nullptr;
  const double fs = std::strtod(text.c_str(), &end) * unit_fs_;
  const bool plain = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (!plain || end != text.c_str() + text.size() || !(std::abs(fs) <= kMaxFs)) {
    return fail(diag::kBadNumber, lexer_.where(), {text.substr(0, 40), "write a number"});
  }
  return static_cast<std::int64_t>(std::llround(fs));
}

/// `A` or `(posedge A)`.
Result<SdfPort> Parser::port() {
  SdfPort out;
  if (lexer_.peek().kind == Kind::Word) {
    out.name = unescaped(lexer_.take().text);
    return out;
  }
  HEDDLE_TRY_STATUS(open());
  HEDDLE_TRY(const std::string edge, word("an edge"));
  HEDDLE_TRY(const std::string name, word("the name of a pin"));
  out.edge = edge_of(edge);
  out.name = unescaped(name);
  HEDDLE_TRY_STATUS(close());
  return out;
}

Result<SdfPort> Parser::check_port() {
  if (lexer_.peek().kind == Kind::Word) return port();
  HEDDLE_TRY_STATUS(open());
  if (next_is("cond")) {
    lexer_.take();
    return conditional_port();
  }
  SdfPort out;
  HEDDLE_TRY(const std::string edge, word("an edge or 'COND'"));
  HEDDLE_TRY(const std::string name, word("the name of a pin"));
  out.edge = edge_of(edge);
  out.name = unescaped(name);
  HEDDLE_TRY_STATUS(close());
  return out;
}

/// Behind `(COND`: `["name"] expression port )`; the last part is the port.
Result<SdfPort> Parser::conditional_port() {
  constexpr std::size_t kEdgeParts = 4;  // ( posedge A )
  if (lexer_.peek().kind == Kind::String) lexer_.take();
  std::vector<std::string> parts;
  for (std::size_t depth = 0;;) {
    const Kind kind = lexer_.peek().kind;
    if (kind == Kind::End) return wrong("')'");
    const SdfToken token = lexer_.take();
    if (kind == Kind::Close && depth == 0) break;
    if (kind == Kind::Open) ++depth;
    if (kind == Kind::Close) --depth;
    parts.push_back(text_of(token));
  }
  SdfPort out;
  const std::size_t count = parts.size();
  if (count >= kEdgeParts && parts[count - 1] == ")" && parts[count - kEdgeParts] == "(") {
    out.edge = edge_of(parts[count - 3]);
    out.name = parts[count - 2];
    parts.resize(count - kEdgeParts);
  } else if (count > 0) {
    out.name = parts.back();
    parts.pop_back();
  }
  if (out.name.empty() || out.name == ")" || out.name == "(") {
    return wrong("a condition and a pin");
  }
  for (const std::string& part : parts) out.condition += part + " ";
  return out;
}

Status Parser::check(const std::string& key) {
  static constexpr std::array<std::pair<std::string_view, SdfCheckKind>, 8> kKinds{
      {{"setup", SdfCheckKind::Setup},
       {"hold", SdfCheckKind::Hold},
       {"setuphold", SdfCheckKind::SetupHold},
       {"recovery", SdfCheckKind::Recovery},
       {"removal", SdfCheckKind::Removal},
       {"recrem", SdfCheckKind::RecRem},
       {"width", SdfCheckKind::Width},
       {"period", SdfCheckKind::Period}}};
  for (const auto& [name, kind] : kKinds) {
    if (key != name) continue;
    SdfCheck out;
    out.kind = kind;
    HEDDLE_TRY(out.data, check_port());
    if (kind != SdfCheckKind::Width && kind != SdfCheckKind::Period) {
      HEDDLE_TRY(out.reference, check_port());
    }
    HEDDLE_TRY_STATUS(open());
    HEDDLE_TRY(out.limits[0], value());
    if (kind == SdfCheckKind::SetupHold || kind == SdfCheckKind::RecRem) {
      HEDDLE_TRY_STATUS(open());
      HEDDLE_TRY(out.limits[1], value());
    }
    visitor_.check(out);
    break;
  }
  return skip();  // what is left, conditions of the combined checks for instance
}

Status parse(std::istream& in, const std::string& name, SdfVisitor& visitor) {
  SdfLexer lexer(in, name);
  return Parser(lexer, visitor).run();
}

}  // namespace
}  // namespace timing

Status read_sdf(const std::string& path, SdfVisitor& visitor) {
  if (!path_exists(path)) return fail(heddle::diag::kFileNotFound, {path, 0, 0}, {path});
  std::ifstream file(path, std::ios::binary);
  if (!file || is_directory(path)) {
    return fail(heddle::diag::kFileReadFailed, {path, 0, 0}, {path, "it cannot be opened"});
  }
  HEDDLE_TRY_STATUS(timing::parse(file, path, visitor));
  if (file.bad()) {
    return fail(heddle::diag::kFileReadFailed, {path, 0, 0}, {path, "reading failed"});
  }
  return {};
}

Status read_sdf_text(std::string_view text, const std::string& name, SdfVisitor& visitor) {
  std::istringstream in{std::string(text)};
  return timing::parse(in, name, visitor);
}

std::string sdf_path(std::string_view name, char divider) {
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size()) {
      out += name[++i];
    } else {
      out += name[i] == divider ? '.' : name[i];
    }
  }
  return out;
}

}  // namespace heddle::gate
