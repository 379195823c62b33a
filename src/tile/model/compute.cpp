// Systolic arrays: operands enter skewed, one row or column a cycle, so the last of T
// streamed rows leaves the far corner (R-1) + (C-1) cycles after it entered, plus a fixed
// pipeline. Weights shift down through all R rows, however many a tile has. A tile larger
// than the array is streamed once a fold.
#include "tile/model/compute.h"

#include <algorithm>
#include <bit>

#include "heddle/base/check.h"
#include "heddle/base/units.h"

namespace heddle::tile {

namespace {

std::int64_t dim(std::span<const std::int64_t> dims, std::size_t index) {
  HEDDLE_CHECK(index < dims.size());
  return std::max<std::int64_t>(dims[index], 1);
}

OperationCost fixed_cost(const FixedCost& cost) {
  return table_cost(cost.cycles, cost.overlap_cycles);
}

OperationCost preload_cost(const ArraySpec& array, std::span<const std::int64_t> dims) {
  if (array.dataflow == Dataflow::OutputStationary) return OperationCost{};
  const std::int64_t folds =
      divide_ceil(dim(dims, 0), array.rows) * divide_ceil(dim(dims, 1), array.columns);
  const std::int64_t interval = folds * array.rows;
  const std::int64_t ready = interval + array.load_cycles;
  return OperationCost{interval, ready, ready};
}

OperationCost matmul_cost(const ArraySpec& array, std::span<const std::int64_t> dims) {
  const bool is_output = array.dataflow == Dataflow::OutputStationary;
  // Which dims lie over the array, and which one streams through it.
  const std::int64_t over_rows = is_output ? dim(dims, 0) : dim(dims, 1);
  const std::int64_t streamed = is_output ? dim(dims, 1) : dim(dims, 0);
  const std::int64_t folds =
      divide_ceil(over_rows, array.rows) * divide_ceil(dim(dims, 2), array.columns);
  const std::int64_t skew = std::int64_t{array.rows} - 1 + std::int64_t{array.columns} - 1;
  const std::int64_t interval = folds * streamed;
  return OperationCost{interval, interval,
                       interval + skew + array.extra_latency_cycles + array.finish_cycles};
}

std::int64_t lane_cycles(const VectorSpec& vector, Operation operation) {
  switch (operation) {
    case Operation::Add: return 1;
    case Operation::Mul: return vector.mul_cycles;
    case Operation::Div: return vector.div_cycles;
    case Operation::Sqrt: return vector.sqrt_cycles;
    case Operation::Exp: return vector.exp_cycles;
    case Operation::Log: return vector.log_cycles;
    case Operation::Tanh: return vector.tanh_cycles;
    case Operation::Erf: return vector.erf_cycles;
    case Operation::Transpose: return 1;
  }
  return 1;
}

OperationCost vector_cost(const VectorSpec& vector, std::span<const std::int64_t> dims) {
  const auto operation = static_cast<Operation>(dims.size() > 1 ? dims[1] : 0);
  const std::int64_t interval =
      divide_ceil(dim(dims, 0), vector.lanes) * lane_cycles(vector, operation);
  return OperationCost{interval, interval, vector.startup_cycles + interval};
}

/// A reduction streams its groups, `lanes` elements a cycle, and folds the lanes by a tree;
/// a transposition holds a whole block of lanes before its first row leaves.
OperationCost cross_lane_cost(const CrossLaneSpec& unit, std::span<const std::int64_t> dims) {
  const std::int64_t elements = dim(dims, 1);
  const std::int64_t interval = dim(dims, 0) * divide_ceil(elements, unit.lanes);
  const std::int64_t width = std::min<std::int64_t>(elements, unit.lanes);
  const bool is_transpose =
      dims.size() > 2 && static_cast<Operation>(dims[2]) == Operation::Transpose;
  const auto levels =
      static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(width) - 1));
  const std::int64_t tail = is_transpose ? width : levels;
  return OperationCost{interval, interval, unit.startup_cycles + interval + tail};
}

}  // namespace

OperationCost cost_of(const Machine& machine, ComputeKind kind,
                      std::span<const std::int64_t> dims) {
  const ArraySpec& array = machine.array;
  switch (kind) {
    case ComputeKind::Preload:
      return array.preload_cost ? fixed_cost(*array.preload_cost) : preload_cost(array, dims);
    case ComputeKind::Matmul:
      return array.matmul_cost ? fixed_cost(*array.matmul_cost) : matmul_cost(array, dims);
    case ComputeKind::Vector: return vector_cost(machine.vector, dims);
    case ComputeKind::CrossLane: return cross_lane_cost(machine.cross_lane, dims);
  }
  return OperationCost{};
}

std::uint64_t macs_of(std::span<const std::int64_t> dims) {
  std::uint64_t macs = 1;
  for (std::size_t i = 0; i < 3; ++i) macs *= static_cast<std::uint64_t>(dim(dims, i));
  return macs;
}

}  // namespace heddle::tile
