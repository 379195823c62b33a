#include "support/tile/random_kernel.h"

#include <array>
#include <vector>

#include "heddle/base/random.h"

namespace heddle::tile::test {

namespace {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : stream_(seed, "tile-random-kernel") {}
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return stream_.between(least, most, 0, next_++);
  }
  std::uint32_t count(std::uint32_t least, std::uint32_t most) {
    return static_cast<std::uint32_t>(between(least, most));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }

 private:
  RandomStream stream_;
  std::uint64_t next_ = 0;
};

constexpr std::uint32_t kScratchpads = 4;
constexpr std::uint32_t kAccumulators = 2;
constexpr std::uint32_t kWeights = 2;
constexpr std::uint32_t kFirstWeights = kScratchpads + kAccumulators;

Machine draw_machine(Draw& draw) {
  Machine m;
  m.core_clock = ClockRate{draw.between(700, 1300) * 1'000'003};
  m.cores = draw.count(1, 3);
  m.array.count = draw.count(1, 3);
  m.array.rows = m.array.columns = 1U << draw.count(2, 5);
  m.array.dataflow = static_cast<Dataflow>(draw.between(0, 2));
  m.array.weight_slots = draw.count(0, 3);
  m.array.has_shadow_port = draw.chance(80);
  m.array.frees_weights_at_drain = draw.chance(20);
  if (draw.chance(20)) m.array.preload_cost = FixedCost{draw.count(0, 40), 0};
  if (draw.chance(20)) m.array.matmul_cost = FixedCost{40, draw.count(0, 40)};
  m.vector.pipes = draw.count(1, 3);
  m.vector.lanes = draw.count(1, 64);
  m.vector.startup_cycles = draw.count(0, 8);
  m.cross_lane.lanes = draw.count(1, 64);
  m.dma.requests_per_cycle = draw.count(1, 8);
  m.dma.fairness = draw.count(0, 3);
  m.dma.loads_first = draw.chance(20);
  m.dma.stores_post = draw.chance(30);
  m.scratchpad.size_bytes =
      draw.chance(20) ? 0 : static_cast<std::uint64_t>(draw.between(3, 12)) * 1024;
  m.scratchpad.charges_at_issue = draw.chance(80);
  m.scratchpad.shares_version = draw.chance(80);
  m.scratchpad.frees_at_reader_issue = draw.chance(80);
  m.scratchpad.charges_accumulator = draw.chance(20);
  m.scratchpad.outlives_work_item = draw.chance(80);
  m.compute_barrier = static_cast<ComputeBarrierMode>(draw.between(0, 2));
  m.live_work_items = draw.count(1, 3);
  return m;
}

class RandomItem {
 public:
  RandomItem(Draw& draw, ListSource& source)
      : draw_(draw), item_(source, draw.chance(30) ? draw.between(0, 3) : -1) {
    const std::int64_t steps = draw_.between(1, 12);
    for (std::int64_t step = 0; step < steps; ++step) this->step();
    for (std::uint32_t s = 0; s < kSemaphores; ++s) wait(s);  // no load is left alone
    item_.end();
  }

 private:
  static constexpr std::uint32_t kSemaphores = 3;

  Block block() {
    const std::int64_t rows = draw_.between(1, 6);
    const std::int64_t columns = draw_.between(1, 60);
    return Block{draw_.between(0, 1 << 12), rows, columns, draw_.chance(50) ? 0 : 128};
  }
  std::uint32_t scratchpad() { return draw_.count(0, kScratchpads - 1); }
  std::uint32_t accumulator() { return kScratchpads + draw_.count(0, kAccumulators - 1); }

  void wait(std::uint32_t semaphore) {
    if (pending_[semaphore] == 0) return;
    item_.wait(semaphore, pending_[semaphore]);
    is_waited_[semaphore] = true;
  }
  void load() {
    const Block where = block();
    const std::uint32_t buffer = draw_.chance(85) ? scratchpad() : accumulator();
    if (draw_.chance(30)) {
      item_.load_sync(0, where, buffer);
      return;
    }
    const std::uint32_t semaphore = draw_.count(0, kSemaphores - 1);
    if (is_waited_[semaphore]) pending_[semaphore] = 0;
    is_waited_[semaphore] = false;
    pending_[semaphore] += where.rows * where.columns;
    item_.load(0, where, buffer, semaphore);
    if (draw_.chance(60)) wait(semaphore);
  }
  void product() {
    const std::uint32_t weights = kFirstWeights + draw_.count(0, kWeights - 1);
    item_.preload(0, draw_.between(1, 40), draw_.between(1, 40), {scratchpad()}, weights);
    const std::uint32_t sum = accumulator();
    for (std::int64_t m = draw_.between(0, 3); m > 0; --m) {
      item_.matmul(1, draw_.between(1, 60), draw_.between(1, 40), draw_.between(1, 40),
                   {scratchpad(), weights, sum}, {sum});
    }
  }
  void step() {
    switch (draw_.between(0, 6)) {
      case 0:
      case 1: load(); break;
      case 2: product(); break;
      case 3:
        item_.vector(2, draw_.between(1, 400), {scratchpad(), accumulator()},
                     {draw_.chance(50) ? scratchpad() : accumulator()},
                     static_cast<Operation>(draw_.between(0, 7)));
        break;
      case 4:
        item_.cross_lane(3, draw_.between(1, 8), draw_.between(1, 80), {scratchpad()},
                         {scratchpad()}, draw_.chance(30) ? Operation::Transpose : Operation::Add);
        break;
      case 5: item_.store(1, block(), draw_.chance(50) ? scratchpad() : accumulator()); break;
      default:
        if (draw_.chance(50)) {
          item_.compute_barrier();
        } else {
          item_.matmul(1, draw_.between(1, 60), 8, 8, {scratchpad()}, {accumulator()});
        }
    }
    if (draw_.chance(20)) wait(draw_.count(0, kSemaphores - 1));
  }

  Draw& draw_;
  ItemBuilder item_;
  std::array<std::int64_t, kSemaphores> pending_ = {};
  std::array<bool, kSemaphores> is_waited_ = {};
};

}  // namespace

RandomRun random_run(std::uint64_t seed) {
  Draw draw(seed);
  RandomRun run;
  run.machine = draw_machine(draw);
  run.source = std::make_unique<ListSource>();
  run.source->info.name = "random";
  run.source->tensor("A", 1 << 14, 32);
  run.source->tensor("C", 1 << 14, draw.chance(50) ? 16 : 8);
  for (std::uint32_t i = 0; i < kScratchpads; ++i) run.source->buffer(BufferKind::Scratchpad, 2048);
  for (std::uint32_t i = 0; i < kAccumulators; ++i) {
    run.source->buffer(BufferKind::Accumulator, 2048);
  }
  for (std::uint32_t i = 0; i < kWeights; ++i) run.source->buffer(BufferKind::Weights, 2048);
  const std::int64_t items = draw.between(1, 10);
  for (std::int64_t i = 0; i < items; ++i) RandomItem(draw, *run.source);
  return run;
}

}  // namespace heddle::tile::test
