// Kernels for `tile::simulate`, written down instruction by instruction: weight
// tiles and what streams over them for a product, a chain of operations for MATH.
#include "heddle/system/tile_device.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <tuple>
#include <vector>

#include "heddle/base/check.h"
#include "heddle/tile/simulator.h"

namespace heddle::system {
namespace {

using Dims = std::vector<std::int64_t>;

/// A buffer of the kernels: nothing is loaded, so only who writes what counts.
enum BufferId : std::uint32_t { kWeights, kSums, kOperand };

/// Computes and nothing else, item by item.
class ComputeSource : public tile::WorkItemSource {
 public:
  explicit ComputeSource(std::uint64_t item_count) : item_count_(item_count) {
    info_.name = "pe";
    info_.buffers = {{tile::BufferKind::Weights, 1},
                     {tile::BufferKind::Accumulator, 1},
                     {tile::BufferKind::Accumulator, 1}};
  }

  [[nodiscard]] const tile::KernelInfo& kernel() const override { return info_; }
  [[nodiscard]] Result<bool> next(tile::WorkItem& item) override {
    if (made_ == item_count_) return false;
    item = {};
    item.index = made_;
    push(item, tile::Opcode::TileBegin);
    fill(item, made_++);
    push(item, tile::Opcode::TileEnd);
    return true;
  }

 protected:
  virtual void fill(tile::WorkItem& item, std::uint64_t index) = 0;

  static tile::Instruction& push(tile::WorkItem& item, tile::Opcode opcode) {
    tile::Instruction& instruction = item.instructions.emplace_back();
    instruction.opcode = opcode;
    return instruction;
  }
  static void compute(tile::WorkItem& item, tile::ComputeKind kind, const Dims& dims,
                      const std::vector<std::uint32_t>& reads,
                      const std::vector<std::uint32_t>& writes) {
    tile::Instruction& instruction = push(item, tile::Opcode::Compute);
    instruction.kind = kind;
    instruction.node = static_cast<std::uint32_t>(kind);
    instruction.dims = append(item.words, dims);
    instruction.reads = append(item.buffers, reads);
    instruction.writes = append(item.buffers, writes);
  }

 private:
  template <class T>
  static tile::Range32 append(std::vector<T>& list, const std::vector<T>& more) {
    const auto first = static_cast<std::uint32_t>(list.size());
    list.insert(list.end(), more.begin(), more.end());
    return {first, static_cast<std::uint32_t>(more.size())};
  }

  tile::KernelInfo info_;
  std::uint64_t item_count_ = 0;
  std::uint64_t made_ = 0;
};

std::uint64_t ceil_of(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step;
}

/// Weight tiles one after the other, over k first, all rows over each.
class ProductSource final : public ComputeSource {
 public:
  /// Weight tiles of an item: between items a core is not always busy.
  static constexpr std::uint64_t kItemTiles = 4096;

  ProductSource(const tile::ArraySpec& array, std::uint64_t m, std::uint64_t n, std::uint64_t k)
      : ComputeSource(ceil_of(ceil_of(n, array.columns) * ceil_of(k, array.rows), kItemTiles)),
        array_(array),
        m_(m),
        n_(n),
        k_(k) {}

 private:
  void fill(tile::WorkItem& item, std::uint64_t index) override {
    const std::uint64_t deep = ceil_of(k_, array_.rows);
    const std::uint64_t all = deep * ceil_of(n_, array_.columns);
    const std::uint64_t end = std::min(all, (index + 1) * kItemTiles);
    for (std::uint64_t i = index * kItemTiles; i < end; ++i) {
      const std::uint64_t row = i % deep * array_.rows;
      const std::uint64_t column = i / deep * array_.columns;
      const auto reduction =
          static_cast<std::int64_t>(std::min<std::uint64_t>(array_.rows, k_ - row));
      const auto width =
          static_cast<std::int64_t>(std::min<std::uint64_t>(array_.columns, n_ - column));
      compute(item, tile::ComputeKind::Preload, {reduction, width}, {}, {kWeights});
      compute(item, tile::ComputeKind::Matmul, {static_cast<std::int64_t>(m_), reduction, width},
              {kWeights, kSums}, {kSums});
    }
  }

  const tile::ArraySpec& array_;
  std::uint64_t m_ = 0;
  std::uint64_t n_ = 0;
  std::uint64_t k_ = 0;
};

struct Step {
  tile::ComputeKind kind = tile::ComputeKind::Vector;
  tile::Operation operation = tile::Operation::Add;
};

/// A MATH operation in operations of the core, as the analytic device counts them.
std::vector<Step> steps_of(MathOp op) {
  using tile::Operation;
  constexpr auto kVector = tile::ComputeKind::Vector;
  constexpr auto kCross = tile::ComputeKind::CrossLane;
  switch (op) {
    case MathOp::Mul: return {{kVector, Operation::Mul}};
    case MathOp::Div: return {{kVector, Operation::Div}};
    case MathOp::Exp: return {{kVector, Operation::Exp}};
    case MathOp::Log: return {{kVector, Operation::Log}};
    case MathOp::Rsqrt: return {{kVector, Operation::Sqrt}};
    case MathOp::Tanh: return {{kVector, Operation::Tanh}};
    case MathOp::Gelu: {  // x (1 + tanh(p(x))) / 2
      std::vector<Step> steps(7, {kVector, Operation::Mul});
      steps.push_back({kVector, Operation::Tanh});
      return steps;
    }
    case MathOp::Silu:
      return {{kVector, Operation::Mul},
              {kVector, Operation::Exp},
              {kVector, Operation::Add},
              {kVector, Operation::Div}};
    case MathOp::Sum:
    case MathOp::RowMax: return {{kCross, Operation::Add}};
    case MathOp::Transpose: return {{kCross, Operation::Transpose}};
    case MathOp::Softmax:
      return {{kCross, Operation::Add},
              {kVector, Operation::Add},
              {kVector, Operation::Exp},
              {kCross, Operation::Add},
              {kVector, Operation::Div}};
    default: return {{kVector, Operation::Add}};
  }
}

class ChainSource final : public ComputeSource {
 public:
  ChainSource(MathOp op, std::uint64_t elements)
      : ComputeSource(1), op_(op), elements_(static_cast<std::int64_t>(elements)) {}

 private:
  void fill(tile::WorkItem& item, std::uint64_t) override {
    for (const Step& step : steps_of(op_)) {
      const auto operation = static_cast<std::int64_t>(step.operation);
      Dims dims = {elements_, operation};
      if (step.kind == tile::ComputeKind::CrossLane) dims = {1, elements_, operation};
      compute(item, step.kind, dims, {kOperand}, {kOperand});
    }
  }

  MathOp op_ = MathOp::Add;
  std::int64_t elements_ = 0;
};

}  // namespace

/// Plays kernels, each size once.
class TileDevice::Player {
 public:
  using Key = std::tuple<std::int32_t, std::uint64_t, std::uint64_t, std::uint64_t>;

  explicit Player(const tile::Machine& machine) : machine_(machine) {
    // Only one core's units count: nothing goes to memory.
    machine_.cores = 1;
    machine_.dram.kind = tile::DramKind::Bandwidth;
    machine_.noc.kind = tile::NocKind::Fixed;
    machine_.l2.reset();
  }

  [[nodiscard]] const tile::Machine& machine() const { return machine_; }

  Result<Picoseconds> play(tile::WorkItemSource& source) const {
    HEDDLE_TRY(const tile::RunResult result, tile::simulate(machine_, {{&source, {}}}));
    return result.end - SimTime();
  }

  Picoseconds time(const Key& key, tile::WorkItemSource& source) {
    {
      const std::shared_lock lock(mutex_);
      if (const auto known = times_.find(key); known != times_.end()) return known->second;
    }
    const auto played = play(source);
    HEDDLE_CHECK(played.has_value());  // `create` has seen that the machine plays
    const std::unique_lock lock(mutex_);
    return times_.emplace(key, *played).first->second;
  }

 private:
  tile::Machine machine_;
  std::shared_mutex mutex_;
  std::map<Key, Picoseconds> times_;
};

TileDevice::TileDevice(std::unique_ptr<Player> player) : player_(std::move(player)) {}
TileDevice::~TileDevice() = default;

Result<std::unique_ptr<TileDevice>> TileDevice::create(const tile::Machine& machine) {
  auto player = std::make_unique<Player>(machine);
  ProductSource product(player->machine().array, 2, 2, 2);
  HEDDLE_TRY_STATUS(player->play(product).transform([](Picoseconds) {}));
  ChainSource chain(MathOp::Softmax, 2);
  HEDDLE_TRY_STATUS(player->play(chain).transform([](Picoseconds) {}));
  return std::unique_ptr<TileDevice>(new TileDevice(std::move(player)));
}

Picoseconds TileDevice::gemm_time(std::uint64_t m, std::uint64_t n, std::uint64_t k, Dtype) const {
  if (m == 0 || n == 0 || k == 0) return Picoseconds(0);
  ProductSource source(player_->machine().array, m, n, k);
  return player_->time({-1, m, n, k}, source);
}

Picoseconds TileDevice::math_time(MathOp op, std::uint64_t elements, Dtype) const {
  if (elements == 0) return Picoseconds(0);
  ChainSource source(op, elements);
  return player_->time({static_cast<std::int32_t>(op), elements, 0, 0}, source);
}

}  // namespace heddle::system
