// User-defined primitives. Rows are read as characters, since `01` is two
// levels in a row and one number everywhere else.
#include <algorithm>

#include "heddle/gate/diagnostics.h"
#include "reader.h"

namespace heddle::gate::netlist::verilog {
namespace {

constexpr std::uint8_t kLevels = TableRow::kZero | TableRow::kOne;

/// The binary levels that a character stands for; `kNoLevel` for none.
constexpr std::uint8_t kNoLevel = 255;
std::uint8_t levels_of(char c) {
  switch (c) {
    case '0': return TableRow::kZero;
    case '1': return TableRow::kOne;
    case 'x':
    case 'X': return 0;
    case '?':
    case 'b':
    case 'B': return kLevels;
    default: return kNoLevel;
  }
}

/// The binary edges that a character stands for; `kNoLevel` for none.
std::uint8_t edges_of(char c) {
  switch (c) {
    case 'r':
    case 'R':
    case 'p':
    case 'P': return TableRow::kRise;
    case 'f':
    case 'F':
    case 'n':
    case 'N': return TableRow::kFall;
    case '*': return TableRow::kRise | TableRow::kFall;
    default: return kNoLevel;
  }
}

/// `(01)`, `(?1)`: from one level to another.
std::uint8_t edges_between(std::uint8_t from, std::uint8_t to) {
  std::uint8_t out = 0;
  if ((from & TableRow::kZero) != 0 && (to & TableRow::kOne) != 0) out |= TableRow::kRise;
  if ((from & TableRow::kOne) != 0 && (to & TableRow::kZero) != 0) out |= TableRow::kFall;
  return out;
}

/// Walks over the characters of a row that mean something.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) { skip(); }

  [[nodiscard]] bool done() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  [[nodiscard]] const char* at() const { return rest_.data(); }
  char take() {
    const char c = peek();
    if (!rest_.empty()) rest_.remove_prefix(1);
    skip();
    return c;
  }

 private:
  void skip() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const std::size_t end = rest_.find("*/");
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
      } else if (std::string_view(" \t\r\n\f\v").find(rest_.front()) != std::string_view::npos) {
        rest_.remove_prefix(1);
      } else {
        return;
      }
    }
  }

  std::string_view rest_;
};

/// One input column. False where it is no level and no edge.
bool read_input(Cursor& cursor, TableRow& row) {
  std::uint8_t mask = levels_of(cursor.peek());
  bool is_edge = false;
  if (mask != kNoLevel) {
    cursor.take();
  } else if (cursor.peek() == '(') {
    cursor.take();
    const std::uint8_t from = levels_of(cursor.take());
    const std::uint8_t to = levels_of(cursor.take());
    if (from == kNoLevel || to == kNoLevel || cursor.take() != ')') return false;
    mask = edges_between(from, to);
    is_edge = true;
  } else {
    mask = edges_of(cursor.take());
    is_edge = true;
    if (mask == kNoLevel) return false;
  }
  if (is_edge) {
    if (row.edge_input >= 0) return false;
    row.edge_input = static_cast<std::int32_t>(row.inputs.size());
  }
  row.inputs.push_back(mask);
  return true;
}

}  // namespace

void Reader::bad_row(const char* at, std::string_view what) {
  if (draft_.too_many()) return;
  const auto offset = static_cast<SourceOffset>(at - data_.text.data());
  draft_.error(diag::kVerilogSyntax, offset, {"this row of a table", what});
}

bool Reader::read_row(std::string_view text, StorageTable& table) {
  Cursor cursor(text);
  const char* const start = cursor.at();
  TableRow row;
  while (!cursor.done() && cursor.peek() != ':') {
    if (read_input(cursor, row)) continue;
    bad_row(start, "levels (0 1 x ? b) and at most one edge (r f p n * or (01))");
    return false;
  }
  if (row.inputs.size() != table.input_count) {
    bad_row(start, std::to_string(table.input_count) + " inputs");
    return false;
  }
  cursor.take();
  if (table.is_sequential) {
    row.state = levels_of(cursor.take());
    if (row.state == kNoLevel || cursor.take() != ':') {
      bad_row(start, "the present output, then ':'");
      return false;
    }
  }
  switch (cursor.take()) {
    case '0': row.next = TableRow::Next::Zero; break;
    case '1': row.next = TableRow::Next::One; break;
    case 'x':
    case 'X': row.next = TableRow::Next::X; break;
    case '-': row.next = TableRow::Next::Hold; break;
    default: bad_row(start, "an output: 0, 1, x or -"); return false;
  }
  if (!cursor.done() ||
      (!table.is_sequential && (row.edge_input >= 0 || row.next == TableRow::Next::Hold))) {
    bad_row(start,
            table.is_sequential ? "';' after the output" : "levels only: its output is no reg");
    return false;
  }
  table.rows.push_back(std::move(row));
  return true;
}

bool Reader::read_rows(StorageTable& table) {
  const SourceOffset at = token_.at;
  const std::optional<std::string_view> raw = lexer_.raw_until("endtable");
  if (!raw) {
    draft_.error(diag::kVerilogSyntax, at, {"a table without end", "'endtable'"});
    return false;
  }
  std::string_view rest = *raw;
  while (true) {
    // Comments may hold semicolons: the cursor knows them, so it finds the row's start.
    const Cursor start(rest);
    if (start.done()) break;
    rest.remove_prefix(static_cast<std::size_t>(start.at() - rest.data()));
    const std::size_t end = rest.find(';');
    if (end == std::string_view::npos) {
      bad_row(rest.data(), "';' at its end");
      return false;
    }
    if (table.rows.size() >= kTableRowsMax) {
      bad_row(rest.data(), "at most " + std::to_string(kTableRowsMax) + " rows");
      return false;
    }
    if (!read_row(rest.substr(0, end), table)) return false;
    rest.remove_prefix(end + 1);
  }
  advance();
  return true;
}

bool Reader::read_primitive_header(std::vector<Token>& ports) {
  if (!expect("(")) return false;
  do {
    while (token_.is("output") || token_.is("input") || token_.is("reg")) {
      if (token_.is("reg")) header_is_reg_ = true;
      advance();
    }
    const std::optional<Token> token = name("the name of a port");
    if (!token) return false;
    ports.push_back(*token);
    if (accept("=")) advance();
  } while (accept(","));
  if (ports.size() < 2) {
    syntax("an output and at least one input");
    return false;
  }
  return expect(")") && expect(";");
}

/// `output q; input a, b; reg q; initial q = 1'b0;` in any order.
bool Reader::read_primitive_declarations() {
  while (!token_.is("table")) {
    if (token_.is("reg") || token_.is("output")) {
      while (!token_.is(";") && token_.kind != TokenKind::End) {
        header_is_reg_ = header_is_reg_ || token_.is("reg");
        advance();
      }
    } else if (token_.is("input") || token_.is("initial")) {
      while (!token_.is(";") && token_.kind != TokenKind::End) advance();
    } else {
      syntax("'table'");
      return false;
    }
    if (!expect(";")) return false;
  }
  return true;
}

void Reader::read_primitive() {
  const SourceOffset at = token_.at;
  advance();
  const std::optional<Token> token = name("the name of a primitive");
  std::vector<Token> ports;
  header_is_reg_ = false;
  StorageTable table;
  const bool good = token && read_primitive_header(ports) && read_primitive_declarations();
  if (good) {
    table.is_sequential = header_is_reg_;
    table.input_count = ports.size() - 1;
  }
  if (!good || !read_rows(table)) {
    while (token_.kind != TokenKind::End && !token_.is("endprimitive") && !token_.is("module")) {
      advance();
    }
    static_cast<void>(accept("endprimitive"));
    return;
  }
  if (!expect("endprimitive")) return;
  ++module_ordinal_;
  builder_.emplace(data_, names_, token->text, at);
  finish_primitive(ports, table, at);
  static_cast<void>(draft_.add_module(builder_->finish(), ModuleOrigin::Library));
  builder_.reset();
}

void Reader::finish_primitive(const std::vector<Token>& ports, const StorageTable& table,
                              SourceOffset at) {
  std::vector<LocalNet> nets;
  for (const Token& port : ports) {
    const LocalNet net = builder_->add_net();
    nets.push_back(net);
    builder_->add_port(names_.intern(port.text),
                       nets.size() == 1 ? PortDirection::Output : PortDirection::Input, {},
                       {&net, 1}, port.at);
  }
  std::string why = "it has more than " + std::to_string(kTableInputsMax) + " inputs";
  std::optional<TableMeaning> meaning;
  if (table.input_count <= kTableInputsMax) meaning = explain(table, why);
  if (!meaning) return unsupported("a table that is no gate, latch or flop: " + why, at);
  std::vector<Signal> inputs;
  for (std::size_t i = 1; i < nets.size(); ++i) inputs.push_back({nets[i], false});
  build_table(*builder_, *meaning, inputs, nets[0], at);
}

}  // namespace heddle::gate::netlist::verilog
