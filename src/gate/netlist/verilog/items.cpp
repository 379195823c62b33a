// Assignments, gate primitives and instances.
#include <algorithm>
#include <utility>

#include "heddle/gate/diagnostics.h"
#include "reader.h"

namespace heddle::gate::netlist::verilog {
namespace {

bool is_strength(const Token& token) {
  static constexpr std::string_view kWords[] = {"strong0", "strong1", "pull0",  "pull1", "weak0",
                                                "weak1",   "highz0",  "highz1", "small", "medium",
                                                "large",   "supply0", "supply1"};
  return token.kind == TokenKind::Keyword &&
         std::find(std::begin(kWords), std::end(kWords), token.text) != std::end(kWords);
}

}  // namespace

/// `#1`, `#1.5`, `#(1, 2:3:4)`, `#name`.
bool Reader::skip_delay() {
  if (!accept("#")) return true;
  if (token_.kind == TokenKind::Number || token_.kind == TokenKind::Name) {
    advance();
    return true;
  }
  if (!expect("(")) return false;
  std::size_t open = 1;
  while (open > 0 && token_.kind != TokenKind::End && !token_.is("endmodule")) {
    if (token_.is("(")) ++open;
    if (token_.is(")")) --open;
    advance();
  }
  if (open != 0) syntax("')'");
  return open == 0;
}

void Reader::connect_bits(std::span<const Signal> left, std::span<const Signal> right,
                          SourceOffset at) {
  for (std::size_t bit = 0; bit < left.size() && bit < right.size(); ++bit) {
    const Signal value = right[bit];
    if (value.inverted && value.net >= 2) {
      builder_->drive(left[bit].net, value, at);
      continue;
    }
    const LocalNet net = builder_->net_of(value, at);
    if (!builder_->alias(left[bit].net, net) && !draft_.too_many()) {
      draft_.error(diag::kMultipleDrivers, at, {"a constant", "a net", "another constant"});
    }
  }
}

/// `a = e ? b : 'bz` drives `a` only now and then.
bool Reader::assign_tristate(std::span<const Signal> left, std::uint32_t value, SourceOffset at) {
  const Node& node = nodes_[value];
  if (node.op != Op::Mux || nodes_[node.b].all_z == nodes_[node.c].all_z) return false;
  const bool released_when_high = nodes_[node.b].all_z;
  const std::uint32_t data_node = released_when_high ? node.c : node.b;
  Signal enable = reduce(evaluate(node.a), Op::ReduceOr, at);
  if (released_when_high) enable = ~enable;
  const std::vector<Signal> data = evaluate(data_node, std::max(left.size(), width_of(data_node)));
  for (std::size_t bit = 0; bit < left.size(); ++bit) {
    build_tristate(left[bit].net, data[bit], enable, at);
  }
  return true;
}

void Reader::build_tristate(LocalNet out, Signal data, Signal enable, SourceOffset at) {
  const LocalNet a = builder_->net_of(data, at);
  const LocalNet e = builder_->net_of(enable, at);
  builder_->primitive("$_TBUF_", {{"A", a}, {"E", e}, {"Y", out}}, at);
}

void Reader::read_assign() {
  advance();
  if (token_.is("(")) {  // a strength
    advance();
    while (is_strength(token_) || token_.is(",")) advance();
    if (!expect(")")) return skip_statement();
  }
  if (!skip_delay()) return skip_statement();
  do {
    const SourceOffset at = token_.at;
    std::vector<Signal> left;
    std::uint32_t value = 0;
    if (!read_lvalue(left) || !expect("=") || !parse(value)) return skip_statement();
    if (!assign_tristate(left, value, at)) {
      connect_bits(left, evaluate(value, std::max(left.size(), width_of(value))), at);
    }
    clear_expressions();
  } while (accept(","));
  if (!expect(";")) skip_statement();
}

void Reader::read_gates() {
  const std::string_view type = token_.text;
  advance();
  if (!skip_delay()) return skip_statement();
  do {
    if (!read_gate(type)) return skip_statement();
  } while (accept(","));
  if (!expect(";")) skip_statement();
}

bool Reader::read_gate(std::string_view type) {
  const SourceOffset at = token_.at;
  if (token_.kind == TokenKind::Name) advance();
  if (!expect("(")) return false;
  while (is_strength(token_)) {  // and (strong0, weak1) #1 name (...)
    advance();
    if (accept(",")) continue;
    if (!expect(")") || !skip_delay()) return false;
    if (token_.kind == TokenKind::Name) advance();
    if (!expect("(")) return false;
  }
  std::vector<Signal> pins;
  do {
    std::uint32_t value = 0;
    const SourceOffset pin_at = token_.at;
    if (!parse(value)) return false;
    const std::vector<Signal> bits = evaluate(value);
    if (bits.size() != 1 && !nodes_[value].unsized) {
      draft_.error(diag::kWidthMismatch, pin_at,
                   {std::to_string(pins.size() + 1), type, "1", std::to_string(bits.size())});
    }
    pins.push_back(bits.empty() ? kSignalZero : bits.front());
  } while (accept(","));
  if (!expect(")")) return false;
  const bool is_buffer = type == "buf" || type == "not";
  const bool is_tristate = type.starts_with("bufif") || type.starts_with("notif");
  const bool fits = is_tristate ? pins.size() == 3 : pins.size() >= 2;
  const std::size_t outputs = is_buffer && fits ? pins.size() - 1 : 1;
  bool good = fits;
  for (std::size_t i = 0; i < outputs && good; ++i) {
    good = !pins[i].inverted && pins[i].net >= kConstantNetCount;
  }
  if (!good) {
    draft_.error(
        diag::kVerilogSyntax, at,
        {"a gate '" + std::string(type) + "' like this", "outputs that are nets, then its inputs"});
    return true;
  }
  build_gate(type, pins, at);
  clear_expressions();
  return true;
}

void Reader::build_gate(std::string_view type, std::span<const Signal> pins, SourceOffset at) {
  if (type == "buf" || type == "not") {
    const Signal value = type == "not" ? ~pins.back() : pins.back();
    for (const Signal out : pins.first(pins.size() - 1)) builder_->drive(out.net, value, at);
    return;
  }
  if (type.starts_with("bufif") || type.starts_with("notif")) {
    const Signal data = type.starts_with("notif") ? ~pins[1] : pins[1];
    const Signal enable = type.ends_with("0") ? ~pins[2] : pins[2];
    return build_tristate(pins[0].net, data, enable, at);
  }
  Signal value = pins[1];
  for (const Signal input : pins.subspan(2)) {
    if (type == "and" || type == "nand") value = builder_->make_and(value, input, at);
    if (type == "or" || type == "nor") value = builder_->make_or(value, input, at);
    if (type == "xor" || type == "xnor") value = builder_->make_xor(value, input, at);
  }
  const bool inverted = type == "nand" || type == "nor" || type == "xnor";
  builder_->drive(pins[0].net, inverted ? ~value : value, at);
}

void Reader::read_instances() {
  const NameId type = names_.intern(token_.text);
  advance();
  overrides_.clear();
  if (!read_overrides()) return skip_statement();
  do {
    if (!read_instance(type)) return skip_statement();
  } while (accept(","));
  if (!expect(";")) skip_statement();
}

/// `#(...)` with names gives parameters, without it may be delays.
bool Reader::read_overrides() {
  if (!accept("#")) return true;
  if (token_.kind == TokenKind::Number || token_.kind == TokenKind::Name) {
    advance();
    return true;
  }
  if (!expect("(")) return false;
  if (accept(")")) return true;
  do {
    Override one;
    if (accept(".")) {
      const std::optional<Token> token = name("the name of a parameter");
      if (!token || !expect("(")) return false;
      one.name = names_.intern(token->text);
    } else {
      one.name = names_.intern("$" + std::to_string(overrides_.size() + 1));
    }
    if (!read_override_value(one.value)) return false;
    overrides_.push_back(one);
    if (names_.text(one.name).front() != '$' && !expect(")")) return false;
  } while (accept(","));
  return expect(")");
}

bool Reader::read_override_value(NameId& out) {
  const bool is_real =
      token_.kind == TokenKind::Number && token_.text.find('.') != std::string_view::npos;
  if (token_.kind == TokenKind::String || is_real) {
    out = names_.intern(token_.text);
    advance();
    return true;
  }
  if (token_.is(")")) {
    out = names_.intern("");
    return true;
  }
  std::uint32_t value = 0;
  if (!parse(value)) return false;
  std::string digits;
  for (const Signal bit : evaluate(value)) {
    digits.insert(digits.begin(), bit.net < 2 ? static_cast<char>('0' + bit.net) : 'x');
  }
  out = names_.intern(digits);
  clear_expressions();
  return true;
}

bool Reader::read_instance(NameId type) {
  const SourceOffset at = token_.at;
  NameId id;
  if (token_.kind == TokenKind::Name) {
    id = names_.intern(token_.text);
    advance();
  } else {
    id = names_.intern("$u" + std::to_string(++unnamed_));
  }
  if (token_.is("[")) {
    syntax("one instance: arrays of instances have to be written out");
    return false;
  }
  if (std::exchange(slot(id).cell_module, module_ordinal_) == module_ordinal_) {
    draft_.error(diag::kDuplicateName, at, {"cell", names_.text(id)});
  }
  if (!expect("(")) return false;
  // Expressions make cells of their own, so all are evaluated before this one begins.
  pending_.clear();
  pending_bits_.clear();
  bool is_open = false;
  const bool good = read_connections(is_open);
  builder_->begin_cell(id, type, at);
  for (const Override& one : overrides_) builder_->add_parameter(one.name, one.value);
  const CellPlace place{static_cast<std::uint32_t>(data_.modules.size()),
                        static_cast<std::uint32_t>(builder_->module().cells.size())};
  if (!overrides_.empty()) draft_.add_overriding(place);
  if (is_open) draft_.add_open(place);
  for (const Pending& one : pending_) {
    if (one.unsized) {
      draft_.add_unsized(place, static_cast<std::uint32_t>(data_.connections.size()));
    }
    builder_->connect(one.port, std::span(pending_bits_).subspan(one.first, one.count), one.at);
  }
  builder_->end_cell();
  return good;
}

bool Reader::read_connections(bool& is_open) {
  if (accept(")")) return true;
  is_open = !token_.is(".");
  ++cell_ordinal_;
  do {
    const SourceOffset at = token_.at;
    NameId port = positional_;
    if (!is_open) {
      if (!expect(".")) return false;
      const std::optional<Token> token = name("the name of a port");
      if (!token || !expect("(")) return false;
      port = names_.intern(token->text);
      if (std::exchange(slot(port).pin_cell, cell_ordinal_) == cell_ordinal_) {
        draft_.error(diag::kDuplicateName, at, {"connection", token->text});
      }
    }
    if (!connect_expression(port, at)) return false;
    if (!is_open && !expect(")")) return false;
  } while (accept(","));
  return expect(")");
}

bool Reader::connect_expression(NameId port, SourceOffset at) {
  Pending pending{port, static_cast<std::uint32_t>(pending_bits_.size()), 0, false, at};
  if (!token_.is(")") && !token_.is(",")) {
    std::uint32_t value = 0;
    if (!parse(value)) return false;
    pending.unsized = nodes_[value].op == Op::Bits && nodes_[value].unsized;
    for (const Signal bit : evaluate(value)) pending_bits_.push_back(builder_->net_of(bit, at));
    clear_expressions();
  }
  pending.count = static_cast<std::uint32_t>(pending_bits_.size()) - pending.first;
  pending_.push_back(pending);
  return true;
}

}  // namespace heddle::gate::netlist::verilog
