// The walk over a Yosys JSON text that fills `DesignData`.
//
// simdjson's on-demand parser finds the structure of the text; this class asks
// it for each value once, in order, and never recurses with the text's depth.
// Every `read_*` returns false only when the text cannot be followed any
// further; other faults are collected and reading goes on.
#pragma once

#include <simdjson.h>

#include <string>
#include <string_view>
#include <vector>

#include "design_data.h"
#include "heddle/base/diagnostic.h"
#include "locator.h"

namespace heddle::gate::netlist {

/// Which names of a pool were seen since the last `reset`.
class NameMarks {
 public:
  void reset() { ++epoch_; }
  /// Marks `name`; false when it was marked already.
  [[nodiscard]] bool mark(NameId name);

 private:
  std::vector<std::uint32_t> marks_;
  std::uint32_t epoch_ = 1;
};

class YosysReader {
 public:
  /// Keeps references to all. What is read is the first file of `data`.
  /// Requires: it is followed by `simdjson::SIMDJSON_PADDING` bytes that may be read.
  YosysReader(DesignData& data, NamePool& names, Diagnostics& errors);

  void read();

 private:
  using Value = simdjson::ondemand::value;

  /// Keys of a JSON object, as bits of a mask.
  enum Key : std::uint32_t {
    kType = 1,
    kConnections = 2,
    kParameters = 4,
    kAttributes = 8,
    kHideName = 16,
    kBits = 32,
    kDirection = 64,
    kOffset = 128,
    kUpto = 256,
    kPorts = 512,
    kCells = 1024,
    kNets = 2048,
    kModules = 4096,
    kOther = 0
  };
  static Key key_of(std::string_view text);

  // yosys_json.cpp: modules and ports.
  bool read_root(simdjson::ondemand::document& document);
  bool read_modules(Value value);
  bool read_module(Value value, Module& module);
  bool read_module_attributes(Value value, Module& module);
  bool read_port(Value value, Module& module, NameId name, SourceOffset at);
  bool read_direction(Value value, ModulePort& port);

  // yosys_reader_cells.cpp: cells and names of nets.
  bool read_cell(Value value, Module& module, NameId name, SourceOffset at);
  bool read_cell_attributes(Value value, ModuleCell& cell);
  bool read_connections(Value value, ModuleCell& cell);
  bool read_parameters(Value value, ModuleCell& cell);
  void intern_memory_name(ConstantText& value);
  bool read_net(Value value, Module& module, NameId name, SourceOffset at);
  bool read_net_attributes(Value value, ModuleNet& net);

  // yosys_reader_values.cpp: small values and faults.
  bool read_bits(Value value, std::string_view what, Run& out);
  [[nodiscard]] LocalNet read_bit(std::string_view token);
  [[nodiscard]] LocalNet local_net(std::uint64_t number, SourceOffset at);
  bool read_constant(Value value, ConstantText& out);
  bool read_name(Value value, std::string_view what, NameId& out);
  bool read_integer(Value value, std::string_view what, std::int32_t& out);
  [[nodiscard]] std::string_view constant_text(const ConstantText& value) const;
  [[nodiscard]] bool is_true(const ConstantText& value) const;
  bool expect(Value value, simdjson::ondemand::json_type type, std::string_view what,
              bool& matches);
  bool syntax(simdjson::error_code error);
  bool syntax_at(simdjson::error_code error, SourceOffset at);
  void add(const DiagnosticRule& rule, SourceOffset at,
           std::initializer_list<std::string_view> arguments);
  void missing_key(std::string_view what, std::string_view key, SourceOffset at);
  /// Reports a key that `seen` already holds; adds it.
  [[nodiscard]] bool first_time(Key key, std::uint32_t& seen, std::string_view text,
                                SourceOffset at);
  [[nodiscard]] SourceOffset offset(Value value);
  [[nodiscard]] SourceOffset offset_of(const char* at) const {
    return static_cast<SourceOffset>(at - data_.text.data());
  }

  /// Calls `visit(key, offset of key, value)` for each field of an object.
  template <class Visit>
  bool each_field(Value value, std::string_view what, Visit visit);

  DesignData& data_;
  Diagnostics& errors_;
  Locator locator_;
  NamePool& names_;
  std::string_view text_;  ///< of the file
  simdjson::ondemand::document* document_ = nullptr;
  NameMarks module_marks_;
  NameMarks port_marks_;
  NameMarks cell_marks_;
  NameMarks net_marks_;
  NameMarks pin_marks_;
  struct NetSlot {
    std::uint32_t module = 0;  ///< ordinal of the module that used the number last
    LocalNet net = 0;
  };
  std::vector<NetSlot> net_slots_;  ///< by the text's net number
  std::uint32_t module_ordinal_ = 0;
  LocalNet net_count_ = kConstantNetCount;
};

template <class Visit>
bool YosysReader::each_field(Value value, std::string_view what, Visit visit) {
  bool is_object = false;
  if (!expect(value, simdjson::ondemand::json_type::object, what, is_object)) return false;
  if (!is_object) return true;
  simdjson::ondemand::object object;
  if (const auto error = value.get_object().get(object)) return syntax(error);
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return syntax(error);
    const char* raw = field.key().raw();
    const char* end = raw;
    while (*end != '"' && *end != '\\') ++end;
    std::string_view key(raw, static_cast<std::size_t>(end - raw));
    if (*end == '\\') {
      if (const auto error = field.unescaped_key().get(key)) {
        return syntax_at(error, offset_of(raw - 1));
      }
    }
    if (!visit(key, offset_of(raw - 1), field.value())) return false;
  }
  return true;
}

}  // namespace heddle::gate::netlist
