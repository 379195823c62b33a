#include "support/tile/gemm.h"

#include <algorithm>

namespace heddle::tile::test {

namespace {

struct Ids3 {
  std::uint32_t a = 0, b = 0, c = 0;
};

class GemmItem {
 public:
  GemmItem(ListSource& source, const Gemm& gemm, Ids3 tensors, std::int64_t m0, std::int64_t n0)
      : g_(gemm), t_(tensors), item_(source), m0_(m0), n0_(n0) {
    rows_ = std::min(g_.tile_m, g_.m - m0);
    columns_ = std::min(g_.tile_n, g_.n - n0);
    item_.vector(0, rows_ * columns_, {}, {2});
    for (std::int64_t k0 = 0; k0 < g_.k; k0 += g_.tile_k) step(k0);
    if (g_.has_barrier) item_.compute_barrier();
    item_.store(t_.c, Block{m0 * g_.n + n0, rows_, columns_, g_.n}, 2);
    item_.end();
  }

 private:
  void load_a(std::int64_t k0, std::int64_t depth) {
    for (std::int64_t m = 0, s = 0; m < rows_; m += sub(), ++s) {
      const std::int64_t rows = std::min(sub(), rows_ - m);
      item_.load(t_.a, Block{(m0_ + m) * g_.k + k0, rows, depth, g_.k}, buffer_a(s),
                 1 + static_cast<std::uint32_t>(s));
    }
  }
  void load_b(std::int64_t k0, std::int64_t depth) {
    item_.load(t_.b, Block{k0 * g_.n + n0_, depth, columns_, g_.n}, 1, 0);
  }
  [[nodiscard]] std::uint32_t buffer_a(std::int64_t sub_index) const {
    return g_.is_m_outer ? 4 + static_cast<std::uint32_t>(sub_index) : 0;
  }
  [[nodiscard]] std::int64_t sub() const { return g_.sub_m == 0 ? g_.tile_m : g_.sub_m; }

  void step(std::int64_t k0) {
    const std::int64_t depth = std::min(g_.tile_k, g_.k - k0);
    if (g_.loads_b_first) load_b(k0, depth);
    load_a(k0, depth);
    if (!g_.loads_b_first) load_b(k0, depth);
    const std::int64_t span = g_.is_m_outer ? sub() : rows_;  // rows that share a preload
    for (std::int64_t m = 0; m < rows_; m += span) {
      for (std::int64_t n = 0; n < columns_; n += g_.array) {
        for (std::int64_t k = 0; k < depth; k += g_.array) {
          preload(depth, std::min(g_.array, depth - k), std::min(g_.array, columns_ - n));
          stream(m, std::min(m + span, rows_), depth, std::min(g_.array, depth - k),
                 std::min(g_.array, columns_ - n));
        }
      }
    }
  }

  void preload(std::int64_t depth, std::int64_t reduction, std::int64_t columns) {
    item_.wait(0, depth * columns_);
    item_.preload(1, reduction, columns, {1}, 3);
  }

  void stream(std::int64_t first, std::int64_t end, std::int64_t depth, std::int64_t reduction,
              std::int64_t columns) {
    const std::int64_t rows = g_.stream == 0 ? g_.array : g_.stream;
    for (std::int64_t m = first; m < end; m += rows) {
      const std::int64_t s = m / sub();
      item_.wait(1 + static_cast<std::uint32_t>(s), std::min(sub(), rows_ - s * sub()) * depth);
      item_.matmul(2, std::min(rows, end - m), reduction, columns, {buffer_a(s), 3, 2}, {2});
    }
  }

  const Gemm& g_;
  Ids3 t_;
  ItemBuilder item_;
  std::int64_t m0_ = 0, n0_ = 0, rows_ = 0, columns_ = 0;
};

}  // namespace

std::unique_ptr<ListSource> gemm(const Gemm& g) {
  auto made = std::make_unique<ListSource>();
  ListSource& source = *made;
  source.info.name = "gemm";
  const Ids3 tensors{source.tensor("A", g.m * g.k, g.bits), source.tensor("B", g.k * g.n, g.bits),
                     source.tensor("C", g.m * g.n, g.bits)};
  const auto bytes = [&](std::int64_t elements) {
    return static_cast<std::uint64_t>(elements) * g.bits / 8;
  };
  source.buffer(BufferKind::Scratchpad, bytes(g.tile_m * g.tile_k));
  source.buffer(BufferKind::Scratchpad, bytes(g.tile_k * g.tile_n));
  source.buffer(BufferKind::Accumulator, bytes(g.tile_m * g.tile_n));
  source.buffer(BufferKind::Weights, bytes(g.array * g.array));
  for (std::int64_t m = 0; g.is_m_outer && m < g.tile_m; m += g.sub_m) {
    source.buffer(BufferKind::Scratchpad, bytes(g.sub_m * g.tile_k));
  }
  for (std::int64_t m0 = 0; m0 < g.m; m0 += g.tile_m) {
    for (std::int64_t n0 = 0; n0 < g.n; n0 += g.tile_n) GemmItem(source, g, tensors, m0, n0);
  }
  return made;
}

}  // namespace heddle::tile::test
