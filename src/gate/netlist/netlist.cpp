// Operator tables, memory contents and names of bits.
#include "heddle/gate/netlist.h"

#include <array>

#include "heddle/base/check.h"

namespace heddle::gate {
namespace {

struct OpRow {
  std::string_view type;
  std::uint8_t inputs;
};

/// In the order of `GateOp`.
constexpr std::array<OpRow, kGateOpCount> kOps{{
    {"$_BUF_", 1},  {"$_NOT_", 1},  {"$_AND_", 2},   {"$_NAND_", 2},   {"$_OR_", 2},
    {"$_NOR_", 2},  {"$_XOR_", 2},  {"$_XNOR_", 2},  {"$_ANDNOT_", 2}, {"$_ORNOT_", 2},
    {"$_MUX_", 3},  {"$_NMUX_", 3}, {"$_AOI3_", 3},  {"$_OAI3_", 3},   {"$_AOI4_", 4},
    {"$_OAI4_", 4}, {"$_MUX4_", 6}, {"$_MUX8_", 11}, {"$_MUX16_", 20}, {"$lut", 0},
}};
static_assert(static_cast<std::size_t>(GateOp::Lut) + 1 == kGateOpCount);

}  // namespace

std::string_view yosys_type(GateOp op) {
  return kOps[static_cast<std::size_t>(op)].type;
}

std::size_t gate_input_count(GateOp op) {
  return kOps[static_cast<std::size_t>(op)].inputs;
}

Logic MemoryCell::init_bit(std::uint64_t word, std::uint32_t bit) const {
  HEDDLE_CHECK(word < depth);
  HEDDLE_CHECK(bit < width);
  const std::uint64_t at = word * width + bit;
  if (at / 64 >= init_known.size()) return Logic::X;
  if (((init_known[at / 64] >> (at % 64)) & 1U) == 0) return Logic::X;
  return ((init_value[at / 64] >> (at % 64)) & 1U) != 0 ? Logic::One : Logic::Zero;
}

std::string bit_name(std::string_view name, std::uint32_t width, BusRange range,
                     std::uint32_t bit) {
  std::string out(name);
  if (width == 1 && range == BusRange{}) return out;
  const std::uint32_t step = range.upto ? width - 1 - bit : bit;
  return out + "[" + std::to_string(std::int64_t{range.offset} + step) + "]";
}

}  // namespace heddle::gate
