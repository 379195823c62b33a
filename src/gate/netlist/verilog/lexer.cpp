// One character of lookahead decides; the text is never copied.
#include "lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist::verilog {
namespace {

enum CharClass : std::uint8_t { kBlank = 1, kLetter = 2, kDigit = 4 };

constexpr std::array<std::uint8_t, 256> kClasses = [] {
  std::array<std::uint8_t, 256> out{};
  for (const char c : {' ', '\t', '\r', '\n', '\f', '\v'})
    out[static_cast<std::uint8_t>(c)] = kBlank;
  for (int c = 'a'; c <= 'z'; ++c) out[static_cast<std::size_t>(c)] = kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) out[static_cast<std::size_t>(c)] = kLetter;
  for (int c = '0'; c <= '9'; ++c) out[static_cast<std::size_t>(c)] = kDigit;
  out['_'] = kLetter;
  return out;
}();

bool is_class(char c, std::uint8_t mask) {
  return (kClasses[static_cast<std::uint8_t>(c)] & mask) != 0;
}
bool is_word(char c) {
  return is_class(c, kLetter | kDigit) || c == '$';
}

/// Words that have a meaning of their own; all others are names.
constexpr auto kKeywords = std::to_array<std::string_view>(
    {"always",    "always_comb", "always_ff",   "always_latch", "and",          "assign",
     "automatic", "begin",       "buf",         "bufif0",       "bufif1",       "case",
     "casex",     "casez",       "cell",        "cmos",         "config",       "deassign",
     "default",   "defparam",    "disable",     "else",         "end",          "endcase",
     "endconfig", "endfunction", "endgenerate", "endmodule",    "endprimitive", "endspecify",
     "endtable",  "endtask",     "event",       "for",          "force",        "forever",
     "fork",      "function",    "generate",    "genvar",       "highz0",       "highz1",
     "if",        "ifnone",      "initial",     "inout",        "input",        "integer",
     "join",      "large",       "localparam",  "logic",        "macromodule",  "medium",
     "module",    "nand",        "negedge",     "nmos",         "nor",          "not",
     "notif0",    "notif1",      "or",          "output",       "parameter",    "pmos",
     "posedge",   "primitive",   "pull0",       "pull1",        "pulldown",     "pullup",
     "rcmos",     "real",        "realtime",    "reg",          "release",      "repeat",
     "rnmos",     "rpmos",       "rtran",       "rtranif0",     "rtranif1",     "scalared",
     "signed",    "small",       "specify",     "specparam",    "strong0",      "strong1",
     "supply0",   "supply1",     "table",       "task",         "time",         "tran",
     "tranif0",   "tranif1",     "tri",         "tri0",         "tri1",         "triand",
     "trior",     "trireg",      "unsigned",    "vectored",     "wait",         "wand",
     "weak0",     "weak1",       "while",       "wire",         "wor",          "xnor",
     "xor"});
static_assert(std::is_sorted(kKeywords.begin(), kKeywords.end()));

bool is_keyword(std::string_view text) {
  return std::binary_search(kKeywords.begin(), kKeywords.end(), text);
}

}  // namespace

Lexer::Lexer(DesignDraft& draft, std::string_view text, const std::vector<std::string>& defines)
    : draft_(draft), in_{text.data(), text.data() + text.size()} {
  for (const std::string& name : defines) macros_.push_back({name, {}});
}

SourceOffset Lexer::offset(const char* at) const {
  return static_cast<SourceOffset>(at - draft_.data().text.data());
}

void Lexer::error(const char* at, std::string_view found, std::string_view expected) {
  if (!draft_.too_many()) draft_.error(diag::kVerilogSyntax, offset(at), {found, expected});
}

void Lexer::skip_block_comment() {
  const char* const start = in_.at;
  const std::string_view rest(in_.at + 2, static_cast<std::size_t>(in_.end - in_.at - 2));
  const std::size_t close = rest.find("*/");
  if (close == std::string_view::npos) {
    error(start, "a comment without end", "'*/'");
    in_.at = in_.end;
  } else {
    in_.at += close + 4;
  }
}

void Lexer::skip_attribute() {
  const char* const start = in_.at;
  in_.at += 2;
  while (in_.at + 1 < in_.end && !(in_.at[0] == '*' && in_.at[1] == ')')) {
    if (*in_.at == '"') {
      string_token();
    } else {
      ++in_.at;
    }
  }
  if (in_.at + 1 >= in_.end) {
    error(start, "an attribute without end", "'*)'");
    in_.at = in_.end;
    return;
  }
  attribute_ = {start + 2, static_cast<std::size_t>(in_.at - start - 2)};
  in_.at += 2;
}

/// Skips what is no token. False at the end of all inputs.
bool Lexer::skip_blanks() {
  while (true) {
    while (in_.at < in_.end && is_class(*in_.at, kBlank)) ++in_.at;
    if (in_.at == in_.end) {
      if (outer_.empty()) return false;
      in_ = outer_.back();
      outer_.pop_back();
      continue;
    }
    const char second = in_.at + 1 < in_.end ? in_.at[1] : '\0';
    if (*in_.at == '/' && second == '/') {
      in_.at = std::find(in_.at, in_.end, '\n');
    } else if (*in_.at == '/' && second == '*') {
      skip_block_comment();
    } else if (*in_.at == '(' && second == '*') {
      const char* after = in_.at + 2;
      while (after < in_.end && is_class(*after, kBlank)) ++after;
      if (after < in_.end && *after == ')') return true;  // @(*)
      skip_attribute();
    } else if (*in_.at == '`') {
      directive();
    } else {
      return true;
    }
  }
}

std::string_view Lexer::word() {
  const char* const start = in_.at;
  while (in_.at < in_.end && is_word(*in_.at)) ++in_.at;
  return {start, static_cast<std::size_t>(in_.at - start)};
}

const Lexer::Macro* Lexer::find_macro(std::string_view name) const {
  for (const Macro& macro : macros_) {
    if (macro.name == name) return &macro;
  }
  return nullptr;
}

void Lexer::directive() {
  const char* const at = in_.at++;
  const std::string_view name = word();
  static constexpr auto kRestOfLine = std::to_array<std::string_view>(
      {"timescale", "default_nettype", "unconnected_drive", "line", "pragma", "begin_keywords"});
  static constexpr auto kAlone = std::to_array<std::string_view>(
      {"celldefine", "endcelldefine", "resetall", "nounconnected_drive", "end_keywords",
       "suppress_faults", "nosuppress_faults", "enable_portfaults", "disable_portfaults",
       "delay_mode_path", "delay_mode_zero", "delay_mode_unit", "delay_mode_distributed", "protect",
       "endprotect"});
  if (std::find(kAlone.begin(), kAlone.end(), name) != kAlone.end()) return;
  if (std::find(kRestOfLine.begin(), kRestOfLine.end(), name) != kRestOfLine.end()) {
    in_.at = std::find(in_.at, in_.end, '\n');
  } else if (name == "define") {
    define();
  } else if (name == "undef") {
    while (in_.at < in_.end && (*in_.at == ' ' || *in_.at == '\t')) ++in_.at;
    std::erase_if(macros_, [gone = word()](const Macro& macro) { return macro.name == gone; });
  } else if (name == "ifdef" || name == "ifndef" || name == "elsif" || name == "else" ||
             name == "endif") {
    condition(name, at);
  } else if (name == "include") {
    error(at, "'`include'", "a file that stands alone: preprocess it first");
    in_.at = std::find(in_.at, in_.end, '\n');
  } else {
    use_macro(name, at);
  }
}

void Lexer::define() {
  while (in_.at < in_.end && (*in_.at == ' ' || *in_.at == '\t')) ++in_.at;
  const std::string_view name = word();
  const char* const start = in_.at;
  while (in_.at < in_.end && *in_.at != '\n') {
    if (*in_.at == '\\' && in_.at + 1 < in_.end) ++in_.at;
    ++in_.at;
  }
  std::string_view body(start, static_cast<std::size_t>(in_.at - start));
  if (body.starts_with('(')) return error(start, "a macro with arguments", "a macro without");
  body = body.substr(0, body.find("//"));
  if (find_macro(name) == nullptr) macros_.push_back({name, body});
}

void Lexer::use_macro(std::string_view name, const char* at) {
  const Macro* const macro = find_macro(name);
  if (macro == nullptr) {
    return error(at, "'`" + std::string(name.substr(0, 80)) + "'",
                 "a directive, or a macro that is defined");
  }
  if (macro->body.empty()) return;
  if (outer_.size() >= kMacroDepthMax || ++macro_uses_ > kMacroUsesMax) {
    return error(at, "a macro within itself", "an end");
  }
  outer_.push_back(in_);
  in_ = {macro->body.data(), macro->body.data() + macro->body.size()};
}

void Lexer::condition(std::string_view word_text, const char* at) {
  const bool is_new = word_text == "ifdef" || word_text == "ifndef";
  if (!is_new && conditions_.empty()) {
    return error(at, "'`" + std::string(word_text) + "'", "an '`ifdef' before it");
  }
  bool holds = true;
  if (is_new || word_text == "elsif") {
    while (in_.at < in_.end && is_class(*in_.at, kBlank)) ++in_.at;
    holds = (find_macro(word()) != nullptr) == (word_text != "ifndef");
  }
  if (is_new) {
    const bool outer = conditions_.empty() || conditions_.back().active;
    conditions_.push_back({offset(at), holds, outer && holds, outer});
  } else if (word_text == "endif") {
    conditions_.pop_back();
  } else {
    Condition& open = conditions_.back();
    open.active = open.outer && !open.taken && holds;
    open.taken = open.taken || holds;
  }
  if (!conditions_.empty() && !conditions_.back().active) skip_inactive();
}

/// Goes to the next directive that may end what is skipped.
void Lexer::skip_inactive() {
  while (in_.at < in_.end) {
    if (in_.at[0] == '/' && in_.at + 1 < in_.end && in_.at[1] == '/') {
      in_.at = std::find(in_.at, in_.end, '\n');
    } else if (in_.at[0] == '/' && in_.at + 1 < in_.end && in_.at[1] == '*') {
      skip_block_comment();
    } else if (*in_.at == '`') {
      const char* const at = in_.at++;
      const std::string_view name = word();
      const bool nests = name == "ifdef" || name == "ifndef" || name == "elsif" || name == "else" ||
                         name == "endif";
      if (!nests) continue;
      in_.at = at;
      return;
    } else {
      ++in_.at;
    }
  }
}

bool Lexer::skip_past(std::string_view end) {
  while (skip_blanks()) {
    if (is_class(*in_.at, kLetter)) {
      if (word() == end) return true;
    } else if (*in_.at == '"' || *in_.at == '\\') {
      next();
    } else {
      ++in_.at;
    }
  }
  return false;
}

std::optional<std::string_view> Lexer::raw_until(std::string_view end) {
  const char* const start = in_.at;
  const char* const limit = in_.end;
  if (!skip_past(end) || in_.end != limit) return std::nullopt;
  return std::string_view(start, static_cast<std::size_t>(in_.at - start) - end.size());
}

Token Lexer::name_token() {
  const char* const at = in_.at;
  if (*at == '\\') {
    ++in_.at;
    while (in_.at < in_.end && !is_class(*in_.at, kBlank)) ++in_.at;
    const std::string_view text(at + 1, static_cast<std::size_t>(in_.at - at - 1));
    if (text.empty()) error(at, "a backslash", "a name behind it");
    return {TokenKind::Name, text, offset(at)};
  }
  const std::string_view text = word();
  return {is_keyword(text) ? TokenKind::Keyword : TokenKind::Name, text, offset(at)};
}

/// `12`, `4'b10x0`, `32'sd 7`, `'h1`, `1.5e-3`.
Token Lexer::number_token() {
  const char* const at = in_.at;
  const auto digits = [this] {
    while (in_.at < in_.end && (is_word(*in_.at) || *in_.at == '?')) ++in_.at;
  };
  const auto blanks = [this] {
    const char* ahead = in_.at;
    while (ahead < in_.end && (*ahead == ' ' || *ahead == '\t')) ++ahead;
    return ahead;
  };
  digits();
  if (in_.at + 1 < in_.end && *in_.at == '.' && is_class(in_.at[1], kDigit)) {
    ++in_.at;
    digits();
    const bool exponent = in_.at[-1] == 'e' || in_.at[-1] == 'E';
    if (exponent && in_.at < in_.end && (*in_.at == '-' || *in_.at == '+')) {
      ++in_.at;
      digits();
    }
  } else if (const char* quote = blanks(); quote < in_.end && *quote == '\'') {
    in_.at = quote + 1;
    const char* const base = in_.at;
    if (in_.at < in_.end && (*in_.at == 's' || *in_.at == 'S')) ++in_.at;
    if (in_.at < in_.end && is_class(*in_.at, kLetter)) ++in_.at;
    if (in_.at > base) in_.at = blanks();
    digits();
  }
  return {TokenKind::Number, {at, static_cast<std::size_t>(in_.at - at)}, offset(at)};
}

Token Lexer::string_token() {
  const char* const at = in_.at++;
  while (in_.at < in_.end && *in_.at != '"' && *in_.at != '\n') {
    if (*in_.at == '\\' && in_.at + 1 < in_.end) ++in_.at;
    ++in_.at;
  }
  const std::string_view text(
      at + 1, static_cast<std::size_t>(std::max(in_.at - at - 1, std::ptrdiff_t{0})));
  if (in_.at >= in_.end || *in_.at != '"') {
    error(at, "a string without end", "'\"'");
    in_.at = std::min(in_.at, in_.end);
  } else {
    ++in_.at;
  }
  return {TokenKind::String, text, offset(at)};
}

Token Lexer::sign_token() {
  static constexpr auto kLong = std::to_array<std::string_view>(
      {"&&&", "===", "!==", "<<<", ">>>", "&&", "||", "==", "!=", "<=", ">=", "<<",
       ">>",  "~&",  "~|",  "~^",  "^~",  "**", "->", "=>", "*>", "+:", "-:"});
  const std::string_view rest(in_.at, static_cast<std::size_t>(in_.end - in_.at));
  std::size_t length = 1;
  for (const std::string_view sign : kLong) {
    if (rest.starts_with(sign)) {
      length = sign.size();
      break;
    }
  }
  const Token token{TokenKind::Sign, rest.substr(0, length), offset(in_.at)};
  in_.at += length;
  return token;
}

Token Lexer::next() {
  if (!skip_blanks()) {
    if (!conditions_.empty()) {
      const SourceOffset at = conditions_.back().at;
      conditions_.clear();
      error(draft_.data().text.data() + at, "an '`ifdef' without end", "'`endif'");
    }
    return {TokenKind::End, {}, offset(in_.end)};
  }
  const char first = *in_.at;
  if (is_class(first, kLetter) || first == '\\' || first == '$') return name_token();
  if (is_class(first, kDigit) || first == '\'') return number_token();
  if (first == '"') return string_token();
  return sign_token();
}

}  // namespace heddle::gate::netlist::verilog
