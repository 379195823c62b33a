// A hierarchical netlist as a front end read it, and its flattening.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/gate/netlist.h"

namespace heddle::gate {

namespace netlist {
struct DesignData;
}

/// Modules with their cells, not yet connected to one another. Holds the text
/// that it was read from, so that whatever is found later has its place.
/// Threads: const access from many threads is safe.
class Design {
 public:
  explicit Design(std::unique_ptr<const netlist::DesignData> data);
  ~Design();
  Design(Design&&) noexcept;
  Design& operator=(Design&&) noexcept;

  /// Names of all modules, in the order of the text.
  [[nodiscard]] std::vector<std::string_view> module_names() const;
  /// For the parts of this module.
  [[nodiscard]] const netlist::DesignData& data() const { return *data_; }

 private:
  std::unique_ptr<const netlist::DesignData> data_;
};

/// Bounds on what flattening may make; a design past one is refused before
/// memory is spent on it. A bound can be raised to four times its default.
struct FlattenOptions {
  /// Primitive cells and instances together.
  std::uint64_t cells_max = std::uint64_t{1} << 25;
  /// Bits of nets, of names and of given memory contents together.
  std::uint64_t bits_max = std::uint64_t{1} << 28;
};

/// How deep instances may nest.
inline constexpr std::size_t kHierarchyDepthMax = 512;

/// Flattens the hierarchy below module `top`; an empty `top` means the module
/// with the attribute `top`, or else the only one that no other instantiates.
///
/// Instances become scopes; their ports are merged with the nets outside. An
/// unconnected instance input is an undriven net; `z` is `x`; a `$_TBUF_` that
/// alone drives its net is a multiplexer with `x`. Initial values come from the
/// `init` attributes of names, wherever in the hierarchy they stand.
///
/// Errors: `gate.netlist.*` of `diagnostics.h`, several at once, each with the
/// place of the cell or port. Undriven nets are warnings in the result.
/// Cost: linear in the flat size, about 0.5 us a cell.
[[nodiscard]] Result<FlatNetlist> flatten(const Design& design, std::string_view top,
                                          const FlattenOptions& options = {});

}  // namespace heddle::gate
