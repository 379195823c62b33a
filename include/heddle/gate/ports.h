// The top-level ports of a model as buses: the model has bits, users have names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/gate/model.h"

namespace heddle::gate {

/// A port, its bits by rising index.
struct PortBus {
  std::string name;
  std::int64_t first_index = 0;     ///< of bit 0; meaningful for a bus
  bool is_bus = false;              ///< declared with a range
  std::vector<std::uint32_t> bits;  ///< into `Model::inputs` or `Model::outputs`
};

/// The ports of one direction, in order of name.
class PortTable {
 public:
  explicit PortTable(const std::vector<PortBit>& bits);

  [[nodiscard]] const std::vector<PortBus>& ports() const { return ports_; }
  /// The bits of `name`, `name[3]` or `name[5:2]`, bit 0 the lowest index; empty
  /// when there is no such port or bit.
  [[nodiscard]] std::vector<std::uint32_t> find(std::string_view name) const;
  /// The port nearest to a name that was not found; empty when none is near.
  [[nodiscard]] std::string nearest(std::string_view name) const;

 private:
  std::vector<PortBus> ports_;
};

}  // namespace heddle::gate
