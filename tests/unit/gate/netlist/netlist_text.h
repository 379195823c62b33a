// Small Yosys JSON texts, put together in the tests.
#pragma once

#include <string>
#include <string_view>

#include "heddle/gate/yosys_json.h"

namespace heddle::gate {

/// `{"modules": {...}}` around the text of modules.
inline std::string netlist_of(std::string_view modules) {
  return "{\n\"modules\": {\n" + std::string(modules) + "\n}\n}\n";
}

/// A module called `top`.
inline std::string top_module(std::string_view ports, std::string_view cells,
                              std::string_view nets = "") {
  return "\"top\": {\"attributes\": {\"top\": \"1\"},\n\"ports\": {" + std::string(ports) +
         "},\n\"cells\": {\n" + std::string(cells) + "\n},\n\"netnames\": {" + std::string(nets) +
         "}}";
}

/// A port as text: `port("a", "input", "2, 3")`.
inline std::string port(std::string_view name, std::string_view direction, std::string_view bits) {
  return "\"" + std::string(name) + "\": {\"direction\": \"" + std::string(direction) +
         "\", \"bits\": [" + std::string(bits) + "]}";
}

/// A cell as text: `cell("u", "$_NOT_", R"("A": [2], "Y": [3])")`.
inline std::string cell(std::string_view name, std::string_view type, std::string_view connections,
                        std::string_view parameters = "") {
  return "\"" + std::string(name) + "\": {\"type\": \"" + std::string(type) +
         "\", \"parameters\": {" + std::string(parameters) + "}, \"connections\": {" +
         std::string(connections) + "}}";
}

/// A named net as text.
inline std::string net(std::string_view name, std::string_view bits,
                       std::string_view attributes = "") {
  return "\"" + std::string(name) + "\": {\"hide_name\": 0, \"bits\": [" + std::string(bits) +
         "], \"attributes\": {" + std::string(attributes) + "}}";
}

/// Reads and flattens a text as a file `n.json`.
inline Result<FlatNetlist> flatten_text(std::string text, std::string_view top = "",
                                        const FlattenOptions& options = {}) {
  Result<Design> design = read_yosys_json(std::move(text), "n.json");
  if (!design) return fail(std::move(design.error()));
  return flatten(*design, top, options);
}

}  // namespace heddle::gate
