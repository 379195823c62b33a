// Expressions of nets and constants. Operands are kept in a small tree until
// the widest is known, as Verilog widens all of them to it first.
#include <algorithm>
#include <limits>

#include "heddle/gate/diagnostics.h"
#include "reader.h"

namespace heddle::gate::netlist::verilog {
namespace {

constexpr Signal kX{kNetX.value(), false};

/// Digits of a base, least significant first; false where one is no digit.
bool based_digits(std::string_view digits, std::uint32_t bits_each, std::vector<Signal>& out,
                  bool& all_z) {
  bool any = false;
  for (std::size_t i = digits.size(); i-- > 0;) {
    const char digit = digits[i];
    if (digit == '_') continue;
    any = true;
    const bool is_z = digit == 'z' || digit == 'Z' || digit == '?';
    all_z = all_z && is_z;
    if (is_z || digit == 'x' || digit == 'X') {
      out.insert(out.end(), bits_each, kX);
      continue;
    }
    std::uint32_t value = 99;
    if (digit >= '0' && digit <= '9') value = static_cast<std::uint32_t>(digit - '0');
    if (digit >= 'a' && digit <= 'f') value = static_cast<std::uint32_t>(digit - 'a') + 10;
    if (digit >= 'A' && digit <= 'F') value = static_cast<std::uint32_t>(digit - 'A') + 10;
    if (value >= (1U << bits_each)) return false;
    for (std::uint32_t bit = 0; bit < bits_each; ++bit) out.push_back({(value >> bit) & 1U, false});
  }
  return any;
}

/// A decimal number of up to 64 bits.
bool decimal_digits(std::string_view digits, std::vector<Signal>& out) {
  std::uint64_t value = 0;
  bool any = false;
  for (const char digit : digits) {
    if (digit == '_') continue;
    if (digit < '0' || digit > '9') return false;
    const std::uint64_t next = value * 10 + static_cast<std::uint64_t>(digit - '0');
    if (value > std::numeric_limits<std::uint64_t>::max() / 10 || next < value) return false;
    value = next;
    any = true;
  }
  for (; value != 0; value /= 2) out.push_back({static_cast<LocalNet>(value % 2), false});
  return any;
}

}  // namespace

bool Reader::read_digits(const Token& token, std::vector<Signal>& bits, bool& unsized,
                         bool& all_z) {
  const auto wrong = [&] {
    draft_.error(diag::kVerilogSyntax, token.at,
                 {"'" + std::string(token.text.substr(0, 80)) + "'", "a number of bits"});
    return false;
  };
  const std::size_t quote = token.text.find('\'');
  unsized = quote == std::string_view::npos || quote == 0;
  all_z = false;
  std::size_t width = 32;
  std::string_view digits = token.text;
  if (quote != std::string_view::npos) {
    std::string_view size = token.text.substr(0, quote);
    size = size.substr(0, size.find_last_not_of(" \t") + 1);
    digits = token.text.substr(quote + 1);
    if (digits.starts_with('s') || digits.starts_with('S')) digits.remove_prefix(1);
    if (!unsized) {
      std::vector<Signal> size_bits;
      if (!decimal_digits(size, size_bits) || size_bits.size() > 21) return wrong();
      width = 0;
      for (std::size_t i = size_bits.size(); i-- > 0;) width = width * 2 + size_bits[i].net;
      if (width == 0 || width > kVectorBitsMax) return wrong();
    }
    const char base = digits.empty() ? '\0' : static_cast<char>(digits.front() | 0x20);
    const std::uint32_t bits_each = base == 'b' ? 1 : base == 'o' ? 3 : base == 'h' ? 4 : 0;
    if (bits_each == 0 && base != 'd') return wrong();
    digits.remove_prefix(1);
    digits.remove_prefix(std::min(digits.find_first_not_of(" \t"), digits.size()));
    all_z = true;
    const bool one_digit =
        digits == "x" || digits == "X" || digits == "z" || digits == "Z" || digits == "?";
    if (bits_each != 0 || one_digit) {
      if (!based_digits(digits, std::max(bits_each, 1U), bits, all_z)) return wrong();
    } else if (!decimal_digits(digits, bits)) {
      return wrong();
    } else {
      all_z = false;
    }
  } else if (!decimal_digits(digits, bits)) {
    return wrong();
  }
  const Signal fill = !bits.empty() && bits.back() == kX && bits.size() < width ? kX : kSignalZero;
  if (unsized) width = std::max(width, bits.size());
  bits.resize(width, fill);
  return true;
}

std::uint32_t Reader::leaf(const std::vector<Signal>& bits, SourceOffset at) {
  Node node;
  node.first = static_cast<std::uint32_t>(pool_.size());
  node.count = static_cast<std::uint32_t>(bits.size());
  node.at = at;
  pool_.insert(pool_.end(), bits.begin(), bits.end());
  nodes_.push_back(node);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

bool Reader::parse_number(std::uint32_t& out) {
  std::vector<Signal> bits;
  bool unsized = false;
  bool all_z = false;
  if (!read_digits(token_, bits, unsized, all_z)) return false;
  out = leaf(bits, token_.at);
  nodes_[out].unsized = unsized;
  nodes_[out].all_z = all_z;
  advance();
  return true;
}

/// The bits of a constant as a number below 2^61; false, and a message, for others.
bool Reader::number_of(std::uint32_t node, SourceOffset at, std::int64_t& out) {
  out = 0;
  const std::vector<Signal> bits = evaluate(node);
  for (std::size_t i = bits.size(); i-- > 0;) {
    if (bits[i].net >= 2 || bits[i].inverted || (out >> 60) != 0) {
      draft_.error(diag::kVerilogSyntax, at, {"an expression", "a constant"});
      return false;
    }
    out = out * 2 + bits[i].net;
  }
  return true;
}

bool Reader::constant_factor(std::int64_t& out) {
  const SourceOffset at = token_.at;
  if (!enter()) return false;
  bool good = false;
  if (accept("-")) {
    good = constant_factor(out);
    out = -out;
  } else if (accept("(")) {
    good = constant(out) && expect(")");
  } else {
    std::uint32_t node = 0;
    good = parse_unary(node) && number_of(node, at, out);
  }
  --depth_;
  return good;
}

/// `W-1`, `2*N+1`: sums and products of constants, as ranges hold them.
bool Reader::constant(std::int64_t& out) {
  return constant_factor(out) && constant_rest(out);
}

/// What follows a first factor.
bool Reader::constant_rest(std::int64_t& out) {
  constexpr std::int64_t kMax = std::int64_t{1} << 30;
  std::int64_t sum = 0;
  std::int64_t sign = 1;
  while (true) {
    std::int64_t factor = 0;
    const SourceOffset at = token_.at;
    if (accept("*")) {
      if (!constant_factor(factor)) return false;
      const bool fits = factor > -kMax && factor < kMax && out > -kMax && out < kMax;
      if (!fits) {
        draft_.error(diag::kVerilogSyntax, at, {"a large number", "a smaller one"});
        return false;
      }
      out *= factor;
      continue;
    }
    sum += sign * out;
    const bool minus = token_.is("-");
    if (!minus && !token_.is("+")) break;
    advance();
    sign = minus ? -1 : 1;
    if (!constant_factor(out)) return false;
    if (sum > (std::int64_t{1} << 61) || sum < -(std::int64_t{1} << 61)) sum = 0;
  }
  out = sum;
  return true;
}

bool Reader::parse_name(std::uint32_t& out) {
  const Token token = token_;
  advance();
  const NameId id = names_.intern(token.text);
  if (const Parameter* parameter = find_parameter(id)) {
    reads_parameters_ = true;
    out = leaf(parameter->bits, token.at);
    return true;
  }
  if (token.text.starts_with('$') || token_.is("(")) {
    draft_.error(diag::kVerilogSyntax, token.at,
                 {"the function '" + std::string(token.text.substr(0, 80)) + "'", "nets"});
    return false;
  }
  const Symbol* symbol = find_symbol(id);
  if (symbol == nullptr) symbol = &implicit_symbol(token, id);
  return parse_selects(*symbol, token, out);
}

/// `[i]`, `[m:l]`, `[i +: w]`, `[i -: w]`, or nothing.
bool Reader::parse_selects(const Symbol& symbol, const Token& token, std::uint32_t& out) {
  const Symbol net = symbol;  // expressions may add symbols
  std::int64_t low = 0;
  std::int64_t high = std::int64_t{net.width} - 1;
  if (accept("[")) {
    const bool upto = net.msb < net.lsb;
    const auto place = [&](std::int64_t index) { return upto ? net.lsb - index : index - net.lsb; };
    std::int64_t first = 0;
    std::int64_t second = 0;
    if (!constant(first)) return false;
    low = high = place(first);
    if (token_.is(":") || token_.is("+:") || token_.is("-:")) {
      const std::string_view how = token_.text;
      advance();
      if (!constant(second)) return false;
      if (how == ":") low = place(second);
      if (how != ":") second = std::clamp<std::int64_t>(second, 1, kVectorBitsMax);
      if (how == "+:") (upto ? low : high) += upto ? 1 - second : second - 1;
      if (how == "-:") (upto ? high : low) += upto ? second - 1 : 1 - second;
    }
    if (!expect("]")) return false;
  }
  if (low < 0 || high >= net.width || low > high) {
    draft_.error(diag::kVerilogSyntax, token.at,
                 {"a part of '" + std::string(token.text.substr(0, 80)) + "' that it does not have",
                  "[" + std::to_string(net.msb) + ":" + std::to_string(net.lsb) + "]"});
    low = high = 0;
  }
  std::vector<Signal> bits;
  for (std::int64_t i = low; i <= high; ++i) {
    bits.push_back({net.first + static_cast<LocalNet>(i), false});
  }
  module_bits_ += bits.size();
  out = leaf(bits, token.at);
  return true;
}

/// `{a, b}` and `{3{a}}`: the first part is the most significant.
bool Reader::parse_concatenation(std::uint32_t& out) {
  const SourceOffset at = token_.at;
  advance();
  if (!enter()) return false;
  std::vector<std::vector<Signal>> parts;
  bool good = true;
  do {
    std::uint32_t part = 0;
    good = parse(part);
    if (!good) break;
    parts.push_back(evaluate(part));
    if (parts.size() > 1 || !token_.is("{")) continue;
    good = repeat(parts, at);
    break;
  } while (accept(","));
  --depth_;
  if (!good || !expect("}")) return false;
  std::vector<Signal> bits;
  for (std::size_t i = parts.size(); i-- > 0;) {
    bits.insert(bits.end(), parts[i].begin(), parts[i].end());
  }
  if (bits.size() > kVectorBitsMax) {
    too_wide(at);
    return false;
  }
  out = leaf(bits, at);
  return true;
}

void Reader::too_wide(SourceOffset at) {
  draft_.error(diag::kVerilogSyntax, at,
               {"a vector that is too wide", std::to_string(kVectorBitsMax) + " bits at most"});
}

/// At the inner part of `{3{a}}`; `parts` holds the 3, and then the copies.
bool Reader::repeat(std::vector<std::vector<Signal>>& parts, SourceOffset at) {
  std::size_t times = 0;
  for (std::size_t i = parts[0].size(); i-- > 0;) {
    times = std::min(times * 2 + parts[0][i].net, kVectorBitsMax + 1);
  }
  std::uint32_t inner = 0;
  if (!parse_concatenation(inner)) return false;
  const std::vector<Signal> bits = evaluate(inner);
  module_bits_ += bits.size() * times;
  if (bits.size() * times > kVectorBitsMax || module_bits_ > kModuleBitsMax) {
    too_wide(at);
    return false;
  }
  parts.assign(bits.empty() ? 0 : times, bits);
  return true;
}

bool Reader::parse_primary(std::uint32_t& out) {
  if (token_.kind == TokenKind::Name) return parse_name(out);
  if (token_.kind == TokenKind::Number) return parse_number(out);
  if (token_.is("{")) return parse_concatenation(out);
  if (accept("(")) return parse(out) && expect(")");
  syntax("a net or a constant");
  return false;
}

bool Reader::parse_unary(std::uint32_t& out) {
  struct Row {
    std::string_view sign;
    Op op;
  };
  static constexpr Row kRows[] = {
      {"~", Op::Not},        {"!", Op::LogicNot},    {"&", Op::ReduceAnd},
      {"|", Op::ReduceOr},   {"^", Op::ReduceXor},   {"~&", Op::ReduceNand},
      {"~|", Op::ReduceNor}, {"~^", Op::ReduceXnor}, {"^~", Op::ReduceXnor}};
  const auto* const row = std::find_if(std::begin(kRows), std::end(kRows),
                                       [&](const Row& one) { return token_.is(one.sign); });
  if (row == std::end(kRows)) return parse_primary(out);
  Node node;
  node.op = row->op;
  node.at = token_.at;
  advance();
  if (!enter()) return false;
  const bool good = parse_unary(node.a);
  --depth_;
  return good && add_node(node, out);
}

/// One level of nesting deeper. The caller counts down again.
bool Reader::enter() {
  if (depth_ < kExpressionDepthMax) {
    ++depth_;
    return true;
  }
  syntax("an expression that is less deep");
  return false;
}

/// Chains of operators become deep trees: their depth is bounded too.
bool Reader::add_node(Node node, std::uint32_t& out) {
  for (const std::uint32_t operand : {node.a, node.b, node.c}) {
    node.depth = std::max(node.depth, nodes_[operand].depth + 1);
  }
  if (node.depth > kOperatorsMax) {
    syntax("fewer operators in one expression");
    return false;
  }
  nodes_.push_back(node);
  out = static_cast<std::uint32_t>(nodes_.size() - 1);
  return true;
}

/// Levels from loosest to tightest: ||, &&, |, ^, &, ==.
bool Reader::parse_binary(std::uint32_t& out, int level) {
  struct Row {
    std::string_view sign;
    int level;
    Op op;
  };
  static constexpr Row kRows[] = {
      {"||", 0, Op::LogicOr}, {"&&", 1, Op::LogicAnd}, {"|", 2, Op::Or},
      {"^", 3, Op::Xor},      {"~^", 3, Op::Xnor},     {"^~", 3, Op::Xnor},
      {"&", 4, Op::And},      {"==", 5, Op::Equal},    {"!=", 5, Op::NotEqual},
      {"===", 5, Op::Equal},  {"!==", 5, Op::NotEqual}};
  constexpr int kTightest = 5;
  const bool parsed = level > kTightest ? parse_unary(out) : parse_binary(out, level + 1);
  if (!parsed || level > kTightest) return parsed;
  while (true) {
    const auto* const row = std::find_if(std::begin(kRows), std::end(kRows), [&](const Row& one) {
      return one.level == level && token_.is(one.sign);
    });
    if (row == std::end(kRows)) return true;
    Node node;
    node.op = row->op;
    node.at = token_.at;
    node.a = out;
    advance();
    if (!parse_binary(node.b, level + 1) || !add_node(node, out)) return false;
  }
}

bool Reader::parse_ternary(std::uint32_t& out) {
  if (!enter()) return false;
  bool good = parse_binary(out, 0);
  if (good && token_.is("?")) {
    Node node;
    node.op = Op::Mux;
    node.at = token_.at;
    node.a = out;
    advance();
    good = parse_ternary(node.b) && expect(":") && parse_ternary(node.c) && add_node(node, out);
  }
  --depth_;
  return good;
}

std::size_t Reader::width_of(std::uint32_t index) const {
  const Node& node = nodes_[index];
  switch (node.op) {
    case Op::Bits: return node.count;
    case Op::Not: return width_of(node.a);
    case Op::And:
    case Op::Or:
    case Op::Xor:
    case Op::Xnor: return std::max(width_of(node.a), width_of(node.b));
    case Op::Mux: return std::max(width_of(node.b), width_of(node.c));
    default: return 1;
  }
}

Signal Reader::reduce(const std::vector<Signal>& bits, Op op, SourceOffset at) {
  const bool is_and = op == Op::ReduceAnd || op == Op::ReduceNand;
  const bool is_xor = op == Op::ReduceXor || op == Op::ReduceXnor;
  Signal out = is_and ? kSignalOne : kSignalZero;
  for (const Signal bit : bits) {
    out = is_and   ? builder_->make_and(out, bit, at)
          : is_xor ? builder_->make_xor(out, bit, at)
                   : builder_->make_or(out, bit, at);
  }
  const bool inverted = op == Op::ReduceNand || op == Op::ReduceNor || op == Op::ReduceXnor;
  return inverted ? ~out : out;
}

std::vector<Signal> Reader::evaluate(std::uint32_t index, std::size_t width) {
  const Node node = nodes_[index];
  std::vector<Signal> out;
  const auto pairs = [&](std::size_t operand_width, auto combine) {
    const std::vector<Signal> a = evaluate(node.a, operand_width);
    const std::vector<Signal> b = evaluate(node.b, operand_width);
    for (std::size_t i = 0; i < operand_width; ++i) out.push_back(combine(a[i], b[i]));
  };
  const auto truth = [&](std::uint32_t operand) {
    return reduce(evaluate(operand), Op::ReduceOr, node.at);
  };
  ModuleBuilder& g = *builder_;
  const SourceOffset at = node.at;
  switch (node.op) {
    case Op::Bits: {
      const auto first = pool_.begin() + node.first;
      out.assign(first, first + node.count);
      break;
    }
    case Op::Not:
      for (const Signal bit : evaluate(node.a, width)) out.push_back(~bit);
      break;
    case Op::And: pairs(width, [&](Signal a, Signal b) { return g.make_and(a, b, at); }); break;
    case Op::Or: pairs(width, [&](Signal a, Signal b) { return g.make_or(a, b, at); }); break;
    case Op::Xor: pairs(width, [&](Signal a, Signal b) { return g.make_xor(a, b, at); }); break;
    case Op::Xnor: pairs(width, [&](Signal a, Signal b) { return ~g.make_xor(a, b, at); }); break;
    case Op::Equal:
    case Op::NotEqual: {
      pairs(std::max(width_of(node.a), width_of(node.b)),
            [&](Signal a, Signal b) { return g.make_xor(a, b, at); });
      const Signal differ = reduce(out, Op::ReduceOr, at);
      out = {node.op == Op::Equal ? ~differ : differ};
      break;
    }
    case Op::LogicNot: out = {~truth(node.a)}; break;
    case Op::LogicAnd: out = {g.make_and(truth(node.a), truth(node.b), at)}; break;
    case Op::LogicOr: out = {g.make_or(truth(node.a), truth(node.b), at)}; break;
    case Op::Mux: {
      const Signal select = truth(node.a);
      const std::vector<Signal> one = evaluate(node.b, width);
      const std::vector<Signal> zero = evaluate(node.c, width);
      for (std::size_t i = 0; i < width; ++i) {
        out.push_back(g.make_mux(select, one[i], zero[i], at));
      }
      break;
    }
    default: out = {reduce(evaluate(node.a), node.op, at)}; break;
  }
  out.resize(width, kSignalZero);
  return out;
}

bool Reader::read_lvalue(std::vector<Signal>& bits) {
  const SourceOffset at = token_.at;
  std::uint32_t node = 0;
  if (!parse_primary(node)) return false;
  bits = evaluate(node);
  const bool good = std::all_of(bits.begin(), bits.end(), [](Signal bit) {
    return !bit.inverted && bit.net >= kConstantNetCount;
  });
  if (!good || nodes_[node].op != Op::Bits) {
    draft_.error(diag::kVerilogSyntax, at, {"an expression", "nets to assign to"});
  }
  return good;
}

}  // namespace heddle::gate::netlist::verilog
