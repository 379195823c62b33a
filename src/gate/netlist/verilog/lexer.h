// Words and signs of Verilog text, with the compiler directives that netlists
// and cell libraries use: conditions, and macros without arguments.
//
// Comments, attributes and other directives are skipped. A token keeps its
// place in the text, also when it comes out of a macro.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gate/netlist/design_draft.h"

namespace heddle::gate::netlist::verilog {

enum class TokenKind : std::uint8_t { End, Name, Keyword, Number, String, Sign };

struct Token {
  TokenKind kind = TokenKind::End;
  /// A name without the backslash of an escaped one; a number with its base; a
  /// string without its quotes; a sign of one to three characters.
  std::string_view text;
  SourceOffset at = 0;

  [[nodiscard]] bool is(std::string_view sign) const {
    return (kind == TokenKind::Sign || kind == TokenKind::Keyword) && text == sign;
  }
};

class Lexer {
 public:
  /// Reads `text`, a part of the draft's text. `defines` are taken as defined.
  Lexer(DesignDraft& draft, std::string_view text, const std::vector<std::string>& defines);

  /// The next token; `End` for ever after the last.
  Token next();
  /// The last attribute `(* ... *)` since it was asked for the last time; may be empty.
  std::string_view take_attribute() { return std::exchange(attribute_, {}); }
  /// Skips to just behind the word `end`, reading nothing in between but strings,
  /// comments and directives. False at the end of the text.
  bool skip_past(std::string_view end);
  /// The text from here to before the word `end`, comments included; goes behind it.
  [[nodiscard]] std::optional<std::string_view> raw_until(std::string_view end);

 private:
  static constexpr std::size_t kMacroDepthMax = 32;
  static constexpr std::size_t kMacroUsesMax = 1'000'000;

  struct Input {
    const char* at = nullptr;
    const char* end = nullptr;
  };
  struct Macro {
    std::string_view name;
    std::string_view body;
  };
  /// One `ifdef that is open.
  struct Condition {
    SourceOffset at = 0;
    bool taken = false;   ///< one of its branches was
    bool active = false;  ///< this branch is, and all around it
    bool outer = false;   ///< what is around it is active
  };

  [[nodiscard]] SourceOffset offset(const char* at) const;
  void error(const char* at, std::string_view found, std::string_view expected);
  bool skip_blanks();
  void skip_block_comment();
  void skip_attribute();
  void directive();
  void condition(std::string_view word, const char* at);
  void define();
  void use_macro(std::string_view name, const char* at);
  void skip_inactive();
  [[nodiscard]] std::string_view word();
  [[nodiscard]] const Macro* find_macro(std::string_view name) const;
  Token name_token();
  Token number_token();
  Token string_token();
  Token sign_token();

  DesignDraft& draft_;
  Input in_;
  std::vector<Input> outer_;  ///< inputs that a macro interrupted
  std::vector<Macro> macros_;
  std::vector<Condition> conditions_;
  std::string_view attribute_;
  std::size_t macro_uses_ = 0;
};

}  // namespace heddle::gate::netlist::verilog
