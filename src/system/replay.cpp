// Phase 2: every value of the log, each as soon as those it uses are there.
#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "heddle/system/op_log.h"

namespace heddle::system {
namespace {

class Replay {
 public:
  explicit Replay(const std::vector<Op>& ops)
      : ops_(ops), values_(ops.size()), waits_(ops.size()), users_(ops.size()) {
    for (std::uint32_t i = 0; i < ops.size(); ++i) {
      std::uint32_t waits = 0;
      for_each_operand(ops[i], [&](ValueId id) {
        users_[id.value()].push_back(i);
        ++waits;
      });
      waits_[i].store(waits, std::memory_order_relaxed);
      if (waits == 0) ready_.push_back(i);
    }
    left_ = ops.size();
  }

  std::vector<TileData> run(std::uint32_t threads) {
    std::vector<std::thread> helpers;
    for (std::uint32_t i = 1; i < threads; ++i) helpers.emplace_back([this] { work(); });
    work();
    for (std::thread& helper : helpers) helper.join();
    return std::move(values_);
  }

 private:
  template <class Visit>
  static void for_each_operand(const Op& op, Visit visit) {
    for (const Piece& piece : op.pieces) visit(piece.value);
    for (const ValueId id : op.operands) visit(id);
  }

  void work() {
    std::vector<std::uint32_t> mine;
    while (true) {
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return !ready_.empty() || left_ == 0; });
        if (ready_.empty()) return;
        const std::size_t take = std::clamp<std::size_t>(ready_.size() / 16, 1, 64);
        mine.assign(ready_.end() - static_cast<std::ptrdiff_t>(take), ready_.end());
        ready_.resize(ready_.size() - take);
      }
      std::vector<std::uint32_t> freed;
      for (const std::uint32_t index : mine) execute(index, freed);
      const std::lock_guard lock(mutex_);
      left_ -= mine.size();
      ready_.insert(ready_.end(), freed.begin(), freed.end());
      if (!freed.empty() || left_ == 0) wake_.notify_all();
    }
  }

  void execute(std::uint32_t index, std::vector<std::uint32_t>& freed) {
    std::vector<const TileData*> operands;
    for_each_operand(ops_[index], [&](ValueId id) { operands.push_back(&values_[id.value()]); });
    values_[index] = compute(ops_[index], operands);
    for (const std::uint32_t user : users_[index]) {
      if (waits_[user].fetch_sub(1, std::memory_order_acq_rel) == 1) freed.push_back(user);
    }
  }

  const std::vector<Op>& ops_;
  std::vector<TileData> values_;
  std::vector<std::atomic<std::uint32_t>> waits_;
  std::vector<std::vector<std::uint32_t>> users_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::uint32_t> ready_;
  std::size_t left_ = 0;
};

}  // namespace

std::vector<TileData> OpLog::replay(std::uint32_t threads) const {
  return Replay(ops_).run(std::max(threads, 1U));
}

}  // namespace heddle::system
