// Files, modules and the choice of an item by its first word.
#include "reader.h"

#include <algorithm>
#include <utility>

#include "heddle/gate/diagnostics.h"

namespace heddle::gate::netlist::verilog {
namespace {

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Names that synthesis makes up: `_0123_`.
bool is_made_up(std::string_view name) {
  return name.size() > 2 && name.front() == '_' && name.back() == '_' &&
         name.find_first_not_of("0123456789", 1) == name.size() - 1;
}

}  // namespace

Reader::Reader(DesignDraft& draft, std::size_t file, ModuleOrigin origin,
               const std::vector<std::string>& defines)
    : draft_(draft),
      data_(draft.data()),
      names_(draft.names()),
      origin_(origin),
      lexer_(draft, draft.text(file), defines),
      positional_(draft.names().intern("$position")) {}

bool Reader::accept(std::string_view sign) {
  if (!token_.is(sign)) return false;
  advance();
  return true;
}

bool Reader::expect(std::string_view sign) {
  if (accept(sign)) return true;
  syntax("'" + std::string(sign) + "'");
  return false;
}

std::string Reader::found() const {
  if (token_.kind == TokenKind::End) return "the end of the file";
  if (token_.kind == TokenKind::String) return "a string";
  return "'" + std::string(token_.text.substr(0, 80)) + "'";
}

void Reader::syntax(std::string_view expected) {
  if (!draft_.too_many()) draft_.error(diag::kVerilogSyntax, token_.at, {found(), expected});
}

std::optional<Token> Reader::name(std::string_view expected) {
  if (token_.kind != TokenKind::Name) {
    syntax(expected);
    return std::nullopt;
  }
  const Token token = token_;
  advance();
  return token;
}

/// To behind the next ';', or before what must end the module.
void Reader::skip_statement() {
  while (token_.kind != TokenKind::End && !token_.is("endmodule") && !token_.is("module")) {
    if (accept(";")) return;
    advance();
  }
}

void Reader::read() {
  advance();
  while (token_.kind != TokenKind::End && !draft_.too_many()) {
    if (token_.is("module") || token_.is("macromodule")) {
      read_module();
    } else if (token_.is("primitive")) {
      read_primitive();
    } else if (!accept(";")) {
      syntax("'module' or 'primitive'");
      while (token_.kind != TokenKind::End && !token_.is("module") && !token_.is("primitive")) {
        advance();
      }
    }
  }
}

void Reader::read_module() {
  const SourceOffset at = token_.at;
  advance();
  const std::optional<Token> token = name("the name of a module");
  if (!token) {
    lexer_.skip_past("endmodule");
    return advance();
  }
  const NameId id = names_.intern(token->text);
  if (id.value() >= known_modules_.size()) known_modules_.resize(id.value() + std::size_t{1});
  if (std::exchange(known_modules_[id.value()], 1) != 0) {
    draft_.error(diag::kDuplicateName, token->at, {"module", token->text});
  }
  builder_.emplace(data_, names_, token->text, at);
  ++module_ordinal_;
  symbols_.clear();
  header_.clear();
  parameters_.clear();
  unnamed_ = 0;
  module_bits_ = 0;
  reads_parameters_ = false;
  static_cast<void>(lexer_.take_attribute());
  read_body();
  finish_module();
  builder_.reset();
}

void Reader::read_body() {
  is_in_module_ = true;
  if (!read_header()) skip_statement();
  while (!token_.is("endmodule") && !draft_.too_many()) {
    if (token_.kind == TokenKind::End || token_.is("module")) {
      syntax("'endmodule'");
      break;
    }
    read_item();
    if (!is_in_module_) return;  // behaviour was skipped, its end too
  }
  static_cast<void>(accept("endmodule"));
}

bool Reader::read_header() {
  if (accept("#") && !read_header_parameters()) return false;
  if (accept("(") && !read_header_ports()) return false;
  return expect(";");
}

bool Reader::read_header_parameters() {
  return expect("(") && read_parameters(")") && expect(")");
}

bool Reader::read_header_ports() {
  if (accept(")")) return true;
  while (true) {
    const bool declares =
        token_.kind == TokenKind::Keyword && is_one_of(token_.text, {"input", "output", "inout"});
    if (declares) {
      // A declaration within the list reads its own names, and the comma behind them.
      if (!declare(true)) return false;
      if (token_.is(")")) break;
      continue;
    }
    const std::optional<Token> port = name("the name of a port");
    if (!port) return false;
    const NameId id = names_.intern(port->text);
    if (find_symbol(id) != nullptr) {
      draft_.error(diag::kDuplicateName, port->at, {"port", port->text});
    } else {
      add_symbol(*port, id, {}).is_listed = true;
      header_.push_back(id);
    }
    if (!accept(",")) break;
  }
  return expect(")");
}

void Reader::unsupported(std::string_view what, SourceOffset at) {
  Module& module = builder_->module();
  if (module.unsupported.is_none()) {
    module.unsupported = names_.intern(what);
    module.unsupported_at = at;
  }
}

void Reader::read_item() {
  clear_expressions();
  const std::string_view word = token_.text;
  if (token_.kind == TokenKind::Name) return read_instances();
  if (accept(";")) return;
  if (token_.kind != TokenKind::Keyword) {
    syntax("a declaration, an assignment or an instance");
    return skip_statement();
  }
  if (is_one_of(word, {"input", "output", "inout"})) {
    if (!declare(false)) skip_statement();
  } else if (is_one_of(word, {"wire", "tri", "reg", "logic", "supply0", "supply1", "tri0", "tri1",
                              "wand", "wor", "triand", "trior", "trireg"})) {
    if (!declare(false)) skip_statement();
  } else if (word == "assign") {
    read_assign();
  } else if (is_one_of(word, {"parameter", "localparam"})) {
    if (!read_parameters(";") || !expect(";")) skip_statement();
  } else if (is_one_of(word, {"and", "nand", "or", "nor", "xor", "xnor", "buf", "not", "bufif0",
                              "bufif1", "notif0", "notif1"})) {
    read_gates();
  } else if (word == "specify") {
    if (!lexer_.skip_past("endspecify"))
      draft_.error(diag::kVerilogSyntax, token_.at, {"'specify' without end", "'endspecify'"});
    advance();
  } else if (is_one_of(word, {"specparam", "integer", "real", "time", "realtime", "genvar"})) {
    skip_statement();
  } else {
    unsupported("'" + std::string(word) + "'", token_.at);
    if (!lexer_.skip_past("endmodule")) {
      draft_.error(diag::kVerilogSyntax, token_.at,
                   {"'" + std::string(word) + "' and no end of its module", "'endmodule'"});
    }
    is_in_module_ = false;
    advance();
  }
}

void Reader::finish_ports() {
  for (const NameId id : header_) {
    const Symbol& symbol = *find_symbol(id);
    if (!symbol.has_direction) {
      if (builder_->module().unsupported.is_none()) {
        draft_.error(diag::kVerilogSyntax, symbol.at,
                     {"port '" + std::string(names_.text(id)) + "' without a direction",
                      "a declaration as input, output or inout"});
      }
      continue;
    }
    std::vector<LocalNet> bits;
    for (std::uint32_t i = 0; i < symbol.width; ++i) bits.push_back(symbol.first + i);
    builder_->add_port(id, symbol.direction,
                       {std::min(symbol.msb, symbol.lsb), symbol.msb < symbol.lsb}, bits,
                       symbol.at);
  }
}

void Reader::finish_module() {
  finish_ports();
  Module& module = builder_->module();
  for (const Symbol& symbol : symbols_) {
    std::vector<LocalNet> bits;
    for (std::uint32_t i = 0; i < symbol.width; ++i) bits.push_back(symbol.first + i);
    ModuleNet& net = builder_->add_name(
        symbol.name, {std::min(symbol.msb, symbol.lsb), symbol.msb < symbol.lsb}, bits, symbol.at);
    net.hidden = is_made_up(names_.text(symbol.name));
    if (!symbol.init.is_none()) net.init = {ConstantText::Kind::String, {}, symbol.init};
  }
  bool has_output = false;
  for (const ModulePort& port : module.ports) {
    has_output = has_output || port.direction != PortDirection::Input;
  }
  module.opaque = has_output && !builder_->has_cells() && module.unsupported.is_none();
  if (!module.unsupported.is_none()) module.cells.clear();
  module.has_source = origin_ == ModuleOrigin::Netlist;
  const std::uint32_t index = draft_.add_module(builder_->finish(), origin_);
  if (reads_parameters_) draft_.set_parametric(index);
}

}  // namespace heddle::gate::netlist::verilog
