// Kernels with data: what operations compute and take, and three data modes.
#include <algorithm>
#include <functional>

#include "heddle/system/memory.h"
#include "support/system/one_pe.h"

namespace heddle::system {
namespace {

using test::code_of;
using test::fabric_machine;

constexpr Shape kSquare{64, 64};

des::Task<> product(Tl& tl, Va a, Va b, Va c) {
  const Tile x = co_await tl.load(a, kSquare, Dtype::F16);
  const Tile y = co_await tl.load(b, kSquare, Dtype::F16);
  const Tile z = co_await tl.dot(x, y);
  const Tile half = co_await tl.cast(z, Dtype::F16);
  co_await tl.store(c, half);
}

TEST(Kernel, load_dot_store_take_the_times_of_their_units) {
  OnePe one;
  const std::vector<float> a = numbers(4096, 1), b = numbers(4096, 2);
  const Va va = one.buffer("a", 4096, a), vb = one.buffer("b", 4096, b), vc = one.buffer("c", 4096);
  ASSERT_TRUE(one.run([&](Tl& tl) { return product(tl, va, vb, vc); }));
  // Walk 150, links 100 + 5, TCM 2, 8192 bytes at 128 GB/s: 64 ns; three times.
  // Dot 64 + 126 cycles, cast 4096 / 128 cycles; the walks are to three pages.
  const std::int64_t transfer = 150'000 + 105'000 + 2'000 + 64'000;
  EXPECT_EQ(one.record->duration(), Picoseconds(3 * transfer + 190'000 + 32'000));
  const std::vector<float> c = one.read(vc, 4096);
  for (std::size_t row = 0; row < 64; ++row) {
    for (std::size_t column = 0; column < 64; ++column) {
      float sum = 0;
      for (std::size_t i = 0; i < 64; ++i) sum += a[row * 64 + i] * b[i * 64 + column];
      ASSERT_EQ(c[row * 64 + column], f16_to_float(float_to_f16(sum)));
    }
  }
}

TEST(Kernel, math_agrees_with_the_functions_it_is_named_after) {
  const Shape shape{4, 8};
  std::vector<float> in(32);
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = 0.25F * static_cast<float>(i + 1);
  const auto near = [](float a, double b) {
    EXPECT_NEAR(a, b, std::max(std::abs(b) * 1e-3, 1e-6));  // fp16 has 11 bits
  };
  const std::pair<MathOp, std::function<double(double)>> cases[] = {
      {MathOp::Exp, [](double x) { return std::exp(x); }},
      {MathOp::Log, [](double x) { return std::log(x); }},
      {MathOp::Rsqrt, [](double x) { return 1 / std::sqrt(x); }},
      {MathOp::Tanh, [](double x) { return std::tanh(x); }},
      {MathOp::Silu, [](double x) { return x / (1 + std::exp(-x)); }},
      {MathOp::Gelu, [](double x) {
         return x * 0.5 * (1 + std::tanh(0.7978845608 * (x + 0.044715 * x * x * x)));
       }}};
  for (const auto& [op, truth] : cases) {
    OnePe one;
    const Va a = one.buffer("a", 32, in), b = one.buffer("b", 32);
    const MathOp math = op;
    ASSERT_TRUE(one.run([&](Tl& tl) { return unary(tl, math, a, b, shape); }));
    const std::vector<float> out = one.read(b, 32);
    for (std::size_t i = 0; i < 32; ++i) near(out[i], truth(static_cast<double>(in[i])));
  }
  for (const MathOp op : {MathOp::Sum, MathOp::RowMax, MathOp::Softmax, MathOp::Transpose}) {
    OnePe one;
    const Va a = one.buffer("a", 32, in), b = one.buffer("b", 32);
    ASSERT_TRUE(one.run([&](Tl& tl) { return unary(tl, op, a, b, shape); }));
    const bool is_row = op == MathOp::Sum || op == MathOp::RowMax;
    const std::vector<float> out = one.read(b, is_row ? 4 : 32);
    for (std::size_t row = 0; row < 4; ++row) {
      double sum = 0, most = 0, exps = 0;
      for (std::size_t i = 0; i < 8; ++i) {
        const double x = static_cast<double>(in[row * 8 + i]);
        sum += x;
        most = std::max(most, x);
        exps += std::exp(x);
      }
      if (op == MathOp::Sum) near(out[row], sum);
      if (op == MathOp::RowMax) near(out[row], most);
      for (std::size_t i = 0; i < 8 && !is_row; ++i) {
        const double x = static_cast<double>(in[row * 8 + i]);
        if (op == MathOp::Softmax) near(out[row * 8 + i], std::exp(x) / exps);
        if (op == MathOp::Transpose) near(out[i * 4 + row], x);
      }
    }
  }
}

des::Task<> masked(Tl& tl, Va in, Va out, std::vector<bool> mask, bool selects) {
  Tile x = co_await tl.load(in, {1, 8}, Dtype::F16, Layout(0, mask));
  if (selects) {
    std::vector<Tile> lanes;
    for (std::size_t i = 0; i < 8; ++i) {
      const float lane = mask[i] ? 1.0F : 0.0F;
      lanes.push_back(co_await tl.full({1, 1}, Dtype::F16, lane));
    }
    const Tile condition = co_await tl.concat(lanes);
    const Tile other = co_await tl.full({1, 8}, Dtype::F16, -1.0F);
    x = co_await tl.where(condition, x, other);
  }
  co_await tl.store(out, x);
}

TEST(Kernel, lanes_that_a_mask_left_out_may_be_selected_away_but_not_stored) {
  const std::vector<bool> mask = {true, false, true, true, false, true, true, true};
  const std::vector<float> in = {1, 2, 3, 4, 5, 6, 7, 8};
  for (const bool selects : {true, false}) {
    OnePe one;
    const Va a = one.buffer("a", 8, in), b = one.buffer("b", 8);
    const Status ran = one.run([&](Tl& tl) { return masked(tl, a, b, mask, selects); });
    EXPECT_EQ(code_of(ran), selects ? "" : "system.poison-read");
    if (!selects) continue;
    EXPECT_EQ(one.read(b, 8), (std::vector<float>{1, -1, 3, 4, -1, 6, 7, 8}));
  }
}

/// Loads with lane 3 of 8 left out, works on it, stores.
des::Task<> poisoned(Tl& tl, Va in, Va out, std::string what) {
  std::vector<bool> mask(16, true);
  mask[3] = false;
  Tile x = co_await tl.load(in, {2, 8}, Dtype::F16, Layout(0, mask));
  if (what == "sum") x = co_await tl.math(MathOp::Sum, x);
  if (what == "row_max") x = co_await tl.math(MathOp::RowMax, x);
  if (what == "softmax") x = co_await tl.math(MathOp::Softmax, x);
  if (what == "transpose") x = co_await tl.math(MathOp::Transpose, x);
  if (what == "slice") x = co_await tl.slice(x, 2, 4);
  if (what == "defined slice") x = co_await tl.slice(x, 4, 12);
  if (what == "message") {
    co_await tl.send(Direction::East, x);
    co_return;
  }
  if (what == "dot a" || what == "dot b") {
    const Tile square = co_await tl.full({8, 8}, Dtype::F16, 1);
    const Tile turned = co_await tl.math(MathOp::Transpose, x);
    if (what == "dot a") x = co_await tl.dot(x, square);
    if (what == "dot b") x = co_await tl.dot(square, turned);
  }
  if (what == "masked store") {
    co_await tl.store(out, x, Layout(0, mask));
  } else {
    co_await tl.store(out, x);
  }
}

des::Task<> poisoned_pair(Tl& tl, Va in, Va out, std::string what) {
  if (tl.rank() == PeRank(0)) {
    co_await poisoned(tl, in, out, what);
  } else if (what == "message") {
    const Tile x = co_await tl.recv(Direction::West, {2, 8}, Dtype::F16);
    co_await tl.store(out, x);
  }
}

TEST(Kernel, undefined_lanes_make_what_is_computed_from_them_undefined_in_both_data_modes) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "lane 3"},          {"sum", "lane 0"},   {"row_max", "lane 0"}, {"softmax", "lane 0"},
      {"transpose", "lane 6"}, {"slice", "lane 1"}, {"defined slice", ""}, {"masked store", ""},
      {"dot a", "lane 0"},     {"dot b", "lane 0"}, {"message", "lane 3"}};
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    for (const auto& [what, lane] : cases) {
      OnePe one(mode);
      const Va a = one.buffer("a", 16, numbers(16)), b = one.buffer("b", 64);
      const std::string name = what;
      const Status ran = one.run([&](Tl& tl) { return poisoned_pair(tl, a, b, name); },
                                 std::vector<std::int64_t>{0, 1});
      if (lane[0] == 0) {
        EXPECT_TRUE(ran) << what;
        continue;
      }
      ASSERT_EQ(code_of(ran), "system.poison-read") << what;
      EXPECT_NE(ran.error().to_string().find(lane), std::string::npos) << ran.error().to_string();
      EXPECT_NE(ran.error().to_string().find("store #"), std::string::npos);
    }
  }
}

des::Task<> binaries(Tl& tl, Va a, Va b, Va out, Dtype dtype) {
  const Tile x = co_await tl.load(a, {1, 16}, dtype);
  const Tile y = co_await tl.load(b, {1, 16}, dtype);
  std::uint64_t at = 0;
  for (const MathOp op :
       {MathOp::Add, MathOp::Sub, MathOp::Mul, MathOp::Div, MathOp::Max, MathOp::Min}) {
    const Tile z = co_await tl.math(op, x, y);
    co_await tl.store(out.plus(at), z);
    at += z.size_bytes();
  }
}

TEST(Kernel, two_operands_of_every_type_combine_as_arithmetic_has_it) {
  for (const Dtype dtype : {Dtype::F16, Dtype::BF16, Dtype::F32, Dtype::I8, Dtype::I32}) {
    OnePe one;
    const std::uint64_t size = dtype_bytes(dtype);
    std::vector<double> x, y;
    std::vector<std::byte> raw[2] = {std::vector<std::byte>(16 * size),
                                     std::vector<std::byte>(16 * size)};
    for (int i = 0; i < 16; ++i) {  // small, so that every result but a quotient is exact
      x.push_back(i - 8);
      y.push_back(i % 5 - 2 == 0 ? 3 : i % 5 - 2);
      store_float(raw[0], dtype, static_cast<std::size_t>(i), static_cast<float>(x.back()));
      store_float(raw[1], dtype, static_cast<std::size_t>(i), static_cast<float>(y.back()));
    }
    const Va a = one.buffer("a", 64), b = one.buffer("b", 64), c = one.buffer("c", 256);
    ASSERT_TRUE(one.simulator->write(a, raw[0]));
    ASSERT_TRUE(one.simulator->write(b, raw[1]));
    ASSERT_TRUE(one.run([&](Tl& tl) { return binaries(tl, a, b, c, dtype); }));
    const auto bytes = one.simulator->read(c, 6 * 16 * size);
    ASSERT_TRUE(bytes);
    for (std::size_t i = 0; i < 16; ++i) {
      const double quotient = is_float(dtype) ? x[i] / y[i] : std::trunc(x[i] / y[i]);
      const double truth[] = {x[i] + y[i], x[i] - y[i],          x[i] * y[i],
                              quotient,    std::max(x[i], y[i]), std::min(x[i], y[i])};
      for (std::size_t op = 0; op < 6; ++op) {
        const double found = static_cast<double>(load_float(*bytes, dtype, op * 16 + i));
        const double slack = op == 3 && is_float(dtype) ? std::abs(truth[op]) / 256 : 0;
        EXPECT_NEAR(found, truth[op], slack) << dtype_name(dtype) << " " << op << " " << i;
      }
    }
  }
}

des::Task<> integers(Tl& tl, Va a, Va b, Va out, Dtype dtype) {
  const Tile x = co_await tl.load(a, {4, 8}, dtype);
  const Tile y = co_await tl.load(b, {8, 4}, dtype);
  const Tile z = co_await tl.dot(x, y);
  co_await tl.store(out, z);
  const Tile sums = co_await tl.math(MathOp::Sum, z);
  co_await tl.store(out.plus(64), sums);
  const Tile most = co_await tl.math(MathOp::RowMax, z);
  co_await tl.store(out.plus(80), most);
  const Tile chosen = co_await tl.where(z, z, z);
  co_await tl.store(out.plus(96), chosen);
}

TEST(Kernel, integers_are_multiplied_and_summed_in_int32_without_losing_bits) {
  for (const Dtype dtype : {Dtype::I8, Dtype::I32}) {
    OnePe one;
    const RandomStream random(5, "integers");
    std::vector<std::byte> bytes[2];
    std::vector<std::int32_t> values[2];
    for (const std::uint32_t side : {0U, 1U}) {
      bytes[side].resize(32 * dtype_bytes(dtype));
      for (std::size_t i = 0; i < 32; ++i) {
        const auto raw = static_cast<std::int32_t>(random.at(side, i));
        store_int(bytes[side], dtype, i, raw);
        values[side].push_back(load_int(bytes[side], dtype, i));
      }
    }
    const Va a = one.buffer("a", 64), b = one.buffer("b", 64), c = one.buffer("c", 128);
    ASSERT_TRUE(one.simulator->write(a, bytes[0]));
    ASSERT_TRUE(one.simulator->write(b, bytes[1]));
    const Status ran = one.run([&](Tl& tl) { return integers(tl, a, b, c, dtype); });
    ASSERT_TRUE(ran) << ran.error().to_string();
    std::vector<std::int32_t> expected, sums, most;
    for (std::size_t row = 0; row < 4; ++row) {
      std::uint32_t total = 0;
      for (std::size_t column = 0; column < 4; ++column) {
        std::uint32_t sum = 0;
        for (std::size_t i = 0; i < 8; ++i) {
          sum += static_cast<std::uint32_t>(values[0][row * 8 + i]) *
                 static_cast<std::uint32_t>(values[1][i * 4 + column]);
        }
        expected.push_back(static_cast<std::int32_t>(sum));
        total += sum;
      }
      sums.push_back(static_cast<std::int32_t>(total));
      most.push_back(*std::max_element(expected.end() - 4, expected.end()));
    }
    const auto found = [&](std::uint64_t at, std::size_t count) {
      return values_of<std::int32_t>(*one.simulator->read(c.plus(at), 4 * count));
    };
    EXPECT_EQ(found(0, 16), expected);
    EXPECT_EQ(found(64, 4), sums);
    EXPECT_EQ(found(80, 4), most);
    EXPECT_EQ(found(96, 16), expected);
  }
}

/// A stale snapshot of aliased scratch: addresses in the TCM are used again
/// while a message with the old tile is on its way.
des::Task<> reuse_scratch(Tl& tl, Va in, Va out) {
  if (tl.rank() == PeRank(0)) {
    for (std::uint32_t i = 0; i < 100; ++i) {
      const Tile x = co_await tl.load(in.plus(2 * 4096 * (i % 4)), kSquare, Dtype::F16);
      co_await tl.send(Direction::East, x);
    }
  } else {
    Tile sum = co_await tl.full(kSquare, Dtype::F16, 0);
    for (std::uint32_t i = 0; i < 100; ++i) {
      const Tile x = co_await tl.recv(Direction::West, kSquare, Dtype::F16);
      sum = co_await tl.add(sum, x);
    }
    co_await tl.store(out, sum);
  }
}

TEST(Replay, scratch_that_is_used_again_never_aliases) {
  const std::vector<float> in = numbers(4 * 4096);
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    OnePe one(mode);
    const Va a = one.buffer("a", in.size(), in), b = one.buffer("b", 4096);
    ASSERT_TRUE(
        one.run([&](Tl& tl) { return reuse_scratch(tl, a, b); }, std::vector<std::int64_t>{0, 1}));
    const std::vector<float> out = one.read(b, 4096);
    for (std::size_t i = 0; i < 4096; ++i) {
      ASSERT_EQ(out[i], 25 * (in[i] + in[4096 + i] + in[2 * 4096 + i] + in[3 * 4096 + i]));
    }
  }
}

TEST(Replay, only_what_the_host_wrote_is_kept_as_bytes) {
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    OnePe one(mode);
    const std::vector<float> in = numbers(4 * 4096);
    const Va a = one.buffer("a", in.size(), in), b = one.buffer("b", 4096);
    ASSERT_TRUE(
        one.run([&](Tl& tl) { return reuse_scratch(tl, a, b); }, std::vector<std::int64_t>{0, 1}));
    std::size_t kept = 0;
    for (const Op& op : one.simulator->op_log().ops()) {
      EXPECT_EQ(op.external.empty(), op.kind != OpKind::External) << op_kind_name(op.kind);
      kept += op.external.size();
    }
    EXPECT_EQ(kept, 2 * in.size());
  }
}

// ---- random programs -------------------------------------------------------

/// A program of one PE: operations over 8 slots of 1 x 16 int32, and sends to
/// the next PE at fixed points. Drawn from (seed, pe).
struct Step {
  enum class Kind { Load, Add, Mul, Max, Exchange, Store } kind = Kind::Load;
  std::uint32_t a = 0, b = 0, c = 0;
};

std::vector<Step> program(std::uint64_t seed) {
  const RandomStream random(seed, "program");
  std::vector<Step> steps;
  for (std::uint64_t i = 0; i < 24; ++i) {
    Step step;
    step.kind = static_cast<Step::Kind>(random.below(6, 0, 4 * i));
    step.a = static_cast<std::uint32_t>(random.below(8, 0, 4 * i + 1));
    step.b = static_cast<std::uint32_t>(random.below(8, 0, 4 * i + 2));
    step.c = static_cast<std::uint32_t>(random.below(8, 0, 4 * i + 3));
    steps.push_back(step);
  }
  return steps;
}

constexpr std::uint32_t kLanes = 16;
using Row = std::vector<std::int32_t>;

des::Task<> run_program(Tl& tl, const std::vector<Step>& steps, Va memory) {
  const Shape shape{1, kLanes};
  std::vector<Tile> slots;
  for (std::uint32_t i = 0; i < 8; ++i) {
    slots.push_back(co_await tl.load(memory.plus(4 * kLanes * i), shape, Dtype::I32));
  }
  for (const Step& step : steps) {
    const Tile a = slots[step.a];
    const Tile b = slots[step.b];
    switch (step.kind) {
      case Step::Kind::Load:
        slots[step.c] = co_await tl.load(memory.plus(4 * kLanes * step.a), shape, Dtype::I32);
        break;
      case Step::Kind::Add: slots[step.c] = co_await tl.add(a, b); break;
      case Step::Kind::Mul: slots[step.c] = co_await tl.mul(a, b); break;
      case Step::Kind::Max: slots[step.c] = co_await tl.max(a, b); break;
      case Step::Kind::Exchange:
        co_await tl.send(Direction::East, a);
        slots[step.c] = co_await tl.recv(Direction::West, shape, Dtype::I32);
        break;
      case Step::Kind::Store: co_await tl.store(memory.plus(4 * kLanes * step.b), a); break;
    }
  }
}

/// The same, one PE after another within each step: the sequential oracle.
std::vector<Row> oracle(const std::vector<Step>& steps, std::vector<Row> memory, std::size_t pes) {
  std::vector<std::vector<Row>> slots(pes);
  for (std::size_t pe = 0; pe < pes; ++pe) {
    slots[pe].assign(memory.begin() + static_cast<std::ptrdiff_t>(8 * pe),
                     memory.begin() + static_cast<std::ptrdiff_t>(8 * pe + 8));
  }
  const auto combine = [](Step::Kind kind, std::int32_t x, std::int32_t y) {
    const auto ux = static_cast<std::uint32_t>(x), uy = static_cast<std::uint32_t>(y);
    if (kind == Step::Kind::Add) return static_cast<std::int32_t>(ux + uy);
    if (kind == Step::Kind::Mul) return static_cast<std::int32_t>(ux * uy);
    return std::max(x, y);
  };
  for (const Step& step : steps) {
    std::vector<Row> sent;
    for (std::size_t pe = 0; pe < pes; ++pe) sent.push_back(slots[pe][step.a]);
    for (std::size_t pe = 0; pe < pes; ++pe) {
      if (step.kind == Step::Kind::Load) {
        slots[pe][step.c] = memory[8 * pe + step.a];
      } else if (step.kind == Step::Kind::Exchange) {
        slots[pe][step.c] = sent[(pe + pes - 1) % pes];
      } else if (step.kind == Step::Kind::Store) {
        memory[8 * pe + step.b] = slots[pe][step.a];
      } else {
        Row out(kLanes);
        for (std::size_t i = 0; i < kLanes; ++i) {
          out[i] = combine(step.kind, slots[pe][step.a][i], slots[pe][step.b][i]);
        }
        slots[pe][step.c] = out;
      }
    }
  }
  return memory;
}

TEST(Modes, two_hundred_random_programs_agree_with_a_sequential_oracle_in_every_mode) {
  constexpr std::size_t kPes = 4;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::vector<Step> steps = program(seed);
    std::vector<Row> memory;
    const RandomStream random(seed, "memory");
    for (std::uint64_t i = 0; i < 8 * kPes; ++i) {
      Row row;
      for (std::uint64_t k = 0; k < kLanes; ++k) {
        row.push_back(static_cast<std::int32_t>(random.at(1, i * kLanes + k)));
      }
      memory.push_back(row);
    }
    const std::vector<Row> expected = oracle(steps, memory, kPes);
    std::vector<Digest64> timing;
    std::vector<Digest64> contents;
    for (std::uint32_t threads = 0; threads <= 8; ++threads) {
      const DataMode mode = threads == 0 ? DataMode::Eager : DataMode::Replay;
      if (seed % 8 != 0 && threads > 2) break;
      const auto simulator = simulator_of(fabric_machine(FabricShape::Ring, kPes),
                                          {.data = mode, .replay_threads = std::max(threads, 1U)});
      std::vector<Va> at;
      for (std::uint32_t pe = 0; pe < kPes; ++pe) {
        at.push_back(*simulator->allocate("m", 8 * kLanes * 4, 0, pe));
        for (std::uint32_t i = 0; i < 8; ++i) {
          ASSERT_TRUE(simulator->write(at[pe].plus(4 * kLanes * i), bytes_of(memory[8 * pe + i])));
        }
      }
      ASSERT_TRUE(simulator->launch(
          "program", [&](Tl& tl) { return run_program(tl, steps, at[tl.rank().value()]); }));
      const Status ran = simulator->run();
      ASSERT_TRUE(ran) << ran.error().to_string();
      for (std::uint32_t i = 0; i < 8 * kPes; ++i) {
        const auto bytes = simulator->read(at[i / 8].plus(4 * kLanes * (i % 8)), 4 * kLanes);
        ASSERT_TRUE(bytes);
        ASSERT_EQ(values_of<std::int32_t>(*bytes), expected[i]) << seed << " " << i;
      }
      timing.push_back(simulator->timing_digest());
      contents.push_back(simulator->memory_digest());
    }
    const auto bare = simulator_of(fabric_machine(FabricShape::Ring, kPes));
    std::vector<Va> at;
    for (std::uint32_t pe = 0; pe < kPes; ++pe) at.push_back(*bare->allocate("m", 512, 0, pe));
    ASSERT_TRUE(bare->launch(
        "program", [&](Tl& tl) { return run_program(tl, steps, at[tl.rank().value()]); }));
    ASSERT_TRUE(bare->run());
    timing.push_back(bare->timing_digest());
    ASSERT_EQ(std::count(timing.begin(), timing.end(), timing.front()),
              static_cast<std::ptrdiff_t>(timing.size()));
    ASSERT_EQ(std::count(contents.begin(), contents.end(), contents.front()),
              static_cast<std::ptrdiff_t>(contents.size()));
  }
}

TEST(Modes, heap_and_wheel_have_one_digest) {
  std::vector<Digest64> digests;
  for (const des::QueueKind queue : {des::QueueKind::Heap, des::QueueKind::Wheel}) {
    const auto simulator = simulator_of({}, {.kernel = {.queue = queue}});
    const auto group = world_group(simulator->topology(), 128);
    ASSERT_TRUE(group);
    ASSERT_TRUE(run_collective(*simulator, *group, {.algorithm = "ring", .elements = 40'000}));
    digests.push_back(simulator->timing_digest());
  }
  EXPECT_EQ(digests[0], digests[1]);
}

// ---- pages ------------------------------------------------------------------

TEST(Pages, every_dma_path_works_with_pages_shuffled_across_dies) {
  Machine machine;
  machine.page_bytes = 64 << 10;
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    const auto simulator = simulator_of(machine, {.data = mode});
    const std::vector<std::pair<std::uint32_t, std::uint32_t>> homes = {
        {1, 3}, {0, 0}, {1, 7}, {0, 5}, {0, 1}};
    const std::size_t count = 5 * 64 * 1024 / 2;
    const auto a = simulator->allocate_spread("a", count * 2, homes);
    const auto b = simulator->allocate_spread("b", count * 2, homes);
    const std::vector<float> in = numbers(count);
    ASSERT_TRUE(simulator->write(*a, as_f16(in)));
    const Shape shape{160, 1024};
    ASSERT_TRUE(simulator->launch(
        "copy", [&](Tl& tl) { return unary(tl, MathOp::Cast, *a, *b, shape); }, 9));
    const Status ran = simulator->run();
    ASSERT_TRUE(ran) << ran.error().to_string();
    const auto out = simulator->read(*b, count * 2);
    ASSERT_TRUE(out);
    EXPECT_EQ(from_f16(*out), in);
    const PeUse& use = simulator->use(PeRank(9));
    EXPECT_EQ(use.dma_requests, 2U);
    EXPECT_EQ(use.translations, use.dma_requests);
    EXPECT_EQ(use.fragments, 10U);
  }
}

// ---- the scheduler ------------------------------------------------------------

des::Task<> composite(Tl& tl, GemmCommand command) {
  co_await tl.gemm(command);
}

TEST(Pipeline, t_tiles_take_their_stages_and_t_minus_1_times_the_slowest) {
  for (const std::uint32_t tiles : {1U, 2U, 3U, 10U, 64U}) {
    for (const std::uint32_t k : {64U, 256U, 1024U}) {
      for (const std::uint32_t depth : {1U, 2U, 5U}) {
        Machine machine;
        machine.pe.tile_queue_depth = depth;
        OnePe one(DataMode::None, machine);
        const Va a = one.buffer("a", 64 * k), b = one.buffer("b", k * 64 * tiles),
                 c = one.buffer("c", 64 * 64 * tiles);
        const GemmCommand command{
            .a = a, .b = b, .c = c, .m = 64, .n = 64 * tiles, .k = k, .epilogue = MathOp::Gelu};
        ASSERT_TRUE(one.run([&](Tl& tl) { return composite(tl, command); }));
        // Both operands share the PE's link: 2 x 128 k bytes at 128 GB/s; the
        // TLB is warm but for the first tile of each page.
        const std::int64_t transfer = 105'000 + 2'000 + 2'000;
        const std::int64_t dma_in = transfer + 2 * 1000 * std::int64_t{k};
        const std::int64_t gemm = 1000 * (std::int64_t{k} + 126);
        const std::int64_t math = 32 * 11 * 1000;  // 4096 lanes, 7 + 4 cycles
        const std::int64_t dma_out = transfer + 64'000;
        const std::int64_t slowest = std::max({dma_in, gemm, math, dma_out});
        const std::int64_t walks = 148'000;  // a walk instead of a hit
        const std::int64_t time = one.record->duration().count();
        const std::int64_t expected = dma_in + gemm + math + dma_out + (tiles - 1) * slowest;
        // The first tile walks for its operands at once, the last stage for its own page.
        EXPECT_GE(time, expected) << tiles << " " << k;
        EXPECT_LE(time, expected + 2 * walks) << tiles << " " << k;
        Machine free = machine;
        free.pe.page_walk = free.pe.tlb_hit;
        OnePe exact(DataMode::None, free);
        const Va a2 = exact.buffer("a", 64 * k), b2 = exact.buffer("b", k * 64 * tiles),
                 c2 = exact.buffer("c", 64 * 64 * tiles);
        const GemmCommand again{
            .a = a2, .b = b2, .c = c2, .m = 64, .n = 64 * tiles, .k = k, .epilogue = MathOp::Gelu};
        ASSERT_TRUE(exact.run([&](Tl& tl) { return composite(tl, again); }));
        EXPECT_EQ(exact.record->duration(), Picoseconds(expected)) << tiles << " " << k;
      }
    }
  }
}

TEST(Pipeline, a_composite_computes_what_the_product_is_and_chunks_of_k_change_nothing) {
  const std::uint32_t m = 70, n = 90, k = 130;
  const std::vector<float> a = numbers(m * k, 3), b = numbers(k * n, 4);
  for (const DataMode mode : {DataMode::Eager, DataMode::Replay}) {
    OnePe one(mode);
    const Va va = one.buffer("a", a.size(), a), vb = one.buffer("b", b.size(), b),
             vc = one.buffer("c", m * n);
    const GemmCommand command{.a = va, .b = vb, .c = vc, .m = m, .n = n, .k = k, .tile_k = 32};
    const Status ran = one.run([&](Tl& tl) { return composite(tl, command); });
    ASSERT_TRUE(ran) << ran.error().to_string();
    const std::vector<float> c = one.read(vc, m * n);
    for (std::size_t row = 0; row < m; ++row) {
      for (std::size_t column = 0; column < n; ++column) {
        float sum = 0;
        for (std::size_t i = 0; i < k; ++i) sum += a[row * k + i] * b[i * n + column];
        ASSERT_EQ(c[row * n + column], f16_to_float(float_to_f16(sum)));
      }
    }
  }
}

// Operand spaces once defaulted to the TCM: a composite then loaded nothing.
TEST(Pipeline, operands_in_memory_are_loaded_and_tiles_in_the_tcm_are_not) {
  OnePe one(DataMode::Eager);
  const Va a = one.buffer("a", 4096, numbers(4096)), b = one.buffer("b", 4096, numbers(4096)),
           c = one.buffer("c", 4096);
  const auto bytes = [&] { return one.simulator->totals().sent_bytes; };
  ASSERT_TRUE(one.run(
      [&](Tl& tl) { return composite(tl, {.a = a, .b = b, .c = c, .m = 64, .n = 64, .k = 64}); }));
  EXPECT_EQ(bytes(), 3U * 8192);
  static_assert(!std::is_default_constructible_v<Operand> ||
                std::is_same_v<std::variant_alternative_t<0, Operand>, Va>);
}

// The receive once took no time: bytes were there with the header.
TEST(Ipcq, a_receive_waits_for_the_drain_and_the_slot_write) {
  OnePe one(DataMode::None);
  SimTime got;
  struct Kernels {
    static des::Task<> run(Tl& tl, SimTime& at) {
      if (tl.rank() == PeRank(0)) {
        co_await tl.send(Direction::East, co_await tl.full({64, 64}, Dtype::F16, 1));
      } else {
        (void)co_await tl.recv(Direction::West, {64, 64}, Dtype::F16);
        at = tl.now();
      }
    }
  };
  ASSERT_TRUE(
      one.run([&](Tl& tl) { return Kernels::run(tl, got); }, std::vector<std::int64_t>{0, 1}));
  // Hop 5, 8192 bytes at 128 GB/s 64, slot write 5.
  EXPECT_EQ(got - one.record->first_start(), Picoseconds(5'000 + 64'000 + 5'000));
}

des::Task<> two_ring(Tl& tl, std::vector<float>& got) {
  const auto mine = static_cast<float>(tl.rank().value());
  co_await tl.send(Direction::East, co_await tl.full({1, 1}, Dtype::F16, 10 + mine));
  co_await tl.send(Direction::West, co_await tl.full({1, 1}, Dtype::F16, 20 + mine));
  // The one that was sent last first: in one queue they would change places.
  const Tile from_east = co_await tl.recv(Direction::East, {1, 1}, Dtype::F16);
  const Tile from_west = co_await tl.recv(Direction::West, {1, 1}, Dtype::F16);
  got.push_back(co_await tl.item(from_west, 0));
  got.push_back(co_await tl.item(from_east, 0));
}

// In a ring of two, both neighbours are the same PE: directions keep them apart.
TEST(Ipcq, a_ring_of_two_keeps_its_directions_apart) {
  const auto simulator =
      simulator_of(fabric_machine(FabricShape::Ring, 2), {.data = DataMode::Eager});
  std::vector<std::vector<float>> got(2);
  ASSERT_TRUE(
      simulator->launch("ring", [&](Tl& tl) { return two_ring(tl, got[tl.rank().value()]); }));
  ASSERT_TRUE(simulator->run());
  EXPECT_EQ(got[0], (std::vector<float>{11, 21}));
  EXPECT_EQ(got[1], (std::vector<float>{10, 20}));
}

TEST(Kernel, program_ids_follow_the_hierarchy_or_span_a_fabric) {
  for (const bool is_fabric : {false, true}) {
    const auto simulator =
        simulator_of(is_fabric ? fabric_machine(FabricShape::Ring, 6) : Machine{});
    std::uint64_t wrong = 0;
    struct Kernels {
      static des::Task<> run(Tl& tl, const Topology& t, bool spans, std::uint64_t& bad) {
        const Node& node = t.pe(tl.rank());
        const std::uint32_t x = spans ? tl.rank().value() : node.pe;
        bad += tl.program_id(0) != x || tl.program_id(1) != (spans ? 0 : node.cube) ||
               tl.program_id(2) != (spans ? 0 : node.sip) ||
               tl.num_programs(0) != (spans ? 6U : 8U) || tl.num_programs(2) != (spans ? 1U : 2U);
        co_return;
      }
    };
    ASSERT_TRUE(simulator->launch(
        "ids", [&](Tl& tl) { return Kernels::run(tl, simulator->topology(), is_fabric, wrong); }));
    ASSERT_TRUE(simulator->run());
    EXPECT_EQ(wrong, 0U);
  }
  const auto simulator = simulator_of(untimed({}));
  std::uint64_t wrong = 0;
  struct Kernels {
    static des::Task<> run(Tl& tl, std::uint64_t& bad) {
      bad += tl.program_id(0) != tl.rank().value() || tl.program_id(1) != 0 ||
             tl.num_programs(0) != 128 || tl.num_programs(2) != 1;
      co_return;
    }
  };
  ASSERT_TRUE(simulator->launch("ids", [&](Tl& tl) { return Kernels::run(tl, wrong); }));
  ASSERT_TRUE(simulator->run());
  EXPECT_EQ(wrong, 0U);
}

}  // namespace
}  // namespace heddle::system
