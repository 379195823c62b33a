// Declarations of nets, ports and parameters.
#include <algorithm>
#include <limits>

#include "heddle/gate/diagnostics.h"
#include "reader.h"

namespace heddle::gate::netlist::verilog {

Reader::Slot& Reader::slot(NameId name) {
  if (name.value() >= slots_.size()) slots_.resize(names_.count() * 2);
  return slots_[name.value()];
}

Reader::Symbol* Reader::find_symbol(NameId name) {
  const Slot& known = slot(name);
  return known.module == module_ordinal_ ? &symbols_[known.symbol] : nullptr;
}

Reader::Parameter* Reader::find_parameter(NameId name) {
  const Slot& known = slot(name);
  return known.parameter_module == module_ordinal_ ? &parameters_[known.parameter] : nullptr;
}

void Reader::set_range(Symbol& symbol, const Range& range) {
  symbol.width = static_cast<std::uint32_t>(range.width());
  symbol.msb = range.msb;
  symbol.lsb = range.lsb;
  symbol.has_range = range.present;
  module_bits_ += symbol.width;
  for (std::uint32_t bit = 0; bit < symbol.width; ++bit) {
    const LocalNet net = builder_->add_net();
    if (bit == 0) symbol.first = net;
  }
}

Reader::Symbol& Reader::add_symbol(const Token& token, NameId name, const Range& range) {
  Symbol symbol;
  symbol.name = name;
  symbol.at = token.at;
  set_range(symbol, range);
  Slot& made = slot(name);
  made.module = module_ordinal_;
  made.symbol = static_cast<std::uint32_t>(symbols_.size());
  return symbols_.emplace_back(symbol);
}

Reader::Symbol& Reader::implicit_symbol(const Token& token, NameId name) {
  Symbol& symbol = add_symbol(token, name, {});
  symbol.implicit = true;
  return symbol;
}

bool Reader::read_range(Range& out) {
  if (!accept("[")) return true;
  std::int64_t msb = 0;
  std::int64_t lsb = 0;
  const SourceOffset at = token_.at;
  if (!constant(msb) || !expect(":") || !constant(lsb) || !expect("]")) return false;
  constexpr std::int64_t kIndexMax = std::numeric_limits<std::int32_t>::max();
  const bool fits = msb >= -kIndexMax && msb <= kIndexMax && lsb >= -kIndexMax && lsb <= kIndexMax;
  out = {static_cast<std::int32_t>(fits ? msb : 0), static_cast<std::int32_t>(fits ? lsb : 0),
         true};
  if (fits && out.width() <= kVectorBitsMax && module_bits_ <= kModuleBitsMax) return true;
  draft_.error(
      diag::kVerilogSyntax, at,
      {"a range that is too large", "at most " + std::to_string(kVectorBitsMax) + " bits"});
  return false;
}

/// `wire`, `reg signed`, `supply1`...: what stands before the range.
void Reader::skip_net_type(std::string_view& kind) {
  static constexpr std::string_view kTypes[] = {"wire",    "tri",   "reg",   "logic", "supply0",
                                                "supply1", "tri0",  "tri1",  "wand",  "wor",
                                                "triand",  "trior", "trireg"};
  while (token_.kind == TokenKind::Keyword) {
    if (std::find(std::begin(kTypes), std::end(kTypes), token_.text) != std::end(kTypes)) {
      kind = token_.text;
    } else if (token_.text != "signed" && token_.text != "unsigned" && token_.text != "vectored" &&
               token_.text != "scalared") {
      return;
    }
    advance();
  }
}

bool Reader::declare(bool is_header) {
  Declaration what;
  what.is_header = is_header;
  if (token_.is("input")) what.direction = PortDirection::Input;
  if (token_.is("output")) what.direction = PortDirection::Output;
  if (token_.is("inout")) what.direction = PortDirection::Inout;
  if (what.direction) advance();
  skip_net_type(what.kind);
  const std::string_view attribute = lexer_.take_attribute();
  if (!read_range(what.range) || !skip_delay()) return false;
  do {
    if (is_header && token_.kind == TokenKind::Keyword) return true;  // the next declaration
    const std::optional<Token> token = name("a name");
    if (!token || !declare_name(*token, what)) return false;
    if (attribute.find("init") != std::string_view::npos) read_init_attribute(attribute, *token);
    if (!is_header && token_.is("=") && !read_initial(*token)) return false;
  } while (accept(","));
  return is_header || expect(";");
}

/// `(* init = 4'h3 *)`, as Yosys writes the value at power-up.
void Reader::read_init_attribute(std::string_view attribute, const Token& token) {
  attribute.remove_prefix(attribute.find("init"));
  const std::size_t equals = attribute.find('=');
  if (equals == std::string_view::npos) return;
  attribute.remove_prefix(equals + 1);
  attribute.remove_prefix(std::min(attribute.find_first_not_of(" \t\n"), attribute.size()));
  const std::string_view number = attribute.substr(0, attribute.find_first_of(", \t\n"));
  std::vector<Signal> bits;
  bool unsized = false;
  bool all_z = false;
  const bool is_number = !number.empty() && number[0] >= '0' && number[0] <= '9';
  if (!is_number) return;
  if (!read_digits({TokenKind::Number, number, token.at}, bits, unsized, all_z)) return;
  Symbol& symbol = *find_symbol(names_.intern(token.text));
  bits.resize(std::min<std::size_t>(bits.size(), symbol.width));
  std::string digits;
  for (std::size_t i = bits.size(); i-- > 0;) {
    digits += bits[i].net < 2 ? static_cast<char>('0' + bits[i].net) : 'x';
  }
  symbol.init = names_.intern(digits);
}

/// `wire a = b;`: an assignment; `reg a = 0;` too, which is as good for a net
/// that nothing else drives.
bool Reader::read_initial(const Token& token) {
  advance();
  std::uint32_t value = 0;
  const Symbol symbol = *find_symbol(names_.intern(token.text));
  if (!parse(value)) return false;
  std::vector<Signal> left;
  for (std::uint32_t i = 0; i < symbol.width; ++i) left.push_back({symbol.first + i, false});
  connect_bits(left, evaluate(value, std::max(left.size(), width_of(value))), token.at);
  return true;
}

bool Reader::declare_name(const Token& token, const Declaration& what) {
  const NameId id = names_.intern(token.text);
  if (find_parameter(id) != nullptr) {
    draft_.error(diag::kDuplicateName, token.at, {"declaration of", token.text});
    return true;
  }
  Symbol* symbol = find_symbol(id);
  if (symbol == nullptr) {
    symbol = &add_symbol(token, id, what.range);
  } else if (!redeclare(*symbol, token, what)) {
    return true;
  }
  if (token_.is("[")) {
    unsupported("the array '" + std::string(token.text.substr(0, 80)) + "'", token.at);
    Range depth;
    while (token_.is("[")) {
      if (!read_range(depth)) return false;
    }
  }
  if (what.is_header) {
    symbol->is_listed = true;
    header_.push_back(id);
  }
  if (what.direction) {
    symbol->has_direction = true;
    symbol->direction = *what.direction;
    if (!symbol->is_listed) {
      draft_.error(diag::kVerilogSyntax, token.at,
                   {"port '" + std::string(token.text.substr(0, 80)) + "'",
                    "a name that the module's list of ports has"});
    }
  }
  symbol->has_net = symbol->has_net || !what.direction || !what.kind.empty();
  if (what.kind == "supply0" || what.kind == "supply1") {
    const LocalNet value = what.kind == "supply1" ? kNetOne.value() : kNetZero.value();
    for (std::uint32_t bit = 0; bit < symbol->width; ++bit) {
      static_cast<void>(builder_->alias(symbol->first + bit, value));
    }
  }
  return true;
}

/// A port is listed, gets a direction and may be declared as a net: once each.
bool Reader::redeclare(Symbol& symbol, const Token& token, const Declaration& what) {
  const bool again = what.is_header || (what.direction && symbol.has_direction) ||
                     (!what.direction && symbol.has_net);
  if (again) {
    draft_.error(diag::kDuplicateName, token.at, {"declaration of", token.text});
    return false;
  }
  if (!what.range.present) return true;
  const bool only_listed = !symbol.has_direction && !symbol.has_net && !symbol.implicit;
  if (only_listed) {
    set_range(symbol, what.range);
  } else if (symbol.msb != what.range.msb || symbol.lsb != what.range.lsb) {
    draft_.error(diag::kWidthMismatch, token.at,
                 {token.text, names_.text(builder_->module().name), std::to_string(symbol.width),
                  std::to_string(what.range.width())});
    return false;
  }
  return true;
}

/// A value as it is, or a sum or product that begins with it.
bool Reader::read_parameter_value(std::uint32_t node, std::vector<Signal>& bits) {
  bits = evaluate(node);
  if (!token_.is("+") && !token_.is("-") && !token_.is("*")) return true;
  std::int64_t value = 0;
  if (!number_of(node, token_.at, value) || !constant_rest(value)) return false;
  bits.clear();
  for (unsigned bit = 0; bit < 32; ++bit) {
    bits.push_back({static_cast<LocalNet>((value >> bit) & 1), false});
  }
  return true;
}

/// `parameter [range] A = 1, B = 2`, with `parameter` before any of them.
bool Reader::read_parameters(std::string_view end) {
  do {
    while (token_.is("parameter") || token_.is("localparam") || token_.is("signed") ||
           token_.is("integer") || token_.is("real") || token_.is("time")) {
      advance();
    }
    Range range;
    if (!read_range(range)) return false;
    const std::optional<Token> token = name("the name of a parameter");
    if (!token || !expect("=")) return false;
    Parameter parameter{names_.intern(token->text), {}};
    std::uint32_t value = 0;
    if (token_.kind == TokenKind::String ||
        (token_.kind == TokenKind::Number && token_.text.find('.') != std::string_view::npos)) {
      advance();
    } else if (!parse(value) || !read_parameter_value(value, parameter.bits)) {
      return false;
    }
    Slot& known = slot(parameter.name);
    known.parameter_module = module_ordinal_;
    known.parameter = static_cast<std::uint32_t>(parameters_.size());
    parameters_.push_back(std::move(parameter));
    clear_expressions();
  } while (accept(",") && !token_.is(end));
  return true;
}

}  // namespace heddle::gate::netlist::verilog
