// The preallocated slots of a run: one mapping, touched before the run so that no
// page is missing later, every message constructed once and used again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "heddle/base/result.h"
#include "heddle/flow/layout.h"

namespace heddle::flow {

class SlotRing {
 public:
  /// Errors: flow.out-of-memory.
  [[nodiscard]] static Result<std::unique_ptr<SlotRing>> make(const SlotLayout& layout,
                                                              std::uint32_t slot_count);
  ~SlotRing();
  SlotRing(const SlotRing&) = delete;
  SlotRing& operator=(const SlotRing&) = delete;

  [[nodiscard]] std::byte* slot(std::uint32_t index) const {
    return memory_ + std::size_t{index} * layout_.slot_bytes;
  }
  [[nodiscard]] SlotHeader& header(std::uint32_t index) const {
    return *reinterpret_cast<SlotHeader*>(slot(index));
  }
  /// Frozen states, one a task, of the list in slot `index`.
  [[nodiscard]] std::vector<std::vector<std::byte>>& states(std::uint32_t index) {
    return states_[index];
  }
  [[nodiscard]] std::uint32_t count() const { return count_; }

 private:
  SlotRing(const SlotLayout& layout, std::byte* memory, std::size_t bytes, std::uint32_t count);

  const SlotLayout& layout_;
  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint32_t count_ = 0;
  std::vector<std::vector<std::vector<std::byte>>> states_;
};

}  // namespace heddle::flow
