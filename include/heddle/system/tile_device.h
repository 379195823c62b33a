// A PE whose times come from `tile`: each product and each MATH operation is
// played as a kernel on one core of an NPU machine, operands in place, and takes
// the cycles that the core's arrays and vector unit take.
#pragma once

#include <memory>

#include "heddle/base/result.h"
#include "heddle/system/device.h"

namespace heddle::tile {
struct Machine;
}

namespace heddle::system {

/// Times are those of `tile::simulate`, kept by size, so that equal tiles are
/// played once. What the analytic device knows and tile cores do not: a type of
/// narrower numbers is no faster. Threads: any number may ask.
class TileDevice final : public DeviceModel {
 public:
  /// Errors: those of `tile::simulate` for a small product and a vector
  /// operation; a machine that plays these plays all.
  [[nodiscard]] static Result<std::unique_ptr<TileDevice>> create(const tile::Machine& machine);
  ~TileDevice() override;

  /// Weights are preloaded tile by tile, over k first, all m rows stream over
  /// each, and sums stay in the accumulator.
  [[nodiscard]] Picoseconds gemm_time(std::uint64_t m, std::uint64_t n, std::uint64_t k,
                                      Dtype dtype) const override;
  /// Vector operations one after the other; sum, row_max and transpose on the
  /// cross-lane unit, all elements as one group.
  [[nodiscard]] Picoseconds math_time(MathOp op, std::uint64_t elements,
                                      Dtype dtype) const override;

 private:
  class Player;
  explicit TileDevice(std::unique_ptr<Player> player);
  std::unique_ptr<Player> player_;
};

}  // namespace heddle::system
