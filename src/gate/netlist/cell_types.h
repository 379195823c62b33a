// What a Yosys cell type means: its class, its pins and, for storage, the
// polarities that its name spells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "heddle/gate/netlist.h"

namespace heddle::gate::netlist {

enum class CellClass : std::uint8_t {
  Unknown,
  Gate,
  Lut,
  Flop,
  Latch,
  Memory,    ///< `$mem_v2`
  Check,     ///< `$assert`, `$print`, ...
  Tristate,  ///< `$_TBUF_`
  Ignored,   ///< `$scopeinfo`: says nothing about behaviour
  WordLevel  ///< an operator on words that technology mapping removes
};

/// What a pin of a storage cell does. A gate's pins are its inputs in order,
/// then its output.
enum class PinRole : std::uint8_t {
  GateInput,
  GateOutput,
  Clock,
  Data,
  Output,
  Enable,
  SyncReset,
  AsyncReset,
  Set,
  Clear,
  Load,
  LoadData
};

struct PinSpec {
  std::string_view name;
  PinRole role = PinRole::GateInput;

  [[nodiscard]] bool is_output() const {
    return role == PinRole::GateOutput || role == PinRole::Output;
  }
};

/// The meaning of one cell type.
struct CellSpec {
  CellClass kind = CellClass::Unknown;
  GateOp op = GateOp::Buf;    ///< of a `Gate`
  FlopCell flop;              ///< of a `Flop`: polarities and values; nets are none
  LatchCell latch;            ///< of a `Latch`: likewise
  std::vector<PinSpec> pins;  ///< of a `Gate`, `Tristate`, `Flop` or `Latch`: all one bit wide
};

/// Decodes a type name such as `$_AND_`, `$_SDFFCE_PN0P_` or `$mem_v2`.
[[nodiscard]] CellSpec describe_cell_type(std::string_view type);

/// Every type that `describe_cell_type` accepts, for help with typos.
[[nodiscard]] std::vector<std::string> known_cell_types();

}  // namespace heddle::gate::netlist
