// Recursive descent, as deep as parentheses go.
#include "expression.h"

namespace heddle::gate::netlist::liberty {
namespace {

constexpr std::size_t kDepthMax = 200;

class Parser {
 public:
  Parser(ModuleBuilder& builder, std::string_view text, const Resolver& resolve, SourceOffset at,
         std::string& why)
      : builder_(builder), rest_(text), resolve_(resolve), at_(at), why_(why) {}

  std::optional<Signal> run() {
    std::optional<Signal> out = any_or();
    skip();
    if (out && !rest_.empty()) return wrong("there is more behind it");
    return out;
  }

 private:
  std::optional<Signal> wrong(std::string why) {
    if (why_.empty()) why_ = std::move(why);
    return std::nullopt;
  }

  void skip() {
    while (!rest_.empty() &&
           std::string_view(" \t\r\n\\\"").find(rest_.front()) != std::string_view::npos) {
      rest_.remove_prefix(1);
    }
  }
  [[nodiscard]] char peek() {
    skip();
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool take(std::string_view any_of) {
    const char c = peek();
    if (c == '\0' || any_of.find(c) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::optional<Signal> any_or() {
    std::optional<Signal> left = any_and();
    while (left && take("+|")) {
      const std::optional<Signal> right = any_and();
      if (!right) return right;
      left = builder_.make_or(*left, *right, at_);
    }
    return left;
  }

  [[nodiscard]] bool starts_operand() {
    const char c = peek();
    return c != '\0' && std::string_view("+|)*&^'").find(c) == std::string_view::npos;
  }

  std::optional<Signal> any_and() {
    std::optional<Signal> left = any_xor();
    while (left && (take("*&") || starts_operand())) {
      const std::optional<Signal> right = any_xor();
      if (!right) return right;
      left = builder_.make_and(*left, *right, at_);
    }
    return left;
  }

  std::optional<Signal> any_xor() {
    std::optional<Signal> left = operand();
    while (left && take("^")) {
      const std::optional<Signal> right = operand();
      if (!right) return right;
      left = builder_.make_xor(*left, *right, at_);
    }
    return left;
  }

  std::optional<Signal> operand() {
    bool inverted = false;
    while (take("!~")) inverted = !inverted;
    std::optional<Signal> out;
    if (take("(")) {
      if (++depth_ > kDepthMax) return wrong("its parentheses are too deep");
      out = any_or();
      --depth_;
      if (out && !take(")")) return wrong("a ')' is missing");
    } else {
      out = name();
    }
    while (out && take("'")) inverted = !inverted;
    if (out && inverted) out = ~*out;
    return out;
  }

  std::optional<Signal> name() {
    skip();
    std::size_t length = 0;
    while (length < rest_.size() && std::string_view(" \t\r\n\\\"+|)(*&^'!~").find(rest_[length]) ==
                                        std::string_view::npos) {
      ++length;
    }
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (text.empty()) return wrong("an operand is missing");
    if (const std::optional<Signal> found = resolve_(text)) return found;
    if (text == "0" || text == "1'b0") return kSignalZero;
    if (text == "1" || text == "1'b1") return kSignalOne;
    return wrong("'" + std::string(text.substr(0, 80)) + "' is no pin of the cell");
  }

  ModuleBuilder& builder_;
  std::string_view rest_;
  const Resolver& resolve_;
  SourceOffset at_ = 0;
  std::string& why_;
  std::size_t depth_ = 0;
};

}  // namespace

std::optional<Signal> build_function(ModuleBuilder& builder, std::string_view text,
                                     const Resolver& resolve, SourceOffset at, std::string& why) {
  return Parser(builder, text, resolve, at, why).run();
}

}  // namespace heddle::gate::netlist::liberty
