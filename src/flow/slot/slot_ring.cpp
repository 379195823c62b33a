#include "flow/slot/slot_ring.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <new>

#include "heddle/flow/diagnostics.h"

namespace heddle::flow {

Result<std::unique_ptr<SlotRing>> SlotRing::make(const SlotLayout& layout,
                                                 std::uint32_t slot_count) {
  const std::size_t bytes = layout.slot_bytes * slot_count;
  // The system would promise more memory than there is, and end the process later.
  const auto installed = static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) *
                         static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  if (bytes > installed) {
    return fail(diag::kOutOfMemory, {}, {fmt::to_string(bytes), fmt::to_string(slot_count)});
  }
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) {
    return fail(diag::kOutOfMemory, {}, {fmt::to_string(bytes), fmt::to_string(slot_count)});
  }
  std::memset(memory, 0, bytes);
  return std::unique_ptr<SlotRing>(
      new SlotRing(layout, static_cast<std::byte*>(memory), bytes, slot_count));
}

SlotRing::SlotRing(const SlotLayout& layout, std::byte* memory, std::size_t bytes,
                   std::uint32_t count)
    : layout_(layout), memory_(memory), bytes_(bytes), count_(count) {
  for (std::uint32_t index = 0; index < count; ++index) {
    std::byte* base = slot(index);
    new (base) SlotHeader();
    for (const StepSlot& step : layout.steps) new (base + step.offset) StepHeader();
    for (const MessageSlot& message : layout.messages) {
      message.type->construct(base + message.offset);
    }
    for (const auto& [offset, type] : layout.absent) type->construct(base + offset);
  }
  states_.assign(count, std::vector<std::vector<std::byte>>(layout.step_of_task.size()));
}

SlotRing::~SlotRing() {
  for (std::uint32_t index = 0; index < count_; ++index) {
    std::byte* base = slot(index);
    for (const MessageSlot& message : layout_.messages) {
      message.type->destroy(base + message.offset);
    }
    for (const auto& [offset, type] : layout_.absent) type->destroy(base + offset);
  }
  munmap(memory_, bytes_);
}

}  // namespace heddle::flow
