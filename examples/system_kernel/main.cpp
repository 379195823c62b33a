// A product split along its inner dimension over the 8 PEs of a cube: each
// multiplies its slice, an all-reduce adds the partial products up, everybody
// stores the sum. The all-reduce is one of our own, then one of the library.
#include <cstdio>
#include <cstring>

#include "heddle/system/communicator.h"

using namespace heddle;
using namespace heddle::system;

namespace {

constexpr std::uint32_t kPes = 8;
constexpr Shape kInput{16, 24};   // of each PE: its columns of x
constexpr Shape kWeight{24, 32};  // and its rows of w
constexpr Shape kOutput{16, 32};

/// What rank `rank` holds of x or w: small integers, so that sums are exact.
float value(std::uint32_t rank, std::size_t i) {
  return static_cast<float>((i * 7 + rank * 3) % 9) - 4.0F;
}

/// All to rank 0 of the group, which adds in order and tells everybody.
des::Task<Tile> star(Tl& tl, const Group& group, std::uint32_t index, const CollectiveCall& call,
                     Tile input) {
  const Shape row{1, static_cast<std::uint32_t>(call.elements)};
  if (index != 0) {
    co_await tl.send_to(group.ranks[0], input);
    co_return co_await tl.recv_from(group.ranks[0], row, call.dtype);
  }
  Tile sum = std::move(input);
  for (std::size_t i = 1; i < group.ranks.size(); ++i) {
    const Tile got = co_await tl.recv_from(group.ranks[i], row, call.dtype);
    sum = co_await tl.math(call.op, sum, got);
  }
  for (std::size_t i = 1; i < group.ranks.size(); ++i) co_await tl.send_to(group.ranks[i], sum);
  co_return sum;
}

/// Its closed form, for the cost model: everything goes over the links of rank 0.
double star_ns(const Group& group, std::uint64_t size_bytes, const StepCost& step, std::uint32_t) {
  const double others = static_cast<double>(group.ranks.size()) - 1;
  const double size = static_cast<double>(size_bytes);
  return 2 * step.latency_ns + others * size * (2 / step.bytes_per_ns + step.reduce_ns_per_byte);
}

struct Buffers {
  Va x, w, y;
};

/// The kernel: what one PE does.
des::Task<> project(Tl& tl, Communicator& world, const std::vector<Buffers>& buffers,
                    std::string algorithm) {
  const Buffers& mine = buffers[world.index_of(tl.rank())];
  const Tile x = co_await tl.load(mine.x, kInput, Dtype::F16);
  const Tile w = co_await tl.load(mine.w, kWeight, Dtype::F16);
  const Tile part = co_await tl.dot(x, w);
  CollectiveCall call;
  call.algorithm = algorithm;
  const Tile sum = co_await world.call(tl, call, part);
  co_await tl.store(mine.y, sum);
}

Result<Va> put(Simulator& simulator, const char* name, Shape shape, std::uint32_t rank) {
  HEDDLE_TRY(const Va at, simulator.allocate(name, shape.count() * 2));
  std::vector<std::byte> bytes(shape.count() * 2);
  for (std::size_t i = 0; i < shape.count(); ++i) {
    store_float(bytes, Dtype::F16, i, value(rank, i));
  }
  HEDDLE_TRY_STATUS(simulator.write(at, bytes));
  return at;
}

/// Element (row, column) of the whole product.
float expected(std::size_t row, std::size_t column) {
  float sum = 0;
  for (std::uint32_t rank = 0; rank < kPes; ++rank) {
    for (std::size_t k = 0; k < kWeight.rows; ++k) {
      sum += value(rank, row * kInput.columns + k) * value(rank, k * kWeight.columns + column);
    }
  }
  return sum;
}

Status run(const std::string& algorithm, const CollectiveRegistry& registry) {
  HEDDLE_TRY(const auto simulator, Simulator::create(Machine{}, {.data = DataMode::Eager}));
  HEDDLE_TRY(const Group group, world_group(simulator->topology(), kPes));
  HEDDLE_TRY(const auto world, Communicator::create(*simulator, group, registry));
  std::vector<Buffers> buffers(kPes);
  for (std::uint32_t rank = 0; rank < kPes; ++rank) {
    HEDDLE_TRY(buffers[rank].x, put(*simulator, "x", kInput, rank));
    HEDDLE_TRY(buffers[rank].w, put(*simulator, "w", kWeight, rank));
    HEDDLE_TRY(buffers[rank].y, simulator->allocate("y", kOutput.count() * 4));
  }
  std::vector<std::int64_t> target;
  for (const PeRank rank : group.ranks) target.push_back(rank.value());
  HEDDLE_TRY(
      const auto record,
      simulator->launch(
          "project", [&](Tl& tl) { return project(tl, *world, buffers, algorithm); }, target));
  HEDDLE_TRY_STATUS(simulator->run());
  std::size_t wrong = 0;
  for (const Buffers& one : buffers) {
    HEDDLE_TRY(const auto bytes, simulator->read(one.y, kOutput.count() * 4));
    for (std::size_t i = 0; i < kOutput.count(); ++i) {
      const float want = expected(i / kOutput.columns, i % kOutput.columns);
      wrong += load_float(bytes, Dtype::F32, i) != want ? 1U : 0U;
    }
  }
  std::printf("%s: %.3f ns, %zu wrong elements\n", algorithm.c_str(),
              static_cast<double>(record->duration().count()) / 1000, wrong);
  return {};
}

Status run_all(const char* path) {
  const Algorithm own{.name = "star",
                      .kind = CollectiveKind::AllReduce,
                      .closed_form = "2a + (N-1)S(2/B + g)",
                      .run = star,
                      .estimate = star_ns};
  HEDDLE_TRY(const CollectiveRegistry registry, CollectiveRegistry::load(path, {own}));
  for (const char* algorithm : {"star", "ring", "auto"}) {
    HEDDLE_TRY_STATUS(run(algorithm, registry));
  }
  return {};
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) {
    std::fprintf(stderr, "usage: system_kernel collectives.yaml\n");
    return 2;
  }
  const Status ran = run_all(words[1]);
  if (ran) return 0;
  std::fputs(ran.error().to_string().c_str(), stderr);
  return 2;
}
