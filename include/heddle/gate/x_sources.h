// Where x comes from in a design: what X propagation starts with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/base/byte_sink.h"
#include "heddle/gate/model.h"

namespace heddle::gate {

enum class XSourceKind : std::uint8_t {
  Flop,    ///< no value at power-up
  Latch,   ///< the same
  Loop,    ///< logic that feeds itself
  Memory,  ///< words without contents
  Net,     ///< nothing drives it, or the netlist says x
  Opaque,  ///< a cell without a function drives it
};
/// "flop", "undriven net"...
[[nodiscard]] std::string_view x_source_kind_name(XSourceKind kind);

/// Bits of one name that are x before anything happens.
struct XSource {
  XSourceKind kind = XSourceKind::Flop;
  std::string name;
  std::uint64_t bits = 0;   ///< that are x
  std::uint64_t width = 0;  ///< of all there are
};

/// By kind, then by name. Requires: a model made with `keeps_unknown`. Inputs that
/// a run leaves open come to these: the run warns of them.
/// Cost: linear in states and memory words.
[[nodiscard]] std::vector<XSource> list_x_sources(const Model& model);

/// A line each, and how many bits of each kind.
[[nodiscard]] std::string to_text(const std::vector<XSource>& sources);
void write_json(const std::vector<XSource>& sources, ByteSink& out);

}  // namespace heddle::gate
