// Reads structural Verilog: modules of instances, gate primitives, continuous
// assignments and user-defined primitives. Behaviour is skipped and remembered,
// so that a module that nobody instantiates, or that the cell manifest
// describes, does no harm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gate/netlist/design_draft.h"
#include "gate/netlist/module_builder.h"
#include "gate/netlist/storage_table.h"
#include "lexer.h"

namespace heddle::gate::netlist::verilog {

/// Expressions nest no deeper; vectors are no wider.
inline constexpr std::size_t kExpressionDepthMax = 200;
inline constexpr std::size_t kOperatorsMax = 1000;
inline constexpr std::size_t kVectorBitsMax = std::size_t{1} << 20;
/// Bits that one module may declare or connect through replication.
inline constexpr std::size_t kModuleBitsMax = std::size_t{1} << 28;

class Reader {
 public:
  /// Reads file `file` of the draft. Keeps references.
  Reader(DesignDraft& draft, std::size_t file, ModuleOrigin origin,
         const std::vector<std::string>& defines);

  void read();

 private:
  enum class Op : std::uint8_t {
    Bits,
    Not,
    And,
    Or,
    Xor,
    Xnor,
    LogicNot,
    LogicAnd,
    LogicOr,
    Equal,
    NotEqual,
    ReduceAnd,
    ReduceOr,
    ReduceXor,
    ReduceNand,
    ReduceNor,
    ReduceXnor,
    Mux
  };
  struct Node {
    Op op = Op::Bits;
    std::uint32_t a = 0;
    std::uint32_t b = 0;
    std::uint32_t c = 0;
    std::uint32_t depth = 0;
    std::uint32_t first = 0;  ///< `Bits`: into `pool_`, least significant first
    std::uint32_t count = 0;
    bool unsized = false;  ///< a constant without a size
    bool all_z = false;
    SourceOffset at = 0;
  };
  struct Symbol {
    NameId name;
    LocalNet first = 0;
    std::uint32_t width = 1;
    std::int32_t msb = 0;
    std::int32_t lsb = 0;
    bool has_range = false;
    bool implicit = false;
    bool has_direction = false;
    bool is_listed = false;  ///< in the module's list of ports
    bool has_net = false;    ///< declared as wire, reg...
    PortDirection direction = PortDirection::Input;
    SourceOffset at = 0;
    NameId init;  ///< digits of its value at power-up, or none
  };
  struct Parameter {
    NameId name;
    std::vector<Signal> bits;
  };
  struct Range {
    std::int32_t msb = 0;
    std::int32_t lsb = 0;
    bool present = false;

    [[nodiscard]] std::uint64_t width() const {
      const std::int64_t span = std::int64_t{msb} - lsb;
      return static_cast<std::uint64_t>(span < 0 ? -span : span) + 1;
    }
  };

  /// What a name means at the moment; an ordinal that is not today's means nothing.
  struct Slot {
    std::uint32_t module = 0;
    std::uint32_t symbol = 0;
    std::uint32_t parameter_module = 0;
    std::uint32_t parameter = 0;
    std::uint32_t cell_module = 0;
    std::uint64_t pin_cell = 0;
  };
  struct Override {
    NameId name;
    NameId value;
  };
  /// A connection of the cell at hand.
  struct Pending {
    NameId port;
    std::uint32_t first = 0;  ///< into `pending_bits_`
    std::uint32_t count = 0;
    bool unsized = false;
    SourceOffset at = 0;
  };

  // reader.cpp: files and modules.
  void advance() { token_ = lexer_.next(); }
  [[nodiscard]] bool accept(std::string_view sign);
  [[nodiscard]] bool expect(std::string_view sign);
  void syntax(std::string_view expected);
  [[nodiscard]] std::string found() const;
  [[nodiscard]] std::optional<Token> name(std::string_view expected);
  void skip_statement();
  void read_module();
  void read_body();
  bool read_header();
  bool read_header_parameters();
  bool read_header_ports();
  void read_item();
  void unsupported(std::string_view what, SourceOffset at);
  void finish_module();
  void finish_ports();

  // declarations.cpp
  bool declare(bool is_header);
  void skip_net_type(std::string_view& kind);
  bool read_range(Range& out);
  /// What a declaration says of all its names.
  struct Declaration {
    std::optional<PortDirection> direction;
    std::string_view kind;  ///< `wire`, `supply0`...; empty: not said
    Range range;
    bool is_header = false;
  };
  bool declare_name(const Token& token, const Declaration& what);
  bool redeclare(Symbol& symbol, const Token& token, const Declaration& what);
  void set_range(Symbol& symbol, const Range& range);
  void read_init_attribute(std::string_view attribute, const Token& token);
  bool read_initial(const Token& token);
  bool read_parameters(std::string_view end);
  bool read_parameter_value(std::uint32_t node, std::vector<Signal>& bits);
  [[nodiscard]] Slot& slot(NameId name);
  [[nodiscard]] Symbol* find_symbol(NameId name);
  [[nodiscard]] Parameter* find_parameter(NameId name);
  Symbol& add_symbol(const Token& token, NameId name, const Range& range);
  Symbol& implicit_symbol(const Token& token, NameId name);

  // items.cpp
  void read_assign();
  bool assign_tristate(std::span<const Signal> left, std::uint32_t value, SourceOffset at);
  void build_tristate(LocalNet out, Signal data, Signal enable, SourceOffset at);
  void connect_bits(std::span<const Signal> left, std::span<const Signal> right, SourceOffset at);
  bool skip_delay();
  void read_gates();
  bool read_gate(std::string_view type);
  void build_gate(std::string_view type, std::span<const Signal> pins, SourceOffset at);
  void read_instances();
  bool read_instance(NameId type);
  bool read_overrides();
  bool read_override_value(NameId& out);
  bool read_connections(bool& is_open);
  bool connect_expression(NameId port, SourceOffset at);

  // expressions.cpp
  bool parse(std::uint32_t& out) { return parse_ternary(out); }
  bool parse_ternary(std::uint32_t& out);
  bool parse_binary(std::uint32_t& out, int level);
  bool parse_unary(std::uint32_t& out);
  bool parse_primary(std::uint32_t& out);
  bool parse_number(std::uint32_t& out);
  bool parse_name(std::uint32_t& out);
  bool parse_selects(const Symbol& symbol, const Token& token, std::uint32_t& out);
  bool parse_concatenation(std::uint32_t& out);
  bool repeat(std::vector<std::vector<Signal>>& parts, SourceOffset at);
  void too_wide(SourceOffset at);
  [[nodiscard]] bool enter();
  bool add_node(Node node, std::uint32_t& out);
  bool read_digits(const Token& token, std::vector<Signal>& bits, bool& unsized, bool& all_z);
  bool constant(std::int64_t& out);
  bool constant_factor(std::int64_t& out);
  bool constant_rest(std::int64_t& out);
  bool number_of(std::uint32_t node, SourceOffset at, std::int64_t& out);
  std::uint32_t leaf(const std::vector<Signal>& bits, SourceOffset at);
  [[nodiscard]] std::size_t width_of(std::uint32_t node) const;
  [[nodiscard]] std::vector<Signal> evaluate(std::uint32_t node, std::size_t width);
  [[nodiscard]] std::vector<Signal> evaluate(std::uint32_t node) {
    return evaluate(node, width_of(node));
  }
  [[nodiscard]] Signal reduce(const std::vector<Signal>& bits, Op op, SourceOffset at);
  bool read_lvalue(std::vector<Signal>& bits);
  void clear_expressions() {
    nodes_.clear();
    pool_.clear();
  }

  // primitives.cpp: user-defined primitives.
  void read_primitive();
  bool read_primitive_header(std::vector<Token>& ports);
  bool read_primitive_declarations();
  bool read_rows(StorageTable& table);
  bool read_row(std::string_view row, StorageTable& table);
  void bad_row(const char* at, std::string_view what);
  void finish_primitive(const std::vector<Token>& ports, const StorageTable& table,
                        SourceOffset at);

  DesignDraft& draft_;
  DesignData& data_;
  NamePool& names_;
  ModuleOrigin origin_;
  Lexer lexer_;
  Token token_;
  std::vector<std::uint8_t> known_modules_;  ///< by `NameId`
  std::optional<ModuleBuilder> builder_;
  std::vector<Symbol> symbols_;
  std::vector<Slot> slots_;  ///< by `NameId`
  std::vector<NameId> header_;
  std::vector<Parameter> parameters_;
  std::vector<Override> overrides_;
  std::vector<Pending> pending_;
  std::vector<LocalNet> pending_bits_;
  std::vector<Node> nodes_;
  std::vector<Signal> pool_;
  std::uint32_t module_ordinal_ = 0;
  std::uint64_t cell_ordinal_ = 0;
  NameId positional_;
  std::uint32_t unnamed_ = 0;
  std::uint32_t depth_ = 0;
  std::size_t module_bits_ = 0;
  bool reads_parameters_ = false;
  bool is_in_module_ = false;
  bool header_is_reg_ = false;
};

}  // namespace heddle::gate::netlist::verilog
