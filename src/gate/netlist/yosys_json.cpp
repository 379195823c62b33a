// Entry of the Yosys JSON front end: the file, its modules and their ports.
#include "heddle/gate/yosys_json.h"

#include <xxhash.h>

#include <algorithm>

#include "heddle/base/file.h"
#include "heddle/gate/diagnostics.h"
#include "yosys_reader.h"

namespace heddle::gate::netlist {

YosysReader::YosysReader(DesignData& data, NamePool& names, Diagnostics& errors)
    : data_(data),
      errors_(errors),
      locator_(std::string_view(data.text).substr(0, data.files.front().bytes),
               data.files.front().name),
      names_(names),
      text_(std::string_view(data.text).substr(0, data.files.front().bytes)) {}

YosysReader::Key YosysReader::key_of(std::string_view text) {
  struct Row {
    std::string_view text;
    Key key;
  };
  static constexpr Row kRows[] = {{"bits", kBits},
                                  {"connections", kConnections},
                                  {"type", kType},
                                  {"attributes", kAttributes},
                                  {"parameters", kParameters},
                                  {"hide_name", kHideName},
                                  {"direction", kDirection},
                                  {"offset", kOffset},
                                  {"upto", kUpto},
                                  {"ports", kPorts},
                                  {"cells", kCells},
                                  {"netnames", kNets},
                                  {"modules", kModules}};
  for (const Row& row : kRows) {
    if (row.text == text) return row.key;
  }
  return kOther;
}

void YosysReader::read() {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  const simdjson::padded_string_view text(text_.data(), text_.size(),
                                          text_.size() + simdjson::SIMDJSON_PADDING);
  if (const auto error = parser.iterate(text).get(document)) {
    syntax(error);
  } else {
    document_ = &document;
    read_root(document);
    document_ = nullptr;
  }
}

bool YosysReader::read_root(simdjson::ondemand::document& document) {
  bool is_scalar = false;
  if (const auto error = document.is_scalar().get(is_scalar)) return syntax(error);
  if (is_scalar) {
    add(diag::kWrongType, 0, {"a netlist", "an object"});
    return true;
  }
  Value root;
  if (const auto error = document.get_value().get(root)) return syntax(error);
  std::uint32_t seen = 0;
  const bool followed =
      each_field(root, "a netlist", [&](std::string_view key, SourceOffset at, Value& value) {
        if (key_of(key) != kModules || !first_time(kModules, seen, key, at)) return true;
        return read_modules(value);
      });
  if (!followed) return false;
  const char* rest = nullptr;
  if (document.current_location().get(rest) == simdjson::SUCCESS) {
    return syntax(simdjson::TRAILING_CONTENT);
  }
  if (seen == 0 && errors_.empty()) missing_key("the netlist", "modules", 0);
  return true;
}

bool YosysReader::read_modules(Value value) {
  return each_field(value, "'modules'", [&](std::string_view key, SourceOffset at, Value& item) {
    Module module;
    module.name = names_.intern(key);
    module.at = at;
    if (!module_marks_.mark(module.name)) {
      add(diag::kDuplicateName, at, {"module", key});
      return true;
    }
    if (!read_module(item, module)) return false;
    data_.modules.push_back(std::move(module));
    return true;
  });
}

bool YosysReader::read_module(Value value, Module& module) {
  ++module_ordinal_;
  net_count_ = kConstantNetCount;
  port_marks_.reset();
  cell_marks_.reset();
  net_marks_.reset();
  std::uint32_t seen = 0;
  const auto each_named = [&](Value& list, std::string_view what, std::string_view one,
                              NameMarks& marks, auto read_one) {
    return each_field(list, what, [&](std::string_view key, SourceOffset at, Value& item) {
      const NameId name = names_.intern(key);
      if (marks.mark(name)) return (this->*read_one)(item, module, name, at);
      add(diag::kDuplicateName, at, {one, key});
      return true;
    });
  };
  const bool followed =
      each_field(value, "a module", [&](std::string_view text, SourceOffset at, Value& item) {
        const Key key = key_of(text);
        if (key != kOther && !first_time(key, seen, text, at)) return true;
        switch (key) {
          case kAttributes: return read_module_attributes(item, module);
          case kPorts:
            return each_named(item, "'ports'", "port", port_marks_, &YosysReader::read_port);
          case kCells:
            return each_named(item, "'cells'", "cell", cell_marks_, &YosysReader::read_cell);
          case kNets:
            return each_named(item, "'netnames'", "net", net_marks_, &YosysReader::read_net);
          default: return true;
        }
      });
  module.net_count = net_count_;
  return followed;
}

bool YosysReader::read_module_attributes(Value value, Module& module) {
  return each_field(value, "'attributes'", [&](std::string_view key, SourceOffset, Value& item) {
    bool* flag = nullptr;
    if (key == "top") flag = &module.top;
    if (key == "blackbox") flag = &module.blackbox;
    if (key == "liberty_cell") flag = &module.liberty;
    if (key == "src") module.has_source = true;
    if (key == "heddle_task") return read_name(item, "'heddle_task'", module.task);
    if (flag == nullptr) return true;
    ConstantText text;
    if (!read_constant(item, text)) return false;
    *flag = is_true(text);
    return true;
  });
}

bool YosysReader::read_direction(Value value, ModulePort& port) {
  const SourceOffset at = offset(value);
  NameId word;
  if (!read_name(value, "'direction'", word)) return false;
  if (word.is_none()) return true;
  const std::string_view text = names_.text(word);
  if (text == "input") {
    port.direction = PortDirection::Input;
  } else if (text == "output") {
    port.direction = PortDirection::Output;
  } else if (text == "inout") {
    port.direction = PortDirection::Inout;
  } else {
    add(diag::kBadDirection, at, {names_.text(port.name), text});
  }
  return true;
}

bool YosysReader::read_port(Value value, Module& module, NameId name, SourceOffset at) {
  ModulePort port;
  port.name = name;
  port.at = at;
  std::uint32_t seen = 0;
  const auto field = [&](std::string_view text, SourceOffset key_at, Value& item) {
    const Key key = key_of(text);
    if (key != kOther && !first_time(key, seen, text, key_at)) return true;
    std::int32_t upto = 0;
    switch (key) {
      case kDirection: return read_direction(item, port);
      case kBits: return read_bits(item, "'bits'", port.bits);
      case kOffset: return read_integer(item, "'offset'", port.range.offset);
      case kUpto:
        if (!read_integer(item, "'upto'", upto)) return false;
        port.range.upto = upto != 0;
        return true;
      default: return true;
    }
  };
  const std::size_t faults = errors_.error_count();
  if (!each_field(value, "a port", field)) return false;
  if (errors_.error_count() == faults) {
    if ((seen & kDirection) == 0) missing_key("a port", "direction", at);
    if ((seen & kBits) == 0) missing_key("a port", "bits", at);
  }
  module.ports.push_back(port);
  return true;
}

}  // namespace heddle::gate::netlist

namespace heddle::gate {

Result<Design> read_yosys_json(std::string text, std::string_view file, std::uint64_t bytes_max) {
  bytes_max = std::min(bytes_max, kYosysJsonBytesMax);
  if (text.size() > bytes_max) {
    return fail(diag::kFileTooLarge, {std::string(file), 0, 0},
                {std::to_string(text.size()), std::to_string(bytes_max)});
  }
  auto data = std::make_unique<netlist::DesignData>();
  data->files = {{std::string(file), 0, static_cast<std::uint32_t>(text.size())}};
  data->text = std::move(text);
  data->text.reserve(data->text.size() + simdjson::SIMDJSON_PADDING);
  data->text_digest = XXH3_64bits(data->text.data(), data->text.size());
  NamePool names;
  Diagnostics errors;
  netlist::YosysReader(*data, names, errors).read();
  if (errors.has_errors()) return fail(std::move(errors));
  data->names = std::make_shared<const NamePool>(std::move(names));
  return Design(std::move(data));
}

Result<Design> load_yosys_json(const std::string& path) {
  HEDDLE_TRY(std::string text, read_file(path, kYosysJsonBytesMax));
  return read_yosys_json(std::move(text), path);
}

}  // namespace heddle::gate
