// What a PE's units take: the seam behind which an analytic model or compiled
// tile cores give the times.
#pragma once

#include <cstdint>

#include "heddle/base/units.h"
#include "heddle/system/dtype.h"
#include "heddle/system/machine.h"

namespace heddle::system {

enum class MathOp : std::uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Max,
  Min,
  Exp,
  Log,
  Rsqrt,
  Tanh,
  Gelu,
  Silu,
  Where,
  Sum,
  RowMax,
  Cast,
  Transpose,
  Softmax,
};
[[nodiscard]] std::string_view math_name(MathOp op);

/// Times of one PE's units. A pure function of its arguments.
/// Threads: any number may ask.
class DeviceModel {
 public:
  virtual ~DeviceModel() = default;

  /// One m x n x k product on the GEMM unit.
  [[nodiscard]] virtual Picoseconds gemm_time(std::uint64_t m, std::uint64_t n, std::uint64_t k,
                                              Dtype dtype) const = 0;
  /// One operation over `elements` on the MATH unit.
  [[nodiscard]] virtual Picoseconds math_time(MathOp op, std::uint64_t elements,
                                              Dtype dtype) const = 0;

 protected:
  DeviceModel() = default;
  DeviceModel(const DeviceModel&) = default;
  DeviceModel& operator=(const DeviceModel&) = default;
};

/// ceil(m / rows) ceil(n / columns) k + fill cycles a product; one operation a
/// lane and cycle, the slow ones (exp, log, div, rsqrt, tanh) several.
class AnalyticDevice final : public DeviceModel {
 public:
  explicit AnalyticDevice(const PeSpec& spec) : spec_(spec) {}

  [[nodiscard]] Picoseconds gemm_time(std::uint64_t m, std::uint64_t n, std::uint64_t k,
                                      Dtype dtype) const override;
  [[nodiscard]] Picoseconds math_time(MathOp op, std::uint64_t elements,
                                      Dtype dtype) const override;

 private:
  PeSpec spec_;
};

}  // namespace heddle::system
