// Kernels written down by hand: a source that yields a list of work-items, and a builder
// that makes one, call by call, as a producer would describe it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "heddle/tile/trace.h"

namespace heddle::tile::test {

/// A kernel as data. May be played any number of times, after `rewind`.
class ListSource final : public WorkItemSource {
 public:
  KernelInfo info;
  std::vector<WorkItem> items;

  [[nodiscard]] const KernelInfo& kernel() const override { return info; }
  [[nodiscard]] Result<bool> next(WorkItem& item) override {
    if (next_ == items.size()) return false;
    item = items[next_++];
    return true;
  }
  void rewind() { next_ = 0; }

  /// Tensors lie one after the other, page by page. Returns its id.
  std::uint32_t tensor(std::string name, std::int64_t elements, std::uint32_t bits) {
    std::uint64_t address = 0;
    if (!info.tensors.empty()) {
      const Tensor& last = info.tensors.back();
      address = (last.address + last.size_bytes() + 4095) / 4096 * 4096;
    }
    info.tensors.push_back(Tensor{std::move(name), elements, bits, address});
    return static_cast<std::uint32_t>(info.tensors.size() - 1);
  }
  std::uint32_t buffer(BufferKind kind, std::uint64_t size_bytes) {
    info.buffers.push_back(Buffer{kind, size_bytes});
    return static_cast<std::uint32_t>(info.buffers.size() - 1);
  }

 private:
  std::size_t next_ = 0;
};

/// A rectangle of a row-major matrix in DRAM. Units: elements.
struct Block {
  std::int64_t offset = 0;
  std::int64_t rows = 1;
  std::int64_t columns = 1;
  std::int64_t pitch = 0;  ///< from row to row; 0: the rows lie side by side
};

using Ids = std::vector<std::uint32_t>;

/// Builds the next work-item of a source; `end` puts it there. Calls return the number of
/// the instruction.
class ItemBuilder {
 public:
  explicit ItemBuilder(ListSource& source, std::int64_t key = -1);

  std::uint32_t load(std::uint32_t tensor, Block block, std::uint32_t buffer,
                     std::uint32_t semaphore);
  std::uint32_t load_sync(std::uint32_t tensor, Block block, std::uint32_t buffer);
  std::uint32_t store(std::uint32_t tensor, Block block, std::uint32_t buffer);
  std::uint32_t wait(std::uint32_t semaphore, std::int64_t elements);
  std::uint32_t compute_barrier();
  std::uint32_t vector(std::uint32_t node, std::int64_t elements, const Ids& reads,
                       const Ids& writes, Operation operation = Operation::Add);
  std::uint32_t cross_lane(std::uint32_t node, std::int64_t groups, std::int64_t elements,
                           const Ids& reads, const Ids& writes,
                           Operation operation = Operation::Add);
  std::uint32_t preload(std::uint32_t node, std::int64_t rows, std::int64_t columns,
                        const Ids& reads, std::uint32_t weights);
  std::uint32_t matmul(std::uint32_t node, std::int64_t streamed, std::int64_t reduction,
                       std::int64_t columns, const Ids& reads, const Ids& writes);
  void end();

  [[nodiscard]] WorkItem& item() { return item_; }

 private:
  Instruction dma(std::uint32_t tensor, Block block);
  std::uint32_t compute(ComputeKind kind, std::uint32_t node, std::vector<std::int64_t> dims,
                        const Ids& reads, const Ids& writes);
  std::uint32_t push(const Instruction& instruction);
  Range32 words(const std::vector<std::int64_t>& list);
  Range32 ids(const Ids& list);

  ListSource* source_ = nullptr;
  WorkItem item_;
};

}  // namespace heddle::tile::test
