// The operation log: phase 1 writes it, phase 2 computes from it. Every
// operation makes at most one value, and names the values it uses, so scratch
// addresses that are used again never alias. Only what the host writes is kept
// as bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "heddle/base/digest.h"
#include "heddle/base/result.h"
#include "heddle/base/units.h"
#include "heddle/system/device.h"
#include "heddle/system/tile.h"

namespace heddle::system {

enum class OpKind : std::uint8_t { External, Load, Fill, Dot, Math, Store, Receive };
[[nodiscard]] std::string_view op_kind_name(OpKind kind);

/// Bytes of one value within another.
struct Piece {
  ValueId value;
  std::uint64_t source_offset = 0;
  std::uint64_t target_offset = 0;
  std::uint64_t size_bytes = 0;
};

struct Op {
  OpKind kind = OpKind::External;
  MathOp math = MathOp::Add;
  Dtype dtype = Dtype::F16;
  Shape shape = {};
  std::uint32_t pe = 0;
  std::uint32_t index = 0;  ///< how many operations the PE had issued before
  SimTime time = {};
  Space space = Space::Tcm;   ///< of the result
  std::uint64_t address = 0;  ///< of the result: in the TCM, or physical
  float scalar = 0;           ///< of Fill
  std::vector<ValueId> operands = {};
  std::vector<Piece> pieces = {};        ///< of Load
  std::vector<std::byte> external = {};  ///< of External
  std::vector<bool> mask = {};           ///< of Load and Store: lanes that were moved; empty: all
};

/// Computes one operation. `operands` are those the operation names; a load
/// gets the values of its pieces. Requires: shapes were checked.
[[nodiscard]] TileData compute(const Op& op, std::span<const TileData* const> operands);

/// Threads: one at a time.
class OpLog {
 public:
  /// Values are numbered from `base` on.
  explicit OpLog(std::uint32_t base = 0) : base_(base) {}

  ValueId add(Op op) {
    ops_.push_back(std::move(op));
    return ValueId(base_ + static_cast<std::uint32_t>(ops_.size() - 1));
  }
  [[nodiscard]] const std::vector<Op>& ops() const { return ops_; }
  [[nodiscard]] const Op& op(ValueId id) const { return ops_[id.value() - base_]; }
  /// Hands the operations over; numbers start again.
  [[nodiscard]] std::vector<Op> take() { return std::exchange(ops_, {}); }

  /// Every value, computed along the true dependences on `threads` threads.
  /// Determinism: the same for any number of threads.
  [[nodiscard]] std::vector<TileData> replay(std::uint32_t threads) const;

 private:
  std::uint32_t base_ = 0;
  std::vector<Op> ops_;
};

}  // namespace heddle::system
