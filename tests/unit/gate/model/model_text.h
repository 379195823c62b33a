// Models of small Yosys JSON texts.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "heddle/gate/model.h"
#include "unit/gate/netlist/netlist_text.h"

namespace heddle::gate {

/// Hands out net numbers and writes the ports of a module as it goes.
class ModuleText {
 public:
  /// A port of `width` bits; its net numbers as the inside of a JSON array.
  std::string add_port(const std::string& name, const std::string& direction,
                       std::size_t width = 1) {
    std::string bits;
    for (std::size_t i = 0; i < width; ++i) {
      bits += (bits.empty() ? "" : ", ") + std::to_string(next_net_++);
    }
    append(ports_, port(name, direction, bits));
    return bits;
  }
  void add_cell(const std::string& text) { append(cells_, text); }
  void add_net(const std::string& text) { append(nets_, text); }

  [[nodiscard]] std::string text() const { return netlist_of(top_module(ports_, cells_, nets_)); }

 private:
  static void append(std::string& list, const std::string& item) {
    list += (list.empty() ? "" : ",\n") + item;
  }
  std::uint32_t next_net_ = 2;
  std::string ports_;
  std::string cells_;
  std::string nets_;
};

/// A failure is a test failure and gives an empty model.
inline Model model_of(const std::string& text, Diagnostics* warnings = nullptr) {
  const Result<FlatNetlist> flat = flatten_text(text);
  if (!flat) {
    ADD_FAILURE() << flat.error().to_string() << "\n" << text;
    return {};
  }
  Diagnostics unread;
  Result<Model> model = build_model(*flat, warnings == nullptr ? unread : *warnings);
  if (!model) {
    ADD_FAILURE() << model.error().to_string() << "\n" << text;
    return {};
  }
  return std::move(*model);
}

}  // namespace heddle::gate
