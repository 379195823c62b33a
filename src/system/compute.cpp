// The arithmetic of every operation. fp16 and bf16 are stored; sums and
// products are fp32, in order of the inner index, rounded once when stored.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "heddle/base/check.h"
#include "heddle/system/op_log.h"

namespace heddle::system {
namespace {

TileData blank(const Op& op) {
  TileData out{op.shape, op.dtype, {}, {}};
  out.bytes.resize(op.shape.count() * dtype_bytes(op.dtype));
  return out;
}

float binary(MathOp op, float a, float b) {
  switch (op) {
    case MathOp::Add: return a + b;
    case MathOp::Sub: return a - b;
    case MathOp::Mul: return a * b;
    case MathOp::Div: return a / b;
    case MathOp::Max: return std::fmax(a, b);
    default: return std::fmin(a, b);
  }
}

/// Two's complement; a division by zero gives zero.
std::int32_t binary_int(MathOp op, std::int32_t a, std::int32_t b) {
  const auto ua = static_cast<std::uint32_t>(a);
  const auto ub = static_cast<std::uint32_t>(b);
  switch (op) {
    case MathOp::Add: return static_cast<std::int32_t>(ua + ub);
    case MathOp::Sub: return static_cast<std::int32_t>(ua - ub);
    case MathOp::Mul: return static_cast<std::int32_t>(ua * ub);
    case MathOp::Div: return b == 0 ? 0 : static_cast<std::int32_t>(std::int64_t{a} / b);
    case MathOp::Max: return std::max(a, b);
    default: return std::min(a, b);
  }
}

float unary(MathOp op, float x) {
  switch (op) {
    case MathOp::Exp: return std::exp(x);
    case MathOp::Log: return std::log(x);
    case MathOp::Rsqrt: return 1.0F / std::sqrt(x);
    case MathOp::Tanh: return std::tanh(x);
    case MathOp::Gelu:
      return 0.5F * x * (1.0F + std::tanh(0.7978845608F * (x + 0.044715F * x * x * x)));
    case MathOp::Silu: return x / (1.0F + std::exp(-x));
    default: return x;  // Cast
  }
}

void spread_poison(TileData& out, std::span<const TileData* const> operands) {
  for (const TileData* operand : operands) {
    if (operand->poison.empty()) continue;
    if (out.poison.empty()) out.poison.resize(out.shape.count());
    for (std::size_t i = 0; i < out.poison.size(); ++i) {
      if (operand->is_poison(i)) out.poison[i] = true;
    }
  }
}

TileData elementwise(const Op& op, std::span<const TileData* const> operands) {
  TileData out = blank(op);
  const bool is_binary = operands.size() == 2;
  const bool is_integer = std::none_of(operands.begin(), operands.end(),
                                       [](const TileData* one) { return is_float(one->dtype); }) &&
                          !is_float(op.dtype);
  for (std::size_t i = 0; i < op.shape.count(); ++i) {
    if (is_integer) {
      const std::int32_t a = load_int(operands[0]->bytes, operands[0]->dtype, i);
      const std::int32_t b = is_binary ? load_int(operands[1]->bytes, operands[1]->dtype, i) : 0;
      store_int(out.bytes, op.dtype, i, is_binary ? binary_int(op.math, a, b) : a);
    } else {
      const float a = operands[0]->at(i);
      store_float(out.bytes, op.dtype, i,
                  is_binary ? binary(op.math, a, operands[1]->at(i)) : unary(op.math, a));
    }
  }
  spread_poison(out, operands);
  return out;
}

/// Lanes of the second where the first is not zero, else of the third.
TileData where(const Op& op, std::span<const TileData* const> operands) {
  TileData out = blank(op);
  for (std::size_t i = 0; i < op.shape.count(); ++i) {
    const TileData& from = *operands[operands[0]->at(i) != 0.0F ? 1 : 2];
    if (!is_float(op.dtype) && !is_float(from.dtype)) {
      store_int(out.bytes, op.dtype, i, load_int(from.bytes, from.dtype, i));
    } else {
      store_float(out.bytes, op.dtype, i, from.at(i));
    }
    if (!from.is_poison(i) && !operands[0]->is_poison(i)) continue;
    if (out.poison.empty()) out.poison.resize(op.shape.count());
    out.poison[i] = true;
  }
  return out;
}

/// A row with an undefined lane has no defined sum, maximum or softmax.
void spread_row_poison(TileData& out, const TileData& in) {
  if (in.poison.empty()) return;
  const std::size_t width = out.shape.columns;
  out.poison.resize(out.shape.count());
  for (std::size_t lane = 0; lane < in.poison.size(); ++lane) {
    if (!in.poison[lane]) continue;
    const std::size_t row = lane / in.shape.columns;
    for (std::size_t i = 0; i < width; ++i) out.poison[row * width + i] = true;
  }
}

/// Row by row, of integers: sum, wrapping, or maximum.
TileData by_integer_rows(const Op& op, const TileData& in) {
  TileData out = blank(op);
  spread_row_poison(out, in);
  const std::size_t columns = in.shape.columns;
  for (std::size_t row = 0; row < in.shape.rows; ++row) {
    std::int32_t result = load_int(in.bytes, in.dtype, row * columns);
    for (std::size_t i = 1; i < columns; ++i) {
      const std::int32_t x = load_int(in.bytes, in.dtype, row * columns + i);
      result = binary_int(op.math == MathOp::Sum ? MathOp::Add : MathOp::Max, result, x);
    }
    store_int(out.bytes, op.dtype, row, result);
  }
  return out;
}

/// Row by row: sum, max or softmax. Requires: there are columns.
TileData by_rows(const Op& op, const TileData& in) {
  TileData out = blank(op);
  const std::size_t columns = in.shape.columns;
  spread_row_poison(out, in);
  for (std::size_t row = 0; row < in.shape.rows; ++row) {
    float most = in.at(row * columns);
    float sum = 0;
    for (std::size_t i = 0; i < columns; ++i) most = std::fmax(most, in.at(row * columns + i));
    for (std::size_t i = 0; i < columns; ++i) {
      const float x = in.at(row * columns + i);
      sum += op.math == MathOp::Softmax ? std::exp(x - most) : x;
    }
    if (op.math != MathOp::Softmax) {
      store_float(out.bytes, op.dtype, row, op.math == MathOp::Sum ? sum : most);
      continue;
    }
    for (std::size_t i = 0; i < columns; ++i) {
      store_float(out.bytes, op.dtype, row * columns + i,
                  std::exp(in.at(row * columns + i) - most) / sum);
    }
  }
  return out;
}

TileData transposed(const Op& op, const TileData& in) {
  TileData out = blank(op);
  const std::uint64_t size = dtype_bytes(in.dtype);
  if (!in.poison.empty()) out.poison.resize(out.shape.count());
  for (std::size_t row = 0; row < in.shape.rows; ++row) {
    for (std::size_t column = 0; column < in.shape.columns; ++column) {
      if (in.is_poison(row * in.shape.columns + column)) {
        out.poison[column * in.shape.rows + row] = true;
      }
      std::memcpy(out.bytes.data() + (column * in.shape.rows + row) * size,
                  in.bytes.data() + (row * in.shape.columns + column) * size, size);
    }
  }
  return out;
}

/// Undefined lanes of a make a row of the product undefined, those of b a column.
void spread_dot_poison(TileData& out, std::span<const TileData* const> operands) {
  const TileData& a = *operands[0];
  const TileData& b = *operands[1];
  const bool has_c = operands.size() > 2 && !operands[2]->poison.empty();
  if (a.poison.empty() && b.poison.empty() && !has_c) return;
  const std::size_t n = out.shape.columns;
  std::vector<bool> rows(out.shape.rows);
  std::vector<bool> columns(n);
  for (std::size_t i = 0; i < a.poison.size(); ++i) {
    if (a.poison[i]) rows[i / a.shape.columns] = true;
  }
  for (std::size_t i = 0; i < b.poison.size(); ++i) {
    if (b.poison[i]) columns[i % n] = true;
  }
  out.poison.resize(out.shape.count());
  for (std::size_t i = 0; i < out.poison.size(); ++i) {
    out.poison[i] = rows[i / n] || columns[i % n] || (has_c && operands[2]->is_poison(i));
  }
}

/// The product of integers, in int32 as two's complement has it.
TileData integer_dot(const Op& op, std::span<const TileData* const> operands) {
  TileData out = blank(op);
  const TileData& a = *operands[0];
  const TileData& b = *operands[1];
  const std::size_t k = a.shape.columns;
  const std::size_t n = op.shape.columns;
  for (std::size_t row = 0; row < op.shape.rows; ++row) {
    for (std::size_t j = 0; j < n; ++j) {
      std::uint32_t sum = 0;
      if (operands.size() > 2) {
        sum = static_cast<std::uint32_t>(
            load_int(operands[2]->bytes, operands[2]->dtype, row * n + j));
      }
      for (std::size_t i = 0; i < k; ++i) {
        sum += static_cast<std::uint32_t>(load_int(a.bytes, a.dtype, row * k + i)) *
               static_cast<std::uint32_t>(load_int(b.bytes, b.dtype, i * n + j));
      }
      store_int(out.bytes, op.dtype, row * n + j, static_cast<std::int32_t>(sum));
    }
  }
  spread_dot_poison(out, operands);
  return out;
}

/// a b, plus c where there is one.
TileData dot(const Op& op, std::span<const TileData* const> operands) {
  if (!is_float(op.dtype)) return integer_dot(op, operands);
  TileData out = blank(op);
  const TileData& a = *operands[0];
  const TileData& b = *operands[1];
  const std::size_t k = a.shape.columns;
  const std::size_t n = op.shape.columns;
  std::vector<float> wide(b.shape.count());
  for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = b.at(i);
  std::vector<float> sums(n);
  for (std::size_t row = 0; row < op.shape.rows; ++row) {
    for (std::size_t j = 0; j < n; ++j) {
      sums[j] = operands.size() > 2 ? operands[2]->at(row * n + j) : 0.0F;
    }
    for (std::size_t i = 0; i < k; ++i) {
      const float factor = a.at(row * k + i);
      for (std::size_t j = 0; j < n; ++j) sums[j] += factor * wide[i * n + j];
    }
    for (std::size_t j = 0; j < n; ++j) store_float(out.bytes, op.dtype, row * n + j, sums[j]);
  }
  spread_dot_poison(out, operands);
  return out;
}

/// The bytes of a load, from the values its pieces name, in order of pieces.
TileData load(const Op& op, std::span<const TileData* const> operands) {
  TileData out = blank(op);
  for (std::size_t i = 0; i < op.pieces.size(); ++i) {
    const Piece& piece = op.pieces[i];
    std::memcpy(out.bytes.data() + piece.target_offset,
                operands[i]->bytes.data() + piece.source_offset, piece.size_bytes);
    const std::uint64_t size = dtype_bytes(op.dtype);
    // Lanes that were stored are defined: bytes taken for another type have no others.
    if (operands[i]->poison.empty() || dtype_bytes(operands[i]->dtype) != size) continue;
    out.poison.resize(op.shape.count());
    for (std::uint64_t lane = 0; lane < piece.size_bytes / size; ++lane) {
      out.poison[piece.target_offset / size + lane] =
          operands[i]->is_poison(piece.source_offset / size + lane);
    }
  }
  if (!op.mask.empty()) {
    out.poison.resize(op.mask.size());
    for (std::size_t i = 0; i < op.mask.size(); ++i) out.poison[i] = !op.mask[i];
  }
  return out;
}

TileData math(const Op& op, std::span<const TileData* const> operands) {
  switch (op.math) {
    case MathOp::Where: return where(op, operands);
    case MathOp::Sum:
    case MathOp::RowMax:
      if (!is_float(op.dtype)) return by_integer_rows(op, *operands[0]);
      [[fallthrough]];
    case MathOp::Softmax: return by_rows(op, *operands[0]);
    case MathOp::Transpose: return transposed(op, *operands[0]);
    default: return elementwise(op, operands);
  }
}

}  // namespace

std::string_view op_kind_name(OpKind kind) {
  constexpr std::string_view kNames[] = {"external", "load",  "fill",   "dot",
                                         "math",     "store", "receive"};
  return kNames[static_cast<std::size_t>(kind)];
}

TileData compute(const Op& op, std::span<const TileData* const> operands) {
  switch (op.kind) {
    case OpKind::External: return {op.shape, op.dtype, op.external, {}};
    case OpKind::Load: return load(op, operands);
    case OpKind::Fill: {
      TileData out = blank(op);
      for (std::size_t i = 0; i < op.shape.count(); ++i) {
        store_float(out.bytes, op.dtype, i, op.scalar);
      }
      return out;
    }
    case OpKind::Dot: return dot(op, operands);
    case OpKind::Math: return math(op, operands);
    default: return *operands[0];  // Store, Receive: the same value elsewhere
  }
}

}  // namespace heddle::system
