#include "heddle/system/device.h"

#include <array>

namespace heddle::system {
namespace {

std::int64_t ceil_of(std::uint64_t value, std::uint64_t step) {
  return static_cast<std::int64_t>((value + step - 1) / step);
}

/// Passes over the lanes: plain ones, and slow ones.
struct Passes {
  std::int64_t plain = 1;
  std::int64_t slow = 0;
};

Passes passes_of(MathOp op) {
  switch (op) {
    case MathOp::Exp:
    case MathOp::Log:
    case MathOp::Div:
    case MathOp::Rsqrt:
    case MathOp::Tanh: return {0, 1};
    case MathOp::Gelu: return {7, 1};     // x (1 + tanh(p(x))) / 2: seven plain, one tanh
    case MathOp::Silu: return {2, 2};     // x / (1 + exp(-x))
    case MathOp::Softmax: return {3, 2};  // max, subtract, exp, sum, divide
    default: return {1, 0};
  }
}

}  // namespace

std::string_view math_name(MathOp op) {
  constexpr std::array<std::string_view, 18> kNames = {
      "add",  "sub",  "mul",  "div",   "max", "min",     "exp",  "log",       "rsqrt",
      "tanh", "gelu", "silu", "where", "sum", "row_max", "cast", "transpose", "softmax"};
  return kNames[static_cast<std::size_t>(op)];
}

Picoseconds AnalyticDevice::gemm_time(std::uint64_t m, std::uint64_t n, std::uint64_t k,
                                      Dtype) const {
  if (m == 0 || n == 0 || k == 0) return Picoseconds(0);
  const std::int64_t cycles =
      ceil_of(m, spec_.gemm_rows) * ceil_of(n, spec_.gemm_columns) * static_cast<std::int64_t>(k) +
      spec_.gemm_fill_cycles;
  return Picoseconds(cycles * spec_.clock_ps);
}

Picoseconds AnalyticDevice::math_time(MathOp op, std::uint64_t elements, Dtype) const {
  if (spec_.has_free_math) return Picoseconds(0);
  const Passes passes = passes_of(op);
  const std::int64_t rounds = ceil_of(elements, spec_.math_lanes);
  const std::int64_t cycles = passes.plain + passes.slow * spec_.slow_math_cycles;
  return Picoseconds(rounds * cycles * spec_.clock_ps);
}

}  // namespace heddle::system
